/* Unit tests of rewrite/load*.c: where a destination stops in a section, and
 * why. */
#include "rewrite/load.h"

#include "tests/unit/dump.h"
#include "tests/unit/stream-words.h"

#define DEV(version, body) "machine=m [dev," #version ",dev " body " ]"
#define V1(body) DEV(1, body)

/* clang-format off */
static const struct row {
    const char *name, *stream, *like;
    const char *dump; /* what is known of the destination; NULL: nothing */
    /* KIND at POS of `FIELD': incoming, local, text; certainty; the field that
     * it was in, innermost first */
    const char *text;
} rows[] = {
    { "loads/same", V1("a=uint32:00000001"), V1("a=uint32:00000000"), NULL, "loads" },
    { "loads/renamed", V1("a=uint32:00000001 b=uint8:02"), V1("c=buffer:00*4 d=uint8:00"), NULL, "loads" },
    { "version/too-new", DEV(3, "a=uint8:01"), DEV(2, "a=uint8:00"), NULL, "version-too-new at 0 -: 3, 2" },
    { "version/older-unknown", DEV(1, "a=uint8:01"), DEV(2, "a=uint8:00"), NULL, "loads; likely" },
    { "version/older-taken", DEV(1, "a=uint8:01"), DEV(2, "a=uint8:00"), T(VMSD("dev", 2, 1, FIELDS(F("a", 1)))), "loads" },
    { "version/too-old", DEV(1, "a=uint8:01"), DEV(3, "a=uint8:00"), T(VMSD("dev", 3, 2, FIELDS(F("a", 1)))), "version-too-old at 0 -: 1, 2" },
    { "version/too-old-for-an-older-one", DEV(1, "a=uint8:01"), DEV(4, "a=uint8:00"), T(VMSD("dev", 3, 2, FIELDS(F("a", 1)))), "version-too-old at 0 -: 1, 2; likely" },
    { "version/older-than-known", DEV(2, "a=uint8:01"), DEV(4, "a=uint8:00"), T(VMSD("dev", 3, 2, FIELDS(F("a", 1)))), "loads; likely" },
    { "version/field-since", DEV(1, "a=uint8:01"), DEV(2, "a=uint8:00 b=uint32:00*4"), T(VMSD("dev", 2, 1, FIELDS(F("a", 1) S FV("b", 4, 2)))), "loads" },
    { "field/missing", V1("a=uint8:01"), V1("a=uint8:00 b=uint32:00*4"), T(V("dev", F("a", 1) S F("b", 4))), "footer-missing at 5 -: 4, 0" },
    { "field/extra", V1("a=uint8:01 b=uint32:00*4"), V1("a=uint8:00"), T(V("dev", F("a", 1))), "footer-missing at 1 -: 0, 0" },
    { "field/conditional", V1("a=uint8:01 b=uint32:00*4"), V1("a=uint8:00"), T(V("dev", F("a", 1) S FC("b", 4))), "footer-missing at 1 -: 0, 0" },
    { "field/longer", V1("a=uint32:00000001 b=uint8:02"), V1("a=uint8:00 b=uint8:00"), T(V("dev", F("a", 1) S F("b", 1))), "footer-missing at 2 -: 0, 0" },
    { "equal/same", V1("n=int32~equal:00000002"), V1("n=int32~equal:00000002"), NULL, "loads" },
    { "equal/other", V1("n=int32~equal:00000003"), V1("n=int32~equal:00000002"), NULL, "equal at 0 n: 3, 2; dev:n" },
    { "equal/nested", V1("a=uint8:00 s=inner{ n=uint8~equal:05 }"), V1("a=uint8:00 s=inner{ n=uint8~equal:04 }"), NULL, "equal at 1 n: 5, 4; inner:n; dev:s" },
    { "less-or-equal/less", V1("n=int32~le:00000001"), V1("n=int32~le:00000002"), NULL, "loads" },
    { "less-or-equal/more", V1("n=int32~le:00000003"), V1("n=int32~le:00000002"), NULL, "less-or-equal at 0 n: 3, 2; dev:n" },
    { "subsection/known", V1("a=uint8:01 (dev/s,1 x=uint8:02 )"), V1("a=uint8:00"), T(VMSD("dev", 1, 1, FIELDS(F("a", 1)) SUBS(V("dev/s", F("x", 1))))), "loads" },
    { "subsection/unknown", V1("a=uint8:01 (dev/s,1 x=uint8:02 )"), V1("a=uint8:00"), T(V("dev", F("a", 1))), "subsection-unknown at 1 : 0, 0, dev/s" },
    { "subsection/nobody-knows", V1("a=uint8:01 (dev/s,1 x=uint8:02 )"), V1("a=uint8:00"), NULL, "loads; likely" },
    { "subsection/too-new", V1("a=uint8:01 (dev/s,2 x=uint8:02 )"), V1("a=uint8:00 (dev/s,1 x=uint8:00 )"), NULL, "subsection-too-new at 1 dev/s: 2, 1, dev/s; dev:dev/s" },
    { "subsection/inside", V1("a=uint8:01 (dev/s,1 n=uint8~equal:02 )"), V1("a=uint8:00 (dev/s,1 n=uint8~equal:03 )"), NULL, "equal at 12 n: 2, 3; dev/s:n; dev:dev/s" },
    { "array/counted-by-field", V1("n=int32:00000003 a=uint16*3:000100020003"), V1("n=int32:00000002 a=uint16*2:00000000"), NULL, "loads; likely" },
    /* vmxnet3/mcast_list: the number of its bytes is a field of the device */
    { "array/counted-around-subsection", V1("n=int32:00000003 (dev/s,1 a=buffer:112233 )"), V1("n=int32:00000000 (dev/s,1 a=buffer: )"), NULL, "loads; likely" },
    { "array/fixed-in-subsection", V1("n=int32:00000004 (dev/s,1 a=buffer:112233 )"), V1("n=int32:00000000 (dev/s,1 a=buffer: )"), NULL, "footer-missing at 15 -: 17, 0" },
    { "array/fixed", V1("n=int32:00000007 a=uint16*3:000100020003"), V1("n=int32:00000007 a=uint16*2:00000000"), T(V("dev", F("n", 4) S FN("a", 2, 2))), "footer-missing at 8 -: 0, 0" },
    { "irq-state", V1("s=PCIDevice{ version_id=int32~le:00000002 config=pci~config:00*256 irq_state=pci~irq~state:00*4~00*4~00*4~00000002 }"), V1("s=PCIDevice{ version_id=int32~le:00000002 config=pci~config:00*256 irq_state=pci~irq~state:00*16 }"), NULL, "irq-state at 272 irq_state: 2, 1; PCIDevice:irq_state; dev:s" },
    { "pci-config", V1("s=PCIDevice{ version_id=int32~le:00000002 config=pci~config:01~00*255 }"), V1("s=PCIDevice{ version_id=int32~le:00000002 config=pci~config:00*256 }"), NULL, "pci-config at 4 config: 1, 0; PCIDevice:config; dev:s" },
};
/* clang-format on */

static QevmRecord *
device_of(QevmStream *stream)
{
    for (guint i = 0; i < stream->records->len; i++) {
        QevmRecord *r = g_ptr_array_index(stream->records, i);

        if (r->type == QEVM_RECORD_FULL) {
            return r;
        }
    }
    return NULL;
}

static char *
stop_text(const QevmStop *stop)
{
    static const char *const kinds[] = {
        "loads",
        "early-eof",
        "version-too-new",
        "version-too-old",
        "subsection-unknown",
        "subsection-too-new",
        "subsection-too-old",
        "equal",
        "less-or-equal",
        "pci-config",
        "irq-state",
        "null-marker",
        "queue-size",
        "queues",
        "features",
        "device",
        "footer-missing",
        "footer-id",
    };
    GString *out = g_string_new(kinds[stop->kind]);

    if (stop->kind != QEVM_STOP_NONE) {
        g_string_append_printf(
            out,
            " at %" G_GSIZE_FORMAT " %s: %" G_GUINT64_FORMAT
            ", %" G_GUINT64_FORMAT "%s%s",
            stop->pos, stop->at ? qevm_node_name(stop->at) : "-",
            stop->incoming, stop->local, stop->text ? ", " : "",
            stop->text ? stop->text : "");
    }
    g_string_append(out, stop->exact ? "" : "; likely");
    for (guint i = 0; stop->levels && i < stop->levels->len; i++) {
        const QevmLoadLevel *level =
            &g_array_index(stop->levels, QevmLoadLevel, i);

        g_string_append_printf(out, "; %s:%s", level->vmsd,
                               level->field ? level->field : "(post load)");
    }
    return g_string_free(out, FALSE);
}

static void
test_row(gconstpointer data)
{
    const struct row *row = data;
    g_autoptr(QevmTarget) target = qevm_target_new("t");
    g_autoptr(QevmStream) stream = words_open(row->stream);
    g_auto(QevmStop) stop = QEVM_STOP_INIT;
    g_autofree char *text = NULL;
    g_autoptr(GError) error = NULL;

    qevm_target_set_release(target, 1000);
    qevm_target_add_reference(target, words_open(row->like));
    if (row->dump) {
        qevm_target_add_known(target, dump_parse(row->dump, "dump"));
    }
    g_assert_true(qevm_load_section(target, stream, device_of(stream),
                                    device_of(qevm_target_reference(target)),
                                    &stop, &error));
    g_assert_no_error(error);
    text = stop_text(&stop);
    g_assert_cmpstr(text, ==, row->text);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *path = g_strconcat("/load/", rows[i].name, NULL);

        g_test_add_data_func(path, &rows[i], test_row);
    }
    return g_test_run();
}

/* Unit tests of rewrite/against*.c: what a comparison with a destination finds.
 */
#include "rewrite/against.h"

#include "tests/unit/dump.h"
#include "tests/unit/stream-words.h"

#define HEAD "machine=pc-1.0 "
#define RAM "block=pc.ram:8000 "
#define DEV(version, body) "[dev," #version ",dev " body " ] "
#define D DEV(1, "a=uint32:00000001")

/* clang-format off */
static const struct row {
    const char *name, *stream, *like;
    const char *dump; /* NULL: nothing is known */
    const char *text; /* "SEVERITY FINDING PATH: SENTENCE", QEMU's lines below */
} rows[] = {
    { "same", HEAD RAM D, HEAD RAM D, NULL, "" },
    { "machine", HEAD D, "machine=pc-2.0 " D, NULL, "error machine-type: the stream is of a pc-1.0, the destination is a pc-2.0\n"
      "  configuration//name\n"
      "  | Machine type received is 'pc-1.0' and local is 'pc-2.0'\n"
      "  | load of migration failed: Invalid argument\n" },
    { "configuration/missing", D, HEAD D, NULL, "error config-missing: the destination wants a configuration, and the stream has none\n"
      "  \n"
      "  | Configuration section missing\n"
      "  | load of migration failed: Invalid argument\n" },
    { "configuration/unexpected", HEAD D, D, NULL, "error config-unexpected: the destination takes no configuration\n"
      "  configuration\n"
      "  | Unknown savevm section type 7\n"
      "  | load of migration failed: Invalid argument\n" },
    { "page-size", HEAD "page-bits=0000000c " D, HEAD "page-bits=0000000a " D, NULL, "error page-size-differs: the stream has pages of 4096 bytes, the destination of 1024\n"
      "  configuration\n"
      "  | Received TARGET_PAGE_BITS is 12 but local is 10\n"
      "  | load of migration failed: Invalid argument\n" },
    { "uuid/other", HEAD "uuid=11*16 " D, HEAD "uuid=22*16 " D, NULL, "error uuid-differs: the stream is of the machine 11111111-1111-1111-1111-111111111111, the destination is 22222222-2222-2222-2222-222222222222\n"
      "  configuration//{configuration/uuid}\n"
      "  | UUID received is 11111111-1111-1111-1111-111111111111 and local is 22222222-2222-2222-2222-222222222222\n"
      "  | load of migration failed: Invalid argument\n" },
    { "capability", HEAD "capability=x-ignore-shared " D, HEAD D, NULL, "error capability-differs: the capability x-ignore-shared is on in the stream and off at the destination\n"
      "  configuration\n"
      "  | Capability x-ignore-shared is off, but received capability is on\n"
      "  | load of migration failed: Invalid argument\n" },
    { "footers/missing", HEAD "no-footers " D, HEAD D, NULL, "error footers-missing: the destination wants a footer behind each section\n"
      "  \n"
      "  | Missing section footer for dev\n"
      "  | load of migration failed: Invalid argument\n" },
    { "footers/unexpected", HEAD D, HEAD "no-footers " D, NULL, "error footers-unexpected: the destination takes no footers\n"
      "  \n"
      "  | Unknown savevm section type 126\n"
      "  | load of migration failed: Invalid argument\n" },
    { "command/unknown", HEAD "command=000b0000 " D, HEAD D, NULL, "error command-unknown: the destination does not know the command SWITCHOVER_START\n"
      "  \n"
      "  | MIG_CMD 0xb unknown (len 0x0)\n"
      "  | load of migration failed: Invalid argument\n" },
    { "block/unknown", HEAD RAM "block=b.rom:1000 " D, HEAD RAM D, NULL, "error ram-block-unknown: the destination has no RAM block b.rom\n"
      "  ram//.blocks/b.rom\n"
      "  | Unknown ramblock \"b.rom\", cannot accept migration\n"
      "  | error while loading state for instance 0x0 of device 'ram'\n"
      "  | load of migration failed: Invalid argument\n" },
    { "block/missing", HEAD RAM D, HEAD RAM "block=vga.vram:1000 " D, NULL, "warning ram-block-missing: the stream has no RAM block vga.vram; it stays as it is at the destination\n"
      "  ram\n" },
    { "block/size", HEAD RAM D, HEAD "block=pc.ram:9000 " D, NULL, "error ram-block-size: the RAM block has 0x8000 bytes, at the destination 0x9000\n"
      "  ram//.blocks/pc.ram\n"
      "  | Size mismatch: pc.ram: 0x8000 != 0x9000: Invalid argument\n"
      "  | error while loading state for instance 0x0 of device 'ram'\n"
      "  | load of migration failed: Invalid argument\n" },
    { "section/unknown", HEAD D "[gone,1,gone x=uint8:01 ] ", HEAD D, NULL, "error section-unknown: the destination has no such section\n"
      "  gone\n"
      "  | Unknown savevm section or instance 'gone' 0. Make sure that your current VM setup matches your saved VM setup, including any hotplugged devices\n"
      "  | load of migration failed: Invalid argument\n" },
    { "section/instance", HEAD "[dev@1,1,dev a=uint8:01 ] ", HEAD "[dev@2,1,dev a=uint8:00 ] ", NULL, "error section-unknown: the destination has no such section; of the same kind it has dev\n"
      "  dev\n"
      "  | Unknown savevm section or instance 'dev' 1. Make sure that your current VM setup matches your saved VM setup, including any hotplugged devices\n"
      "  | load of migration failed: Invalid argument\n"
      "warning section-missing: the stream has no such section; the device stays as after a reset\n"
      "  dev\n" },
    { "section/missing", HEAD D, HEAD D "[more,1,more x=uint8:01 ] ", NULL, "warning section-missing: the stream has no such section; the device stays as after a reset\n"
      "  more\n" },
    { "version/too-new", HEAD DEV(3, "a=uint8:01"), HEAD DEV(2, "a=uint8:00"), NULL, "error version-too-new: the section has version 3, the destination knows 2\n"
      "  dev\n"
      "  | savevm: unsupported version 3 for 'dev' v2\n"
      "  | load of migration failed: Invalid argument\n" },
    { "version/too-old", HEAD DEV(1, "a=uint8:01"), HEAD DEV(3, "a=uint8:00"), T(VMSD("dev", 3, 2, FIELDS(F("a", 1)))), "error version-too-old: the section has version 1, the destination takes 2 and newer\n"
      "  dev\n"
      "  | dev: incoming version_id 1 is too old for local minimum version_id  2\n"
      "  | error while loading state for instance 0x0 of device 'dev'\n"
      "  | load of migration failed: Invalid argument\n" },
    { "field/extra", HEAD DEV(1, "a=uint8:01 b=uint16:0002 c=uint32:00000003"), HEAD DEV(1, "a=uint8:00 c=uint32:00000000"), T(V("dev", F("a", 1) S F("c", 4))), "error field-extra: the destination does not read `b' (2 bytes)\n"
      "  dev//b\n"
      "  | Missing section footer for dev\n"
      "  | load of migration failed: Invalid argument\n" },
    { "field/missing", HEAD DEV(1, "a=uint8:01 c=uint32:00000003"), HEAD DEV(1, "a=uint8:00 b=uint16:0000 c=uint32:00000000"), T(V("dev", F("a", 1) S F("b", 2) S F("c", 4))), "error field-missing: the destination reads `b' (2 bytes) here, which the stream does not have\n"
      "  dev\n"
      "  | Missing section footer for dev\n"
      "  | load of migration failed: Invalid argument\n" },
    { "field/resized", HEAD DEV(1, "a=uint8:01 c=uint32:00000003"), HEAD DEV(1, "a=uint32:00000000 c=uint32:00000000"), T(V("dev", F("a", 4) S F("c", 4))), "error field-resized: the stream has 1 bytes, the destination reads 4\n"
      "  dev//a\n"
      "  | Missing section footer for dev\n"
      "  | load of migration failed: Invalid argument\n" },
    { "field/renamed", HEAD DEV(1, "a=uint8:01"), HEAD DEV(1, "b=uint8:00"), NULL, "" },
    { "value/equal", HEAD DEV(1, "n=int32~equal:00000003"), HEAD DEV(1, "n=int32~equal:00000002"), NULL, "error value-differs: the value is 0x3, at the destination 0x2, and must be the same\n"
      "  dev//n\n"
      "  | 2 != 3\n"
      "  | Failed to load dev:n\n"
      "  | error while loading state for instance 0x0 of device 'dev'\n"
      "  | load of migration failed: Invalid argument\n" },
    { "subsection/unknown", HEAD DEV(1, "a=uint8:01 (dev/s,1 x=uint8:02 )"), HEAD DEV(1, "a=uint8:00"), T(V("dev", F("a", 1))), "error subsection-unknown: the destination knows no such subsection of dev\n"
      "  dev//{dev/s}\n"
      "  | error while loading state for instance 0x0 of device 'dev'\n"
      "  | load of migration failed: No such file or directory\n" },
    { "subsection/nobody-knows", HEAD DEV(1, "a=uint8:01 (dev/s,1 x=uint8:02 )"), HEAD DEV(1, "a=uint8:00"), NULL, "" },
};
/* clang-format on */

static char *
findings_text(const GPtrArray *findings)
{
    GString *out = g_string_new("");

    for (guint i = 0; i < findings->len; i++) {
        const QevmFinding *f = g_ptr_array_index(findings, i);

        g_string_append_printf(
            out, "%s%s %s: %s\n", qevm_severity_name(f->info->severity),
            f->likely ? ", likely" : "", f->info->slug, f->sentence);
        g_string_append_printf(out, "  %s\n", f->path);
        for (guint k = 0; f->lines && k < f->lines->len; k++) {
            g_string_append_printf(out, "  | %s\n",
                                   (char *)g_ptr_array_index(f->lines, k));
        }
    }
    return g_string_free(out, FALSE);
}

static void
test_row(gconstpointer data)
{
    const struct row *row = data;
    g_autoptr(QevmTarget) target = qevm_target_new("t");
    g_autoptr(QevmStream) stream = words_open(row->stream);
    g_autoptr(GPtrArray) findings =
        g_ptr_array_new_with_free_func((GDestroyNotify)qevm_finding_free);
    g_autofree char *text = NULL;
    g_autoptr(GError) error = NULL;

    qevm_target_set_release(target, 702);
    qevm_target_add_reference(target, words_open(row->like));
    if (row->dump) {
        qevm_target_add_known(target, dump_parse(row->dump, "dump"));
    }
    g_assert_true(qevm_check_against(stream, target, findings, &error));
    g_assert_no_error(error);
    text = findings_text(findings);
    g_assert_cmpstr(text, ==, row->text);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *path = g_strconcat("/against/", rows[i].name, NULL);

        g_test_add_data_func(path, &rows[i], test_row);
    }
    return g_test_run();
}

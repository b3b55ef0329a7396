/* test-recover.c - sections and footers found by their form.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "parser/recover.h"
#include "tests/unit/builder-stream.h"

static const struct found_case {
    const char *path, *bytes;
    const char *found;
} found_cases[] = {
    { "footers",
      FULL("00000004", "dev", "00000001") "0102" FOOTER("00000004")
          FULL("00000005", "other", "00000002") FOOTER("00000005") "00",
      "F#4:dev@0v1+2f F#5:other@0v2+0f eof" },
    /* A footer is one if a record follows. */
    { "footer-inside",
      FULL("00000004", "dev", "00000001")
          FOOTER("00000004") "0102" FOOTER("00000004") "00",
      "F#4:dev@0v1+7f eof" },
    { "cut",
      FULL("00000004", "dev", "00000001") "0102" FOOTER("00000004")
          FULL("00000005", "other", "00000002") "0102",
      "F#4:dev@0v1+2f F#5:other@0v2+2" },
    { "bytes-before",
      "aabbcc" FULL("00000004", "dev", "00000001") "01" FOOTER("00000004"),
      "bytes+3 F#4:dev@0v1+1f" },
    { "start", START("00000004", "dev", "00000001") "01" FOOTER("00000004"),
      "S#4:dev@0v1+1f" },
    { "wild-numbers", FULL("00010000", "dev", "00000001") "01", "bytes+18" },
    { "wild-version", FULL("00000004", "dev", "00001000") "01", "bytes+18" },
    { "one-letter", FULL("00000004", "d", "00000001") "01", "bytes+16" },
    { "nothing", "00", "eof" },
};

static void
test_found(gconstpointer data)
{
    const struct found_case *t = data;
    g_autofree char *all = g_strconcat(
        HEADER START_RAM
        "0000000000001004 'pc.ram' 0000000000001000 " EOS FOOTER(ID_RAM) "ff ",
        t->bytes, NULL);
    g_autoptr(GBytes) bytes = build_bytes(all);
    g_autoptr(GError) error = NULL;
    g_autoptr(QevmStream) s =
        qevm_stream_open(build_source(bytes, BUILD_AS_FILE), 0, NULL, &error);
    g_autoptr(GPtrArray) found = NULL;
    g_autoptr(GString) out = g_string_new(NULL);
    guint64 size = g_bytes_get_size(bytes), at;

    g_assert_no_error(error);
    g_assert_cmpint(
        ((QevmRecord *)g_ptr_array_index(s->records, s->records->len - 1))
            ->type,
        ==, QEVM_RECORD_RAW);
    at = ((QevmRecord *)g_ptr_array_index(s->records, s->records->len - 1))
             ->offset +
         1;
    found = qevm_recover(s, at, size, 100, &error);
    g_assert_no_error(error);
    for (guint i = 0; i < found->len; i++) {
        const QevmFound *f = g_ptr_array_index(found, i);

        g_assert_cmphex(f->offset, ==, at);
        at += f->size;
        g_string_append(out, i ? " " : "");
        switch (f->kind) {
        case QEVM_FOUND_SECTION:
            g_string_append_printf(out, "%c#%u:%s@%uv%u+%u%s",
                                   f->type == QEMU_VM_SECTION_START ? 'S' : 'F',
                                   f->section_id, f->idstr, f->instance_id,
                                   f->version_id, (guint)f->payload_size,
                                   f->footer ? "f" : "");
            break;
        case QEVM_FOUND_EOF:
            g_string_append(out, "eof");
            break;
        case QEVM_FOUND_VMDESC:
            g_string_append(out, "vmdesc");
            break;
        case QEVM_FOUND_BYTES:
            g_string_append_printf(out, "bytes+%u", (guint)f->size);
            break;
        }
    }
    g_assert_cmphex(at, ==, size);
    g_assert_cmpstr(out->str, ==, t->found);
}

/* All that a whole stream holds, cut at every length. */
static void
test_found_cut(void)
{
    g_autoptr(GBytes) bytes = build_stream(0);
    gsize n = g_bytes_get_size(bytes);

    for (gsize cut = 8; cut < n; cut += 7) {
        g_autoptr(GBytes) part = g_bytes_new_from_bytes(bytes, 0, cut);
        g_autoptr(GError) error = NULL;
        g_autoptr(QevmStream) s = qevm_stream_open(
            build_source(part, BUILD_AS_FILE), 0, NULL, &error);

        g_assert_no_error(error);
        for (guint i = 0; i < s->records->len; i++) {
            const QevmRecord *r = g_ptr_array_index(s->records, i);
            g_autoptr(GPtrArray) found = NULL;
            guint64 at = r->offset;

            if (r->type != QEVM_RECORD_RAW) {
                continue;
            }
            found = qevm_recover(s, r->offset, cut, 3, &error);
            g_assert_no_error(error);
            for (guint k = 0; k < found->len; k++) {
                const QevmFound *f = g_ptr_array_index(found, k);

                g_assert_cmphex(f->offset, ==, at);
                at += f->size;
            }
            g_assert_cmphex(at, ==, cut);
        }
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(found_cases); i++) {
        g_autofree char *path =
            g_strconcat("/recover/", found_cases[i].path, NULL);

        g_test_add_data_func(path, &found_cases[i], test_found);
    }
    g_test_add_func("/recover/at-every-cut", test_found_cut);
    return g_test_run();
}

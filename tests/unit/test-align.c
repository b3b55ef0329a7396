/* Unit tests of rewrite/align.c: two layouts side by side. */
#include "rewrite/align.h"

#include "tests/unit/stream-words.h"

/* clang-format off */
static const struct row {
    const char *name, *a, *b; /* fields, as in stream-words.h */
    const char *text;         /* runs: what, of A, of B */
} rows[] = {
    { "same", "x=uint8:01 y=uint16:0002", "x=uint8:00 y=uint16:0000", "same x:1x1@0 y:1x2@1 | x:1x1@0 y:1x2@1" },
    { "empty", "", "", "" },
    { "renamed", "x=uint8:01 y=uint16:0002", "x=uint8:00 z=uint16:0000", "same x:1x1@0 | x:1x1@0; alike y:1x2@1 | z:1x2@1" },
    { "retyped", "x=int32:00000001", "x=uint32:00000000", "same x:1x4@0 | x:1x4@0" },
    { "nested", "s=inner{ x=uint8:01 } y=uint8:02", "x=uint8:00 y=uint8:00", "same x:1x1@0 y:1x1@1 | x:1x1@0 y:1x1@1" },
    { "array/described-one-by-one", "x=uint8:01 x=uint8:02 x=uint8:03", "x=uint8*3:000000", "same x:3x1@0 | x:3x1@0" },
    { "buffer/as-bytes", "x=buffer:01020304", "x=uint8*4:00*4", "same x:4x1@0 | x:4x1@0" },
    { "buffer/divided", "x=uint16:0001 y=uint16:0002 z=uint8:03", "h=buffer:00*4 z=uint8:00", "alike x:1x2@0 y:1x2@2 | h:4x1@0; same z:1x1@4 | z:1x1@4" },
    { "extra/first", "e=uint32:00000001 x=uint8:01 y=uint16:0002", "x=uint8:00 y=uint16:0000", "extra e:1x4@0 |; same x:1x1@4 y:1x2@5 | x:1x1@0 y:1x2@1" },
    { "extra/middle", "x=uint8:01 e=uint32:00000001 y=uint16:0002", "x=uint8:00 y=uint16:0000", "same x:1x1@0 | x:1x1@0; extra e:1x4@1 |; same y:1x2@5 | y:1x2@1" },
    { "extra/last", "x=uint8:01 y=uint16:0002 e=uint32:00000001", "x=uint8:00 y=uint16:0000", "same x:1x1@0 y:1x2@1 | x:1x1@0 y:1x2@1; extra e:1x4@3 |" },
    { "missing", "x=uint8:01 y=uint16:0002", "x=uint8:00 m=uint64:00*8 y=uint16:0000", "same x:1x1@0 | x:1x1@0; missing | m:1x8@1; same y:1x2@1 | y:1x2@9" },
    { "resized", "x=uint8:01 y=uint16:0002", "x=uint32:00000000 y=uint16:0000", "resized x:1x1@0 | x:1x4@0; same y:1x2@1 | y:1x2@4" },
    { "counted-otherwise", "x=uint16*2:00010002 y=uint8:03", "x=uint16*4:00*8 y=uint8:00", "resized x:2x2@0 | x:4x2@0; same y:1x1@4 | y:1x1@8" },
    { "swapped", "x=uint8:01 y=uint16:0002", "y=uint16:0000 x=uint8:00", "extra x:1x1@0 |; same y:1x2@1 | y:1x2@0; missing | x:1x1@2" },
    { "both", "x=uint8:01 e=uint32:00000001 y=uint16:0002", "x=uint8:00 y=uint16:0000 m=uint64:00*8", "same x:1x1@0 | x:1x1@0; extra e:1x4@1 |; same y:1x2@5 | y:1x2@1; missing | m:1x8@3" },
    { "subsection/same", "x=uint8:01 (dev/s,1 y=uint8:02 )", "x=uint8:00 (dev/s,1 y=uint8:00 )", "same x:1x1@0 dev/s:0x0@1 | x:1x1@0 dev/s:0x0@1" },
    /* their inside is another alignment */
    { "subsection/other-inside", "x=uint8:01 (dev/s,1 y=uint8:02 )", "x=uint8:00 (dev/s,1 y=uint32:00000000 )", "same x:1x1@0 dev/s:0x0@1 | x:1x1@0 dev/s:0x0@1" },
    { "subsection/extra", "x=uint8:01 (dev/s,1 y=uint8:02 ) (dev/t,1 z=uint8:03 )", "x=uint8:00 (dev/t,1 z=uint8:00 )", "same x:1x1@0 | x:1x1@0; extra dev/s:0x0@1 |; same dev/t:0x0@13 | dev/t:0x0@1" },
    { "subsection/moved", "x=uint8:01 (dev/s,1 y=uint8:02 ) (dev/t,1 z=uint8:03 )", "x=uint8:00 (dev/t,1 z=uint8:00 ) (dev/s,1 y=uint8:00 )", "same x:1x1@0 | x:1x1@0; moved dev/s:0x0@1 | dev/s:0x0@13; same dev/t:0x0@13 | dev/t:0x0@1" },
    { "structs", "q=pair*2{ m=uint8:01 n=uint16:0002 }030004", "q=pair*3{ m=uint8:00 n=uint16:0000 }000000000000", "same m:1x1@0 n:1x2@1 m:1x1@3 n:1x2@4 | m:1x1@0 n:1x2@1 m:1x1@3 n:1x2@4; missing | m:1x1@6; missing | n:1x2@7" },
};
/* clang-format on */

static QevmStream *
open_fields(const char *fields)
{
    g_autofree char *words =
        g_strdup_printf("machine=m [dev,1,dev %s ]", fields);

    return words_open(words);
}

static QevmNode *
root_of(QevmStream *stream)
{
    for (guint i = 0; i < stream->records->len; i++) {
        QevmRecord *r = g_ptr_array_index(stream->records, i);

        if (r->type == QEVM_RECORD_FULL) {
            return &qevm_record_tree(stream, r, NULL)->root;
        }
    }
    return NULL;
}

/* NAME:COUNTxSIZE@POS */
static void
print_items(GString *out, const GArray *items, guint from, guint count)
{
    for (guint i = 0; i < count; i++) {
        const QevmItem *item = &g_array_index(items, QevmItem, from + i);

        g_string_append_printf(out,
                               " %.*s:%" G_GUINT64_FORMAT "x%" G_GUINT64_FORMAT
                               "@%" G_GUINT64_FORMAT,
                               (int)item->name_len, item->name, item->count,
                               item->size, item->pos);
    }
}

static char *
runs_text(const GArray *a, const GArray *b, const GArray *runs)
{
    static const char *const kinds[] = { "same",  "alike", "resized",
                                         "moved", "extra", "missing" };
    GString *out = g_string_new("");

    for (guint i = 0; i < runs->len; i++) {
        const QevmAlignRun *run = &g_array_index(runs, QevmAlignRun, i);

        g_string_append_printf(out, "%s%s", i ? "; " : "", kinds[run->kind]);
        print_items(out, a, run->a, run->n_a);
        g_string_append(out, " |");
        print_items(out, b, run->b, run->n_b);
    }
    return g_string_free(out, FALSE);
}

static void
test_row(gconstpointer data)
{
    const struct row *row = data;
    g_autoptr(QevmStream) one = open_fields(row->a);
    g_autoptr(QevmStream) other = open_fields(row->b);
    g_autoptr(GArray) a = qevm_items_of(root_of(one));
    g_autoptr(GArray) b = qevm_items_of(root_of(other));
    g_autoptr(GArray) runs = qevm_align(a, b);
    g_autofree char *text = runs_text(a, b, runs);

    g_assert_cmpstr(text, ==, row->text);
}

/* One field in front of thousands is one difference. */
static void
is_linear(void)
{
    g_autoptr(GString) fields = g_string_new("");
    g_autofree char *longer = NULL, *text = NULL;
    g_autoptr(QevmStream) one = NULL, other = NULL;
    g_autoptr(GArray) a = NULL, b = NULL, runs = NULL;

    for (guint i = 0; i < 3000; i++) {
        g_string_append_printf(fields, " f%u=uint%u:%s", i, i % 2 ? 8u : 16u,
                               i % 2 ? "01" : "0001");
    }
    longer = g_strconcat("first=uint32:00000001", fields->str, NULL);
    one = open_fields(fields->str + 1);
    other = open_fields(longer);
    a = qevm_items_of(root_of(one));
    b = qevm_items_of(root_of(other));
    runs = qevm_align(a, b);
    g_assert_cmpuint(runs->len, ==, 2);
    g_assert_cmpint(g_array_index(runs, QevmAlignRun, 0).kind, ==,
                    QEVM_ALIGN_MISSING);
    g_assert_cmpint(g_array_index(runs, QevmAlignRun, 1).kind, ==,
                    QEVM_ALIGN_SAME);
    g_assert_cmpuint(g_array_index(runs, QevmAlignRun, 1).n_a, ==, 3000);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *path = g_strconcat("/align/", rows[i].name, NULL);

        g_test_add_data_func(path, &rows[i], test_row);
    }
    g_test_add_func("/align/linear", is_linear);
    return g_test_run();
}

/* Unit tests of rewrite/account.c: what became of every byte. */
#include "rewrite/account.h"

#include "tests/unit/edit-rules.h"
#include "tests/unit/stream-words.h"

#define STREAM                                                                 \
    "machine=pc-1.0 block=pc.ram:1000 [dev,1,dev a=uint32:00000001 "           \
    "b=uint16*3:000100020003 s=inner{ x=uint8:07 y=uint8:08 } (dev/sub,1 "     \
    "i=uint8:09 ) ] [other,1,other t=int16:ffff ]"
#define AT(op, at) "{'op': '" op "', 'at': '" at "'}"
#define SET(at, value) "{'op': 'set', 'at': '" at "', 'value': " value "}"

/* clang-format off */
static const struct row {
    const char *name, *rules;
    const char *text; /* "SIZE FATE WHAT = VALUE [CLASS]", but for copies */
} rows[] = {
    { "nothing", "", "" },
    { "set/field", SET("dev//a", "5"), "4 mapped dev//a = 1 [stated]\n"
      "652 mapped vmdesc [lossless]\n" },
    { "set/same", SET("dev//a", "1"), "" },
    { "set/element", SET("dev//b[1]", "5"), "6 mapped dev//b = hex:000100020003 [stated]\n"
      "652 mapped vmdesc [lossless]\n" },
    { "set/nested", SET("dev//s/y", "5"), "1 mapped dev//s/y = 8 [stated]\n"
      "652 mapped vmdesc [lossless]\n" },
    { "remove/field", AT("remove-field", "dev//a"), "4 dropped dev//a = 1 [lossy]\n"
      "652 mapped vmdesc [lossless]\n" },
    { "remove/nested", AT("remove-field", "dev//s/x"), "1 dropped dev//s/x = 7 [lossy]\n"
      "652 mapped vmdesc [lossless]\n" },
    { "strip", AT("strip-subsection", "dev//{dev/sub}"), "14 dropped dev//{dev/sub}/i = 9 [lossy]\n"
      "652 mapped vmdesc [lossless]\n" },
    { "drop", AT("drop-section", "other"), "19 dropped section header [lossy]\n"
      "2 dropped other//t = -1 [lossy]\n"
      "5 dropped section footer [lossy]\n"
      "652 mapped vmdesc [lossless]\n" },
    { "add", "{'op': 'add-field', 'at': 'other', 'fields': [{'name': 'u', 'type': 'uint32', 'value': 1}]}", "652 mapped vmdesc [lossless]\n" },
    { "retype", "{'op': 'retype', 'at': 'other//t', 'type': 'int32', 'value': {'expr': '.'}}", "2 mapped other//t = -1 [stated]\n"
      "652 mapped vmdesc [lossless]\n" },
    { "resize", "{'op': 'resize-array', 'at': 'dev//b', 'count': 1}", "6 mapped dev//b = hex:000100020003 [lossy]\n"
      "652 mapped vmdesc [lossless]\n" },
    { "rename", "{'op': 'rename-section', 'at': 'other', 'to': 'another'}", "19 mapped section header [lossless]\n"
      "5 mapped section footer [lossless]\n"
      "652 mapped vmdesc [lossless]\n" },
    { "footers", "{'op': 'set-footers', 'value': false}", "5 dropped section footer [lossless]\n"
      "5 dropped section footer [lossless]\n"
      "5 dropped section footer [lossless]\n"
      "652 mapped vmdesc [lossless]\n" },
    { "vmdesc", "{'op': 'drop-vmdesc'}", "652 dropped vmdesc [lossless]\n" },
    { "block", "{'op': 'rename-ram-block', 'at': 'pc.ram', 'to': 'mem'}", "18 mapped live part [lossless]\n"
      "652 mapped vmdesc [lossless]\n" },
};
/* clang-format on */

typedef struct {
    GString *text;
    guint64 at; /* all before was told */
} Told;

/* What is copied is only added up. */
static gboolean
tell(const QevmAccountEntry *e, gpointer user, GError **error)
{
    Told *told = user;

    (void)error;
    g_assert_cmpuint(e->offset, ==, told->at);
    g_assert_cmpuint(e->size, >, 0);
    told->at += e->size;
    if (e->fate == QEVM_FATE_COPIED) {
        return TRUE;
    }
    g_string_append_printf(
        told->text, "%" G_GUINT64_FORMAT " %s %s%s%s%s%s [%s]\n", e->size,
        qevm_fate_name(e->fate), e->path, e->last ? " .. " : "",
        e->last ? e->last : "", e->value ? " = " : "", e->value ? e->value : "",
        qevm_loss_name(e->loss));
    return TRUE;
}

static void
test_row(gconstpointer data)
{
    const struct row *row = data;
    g_autoptr(QevmStream) stream = words_open(STREAM);
    g_autoptr(QevmStream) source = words_open(STREAM);
    g_autoptr(QevmEdit) edit = qevm_edit_new(stream);
    g_autoptr(QevmRules) rules = quoted_rules(row->rules, "");
    g_autoptr(GString) out = g_string_new("");
    Told told = { out, 0 };
    g_autofree char *text = NULL;
    g_autoptr(GError) error = NULL;

    edit->allow_lossy = TRUE;
    g_assert_true(qevm_edit_apply(edit, rules, QEVM_PHASE_ALL, &error));
    g_assert_no_error(error);
    g_assert_true(qevm_account(source, edit, tell, &told, &error));
    g_assert_no_error(error);
    g_assert_cmpuint(told.at, ==, qevm_source_size(source->source));
    text = g_strdup(out->str);
    g_assert_cmpstr(text, ==, row->text);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *path = g_strconcat("/account/", rows[i].name, NULL);

        g_test_add_data_func(path, &rows[i], test_row);
    }
    return g_test_run();
}

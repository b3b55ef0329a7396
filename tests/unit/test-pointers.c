/* test-pointers.c - arrays of pointers that the vmdesc describes wrongly. */
#include "parser/pointers.h"
#include "parser/vmdesc.h"
#include "tests/unit/description.h"

#define U8(name) "{'name': '" name "', 'type': 'uint8', 'size': 1}"
/* What QEMU says if the first is null, and if it is not. */
#define NULLS(name, n)                                                         \
    "{'name': '" name "', 'array_len': " n ", 'type': 'struct', "              \
    "'struct': {}, 'size': 1}"
#define FULLS(name, n)                                                         \
    "{'name': '" name "', 'array_len': " n ", 'type': 'struct', "              \
    "'struct': {'vmsd_name': 'img', 'version': 1, 'fields': [{'name': "        \
    "'a', 'type': 'uint32', 'size': 4}]}, 'size': 4}"

/* clang-format off */
static const struct row {
    const char *name, *fields, *hex;
    const char *suspect; /* the field; NULL: none */
    const char *mended;  /* as description_dump() writes it; NULL: not */
} rows[] = {
    { "null-first", U8("a") ", " NULLS("css", "3") ", " U8("b"),
      "01 30 11223344 30 02", "css",
      "a=1 css=null css{x=4386 y=13124} css=null b=2" },
    { "full-first", U8("a") ", " FULLS("css", "3") ", " U8("b"),
      "01 11223344 30 30 02", "css",
      "a=1 css{x=4386 y=13124} css=[null null] b=2" },
    { "all-null-is-right", NULLS("css", "3"), "303030", NULL, NULL },
    { "all-full-is-right", FULLS("css", "3"), "112233441122334411223344",
      NULL, NULL },
    { "shorter-than-any", FULLS("css", "3"), "3030", NULL, NULL },
    { "no-multiple", FULLS("css", "3"), "3011223344 3030", NULL, NULL },
    { "one-is-no-array", NULLS("css", "1"), "11223344", NULL, NULL },
    { "two-to-blame", NULLS("css", "3") ", " NULLS("dss", "3"),
      "11223344 3030 303030", NULL, NULL },
    { "of-which-one-can-be", U8("a") ", " NULLS("dss", "3") ", "
      FULLS("css", "3"), "01 303030 11223344 30 30", "css",
      "a=1 dss=[hex:30 hex:30 hex:30] css{x=4386 y=13124} css=[null null]" },
    { "not-described", NULLS("ess", "3"), "30 11223344 30", "ess", NULL },
    { "does-not-fit", NULLS("css", "3"), "30 112233 30", "css", NULL },
    { "subsections",
      NULLS("css", "3") "], 'subsections': [{'vmsd_name': 'v/s', 'version': 2, "
      "'fields': [" U8("c") "]}", "30 11223344 30 05 03 762f73 00000002 07",
      "css", "css=null css{x=4386 y=13124} css=null {v/s 2: c=7}" },
};
/* clang-format on */

static QevmSchemas *
schemas(void)
{
    g_autofree char *text = description_json(
        "{'qevm-schema': 1, 'types': {'all': {'fields': [{'name': 'css', "
        "'count': 3, 'pointers': true, 'type': 'img'}]}, 'img': {'fields': "
        "[{'name': 'x', 'type': 'uint16'}, {'name': 'y', 'type': 'uint16'}]}}, "
        "'leaves': [{'vmsd': 'v', 'type': 'struct', 'field': 'css', "
        "'is': 'all'}]}");
    g_autoptr(QevmSchemas) s = qevm_schemas_new();
    g_autoptr(GError) error = NULL;

    g_assert_true(
        qevm_schemas_add_text(s, "a.json", text, strlen(text), &error));
    g_assert_true(qevm_schemas_load(s, &error));
    return g_steal_pointer(&s);
}

static QevmVmdesc *
vmdesc_of(const char *fields)
{
    g_autofree char *text = g_strdup_printf(
        "{'devices': [{'name': 'v', 'instance_id': 0, 'vmsd_name': 'v', "
        "'version': 1, 'fields': [%s]}]}",
        fields);
    char *json = description_json(text);
    g_autoptr(GBytes) bytes = g_bytes_new_take(json, strlen(json));
    g_autoptr(GError) error = NULL;
    QevmVmdesc *vmdesc = qevm_vmdesc_parse(bytes, 0, &error);

    g_assert_no_error(error);
    return vmdesc;
}

static void
test_row(gconstpointer data)
{
    const struct row *t = data;
    g_autoptr(QevmSchemas) s = schemas();
    g_autoptr(QevmVmdesc) vmdesc = vmdesc_of(t->fields);
    g_autoptr(GBytes) payload = description_bytes(t->hex);
    g_autoptr(QevmArena) arena = qevm_arena_new();
    QevmReadingScope scope = { .idstr = "v", .version = 1, .offset = 0x100 };
    const QevmVmsd *vmsd = vmdesc->devices[0].vmsd, *mended;
    const QevmFieldDesc *suspect =
        qevm_pointers_suspect(vmsd, g_bytes_get_size(payload));
    g_autoptr(GString) dump = g_string_new(NULL);

    g_assert_cmpstr(suspect ? suspect->name : NULL, ==, t->suspect);
    mended = qevm_pointers_mend(s, vmsd, &scope, payload, arena);
    g_assert_true((mended != NULL) == (t->mended != NULL));
    if (mended) {
        g_autoptr(QevmTree) tree = qevm_tree_new(mended, payload, 0x100);

        description_dump(&tree->root, dump);
        g_assert_no_error(tree->error);
        g_assert_cmpstr(dump->str, ==, t->mended);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *path = g_strdup_printf("/pointers/%s", rows[i].name);

        g_test_add_data_func(path, &rows[i], test_row);
    }
    return g_test_run();
}

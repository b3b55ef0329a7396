/* Unit tests of rewrite/compat.c: options that bring an old machine type's
 * devices back. */
#include "rewrite/compat.h"

#include "parser/error.h"

#include <string.h>

/* pc-2 and pc-3 were told by 3.0, which is gone here; ' for ". */
#define TABLE                                                                  \
    "{'qevm-compat': 1, 'machines': {"                                         \
    "'pc-i440fx-2.0': {'qemu': '3.0.0', 'props': ["                            \
    "['e1000', 'mitigation', 'off'], ['virtio-pci', 'disable-modern', 'on'], " \
    "['e1000', 'romfile', 'old.rom'], ['e1000', 'gone', 'on'], "               \
    "['floppy', 'mode', '1']]}, "                                              \
    "'pc-i440fx-4.0': {'qemu': '4.0.0', 'props': []}}}"
#define FACTS(machine, machines)                                               \
    "{'machine': '" machine "', 'types': {'e1000': ['mitigation', "            \
    "'romfile'], 'virtio-blk-pci': ['disable-modern']}, 'parents': "           \
    "{'virtio-blk-pci': 'virtio-pci', 'virtio-pci': 'pci-device', 'e1000': "   \
    "'pci-device'}, 'machines': [" machines "]}"
#define TOLD(name, props) "{'name': '" name "', 'compat-props': [" props "]}"
#define PROP(type, property, value)                                            \
    "{'qom-type': '" type "', 'property': '" property "', 'value': '" value "'}"

/* clang-format off */
static const struct row {
    const char *name, *facts, *machine;
    const char *text; /* options; "unknown" */
} rows[] = {
    { "table", FACTS("pc-i440fx-4.0", "{'name': 'pc-i440fx-4.0'}"), "pc-i440fx-2.0", "e1000.mitigation=off virtio-blk-pci.disable-modern=on" },
    { "same", FACTS("pc-i440fx-2.0", ""), "pc-i440fx-2.0", "" },
    { "unknown", FACTS("pc-i440fx-4.0", ""), "pc-i440fx-1.0", "unknown" },
    { "newer", FACTS("pc-i440fx-2.0", ""), "pc-i440fx-4.0", "" },
    /* what a QEMU says itself counts */
    { "told", FACTS("pc-i440fx-4.0", TOLD("pc-i440fx-4.0", "") ", " TOLD("pc-i440fx-2.0", PROP("e1000", "mitigation", "maybe"))), "pc-i440fx-2.0", "e1000.mitigation=maybe" },
    { "had-already", FACTS("pc-i440fx-4.0", TOLD("pc-i440fx-4.0", PROP("e1000", "mitigation", "off"))), "pc-i440fx-2.0", "virtio-blk-pci.disable-modern=on" },
    /* and what it says of the release that told the table goes below it */
    { "nearest", FACTS("pc-i440fx-5.0", TOLD("pc-i440fx-5.0", "") ", " TOLD("pc-i440fx-4.0.1", PROP("e1000", "mitigation", "off"))), "pc-i440fx-4.0", "e1000.mitigation=off" },
};
/* clang-format on */

static char *
unquoted(const char *text)
{
    return g_strdelimit(g_strdup(text), "'", '"');
}

static QevmCompat *
parse(const char *table, GError **error)
{
    g_autofree char *text = unquoted(table);

    return qevm_compat_parse(text, strlen(text), "table", error);
}

static void
test_row(gconstpointer data)
{
    const struct row *row = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(QevmCompat) compat = parse(TABLE, &error);
    g_autofree char *json = unquoted(row->facts), *text = NULL;
    json_t *facts = json_loads(json, 0, NULL);
    g_autoptr(GPtrArray) options = NULL;

    g_assert_no_error(error);
    g_assert_nonnull(facts);
    options = qevm_compat_options(compat, facts, row->machine);
    g_assert_true(qevm_compat_knows(compat, facts, row->machine) ==
                  (options != NULL));
    if (options) {
        g_ptr_array_add(options, NULL);
        text = g_strjoinv(" ", (char **)options->pdata);
    } else {
        text = g_strdup("unknown");
    }
    g_assert_cmpstr(text, ==, row->text);
    json_decref(facts);
}

/* Devices, each TYPE NAME=TEXT.. */
#define DEVICES(machine, devices)                                              \
    "{'machine': '" machine "', 'types': {'e1000': [], 'virtio-blk-pci': []"   \
    "}, 'parents': {'virtio-blk-pci': 'virtio-pci'}, 'machines': [" TOLD(      \
        "m", PROP("e1000", "told", "on")) "], 'devices': [" devices "]}"
#define DEVICE(type, name, text)                                               \
    "{'type': '" type "', 'properties': {'" name "': '" text "'}}"

static void
differences(void)
{
    static const struct {
        const char *from, *facts, *text;
    } pairs[] = {
        { DEVICE("e1000", "mitigation", "true"),
          DEVICE("e1000", "mitigation", "false"), "e1000.mitigation=true" },
        { DEVICE("e1000", "mitigation", "true"),
          DEVICE("e1000", "mitigation", "true"), "" },
        { DEVICE("e1000", "told", "3 (0x3)"),
          DEVICE("e1000", "told", "4 (0x4)"), "e1000.told=3" },
        { DEVICE("e1000", "told", "\\'a b\\'"),
          DEVICE("e1000", "told", "\\'c\\'"), "e1000.told=a b" },
        /* of types that machine types set it of */
        { DEVICE("virtio-blk-pci", "disable-modern", "true"),
          DEVICE("virtio-blk-pci", "disable-modern", "false"),
          "virtio-blk-pci.disable-modern=true" },
        { DEVICE("virtio-blk-pci", "mitigation", "true"),
          DEVICE("virtio-blk-pci", "mitigation", "false"), "" },
        { DEVICE("e1000", "addr", "02.0"), DEVICE("e1000", "addr", "03.0"),
          "" },
        { DEVICE("e1000", "romfile", "\\'a\\'"),
          DEVICE("e1000", "romfile", "\\'b\\'"), "" },
        /* nothing that an option can give, or that one side has not */
        { DEVICE("e1000", "told", "<null>"), DEVICE("e1000", "told", "1"), "" },
        { DEVICE("e1000", "told", "\\'\\'"), DEVICE("e1000", "told", "\\'b\\'"),
          "" },
        { DEVICE("e1000", "told", "1"), DEVICE("e1000", "other", "2"), "" },
        { "", DEVICE("e1000", "told", "2"), "" },
        /* devices that differ */
        { DEVICE("e1000", "told", "1") ", " DEVICE("e1000", "told", "2"),
          DEVICE("e1000", "told", "3"), "" },
        { DEVICE("e1000", "told", "1") ", " DEVICE("e1000", "told", "1"),
          DEVICE("e1000", "told", "3"), "e1000.told=1" },
    };

    for (guint i = 0; i < G_N_ELEMENTS(pairs); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(QevmCompat) compat = parse(TABLE, &error);
        g_autofree char *one = g_strdup_printf(DEVICES("new", "%s"),
                                               pairs[i].from),
                        *two = g_strdup_printf(DEVICES("old", "%s"),
                                               pairs[i].facts),
                        *from_text = unquoted(one), *text = unquoted(two),
                        *got = NULL;
        json_t *from = json_loads(from_text, 0, NULL);
        json_t *facts = json_loads(text, 0, NULL);
        g_autoptr(GPtrArray) options = NULL;

        g_assert_nonnull(from);
        g_assert_nonnull(facts);
        options = qevm_compat_differences(compat, facts, from);
        g_ptr_array_add(options, NULL);
        got = g_strjoinv(" ", (char **)options->pdata);
        g_assert_cmpstr(got, ==, pairs[i].text);
        json_decref(from);
        json_decref(facts);
    }
}

static void
wrong_tables(void)
{
    static const char *const tables[] = {
        "",
        "{}",
        "{'qevm-compat': 2, 'machines': {}}",
        "{'qevm-compat': 1}",
        "{'qevm-compat': 1, 'machines': {'m': {'qemu': '1.0', 'props': [1]}}}",
    };

    for (guint i = 0; i < G_N_ELEMENTS(tables); i++) {
        g_autoptr(GError) error = NULL;

        g_assert_null(parse(tables[i], &error));
        g_assert_error(error, QEVM_ERROR, QEVM_ERROR_MALFORMED);
        g_assert_true(g_str_has_prefix(error->message, "table: "));
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *path = g_strconcat("/compat/", rows[i].name, NULL);

        g_test_add_data_func(path, &rows[i], test_row);
    }
    g_test_add_func("/compat/wrong-tables", wrong_tables);
    g_test_add_func("/compat/differences", differences);
    return g_test_run();
}

/* facts.c - what a QEMU says of itself. */
#include "cli/qemu/facts.h"

#include "cli/qemu/error.h"

#include <stdlib.h>
#include <string.h>

/* ---- one member each: a new reference, or NULL with error set ---- */

static json_t *
ask_member(QevmQemu *qemu, const char *command, json_t *arguments,
           const char *member, GError **error)
{
    json_t *answer = qevm_qmp_command(qemu->qmp, command, arguments, error);
    json_t *found = json_incref(json_object_get(answer, member));

    if (answer && !found) {
        g_set_error(error, QEVM_QEMU_ERROR, QEVM_QEMU_ERROR_ANSWER,
                    "%s: no \"%s\"", command, member);
    }
    json_decref(answer);
    return found;
}

static json_t *
ask_qemu(QevmQemu *qemu, GError **error)
{
    (void)error;
    return json_pack("{s:s,s:s}", "version", qemu->version, "package",
                     qemu->package);
}

static json_t *
ask_arch(QevmQemu *qemu, GError **error)
{
    return ask_member(qemu, "query-target", NULL, "arch", error);
}

/* The type is "NAME-machine" (hw/core/boards.h: TYPE_MACHINE_SUFFIX). */
static json_t *
ask_machine(QevmQemu *qemu, GError **error)
{
    json_t *type = qevm_qmp_command(
        qemu->qmp, "qom-get",
        json_pack("{s:s,s:s}", "path", "/machine", "property", "type"), error);
    g_autofree char *name = g_strdup(json_string_value(type));

    json_decref(type);
    if (!name) {
        return NULL;
    }
    if (g_str_has_suffix(name, "-machine")) {
        name[strlen(name) - strlen("-machine")] = '\0';
    }
    return json_string(name);
}

static json_t *
ask_accelerator(QevmQemu *qemu, GError **error)
{
    json_t *kvm = ask_member(qemu, "query-kvm", NULL, "enabled", error);
    json_t *name = kvm ? json_string(json_is_true(kvm) ? "kvm" : "tcg") : NULL;

    json_decref(kvm);
    return name;
}

/* "  pc.ram    4 KiB  0xOFFSET 0xUSED 0xTOTAL", from 7.2 on with more behind
 * (system/physmem.c:ram_block_format()). A name may hold blanks. */
static json_t *
ask_ram_blocks(QevmQemu *qemu, GError **error)
{
    g_autofree char *text = qevm_qmp_human(qemu->qmp, "info ramblock", error);
    g_autoptr(GRegex) form = g_regex_new(
        "^ *(\\S.*?) +([0-9]+) ([KMGT]?i?B)  0x[0-9a-f]+ 0x([0-9a-f]+) "
        "0x([0-9a-f]+)",
        0, 0, NULL);
    g_auto(GStrv) lines = text ? g_strsplit(text, "\n", -1) : NULL;
    json_t *blocks = text ? json_array() : NULL;

    for (char **line = lines; line && *line; line++) {
        g_autoptr(GMatchInfo) match = NULL;
        g_autofree char *name = NULL, *page = NULL, *unit = NULL;
        g_autofree char *used = NULL, *total = NULL;
        guint64 size;

        if (!g_regex_match(form, *line, 0, &match)) {
            continue;
        }
        name = g_match_info_fetch(match, 1);
        page = g_match_info_fetch(match, 2);
        unit = g_match_info_fetch(match, 3);
        used = g_match_info_fetch(match, 4);
        total = g_match_info_fetch(match, 5);
        size = g_ascii_strtoull(page, NULL, 10);
        size <<= *unit == 'K' ? 10 : *unit == 'M' ? 20 : *unit == 'G' ? 30 : 0;
        json_array_append_new(
            blocks, json_pack("{s:s,s:I,s:I,s:I}", "idstr", name, "page_size",
                              (json_int_t)size, "used_length",
                              (json_int_t)g_ascii_strtoull(used, NULL, 16),
                              "max_length",
                              (json_int_t)g_ascii_strtoull(total, NULL, 16)));
    }
    return blocks;
}

static int
compare_names(const void *a, const void *b)
{
    const json_t *const *x = a, *const *y = b;

    return strcmp(json_string_value(json_object_get(*x, "name")),
                  json_string_value(json_object_get(*y, "name")));
}

/* Lists of QEMU's come in the order of a hash table. */
static void
sort_by_name(json_t *list)
{
    gsize n = json_array_size(list);
    g_autofree json_t **items = g_new(json_t *, n);

    for (gsize i = 0; i < n; i++) {
        items[i] = json_incref(json_array_get(list, i));
        if (!json_string_value(json_object_get(items[i], "name"))) {
            json_object_set_new(items[i], "name", json_string(""));
        }
    }
    if (n > 0) {
        qsort(items, n, sizeof(*items), compare_names);
    }
    json_array_clear(list);
    for (gsize i = 0; i < n; i++) {
        json_array_append_new(list, items[i]);
    }
}

/* QEMU 9.1 and newer tell their compat properties, too. */
static json_t *
ask_machines(QevmQemu *qemu, GError **error)
{
    json_t *list =
        qevm_qmp_command(qemu->qmp, "query-machines",
                         json_pack("{s:b}", "compat-props", 1), NULL);

    if (!list) {
        list = qevm_qmp_command(qemu->qmp, "query-machines", NULL, error);
    }
    sort_by_name(list);
    return list;
}

static json_t *
ask_migration(QevmQemu *qemu, GError **error)
{
    json_t *list =
        qevm_qmp_command(qemu->qmp, "query-migrate-capabilities", NULL, error);
    json_t *parameters =
        list ? qevm_qmp_command(qemu->qmp, "query-migrate-parameters", NULL,
                                error)
             : NULL;
    json_t *capabilities = json_object(), *item;
    size_t i;

    json_array_foreach(list, i, item)
    {
        json_object_set(capabilities,
                        json_string_value(json_object_get(item, "capability")),
                        json_object_get(item, "state"));
    }
    json_decref(list);
    if (!parameters) {
        json_decref(capabilities);
        return NULL;
    }
    return json_pack("{s:o,s:o}", "capabilities", capabilities, "parameters",
                     parameters);
}

/* ---- the properties of device types ---- */

/* Names, sorted; NULL: QEMU does not list them. */
static json_t *
ask_properties(QevmQemu *qemu, const char *type, GError **error)
{
    json_t *list =
        qevm_qmp_command(qemu->qmp, "device-list-properties",
                         json_pack("{s:s}", "typename", type), error);
    json_t *names = list ? json_array() : NULL, *item;
    size_t i;

    sort_by_name(list);
    json_array_foreach(list, i, item)
    {
        json_array_append(names, json_object_get(item, "name"));
    }
    json_decref(list);
    return names;
}

/* Adds a type and its properties to `types`, unless QEMU lists none. */
static gboolean
add_type(QevmQemu *qemu, json_t *types, const char *type, GError **error)
{
    g_autoptr(GError) problem = NULL;
    json_t *names;

    if (json_object_get(types, type)) {
        return TRUE;
    }
    names = ask_properties(qemu, type, &problem);
    if (names) {
        json_object_set_new(types, type, names);
    } else if (!g_error_matches(problem, QEVM_QEMU_ERROR,
                                QEVM_QEMU_ERROR_ANSWER)) {
        g_propagate_error(error, g_steal_pointer(&problem));
        return FALSE;
    }
    return TRUE;
}

/* A CPU is in no qtree. */
static gboolean
add_cpu(QevmQemu *qemu, json_t *types, GError **error)
{
    json_t *list = qevm_qmp_command(qemu->qmp, "query-cpus-fast", NULL, error);
    json_t *path = json_object_get(json_array_get(list, 0), "qom-path"), *type;
    gboolean ok;

    if (!list || !path) {
        json_decref(list);
        return list != NULL;
    }
    type = qevm_qmp_command(
        qemu->qmp, "qom-get",
        json_pack("{s:O,s:s}", "path", path, "property", "type"), error);
    json_decref(list);
    ok = type && add_type(qemu, types, json_string_value(type), error);
    json_decref(type);
    return ok;
}

/* Of the CPU, and of all types in a qtree: {TYPE: [NAME..]}. */
static json_t *
ask_types(QevmQemu *qemu, const char *qtree, GError **error)
{
    g_autoptr(GRegex) form =
        g_regex_new("^ *dev: ([^,]+), id ", G_REGEX_MULTILINE, 0, NULL);
    g_autoptr(GMatchInfo) match = NULL;
    json_t *types = json_object();
    gboolean ok = add_cpu(qemu, types, error);

    g_regex_match(form, qtree, 0, &match);
    for (; ok && g_match_info_matches(match); g_match_info_next(match, NULL)) {
        g_autofree char *type = g_match_info_fetch(match, 1);

        ok = add_type(qemu, types, type, error);
    }
    if (!ok) {
        json_decref(types);
    }
    return ok ? types : NULL;
}

/* What each of the types inherits from, and what that does: {TYPE: TYPE}. */
static json_t *
ask_parents(QevmQemu *qemu, json_t *types, GError **error)
{
    json_t *list = qevm_qmp_command(qemu->qmp, "qom-list-types",
                                    json_pack("{s:b}", "abstract", 1), error);
    json_t *all = json_object(), *parents = json_object(), *item, *parent;
    const char *type;
    size_t i;

    json_array_foreach(list, i, item)
    {
        type = json_string_value(json_object_get(item, "name"));
        parent = json_object_get(item, "parent");
        if (type && parent) {
            json_object_set(all, type, parent);
        }
    }
    json_object_foreach(types, type, item)
    {
        const char *of = type;

        while (of && (parent = json_object_get(all, of)) &&
               !json_object_get(parents, of)) {
            json_object_set(parents, of, parent);
            of = json_string_value(parent);
        }
    }
    json_decref(all);
    if (!list) {
        json_decref(parents);
        return NULL;
    }
    json_decref(list);
    return parents;
}

/* ---- all of it ---- */

json_t *
qevm_qemu_facts(QevmQemu *qemu, char **qtree, GError **error)
{
    static const struct {
        const char *member;
        json_t *(*ask)(QevmQemu *qemu, GError **error);
    } members[] = {
        { "qemu", ask_qemu },
        { "arch", ask_arch },
        { "machine", ask_machine },
        { "accelerator", ask_accelerator },
        { "ram_blocks", ask_ram_blocks },
        { "machines", ask_machines },
        { "migration", ask_migration },
    };
    g_autofree char *text = qevm_qmp_human(qemu->qmp, "info qtree", error);
    json_t *facts = json_object(), *types, *parents;

    for (guint i = 0; text && i < G_N_ELEMENTS(members); i++) {
        json_t *value = members[i].ask(qemu, error);

        if (!value) {
            json_decref(facts);
            return NULL;
        }
        json_object_set_new(facts, members[i].member, value);
    }
    types = text ? ask_types(qemu, text, error) : NULL;
    parents = types ? ask_parents(qemu, types, error) : NULL;
    if (!parents) {
        json_decref(types);
        json_decref(facts);
        return NULL;
    }
    json_object_set_new(facts, "types", types);
    json_object_set_new(facts, "parents", parents);
    *qtree = g_steal_pointer(&text);
    return facts;
}

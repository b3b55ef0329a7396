/* config.c - options in a file, for -readconfig, and options changed later by
 * -set: turned into the options that they stand for.
 */
#include "cli/qemu/rework.h"

#include <string.h>

#define CONFIG_MAX (1024 * 1024) /* bytes */

/* Groups whose name is not that of an option. */
static const struct {
    const char *group, *option;
} other_names[] = {
    { "memory", "m" },
    { "smp-opts", "smp" },
    { "boot-opts", "boot" },
};

static const QevmQemuOption *
option_of_group(const char *group)
{
    for (guint i = 0; i < G_N_ELEMENTS(other_names); i++) {
        if (strcmp(group, other_names[i].group) == 0) {
            return qevm_qemu_option_find(other_names[i].option);
        }
    }
    return qevm_qemu_option_find(group);
}

static gboolean
fail(const QevmQemuItem *item, guint line, GError **error)
{
    return qevm_rework_refuse(item, error, "line %u cannot be understood",
                              line);
}

/* [GROUP] or [GROUP "ID"]. NULL: it is none. */
static QevmQemuItem *
begin_group(const char *line, QevmQemuValue **value)
{
    g_autoptr(GRegex) form =
        g_regex_new("^\\[([A-Za-z0-9_-]+)(?: \"([^\"]*)\")?\\]$", 0, 0, NULL);
    g_autoptr(GMatchInfo) match = NULL;
    g_autofree char *group = NULL, *id = NULL;
    const QevmQemuOption *option;
    QevmQemuItem *item;

    if (!g_regex_match(form, line, 0, &match)) {
        return NULL;
    }
    group = g_match_info_fetch(match, 1);
    id = g_match_info_fetch(match, 2);
    option = option_of_group(group);
    if (!option || !option->argument ||
        option->rework == qevm_rework_read_config) {
        return NULL;
    }
    item = g_new0(QevmQemuItem, 1);
    item->option = option;
    *value = qevm_qemu_value_new(NULL);
    if (id && *id) {
        qevm_qemu_value_set(*value, "id", id);
    }
    return item;
}

/* KEY = "VALUE" */
static gboolean
add_key(const char *line, QevmQemuValue *value)
{
    g_autoptr(GRegex) form =
        g_regex_new("^([A-Za-z0-9_.-]+)\\s*=\\s*\"([^\"]*)\"$", 0, 0, NULL);
    g_autoptr(GMatchInfo) match = NULL;
    g_autofree char *key = NULL, *text = NULL;

    if (!value || !g_regex_match(form, line, 0, &match)) {
        return FALSE;
    }
    key = g_match_info_fetch(match, 1);
    text = g_match_info_fetch(match, 2);
    qevm_qemu_value_set(value, key, text);
    return TRUE;
}

static void
end_group(QevmQemuItem *item, QevmQemuValue *value)
{
    if (item) {
        item->value = qevm_qemu_value_text(value);
        qevm_qemu_value_free(value);
    }
}

/* Read as util/qemu-config.c:qemu_config_foreach() does. */
gboolean
qevm_rework_read_config(QevmRework *rework, const QevmQemuItem *item,
                        GError **error)
{
    g_autofree char *text = NULL;
    g_auto(GStrv) lines = NULL;
    QevmQemuItem *group = NULL;
    QevmQemuValue *value = NULL;
    gboolean ok = TRUE;
    gsize len;

    if (rework->command->wrapped) {
        return qevm_rework_refuse(item, error,
                                  "behind another command that file may be "
                                  "another one; give the options themselves");
    }
    if (!g_file_get_contents(item->value, &text, &len, error)) {
        return FALSE;
    }
    if (len > CONFIG_MAX || !g_utf8_validate(text, (gssize)len, NULL)) {
        return qevm_rework_refuse(item, error, "it is no text, or too long");
    }
    lines = g_strsplit(text, "\n", -1);
    for (guint i = 0; lines[i] && ok; i++) {
        char *line = g_strstrip(lines[i]);

        if (*line == '[') {
            QevmQemuValue *next = NULL;
            QevmQemuItem *begun = begin_group(line, &next);

            end_group(group, value);
            group = begun;
            value = next;
            if (group) {
                g_ptr_array_add(rework->items, group);
            }
            ok = group || fail(item, i + 1, error);
        } else if (*line && *line != '#') {
            ok = add_key(line, value) || fail(item, i + 1, error);
        }
    }
    end_group(group, value);
    return ok;
}

/* ---- -set GROUP.ID.KEY=VALUE ---- */

gboolean
qevm_rework_apply_set(QevmRework *rework, const QevmQemuItem *item,
                      GError **error)
{
    const char *equals = strchr(item->value, '=');
    g_autofree char *name =
        g_strndup(item->value, equals ? (gsize)(equals - item->value) : 0);
    g_auto(GStrv) parts = g_strsplit(name, ".", 3);
    const QevmQemuOption *option =
        g_strv_length(parts) == 3 ? option_of_group(parts[0]) : NULL;

    for (guint i = 0; option && i < rework->items->len; i++) {
        QevmQemuItem *other = g_ptr_array_index(rework->items, i);
        g_autoptr(QevmQemuValue) value = NULL;

        if (other->option != option) {
            continue;
        }
        value = qevm_rework_parse(other, NULL, error);
        if (!value) {
            return FALSE;
        }
        if (qevm_qemu_value_is(value, "id", parts[1])) {
            qevm_qemu_value_set(value, parts[2], equals + 1);
            g_free(other->value);
            other->value = qevm_qemu_value_text(value);
            return TRUE;
        }
    }
    return qevm_rework_refuse(item, error, "it names no option that is there");
}

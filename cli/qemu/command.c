/* command.c - a user's QEMU command line as it is run here. */
#include "cli/qemu/rework.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static void
item_free(gpointer p)
{
    QevmQemuItem *item = p;

    g_free(item->value);
    g_free(item);
}

static void
rework_clear(QevmRework *rework)
{
    g_ptr_array_unref(rework->items);
    g_ptr_array_unref(rework->argv);
    g_hash_table_unref(rework->nodes);
    g_free(rework->serial_chardev);
    g_free(rework->tpm_chardev);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(QevmRework, rework_clear)

void
qevm_qemu_command_free(QevmQemuCommand *command)
{
    if (!command) {
        return;
    }
    for (guint i = 0; i < command->fds->len; i++) {
        close(g_array_index(command->fds, int, i));
    }
    if (command->serial >= 0) {
        close(command->serial);
    }
    g_array_unref(command->fds);
    g_strfreev(command->argv);
    g_ptr_array_unref(command->left_out);
    g_ptr_array_unref(command->changed);
    g_ptr_array_unref(command->overlaid);
    g_free(command);
}

char *
qevm_qemu_words_text(char *const *words)
{
    GString *text = g_string_new(NULL);

    for (char *const *word = words; *word; word++) {
        gboolean plain =
            **word && !(*word)[strspn(*word, "abcdefghijklmnopqrstuvwxyz"
                                             "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                             "0123456789-_=,.:/+@%")];
        g_autofree char *quoted = plain ? NULL : g_shell_quote(*word);

        g_string_append_printf(text, "%s%s", text->len ? " " : "",
                               quoted ? quoted : *word);
    }
    return g_string_free(text, FALSE);
}

char *
qevm_qemu_command_text(const QevmQemuCommand *command)
{
    return qevm_qemu_words_text(command->argv);
}

/* ---- for those that rework one kind of option ---- */

void
qevm_rework_put(QevmRework *rework, const char *name, const char *value)
{
    g_ptr_array_add(rework->argv, g_strconcat("-", name, NULL));
    if (value) {
        g_ptr_array_add(rework->argv, g_strdup(value));
    }
}

void
qevm_rework_put_value(QevmRework *rework, const char *name,
                      const QevmQemuValue *value)
{
    g_autofree char *text = qevm_qemu_value_text(value);

    qevm_rework_put(rework, name, text);
}

void
qevm_rework_pass(QevmRework *rework, const QevmQemuItem *item)
{
    qevm_rework_put(rework, item->option->name, item->value);
}

static char *
item_text(const QevmQemuItem *item)
{
    return g_strconcat("-", item->option->name, item->value ? " " : NULL,
                       item->value, NULL);
}

void
qevm_rework_change(QevmRework *rework, const QevmQemuItem *item,
                   const QevmQemuValue *value)
{
    g_ptr_array_add(rework->command->changed, item_text(item));
    qevm_rework_put_value(rework, item->option->name, value);
}

void
qevm_rework_leave_out(QevmRework *rework, const QevmQemuItem *item)
{
    g_ptr_array_add(rework->command->left_out, item_text(item));
}

static void
refuse(const QevmQemuItem *item, GError **error, const char *why,
       const char *advice)
{
    g_autofree char *text = item_text(item);

    g_set_error(error, QEVM_QEMU_ERROR, QEVM_QEMU_ERROR_COMMAND, "%s: %s%s",
                text, why, advice);
}

gboolean
qevm_rework_refuse(const QevmQemuItem *item, GError **error, const char *format,
                   ...)
{
    g_autofree char *why = NULL;
    va_list args;

    va_start(args, format);
    why = g_strdup_vprintf(format, args);
    va_end(args);
    refuse(item, error, why, "");
    return FALSE;
}

gboolean
qevm_rework_guard(QevmRework *rework, const QevmQemuItem *item, GError **error,
                  const char *format, ...)
{
    g_autofree char *why = NULL;
    va_list args;

    if (rework->flags & QEVM_QEMU_DISKS_ARE_COPIES) {
        qevm_rework_pass(rework, item);
        return TRUE;
    }
    va_start(args, format);
    why = g_strdup_vprintf(format, args);
    va_end(args);
    refuse(item, error, why, "; if that is no loss, --disks-are-copies");
    return FALSE;
}

QevmQemuValue *
qevm_rework_parse(const QevmQemuItem *item, const char *implied, GError **error)
{
    g_autoptr(GError) why = NULL;
    QevmQemuValue *value = qevm_qemu_value_parse(item->value, implied, &why);

    if (!value) {
        refuse(item, error, why->message, "");
    }
    return value;
}

void
qevm_rework_inherit(QevmRework *rework, int fd)
{
    g_array_append_val(rework->command->fds, fd);
}

gboolean
qevm_rework_listed(const char *list, const char *name)
{
    g_auto(GStrv) words = g_strsplit(list, " ", -1);

    for (char **word = words; *word; word++) {
        if (g_pattern_match_simple(*word, name)) {
            return TRUE;
        }
    }
    return FALSE;
}

/* ---- which of the words is the QEMU ---- */

static gboolean
is_script(const char *program)
{
    g_autofree char *path = g_find_program_in_path(program);
    int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    char head[2] = { 0 };
    gssize got = fd >= 0 ? read(fd, head, sizeof(head)) : 0;

    if (fd >= 0) {
        close(fd);
    }
    return got == 2 && head[0] == '#' && head[1] == '!';
}

static gboolean
is_qemu(const char *word)
{
    g_autofree char *name = g_path_get_basename(word);

    return g_str_has_prefix(name, "qemu-system-") ||
           strcmp(name, "qemu-kvm") == 0;
}

/* An option of QEMU's with a name that no other program would have. */
static gboolean
is_qemu_option(const char *word)
{
    return word[0] == '-' && word[1] && word[2] &&
           qevm_qemu_option_find(word + 1 + (word[1] == '-')) != NULL;
}

/* The first word, or a QEMU further on, if nothing before it could be an
 * option of a QEMU of another name. */
static gboolean
find_program(char **words, QevmQemuFlags flags, guint *at, GError **error)
{
    guint i = 0;

    *at = 0;
    while (words[i] && !is_qemu(words[i]) && !is_qemu_option(words[i])) {
        i++;
    }
    if (words[i] && is_qemu(words[i])) {
        *at = i;
    } else if (is_script(words[0]) && strcmp(words[0], "kvm") != 0 &&
               !(flags & QEVM_QEMU_DISKS_ARE_COPIES)) {
        g_set_error(error, QEVM_QEMU_ERROR, QEVM_QEMU_ERROR_COMMAND,
                    "\"%s\" is a script, so that it cannot be seen which disks "
                    "QEMU is given; name the QEMU itself, or, if they may be "
                    "written to, say --disks-are-copies",
                    words[0]);
        return FALSE;
    }
    return TRUE;
}

/* ---- taking the command line apart ---- */

/* An image without an option is the first disk. */
static const char *
option_name(const char *word)
{
    return word[0] != '-' ? "hda" : word + 1 + (word[1] == '-');
}

static gboolean
collect(QevmRework *rework, char **words, GError **error)
{
    for (; *words; words++) {
        gboolean bare = **words != '-',
                 any = rework->flags & QEVM_QEMU_DISKS_ARE_COPIES;
        /* A bare word may be the argument of an option that is not known. */
        const QevmQemuOption *option =
            bare && any ? NULL : qevm_qemu_option_find(option_name(*words));
        QevmQemuItem *item;

        if (!option && !any) {
            g_set_error(error, QEVM_QEMU_ERROR, QEVM_QEMU_ERROR_COMMAND,
                        "\"%s\" is no option of QEMU that is known here, so "
                        "that it cannot be told what it writes to; if that is "
                        "no loss, say --disks-are-copies",
                        *words);
            return FALSE;
        }
        if (option && option->argument && !bare && !words[1]) {
            g_set_error(error, QEVM_QEMU_ERROR, QEVM_QEMU_ERROR_COMMAND,
                        "%s needs an argument", *words);
            return FALSE;
        }
        item = g_new0(QevmQemuItem, 1);
        item->option = option;
        if (!option || bare) {
            item->value = g_strdup(*words);
        } else if (option->argument) {
            item->value = g_strdup(*++words);
        }
        g_ptr_array_add(rework->items, item);
    }
    return TRUE;
}

/* Replaces -readconfig by what it stands for, and lets -set do its work. */
static gboolean
expand(QevmRework *rework, GError **error)
{
    for (guint i = 0; i < rework->items->len; i++) {
        const QevmQemuItem *item = g_ptr_array_index(rework->items, i);

        if (item->option && item->option->rework == qevm_rework_read_config &&
            !qevm_rework_read_config(rework, item, error)) {
            return FALSE;
        }
    }
    for (guint i = 0; i < rework->items->len; i++) {
        const QevmQemuItem *item = g_ptr_array_index(rework->items, i);

        if (item->option && item->option->rework == qevm_rework_apply_set &&
            !qevm_rework_apply_set(rework, item, error)) {
            return FALSE;
        }
    }
    return TRUE;
}

/* What has to be known before the first option is reworked. */
static gboolean
look_around(QevmRework *rework, GError **error)
{
    for (guint i = 0; i < rework->items->len; i++) {
        const QevmQemuItem *item = g_ptr_array_index(rework->items, i);

        if (item->option && item->option->rework == qevm_rework_blockdev &&
            !qevm_rework_note_nodes(rework, item, error)) {
            return FALSE;
        }
        if (item->option && item->option->rework == qevm_rework_tpmdev &&
            !qevm_rework_note_tpm(rework, item, error)) {
            return FALSE;
        }
    }
    return qevm_rework_find_serial(rework, error);
}

static gboolean
rework_item(QevmRework *rework, const QevmQemuItem *item, GError **error)
{
    if (!item->option) {
        g_ptr_array_add(rework->argv, g_strdup(item->value));
        return TRUE;
    }
    if (item->option->rework == qevm_rework_read_config ||
        item->option->rework == qevm_rework_apply_set) {
        return TRUE; /* done with */
    }
    if (item->option->rework) {
        return item->option->rework(rework, item, error);
    }
    qevm_rework_pass(rework, item);
    return TRUE;
}

static gboolean
rework_all(QevmRework *rework, GError **error)
{
    gboolean display = FALSE;

    for (guint i = 0; i < rework->items->len; i++) {
        const QevmQemuItem *item = g_ptr_array_index(rework->items, i);

        if (!rework_item(rework, item, error)) {
            return FALSE;
        }
    }
    for (guint i = 0; i < rework->argv->len; i++) {
        display |= strcmp(g_ptr_array_index(rework->argv, i), "-display") == 0;
    }
    if (!display) {
        qevm_rework_put(rework, "display", "none");
    }
    qevm_rework_put(rework, "monitor", "none");
    qevm_rework_default_net(rework);
    /* For drives in QEMU's own configuration file. */
    if (!(rework->flags & QEVM_QEMU_DISKS_ARE_COPIES)) {
        qevm_rework_put(rework, "snapshot", NULL);
    }
    return qevm_rework_default_serial(rework, error);
}

QevmQemuCommand *
qevm_qemu_command_new(char **words, QevmQemuFlags flags, GError **error)
{
    g_autoptr(QevmQemuCommand) command = g_new0(QevmQemuCommand, 1);
    g_auto(QevmRework) rework = { .command = command, .flags = flags };
    guint program;

    rework.items = g_ptr_array_new_with_free_func(item_free);
    rework.argv = g_ptr_array_new_with_free_func(g_free);
    rework.nodes = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    command->fds = g_array_new(FALSE, FALSE, sizeof(int));
    command->left_out = g_ptr_array_new_with_free_func(g_free);
    command->changed = g_ptr_array_new_with_free_func(g_free);
    command->overlaid = g_ptr_array_new_with_free_func(g_free);
    command->tpm = -1;
    command->serial = -1;
    if (!find_program(words, flags, &program, error)) {
        return NULL;
    }
    command->wrapped = program > 0;
    for (guint i = 0; i <= program; i++) {
        g_ptr_array_add(rework.argv, g_strdup(words[i]));
    }
    if (!collect(&rework, words + program + 1, error) ||
        !expand(&rework, error) || !look_around(&rework, error) ||
        !rework_all(&rework, error)) {
        return NULL;
    }
    g_ptr_array_add(rework.argv, NULL);
    command->argv = g_strdupv((char **)rework.argv->pdata);
    return g_steal_pointer(&command);
}

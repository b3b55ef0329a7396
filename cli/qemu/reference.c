/* reference.c - what a QEMU saves when idle, with the devices of an older
 * machine type.
 */
#include "cli/qemu/reference.h"

#include "cli/output.h"
#include "cli/qemu/capture.h"
#include "cli/qemu/defaults.h"
#include "cli/qemu/error.h"
#include "cli/qemu/facts.h"
#include "cli/qemu/process.h"
#include "cli/qemu/qtree.h"
#include "cli/qemu/save.h"
#include "cli/target.h"

#include <string.h>
#include <unistd.h>

static QevmQemuCommand *
command_of(QevmCli *cli, char **words, GError **error)
{
    const QevmOptions *o = &cli->options;

    return qevm_qemu_command_new(
        words,
        (o->disks_are_copies ? QEVM_QEMU_DISKS_ARE_COPIES : 0) |
            (o->run > 0 ? QEVM_QEMU_RUN : 0),
        error);
}

static void
add_words(GStrvBuilder *all, char **words)
{
    for (; *words; words++) {
        g_strv_builder_add(all, *words);
    }
}

/* The words, and the first `count` of the options. Owned. */
static char **
with_options(char **words, const GPtrArray *options, guint count)
{
    g_autoptr(GStrvBuilder) all = g_strv_builder_new();

    add_words(all, words);
    for (guint i = 0; i < count; i++) {
        g_strv_builder_add(all, "-global");
        g_strv_builder_add(all, g_ptr_array_index(options, i));
    }
    return g_strv_builder_end(all);
}

/* ---- which options ---- */

/* Of the QEMU that the words start, as they are. */
static json_t *
facts_of(QevmCli *cli, char **words, GError **error)
{
    g_autoptr(QevmQemuCommand) command = command_of(cli, words, error);
    g_autoptr(QevmQemu) qemu =
        command ? qevm_qemu_start(command, qevm_qemu_save_options,
                                  (guint)cli->options.timeout, TRUE, error)
                : NULL;
    g_autofree char *qtree = NULL;
    g_autoptr(GPtrArray) none = g_ptr_array_new();
    json_t *facts = qemu ? qevm_qemu_facts(qemu, &qtree, error) : NULL;

    if (facts) {
        json_object_set_new(facts, "devices", qevm_qtree_devices(qtree, none));
    }
    return facts;
}

/* Does the user say what a property is? Then it is that. */
static gboolean
is_given(char **words, const char *option)
{
    gsize len = (gsize)(strchr(option, '=') - option) + 1;

    for (; words[0] && words[1]; words++) {
        if ((strcmp(words[0], "-global") == 0 ||
             strcmp(words[0], "--global") == 0) &&
            strncmp(words[1], option, len) == 0) {
            return TRUE;
        }
    }
    return FALSE;
}

static gboolean
has_option(const GPtrArray *options, const char *option)
{
    gsize len = (gsize)(strchr(option, '=') - option) + 1;

    for (guint i = 0; i < options->len; i++) {
        if (strncmp(g_ptr_array_index(options, i), option, len) == 0) {
            return TRUE;
        }
    }
    return FALSE;
}

/* Takes over `wanted`, of which NULL is none. */
static void
add_options(GPtrArray *options, char **words, GPtrArray *wanted)
{
    for (guint i = 0; wanted && i < wanted->len; i++) {
        const char *option = g_ptr_array_index(wanted, i);

        if (!is_given(words, option) && !has_option(options, option)) {
            g_ptr_array_add(options, g_strdup(option));
        }
    }
    if (wanted) {
        g_ptr_array_unref(wanted);
    }
}

static GPtrArray *
options_for(QevmCli *cli, char **words, const char *machine, const json_t *from,
            GError **error)
{
    GPtrArray *options = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(QevmCompat) compat = NULL;
    json_t *facts;

    if (!machine) {
        return options;
    }
    facts = facts_of(cli, words, error);
    compat = facts
                 ? qevm_cli_compat(
                       json_string_value(json_object_get(facts, "arch")), error)
                 : NULL;
    if (!compat) {
        json_decref(facts);
        g_ptr_array_unref(options);
        return NULL;
    }
    add_options(options, words, qevm_compat_options(compat, facts, machine));
    if (from) {
        add_options(options, words,
                    qevm_compat_differences(compat, facts, from));
    }
    json_decref(facts);
    return options;
}

/* ---- which it starts with ---- */

/* Does QEMU start with the first `count` of the options? *failed tells an
 * answer of QEMU's from an error of ours. */
static gboolean
starts(QevmCli *cli, char **words, const GPtrArray *options, guint count,
       gboolean *failed, GError **error)
{
    g_auto(GStrv) all = with_options(words, options, count);
    g_autoptr(QevmQemuCommand) command = command_of(cli, all, error);
    g_autoptr(GError) problem = NULL;
    g_autoptr(QevmQemu) qemu = NULL;

    *failed = FALSE;
    if (!command) {
        return FALSE;
    }
    qemu = qevm_qemu_start(command, qevm_qemu_save_options,
                           (guint)cli->options.timeout, FALSE, &problem);
    if (qemu) {
        return TRUE;
    }
    *failed = g_error_matches(problem, QEVM_QEMU_ERROR, QEVM_QEMU_ERROR_START);
    if (!*failed) {
        g_propagate_error(error, g_steal_pointer(&problem));
    }
    return FALSE;
}

/* Takes out, one by one, the options that it does not start with. */
static gboolean
settle(QevmCli *cli, char **words, QevmReference *r, GError **error)
{
    guint works = 0; /* it starts with so many of the first */
    gboolean failed;

    for (;;) {
        guint fails = r->added->len;

        if (works == fails ||
            starts(cli, words, r->added, fails, &failed, error)) {
            return TRUE;
        }
        while (failed && fails - works > 1) {
            guint middle = works + (fails - works) / 2;

            if (starts(cli, words, r->added, middle, &failed, error)) {
                works = middle;
                failed = TRUE;
            } else {
                fails = middle;
            }
        }
        if (!failed) {
            return FALSE;
        }
        g_ptr_array_add(r->failed,
                        g_ptr_array_steal_index(r->added, fails - 1));
    }
}

/* ---- all of it ---- */

static gboolean
capture(QevmCli *cli, QevmReference *r, GError **error)
{
    int fd = qevm_output_unnamed(error);

    if (fd < 0) {
        return FALSE;
    }
    if (!qevm_capture(cli, r->command, r->words, (guint)cli->options.timeout,
                      fd, &r->facts, r->notes, error)) {
        close(fd);
        return FALSE;
    }
    r->source = qevm_source_new_fd(fd, "the reference", error);
    return r->source != NULL;
}

QevmReference *
qevm_reference_new(QevmCli *cli, char **words, const char *machine,
                   const json_t *from, GError **error)
{
    g_autoptr(QevmReference) r = g_new0(QevmReference, 1);
    g_autoptr(GStrvBuilder) both = g_strv_builder_new();
    g_auto(GStrv) more = NULL, spelled = NULL;

    r->failed = g_ptr_array_new_with_free_func(g_free);
    r->notes = g_ptr_array_new_with_free_func(g_free);
    r->added = options_for(cli, words, machine, from, error);
    if (!r->added) {
        return NULL;
    }
    more = qevm_qemu_keep_defaults(words, r->added);
    add_words(both, words);
    add_words(both, more);
    spelled = g_strv_builder_end(both);
    if (!settle(cli, spelled, r, error)) {
        return NULL;
    }
    r->words = with_options(spelled, r->added, r->added->len);
    r->command = command_of(cli, r->words, error);
    return r->command && capture(cli, r, error) ? g_steal_pointer(&r) : NULL;
}

void
qevm_reference_free(QevmReference *r)
{
    if (!r) {
        return;
    }
    qevm_qemu_command_free(r->command);
    g_strfreev(r->words);
    g_clear_pointer(&r->added, g_ptr_array_unref);
    g_clear_pointer(&r->failed, g_ptr_array_unref);
    g_clear_pointer(&r->notes, g_ptr_array_unref);
    json_decref(r->facts);
    qevm_source_free(r->source);
    g_free(r);
}

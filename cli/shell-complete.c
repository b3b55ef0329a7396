/* shell-complete.c - what a word that is being typed in the shell can become.
 */
#include "cli/complete-path.h"
#include "cli/shell-words.h"
#include "cli/target.h"

#include <string.h>

/* ---- files, streams, commands, options ---- */

static void
offer_files(QevmCompletion *c)
{
    g_autofree char *front = g_strdup(c->word);
    char *slash = strrchr(front, '/');
    g_autofree char *folder = NULL;
    g_autoptr(GDir) dir = NULL;
    const char *name;

    front[slash ? slash - front + 1 : 0] = '\0';
    folder = g_strdup(*front ? front : ".");
    dir = g_dir_open(folder, 0, NULL);
    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        gboolean inner = g_file_test(path, G_FILE_TEST_IS_DIR);

        if (name[0] != '.' || c->word[strlen(front)] == '.') {
            qevm_complete_offer(
                c, g_strconcat(front, name, inner ? "/" : "", NULL));
        }
    }
}

/* Of --against, the one option that takes a file. */
static void
offer_targets(QevmCompletion *c)
{
    g_autoptr(GPtrArray) names = qevm_cli_shipped();

    for (guint i = 0; i < names->len; i++) {
        qevm_complete_offer(c, g_strdup(g_ptr_array_index(names, i)));
    }
    offer_files(c);
}

static void
offer_streams(QevmCompletion *c, const QevmShell *shell)
{
    for (guint i = 0; i < shell->files->len; i++) {
        const QevmShellFile *f = g_ptr_array_index(shell->files, i);

        qevm_complete_offer(c, g_strdup(f->name));
    }
}

static void
offer_commands(QevmCompletion *c)
{
    for (const QevmShellCommand *s = qevm_shell_commands; s->command.name;
         s++) {
        qevm_complete_offer(c, g_strdup(s->command.name));
        if (s->alias) {
            qevm_complete_offer(c, g_strdup(s->alias));
        }
    }
}

static void
offer_options(QevmCompletion *c, const QevmCommand *command)
{
    for (const QevmOption *o = command->options; o && o->name; o++) {
        qevm_complete_offer(c, g_strconcat("--", o->name, NULL));
    }
    qevm_complete_offer(c, g_strdup("--help"));
}

/* The option that `word` is, if it takes an argument. */
static const QevmOption *
option_of(const QevmCommand *command, const char *word)
{
    for (const QevmOption *o = command->options; o && o->name; o++) {
        if (o->what && g_str_has_prefix(word, "--") &&
            strcmp(word + 2, o->name) == 0) {
            return o;
        }
    }
    return NULL;
}

/* ---- the line ---- */

static const char *
word_at(const GArray *words, guint i)
{
    return g_array_index(words, QevmWord, i).text;
}

static void
offer_argument(QevmCompletion *c, const QevmShell *shell,
               const QevmShellCommand *command, const GArray *words)
{
    switch (command->words) {
    case QEVM_WORDS_PATHS:
        qevm_complete_path(c);
        return;
    case QEVM_WORDS_SETTING:
        if (words->len == 2) {
            qevm_complete_path(c);
        } else if (words->len == 3) {
            qevm_complete_value(c, word_at(words, 1));
        }
        return;
    case QEVM_WORDS_FILES:
        offer_files(c);
        return;
    case QEVM_WORDS_STREAMS:
        offer_streams(c, shell);
        return;
    case QEVM_WORDS_COMMANDS:
        offer_commands(c);
        return;
    case QEVM_WORDS_NONE:
        return;
    }
}

static void
offer_words(QevmCompletion *c, const QevmShell *shell, const GArray *words)
{
    const QevmShellCommand *command;
    const QevmOption *option;

    if (words->len == 1) {
        offer_commands(c);
        return;
    }
    command = qevm_shell_command_find(word_at(words, 0));
    if (!command) {
        return;
    }
    option = option_of(&command->command, word_at(words, words->len - 2));
    if (option) {
        if (option->arg == G_OPTION_ARG_FILENAME_ARRAY) {
            offer_targets(c);
        }
    } else if (c->word[0] == '-') {
        offer_options(c, &command->command);
    } else {
        offer_argument(c, shell, command, words);
    }
}

GPtrArray *
qevm_shell_complete(QevmShell *shell, const char *line, gsize *start)
{
    g_autoptr(GArray) words = qevm_words_split_typed(line);
    QevmCompletion c = { .file = shell->at,
                         .found = g_ptr_array_new_with_free_func(g_free) };
    GPtrArray *typed;

    *start = g_array_index(words, QevmWord, words->len - 1).start;
    c.word = word_at(words, words->len - 1);
    offer_words(&c, shell, words);
    typed = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < c.found->len; i++) {
        char *word = qevm_words_quote(g_ptr_array_index(c.found, i));

        /* A quote that was typed otherwise than we would stays. */
        if (g_str_has_prefix(word, line + *start)) {
            g_ptr_array_add(typed, word);
        } else {
            g_free(word);
        }
    }
    g_ptr_array_unref(c.found);
    return typed;
}

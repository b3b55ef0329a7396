/* shell-complete.c - what a word that is being typed in the shell can become.
 */
#include "cli/get.h"
#include "cli/shell-words.h"
#include "cli/shell.h"
#include "parser/names.h"
#include "parser/place.h"

#include <string.h>

/* As many elements of an array are offered. */
#define ELEMENTS_MAX 1000

typedef struct {
    QevmShell *shell;
    const char *word; /* as the command would get it */
    GPtrArray *found; /* char *, words as they are typed; owned */
} Completion;

/* Takes over `word`, which is not quoted yet. */
static void
offer(Completion *c, char *word)
{
    if (g_str_has_prefix(word, c->word)) {
        g_ptr_array_add(c->found, qevm_words_quote(word));
    }
    g_free(word);
}

/* ---- paths ---- */

static void
offer_sections(Completion *c)
{
    QevmStream *stream = c->shell->at->stream;

    for (guint i = 0; i < stream->records->len; i++) {
        QevmPlace place = { .kind = QEVM_PLACE_SECTION,
                            .record = g_ptr_array_index(stream->records, i) };
        g_autofree char *path = NULL;

        if (qevm_record_is_section(place.record)) {
            path = qevm_path_of(stream, &place);
            offer(c, g_strconcat(path, "//", NULL));
        }
    }
}

/* One child of what `above` names; `front` stands in the word for that and the
 * slash behind it. */
typedef struct {
    const char *above, *front;
} Level;

/* The step of a place below that. Owned. */
static char *
step_of(const Completion *c, const Level *level, const QevmPlace *place)
{
    g_autofree char *path = qevm_path_of(c->shell->at->stream, place);
    const char *step = path + strlen(level->above);

    return g_strdup(step + strspn(step, "/"));
}

static void
offer_elements(Completion *c, const Level *level, QevmPlace *place)
{
    QevmNode *run = place->node;
    guint64 left = ELEMENTS_MAX;

    if (run->kind == QEVM_NODE_ARRAY) {
        place->kind = QEVM_PLACE_ELEMENT;
        for (; place->index < qevm_node_count(run) && left > 0;
             place->index++, left--) {
            g_autofree char *step = step_of(c, level, place);

            offer(c, g_strconcat(level->front, step, NULL));
        }
        return;
    }
    for (QevmNode *n = qevm_node_children(run); n && left > 0;
         n = n->next, left--) {
        g_autofree char *step = NULL;

        place->node = n;
        step = step_of(c, level, place);
        offer(c, g_strconcat(level->front, step, "/", NULL));
    }
}

static void
offer_child(Completion *c, const Level *level, QevmRecord *record,
            QevmNode *node)
{
    QevmPlace place = { .kind = QEVM_PLACE_NODE,
                        .record = record,
                        .node = node };
    gboolean run = node->kind == QEVM_NODE_ARRAY ||
                   node->kind == QEVM_NODE_STRUCTS ||
                   node->kind == QEVM_NODE_LIST;
    gboolean leaf = node->kind == QEVM_NODE_FIELD;
    g_autofree char *step = NULL, *first = NULL;

    if (node->kind == QEVM_NODE_RAW) {
        return;
    }
    step = step_of(c, level, &place);
    offer(c, g_strconcat(level->front, step, run || leaf ? "" : "/", NULL));
    first = g_strconcat(level->front, step, "[", NULL);
    if (run && g_str_has_prefix(c->word, first)) {
        offer_elements(c, level, &place);
    }
}

static void
offer_facts(Completion *c, const Level *level)
{
    static const char *const facts[] = { ".version_id", ".instance_id",
                                         ".section_id" };

    for (guint i = 0; i < G_N_ELEMENTS(facts); i++) {
        if (c->word[strlen(level->front)] == '.') {
            offer(c, g_strconcat(level->front, facts[i], NULL));
        }
    }
}

static void
offer_children(Completion *c, const QevmPlace *place, const char *front)
{
    QevmStream *stream = c->shell->at->stream;
    g_autofree char *above = qevm_path_of(stream, place);
    const Level level = { above, front };
    QevmNode *node = place->node;

    if (place->kind == QEVM_PLACE_SECTION) {
        QevmTree *tree = qevm_record_tree(stream, place->record, NULL);

        node = tree ? &tree->root : NULL;
        offer_facts(c, &level);
    }
    if (!node || node->kind == QEVM_NODE_FIELD ||
        node->kind == QEVM_NODE_ARRAY || node->kind == QEVM_NODE_RAW) {
        return;
    }
    for (QevmNode *n = qevm_node_children(node); n; n = n->next) {
        offer_child(c, &level, place->record, n);
    }
}

/* How much of a word is in front of the step that is being typed. */
static gsize
front_of(const char *word)
{
    gboolean quoted = FALSE, braced = FALSE;
    gsize front = 0;

    for (const char *p = word; *p; p++) {
        if (*p == '\\' && quoted && p[1]) {
            p++;
        } else if (*p == '"') {
            quoted = !quoted;
        } else if (!quoted && (*p == '{' || *p == '}')) {
            braced = *p == '{';
        } else if (!quoted && !braced && *p == '/') {
            front = (gsize)(p - word) + 1;
        }
    }
    return front;
}

static void
offer_paths(Completion *c)
{
    QevmShellFile *file = c->shell->at;
    gboolean tree = qevm_shell_has_tree(c->word);
    gboolean all;
    g_autofree char *front = NULL;
    g_autoptr(GArray) places = NULL;

    if (!tree && !*file->place) {
        offer_sections(c);
        return;
    }
    front = g_strndup(c->word, front_of(c->word));
    places = qevm_shell_places(file, front, &all, NULL, NULL);
    if (places && places->len == 1) {
        offer_children(c, &g_array_index(places, QevmPlace, 0), front);
    }
    if (c->found->len == 0 && !tree) {
        offer_sections(c);
    }
}

/* ---- values ---- */

/* Names of values; else, before anything is typed, the value it has. */
static void
offer_values(Completion *c, const char *path)
{
    gboolean all;
    g_autoptr(GArray) places =
        qevm_shell_places(c->shell->at, path, &all, NULL, NULL);
    const QevmPlace *place = places && places->len == 1
                                 ? &g_array_index(places, QevmPlace, 0)
                                 : NULL;
    const QevmNode *node = place ? qevm_get_node(place) : NULL;
    const QevmNames *names = node ? qevm_node_names(node) : NULL;
    g_auto(QevmValue) value = QEVM_VALUE_INIT;

    if (!place || !qevm_place_value(place, &value, NULL)) {
        return;
    }
    for (guint i = 0; names && i < names->n_named; i++) {
        offer(c, g_strdup(names->named[i].name));
    }
    if (value.kind == QEVM_VALUE_BOOL) {
        offer(c, g_strdup("false"));
        offer(c, g_strdup("true"));
    } else if (!names && !*c->word) {
        offer(c, qevm_value_format(&value));
    }
}

/* ---- files, streams, commands, options ---- */

static void
offer_files(Completion *c)
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
            offer(c, g_strconcat(front, name, inner ? "/" : "", NULL));
        }
    }
}

static void
offer_streams(Completion *c)
{
    for (guint i = 0; i < c->shell->files->len; i++) {
        const QevmShellFile *f = g_ptr_array_index(c->shell->files, i);

        offer(c, g_strdup(f->name));
    }
}

static void
offer_commands(Completion *c)
{
    for (const QevmShellCommand *s = qevm_shell_commands; s->command.name;
         s++) {
        offer(c, g_strdup(s->command.name));
        if (s->alias) {
            offer(c, g_strdup(s->alias));
        }
    }
}

static void
offer_options(Completion *c, const QevmCommand *command)
{
    for (const QevmOption *o = command->options; o && o->name; o++) {
        offer(c, g_strconcat("--", o->name, NULL));
    }
    offer(c, g_strdup("--help"));
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
offer_argument(Completion *c, const QevmShellCommand *command,
               const GArray *words)
{
    switch (command->words) {
    case QEVM_WORDS_PATHS:
        offer_paths(c);
        return;
    case QEVM_WORDS_SETTING:
        if (words->len == 2) {
            offer_paths(c);
        } else if (words->len == 3) {
            offer_values(c, word_at(words, 1));
        }
        return;
    case QEVM_WORDS_FILES:
        offer_files(c);
        return;
    case QEVM_WORDS_STREAMS:
        offer_streams(c);
        return;
    case QEVM_WORDS_COMMANDS:
        offer_commands(c);
        return;
    case QEVM_WORDS_NONE:
        return;
    }
}

static void
offer_words(Completion *c, const GArray *words)
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
            offer_files(c);
        }
    } else if (c->word[0] == '-') {
        offer_options(c, &command->command);
    } else {
        offer_argument(c, command, words);
    }
}

GPtrArray *
qevm_shell_complete(QevmShell *shell, const char *line, gsize *start)
{
    g_autoptr(GArray) words = qevm_words_split_typed(line);
    Completion c = { .shell = shell,
                     .found = g_ptr_array_new_with_free_func(g_free) };

    *start = g_array_index(words, QevmWord, words->len - 1).start;
    c.word = word_at(words, words->len - 1);
    offer_words(&c, words);
    /* A quote that was typed otherwise than we would stays. */
    for (guint i = c.found->len; i-- > 0;) {
        if (!g_str_has_prefix(g_ptr_array_index(c.found, i), line + *start)) {
            g_ptr_array_remove_index(c.found, i);
        }
    }
    return c.found;
}

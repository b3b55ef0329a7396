/* complete-path.c - what a path of a stream, or a value, that is being typed
 * can become.
 */
#include "cli/complete-path.h"
#include "cli/get.h"
#include "parser/names.h"
#include "parser/place.h"

#include <string.h>

/* As many elements of an array are offered. */
#define ELEMENTS_MAX 1000

void
qevm_complete_offer(QevmCompletion *c, char *word)
{
    if (g_str_has_prefix(word, c->word)) {
        g_ptr_array_add(c->found, word);
    } else {
        g_free(word);
    }
}

/* ---- paths ---- */

static void
offer_sections(QevmCompletion *c)
{
    QevmStream *stream = c->file->stream;

    for (guint i = 0; i < stream->records->len; i++) {
        QevmPlace place = { .kind = QEVM_PLACE_SECTION,
                            .record = g_ptr_array_index(stream->records, i) };
        g_autofree char *path = NULL;

        if (qevm_record_is_section(place.record)) {
            path = qevm_path_of(stream, &place);
            qevm_complete_offer(c, g_strconcat(path, "//", NULL));
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
step_of(const QevmCompletion *c, const Level *level, const QevmPlace *place)
{
    g_autofree char *path = qevm_path_of(c->file->stream, place);
    const char *step = path + strlen(level->above);

    return g_strdup(step + strspn(step, "/"));
}

static void
offer_elements(QevmCompletion *c, const Level *level, QevmPlace *place)
{
    QevmNode *run = place->node;
    guint64 left = ELEMENTS_MAX;

    if (run->kind == QEVM_NODE_ARRAY) {
        place->kind = QEVM_PLACE_ELEMENT;
        for (; place->index < qevm_node_count(run) && left > 0;
             place->index++, left--) {
            g_autofree char *step = step_of(c, level, place);

            qevm_complete_offer(c, g_strconcat(level->front, step, NULL));
        }
        return;
    }
    for (QevmNode *n = qevm_node_children(run); n && left > 0;
         n = n->next, left--) {
        g_autofree char *step = NULL;

        place->node = n;
        step = step_of(c, level, place);
        qevm_complete_offer(c, g_strconcat(level->front, step, "/", NULL));
    }
}

static void
offer_child(QevmCompletion *c, const Level *level, QevmRecord *record,
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
    qevm_complete_offer(
        c, g_strconcat(level->front, step, run || leaf ? "" : "/", NULL));
    first = g_strconcat(level->front, step, "[", NULL);
    if (run && g_str_has_prefix(c->word, first)) {
        offer_elements(c, level, &place);
    }
}

static void
offer_facts(QevmCompletion *c, const Level *level)
{
    static const char *const facts[] = { ".version_id", ".instance_id",
                                         ".section_id" };

    for (guint i = 0; i < G_N_ELEMENTS(facts); i++) {
        if (c->word[strlen(level->front)] == '.') {
            qevm_complete_offer(c, g_strconcat(level->front, facts[i], NULL));
        }
    }
}

static void
offer_children(QevmCompletion *c, const QevmPlace *place, const char *front)
{
    QevmStream *stream = c->file->stream;
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

void
qevm_complete_path(QevmCompletion *c)
{
    guint before = c->found->len;
    gboolean tree = qevm_shell_has_tree(c->word);
    gboolean all;
    g_autofree char *front = NULL;
    g_autoptr(GArray) places = NULL;

    if (!tree && !*c->file->place) {
        offer_sections(c);
        return;
    }
    front = g_strndup(c->word, front_of(c->word));
    places = qevm_shell_places(c->file, front, &all, NULL, NULL);
    if (places && places->len == 1) {
        offer_children(c, &g_array_index(places, QevmPlace, 0), front);
    }
    if (c->found->len == before && !tree) {
        offer_sections(c);
    }
}

/* ---- values ---- */

void
qevm_complete_value(QevmCompletion *c, const char *path)
{
    gboolean all;
    g_autoptr(GArray) places =
        qevm_shell_places(c->file, path, &all, NULL, NULL);
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
        qevm_complete_offer(c, g_strdup(names->named[i].name));
    }
    if (value.kind == QEVM_VALUE_BOOL) {
        qevm_complete_offer(c, g_strdup("false"));
        qevm_complete_offer(c, g_strdup("true"));
    } else if (!names && !*c->word) {
        qevm_complete_offer(c, qevm_value_format(&value));
    }
}

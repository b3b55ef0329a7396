/* place.c - the path and the value of a place, and what stands near it. */
#include "parser/place.h"
#include "parser/overlay.h"
#include "parser/standing.h"

#include <string.h>

/* As many names stand in a message. */
#define LIST_MAX 20
/* As many are looked at, at least and at most, for one that is spelt alike. */
#define NEAR_NAMES_MIN 6
#define NEAR_NAMES_MAX 1000
#define NEAR_LEN_MAX 63

static gboolean
is_run(const QevmNode *node)
{
    return node->kind == QEVM_NODE_ARRAY || node->kind == QEVM_NODE_STRUCTS ||
           node->kind == QEVM_NODE_LIST;
}

static gboolean
is_element(const QevmNode *node)
{
    return node->kind == QEVM_NODE_STRUCT && node->parent &&
           (node->parent->kind == QEVM_NODE_STRUCTS ||
            node->parent->kind == QEVM_NODE_LIST);
}

guint64
qevm_place_elements(QevmNode *node)
{
    gboolean keyed = qevm_node_is_keyed(node);
    guint64 count = 0;

    if (node->kind != QEVM_NODE_LIST && !keyed) {
        return is_run(node) ? qevm_node_count(node) : 1;
    }
    for (QevmNode *n = qevm_node_children(node); n; n = n->next) {
        count += keyed || n->kind == QEVM_NODE_STRUCT;
    }
    return count;
}

QevmNode *
qevm_place_parent(const QevmNode *node)
{
    return is_element(node) ? node->parent->parent : node->parent;
}

/* The step to `node`, or to an element of it. */
static char *
spell_step(const QevmNode *node, gboolean element, guint64 index)
{
    gboolean subsection = node->kind == QEVM_NODE_SUBSECTION;
    QevmStanding s;
    const char *name = qevm_node_name(node);
    g_autofree char *shown = qevm_path_quote_step(name, subsection);
    g_autofree char *select = NULL;
    g_autofree char *whole = NULL;

    qevm_standing_of_node(node, &s);
    if (element || (s.alike > 1 && !is_run(node))) {
        select = g_strdup_printf("[%" G_GUINT64_FORMAT "]",
                                 s.elements + (element ? index : 0));
    } else if (s.alike > 1) {
        select = g_strdup_printf("#%" G_GUINT64_FORMAT, s.rank);
    } else {
        return g_steal_pointer(&shown);
    }
    whole = g_strconcat(shown, select, NULL);
    /* The exact name comes first: x[0] beside an array x must be told apart. */
    if (!subsection && shown[0] != '"' &&
        qevm_standing_has_field(node, whole)) {
        return g_strconcat("\"", shown, "\"", select, NULL);
    }
    return g_steal_pointer(&whole);
}

/* The steps to a place from its section, each with its `/`. */
static void
append_steps(GString *out, const QevmPlace *place)
{
    g_autoptr(GPtrArray) steps = g_ptr_array_new_with_free_func(g_free);
    const QevmNode *node = place->node;
    gboolean element = place->kind == QEVM_PLACE_ELEMENT;
    guint64 index = place->index;

    if (place->kind == QEVM_PLACE_NODE && index > 0) {
        /* All of a run, which has no name but that of its elements. */
        g_ptr_array_add(steps,
                        qevm_path_quote_step(qevm_node_name(node), FALSE));
        node = node->parent;
    }
    while (node->parent) {
        if (is_element(node)) {
            index = node->index;
            element = TRUE;
            node = node->parent;
            continue;
        }
        g_ptr_array_add(steps, spell_step(node, element, index));
        element = FALSE;
        node = node->parent;
    }
    for (guint i = steps->len; i-- > 0;) {
        g_string_append_printf(out, "/%s", (char *)steps->pdata[i]);
    }
}

static void
append_section(GString *out, QevmStream *stream, const QevmRecord *record)
{
    const char *name = qevm_record_name(record);
    g_autofree char *shown = NULL;
    QevmStanding s;

    if (!name) {
        g_string_append(out, qevm_record_type_name(record));
        return;
    }
    shown = qevm_path_quote(name);
    g_string_append(out, shown);
    if (!stream) {
        return;
    }
    qevm_standing_of_section(stream, record, &s);
    if (s.mixed) {
        g_string_append_printf(out, "@%u", record->instance_id);
    }
    if (s.alike > 1) {
        g_string_append_printf(out, "#%" G_GUINT64_FORMAT, s.rank);
    }
}

char *
qevm_path_of(QevmStream *stream, const QevmPlace *place)
{
    static const char *const facts[] = {
        [QEVM_FACT_VERSION_ID] = ".version_id",
        [QEVM_FACT_INSTANCE_ID] = ".instance_id",
        [QEVM_FACT_SECTION_ID] = ".section_id",
    };
    GString *out = g_string_new(NULL);
    const QevmNode *node =
        place->kind == QEVM_PLACE_SECTION ? NULL : place->node;

    append_section(out, stream, place->record);
    if (place->kind == QEVM_PLACE_FACT || (node && node->parent)) {
        g_string_append_c(out, '/');
    }
    if (node) {
        append_steps(out, place);
    }
    if (place->kind == QEVM_PLACE_FACT) {
        g_string_append_printf(out, "/%s", facts[place->fact]);
    }
    return g_string_free(out, FALSE);
}

static void
fact_value(const QevmPlace *place, QevmValue *out)
{
    switch (place->fact) {
    case QEVM_FACT_VERSION_ID:
        qevm_value_set_uint(out, place->node ? place->node->desc.vmsd->version
                                             : place->record->version_id);
        return;
    case QEVM_FACT_INSTANCE_ID:
        qevm_value_set_uint(out, place->record->instance_id);
        return;
    case QEVM_FACT_SECTION_ID:
        qevm_value_set_uint(out, place->record->section_id);
        return;
    }
}

gboolean
qevm_place_value(const QevmPlace *place, QevmValue *out, GError **error)
{
    static const char *const words[] = {
        [QEVM_NODE_SECTION] = "a section",
        [QEVM_NODE_SUBSECTION] = "a subsection",
        [QEVM_NODE_STRUCT] = "a struct",
        [QEVM_NODE_STRUCTS] = "an array of structs",
        [QEVM_NODE_LIST] = "a list",
        [QEVM_NODE_ARRAY] = "an array",
    };
    QevmNode *node = place->node;
    const guint8 *data;
    gboolean section;
    gsize size;

    if (place->kind == QEVM_PLACE_FACT) {
        fact_value(place, out);
        return TRUE;
    }
    if (place->kind == QEVM_PLACE_ELEMENT) {
        qevm_node_value(node, place->index, out);
        return TRUE;
    }
    if (place->kind == QEVM_PLACE_NODE && node->kind == QEVM_NODE_FIELD) {
        qevm_node_value(node, 0, out);
        return TRUE;
    }
    if (place->kind == QEVM_PLACE_NODE && node->kind == QEVM_NODE_RAW) {
        data = qevm_node_bytes(node, &size);
        qevm_value_set_bytes(out, QEVM_VALUE_BYTES, data, size);
        return TRUE;
    }
    section = place->kind == QEVM_PLACE_SECTION;
    g_set_error(error, QEVM_ERROR, QEVM_ERROR_PATH, "`%s` is %s, not a value",
                section ? qevm_record_name(place->record)
                        : qevm_node_name(node),
                section ? "a section" : words[node->kind]);
    return FALSE;
}

/* ---- what to say when nothing was found ---- */

/* Edit distance, with no more memory than a line; lengths are at most
 * NEAR_LEN_MAX. */
static guint
distance(const char *a, const char *b)
{
    guint8 line[NEAR_LEN_MAX + 1];
    guint n = (guint)strlen(b);

    for (guint j = 0; j <= n; j++) {
        line[j] = (guint8)j;
    }
    for (guint i = 1; a[i - 1] != '\0'; i++) {
        guint8 diagonal = line[0];

        line[0] = (guint8)i;
        for (guint j = 1; j <= n; j++) {
            guint8 up = line[j];
            guint8 same = (guint8)(diagonal + (a[i - 1] != b[j - 1]));
            guint8 step = (guint8)(MIN(up, line[j - 1]) + 1);

            line[j] = MIN(same, step);
            diagonal = up;
        }
    }
    return line[n];
}

/* The name most like the wanted one, or NULL. */
static const char *
near_miss(const char *wanted, GPtrArray *names)
{
    gsize len = strlen(wanted);
    guint best = (guint)MIN(len / 3, 3) + 1;
    const char *found = NULL;

    if (names->len < NEAR_NAMES_MIN || len < 3 || len > NEAR_LEN_MAX) {
        return NULL;
    }
    for (guint i = 0; i < MIN(names->len, NEAR_NAMES_MAX); i++) {
        const char *name = names->pdata[i];
        guint d;

        if (strlen(name) > NEAR_LEN_MAX) {
            continue;
        }
        /* A device named without its bus is as near as one typing error. */
        d = strstr(name, wanted) ? 1 : distance(wanted, name);
        if (d < best) {
            best = d;
            found = name;
        }
    }
    return found;
}

void
qevm_places_list(GString *text, GPtrArray *names)
{
    for (guint i = 0; i < MIN(names->len, LIST_MAX); i++) {
        g_string_append_printf(text, "%s%s", i > 0 ? ", " : "",
                               (char *)names->pdata[i]);
    }
    if (names->len > LIST_MAX) {
        g_string_append_printf(text, ", … and %u more", names->len - LIST_MAX);
    }
}

void
qevm_places_missing(GError **error, const char *what, const char *wanted,
                    const char *where, GPtrArray *names)
{
    g_autoptr(GString) text = g_string_new(NULL);
    const char *near = near_miss(wanted, names);

    g_string_printf(text, "no %s `%s` in %s", what, wanted, where);
    if (names->len == 0) {
        g_string_append(text, "; it has none");
    } else {
        g_string_append(text, "; there are: ");
        qevm_places_list(text, names);
    }
    if (near) {
        g_string_append_printf(text, "; did you mean %s?", near);
    }
    g_set_error_literal(error, QEVM_ERROR, QEVM_ERROR_PATH, text->str);
}

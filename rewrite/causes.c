/* causes.c - reads schemas/causes.json, and finds what fits a failure. */
#include "rewrite/causes.h"

#include <fnmatch.h>
#include <string.h>

#include "parser/json-text.h"

struct QevmCauses {
    json_t *json;         /* owned */
    GHashTable *meanings; /* owned; id -> json_t of "messages", borrowed */
};

void
qevm_causes_free(QevmCauses *causes)
{
    if (causes) {
        json_decref(causes->json);
        g_hash_table_unref(causes->meanings);
        g_free(causes);
    }
}

/* ---- reading ---- */

/* Where in the file. */
typedef struct {
    const char *file, *list;
    gsize index;
} Place;

static gboolean
fail(const Place *place, const char *what, GError **error)
{
    g_set_error(error, QEVM_ERROR, QEVM_ERROR_MALFORMED, "%s: %s[%zu]: %s",
                place->file, place->list, place->index, what);
    return FALSE;
}

/* An object with these members, of which those after NULL may be missing. */
static gboolean
has_members(json_t *json, const char *const *members)
{
    gsize must = 0, all = 0, found = 0;

    for (must = 0; members[must]; must++) {
        if (!json_object_get(json, members[must])) {
            return FALSE;
        }
    }
    for (all = must + 1; members[all]; all++) {
        found += json_object_get(json, members[all]) != NULL;
    }
    return json_object_size(json) == must + found;
}

static gboolean
is_texts(json_t *json)
{
    gsize i;
    json_t *item;

    json_array_foreach(json, i, item)
    {
        if (!json_is_string(item)) {
            return FALSE;
        }
    }
    return json_array_size(json) > 0;
}

static gboolean
is_text_or_none(json_t *json)
{
    return !json || json_is_string(json);
}

static gboolean
read_message(QevmCauses *causes, json_t *json, const Place *place,
             GError **error)
{
    static const char *const members[] = { "ids", "means", NULL, "next", NULL };
    gsize i;
    json_t *id;

    if (!has_members(json, members) ||
        !is_texts(json_object_get(json, "ids")) ||
        !json_is_string(json_object_get(json, "means")) ||
        !is_text_or_none(json_object_get(json, "next"))) {
        return fail(place, "needs ids and means", error);
    }
    json_array_foreach(json_object_get(json, "ids"), i, id)
    {
        if (!g_hash_table_insert(causes->meanings,
                                 g_strdup(json_string_value(id)), json)) {
            return fail(place, "an id is there twice", error);
        }
    }
    return TRUE;
}

static gboolean
is_condition(json_t *json)
{
    static const char *const members[] = {
        "message", NULL, "section", "field", "architecture", "arguments", NULL
    };
    json_t *message = json_object_get(json, "message");
    json_t *arguments = json_object_get(json, "arguments"), *value;
    json_t *architecture = json_object_get(json, "architecture");
    const char *key;

    if (!has_members(json, members) ||
        (!json_is_string(message) && !is_texts(message)) ||
        !is_text_or_none(json_object_get(json, "section")) ||
        !is_text_or_none(json_object_get(json, "field")) ||
        (architecture && !is_texts(architecture)) ||
        (arguments && !json_is_object(arguments))) {
        return FALSE;
    }
    json_object_foreach(arguments, key, value)
    {
        if (!json_is_string(value)) {
            return FALSE;
        }
    }
    return TRUE;
}

static gboolean
read_cause(json_t *json, const Place *place, GError **error)
{
    static const char *const members[] = { "name",   "when", "cause", "remedy",
                                           "source", NULL,   NULL };
    json_t *when = json_object_get(json, "when"), *condition;
    gsize i;

    if (!has_members(json, members) || json_array_size(when) == 0) {
        return fail(place, "needs name, when, cause, remedy and source", error);
    }
    for (i = 0; members[i]; i++) {
        if (strcmp(members[i], "when") != 0 &&
            !json_is_string(json_object_get(json, members[i]))) {
            return fail(place, "a member is no text", error);
        }
    }
    json_array_foreach(when, i, condition)
    {
        if (!is_condition(condition)) {
            return fail(place, "a condition is none", error);
        }
    }
    return TRUE;
}

static gboolean
read_all(QevmCauses *causes, const char *path, GError **error)
{
    Place place = { path, "messages", 0 };
    json_t *messages = json_object_get(causes->json, "messages");
    json_t *list = json_object_get(causes->json, "causes"), *item;

    if (json_integer_value(json_object_get(causes->json, "qevm-causes")) != 1 ||
        !json_is_array(messages) || !json_is_array(list)) {
        g_set_error(error, QEVM_ERROR, QEVM_ERROR_MALFORMED,
                    "%s: not a file of causes", path);
        return FALSE;
    }
    json_array_foreach(messages, place.index, item)
    {
        if (!read_message(causes, item, &place, error)) {
            return FALSE;
        }
    }
    place.list = "causes";
    json_array_foreach(list, place.index, item)
    {
        if (!read_cause(item, &place, error)) {
            return FALSE;
        }
    }
    return TRUE;
}

QevmCauses *
qevm_causes_load(const char *path, GError **error)
{
    g_autoptr(QevmCauses) causes = g_new0(QevmCauses, 1);
    g_autofree char *text = NULL;
    gsize len;

    causes->meanings =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    if (!g_file_get_contents(path, &text, &len, error)) {
        return NULL;
    }
    causes->json = qevm_json_text(text, len, path, QEVM_ERROR_MALFORMED, error);
    return causes->json && read_all(causes, path, error)
               ? g_steal_pointer(&causes)
               : NULL;
}

/* ---- answers ---- */

static const char *
text_of(const json_t *json, const char *member)
{
    return json_string_value(json_object_get(json, member));
}

const char *
qevm_causes_meaning(const QevmCauses *causes, const char *id, const char **next)
{
    const json_t *json = g_hash_table_lookup(causes->meanings, id);

    *next = json ? text_of(json, "next") : NULL;
    return json ? text_of(json, "means") : NULL;
}

/* Is `text` the string or one of the strings? */
static gboolean
is_one_of(const char *text, const json_t *json)
{
    gsize i;
    json_t *item;

    if (json_is_string(json)) {
        return strcmp(text, json_string_value(json)) == 0;
    }
    json_array_foreach((json_t *)(guintptr)json, i, item)
    {
        if (strcmp(text, json_string_value(item)) == 0) {
            return TRUE;
        }
    }
    return FALSE;
}

static gboolean
fits_pattern(const char *text, const char *pattern)
{
    return fnmatch(pattern, text, 0) == 0;
}

static gboolean
fits_place(const QevmFailure *failure, const char *pattern)
{
    g_autoptr(GPtrArray) places = qevm_failure_places(failure);

    for (guint i = 0; i < places->len; i++) {
        if (fits_pattern(g_ptr_array_index(places, i), pattern)) {
            return TRUE;
        }
    }
    return FALSE;
}

/* How many conditions hold; 0: one does not. */
static guint
fits(const json_t *when, const QevmFailure *failure)
{
    const char *section = text_of(when, "section");
    const char *field = text_of(when, "field");
    const char *architecture = qevm_failure_architecture(failure), *name;
    json_t *architectures = json_object_get(when, "architecture"), *pattern;
    guint n = 1;

    if (!is_one_of(failure->cause->id, json_object_get(when, "message")) ||
        (section &&
         !(failure->idstr && fits_pattern(failure->idstr, section))) ||
        (field && !fits_place(failure, field)) ||
        (architectures && architecture &&
         !is_one_of(architecture, architectures))) {
        return 0;
    }
    json_object_foreach(json_object_get(when, "arguments"), name, pattern)
    {
        g_autofree char *value = qevm_message_argument(failure->cause, name);

        if (!value || !fits_pattern(value, json_string_value(pattern))) {
            return 0;
        }
        n++;
    }
    return n + (section != NULL) + (field != NULL) +
           (architectures && architecture);
}

static gint
by_fit(gconstpointer a, gconstpointer b)
{
    const QevmKnownCause *x = a, *y = b;

    return (gint)y->fits - (gint)x->fits;
}

GArray *
qevm_causes_of(const QevmCauses *causes, const QevmFailure *failure)
{
    GArray *found = g_array_new(FALSE, FALSE, sizeof(QevmKnownCause));
    gsize i, k;
    json_t *json, *when;

    json_array_foreach(json_object_get(causes->json, "causes"), i, json)
    {
        QevmKnownCause cause = { text_of(json, "name"), text_of(json, "cause"),
                                 text_of(json, "remedy"),
                                 text_of(json, "source"), 0 };

        json_array_foreach(json_object_get(json, "when"), k, when)
        {
            guint n = fits(when, failure);

            cause.fits = MAX(cause.fits, n);
        }
        if (cause.fits) {
            g_array_append_val(found, cause);
        }
    }
    g_array_sort(found, by_fit);
    return found;
}

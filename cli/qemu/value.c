/* value.c - the value of one option of QEMU. */
#include "cli/qemu/value.h"

#include "parser/error.h"

#include <string.h>

typedef struct {
    char *key;
    char *text; /* NULL: the word has no `=` */
} Pair;

struct QevmQemuValue {
    json_t *json;  /* owned; NULL: pairs */
    GArray *pairs; /* Pair */
    char *implied; /* NULL: none */
};

static void
pair_clear(gpointer p)
{
    Pair *pair = p;

    g_free(pair->key);
    g_free(pair->text);
}

QevmQemuValue *
qevm_qemu_value_new(const char *implied)
{
    QevmQemuValue *value = g_new0(QevmQemuValue, 1);

    value->implied = g_strdup(implied);
    value->pairs = g_array_new(FALSE, FALSE, sizeof(Pair));
    g_array_set_clear_func(value->pairs, pair_clear);
    return value;
}

void
qevm_qemu_value_free(QevmQemuValue *value)
{
    if (value) {
        json_decref(value->json);
        g_array_unref(value->pairs);
        g_free(value->implied);
        g_free(value);
    }
}

/* ---- reading ---- */

static gboolean
too_deep(const json_t *json, guint depth)
{
    const char *key;
    json_t *item;
    size_t i;

    if (depth > QEVM_QEMU_VALUE_DEPTH) {
        return TRUE;
    }
    json_object_foreach((json_t *)(guintptr)json, key, item)
    {
        if (too_deep(item, depth + 1)) {
            return TRUE;
        }
    }
    json_array_foreach(json, i, item)
    {
        if (too_deep(item, depth + 1)) {
            return TRUE;
        }
    }
    return FALSE;
}

/* A word up to a single comma, with what is doubled in it. */
static char *
take_word(const char **text)
{
    GString *word = g_string_new(NULL);
    const char *p = *text;

    while (*p && (*p != ',' || p[1] == ',')) {
        p += *p == ',';
        g_string_append_c(word, *p++);
    }
    *text = *p ? p + 1 : p;
    return g_string_free(word, FALSE);
}

static void
add_word(QevmQemuValue *value, const char *word)
{
    const char *equals = strchr(word, '=');
    Pair pair = { NULL, NULL };

    if (equals) {
        pair.key = g_strndup(word, (gsize)(equals - word));
        pair.text = g_strdup(equals + 1);
    } else if (value->pairs->len == 0 && value->implied) {
        pair.key = g_strdup(value->implied);
        pair.text = g_strdup(word);
    } else {
        pair.key = g_strdup(word);
    }
    g_array_append_val(value->pairs, pair);
}

QevmQemuValue *
qevm_qemu_value_parse(const char *text, const char *implied, GError **error)
{
    g_autoptr(QevmQemuValue) value = qevm_qemu_value_new(implied);
    json_error_t problem;

    if (*text == '{') {
        value->json = json_loads(text, 0, &problem);
        if (!value->json || too_deep(value->json, 0)) {
            g_set_error(error, QEVM_ERROR, QEVM_ERROR_MALFORMED,
                        "JSON that cannot be read: %s",
                        value->json ? "too deep" : problem.text);
            return NULL;
        }
        return g_steal_pointer(&value);
    }
    while (*text) {
        g_autofree char *word = take_word(&text);

        add_word(value, word);
    }
    return g_steal_pointer(&value);
}

/* ---- writing ---- */

static void
append_doubled(GString *out, const char *text)
{
    for (; *text; text++) {
        g_string_append(out, *text == ',' ? ",," : (char[]){ *text, 0 });
    }
}

char *
qevm_qemu_value_text(const QevmQemuValue *value)
{
    GString *out;

    if (value->json) {
        char *text = json_dumps(value->json, JSON_COMPACT);
        char *copy = g_strdup(text);

        free(text);
        return copy;
    }
    out = g_string_new(NULL);
    for (guint i = 0; i < value->pairs->len; i++) {
        const Pair *pair = &g_array_index(value->pairs, Pair, i);

        g_string_append(out, i ? "," : "");
        /* The implied key can only be left out if nothing is mistaken for
         * one. */
        if (i > 0 || !pair->text || g_strcmp0(pair->key, value->implied) ||
            strchr(pair->text, '=')) {
            append_doubled(out, pair->key);
            g_string_append(out, pair->text ? "=" : "");
        }
        if (pair->text) {
            append_doubled(out, pair->text);
        }
    }
    return g_string_free(out, FALSE);
}

/* ---- looking and changing ---- */

static char *
json_text(const json_t *json)
{
    if (json_is_boolean(json)) {
        return g_strdup(json_is_true(json) ? "on" : "off");
    }
    if (json_is_integer(json)) {
        return g_strdup_printf("%" JSON_INTEGER_FORMAT,
                               json_integer_value(json));
    }
    return g_strdup(json_string_value(json));
}

char *
qevm_qemu_value_get(const QevmQemuValue *value, const char *key)
{
    if (value->json) {
        return json_text(json_object_get(value->json, key));
    }
    for (guint i = value->pairs->len; i-- > 0;) {
        const Pair *pair = &g_array_index(value->pairs, Pair, i);

        if (strcmp(pair->key, key) == 0) {
            return g_strdup(pair->text ? pair->text : "on");
        }
        if (!pair->text && g_str_has_prefix(pair->key, "no") &&
            strcmp(pair->key + 2, key) == 0) {
            return g_strdup("off");
        }
    }
    return NULL;
}

gboolean
qevm_qemu_value_is(const QevmQemuValue *value, const char *key,
                   const char *text)
{
    g_autofree char *got = qevm_qemu_value_get(value, key);

    return g_strcmp0(got, text) == 0;
}

gboolean
qevm_qemu_value_on(const QevmQemuValue *value, const char *key)
{
    g_autofree char *got = qevm_qemu_value_get(value, key);

    /* util/cutils.c: qapi_bool_parse() */
    return got && (strcmp(got, "on") == 0 || strcmp(got, "yes") == 0 ||
                   strcmp(got, "true") == 0 || strcmp(got, "y") == 0);
}

/* Is this the key, or one of something in it? */
static gboolean
is_below(const Pair *pair, const char *key)
{
    gsize n = strlen(key);

    return (strncmp(pair->key, key, n) == 0 &&
            (pair->key[n] == '\0' || pair->key[n] == '.')) ||
           (!pair->text && g_str_has_prefix(pair->key, "no") &&
            strcmp(pair->key + 2, key) == 0);
}

gboolean
qevm_qemu_value_has(const QevmQemuValue *value, const char *key)
{
    if (value->json) {
        return json_object_get(value->json, key) != NULL;
    }
    for (guint i = 0; i < value->pairs->len; i++) {
        if (is_below(&g_array_index(value->pairs, Pair, i), key)) {
            return TRUE;
        }
    }
    return FALSE;
}

gboolean
qevm_qemu_value_remove(QevmQemuValue *value, const char *key)
{
    gboolean found = FALSE;

    if (value->json) {
        return json_object_del(value->json, key) == 0;
    }
    for (guint i = value->pairs->len; i-- > 0;) {
        if (is_below(&g_array_index(value->pairs, Pair, i), key)) {
            g_array_remove_index(value->pairs, i);
            found = TRUE;
        }
    }
    return found;
}

void
qevm_qemu_value_set(QevmQemuValue *value, const char *key, const char *text)
{
    guint at = 0;
    Pair pair;

    if (value->json) {
        json_object_set_new(value->json, key, json_string(text));
        return;
    }
    while (at < value->pairs->len &&
           !is_below(&g_array_index(value->pairs, Pair, at), key)) {
        at++;
    }
    qevm_qemu_value_remove(value, key);
    pair.key = g_strdup(key);
    pair.text = g_strdup(text);
    g_array_insert_val(value->pairs, at, pair);
}

void
qevm_qemu_value_set_on(QevmQemuValue *value, const char *key, gboolean on)
{
    if (value->json) {
        json_object_set_new(value->json, key, json_boolean(on));
    } else {
        qevm_qemu_value_set(value, key, on ? "on" : "off");
    }
}

void
qevm_qemu_value_map(QevmQemuValue *value, const char *key,
                    QevmQemuValueMap *map, gpointer user)
{
    json_t *list = json_object_get(value->json, key);

    for (gsize i = 0; i < json_array_size(list); i++) {
        json_t *item = json_array_get(list, i);
        const char *text = json_string_value(json_object_get(item, "str"));
        g_autofree char *other = text ? map(text, user) : NULL;

        if (other) {
            json_object_set_new(item, "str", json_string(other));
        }
    }
    for (guint i = 0; i < value->pairs->len; i++) {
        Pair *pair = &g_array_index(value->pairs, Pair, i);

        if (pair->text && strcmp(pair->key, key) == 0) {
            char *other = map(pair->text, user);

            g_free(pair->text);
            pair->text = other;
        }
    }
}

json_t *
qevm_qemu_value_json(const QevmQemuValue *value)
{
    return value->json;
}

static void
add_json_keys(GPtrArray *keys, const json_t *json, const char *prefix)
{
    const char *key;
    json_t *item;
    size_t i;

    json_object_foreach((json_t *)(guintptr)json, key, item)
    {
        g_autofree char *path = g_strconcat(prefix, key, NULL);
        g_autofree char *below = g_strconcat(path, ".", NULL);

        add_json_keys(keys, item, below);
        g_ptr_array_add(keys, g_steal_pointer(&path));
    }
    json_array_foreach(json, i, item)
    {
        g_autofree char *below = g_strdup_printf("%s%zu.", prefix, i);

        add_json_keys(keys, item, below);
    }
}

char **
qevm_qemu_value_keys(const QevmQemuValue *value)
{
    GPtrArray *keys = g_ptr_array_new();

    add_json_keys(keys, value->json, "");
    for (guint i = 0; i < value->pairs->len; i++) {
        g_ptr_array_add(keys,
                        g_strdup(g_array_index(value->pairs, Pair, i).key));
    }
    g_ptr_array_add(keys, NULL);
    return (char **)g_ptr_array_free(keys, FALSE);
}

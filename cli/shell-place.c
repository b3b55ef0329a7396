/* shell-place.c - where the shell is in a stream, and what words mean there. */
#include "cli/get.h"
#include "cli/shell.h"
#include "parser/place.h"

#include <string.h>

gboolean
qevm_shell_has_tree(const char *word)
{
    gboolean quoted = FALSE;

    for (const char *p = word; *p; p++) {
        if (*p == '\\' && quoted && p[1]) {
            p++;
        } else if (*p == '"') {
            quoted = !quoted;
        } else if (!quoted && p > word && p[0] == '/' && p[1] == '/') {
            return TRUE;
        }
    }
    return FALSE;
}

/* The one place of a path. */
static gboolean
place_of(const QevmShellFile *file, const char *text, QevmPlace *out,
         GError **error)
{
    g_autoptr(QevmPath) path = qevm_path_parse(text, error);
    g_autoptr(GArray) places =
        path ? qevm_path_resolve(file->stream, path, error) : NULL;

    if (!places) {
        return FALSE;
    }
    if (places->len != 1) {
        g_set_error(error, QEVM_ERROR, QEVM_ERROR_PATH, "`%s` names %u places",
                    text, places->len);
        return FALSE;
    }
    *out = g_array_index(places, QevmPlace, 0);
    return TRUE;
}

/* One up; of a section, and of all of the stream, all of it. Owned. */
static char *
path_above(const QevmShellFile *file, const char *path, GError **error)
{
    QevmPlace place;

    if (!*path) {
        return g_strdup("");
    }
    if (!place_of(file, path, &place, error)) {
        return NULL;
    }
    if (place.kind == QEVM_PLACE_SECTION) {
        return g_strdup("");
    }
    if (place.kind == QEVM_PLACE_NODE) {
        place.node = qevm_place_parent(place.node);
    }
    place.kind =
        place.node && place.node->parent ? QEVM_PLACE_NODE : QEVM_PLACE_SECTION;
    place.index = 0;
    return qevm_path_of(file->stream, &place);
}

static gboolean
begins_with_up(const char *word)
{
    return g_str_has_prefix(word, "..") && (word[2] == '\0' || word[2] == '/');
}

/* Is there such a thing? What is there more than once is there too. */
static gboolean
exists(const QevmShellFile *file, const char *text)
{
    g_autoptr(GError) missing = NULL, error = NULL;
    g_autoptr(QevmPath) path = qevm_path_parse(text, NULL);
    g_autoptr(GArray) places =
        path ? qevm_path_resolve_any(file->stream, path, &missing, &error)
             : NULL;

    return error || (places && places->len > 0);
}

/* `steps` below `base`, which is not all of the stream; `//` in front of them:
 * below its section. Owned. */
static char *
path_below(const QevmShellFile *file, const char *base, const char *steps,
           GError **error)
{
    QevmPlace place;
    gboolean root = g_str_has_prefix(steps, "//");
    g_autofree char *top = NULL;

    if (!place_of(file, base, &place, error)) {
        return NULL;
    }
    if (root) {
        place.kind = QEVM_PLACE_SECTION;
    }
    top = qevm_path_of(file->stream, &place);
    return g_strconcat(top, place.kind == QEVM_PLACE_SECTION ? "//" : "/",
                       root ? steps + 2 : steps, NULL);
}

char *
qevm_shell_path(const QevmShellFile *file, const char *word, GError **error)
{
    g_autofree char *base = g_strdup(file->place);
    g_autofree char *steps = NULL, *below = NULL;

    if (strcmp(word, "/") == 0) {
        return g_strdup("");
    }
    while (begins_with_up(word)) {
        char *above = path_above(file, base, error);

        if (!above) {
            return NULL;
        }
        g_free(base);
        base = above;
        word += word[2] ? 3 : 2;
    }
    /* A folder may be named with a slash behind it. */
    steps = g_strdup(word);
    if (g_str_has_suffix(steps, "/") && !g_str_has_suffix(steps, "//")) {
        steps[strlen(steps) - 1] = '\0';
    }
    if (!*steps) {
        return g_steal_pointer(&base);
    }
    if (!*base || qevm_shell_has_tree(steps)) {
        return g_steal_pointer(&steps);
    }
    below = path_below(file, base, steps, error);
    if (!below || exists(file, below) || !exists(file, steps)) {
        return g_steal_pointer(&below);
    }
    return g_steal_pointer(&steps);
}

GArray *
qevm_shell_places(const QevmShellFile *file, const char *word, gboolean *all,
                  gboolean *many, GError **error)
{
    g_autofree char *text = qevm_shell_path(file, word, error);
    g_autoptr(QevmPath) path = NULL;

    *all = text && !*text;
    if (!text || *all) {
        return text ? g_array_new(FALSE, FALSE, sizeof(QevmPlace)) : NULL;
    }
    path = qevm_path_parse(text, error);
    if (many) {
        *many = path && qevm_get_asks_many(path);
    }
    return path ? qevm_path_resolve(file->stream, path, error) : NULL;
}

gboolean
qevm_shell_go(QevmShellFile *file, const char *word, GError **error)
{
    g_autofree char *text = qevm_shell_path(file, word, error);
    QevmPlace place = { .kind = QEVM_PLACE_SECTION };

    if (!text || (*text && !place_of(file, text, &place, error))) {
        return FALSE;
    }
    if (place.kind == QEVM_PLACE_FACT || place.kind == QEVM_PLACE_ELEMENT ||
        (place.node && (place.node->kind == QEVM_NODE_FIELD ||
                        place.node->kind == QEVM_NODE_RAW))) {
        g_set_error(error, QEVM_ERROR, QEVM_ERROR_PATH,
                    "`%s` is a value; nothing is below it", word);
        return FALSE;
    }
    g_free(file->place);
    file->place = *text ? qevm_path_of(file->stream, &place) : g_strdup("");
    return TRUE;
}

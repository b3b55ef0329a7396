/* path.c - paths as they are written: read, quoted, matched. */
#include "parser/path.h"

#include <string.h>

/*
 * PATH       = SECTION [ "@" ( NUMBER | "*" ) ] [ "#" NUMBER ]
 *              [ "//" [ STEPS ] ] ;
 * STEPS      = STEP { "/" STEP } ;
 * STEP       = ( NAME | "{" NAME "}" ) [ "[" ( NUMBER | "*" ) "]"
 *            | "#" NUMBER ] | FACT | ".." ;
 * FACT       = ".version_id" | ".instance_id" | ".section_id" ;
 * SECTION    = NAME ;
 * NAME       = PLAIN | STRING ;
 * STRING     = '"' { CHARACTER | "\\" | '\"' | "\x" HEXPAIR } '"' ;
 * NUMBER     = DECIMAL | "0x" HEXDIGITS ;
 *
 * A PLAIN section ends at "//", a PLAIN step at "/", a PLAIN name in braces at
 * "}"; anything else may be in them, and `*` and `?` stand for any characters
 * and any one. What is in double quotes stands for itself.
 *
 * RELATIVE   = [ "//" ] STEPS ;
 */

static const char *const facts[] = { ".version_id", ".instance_id",
                                     ".section_id" };

static void
step_clear(gpointer data)
{
    QevmStep *step = data;

    g_free(step->name);
    g_free(step->spelled);
}

void
qevm_path_free(QevmPath *path)
{
    if (!path) {
        return;
    }
    g_free(path->section);
    g_array_unref(path->steps);
    g_free(path);
}

static QevmPath *
path_new(void)
{
    QevmPath *path = g_new0(QevmPath, 1);

    path->ordinal = -1;
    path->steps = g_array_new(FALSE, TRUE, sizeof(QevmStep));
    g_array_set_clear_func(path->steps, step_clear);
    return path;
}

static gboolean
is_fact(const char *name)
{
    for (guint i = 0; i < G_N_ELEMENTS(facts); i++) {
        if (g_str_equal(facts[i], name)) {
            return TRUE;
        }
    }
    return FALSE;
}

/* ---- reading ---- */

typedef struct {
    const char *text;
    GError **error;
} Reader;

static gboolean
refuse(const Reader *r, const char *at, const char *wanted)
{
    g_set_error(r->error, QEVM_ERROR, QEVM_ERROR_PATH,
                "path: column %u: expected %s", (guint)(at - r->text) + 1,
                wanted);
    return FALSE;
}

/* A quoted name, without zero bytes: QEMU's names are C strings. */
static gboolean
read_quoted(const Reader *r, const char **at, char **name)
{
    g_autoptr(GString) text = g_string_new(NULL);
    const char *start = *at;
    const char *wanted = qevm_scan_string(at, text);

    if (wanted) {
        return refuse(r, *at, wanted);
    }
    if (strlen(text->str) != text->len) {
        return refuse(r, start, "a name without a zero byte");
    }
    *name = g_strdup(text->str);
    return TRUE;
}

/* Whether start..end is one whole number. */
static gboolean
whole_number(const char *start, const char *end, guint64 *out)
{
    const char *at = start;

    return start < end && !qevm_scan_integer(&at, out) && at == end;
}

/* The last of `c` in start..end, or NULL. */
static const char *
last_char(const char *start, const char *end, char c)
{
    while (end > start) {
        if (*--end == c) {
            return end;
        }
    }
    return NULL;
}

/* Cuts a trailing #K off start..*end. */
static gboolean
cut_ordinal(const Reader *r, const char *start, const char **end, gint *ordinal)
{
    const char *mark = last_char(start, *end, '#');
    guint64 v;

    if (!mark || !whole_number(mark + 1, *end, &v)) {
        return TRUE;
    }
    if (v > G_MAXINT) {
        return refuse(r, mark + 1, "a smaller number");
    }
    *ordinal = (gint)v;
    *end = mark;
    return TRUE;
}

/* Cuts a trailing @INSTANCE off start..*end. */
static gboolean
cut_instance(const Reader *r, const char *start, const char **end,
             QevmPath *path)
{
    const char *mark = last_char(start, *end, '@');
    guint64 v;

    if (mark && *end == mark + 2 && mark[1] == '*') {
        path->which = QEVM_INSTANCE_ALL;
        *end = mark;
        return TRUE;
    }
    if (!mark || !whole_number(mark + 1, *end, &v)) {
        return TRUE;
    }
    if (v > G_MAXUINT32) {
        return refuse(r, mark + 1, "an instance of at most 32 bits");
    }
    path->which = QEVM_INSTANCE_IS;
    path->instance_id = (guint32)v;
    *end = mark;
    return TRUE;
}

/* The section part, up to `//` or the end. */
static gboolean
read_section(const Reader *r, const char **at, QevmPath *path)
{
    const char *start = *at, *end, *stop;

    if (*start == '"') {
        if (!read_quoted(r, &start, &path->section)) {
            return FALSE;
        }
        path->section_literal = TRUE;
    }
    stop = strstr(start, "//");
    if (!stop) {
        stop = start + strlen(start);
    }
    end = stop;
    if (!cut_ordinal(r, start, &end, &path->ordinal) ||
        !cut_instance(r, start, &end, path)) {
        return FALSE;
    }
    if (path->section_literal && end != start) {
        return refuse(r, start, "@INSTANCE, #K, `//` or the end");
    }
    if (!path->section_literal) {
        if (end == start) {
            return refuse(r, start, "a section");
        }
        path->section = g_strndup(start, (gsize)(end - start));
    }
    *at = stop;
    return TRUE;
}

/* Reads [I], [*] or #K at the end of start..*end and cuts it off; leaves what
 * is none of them, since names may end in anything. */
static void
cut_select(const char *start, const char **end, QevmStep *step)
{
    const char *last = *end, *mark;

    if (last > start && last[-1] == ']') {
        mark = last_char(start, last, '[');
        if (mark && last == mark + 3 && mark[1] == '*') {
            step->select = QEVM_SELECT_ALL;
        } else if (mark && whole_number(mark + 1, last - 1, &step->index)) {
            step->select = QEVM_SELECT_INDEX;
        }
    } else {
        mark = last_char(start, last, '#');
        if (mark && whole_number(mark + 1, last, &step->index)) {
            step->select = QEVM_SELECT_RUN;
        }
    }
    if (step->select != QEVM_SELECT_NONE) {
        *end = mark;
    }
}

/* After a closing quote or brace nothing but a selection may stand. */
static gboolean
read_tail(const Reader *r, const char **at, QevmStep *step)
{
    const char *start = *at, *stop = strchr(start, '/'), *end;

    if (!stop) {
        stop = start + strlen(start);
    }
    end = stop;
    cut_select(start, &end, step);
    if (end != start) {
        return refuse(r, start, "[I], [*], #K, `/` or the end");
    }
    *at = stop;
    return TRUE;
}

static gboolean
read_subsection(const Reader *r, const char **at, QevmStep *step)
{
    const char *start = *at + 1, *end = start;

    step->subsection = TRUE;
    if (*start == '"') {
        step->literal = TRUE;
        if (!read_quoted(r, &end, &step->name)) {
            return FALSE;
        }
    } else {
        end = start + strcspn(start, "}");
        if (*end == '}' && end == start) {
            return refuse(r, start, "a subsection");
        }
        step->name = g_strndup(start, (gsize)(end - start));
    }
    if (*end != '}') {
        return refuse(r, end, "a closing `}`");
    }
    *at = end + 1;
    return read_tail(r, at, step);
}

static gboolean
read_plain(const Reader *r, const char **at, QevmStep *step)
{
    const char *start = *at, *stop = strchr(start, '/'), *end;

    if (!stop) {
        stop = start + strlen(start);
    }
    if (stop == start) {
        return refuse(r, start,
                      *start ? "a step (`//` stands only once)" : "a step");
    }
    end = stop;
    cut_select(start, &end, step);
    if (end == start) {
        step->select = QEVM_SELECT_NONE;
        end = stop;
    }
    if (step->select != QEVM_SELECT_NONE) {
        step->spelled = g_strndup(start, (gsize)(stop - start));
    }
    step->name = g_strndup(start, (gsize)(end - start));
    /* What selects is a name: no fact has elements. */
    step->fact = step->select == QEVM_SELECT_NONE && is_fact(step->name);
    step->up =
        step->select == QEVM_SELECT_NONE && g_str_equal(step->name, "..");
    *at = stop;
    return TRUE;
}

static gboolean
read_step(const Reader *r, const char **at, QevmStep *step)
{
    if (**at == '{') {
        return read_subsection(r, at, step);
    }
    if (**at == '"') {
        step->literal = TRUE;
        return read_quoted(r, at, &step->name) && read_tail(r, at, step);
    }
    return read_plain(r, at, step);
}

static gboolean
read_steps(const Reader *r, const char *at, GArray *steps)
{
    for (;;) {
        QevmStep step = { 0 };
        gboolean ok = read_step(r, &at, &step);

        g_array_append_val(steps, step);
        if (!ok) {
            return FALSE;
        }
        if (*at == '\0') {
            return TRUE;
        }
        if (step.fact) {
            return refuse(r, at, "the end after a header fact");
        }
        at++;
    }
}

QevmPath *
qevm_path_parse(const char *text, GError **error)
{
    const Reader r = { text, error };
    g_autoptr(QevmPath) path = path_new();
    const char *at = text;

    if (!read_section(&r, &at, path)) {
        return NULL;
    }
    path->has_tree = *at != '\0';
    if (path->has_tree && at[2] != '\0' &&
        !read_steps(&r, at + 2, path->steps)) {
        return NULL;
    }
    return g_steal_pointer(&path);
}

QevmPath *
qevm_path_parse_below(const char *text, GError **error)
{
    const Reader r = { text, error };
    g_autoptr(QevmPath) path = path_new();
    const char *at = text;

    if (g_str_has_prefix(text, "//")) {
        path->has_tree = TRUE;
        at += 2;
    }
    if (!read_steps(&r, at, path->steps)) {
        return NULL;
    }
    return g_steal_pointer(&path);
}

/* ---- writing ---- */

static char *
in_quotes(const char *name)
{
    GString *out = g_string_new("\"");

    qevm_escape(out, name, strlen(name));
    g_string_append_c(out, '"');
    return g_string_free(out, FALSE);
}

/* Space at an end is not seen by those who copy a path. */
static gboolean
needs_quotes_anywhere(const char *name)
{
    gsize len = strlen(name);

    return len == 0 || strpbrk(name, "*?") || name[0] == ' ' ||
           name[len - 1] == ' ' || qevm_needs_escape(name, len);
}

char *
qevm_path_quote(const char *name)
{
    const Reader r = { name, NULL };
    g_autoptr(QevmPath) path = path_new();
    const char *at = name;

    /* A slash at the end would join with those that follow. */
    if (needs_quotes_anywhere(name) || g_str_has_suffix(name, "/") ||
        !read_section(&r, &at, path) || *at != '\0' ||
        !g_str_equal(path->section, name)) {
        return in_quotes(name);
    }
    return g_strdup(name);
}

char *
qevm_path_quote_step(const char *name, gboolean subsection)
{
    if (subsection) {
        g_autofree char *inner =
            needs_quotes_anywhere(name) || strchr(name, '}') ? in_quotes(name)
                                                             : g_strdup(name);

        return g_strconcat("{", inner, "}", NULL);
    }
    if (needs_quotes_anywhere(name) || strchr(name, '/') || name[0] == '{' ||
        is_fact(name) || g_str_equal(name, "..")) {
        return in_quotes(name);
    }
    return g_strdup(name);
}

/* ---- matching ---- */

gboolean
qevm_path_is_pattern(const char *name, gboolean literal)
{
    return !literal && strpbrk(name, "*?") != NULL;
}

gboolean
qevm_path_match(const char *pattern, gboolean literal, const char *name)
{
    /* Where to try again: the last `*`, one more character taken by it. */
    const char *star = NULL, *resume = NULL;

    if (literal) {
        return g_str_equal(pattern, name);
    }
    while (*name != '\0') {
        if (*pattern == '*') {
            star = ++pattern;
            resume = name;
        } else if (*pattern == '?' || *pattern == *name) {
            pattern++;
            name++;
        } else if (star) {
            pattern = star;
            name = ++resume;
        } else {
            return FALSE;
        }
    }
    while (*pattern == '*') {
        pattern++;
    }
    return *pattern == '\0';
}

/* shell-words.c - a line of the shell as words, and words as they are typed. */
#include "cli/shell-words.h"
#include "parser/error.h"
#include "parser/value.h"

#include <string.h>

static void
word_clear(gpointer p)
{
    QevmWord *word = p;

    g_free(word->text);
}

static gboolean
is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Takes one word off *at; the quote that is not closed, or 0. */
static char
take_word(const char **at, GString *out)
{
    const char *p = *at;
    char quote = 0;

    for (; *p && (quote || !is_blank(*p)); p++) {
        gboolean escaped = *p == '\\' && quote != '\'' && p[1];

        if (escaped && quote) {
            g_string_append_len(out, p++, 2);
        } else if (escaped) {
            g_string_append_c(out, *++p);
        } else if (*p == quote || (!quote && (*p == '\'' || *p == '"'))) {
            if (*p == '"') {
                g_string_append_c(out, *p);
            }
            quote = quote ? 0 : *p;
        } else {
            g_string_append_c(out, *p);
        }
    }
    *at = p;
    return quote;
}

/* *open: the quote that is not closed; *last: where the last word ends. */
static GArray *
split(const char *line, char *open, const char **last)
{
    GArray *words = g_array_new(FALSE, FALSE, sizeof(QevmWord));
    const char *at = line;

    g_array_set_clear_func(words, word_clear);
    *open = 0;
    *last = NULL;
    for (;;) {
        GString *text;
        QevmWord word;

        while (is_blank(*at)) {
            at++;
        }
        if (!*at || (*at == '#' && words->len == 0)) {
            return words;
        }
        text = g_string_new(NULL);
        word.start = (gsize)(at - line);
        *open = take_word(&at, text);
        *last = at;
        word.text = g_string_free(text, FALSE);
        g_array_append_val(words, word);
    }
}

GArray *
qevm_words_split(const char *line, GError **error)
{
    char open;
    const char *last;
    g_autoptr(GArray) words = split(line, &open, &last);

    if (open) {
        g_set_error(error, QEVM_ERROR, QEVM_ERROR_PATH,
                    "a quote %c is not closed", open);
        return NULL;
    }
    return g_steal_pointer(&words);
}

GArray *
qevm_words_split_typed(const char *line)
{
    char open;
    const char *last;
    GArray *words = split(line, &open, &last);
    QevmWord empty = { NULL, strlen(line) };

    if (!last || *last) {
        empty.text = g_strdup("");
        g_array_append_val(words, empty);
    }
    return words;
}

char *
qevm_words_quote(const char *text)
{
    GString *out = g_string_new(NULL);
    gboolean quoted = FALSE;

    for (const char *p = text; *p; p++) {
        if (*p == '"') {
            quoted = !quoted;
        } else if (*p == '\\' && quoted && p[1]) {
            g_string_append_c(out, *p++);
        } else if (!quoted && (is_blank(*p) || *p == '\'' || *p == '\\' ||
                               (*p == '#' && p == text))) {
            g_string_append_c(out, '\\');
        }
        g_string_append_c(out, *p);
    }
    return g_string_free(out, FALSE);
}

char *
qevm_words_plain(const char *word, GError **error)
{
    g_autoptr(GString) text = g_string_new(NULL);
    const char *at = word, *wanted;

    if (*word != '"') {
        return g_strdup(word);
    }
    wanted = qevm_scan_string(&at, text);
    if (wanted || *at) {
        g_set_error(error, QEVM_ERROR, QEVM_ERROR_PATH, "%s: expected %s", word,
                    wanted ? wanted : "the end behind the closing quote");
        return NULL;
    }
    return g_strdup(text->str);
}

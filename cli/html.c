/* html.c - HTML as it is put together. */
#include "cli/html.h"

#include <string.h>

#include "parser/value.h"

/* What g_markup_escape_text() makes of control characters browsers show as
 * nothing, or as something else. Markup of ours has no such references. */
static void
append_visible(GString *html, const char *text)
{
    const char *at;

    while ((at = strstr(text, "&#x")) != NULL) {
        char *end;
        guint64 code = g_ascii_strtoull(at + 3, &end, 16);

        g_string_append_len(html, text, at - text);
        g_string_append_printf(html, "\\x%02x", (guint)code);
        text = end + 1;
    }
    g_string_append(html, text);
}

void
qevm_html(GString *html, const char *format, ...)
{
    g_autofree char *escaped = NULL, *printable = NULL;
    va_list args;

    va_start(args, format);
    escaped = g_markup_vprintf_escaped(format, args);
    va_end(args);
    printable = qevm_printable(escaped);
    append_visible(html, printable);
}

char *
qevm_html_cut(const char *text, gsize bytes)
{
    gsize len = strlen(text), at = MIN(len, bytes);

    while (at < len && at > 0 && ((guchar)text[at] & 0xc0) == 0x80) {
        at--;
    }
    return at < len
               ? g_strdup_printf("%.*s ... (%" G_GSIZE_FORMAT " more bytes)",
                                 (int)at, text, len - at)
               : g_strdup(text);
}

char *
qevm_html_number(guint64 n)
{
    g_autofree char *digits = g_strdup_printf("%" G_GUINT64_FORMAT, n);
    g_autoptr(GString) text = g_string_new(NULL);
    gsize len = strlen(digits);

    for (gsize i = 0; i < len; i++) {
        if (i && (len - i) % 3 == 0) {
            g_string_append_c(text, ',');
        }
        g_string_append_c(text, digits[i]);
    }
    return g_string_free(g_steal_pointer(&text), FALSE);
}

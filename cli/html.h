/* html.h - HTML as it is put together: markup is ours, everything else is
 * escaped.
 */
#ifndef QEVM_CLI_HTML_H
#define QEVM_CLI_HTML_H

#include <glib.h>

/* Appends. `format` is markup, printable and without line breaks; what it
 * formats is text, whoever wrote it: characters of markup are escaped, and what
 * is no printable UTF-8, which may turn the direction of the text around,
 * becomes \xNN. */
void qevm_html(GString *html, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* A text that is not longer than that, with what is missing of it. Owned. */
char *qevm_html_cut(const char *text, gsize bytes);
/* "1,234,567": for people. Owned. */
char *qevm_html_number(guint64 n);

#endif

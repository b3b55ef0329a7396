/* print.h - a command's output on its way to stdout: buffered, coloured, and
 * every failed write remembered.
 */
#ifndef QEVM_CLI_PRINT_H
#define QEVM_CLI_PRINT_H

#include <glib.h>

typedef struct QevmPrint QevmPrint;

typedef enum {
    QEVM_STYLE_PLAIN,
    QEVM_STYLE_NAME, /* sections, subsections, commands */
    QEVM_STYLE_DIM,  /* what is said beside the facts */
    QEVM_STYLE_ERROR,
    QEVM_STYLE_WARNING,
    QEVM_STYLE_ADDED,
    QEVM_STYLE_REMOVED,
} QevmStyle;

/* Borrows `fd`. */
QevmPrint *qevm_print_new(int fd, gboolean colour);
/* Frees without flushing. */
void qevm_print_free(QevmPrint *print);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(QevmPrint, qevm_print_free)

void qevm_print(QevmPrint *print, const char *text);
/* Words of others, of a stream: what is not printable is escaped. */
void qevm_print_words(QevmPrint *print, const char *text);
void qevm_print_bytes(QevmPrint *print, const char *text, gsize len);
void qevm_print_format(QevmPrint *print, const char *format, ...)
    G_GNUC_PRINTF(2, 3);
void qevm_print_styled(QevmPrint *print, QevmStyle style, const char *format,
                       ...) G_GNUC_PRINTF(3, 4);

/* Paragraphs of prose, filled to 79 columns; lines that begin with a blank
 * stay as they are, and what goes on behind a "- " stands behind it. */
void qevm_print_prose(QevmPrint *print, const char *text);
/* The same, `indent` columns to the right. */
void qevm_print_indented(QevmPrint *print, guint indent, const char *text);

/* TRUE: a write failed, so there is no point in going on. */
gboolean qevm_print_broken(const QevmPrint *print);
/* Writes what is buffered. FALSE: this or an earlier write failed; *number is
 * its errno. */
gboolean qevm_print_flush(QevmPrint *print, int *number);

#endif

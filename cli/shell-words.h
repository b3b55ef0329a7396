/* shell-words.h - a line of the shell as words, and words as they are typed.
 *
 *   LINE = [ WORD { BLANKS WORD } ] ;
 *
 * Paths and values have double quotes of their own, so those stay in the word,
 * with all between them as it is: a path is pasted as it was printed. Outside
 * of them `\` takes the next character as it is, and '..' all up to the next
 * `'`; both are taken away. A line whose first word begins with `#` is empty.
 */
#ifndef QEVM_CLI_SHELL_WORDS_H
#define QEVM_CLI_SHELL_WORDS_H

#include <glib.h>

typedef struct {
    char *text;  /* owned; what the command gets */
    gsize start; /* where it begins in the line */
} QevmWord;

/* A GArray of QevmWord, owned by the caller. NULL: a quote is not closed;
 * QEVM_ERROR_PATH. */
GArray *qevm_words_split(const char *line, GError **error);
/* The same of a line that is not finished: quotes end with it, and its last
 * word is what is being typed, which is empty behind a blank. */
GArray *qevm_words_split_typed(const char *line);

/* A word as it must be typed to be that. Owned. */
char *qevm_words_quote(const char *text);
/* A word that is no path of a stream but the name of a file, or text: without
 * its double quotes. Owned. NULL: what is in them is no text. */
char *qevm_words_plain(const char *word, GError **error);

#endif

/* print.c - a command's output on its way to stdout. */
#include "cli/print.h"

#include "parser/value.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define BUFFER_SIZE (64 * 1024)
#define COLUMNS 79

struct QevmPrint {
    GString *buffer;
    int fd;
    int error; /* errno of the first failed write; 0: none */
    gboolean colour;
};

static const char *const codes[] = {
    [QEVM_STYLE_PLAIN] = "",
    [QEVM_STYLE_NAME] = "\033[1m",
    [QEVM_STYLE_DIM] = "\033[2m",
    [QEVM_STYLE_ERROR] = "\033[1;31m",
    [QEVM_STYLE_WARNING] = "\033[1;33m",
    [QEVM_STYLE_ADDED] = "\033[32m",
    [QEVM_STYLE_REMOVED] = "\033[31m",
};

QevmPrint *
qevm_print_new(int fd, gboolean colour)
{
    QevmPrint *print = g_new0(QevmPrint, 1);

    print->buffer = g_string_sized_new(BUFFER_SIZE);
    print->fd = fd;
    print->colour = colour;
    return print;
}

void
qevm_print_free(QevmPrint *print)
{
    if (print) {
        g_string_free(print->buffer, TRUE);
        g_free(print);
    }
}

static void
write_out(QevmPrint *print)
{
    gsize done = 0;

    while (!print->error && done < print->buffer->len) {
        gssize n = write(print->fd, print->buffer->str + done,
                         print->buffer->len - done);

        if (n >= 0) {
            done += (gsize)n;
        } else if (errno != EINTR) {
            print->error = errno;
        }
    }
    g_string_truncate(print->buffer, 0);
}

void
qevm_print_bytes(QevmPrint *print, const char *text, gsize len)
{
    g_string_append_len(print->buffer, text, (gssize)len);
    if (print->buffer->len >= BUFFER_SIZE) {
        write_out(print);
    }
}

void
qevm_print(QevmPrint *print, const char *text)
{
    g_string_append(print->buffer, text);
    if (print->buffer->len >= BUFFER_SIZE) {
        write_out(print);
    }
}

void
qevm_print_format(QevmPrint *print, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    g_string_append_vprintf(print->buffer, format, args);
    va_end(args);
    if (print->buffer->len >= BUFFER_SIZE) {
        write_out(print);
    }
}

void
qevm_print_words(QevmPrint *print, const char *text)
{
    g_autofree char *printable = qevm_printable(text);

    qevm_print(print, printable);
}

void
qevm_print_styled(QevmPrint *print, QevmStyle style, const char *format, ...)
{
    gboolean coloured = print->colour && style != QEVM_STYLE_PLAIN;
    va_list args;

    if (coloured) {
        g_string_append(print->buffer, codes[style]);
    }
    va_start(args, format);
    g_string_append_vprintf(print->buffer, format, args);
    va_end(args);
    qevm_print(print, coloured ? "\033[0m" : "");
}

static void
print_filled(QevmPrint *print, const char *line, guint indent)
{
    g_auto(GStrv) words = g_strsplit(line, " ", -1);
    guint hang = g_str_has_prefix(line, "- ") ? 2 : 0;
    gsize column = 0;

    for (guint i = 0; words[i]; i++) {
        gsize len = strlen(words[i]);

        if (column && column + 1 + len > COLUMNS - indent) {
            qevm_print(print, "\n");
            column = 0;
            indent += hang;
            hang = 0;
        }
        qevm_print_format(print, "%*s%s", column ? 1 : (int)indent, "",
                          words[i]);
        column += len + (column ? 1 : 0);
    }
}

void
qevm_print_indented(QevmPrint *print, guint indent, const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

    for (guint i = 0; lines[i]; i++) {
        if (*lines[i] == ' ') {
            qevm_print(print, lines[i]);
        } else {
            print_filled(print, lines[i], indent);
        }
        qevm_print(print, "\n");
    }
}

void
qevm_print_prose(QevmPrint *print, const char *text)
{
    qevm_print_indented(print, 0, text);
}

gboolean
qevm_print_broken(const QevmPrint *print)
{
    return print->error != 0;
}

gboolean
qevm_print_flush(QevmPrint *print, int *number)
{
    write_out(print);
    *number = print->error;
    return print->error == 0;
}

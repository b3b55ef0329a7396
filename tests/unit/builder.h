/* builder.h - bytes of streams for tests, from a short notation; where they are
 * read from, and what they were read as.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef QEVM_TESTS_UNIT_BUILDER_H
#define QEVM_TESTS_UNIT_BUILDER_H

#include "parser/stream.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* ---- bytes ----
 *
 * Pairs of hex digits, blanks between as one likes; "text" and <text> are its
 * bytes, 'text' a length byte and them; XX*N is the byte XX, N times. */

static inline const char *
build_quoted(GByteArray *out, const char *text)
{
    const char *end = strchr(text + 1, *text == '<' ? '>' : *text);
    guint len = (guint)(end - text - 1);

    if (*text == '\'') {
        qevm_be_append(out, 1, len);
    }
    g_byte_array_append(out, (const guint8 *)text + 1, len);
    return end + 1;
}

static inline void
build_text(GByteArray *out, const char *text)
{
    while (*text) {
        guint8 byte;
        guint64 n = 1;

        if (*text == ' ') {
            text++;
            continue;
        }
        if (strchr("'\"<", *text)) {
            text = build_quoted(out, text);
            continue;
        }
        g_assert_true(g_ascii_isxdigit(text[0]) && g_ascii_isxdigit(text[1]));
        byte = (guint8)(g_ascii_xdigit_value(text[0]) << 4 |
                        g_ascii_xdigit_value(text[1]));
        text += 2;
        if (*text == '*') {
            char *end;

            n = g_ascii_strtoull(text + 1, &end, 10);
            text = end;
        }
        g_byte_array_set_size(out, out->len + (guint)n);
        memset(out->data + out->len - n, byte, n);
    }
}

static inline GBytes *
build_bytes(const char *text)
{
    GByteArray *out = g_byte_array_new();

    build_text(out, text);
    return g_byte_array_free_to_bytes(out);
}

static inline void build_format(GByteArray *out, const char *format, ...)
    G_GNUC_PRINTF(2, 3);
static inline void
build_format(GByteArray *out, const char *format, ...)
{
    g_autofree char *text = NULL;
    va_list ap;

    va_start(ap, format);
    text = g_strdup_vprintf(format, ap);
    va_end(ap);
    build_text(out, text);
}

static inline char *
build_hex(gconstpointer data, gsize n)
{
    GString *out = g_string_new(NULL);

    for (gsize i = 0; i < n; i++) {
        g_string_append_printf(out, "%02x", ((const guint8 *)data)[i]);
    }
    return g_string_free(out, FALSE);
}

/* Parts of streams in the notation above. */
#define HEADER "5145564d 00000003 "
#define MACHINE "07 00000006 \"pc-1.0\" "
#define ID_RAM "00000002 "
#define START(id, idstr, version) "01 " id "'" idstr "' 00000000 " version " "
#define PART(id) "02 " id
#define END(id) "03 " id
#define FULL(id, idstr, version) "04 " id "'" idstr "' 00000000 " version " "
#define FOOTER(id) "7e " id
#define EOS "0000000000000010 "
#define START_RAM START(ID_RAM, "ram", "00000004")

/* ---- where bytes come from and go to ---- */

typedef enum { BUILD_AS_BYTES, BUILD_AS_FILE, BUILD_AS_PIPE } BuildKind;

typedef struct {
    GBytes *bytes;
    int fd;
} BuildWriter;

static inline gpointer
build_write(gpointer p)
{
    BuildWriter *w = p;
    gsize n, chunk = 1;
    const guint8 *data = g_bytes_get_data(w->bytes, &n);

    /* Pieces of all sizes, so that reads are short in all places. */
    while (n > 0) {
        ssize_t r = write(w->fd, data, chunk < n ? chunk : n);

        if (r < 0) {
            break; /* nobody reads on */
        }
        data += r;
        n -= (gsize)r;
        chunk = chunk * 2 + 1;
    }
    close(w->fd);
    g_bytes_unref(w->bytes);
    g_free(w);
    return NULL;
}

/* A file descriptor of a file that holds these bytes and has no name. */
static inline int
build_file(GBytes *bytes)
{
    FILE *file = tmpfile();
    gsize n;
    const void *data = g_bytes_get_data(bytes, &n);
    int fd;

    g_assert_nonnull(file);
    fd = dup(fileno(file));
    fclose(file);
    g_assert_cmpint(pwrite(fd, data, n, 0), ==, (ssize_t)n);
    return fd;
}

static inline QevmSource *
build_source(GBytes *bytes, BuildKind kind)
{
    g_autoptr(GError) error = NULL;
    QevmSource *source;
    int fds[2];

    if (kind == BUILD_AS_BYTES) {
        return qevm_source_new_bytes(bytes, "t");
    }
    if (kind == BUILD_AS_FILE) {
        fds[0] = build_file(bytes);
    } else {
        BuildWriter *w = g_new0(BuildWriter, 1);

        signal(SIGPIPE, SIG_IGN);
        g_assert_cmpint(pipe(fds), ==, 0);
        w->bytes = g_bytes_ref(bytes);
        w->fd = fds[1];
        g_thread_unref(g_thread_new("writer", build_write, w));
    }
    source = qevm_source_new_fd(fds[0], "t", &error);
    g_assert_no_error(error);
    return source;
}

/* All that is in an open file. */
static inline GBytes *
build_read_back(int fd)
{
    off_t size = lseek(fd, 0, SEEK_END);
    guint8 *data = g_malloc((gsize)size + 1);

    g_assert_cmpint(pread(fd, data, (gsize)size, 0), ==, size);
    return g_bytes_new_take(data, (gsize)size);
}

static inline void
build_assert_equal(GBytes *got, GBytes *want)
{
    gsize n, m;
    const void *a = g_bytes_get_data(got, &n);
    const void *b = g_bytes_get_data(want, &m);

    for (gsize i = 0; i < n && i < m; i++) {
        if (((const guint8 *)a)[i] != ((const guint8 *)b)[i]) {
            gsize from = i > 16 ? i - 16 : 0, left = MIN(n, m) - from;
            g_autofree char *got_hex =
                build_hex((const guint8 *)a + from, MIN(left, 48));
            g_autofree char *want_hex =
                build_hex((const guint8 *)b + from, MIN(left, 48));

            g_test_message("at 0x%x: %s, not %s", (guint)i, got_hex, want_hex);
            break;
        }
    }
    g_assert_cmpmem(a, n, b, m);
}

/* ---- what a stream was read as ----
 *
 * Its records, which follow each other without a gap: a letter for the type,
 * #section_id, :idstr, x how many PARTs, +size, and of the facts below those
 * that hold. */

static inline void
build_add_record(GString *out, const QevmRecord *r)
{
    static const char letters[] = "HCSPEFXL0VTR";
    const struct {
        char letter;
        gboolean holds;
    } facts[] = { { 'f', r->footer },   { 'r', r->resynced },
                  { 'o', r->opaque },   { 'e', r->early },
                  { 'p', r->packaged }, { 'd', r->device != NULL } };

    g_string_append_printf(out, "%s%c", out->len ? " " : "", letters[r->type]);
    if (r->type == QEVM_RECORD_COMMAND) {
        g_string_append_printf(out, "#%u", r->command);
    } else if (qevm_record_is_section(r) || r->type == QEVM_RECORD_PARTS ||
               r->type == QEVM_RECORD_END) {
        g_string_append_printf(out, "#%u", r->section_id);
    }
    if (r->idstr) {
        g_string_append_printf(out, ":%s", r->idstr);
    }
    if (r->type == QEVM_RECORD_PARTS) {
        g_string_append_printf(out, "x%u", (guint)r->count);
    }
    g_string_append_printf(out, "+%u", (guint)r->size);
    for (guint i = 0; i < G_N_ELEMENTS(facts); i++) {
        if (facts[i].holds) {
            g_string_append_c(out, facts[i].letter);
        }
    }
}

static inline char *
build_records(const QevmStream *s, QevmRecordType from)
{
    GString *out = g_string_new(NULL);
    guint64 at = 0;

    for (guint i = 0; i < s->records->len; i++) {
        const QevmRecord *r = g_ptr_array_index(s->records, i);

        g_assert_cmphex(r->offset, ==, at);
        at += r->size;
        if (r->type >= from) {
            build_add_record(out, r);
        }
    }
    return g_string_free(out, FALSE);
}

static inline char *
build_notes(const QevmStream *s)
{
    GString *out = g_string_new(NULL);

    for (guint i = 0; i < s->notes->len; i++) {
        g_string_append_printf(out, "%s%s", i ? "\n" : "",
                               (char *)g_ptr_array_index(s->notes, i));
    }
    return g_string_free(out, FALSE);
}

/* One row of most tests: bytes in the notation above, walked; the records
 * from the first live one on, the notes, and the error if there is one. */
typedef struct {
    const char *path, *bytes, *records, *notes;
    QevmError code;
    const char *message;
} BuildCase;

static inline void
build_check_stream(const BuildCase *t, QevmStream *s, const GError *failed,
                   QevmRecordType from)
{
    const GError *error = s ? s->error : failed;
    g_autofree char *records = s ? build_records(s, from) : NULL;
    g_autofree char *notes = s ? build_notes(s) : NULL;

    if (t->message) {
        g_assert_error(error, QEVM_ERROR, (int)t->code);
        g_assert_cmpstr(error->message, ==, t->message);
    } else {
        g_assert_no_error(error);
    }
    g_assert_cmpstr(records, ==, t->records);
    g_assert_cmpstr(notes ? notes : "", ==, t->notes ? t->notes : "");
}

static inline void
build_add_tests(const char *prefix, const BuildCase *cases, guint n,
                GTestDataFunc test)
{
    for (guint i = 0; i < n; i++) {
        g_autofree char *path = g_strconcat(prefix, cases[i].path, NULL);

        g_test_add_data_func(path, &cases[i], test);
    }
}

#endif

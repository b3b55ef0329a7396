/* stream-words.h - small whole streams for tests, each from a line of words.
 *
 * Words with blanks between them, in this order:
 *
 *   machine=NAME       the configuration; without it there is none
 *   page-bits=HEX uuid=HEX capability=NAME    its subsections; 12 bits, or 10
 *   no-footers
 *   block=NAME:HEX     a RAM block and its length; RAM has no pages
 *   command=HEX        number, length and data
 *   [IDSTR@INSTANCE,VERSION,VMSD ... ]        a section; without @: 0
 *   NAME=TYPE:BYTES    a field; TYPE*N an array of N
 *   NAME=VMSD{ ... }   a struct; VMSD*N{ ... }BYTES N of them, of which BYTES
 *                      are all but the first
 *   (NAME,VERSION ... )    a subsection, behind all fields
 *
 * BYTES are as in builder.h, and within a word ~ is a blank.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef QEVM_TESTS_UNIT_STREAM_WORDS_H
#define QEVM_TESTS_UNIT_STREAM_WORDS_H

#include "tests/unit/builder-stream.h"

/* Where a word ends in `begin`, what is behind it; NULL: it does not begin so.
 */
static inline const char *
words_after(const char *word, const char *begin)
{
    return g_str_has_prefix(word, begin) ? word + strlen(begin) : NULL;
}

static inline void
words_configuration(GByteArray *out, char **words)
{
    for (; *words; words++) {
        const char *rest;

        if ((rest = words_after(*words, "machine="))) {
            build_format(out, "07 %08x \"%s\"", (guint)strlen(rest), rest);
        } else if ((rest = words_after(*words, "page-bits="))) {
            build_format(out, "05 'configuration/target-page-bits' 00000001 %s",
                         rest);
        } else if ((rest = words_after(*words, "capability="))) {
            build_format(out,
                         "05 'configuration/capabilities' 00000001 "
                         "00000001 '%s'",
                         rest);
        } else if ((rest = words_after(*words, "uuid="))) {
            build_format(out, "05 'configuration/uuid' 00000001 %s", rest);
        }
    }
}

static inline void
words_ram(Builder *b, char **words)
{
    gboolean shared = g_strv_contains((const char *const *)words,
                                      "capability=x-ignore-shared");
    g_autoptr(GByteArray) blocks = g_byte_array_new();
    guint64 total = 0;

    for (; *words; words++) {
        const char *rest = words_after(*words, "block=");
        const char *colon = rest ? strrchr(rest, ':') : NULL;

        if (colon) {
            guint64 length = g_ascii_strtoull(colon + 1, NULL, 16);

            build_format(blocks, "'%.*s' %016" G_GINT64_MODIFIER "x",
                         (int)(colon - rest), rest, length);
            build_text(blocks, shared ? "00*8" : "");
            total += length;
        }
    }
    if (!total) {
        return;
    }
    build_section(b, QEMU_VM_SECTION_START, 2, "ram", 0, 4);
    build_format(b->out, "%016" G_GINT64_MODIFIER "x", total | 4);
    g_byte_array_append(b->out, blocks->data, blocks->len);
    build_text(b->out, EOS);
    build_footer(b, 2);
    build_format(b->out, "%02x 00000002 " EOS, QEMU_VM_SECTION_END);
    build_footer(b, 2);
}

/* NAME=TYPE..., up to `end`; gives what is behind it. */
static inline const char *
words_split(const char *word, char end, char **name, char **type, guint *count)
{
    const char *equal = strchr(word, '='), *stop, *star;

    g_assert_nonnull(equal);
    stop = strchr(equal, end);
    g_assert_nonnull(stop);
    *name = g_strndup(word, (gsize)(equal - word));
    *type = g_strndup(equal + 1, (gsize)(stop - equal - 1));
    star = strchr(*type, '*');
    *count = star ? (guint)g_ascii_strtoull(star + 1, NULL, 10) : 0;
    if (star) {
        (*type)[star - *type] = '\0';
    }
    return stop + 1;
}

static inline void
words_device(Builder *b, const char *word, guint id)
{
    g_auto(GStrv) parts = g_strsplit(word, ",", 3);
    g_auto(GStrv) name = g_strsplit(parts[0], "@", 2);

    build_device(b, id, name[0],
                 name[1] ? (guint32)g_ascii_strtoull(name[1], NULL, 10) : 0,
                 parts[2], (guint32)g_ascii_strtoull(parts[1], NULL, 10));
}

/* What was begun, the innermost last: how many structs, and whether its
 * subsections were begun. */
typedef struct {
    guint count;
    gboolean subsections;
} WordsLevel;

static inline void
words_subsection(Builder *b, WordsLevel *level, const char *word)
{
    g_auto(GStrv) parts = g_strsplit(word, ",", 2);

    if (!level->subsections) {
        build_subsections(b);
        level->subsections = TRUE;
    }
    build_subsection(b, parts[0],
                     (guint32)g_ascii_strtoull(parts[1], NULL, 10));
}

static inline void
words_devices(Builder *b, char **words)
{
    WordsLevel levels[8];
    guint depth = 0, id = 3;

    for (; *words; words++) {
        const char *word = g_strdelimit(*words, "~", ' '), *rest;
        g_autofree char *name = NULL, *type = NULL;
        guint count;

        g_assert_cmpuint(depth, <, G_N_ELEMENTS(levels));
        if ((rest = words_after(word, "["))) {
            words_device(b, rest, ++id);
            levels[depth++] = (WordsLevel){ 0, FALSE };
        } else if (strcmp(word, "]") == 0) {
            build_device_end(b);
            depth--;
        } else if ((rest = words_after(word, "("))) {
            words_subsection(b, &levels[depth - 1], rest);
            levels[depth++] = (WordsLevel){ 0, FALSE };
        } else if (strcmp(word, ")") == 0) {
            build_subsection_end(b);
            depth--;
        } else if ((rest = words_after(word, "}"))) {
            build_struct_end(b, levels[--depth].count, rest);
        } else if ((rest = words_after(word, "command="))) {
            build_format(b->out, "08 %s", rest);
        } else if (depth && strchr(word, '{')) {
            words_split(word, '{', &name, &type, &count);
            build_struct(b, name, count, type);
            levels[depth++] = (WordsLevel){ count, FALSE };
        } else if (depth && *word) {
            rest = words_split(word, ':', &name, &type, &count);
            build_field(b, name, count, type, rest);
        }
    }
    g_assert_cmpuint(depth, ==, 0);
}

static inline GBytes *
words_bytes(const char *text)
{
    g_auto(GStrv) words = g_strsplit(text, " ", -1);
    const char *const *list = (const char *const *)words;
    Builder b = { .out = g_byte_array_new(),
                  .footers = !g_strv_contains(list, "no-footers") };
    g_autoptr(GBytes) json = NULL;
    gsize len;
    const guint8 *data;

    b.json = qevm_json_out_new(QEVM_DIALECT_JSON_WRITER);
    qevm_json_out_begin_object(b.json, NULL);
    qevm_json_out_uint(b.json, "page_size",
                       g_strv_contains(list, "page-bits=0000000a") ? 1024
                                                                   : 4096);
    qevm_json_out_begin_array(b.json, "devices");
    build_text(b.out, HEADER);
    words_configuration(b.out, words);
    words_ram(&b, words);
    words_devices(&b, words);
    build_text(b.out, "00");
    qevm_json_out_end_array(b.json);
    qevm_json_out_end_object(b.json);
    json = qevm_json_out_finish(b.json);
    data = g_bytes_get_data(json, &len);
    build_format(b.out, "06 %08x", (guint)len);
    g_byte_array_append(b.out, data, (guint)len);
    return g_byte_array_free_to_bytes(b.out);
}

static inline QevmStream *
words_open(const char *text)
{
    g_autoptr(GBytes) bytes = words_bytes(text);
    g_autoptr(GError) error = NULL;
    QevmStream *stream = qevm_stream_open(qevm_source_new_bytes(bytes, "t"),
                                          QEVM_OPEN_WALK, NULL, &error);

    g_assert_no_error(error);
    g_assert_no_error(stream->error);
    return stream;
}

#endif

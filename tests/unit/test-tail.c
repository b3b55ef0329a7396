/* test-tail.c - device sections found from the end: what proves their places,
 * and that nothing less does.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "parser/tail.h"
#include "tests/unit/builder-stream.h"

/* Puts bytes over those found first. */
static GBytes *
overwrite(GBytes *bytes, const char *find, const char *put)
{
    g_autoptr(GBytes) what = build_bytes(find);
    g_autoptr(GBytes) with = build_bytes(put);
    gsize size, n, m;
    const guint8 *old = g_bytes_get_data(bytes, &size);
    const guint8 *w = g_bytes_get_data(what, &n);
    const guint8 *p = g_bytes_get_data(with, &m);
    const guint8 *at = memmem(old, size, w, n);
    guint8 *data = g_memdup2(old, size);

    g_assert_nonnull(at);
    memcpy(data + (at - old), p, m);
    return g_bytes_new_take(data, size);
}

static QevmStream *
open_plain(GBytes *bytes)
{
    g_autoptr(GError) error = NULL;
    QevmStream *s =
        qevm_stream_open(build_source(bytes, BUILD_AS_FILE), 0, NULL, &error);

    g_assert_no_error(error);
    return s;
}

static char *
device_records(const QevmStream *s)
{
    g_autofree char *all = build_records(s, QEVM_RECORD_FULL);
    const char *first = strstr(all, "F#4");

    return g_strdup(first ? first : all);
}

/* ---- the proof ---- */

#define DEV "F#4:0000:00:01.0/dev+104fd "
#define LEGACY "F#5:legacy+28fd "
#define TWIN "F#6:twin+25fd "
#define TWIN_2 "F#7:twin+25fd "
#define NOT_READ "nothing describes this payload, and no footer of section "

static const struct proof_case {
    const char *path;
    guint flags;
    const char *find, *put; /* NULL: as it is */
    gboolean proved;
    const char *records; /* from the first device on, up to the vmdesc */
    const char *message; /* of the walk, where the proof failed */
} proof_cases[] = {
    { "plain", 0, NULL, NULL, TRUE, DEV LEGACY TWIN TWIN_2 "0+1", NULL },
    { "qjson", BUILD_QJSON, NULL, NULL, TRUE, DEV LEGACY TWIN TWIN_2 "0+1",
      NULL },
    { "no-footers", BUILD_NO_FOOTERS, NULL, NULL, TRUE,
      "F#4:0000:00:01.0/dev+99d F#5:legacy+23d F#6:twin+20d F#7:twin+20d 0+1",
      NULL },
    { "no-configuration", BUILD_NO_CONFIGURATION, NULL, NULL, TRUE,
      DEV LEGACY TWIN TWIN_2 "0+1", NULL },
    { "early", BUILD_EARLY, NULL, NULL, TRUE, DEV LEGACY TWIN TWIN_2 "0+1",
      NULL },
    { "bitmap", BUILD_BITMAP | BUILD_COMMANDS, NULL, NULL, TRUE,
      DEV LEGACY TWIN TWIN_2 "0+1", NULL },
    { "mapped", BUILD_MAPPED, NULL, NULL, TRUE, DEV LEGACY TWIN TWIN_2 "0+1",
      NULL },
    { "trailing", BUILD_TRAILING, NULL, NULL, TRUE,
      DEV LEGACY TWIN TWIN_2 "0+1", NULL },
    { "other-version", 0, "'legacy' 00000000 00000001",
      "'legacy' 00000000 00000002", TRUE, DEV LEGACY TWIN TWIN_2 "0+1", NULL },
    /* Its footer leads to where it starts. */
    { "wrong-size", BUILD_WRONG_SIZE, NULL, NULL, TRUE,
      DEV LEGACY TWIN "F#8:wrong+28frd " TWIN_2 "0+1", NULL },
    { "unlisted", BUILD_UNLISTED, NULL, NULL, TRUE,
      DEV LEGACY "F#32:unlisted+29fro " TWIN TWIN_2 "0+1", NULL },
    { "wrong-and-unlisted", BUILD_UNLISTED | BUILD_WRONG_SIZE, NULL, NULL, TRUE,
      DEV LEGACY "F#32:unlisted+29fro " TWIN "F#8:wrong+28frd " TWIN_2 "0+1",
      NULL },

    { "bad/type", 0, "04 00000005 'legacy'", "09 00000005 'legacy'", FALSE,
      DEV "R+1597", "at 0x4172: unknown section type 9 (0x09)" },
    { "bad/id", 0, "04 00000005 'legacy'", "04 00000009 'legacy'", FALSE,
      DEV "R+1597", "legacy: at 0x4186: " NOT_READ "9 ends it" },
    { "bad/name", 0, "00000005 'legacy'", "00000005 'legacx'", FALSE,
      DEV "F#5:legacx+28fro " TWIN TWIN_2 "0+1", NULL },
    { "bad/instance", 0, "'legacy' 00000000", "'legacy' 00000001", FALSE,
      DEV "F#5:legacy+28fro " TWIN TWIN_2 "0+1", NULL },
    { "bad/footer/byte", 0, "7e 00000005", "7d 00000005", FALSE, DEV "R+1597",
      "legacy: at 0x4186: " NOT_READ "5 ends it" },
    { "bad/footer/id", 0, "7e 00000005", "7e 00000009", FALSE, DEV "R+1597",
      "legacy: at 0x4186: " NOT_READ "5 ends it" },
    { "bad/last-footer", 0, "7e 00000007", "7e 00000009", FALSE,
      DEV LEGACY TWIN "R+1544", "twin: at 0x41b9: " NOT_READ "7 ends it" },
    { "bad/no-footers/type", BUILD_NO_FOOTERS, "04 00000005 'legacy'",
      "09 00000005 'legacy'", FALSE, "F#4:0000:00:01.0/dev+99d R+1582",
      "at 0x4159: unknown section type 9 (0x09)" },
    /* What stands before the first device. */
    { "bad/live/other-footer", 0, EOS FOOTER(ID_RAM) "04 00000004",
      EOS FOOTER("00000003") "04 00000004", FALSE, "R+5823",
      "ram: at 0x4105: the footer of section 2 (`ram') wanted, found 7e 00 00 "
      "00 03" },
    { "bad/live/no-eos", BUILD_NO_FOOTERS, EOS "04 00000004",
      "0000000000000110 04 00000004", FALSE, "R+5798",
      "ram: at 0x40ee: unknown flags 0x110 in word 0x110" },
    /* What the vmdesc says. */
    { "bad/vmdesc/name", 0, "<\"name\": \"legacy\">", "<\"name\": \"legacx\">",
      FALSE, DEV "F#5:legacy+28fro " TWIN TWIN_2 "0+1", NULL },
    { "bad/vmdesc/first-name", 0, "<\"name\": \"0000:00:01.0/dev\">",
      "<\"name\": \"0000:00:01.0/dex\">", FALSE,
      "F#4:0000:00:01.0/dev+104fro " LEGACY TWIN TWIN_2 "0+1", NULL },
    { "bad/vmdesc/instance", 0, "<\"instance_id\": 0, \"size\": 3>",
      "<\"instance_id\": 1, \"size\": 3>", FALSE,
      DEV "F#5:legacy+28fro " TWIN TWIN_2 "0+1", NULL },
};

static void
test_proof(gconstpointer data)
{
    const struct proof_case *t = data;
    g_autoptr(GBytes) plain = build_stream(t->flags);
    g_autoptr(GBytes) bytes =
        t->find ? overwrite(plain, t->find, t->put) : g_bytes_ref(plain);
    g_autoptr(QevmStream) s = open_plain(bytes);
    g_autofree char *records = device_records(s);
    char *vmdesc = strstr(records, " V+");

    if (vmdesc) {
        *vmdesc = '\0';
    }
    if (t->message) {
        g_assert_nonnull(s->error);
        g_assert_cmpstr(s->error->message, ==, t->message);
    } else {
        g_assert_no_error(s->error);
    }
    g_assert_no_error(s->vmdesc_error);
    g_assert_cmpstr(records, ==, t->records);
    g_assert_cmpint(s->from_tail, ==, t->proved);
    g_assert_cmpint(s->walked, ==, !t->proved);
}

/* More sections than 64 that the vmdesc does not list are no proof. */
static void
test_unlisted(void)
{
    for (guint n = 64; n <= 65; n++) {
        g_autoptr(GBytes) plain = build_stream(BUILD_NO_TWIN);
        GByteArray *b = g_byte_array_new();
        g_autoptr(GBytes) bytes = NULL;
        g_autoptr(QevmStream) s = NULL, old = open_plain(plain);
        const QevmRecord *eof =
            g_ptr_array_index(old->records, old->records->len - 2);
        gsize size;
        const guint8 *p = g_bytes_get_data(plain, &size);

        g_assert_cmpint(eof->type, ==, QEVM_RECORD_EOF);
        g_byte_array_append(b, p, (guint)eof->offset);
        for (guint i = 0; i < n; i++) {
            build_format(b, "04 %08x 'x' 00*8 7e %08x", i + 100, i + 100);
        }
        g_byte_array_append(b, p + eof->offset, (guint)(size - eof->offset));
        bytes = g_byte_array_free_to_bytes(b);
        s = open_plain(bytes);
        g_assert_no_error(s->error);
        g_assert_cmpint(s->from_tail, ==, n == 64);
    }
}

/* ---- finding the vmdesc ---- */

static const char nothing[] = "{\"page_size\": 4096, \"devices\": []}";

static const struct find_case {
    const char *path, *before, *text, *after;
    guint64 from;
    gint64 offset; /* -1: none */
    const char *message;
} find_cases[] = {
    { "there", HEADER "00", nothing, "", 8, 9, NULL },
    { "trailing", HEADER "00", nothing, "00*70000", 8, 9, NULL },
    { "far", HEADER "a5*200000 00", nothing, "5a*200000", 8, 200009, NULL },
    { "from", HEADER "00", nothing, "", 9, -1, NULL },
    { "no-eof", HEADER "01", nothing, "", 8, -1, NULL },
    { "not-plausible", HEADER "00", "{\"pages\": 4096}", "", 8, -1, NULL },
    { "no-brace", HEADER "00", "{\"page_size\": 4096, \"devices\": []", "", 8,
      -1, NULL },
    { "before-a-decoy", HEADER "00", nothing, "00 06 00000002 \"{ \"", 8, 9,
      NULL },
    { "before-a-long-decoy", HEADER "00", nothing, "00 06 00000003 \"{}\"", 8,
      9, NULL },
    { "broken", HEADER "00", "{\"page_size\": 4096, \"devices\": [}", "", 8, 9,
      "at 0x2e: vmdesc devices[0]: wanted an object, found '}'" },
    { "none", HEADER "00", NULL, "", 8, -1, NULL },
    { "nothing", "", NULL, "", 8, -1, NULL },
};

static GBytes *
with_text(const char *before, const char *text, const char *after)
{
    GByteArray *b = g_byte_array_new();

    build_text(b, before);
    if (text) {
        build_format(b, "06 %08x", (guint)strlen(text));
        g_byte_array_append(b, (const guint8 *)text, (guint)strlen(text));
    }
    build_text(b, after);
    return g_byte_array_free_to_bytes(b);
}

static void
test_find(gconstpointer data)
{
    const struct find_case *t = data;
    g_autoptr(GBytes) bytes = with_text(t->before, t->text, t->after);
    g_autoptr(QevmSource) source = build_source(bytes, BUILD_AS_FILE);
    g_autoptr(GError) error = NULL;
    guint64 offset = 0;
    g_autoptr(QevmVmdesc) vmdesc =
        qevm_tail_find_vmdesc(source, t->from, &offset, &error);

    if (t->message) {
        g_assert_null(vmdesc);
        g_assert_error(error, QEVM_ERROR, QEVM_ERROR_MALFORMED);
        g_assert_cmpstr(error->message, ==, t->message);
        g_assert_cmpuint(offset, ==, t->offset);
        return;
    }
    g_assert_no_error(error);
    g_assert_cmpint(vmdesc != NULL, ==, t->offset >= 0);
    if (vmdesc) {
        g_assert_cmpuint(offset, ==, t->offset);
        g_assert_cmpuint(vmdesc->page_size, ==, 4096);
    }
}

/* At every distance from the border of what is read at once. */
static void
test_find_border(void)
{
    for (guint n = 64 * 1024 - 60; n < 64 * 1024 + 10; n++) {
        g_autofree char *after = g_strdup_printf("00*%u", n);
        g_autoptr(GBytes) bytes = with_text(HEADER "00", nothing, after);
        g_autoptr(QevmSource) source = build_source(bytes, BUILD_AS_BYTES);
        guint64 offset = 0;
        g_autoptr(QevmVmdesc) vmdesc =
            qevm_tail_find_vmdesc(source, 8, &offset, NULL);

        g_assert_nonnull(vmdesc);
        g_assert_cmpuint(offset, ==, 9);
    }
}

static void
test_too_long(void)
{
    guint size = QEVM_VMDESC_MAX + 1;
    g_autoptr(GString) text = g_string_new("{\"page_size\": 4096, \"devices\": "
                                           "[]");
    g_autoptr(GBytes) bytes = NULL;
    g_autoptr(QevmSource) source = NULL;
    g_autoptr(GError) error = NULL;
    guint64 offset = 0;

    while (text->len < size - 1) {
        g_string_append_c(text, ' ');
    }
    g_string_append_c(text, '}');
    bytes = with_text(HEADER "00", text->str, "");
    source = build_source(bytes, BUILD_AS_BYTES);
    g_assert_null(qevm_tail_find_vmdesc(source, 8, &offset, &error));
    g_assert_error(error, QEVM_ERROR, QEVM_ERROR_LIMIT);
    g_assert_cmpstr(error->message, ==,
                    "at 0x9: a vmdesc of 16777217 bytes, more than 16777216");
}

/* Where the script of QEMU looks for the first brace, it may find one in the
 * length. */
static void
test_brace_in_length(void)
{
    static const guint lengths[] = { 0x7b, 0x17b, 0x7b00, 0x7b7b, 0x17b00 };

    for (guint i = 0; i < G_N_ELEMENTS(lengths); i++) {
        g_autoptr(GString) text = g_string_new(nothing);
        g_autoptr(GBytes) bytes = NULL;
        g_autoptr(QevmStream) s = NULL;

        while (text->len < lengths[i]) {
            g_string_insert_c(text, (gssize)text->len - 1, ' ');
        }
        bytes = with_text(HEADER "00", text->str, "");
        s = open_plain(bytes);
        g_assert_no_error(s->error);
        g_assert_nonnull(s->vmdesc);
        g_assert_cmpuint(g_bytes_get_size(s->vmdesc->text), ==, lengths[i]);
    }
}

/* ---- a vmdesc in guest memory, none at the end ---- */

static const struct decoy_case {
    const char *path, *text;
    guint flags;
} decoy_cases[] = {
    { "other", nothing, BUILD_NO_VMDESC },
    { "page-size", "{\"page_size\": 65536, \"devices\": []}", BUILD_NO_VMDESC },
    { "broken", "{\"page_size\": 4096, \"devices\": [}", BUILD_NO_VMDESC },
    { "postcopy", nothing, BUILD_NO_VMDESC | BUILD_PACKAGE },
    { "same-device",
      "{\"page_size\": 4096, \"devices\": [{\"name\": \"legacy\", "
      "\"instance_id\": 0, \"size\": 2, \"fields\": [{\"name\": \"data\", "
      "\"size\": 2, \"type\": \"buffer\"}]}]}",
      BUILD_NO_VMDESC },
    { "beside-ours", nothing, 0 },
};

static void
test_decoy(gconstpointer data)
{
    const struct decoy_case *t = data;
    g_autofree char *decoy =
        g_strdup_printf("00 06 %08x", (guint)strlen(t->text));
    g_autofree char *hex = build_hex(t->text, strlen(t->text));
    g_autofree char *put = g_strconcat(decoy, hex, NULL);
    g_autoptr(GBytes) plain = build_stream(t->flags);
    g_autoptr(GBytes) bytes = overwrite(plain, "a5*300", put);
    g_autoptr(QevmStream) want = open_plain(plain), s = open_plain(bytes);
    g_autofree char *records = build_records(s, QEVM_RECORD_HEADER);
    g_autofree char *wanted = build_records(want, QEVM_RECORD_HEADER);

    g_assert_no_error(want->error);
    g_assert_no_error(s->error);
    g_assert_no_error(s->vmdesc_error);
    g_assert_cmpstr(records, ==, wanted);
    g_assert_cmpint(s->vmdesc != NULL, ==, !(t->flags & BUILD_NO_VMDESC));
    g_assert_cmpuint(s->page_size, ==, 4096);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(proof_cases); i++) {
        g_autofree char *path =
            g_strconcat("/tail/proof/", proof_cases[i].path, NULL);

        g_test_add_data_func(path, &proof_cases[i], test_proof);
    }
    g_test_add_func("/tail/proof/unlisted-many", test_unlisted);
    for (guint i = 0; i < G_N_ELEMENTS(find_cases); i++) {
        g_autofree char *path =
            g_strconcat("/tail/find/", find_cases[i].path, NULL);

        g_test_add_data_func(path, &find_cases[i], test_find);
    }
    g_test_add_func("/tail/find/border", test_find_border);
    g_test_add_func("/tail/find/too-long", test_too_long);
    g_test_add_func("/tail/find/brace-in-length", test_brace_in_length);
    for (guint i = 0; i < G_N_ELEMENTS(decoy_cases); i++) {
        g_autofree char *path =
            g_strconcat("/tail/decoy/", decoy_cases[i].path, NULL);

        g_test_add_data_func(path, &decoy_cases[i], test_decoy);
    }
    return g_test_run();
}

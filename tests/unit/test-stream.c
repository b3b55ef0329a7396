/* test-stream.c - one stream read from the tail, by a walk and from a pipe: the
 * same records, trees and facts.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tests/unit/builder-stream.h"

typedef enum { TAIL, WALK, PIPE, N_WAYS } Way;

static QevmStream *
open_way(GBytes *bytes, Way way)
{
    g_autoptr(GError) error = NULL;
    QevmStream *s = qevm_stream_open(
        build_source(bytes, way == PIPE ? BUILD_AS_PIPE : BUILD_AS_FILE),
        way == WALK ? QEVM_OPEN_WALK : 0, NULL, &error);

    g_assert_no_error(error);
    return s;
}

/* ---- the same, whichever way ---- */

#define ALL_KINDS                                                              \
    (BUILD_CONF_DESCRIBED | BUILD_SUBSECTIONS | BUILD_COMMANDS |               \
     BUILD_BITMAP | BUILD_EARLY | BUILD_HUGE | BUILD_TRAILING)

static const struct same_case {
    const char *path;
    guint flags;
    gboolean from_tail;
} same_cases[] = {
    { "plain", 0, TRUE },
    { "all", ALL_KINDS, TRUE },
    { "qjson", BUILD_QJSON, TRUE },
    { "no-footers", BUILD_NO_FOOTERS, TRUE },
    { "no-configuration", BUILD_NO_CONFIGURATION | BUILD_COMMANDS, TRUE },
    { "shared", BUILD_SHARED, TRUE },
    { "mapped", BUILD_MAPPED, TRUE },
    { "mapped-shared", BUILD_MAPPED | BUILD_SHARED | BUILD_SUBSECTIONS, TRUE },
    { "huge", BUILD_HUGE, TRUE },
    { "unlisted", BUILD_UNLISTED, TRUE },
    { "wrong-size", BUILD_WRONG_SIZE, TRUE },
    { "no-pages", BUILD_NO_PAGES, TRUE },
    { "package", BUILD_PACKAGE, FALSE },
    { "package-no-vmdesc", BUILD_PACKAGE | BUILD_NO_VMDESC, FALSE },
    { "no-vmdesc", BUILD_NO_VMDESC, FALSE },
    { "opaque", BUILD_NO_VMDESC | BUILD_NO_FOOTERS, FALSE },
};

/* Is this a record that every way finds? */
static gboolean
is_common(const QevmRecord *r, gboolean after_live)
{
    return !(r->type == QEVM_RECORD_LIVE || r->type == QEVM_RECORD_PARTS ||
             r->type == QEVM_RECORD_END ||
             (r->type == QEVM_RECORD_COMMAND && after_live));
}

/* All that is said of the sections: header, place, bytes and names. */
static char *
sections_text(QevmStream *s)
{
    g_autoptr(GString) out = g_string_new(NULL);
    gboolean after_live = FALSE;

    for (guint i = 0; i < s->records->len; i++) {
        QevmRecord *r = g_ptr_array_index(s->records, i);
        g_autoptr(GByteArray) bytes = g_byte_array_new();
        g_autofree char *hex = NULL;
        QevmRecord same;
        QevmTree *tree;

        if (!is_common(r, after_live)) {
            after_live = TRUE;
            continue;
        }
        g_string_append_printf(out, "\n0x%x+%x", (guint)r->offset,
                               (guint)r->size);
        same = *r;
        same.resynced = FALSE; /* a pipe's early sections, vmdesc unseen */
        build_add_record(out, &same);
        if (!qevm_record_is_section(r)) {
            continue;
        }
        tree = qevm_record_tree(s, r, NULL);
        g_assert_nonnull(tree);
        g_assert_true(qevm_record_tree(s, r, NULL) == tree);
        qevm_tree_descend_all(tree);
        qevm_node_emit(&tree->root, bytes);
        hex = build_hex(bytes->data, bytes->len);
        g_string_append_printf(
            out, " @%x v%u 0x%x+%x %s %s", r->instance_id, r->version_id,
            (guint)r->payload_offset, (guint)r->payload_size,
            tree->error ? tree->error->message : "whole", hex);
        qevm_record_forget(r);
        g_assert_null(r->tree);
    }
    return g_string_free(g_steal_pointer(&out), FALSE);
}

static void
test_same(gconstpointer data)
{
    const struct same_case *t = data;
    g_autoptr(GBytes) bytes = build_stream(t->flags);
    g_autofree char *first = NULL;

    for (Way way = TAIL; way < N_WAYS; way++) {
        g_autoptr(QevmStream) s = open_way(bytes, way);
        g_autofree char *text = sections_text(s);

        g_assert_no_error(s->error);
        g_assert_no_error(s->vmdesc_error);
        g_assert_cmpint(s->from_tail, ==, way == TAIL && t->from_tail);
        g_assert_cmpint(s->walked, ==, !s->from_tail);
        g_assert_cmpint(s->footers, ==, !(t->flags & BUILD_NO_FOOTERS));
        g_assert_cmpstr(s->machine, ==,
                        t->flags & BUILD_NO_CONFIGURATION ? NULL : "pc-1.0");
        g_assert_cmpint(s->capability_mapped_ram, ==,
                        (t->flags & BUILD_MAPPED) != 0);
        g_assert_cmpint(s->capability_ignore_shared, ==,
                        (t->flags & BUILD_SHARED) != 0);
        g_assert_cmpint(s->vmdesc != NULL, ==, !(t->flags & BUILD_NO_VMDESC));
        g_assert_cmpuint(s->ram->blocks->len, ==, 3);
        g_assert_cmphex(s->ram->total, ==, 0x6000);
        if (s->page_size) {
            g_assert_cmpuint(s->page_size, ==, 4096);
        }
        if (s->walked && !(t->flags & (BUILD_NO_PAGES | BUILD_MAPPED))) {
            guint twice = t->flags & BUILD_PACKAGE ? 2 : 1;

            g_assert_cmpuint(s->pages_normal, ==, 3 + twice + (twice - 1));
            g_assert_cmpuint(s->pages_zero, ==, 2 * twice);
            g_assert_cmpuint(s->pages_xbzrle, ==, 1);
            g_assert_cmpuint(s->pages_compressed, ==, 1);
        }
        if (!first) {
            first = g_steal_pointer(&text);
        } else {
            g_assert_cmpstr(text, ==, first);
        }
    }
}

/* ---- the whole list of records, once ---- */

#define DEVICES                                                                \
    "F#4:0000:00:01.0/dev+104fd F#5:legacy+28fd F#6:twin+25fd F#7:twin+25fd "  \
    "0+1"

static const struct list_case {
    const char *path;
    guint flags;
    Way way;
    const char *records;
} list_cases[] = {
    { "tail", BUILD_COMMANDS | BUILD_EARLY, TAIL,
      "H+8 C#0+11 X#1+5 X#2+9 F#3:early+25fed S#2:ram+85f L+16560 " DEVICES },
    { "walk", BUILD_COMMANDS | BUILD_EARLY, WALK,
      "H+8 C#0+11 X#1+5 X#2+9 F#3:early+25fed S#2:ram+85f P#2x2+12424f X#2+9 "
      "X#11+5 E#2:ram+4122f " DEVICES },
    { "pipe", BUILD_COMMANDS | BUILD_EARLY, PIPE,
      "H+8 C#0+11 X#1+5 X#2+9 F#3:early+25fred S#2:ram+85f P#2x2+12424f X#2+9 "
      "X#11+5 E#2:ram+4122f " DEVICES },
    { "no-vmdesc", BUILD_NO_VMDESC, TAIL,
      "H+8 C#0+11 S#2:ram+85f P#2x2+12424f E#2:ram+4122f "
      "F#4:0000:00:01.0/dev+104fro F#5:legacy+28fro F#6:twin+25fro "
      "F#7:twin+25fro 0+1" },
    { "opaque", BUILD_NO_VMDESC | BUILD_NO_FOOTERS, TAIL,
      "H+8 C#0+11 S#2:ram+80 P#2x2+12414 E#2:ram+4117 R+163" },
    { "package", BUILD_PACKAGE, PIPE,
      "H+8 C#0+11 S#2:ram+85f P#2x2+12424f E#2:ram+4122f X#7+9 X#4+5p "
      "F#4:0000:00:01.0/dev+104fpd F#5:legacy+28fpd F#6:twin+25fpd "
      "F#7:twin+25fpd X#5+5p P#2x1+8260f 0+1" },
};

static void
test_list(gconstpointer data)
{
    const struct list_case *t = data;
    g_autoptr(GBytes) bytes = build_stream(t->flags);
    g_autoptr(QevmStream) s = open_way(bytes, t->way);
    g_autofree char *records = build_records(s, QEVM_RECORD_HEADER);
    char *vmdesc = strstr(records, " V+");

    if (vmdesc) {
        *vmdesc = '\0';
    }
    g_assert_no_error(s->error);
    g_assert_cmpstr(records, ==, t->records);
    g_assert_cmpint(s->opaque_rest, ==, strcmp(t->path, "opaque") == 0);
}

/* ---- what opening does not read ---- */

static void
test_not_read(void)
{
    g_autoptr(GBytes) bytes = build_stream(BUILD_NO_PAGES);
    g_autoptr(QevmStream) small = open_way(bytes, WALK);
    QevmSource *source = qevm_source_new_pieces("t");
    g_autoptr(GError) error = NULL;
    g_autoptr(QevmStream) s = NULL;
    guint64 head = 0, gap = G_GUINT64_CONSTANT(1) << 40;
    gsize size = g_bytes_get_size(bytes);

    for (guint i = 0; i < small->records->len; i++) {
        const QevmRecord *r = g_ptr_array_index(small->records, i);

        if (r->type == QEVM_RECORD_PARTS) {
            head = r->offset;
        }
    }
    /* A PART of 1 TiB that nobody could walk. */
    qevm_source_add_extent(source, small->source, 0, head + 5);
    qevm_source_add_zeros(source, gap);
    qevm_source_add_extent(source, small->source, head + 5, size - head - 5);
    s = qevm_stream_open(source, 0, NULL, &error);
    g_assert_no_error(error);
    g_assert_no_error(s->error);
    g_assert_true(s->from_tail);
    g_assert_cmpuint(qevm_source_size(s->source), ==, gap + size);
    g_assert_cmpuint(qevm_source_bytes_read(small->source), <, 500000);
}

/* ---- notes and page size ---- */

static const struct note_case {
    const char *path;
    guint flags;
    Way way;
    guint64 page_size;
    gboolean exact;
    const char *notes;
} note_cases[] = {
    { "vmdesc", 0, WALK, 4096, TRUE, "" },
    { "vmdesc-tail", 0, TAIL, 4096, TRUE, "" },
    { "configuration", BUILD_SUBSECTIONS | BUILD_NO_VMDESC, PIPE, 4096, TRUE,
      "" },
    { "nothing", BUILD_NO_VMDESC | BUILD_NO_PAGES, WALK, 0, FALSE, "" },
    { "guess", BUILD_NO_VMDESC, WALK, 4096, FALSE,
      "page size 4096 is a guess from the page records" },
    { "opaque", BUILD_NO_VMDESC | BUILD_NO_FOOTERS, PIPE, 4096, FALSE,
      "0000:00:01.0/dev: at 0x4114: nothing tells how long this payload is: no "
      "vmdesc describes it, and the stream has no footers\n"
      "page size 4096 is a guess from the page records" },
};

static void
test_notes(gconstpointer data)
{
    const struct note_case *t = data;
    g_autoptr(GBytes) bytes = build_stream(t->flags);
    g_autoptr(QevmStream) s = open_way(bytes, t->way);
    g_autofree char *notes = build_notes(s);

    g_assert_no_error(s->error);
    g_assert_cmpuint(s->page_size, ==, t->page_size);
    g_assert_cmpint(s->page_size_exact, ==, t->exact);
    g_assert_cmpstr(notes, ==, t->notes);
}

/* ---- hooks ---- */

typedef struct {
    guint calls;
    gboolean fail;
    char *records;
    guint64 offset;
} Hook;

static gboolean
live_hook(QevmStream *s, QevmFlow *flow, const QevmLiveEdit **edit,
          gpointer user, GError **error)
{
    Hook *hook = user;

    (void)edit;
    hook->calls++;
    hook->records = build_records(s, QEVM_RECORD_HEADER);
    hook->offset = qevm_flow_offset(flow);
    if (hook->fail) {
        g_set_error(error, QEVM_ERROR, QEVM_ERROR_RULE, "no");
    }
    return !hook->fail;
}

static QevmStream *
open_hooked(guint flags, BuildKind kind, Hook *hook, GError **error)
{
    g_autoptr(GBytes) bytes = build_stream(flags);
    const QevmStreamHooks hooks = { .live = live_hook, .user = hook };

    return qevm_stream_open(build_source(bytes, kind), QEVM_OPEN_WALK, &hooks,
                            error);
}

static void
test_hook(void)
{
    g_autoptr(GError) error = NULL;
    Hook hook = { 0 }, failing = { .fail = TRUE }, none = { 0 };
    g_autoptr(QevmStream) s =
        open_hooked(BUILD_COMMANDS, BUILD_AS_PIPE, &hook, &error);
    g_autoptr(QevmStream) failed =
        open_hooked(0, BUILD_AS_PIPE, &failing, &error);
    g_autoptr(QevmStream) file = open_hooked(0, BUILD_AS_FILE, &none, NULL);

    g_assert_nonnull(s);
    g_assert_cmpuint(hook.calls, ==, 1);
    g_assert_cmpstr(hook.records, ==, "H+8 C#0+11 X#1+5 X#2+9 S#2:ram+85f");
    g_assert_cmpuint(hook.offset, ==, 118);
    g_assert_null(failed);
    g_assert_error(error, QEVM_ERROR, QEVM_ERROR_RULE);
    g_assert_cmpstr(error->message, ==, "no");
    g_assert_cmpuint(failing.calls, ==, 1);
    g_assert_nonnull(file);
    g_assert_cmpuint(none.calls, ==, 0);
    g_free(hook.records);
    g_free(failing.records);
}

static void
count_progress(guint64 done, guint64 total, gpointer user)
{
    (void)done;
    (void)total;
    ++*(guint *)user;
}

/* Pages of 128 MiB go by in a walk: twice 64. */
static void
test_progress(void)
{
    QevmSource *source = qevm_source_new_pieces("t");
    g_autoptr(GBytes) head =
        build_bytes(HEADER MACHINE
                    "05 'configuration/target-page-bits' 00000001 "
                    "00000014" START_RAM
                    "0000000000100004 'a' 0000000000100000" EOS FOOTER(ID_RAM)
                        PART(ID_RAM) "0000000000000008 'a'");
    g_autoptr(GBytes) again = build_bytes("0000000000000028");
    g_autoptr(GBytes) end =
        build_bytes(EOS FOOTER(ID_RAM) END(ID_RAM) EOS FOOTER(ID_RAM) "00");
    guint calls = 0;
    const QevmStreamHooks hooks = { .progress = count_progress,
                                    .user = &calls };
    g_autoptr(QevmStream) s = NULL;

    qevm_source_add_bytes(source, head);
    qevm_source_add_zeros(source, 1024 * 1024);
    for (guint i = 0; i < 129; i++) {
        qevm_source_add_bytes(source, again);
        qevm_source_add_zeros(source, 1024 * 1024);
    }
    qevm_source_add_bytes(source, end);
    s = qevm_stream_open(source, QEVM_OPEN_WALK, &hooks, NULL);
    g_assert_no_error(s->error);
    g_assert_cmpuint(s->pages_normal, ==, 130);
    g_assert_cmpuint(calls, ==, 2);
}

/* ---- records ---- */

static void
test_record_names(void)
{
    static const struct {
        QevmRecordType type;
        const char *word;
        gboolean section;
    } rows[] = {
        { QEVM_RECORD_HEADER, "header", FALSE },
        { QEVM_RECORD_CONFIGURATION, "CONFIGURATION", TRUE },
        { QEVM_RECORD_START, "SECTION_START", TRUE },
        { QEVM_RECORD_PARTS, "SECTION_PART", FALSE },
        { QEVM_RECORD_END, "SECTION_END", FALSE },
        { QEVM_RECORD_FULL, "SECTION_FULL", TRUE },
        { QEVM_RECORD_COMMAND, "COMMAND", FALSE },
        { QEVM_RECORD_LIVE, "live part", FALSE },
        { QEVM_RECORD_EOF, "EOF", FALSE },
        { QEVM_RECORD_VMDESC, "VMDESCRIPTION", FALSE },
        { QEVM_RECORD_TRAILING, "trailing bytes", FALSE },
        { QEVM_RECORD_RAW, "unread bytes", FALSE },
    };

    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        QevmRecord r = { .type = rows[i].type };

        g_assert_cmpstr(qevm_record_type_name(&r), ==, rows[i].word);
        g_assert_cmpint(qevm_record_is_section(&r), ==, rows[i].section);
        g_assert_cmpstr(qevm_record_name(&r), ==,
                        r.type == QEVM_RECORD_CONFIGURATION ? "configuration"
                                                            : NULL);
    }
}

/* Payloads that cannot be had. */
static void
test_no_tree(void)
{
    g_autoptr(GBytes) bytes = build_stream(0);
    g_autoptr(QevmStream) s = open_way(bytes, TAIL);
    g_autoptr(GError) error = NULL;
    char idstr[] = "x";
    QevmRecord r = { .type = QEVM_RECORD_EOF, .idstr = idstr };

    g_assert_null(qevm_record_tree(s, &r, &error));
    g_assert_no_error(error);
    r.type = QEVM_RECORD_FULL;
    r.payload_offset = 0x100;
    r.payload_size = 0x40000001;
    g_assert_null(qevm_record_tree(s, &r, &error));
    g_assert_error(error, QEVM_ERROR, QEVM_ERROR_LIMIT);
    g_assert_cmpstr(error->message, ==,
                    "x: at 0x100: a payload of 1073741825 bytes, more than 1 "
                    "GiB");
    g_clear_error(&error);
    r.payload_offset = 0x40000000;
    r.payload_size = 1;
    g_assert_null(qevm_record_tree(s, &r, &error));
    g_assert_error(error, QEVM_ERROR, QEVM_ERROR_TRUNCATED);
    g_assert_cmpstr(error->message, ==,
                    "x: at 0x40000000: payload needs 1 bytes, 0 left");
}

/* An edited tree is not forgotten. */
static void
test_forget(void)
{
    g_autoptr(GBytes) bytes = build_stream(0);
    g_autoptr(QevmStream) s = open_way(bytes, TAIL);
    QevmRecord *conf = g_ptr_array_index(s->records, 1);
    QevmTree *tree = qevm_record_tree(s, conf, NULL);
    g_autoptr(GBytes) same = build_bytes("00000006");

    qevm_node_set_bytes(qevm_node_children(&tree->root), same);
    qevm_record_forget(conf);
    g_assert_true(conf->tree == tree);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(same_cases); i++) {
        g_autofree char *path =
            g_strconcat("/stream/same/", same_cases[i].path, NULL);

        g_test_add_data_func(path, &same_cases[i], test_same);
    }
    for (guint i = 0; i < G_N_ELEMENTS(list_cases); i++) {
        g_autofree char *path =
            g_strconcat("/stream/list/", list_cases[i].path, NULL);

        g_test_add_data_func(path, &list_cases[i], test_list);
    }
    for (guint i = 0; i < G_N_ELEMENTS(note_cases); i++) {
        g_autofree char *path =
            g_strconcat("/stream/notes/", note_cases[i].path, NULL);

        g_test_add_data_func(path, &note_cases[i], test_notes);
    }
    g_test_add_func("/stream/not-read", test_not_read);
    g_test_add_func("/stream/hook", test_hook);
    g_test_add_func("/stream/progress", test_progress);
    g_test_add_func("/stream/record-names", test_record_names);
    g_test_add_func("/stream/no-tree", test_no_tree);
    g_test_add_func("/stream/forget", test_forget);
    return g_test_run();
}

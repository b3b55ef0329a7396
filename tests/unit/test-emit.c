/* test-emit.c - edited streams as bytes: each is what the builder writes from
 * the start.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tests/unit/emitting.h"

#include <fcntl.h>

/* ---- the edits ---- */

#define DEV "0000:00:01.0/dev"

/* What one row does, before the pages of a pipe go by or after. */
typedef void (*Change)(QevmEdit *edit, gboolean head, gboolean devices);

static void
no_change(QevmEdit *edit, gboolean head, gboolean devices)
{
    (void)edit;
    (void)head;
    (void)devices;
}

static void
rename_block(QevmEdit *edit, gboolean head, gboolean devices)
{
    (void)devices;
    if (head) {
        emitting_rename(edit, "vga.vram", "v");
    }
}

static void
drop_block(QevmEdit *edit, gboolean head, gboolean devices)
{
    guint i;

    (void)devices;
    if (head) {
        QevmRamMap *map = emitting_ram(edit, "vga.vram", &i);

        qevm_ram_map_drop(map, i);
    }
}

static void
drop_pages(QevmEdit *edit, gboolean head, gboolean devices)
{
    guint i;

    (void)devices;
    if (head) {
        QevmRamMap *map = emitting_ram(edit, "vga.vram", &i);

        qevm_ram_map_empty(map, i);
    }
}

static void
drop_all_pages(QevmEdit *edit, gboolean head, gboolean devices)
{
    (void)devices;
    edit->live->drop_all_pages |= head;
}

static void
add_footers(QevmEdit *edit, gboolean head, gboolean devices)
{
    (void)devices;
    if (head) {
        edit->live->footers = QEVM_FOOTERS_ADD;
    }
}

static void
remove_footers(QevmEdit *edit, gboolean head, gboolean devices)
{
    (void)devices;
    if (head) {
        edit->live->footers = QEVM_FOOTERS_REMOVE;
    }
}

static void
drop_pings(QevmEdit *edit, gboolean head, gboolean devices)
{
    QevmCommandEdit ping = { 2, -1 };

    (void)devices;
    if (head) {
        g_array_append_val(edit->live->commands, ping);
    }
    for (guint i = 0; i < edit->stream->records->len; i++) {
        QevmRecord *r = g_ptr_array_index(edit->stream->records, i);

        r->dropped |= r->type == QEVM_RECORD_COMMAND && r->command == 2;
    }
}

static void
drop_bitmap(QevmEdit *edit, gboolean head, gboolean devices)
{
    guint32 id = 9;

    (void)devices;
    if (head) {
        g_array_append_val(edit->live->section_ids, id);
        emitting_section(edit, "dirty-bitmap", 0)->dropped = TRUE;
    }
}

static void
set_machine(QevmEdit *edit, gboolean head, gboolean devices)
{
    (void)devices;
    if (head) {
        emitting_set(edit, "configuration", "len", "0000000c");
        emitting_set(edit, "configuration", "name", "<pc-1.0-newer>");
    }
}

static void
set_and_back(QevmEdit *edit, gboolean head, gboolean devices)
{
    if (head) {
        emitting_set(edit, "configuration", "name", "<xc-1.0>");
        emitting_set(edit, "configuration", "name", "<pc-1.0>");
    }
    if (devices) {
        emitting_set(edit, DEV, "a", "99999999");
        emitting_set(edit, DEV, "a", "00000001");
    }
}

static void
remove_subsection(QevmEdit *edit, gboolean head, gboolean devices)
{
    (void)head;
    if (devices) {
        qevm_node_remove(emitting_child(edit, DEV, "dev/sub"));
    }
}

static void
longer_buffer(QevmEdit *edit, gboolean head, gboolean devices)
{
    (void)head;
    if (devices) {
        emitting_set(edit, DEV, "buf", "<abcdef> 00*6");
    }
}

static void
longer_array(QevmEdit *edit, gboolean head, gboolean devices)
{
    (void)head;
    if (devices) {
        emitting_set(edit, DEV, "arr", "0000 0001 0002 0003 0004");
    }
}

static void
more_fields(QevmEdit *edit, gboolean head, gboolean devices)
{
    g_autoptr(GBytes) one = build_bytes("77");
    g_autoptr(GBytes) two = build_bytes("0007 0008");
    QevmFieldDesc *first, *more;
    QevmNode *after;

    (void)head;
    if (!devices) {
        return;
    }
    after = emitting_child(edit, DEV, "flag");
    first = qevm_field_desc_new(edit->stream->arena, "first", "uint8", 1, 1);
    more = qevm_field_desc_new(edit->stream->arena, "more", "uint16", 2, 2);
    more->array_len = 2;
    qevm_node_insert_field(after->parent, NULL, first, one);
    qevm_node_insert_field(after->parent, after, more, two);
}

static void
drop_twin(QevmEdit *edit, gboolean head, gboolean devices)
{
    (void)head;
    if (devices) {
        emitting_section(edit, "twin", 0x80000001)->dropped = TRUE;
    }
}

static void
set_version(QevmEdit *edit, gboolean head, gboolean devices)
{
    QevmRecord *r = emitting_section(edit, DEV, 0);

    (void)head;
    if (devices) {
        r->version_id = 4;
        r->header_dirty = TRUE;
        if (r->tree) {
            qevm_node_own_vmsd(&r->tree->root)->version = 4;
        }
    }
}

static void
everything(QevmEdit *edit, gboolean head, gboolean devices)
{
    rename_block(edit, head, devices);
    drop_pings(edit, head, devices);
    drop_bitmap(edit, head, devices);
    set_machine(edit, head, devices);
    remove_subsection(edit, head, devices);
    longer_array(edit, head, devices);
    more_fields(edit, head, devices);
    drop_twin(edit, head, devices);
    set_version(edit, head, devices);
    remove_footers(edit, head, devices);
}

static void
no_vmdesc(QevmEdit *edit, gboolean head, gboolean devices)
{
    (void)head;
    edit->drop_vmdesc |= devices;
}

#define ALL_KINDS                                                              \
    (BUILD_CONF_DESCRIBED | BUILD_SUBSECTIONS | BUILD_COMMANDS |               \
     BUILD_BITMAP | BUILD_EARLY | BUILD_HUGE | BUILD_TRAILING)

static const struct emit_case {
    const char *path;
    guint from;
    Change change;
    guint to;          /* what more the builder is told */
    guint no_pipe : 1; /* a file is needed */
} emit_cases[] = {
    { "nothing", 0, no_change, 0, 0 },
    { "nothing/all", ALL_KINDS, no_change, 0, 0 },
    { "nothing/no-footers", BUILD_NO_FOOTERS | BUILD_QJSON, no_change, 0, 0 },
    { "nothing/no-vmdesc", BUILD_NO_VMDESC, no_change, 0, 0 },
    { "nothing/opaque", BUILD_NO_FOOTERS | BUILD_NO_VMDESC, no_change, 0, 0 },
    { "nothing/package", BUILD_PACKAGE, no_change, 0, 0 },
    { "nothing/mapped", BUILD_MAPPED | BUILD_SHARED, no_change, 0, 1 },
    { "nothing/wrong-size", BUILD_WRONG_SIZE | BUILD_UNLISTED, no_change, 0,
      0 },
    { "set-and-back", 0, set_and_back, 0, 0 },
    { "set-and-back/qjson", BUILD_QJSON, set_and_back, 0, 0 },
    { "set-and-back/mapped", BUILD_MAPPED, set_and_back, 0, 1 },

    { "rename-block", 0, rename_block, BUILD_RENAMED, 0 },
    { "rename-block/all", ALL_KINDS, rename_block, BUILD_RENAMED, 0 },
    { "rename-block/mapped", BUILD_MAPPED, rename_block, BUILD_RENAMED, 1 },
    { "rename-block/package", BUILD_PACKAGE, rename_block, BUILD_RENAMED, 1 },
    { "drop-block", 0, drop_block, BUILD_NO_VGA, 0 },
    { "drop-block/huge", BUILD_HUGE, drop_block, BUILD_NO_VGA, 0 },
    { "drop-block/shared", BUILD_SHARED, drop_block, BUILD_NO_VGA, 0 },
    { "drop-block/mapped", BUILD_MAPPED, drop_block, BUILD_NO_VGA, 1 },
    { "drop-pages", 0, drop_pages, BUILD_NO_VGA_PAGES, 0 },
    { "drop-pages/mapped", BUILD_MAPPED, drop_pages, BUILD_NO_VGA_PAGES, 1 },
    { "drop-pages/package", BUILD_PACKAGE, drop_pages, BUILD_NO_VGA_PAGES, 1 },
    { "drop-all-pages", ALL_KINDS, drop_all_pages, BUILD_NO_PAGES, 0 },
    { "drop-all-pages/mapped", BUILD_MAPPED, drop_all_pages, BUILD_NO_PAGES,
      1 },
    { "footers/remove", ALL_KINDS, remove_footers, BUILD_NO_FOOTERS, 0 },
    { "footers/remove-package", BUILD_PACKAGE, remove_footers, BUILD_NO_FOOTERS,
      1 },
    { "footers/remove-none", BUILD_NO_FOOTERS, remove_footers, 0, 0 },
    { "footers/add-there", 0, add_footers, 0, 0 },
    { "footers/add", BUILD_NO_FOOTERS | BUILD_COMMANDS | BUILD_BITMAP,
      add_footers, 0, 0 },
    { "footers/add-mapped", BUILD_NO_FOOTERS | BUILD_MAPPED, add_footers, 0,
      1 },
    { "drop-pings", BUILD_COMMANDS, drop_pings, BUILD_NO_PINGS, 0 },
    { "drop-section", ALL_KINDS, drop_bitmap, 0, 0 },
    { "set-machine", 0, set_machine, BUILD_LONG_MACHINE, 0 },
    { "set-machine/described", ALL_KINDS, set_machine, BUILD_LONG_MACHINE, 0 },
    { "set-machine/qjson", BUILD_QJSON, set_machine, BUILD_LONG_MACHINE, 0 },
    { "set-machine/mapped", BUILD_MAPPED, set_machine, BUILD_LONG_MACHINE, 1 },

    { "subsection", 0, remove_subsection, BUILD_NO_SUBSECTION, 0 },
    { "subsection/qjson", BUILD_QJSON, remove_subsection, BUILD_NO_SUBSECTION,
      0 },
    { "subsection/package", BUILD_PACKAGE, remove_subsection,
      BUILD_NO_SUBSECTION, 0 },
    { "subsection/no-footers", BUILD_NO_FOOTERS, remove_subsection,
      BUILD_NO_SUBSECTION, 0 },
    { "buffer", ALL_KINDS, longer_buffer, BUILD_LONG_BUFFER, 0 },
    { "buffer/qjson", BUILD_QJSON, longer_buffer, BUILD_LONG_BUFFER, 0 },
    { "array", 0, longer_array, BUILD_LONG_ARRAY, 0 },
    { "array/package", BUILD_PACKAGE, longer_array, BUILD_LONG_ARRAY, 0 },
    { "fields", 0, more_fields, BUILD_MORE_FIELDS, 0 },
    { "fields/qjson", BUILD_QJSON, more_fields, BUILD_MORE_FIELDS, 0 },
    { "drop-device", ALL_KINDS, drop_twin, BUILD_NO_TWIN, 0 },
    { "drop-device/wrong-size", BUILD_WRONG_SIZE | BUILD_UNLISTED, drop_twin,
      BUILD_NO_TWIN, 0 },
    { "version", 0, set_version, BUILD_VERSION, 0 },
    { "version/qjson", BUILD_QJSON, set_version, BUILD_VERSION, 0 },
    { "drop-vmdesc", 0, no_vmdesc, BUILD_NO_VMDESC, 0 },
    { "everything", ALL_KINDS, everything,
      BUILD_RENAMED | BUILD_NO_PINGS | BUILD_LONG_MACHINE |
          BUILD_NO_SUBSECTION | BUILD_LONG_ARRAY | BUILD_MORE_FIELDS |
          BUILD_NO_TWIN | BUILD_VERSION | BUILD_NO_FOOTERS,
      0 },
};

static guint
flags_after(const struct emit_case *t)
{
    guint flags = t->from | t->to;

    if (t->change == drop_bitmap || t->change == everything) {
        flags &= ~(guint)BUILD_BITMAP;
    }
    if (t->change == add_footers) {
        flags &= ~(guint)BUILD_NO_FOOTERS;
    }
    return flags;
}

/* ---- files: read and written in every way ---- */

static void
test_emit(gconstpointer data)
{
    const struct emit_case *t = data;
    g_autoptr(GBytes) bytes = build_stream(t->from);
    g_autoptr(GBytes) want = build_stream(flags_after(t));

    for (guint way = 0; way < 16; way++) {
        g_autoptr(QevmStream) s = emitting_open(
            bytes, way & 1 ? BUILD_AS_FILE : BUILD_AS_BYTES, (way & 2) != 0);
        g_autoptr(QevmEdit) edit = qevm_edit_new(s);
        g_autoptr(GError) error = NULL;
        g_autoptr(GBytes) got = NULL;

        t->change(edit, TRUE, TRUE);
        emitting_emit(edit, (way & 4) != 0, (way & 8) != 0, &got, &error);
        g_assert_no_error(error);
        build_assert_equal(got, want);
    }
}

/* ---- pipe to pipe ---- */

static gboolean
change_phase(QevmEdit *edit, QevmPhase phase, gpointer user, GError **error)
{
    const struct emit_case *t = user;

    (void)error;
    t->change(edit, phase == QEVM_PHASE_HEAD, phase == QEVM_PHASE_DEVICES);
    return TRUE;
}

static void
test_pipe(gconstpointer data)
{
    const struct emit_case *t = data;
    g_autoptr(GBytes) bytes = build_stream(t->from);
    g_autoptr(GBytes) want = build_stream(flags_after(t));
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) got =
        emitting_pipe(bytes, change_phase, (gpointer)(guintptr)t, &error);

    g_assert_no_error(error);
    build_assert_equal(got, want);
}

/* ---- the vmdesc anew ---- */

static const guint vmdesc_flags[] = {
    0,
    BUILD_QJSON,
    BUILD_CONF_DESCRIBED | BUILD_SUBSECTIONS,
    BUILD_QJSON | BUILD_EARLY,
    BUILD_EARLY | BUILD_NO_SUBSECTION,
    BUILD_NO_TWIN | BUILD_MORE_FIELDS,
};

static void
test_vmdesc(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(vmdesc_flags); i++) {
        g_autoptr(GBytes) bytes = build_stream(vmdesc_flags[i]);
        g_autoptr(QevmStream) s = emitting_open(bytes, BUILD_AS_BYTES, FALSE);
        g_autoptr(QevmEdit) edit = qevm_edit_new(s);
        g_autoptr(GError) error = NULL;
        g_autoptr(GBytes) anew = qevm_emit_vmdesc(edit, TRUE, &error);
        g_autoptr(GBytes) old = qevm_emit_vmdesc(edit, FALSE, &error);

        g_assert_no_error(error);
        build_assert_equal(anew, s->vmdesc->text);
        build_assert_equal(old, s->vmdesc->text);
    }
}

/* Elements that no longer look the same are described one by one. */
static void
test_unlike_elements(void)
{
    g_autoptr(GBytes) bytes = build_stream(0);
    g_autoptr(QevmStream) s = emitting_open(bytes, BUILD_AS_BYTES, FALSE);
    g_autoptr(QevmEdit) edit = qevm_edit_new(s);
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) one = build_bytes("77"), text = NULL, got = NULL;
    g_autofree char *json = NULL;
    QevmNode *q = emitting_child(edit, DEV, "q");

    qevm_node_insert_field(
        qevm_node_children(q), NULL,
        qevm_field_desc_new(s->arena, "first", "uint8", 1, 1), one);
    text = qevm_emit_vmdesc(edit, FALSE, &error);
    g_assert_no_error(error);
    json = g_strndup(g_bytes_get_data(text, NULL), g_bytes_get_size(text));
    g_assert_nonnull(strstr(
        json,
        "{\"name\": \"q\", \"index\": 0, \"type\": \"struct\", \"struct\": "
        "{\"vmsd_name\": \"pair\", \"version\": 1, \"fields\": [{\"name\": "
        "\"first\", \"type\": \"uint8\", \"size\": 1}, {\"name\": "
        "\"marker\", \"type\": \"uint8\", \"size\": 1}, {\"name\": \"v\", "
        "\"type\": \"uint8\", \"size\": 1}]}, \"size\": 3}, {\"name\": \"q\", "
        "\"index\": 1, \"type\": \"struct\", \"struct\": {\"vmsd_name\": "
        "\"pair\", \"version\": 1, \"fields\": [{\"name\": \"marker\", "
        "\"type\": \"uint8\", \"size\": 1}, {\"name\": \"v\", \"type\": "
        "\"uint8\", \"size\": 1}]}, \"size\": 2}, {\"name\": \"list\""));
    g_assert_true(emitting_emit(edit, FALSE, FALSE, &got, &error));
    g_assert_no_error(error);
}

static void
test_no_vmdesc(void)
{
    g_autoptr(GBytes) bytes = build_stream(BUILD_NO_VMDESC);
    g_autoptr(QevmStream) s = emitting_open(bytes, BUILD_AS_BYTES, FALSE);
    g_autoptr(QevmEdit) edit = qevm_edit_new(s);
    g_autoptr(GError) error = NULL;

    g_assert_null(qevm_emit_vmdesc(edit, TRUE, &error));
    g_assert_no_error(error);
}

/* ---- added records ---- */

static void
test_added(void)
{
    g_autoptr(GBytes) without = build_stream(BUILD_NO_TWIN);
    g_autoptr(GBytes) bytes = build_stream(0);
    g_autoptr(GBytes) empty = g_bytes_new(NULL, 0);
    g_autoptr(GBytes) value = build_bytes("0002");
    g_autoptr(GBytes) got = NULL;
    g_autoptr(GError) error = NULL;
    g_autoptr(QevmStream) s = emitting_open(without, BUILD_AS_BYTES, TRUE);
    g_autoptr(QevmEdit) edit = qevm_edit_new(s);
    QevmRecord *r = g_new0(QevmRecord, 1);
    QevmVmsd *vmsd = qevm_arena_alloc0(s->arena, sizeof *vmsd);
    QevmFieldDesc *t = qevm_field_desc_new(s->arena, "t", "int16", 2, 1);
    guint at = 0;

    vmsd->name = "twin";
    vmsd->version = 1;
    r->type = QEVM_RECORD_FULL;
    r->added = TRUE;
    r->idstr = g_strdup("twin");
    r->section_id = 7;
    r->instance_id = 0x80000001;
    r->version_id = 1;
    r->tree = qevm_tree_new(vmsd, empty, 0);
    qevm_node_insert_field(&r->tree->root, NULL, t, value);
    while (((QevmRecord *)g_ptr_array_index(s->records, at))->type !=
           QEVM_RECORD_EOF) {
        at++;
    }
    g_ptr_array_insert(s->records, (gint)at, r);
    g_assert_true(emitting_emit(edit, FALSE, FALSE, &got, &error));
    g_assert_no_error(error);
    build_assert_equal(got, bytes);
}

static void
test_added_command(void)
{
    g_autoptr(GBytes) bytes = build_bytes(HEADER MACHINE "00");
    g_autoptr(GBytes) want =
        build_bytes(HEADER MACHINE "08 0002 0004 01020304 08 000b 0000 00");
    g_autoptr(GBytes) got = NULL;
    g_autoptr(GError) error = NULL;
    g_autoptr(QevmStream) s = emitting_open(bytes, BUILD_AS_BYTES, TRUE);
    g_autoptr(QevmEdit) edit = qevm_edit_new(s);

    for (int i = 0; i < 2; i++) {
        QevmRecord *r = g_new0(QevmRecord, 1);

        r->type = QEVM_RECORD_COMMAND;
        r->added = TRUE;
        r->command = i ? 11 : 2;
        r->command_data = i ? NULL : build_bytes("01020304");
        g_ptr_array_insert(s->records, 2 + i, r);
    }
    g_assert_true(emitting_emit(edit, FALSE, FALSE, &got, &error));
    g_assert_no_error(error);
    build_assert_equal(got, want);
}

/* ---- broken streams come out as they went in ---- */

static const char *const broken[] = {
    HEADER MACHINE "09 01 02",
    HEADER MACHINE START_RAM "0000000000000004" EOS FOOTER(ID_RAM)
        PART(ID_RAM) "0000000000000400",
    HEADER MACHINE "08 0007 0004 00000009 08 0004 0000 09 010203",
    HEADER MACHINE "08 0007 0004 00000009 08 0004 0000 00 010203",
    HEADER "00 06 00000003 <{,}>",
    HEADER "00 06 00000009 <{}>",
};

static void
test_broken(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(broken); i++) {
        g_autoptr(GBytes) bytes = build_bytes(broken[i]);
        g_autoptr(GError) error = NULL;
        g_autoptr(QevmStream) s = qevm_stream_open(
            build_source(bytes, BUILD_AS_BYTES), QEVM_OPEN_WALK, NULL, &error);
        g_autoptr(QevmEdit) edit = qevm_edit_new(s);
        g_autoptr(GBytes) got = NULL;

        g_test_message("%u", i);
        g_assert_true(emitting_emit(edit, FALSE, FALSE, &got, &error));
        g_assert_no_error(error);
        build_assert_equal(got, bytes);
    }
}

/* ---- what is refused ---- */

static void
test_refuse_vmdesc(void)
{
    g_autoptr(GBytes) bytes =
        build_bytes(HEADER FULL("00000007", "x", "00000001") "01" FOOTER(
            "00000007") "00 06 00000003 <{,}>");
    g_autoptr(QevmStream) s = emitting_open(bytes, BUILD_AS_BYTES, TRUE);
    g_autoptr(QevmEdit) edit = qevm_edit_new(s);

    emitting_section(edit, "x", 0)->dropped = TRUE;
    emitting_refused(
        edit, QEVM_ERROR_UNSUPPORTED,
        "the vmdesc cannot be read and would no longer describe the "
        "stream; a rule {\"op\": \"drop-vmdesc\"} leaves it out");
    edit->drop_vmdesc = TRUE;
    {
        g_autoptr(GBytes) want = build_bytes(HEADER "00");
        g_autoptr(GBytes) got = NULL;
        g_autoptr(GError) error = NULL;

        g_assert_true(emitting_emit(edit, FALSE, FALSE, &got, &error));
        g_assert_no_error(error);
        build_assert_equal(got, want);
    }
}

static void
test_refuse_postcopy_pipe(void)
{
    g_autoptr(GBytes) bytes = build_stream(BUILD_PACKAGE);
    g_autoptr(QevmStream) s = emitting_open(bytes, BUILD_AS_PIPE, FALSE);
    g_autoptr(QevmEdit) edit = qevm_edit_new(s);
    g_autoptr(GError) error = NULL;

    rename_block(edit, TRUE, TRUE);
    g_assert_null(qevm_emit_rest(edit, &error));
    g_assert_error(error, QEVM_ERROR, QEVM_ERROR_UNSUPPORTED);
    g_assert_cmpstr(error->message, ==,
                    "at 0x41d3: pages sent after the device state (postcopy) "
                    "cannot be edited in a pipe");
}

/* ---- reading back ---- */

/* What is written is that of another edit: each difference is found. */

static void
differ_bytes(QevmEdit *edit)
{
    emitting_set(edit, DEV, "a", "12345678");
}

static void
differ_size(QevmEdit *edit)
{
    emitting_section(edit, "legacy", 0)->payload_size++;
    emitting_set(edit, DEV, "a", "00000001");
}

static void
differ_header(QevmEdit *edit)
{
    set_version(edit, TRUE, TRUE);
}

static void
differ_name(QevmEdit *edit)
{
    QevmRecord *r = emitting_section(edit, "legacy", 0);

    g_free(r->idstr);
    r->idstr = g_strdup("legacx");
    r->header_dirty = TRUE;
}

static void
differ_missing(QevmEdit *edit)
{
    drop_twin(edit, TRUE, TRUE);
}

static void
differ_type(QevmEdit *edit)
{
    emitting_section(edit, "twin", 0)->type = QEVM_RECORD_COMMAND;
    emitting_set(edit, DEV, "a", "00000001");
}

static void
differ_more(QevmEdit *edit)
{
    QevmRecord *r = g_new0(QevmRecord, 1);

    r->type = QEVM_RECORD_COMMAND;
    r->added = TRUE;
    r->command = 11;
    g_ptr_array_add(edit->stream->records, r);
}

static void
differ_command(QevmEdit *edit)
{
    QevmRecord *ping = g_ptr_array_index(edit->stream->records, 3);

    ping->command = 11;
    emitting_set(edit, DEV, "a", "00000001");
}

static const struct verify_case {
    const char *path;
    void (*differ)(QevmEdit *edit);
    const char *message;
} verify_cases[] = {
    { "bytes", differ_bytes,
      "the rewritten stream does not read back: SECTION_FULL " DEV
      ": its bytes differ" },
    { "size", differ_size,
      "the rewritten stream does not read back: SECTION_FULL legacy: its size "
      "differs" },
    { "header", differ_header,
      "the rewritten stream does not read back: SECTION_FULL " DEV
      ": its header differs" },
    { "name", differ_name,
      "the rewritten stream does not read back: SECTION_FULL legacx: its "
      "header differs" },
    { "missing", differ_missing,
      "the rewritten stream does not read back: EOF : SECTION_FULL" },
    { "more", differ_more,
      "the rewritten stream does not read back: COMMAND : it is not there" },
    { "command", differ_command,
      "the rewritten stream does not read back: COMMAND : another command" },
    { "type", differ_type,
      "the rewritten stream does not read back: COMMAND twin: SECTION_FULL" },
};

static void
test_verify(gconstpointer data)
{
    const struct verify_case *t = data;
    g_autoptr(GBytes) bytes = build_stream(BUILD_COMMANDS);
    g_autoptr(QevmStream) s = emitting_open(bytes, BUILD_AS_BYTES, FALSE);
    g_autoptr(QevmEdit) edit = qevm_edit_new(s);
    g_autoptr(GError) error = NULL;
    g_autoptr(QevmSource) head = qevm_emit_head(edit, &error);
    g_autoptr(QevmSource) rest = qevm_emit_rest(edit, &error);

    g_assert_no_error(error);
    g_assert_true(qevm_emit_verify(edit, head, rest, &error));
    t->differ(edit);
    g_assert_false(qevm_emit_verify(edit, head, rest, &error));
    g_assert_error(error, QEVM_ERROR, QEVM_ERROR_MALFORMED);
    g_assert_cmpstr(error->message, ==, t->message);
}

/* ---- errors of the system, and progress ---- */

static void
test_full(void)
{
    static const Change changes[] = { no_change, rename_block, set_version };

    for (guint i = 0; i < G_N_ELEMENTS(changes); i++) {
        g_autoptr(GBytes) bytes = build_stream(0);
        g_autoptr(QevmStream) s = emitting_open(bytes, BUILD_AS_FILE, FALSE);
        g_autoptr(QevmEdit) edit = qevm_edit_new(s);
        g_autoptr(GError) error = NULL;
        int fd = open("/dev/full", O_WRONLY);

        changes[i](edit, TRUE, TRUE);
        g_assert_false(qevm_emit_fd(edit, fd, FALSE, NULL, NULL, &error));
        g_assert_error(error, G_FILE_ERROR, G_FILE_ERROR_NOSPC);
        g_assert_cmpstr(error->message, ==,
                        "output: cannot be written: No space left on device");
        close(fd);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    signal(SIGPIPE, SIG_IGN);
    for (guint i = 0; i < G_N_ELEMENTS(emit_cases); i++) {
        g_autofree char *path =
            g_strconcat("/emit/file/", emit_cases[i].path, NULL);
        g_autofree char *pipe =
            g_strconcat("/emit/pipe/", emit_cases[i].path, NULL);

        g_test_add_data_func(path, &emit_cases[i], test_emit);
        if (!emit_cases[i].no_pipe) {
            g_test_add_data_func(pipe, &emit_cases[i], test_pipe);
        }
    }
    g_test_add_func("/emit/vmdesc", test_vmdesc);
    g_test_add_func("/emit/vmdesc/unlike-elements", test_unlike_elements);
    g_test_add_func("/emit/no-vmdesc", test_no_vmdesc);
    g_test_add_func("/emit/added", test_added);
    g_test_add_func("/emit/added-command", test_added_command);
    g_test_add_func("/emit/broken", test_broken);
    g_test_add_func("/emit/refuse/vmdesc", test_refuse_vmdesc);
    g_test_add_func("/emit/refuse/postcopy-pipe", test_refuse_postcopy_pipe);
    for (guint i = 0; i < G_N_ELEMENTS(verify_cases); i++) {
        g_autofree char *path =
            g_strconcat("/emit/verify/", verify_cases[i].path, NULL);

        g_test_add_data_func(path, &verify_cases[i], test_verify);
    }
    g_test_add_func("/emit/full", test_full);
    return g_test_run();
}

/* exercise.c - hostile bytes, parsed and looked at.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tests/hostile/exercise-private.h"

#include "parser/lend.h"
#include "parser/overlay.h"
#include "parser/path.h"
#include "parser/schema-load.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Of a long array. */
#define ELEMENTS_MAX 4
/* Longer bytes are not printed, to save time. */
#define FORMAT_MAX 64
/* Paths that are printed and resolved again, for each tree. */
#define PATHS_MAX 4

static const char *place_of_failure;

void
exercise_where(const char *where)
{
    place_of_failure = where;
}

void
exercise_fail(const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    fprintf(stderr, "BROKEN PROMISE: %s%s",
            place_of_failure ? place_of_failure : "",
            place_of_failure ? ": " : "");
    vfprintf(stderr, format, ap);
    fputc('\n', stderr);
    va_end(ap);
    abort();
}

/* ---- input ---- */

void
exercise_descriptions(QevmStreamHooks *hooks)
{
    static QevmSchemas *schemas;
    static QevmLend *lend;
    const char *root = g_getenv("QEVM_SCHEMAS");
    g_autofree char *devices =
        g_build_filename(root ? root : "schemas", "devices", NULL);
    g_autofree char *machines =
        g_build_filename(root ? root : "schemas", "machines", NULL);
    g_autoptr(GError) error = NULL;

    if (!schemas) {
        schemas = qevm_schemas_new();
        qevm_schemas_add_folder(schemas, devices);
        if (!qevm_schemas_load(schemas, &error)) {
            exercise_fail("%s", error->message);
        }
        lend = qevm_lend_new();
        qevm_lend_set_shipped(lend, machines);
    }
    hooks->schemas = schemas;
    hooks->lend = lend;
}

static QevmStream *
open_bytes(GBytes *bytes, QevmOpenFlags flags, gboolean described,
           GError **error)
{
    QevmStreamHooks hooks = { 0 };

    if (described) {
        exercise_descriptions(&hooks);
    }
    return qevm_stream_open(qevm_source_new_bytes(bytes, "bytes"), flags,
                            &hooks, error);
}

QevmStream *
exercise_open(GBytes *bytes, QevmOpenFlags flags, GError **error)
{
    return open_bytes(bytes, flags, TRUE, error);
}

/* ---- output in memory ---- */

int
exercise_memory_file(void)
{
    static int fd = -1;

    if (fd < 0) {
        fd = memfd_create("exercise", MFD_CLOEXEC);
    }
    if (fd < 0 || lseek(fd, 0, SEEK_SET) != 0) {
        exercise_fail("memfd_create: %s", g_strerror(errno));
    }
    return fd;
}

GBytes *
exercise_take_output(int fd)
{
    gsize size = (gsize)lseek(fd, 0, SEEK_CUR), done = 0;
    guint8 *data = g_malloc(size + 1);

    while (done < size) {
        ssize_t n = pread(fd, data + done, size - done, (off_t)done);

        if (n <= 0) {
            exercise_fail("cannot read the output back");
        }
        done += (gsize)n;
    }
    return g_bytes_new_take(data, size);
}

/* Where two outputs part. */
static gsize
first_difference(GBytes *a, GBytes *b)
{
    gsize na, nb, i = 0;
    const guint8 *pa = g_bytes_get_data(a, &na), *pb = g_bytes_get_data(b, &nb);

    while (i < na && i < nb && pa[i] == pb[i]) {
        i++;
    }
    return i;
}

void
exercise_want_equal(GBytes *got, GBytes *wanted, const char *what)
{
    if (!g_bytes_equal(got, wanted)) {
        exercise_fail("%s: %zu bytes instead of %zu, different at 0x%zx", what,
                      g_bytes_get_size(got), g_bytes_get_size(wanted),
                      first_difference(got, wanted));
    }
}

void
exercise_want_output(int fd, GBytes *wanted, const char *what)
{
    gsize size, done = (gsize)lseek(fd, 0, SEEK_CUR);
    const void *data = g_bytes_get_data(wanted, &size);
    void *got = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0);

    if (got == MAP_FAILED) {
        exercise_fail("mmap: %s", g_strerror(errno));
    }
    if (done != size || memcmp(got, data, size) != 0) {
        g_autoptr(GBytes) bytes = exercise_take_output(fd);

        exercise_want_equal(bytes, wanted, what);
    }
    munmap(got, size);
}

void
exercise_want_error(gboolean ok, const GError *error, const char *what)
{
    if (ok != (error == NULL)) {
        exercise_fail("%s: %s", what,
                      ok ? "worked, with an error" : "no error");
    }
    if (error && !*error->message) {
        exercise_fail("%s: an error without a message", what);
    }
}

/* ---- looking at everything ---- */

static void
look_at_values(QevmNode *node)
{
    guint64 count = qevm_node_count(node);

    for (guint64 i = 0; i < count; i++) {
        g_auto(QevmValue) value = QEVM_VALUE_INIT;
        g_autofree char *text = NULL;

        qevm_node_value(node, i, &value);
        if (!value.bytes || g_bytes_get_size(value.bytes) <= FORMAT_MAX) {
            text = qevm_value_format(&value);
        }
        (void)qevm_node_value_offset(node, i);
        if (i == ELEMENTS_MAX && count > ELEMENTS_MAX + 1) {
            i = count - 2;
        }
    }
}

static void
check_path(QevmStream *stream, const QevmPlace *place)
{
    g_autofree char *text = qevm_path_of(stream, place);
    g_autoptr(GError) error = NULL;
    g_autoptr(QevmPath) path = qevm_path_parse(text, &error);
    g_autoptr(GArray) places =
        path ? qevm_path_resolve(stream, path, &error) : NULL;
    const QevmPlace *got;

    if (!places) {
        /* A limit on what one path may name is not a wrong path. */
        if (!g_error_matches(error, QEVM_ERROR, QEVM_ERROR_LIMIT)) {
            exercise_fail("path `%s' does not resolve: %s", text,
                          error->message);
        }
        return;
    }
    got = &g_array_index(places, QevmPlace, 0);
    if (places->len != 1 || got->record != place->record ||
        (place->node && got->node != place->node)) {
        exercise_fail("path `%s' names %u other places", text, places->len);
    }
}

typedef struct {
    QevmStream *stream;
    QevmRecord *record;
    guint paths, nodes;
} Look;

static void
look_at_node(Look *look, QevmNode *node)
{
    gsize size;
    const guint8 *bytes = qevm_node_source_bytes(node, &size);

    if (size != node->size || (size && !bytes)) {
        exercise_fail("node `%s' has %" G_GUINT64_FORMAT
                      " bytes, %zu are there",
                      qevm_node_name(node), node->size, size);
    }
    if (qevm_node_wire_size(node) != node->size) {
        exercise_fail("node `%s': wire size is not its size",
                      qevm_node_name(node));
    }
    if (node->kind == QEVM_NODE_FIELD || node->kind == QEVM_NODE_ARRAY ||
        node->kind == QEVM_NODE_RAW) {
        look_at_values(node);
    }
    /* Some of the nodes, spread over the tree. */
    if (node->kind != QEVM_NODE_RAW && node->parent && look->paths &&
        (look->nodes & (look->nodes + 1)) == 0) {
        const QevmPlace place = { .kind = QEVM_PLACE_NODE,
                                  .record = look->record,
                                  .node = node };

        look->paths--;
        check_path(look->stream, &place);
    }
    look->nodes++;
    for (QevmNode *c = qevm_node_children(node); c; c = c->next) {
        if (c->parent != node) {
            exercise_fail("node `%s' has another parent", qevm_node_name(c));
        }
        look_at_node(look, c);
    }
}

static void
look_at_tree(QevmStream *stream, QevmRecord *record)
{
    g_autoptr(GError) error = NULL;
    QevmTree *tree = qevm_record_tree(stream, record, &error);
    Look look = { .stream = stream, .record = record, .paths = PATHS_MAX };
    g_autoptr(GByteArray) out = NULL;
    gsize size;
    const guint8 *payload;

    exercise_want_error(tree != NULL, error, "tree");
    if (!tree) {
        return;
    }
    qevm_tree_descend_all(tree);
    look_at_node(&look, &tree->root);
    out = g_byte_array_new();
    qevm_node_emit(&tree->root, out);
    payload = g_bytes_get_data(tree->payload, &size);
    if (size != out->len || (size && memcmp(payload, out->data, size) != 0)) {
        exercise_fail("%s: its tree emits %u bytes, not the %zu of its payload",
                      qevm_record_name(record), out->len, size);
    }
}

static gboolean
is_end_of_names(const QevmRecord *r)
{
    return !qevm_record_is_section(r) || !qevm_record_name(r);
}

/* The records cover the source from end to end. */
static void
look_at_records(QevmStream *stream, gboolean trees)
{
    guint64 at = 0, paths = PATHS_MAX;

    for (guint i = 0; i < stream->records->len; i++) {
        QevmRecord *r = g_ptr_array_index(stream->records, i);

        if (r->offset != at) {
            exercise_fail("record %u (%s) at 0x%" G_GINT64_MODIFIER
                          "x instead of 0x%" G_GINT64_MODIFIER "x",
                          i, qevm_record_type_name(r), r->offset, at);
        }
        at += r->size;
        if (is_end_of_names(r)) {
            continue;
        }
        if (paths && (i & (i - 1)) == 0) {
            const QevmPlace place = { .kind = QEVM_PLACE_SECTION, .record = r };

            paths--;
            check_path(stream, &place);
        }
        if (trees) {
            look_at_tree(stream, r);
        }
    }
    if (at != qevm_source_size(stream->source)) {
        exercise_fail("records end at 0x%" G_GINT64_MODIFIER
                      "x, the source at 0x%" G_GINT64_MODIFIER "x",
                      at, qevm_source_size(stream->source));
    }
}

static void
look_at_findings(QevmStream *stream)
{
    g_autoptr(GPtrArray) findings = qevm_check(stream, FALSE);
    gboolean errors = FALSE;

    for (guint i = 0; i < findings->len; i++) {
        const QevmFinding *f = g_ptr_array_index(findings, i);

        if (!f->info || !f->path || !f->sentence || !*f->sentence) {
            exercise_fail("finding %u says nothing", i);
        }
        errors |= f->info->severity == QEVM_SEVERITY_ERROR;
    }
    if (stream->error && !errors) {
        exercise_fail("check finds nothing, but: %s", stream->error->message);
    }
    (void)qevm_check_skipped(stream);
}

/* ---- parsing ---- */

void
exercise_emits_itself(QevmStream *stream, GBytes *bytes)
{
    QevmEdit *edit = qevm_edit_new(stream);
    g_autoptr(GError) error = NULL;
    int fd = exercise_memory_file();

    if (!qevm_emit_fd(edit, fd, FALSE, NULL, NULL, &error)) {
        exercise_fail("an unedited stream is not emitted: %s", error->message);
    }
    exercise_want_output(fd, bytes, "an unedited stream");
    qevm_edit_free(edit);
}

ExerciseResult
exercise_parse(GBytes *bytes, QevmOpenFlags flags, ExerciseDepth depth)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(QevmStream) stream = NULL;

    stream = open_bytes(bytes, flags, depth == EXERCISE_ALL, &error);
    exercise_want_error(stream != NULL, error, "open");
    if (!stream) {
        return EXERCISE_REFUSED;
    }
    look_at_records(stream, depth == EXERCISE_ALL);
    if (depth >= EXERCISE_FINDINGS) {
        look_at_findings(stream);
    }
    if (stream->error) {
        return EXERCISE_BROKEN;
    }
    if (depth == EXERCISE_ALL) {
        exercise_emits_itself(stream, bytes);
    }
    return EXERCISE_SOUND;
}

/* ---- a stream as text ---- */

static void
dump_bytes(GString *out, const guint8 *bytes, gsize size)
{
    static const char digits[] = "0123456789abcdef";
    gsize at = out->len;

    g_string_set_size(out, at + 2 * size);
    for (gsize i = 0; i < size; i++) {
        out->str[at++] = digits[bytes[i] >> 4];
        out->str[at++] = digits[bytes[i] & 15];
    }
    g_string_append_c(out, '\n');
}

/* A description written anew has U+FFFD for what is no UTF-8, as QEMU's JSON
 * writer has. */
static void
dump_ascii(GString *out, const char *text)
{
    for (; *text; text++) {
        if (!(*text & 0x80)) {
            g_string_append_c(out, *text);
        }
    }
    g_string_append_c(out, ' ');
}

/* Not printf: most of a dump is this. */
static void
dump_words(GString *out, int depth, const char *a, const char *b)
{
    for (int i = 0; i < depth; i++) {
        g_string_append_c(out, ' ');
    }
    dump_ascii(out, a);
    dump_ascii(out, b);
}

static void
dump_number(GString *out, guint64 number)
{
    guint8 bytes[8];

    if (number == 1) {
        return;
    }
    qevm_be_put(bytes, sizeof bytes, number);
    dump_bytes(out, bytes, sizeof bytes);
    out->str[out->len - 1] = ' ';
}

/* As the leaf that it is on the wire; after an edit its bytes may not be what
 * its description reads any more. */
static void
dump_overlay(GString *out, QevmNode *node, int depth)
{
    g_autoptr(GByteArray) bytes = g_byte_array_new();

    qevm_node_emit(node, bytes);
    dump_words(out, depth, qevm_node_name(node), node->desc.field->type);
    dump_number(out, qevm_overlay_leaf(node).count);
    dump_bytes(out, bytes->data, bytes->len);
}

/* A field and an array of one are the same bytes; which it is depends on
 * whether the description had a count. */
static void
dump_node(GString *out, QevmNode *node, int depth)
{
    const guint8 *bytes;
    gsize size;

    if (qevm_node_is_overlay(node)) {
        dump_overlay(out, node, depth);
        return;
    }
    switch ((QevmNodeKind)node->kind) {
    case QEVM_NODE_STRUCTS:
        /* A run is split where its elements are no longer alike. */
        for (QevmNode *c = qevm_node_children(node); c; c = c->next) {
            dump_node(out, c, depth);
        }
        return;
    case QEVM_NODE_RAW:
        dump_words(out, depth, "", "raw");
        bytes = qevm_node_bytes(node, &size);
        dump_bytes(out, bytes, size);
        return;
    case QEVM_NODE_FIELD:
    case QEVM_NODE_ARRAY:
        dump_words(out, depth, qevm_node_name(node), node->desc.field->type);
        dump_number(out, qevm_node_count(node));
        bytes = qevm_node_bytes(node, &size);
        dump_bytes(out, bytes, size);
        return;
    default:
        dump_words(out, depth, qevm_node_name(node),
                   node->kind == QEVM_NODE_SUBSECTION ? "subsection"
                                                      : "struct");
        if (node->kind == QEVM_NODE_SUBSECTION) {
            dump_number(out, qevm_node_vmsd(node)->version);
        }
        dump_number(out, qevm_node_wire_size(node));
        g_string_append_c(out, '\n');
        for (QevmNode *c = qevm_node_children(node); c; c = c->next) {
            dump_node(out, c, depth + 1);
        }
    }
}

static void
dump_blocks(GString *out, const QevmRam *ram)
{
    g_string_append_printf(out, " total %" G_GUINT64_FORMAT "\n", ram->total);
    for (guint i = 0; i < ram->blocks->len; i++) {
        const QevmRamBlock *b = &g_array_index(ram->blocks, QevmRamBlock, i);

        g_string_append_printf(out, " block %s %" G_GUINT64_FORMAT "\n",
                               b->idstr, b->used_length);
    }
}

char *
exercise_dump(QevmStream *stream, gboolean trees)
{
    GString *out = g_string_new(NULL);

    for (guint i = 0; i < stream->records->len; i++) {
        QevmRecord *r = g_ptr_array_index(stream->records, i);
        gboolean ram = r->type == QEVM_RECORD_START && stream->ram &&
                       strcmp(r->idstr, "ram") == 0;
        QevmTree *tree;

        if (r->dropped || !qevm_record_is_section(r)) {
            continue;
        }
        g_string_append_printf(out, "%s %s %u %u %u\n",
                               qevm_record_type_name(r), qevm_record_name(r),
                               r->section_id, r->instance_id, r->version_id);
        if (ram) {
            dump_blocks(out, stream->ram);
            continue;
        }
        tree = qevm_record_tree(stream, r, NULL);
        if (tree) {
            qevm_tree_descend_all(tree);
        }
        /* What nothing describes has no fields, but for those of an edit. */
        if (tree && trees && !tree->error &&
            (r->device || r->added || r->type != QEVM_RECORD_FULL)) {
            for (QevmNode *c = tree->root.children; c; c = c->next) {
                dump_node(out, c, 1);
            }
        } else if (tree) {
            g_autoptr(GByteArray) bytes = g_byte_array_new();

            qevm_node_emit(&tree->root, bytes);
            dump_bytes(out, bytes->data, bytes->len);
        }
    }
    return g_string_free(out, FALSE);
}

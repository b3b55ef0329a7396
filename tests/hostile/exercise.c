#define _GNU_SOURCE
#include "tests/hostile/exercise.h"
#include "tests/hostile/image.h"

#include "parser/lend.h"
#include "parser/overlay.h"
#include "parser/path.h"
#include "parser/schema-load.h"

#include <errno.h>
#include <fcntl.h>
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
/* What a pipe may hold without a second process (pipe-max-size). */
#define PIPE_MAX (1024 * 1024)

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

/* With the descriptions that qevm comes with: QEVM_SCHEMAS, or ./schemas. */
static void
find_descriptions(QevmStreamHooks *hooks)
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
        find_descriptions(&hooks);
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

/* One file for all outputs, one after the other; the next one overwrites it,
 * which is faster than new memory each time. */
static int
memory_file(void)
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

/* What was written since memory_file(), in memory of its own. */
static GBytes *
take_output(int fd)
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

static void
want_equal(GBytes *got, GBytes *wanted, const char *what)
{
    if (!g_bytes_equal(got, wanted)) {
        exercise_fail("%s: %zu bytes instead of %zu, different at 0x%zx", what,
                      g_bytes_get_size(got), g_bytes_get_size(wanted),
                      first_difference(got, wanted));
    }
}

/* The output, compared where it is. */
static void
want_output(int fd, GBytes *wanted, const char *what)
{
    gsize size, done = (gsize)lseek(fd, 0, SEEK_CUR);
    const void *data = g_bytes_get_data(wanted, &size);
    void *got = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0);

    if (got == MAP_FAILED) {
        exercise_fail("mmap: %s", g_strerror(errno));
    }
    if (done != size || memcmp(got, data, size) != 0) {
        g_autoptr(GBytes) bytes = take_output(fd);

        want_equal(bytes, wanted, what);
    }
    munmap(got, size);
}

static void
want_error(gboolean ok, const GError *error, const char *what)
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

    want_error(tree != NULL, error, "tree");
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

static void
check_emits_itself(QevmStream *stream, GBytes *bytes)
{
    QevmEdit *edit = qevm_edit_new(stream);
    g_autoptr(GError) error = NULL;
    int fd = memory_file();

    if (!qevm_emit_fd(edit, fd, FALSE, NULL, NULL, &error)) {
        exercise_fail("an unedited stream is not emitted: %s", error->message);
    }
    want_output(fd, bytes, "an unedited stream");
    qevm_edit_free(edit);
}

ExerciseResult
exercise_parse(GBytes *bytes, QevmOpenFlags flags, ExerciseDepth depth)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(QevmStream) stream = NULL;

    stream = open_bytes(bytes, flags, depth == EXERCISE_ALL, &error);
    want_error(stream != NULL, error, "open");
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
        check_emits_itself(stream, bytes);
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

/* ---- rewriting ---- */

void
exercise_rewrite_clear(ExerciseRewrite *r)
{
    g_clear_pointer(&r->result, g_bytes_unref);
    g_clear_error(&r->error);
}

static int
unnamed(GError **error)
{
    (void)error;
    return memfd_create("pages", MFD_CLOEXEC);
}

static QevmEdit *
edit_new(QevmStream *stream)
{
    QevmEdit *edit = qevm_edit_new(stream);

    edit->live->unnamed = unnamed;

    edit->allow_visible = edit->allow_lossy = TRUE;
    return edit;
}

/* The line where two dumps part. */
static void
want_same_text(const char *got, const char *wanted)
{
    gsize i = 0, start = 0;
    g_autofree char *a = NULL, *b = NULL;

    if (strcmp(got, wanted) == 0) {
        return;
    }
    for (; got[i] && got[i] == wanted[i]; i++) {
        start = got[i] == '\n' ? i + 1 : start;
    }
    a = g_strndup(got + start, MIN(strcspn(got + start, "\n"), 200));
    b = g_strndup(wanted + start, MIN(strcspn(wanted + start, "\n"), 200));
    exercise_fail("a rewritten stream reads back as\n  %s\ninstead of\n  %s", a,
                  b);
}

/* Makes the block list what it should be now. */
static void
apply_block_edits(const QevmEdit *edit)
{
    QevmRam *ram = edit->stream->ram;
    const QevmRamMap *map = edit->live->ram;

    if (!map) {
        return;
    }
    g_array_set_size(ram->blocks, 0);
    ram->total = 0;
    for (guint i = 0; i < map->blocks->len; i++) {
        const QevmNewBlock *b = qevm_ram_map_block(map, i);
        QevmRamBlock block = { .idstr = g_strdup(b->idstr),
                               .used_length = b->length };

        ram->total += b->length;
        g_array_append_val(ram->blocks, block);
    }
}

/* The description in the new stream is the one that would be written from
 * scratch. */
static void
check_vmdesc(QevmStream *back)
{
    QevmEdit *none = qevm_edit_new(back);
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) anew = NULL;

    anew = qevm_emit_vmdesc(none, FALSE, &error);
    if (back->vmdesc) {
        if (!anew) {
            exercise_fail("no vmdesc: %s", error ? error->message : "no error");
        }
        want_equal(anew, back->vmdesc->text, "vmdesc");
    }
    qevm_edit_free(none);
}

/* Bytes after the end that only fill a file up. */
static gboolean
is_padding(const QevmStream *stream, const QevmRecord *record)
{
    g_autoptr(GBytes) bytes = qevm_source_get(stream->source, record->offset,
                                              record->size, "padding", NULL);
    gsize size;
    const guint8 *p = g_bytes_get_data(bytes, &size);

    while (size > 0 && p[size - 1] == 0) {
        size--;
    }
    return size == 0;
}

/* Was that changed which told where sections end? Without a description these
 * are footers, and without footers what follows; a footer is known by what
 * follows it, which is no EOF unless a vmdesc follows that, or nothing, or
 * padding. */
static gboolean
lost_its_ends(const QevmEdit *edit)
{
    gboolean footers = edit->live->footers != QEVM_FOOTERS_AS_THEY_ARE;

    for (guint i = 0; i < edit->stream->records->len; i++) {
        const QevmRecord *r = g_ptr_array_index(edit->stream->records, i);

        if ((r->resynced && (footers || edit->drop_vmdesc)) ||
            (r->type == QEVM_RECORD_TRAILING && edit->drop_vmdesc &&
             !is_padding(edit->stream, r))) {
            return TRUE;
        }
    }
    return FALSE;
}

/* Which bytes are the sections of a stream, as text. NULL: it is broken. */
static char *
places_in(GBytes *bytes, QevmOpenFlags flags)
{
    g_autoptr(QevmStream) s = exercise_open(bytes, flags, NULL);
    GString *out;

    if (!s || s->error) {
        return NULL;
    }
    out = g_string_new(NULL);
    for (guint i = 0; i < s->records->len; i++) {
        const QevmRecord *r = g_ptr_array_index(s->records, i);

        if (qevm_record_is_section(r)) {
            g_string_append_printf(
                out, "%" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT "\n",
                r->payload_offset, r->payload_size);
        }
    }
    return g_string_free(out, FALSE);
}

/* The end of the live part can be found from either side; bytes that are
 * wrong in it, or an EOF, are seen from the front only. So is a whole end of a
 * stream, of the same sections even, before another one: the description at
 * the tail is all that leads to the second. */
static gboolean
same_from_both_sides(GBytes *bytes)
{
    g_autofree char *near = NULL, *far = NULL;

    near = places_in(bytes, 0);
    far = places_in(bytes, QEVM_OPEN_WALK);
    return g_strcmp0(near, far) == 0;
}

static void
check_reads_back(QevmEdit *edit, GBytes *result, QevmOpenFlags flags)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(QevmStream) back = NULL;
    g_autofree char *got = NULL, *wanted = NULL;
    gboolean trees;

    back = exercise_open(result, flags, &error);
    if (!back) {
        exercise_fail("the rewritten stream is none: %s", error->message);
    }
    if (back->opaque_rest || edit->stream->opaque_rest) {
        return;
    }
    if (back->error) {
        exercise_fail("the rewritten stream: %s", back->error->message);
    }
    trees = back->vmdesc && edit->stream->vmdesc;
    got = exercise_dump(back, trees);
    wanted = exercise_dump(edit->stream, trees);
    want_same_text(got, wanted);
    check_vmdesc(back);
    check_emits_itself(back, result);
}

/* So that sums of these are equal only where all of them are. */
static guint64
scatter(guint64 n)
{
    n *= G_GUINT64_CONSTANT(0x9e3779b97f4a7c15);
    return (n ^ n >> 32) * G_GUINT64_CONSTANT(0x9e3779b97f4a7c15);
}

/* A number that tells which sections there are, where, and what describes
 * them: whatever their order, and without those of an edit. */
static guint64
hash_sections(const QevmStream *stream)
{
    guint64 hash = stream->vmdesc != NULL;

    for (guint i = 0; i < stream->records->len; i++) {
        const QevmRecord *r = g_ptr_array_index(stream->records, i);
        guint64 described = r->device ? 1 + (r->lent != NULL) : 0;

        if (r->type == QEVM_RECORD_FULL && !r->added) {
            hash += scatter(scatter(r->payload_offset) + 3 * r->payload_size +
                            described);
        }
    }
    return hash;
}

/* The same without a walk before, where none is needed. */
static void
rewrite_unwalked(GBytes *bytes, const QevmRules *rules, GBytes *wanted)
{
    g_autoptr(QevmStream) stream = exercise_open(bytes, 0, NULL);
    g_autoptr(QevmEdit) edit = edit_new(stream);
    g_autoptr(GError) error = NULL;
    int fd = memory_file();

    if (!qevm_edit_apply(edit, rules, QEVM_PHASE_ALL, &error) ||
        !qevm_emit_fd(edit, fd, FALSE, NULL, NULL, &error)) {
        exercise_fail("without a walk: %s", error->message);
    }
    want_output(fd, wanted, "rewritten without a walk");
    g_clear_pointer(&edit, qevm_edit_free);
}

void
exercise_apply(GBytes *bytes, const QevmRules *rules)
{
    QevmOpenFlags flags =
        qevm_rules_need_walk(rules, TRUE) ? QEVM_OPEN_WALK : 0;
    g_autoptr(QevmStream) stream = exercise_open(bytes, flags, NULL);
    g_autoptr(QevmEdit) edit = NULL;

    if (!stream || stream->error) {
        return;
    }
    edit = edit_new(stream);
    (void)!(qevm_edit_apply(edit, rules, QEVM_PHASE_ALL, NULL) &&
            qevm_emit_fd(edit, memory_file(), FALSE, NULL, NULL, NULL));
}

static GBytes *
rewrite_file(GBytes *bytes, const QevmRules *rules, guint *changes,
             guint64 *sections, GError **error)
{
    QevmOpenFlags flags =
        qevm_rules_need_walk(rules, FALSE) ? QEVM_OPEN_WALK : 0;
    g_autoptr(QevmStream) stream = NULL;
    g_autoptr(QevmEdit) edit = NULL;
    g_autoptr(GBytes) result = NULL;
    int fd;
    gboolean ok, same;

    stream = exercise_open(bytes, flags, error);
    if (!stream) {
        return NULL;
    }
    if (stream->error) {
        g_propagate_error(error, g_error_copy(stream->error));
        return NULL;
    }
    *sections = hash_sections(stream);
    edit = edit_new(stream);
    if (!qevm_edit_apply(edit, rules, QEVM_PHASE_ALL, error)) {
        g_clear_pointer(&edit, qevm_edit_free);
        return NULL;
    }
    fd = memory_file();
    ok = qevm_emit_fd(edit, fd, FALSE, NULL, NULL, error);
    if (!ok && lseek(fd, 0, SEEK_CUR) != 0 && !qevm_live_edit_any(edit->live)) {
        exercise_fail("a stream is written that does not read back");
    }
    if (ok) {
        result = take_output(fd);
        *changes = edit->changes->len;
        image_check(bytes, result, edit);
        apply_block_edits(edit);
        same = same_from_both_sides(bytes);
        if (lost_its_ends(edit)) {
            same = FALSE;
        } else if (same || flags) {
            check_reads_back(edit, result, flags);
        }
        if (same) {
            check_reads_back(edit, result, flags ^ QEVM_OPEN_WALK);
            if (flags && !qevm_rules_need_walk(rules, TRUE)) {
                rewrite_unwalked(bytes, rules, result);
            }
        }
    }
    g_clear_pointer(&edit, qevm_edit_free);
    return g_steal_pointer(&result);
}

/* ---- the same in a pipe, as `qevm rewrite -` does ---- */

typedef struct {
    const QevmRules *rules;
    QevmEdit *edit;
    QevmSource *head;
    int fd;
} Pipe;

static gboolean
write_all(QevmSource *source, int fd, GError **error)
{
    return qevm_source_copy(source, 0, qevm_source_size(source), fd, FALSE,
                            error);
}

static gboolean
pipe_live(QevmStream *stream, QevmFlow *flow, const QevmLiveEdit **live,
          gpointer user, GError **error)
{
    Pipe *p = user;

    p->edit = edit_new(stream);
    if (!qevm_edit_apply(p->edit, p->rules, QEVM_PHASE_HEAD, error)) {
        return FALSE;
    }
    p->head = qevm_emit_head(p->edit, error);
    if (!p->head || !write_all(p->head, p->fd, error)) {
        return FALSE;
    }
    *live = p->edit->live;
    qevm_flow_set_sink(flow, p->fd, FALSE);
    return TRUE;
}

static QevmSource *
pipe_with(GBytes *bytes)
{
    int fds[2];
    gsize size, done = 0;
    const guint8 *data = g_bytes_get_data(bytes, &size);
    QevmSource *source;

    if (pipe2(fds, O_CLOEXEC) != 0) {
        exercise_fail("pipe: %s", g_strerror(errno));
    }
    if (size > 16 * 4096 && fcntl(fds[1], F_SETPIPE_SZ, PIPE_MAX) < 0) {
        close(fds[0]);
        close(fds[1]);
        return NULL;
    }
    while (done < size) {
        ssize_t n = write(fds[1], data + done, size - done);

        if (n <= 0) {
            exercise_fail("pipe: %s", g_strerror(errno));
        }
        done += (gsize)n;
    }
    close(fds[1]);
    source = qevm_source_new_fd(fds[0], "pipe", NULL);
    g_assert_nonnull(source);
    return source;
}

static GBytes *
rewrite_pipe_end(Pipe *p, QevmStream *stream, GError **error)
{
    g_autoptr(QevmSource) rest = NULL;

    if (!p->edit) {
        /* Nothing live in it: it was read to its end, like a file. */
        p->edit = edit_new(stream);
        return qevm_edit_apply(p->edit, p->rules, QEVM_PHASE_ALL, error) &&
                       qevm_emit_fd(p->edit, p->fd, FALSE, NULL, NULL, error)
                   ? take_output(p->fd)
                   : NULL;
    }
    if (!qevm_edit_apply(p->edit, p->rules, QEVM_PHASE_DEVICES, error)) {
        return NULL;
    }
    rest = qevm_emit_rest(p->edit, error);
    return rest && qevm_emit_verify(p->edit, p->head, rest, error) &&
                   write_all(rest, p->fd, error)
               ? take_output(p->fd)
               : NULL;
}

static GBytes *
rewrite_pipe(GBytes *bytes, const QevmRules *rules, guint64 *sections,
             GError **error)
{
    QevmSource *source = pipe_with(bytes);
    Pipe p = { .rules = rules, .fd = memory_file() };
    QevmStreamHooks hooks = { .live = pipe_live, .user = &p };
    QevmStream *stream;
    GBytes *result = NULL;

    g_assert_nonnull(source);
    find_descriptions(&hooks);
    stream = qevm_stream_open(source, 0, &hooks, error);
    if (stream && stream->error) {
        g_propagate_error(error, g_error_copy(stream->error));
    } else if (stream) {
        result = rewrite_pipe_end(&p, stream, error);
    }
    *sections = stream ? hash_sections(stream) : 0;
    g_clear_pointer(&p.edit, qevm_edit_free);
    g_clear_pointer(&p.head, qevm_source_free);
    qevm_stream_free(stream);
    return result;
}

void
exercise_rewrite(GBytes *bytes, const QevmRules *rules, ExerciseRewrite *out)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) piped = NULL;
    guint64 sections = 0, piped_sections = 0;

    out->result =
        rewrite_file(bytes, rules, &out->changes, &sections, &out->error);
    want_error(out->result != NULL, out->error, "rewrite");
    if (g_bytes_get_size(bytes) > PIPE_MAX) {
        return;
    }
    piped = rewrite_pipe(bytes, rules, &piped_sections, &error);
    want_error(piped != NULL, error, "rewrite in a pipe");
    /* In a pipe, sections before the live part are met before what describes
     * them; those that it describes badly, it then does not describe. And of a
     * pipe there is no second reading without a vmdesc that the first one shows
     * to be another stream's. */
    if (piped && out->result && piped_sections == sections &&
        same_from_both_sides(bytes)) {
        want_equal(piped, out->result, "rewritten in a pipe");
    }
}

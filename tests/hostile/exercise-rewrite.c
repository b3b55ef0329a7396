/* exercise-rewrite.c - rules on hostile bytes, from a file and from a pipe.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tests/hostile/exercise-private.h"
#include "tests/hostile/image.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* What a pipe may hold without a second process (pipe-max-size). */
#define PIPE_MAX (1024 * 1024)

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
        exercise_want_equal(anew, back->vmdesc->text, "vmdesc");
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
    exercise_emits_itself(back, result);
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
    int fd = exercise_memory_file();

    if (!qevm_edit_apply(edit, rules, QEVM_PHASE_ALL, &error) ||
        !qevm_emit_fd(edit, fd, FALSE, NULL, NULL, &error)) {
        exercise_fail("without a walk: %s", error->message);
    }
    exercise_want_output(fd, wanted, "rewritten without a walk");
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
    (void)!(
        qevm_edit_apply(edit, rules, QEVM_PHASE_ALL, NULL) &&
        qevm_emit_fd(edit, exercise_memory_file(), FALSE, NULL, NULL, NULL));
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
    fd = exercise_memory_file();
    ok = qevm_emit_fd(edit, fd, FALSE, NULL, NULL, error);
    if (!ok && lseek(fd, 0, SEEK_CUR) != 0 && !qevm_live_edit_any(edit->live)) {
        exercise_fail("a stream is written that does not read back");
    }
    if (ok) {
        result = exercise_take_output(fd);
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
                   ? exercise_take_output(p->fd)
                   : NULL;
    }
    if (!qevm_edit_apply(p->edit, p->rules, QEVM_PHASE_DEVICES, error)) {
        return NULL;
    }
    rest = qevm_emit_rest(p->edit, error);
    return rest && qevm_emit_verify(p->edit, p->head, rest, error) &&
                   write_all(rest, p->fd, error)
               ? exercise_take_output(p->fd)
               : NULL;
}

static GBytes *
rewrite_pipe(GBytes *bytes, const QevmRules *rules, guint64 *sections,
             GError **error)
{
    QevmSource *source = pipe_with(bytes);
    Pipe p = { .rules = rules, .fd = exercise_memory_file() };
    QevmStreamHooks hooks = { .live = pipe_live, .user = &p };
    QevmStream *stream;
    GBytes *result = NULL;

    g_assert_nonnull(source);
    exercise_descriptions(&hooks);
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
    exercise_want_error(out->result != NULL, out->error, "rewrite");
    if (g_bytes_get_size(bytes) > PIPE_MAX) {
        return;
    }
    piped = rewrite_pipe(bytes, rules, &piped_sections, &error);
    exercise_want_error(piped != NULL, error, "rewrite in a pipe");
    /* In a pipe, sections before the live part are met before what describes
     * them; those that it describes badly, it then does not describe. And of a
     * pipe there is no second reading without a vmdesc that the first one shows
     * to be another stream's. */
    if (piped && out->result && piped_sections == sections &&
        same_from_both_sides(bytes)) {
        exercise_want_equal(piped, out->result, "rewritten in a pipe");
    }
}

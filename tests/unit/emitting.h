/* emitting.h - for tests: streams opened to be edited, and written out.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef QEVM_TESTS_UNIT_EMITTING_H
#define QEVM_TESTS_UNIT_EMITTING_H

#include "rewrite/emit.h"
#include "tests/unit/builder-stream.h"

typedef struct {
    int fd;
    GByteArray *got;
} EmittingSink;

static inline gpointer
emitting_collect(gpointer p)
{
    EmittingSink *sink = p;
    guint8 buf[1000];
    ssize_t n;

    while ((n = read(sink->fd, buf, sizeof buf)) > 0) {
        g_byte_array_append(sink->got, buf, (guint)n);
    }
    close(sink->fd);
    return NULL;
}

static inline gboolean
emitting_emit(QevmEdit *edit, gboolean to_pipe, gboolean sparse, GBytes **got,
              GError **error)
{
    g_autoptr(GBytes) nothing = g_bytes_new(NULL, 0);
    gboolean ok;
    int fds[2];

    if (to_pipe) {
        EmittingSink sink = { -1, g_byte_array_new() };
        GThread *thread;

        g_assert_cmpint(pipe(fds), ==, 0);
        sink.fd = fds[0];
        thread = g_thread_new("collect", emitting_collect, &sink);
        ok = qevm_emit_fd(edit, fds[1], sparse, NULL, NULL, error);
        close(fds[1]);
        g_thread_join(thread);
        *got = g_byte_array_free_to_bytes(sink.got);
        return ok;
    }
    fds[0] = build_file(nothing);
    ok = qevm_emit_fd(edit, fds[0], sparse, NULL, NULL, error);
    *got = build_read_back(fds[0]);
    close(fds[0]);
    return ok;
}

/* ---- pipe to pipe: the head goes out before the pages come in ---- */

/* What is done to the stream, before the pages go by or after. */
typedef gboolean EmittingChange(QevmEdit *edit, QevmPhase phase, gpointer user,
                                GError **error);

typedef struct {
    EmittingChange *change;
    gpointer user;
    QevmEdit *edit;
    QevmSource *head;
    int fd;
} EmittingPipe;

static inline gboolean
emitting_live(QevmStream *stream, QevmFlow *flow, const QevmLiveEdit **live,
              gpointer user, GError **error)
{
    EmittingPipe *run = user;

    run->edit = qevm_edit_new(stream);
    if (!run->change(run->edit, QEVM_PHASE_HEAD, run->user, error)) {
        return FALSE;
    }
    run->head = qevm_emit_head(run->edit, error);
    if (!run->head ||
        !qevm_source_copy(run->head, 0, qevm_source_size(run->head), run->fd,
                          FALSE, error)) {
        return FALSE;
    }
    qevm_flow_set_sink(flow, run->fd, FALSE);
    *live = run->edit->live;
    return TRUE;
}

static inline gboolean
emitting_rest(EmittingPipe *run, QevmStream *s, GError **error)
{
    g_autoptr(QevmSource) rest = NULL;

    if (!s) {
        return FALSE;
    }
    if (s->error) {
        g_propagate_error(error, g_error_copy(s->error));
        return FALSE;
    }
    if (!run->change(run->edit, QEVM_PHASE_DEVICES, run->user, error)) {
        return FALSE;
    }
    rest = qevm_emit_rest(run->edit, error);
    return rest && qevm_emit_verify(run->edit, run->head, rest, error) &&
           qevm_source_copy(rest, 0, qevm_source_size(rest), run->fd, FALSE,
                            error);
}

/* NULL: it failed. */
static inline GBytes *
emitting_pipe(GBytes *bytes, EmittingChange *change, gpointer user,
              GError **error)
{
    g_autoptr(GBytes) nothing = g_bytes_new(NULL, 0);
    EmittingPipe run = { change, user, NULL, NULL, build_file(nothing) };
    const QevmStreamHooks hooks = { .live = emitting_live, .user = &run };
    g_autoptr(QevmStream) s =
        qevm_stream_open(build_source(bytes, BUILD_AS_PIPE), 0, &hooks, error);
    GBytes *got =
        emitting_rest(&run, s, error) ? build_read_back(run.fd) : NULL;

    g_clear_pointer(&run.head, qevm_source_free);
    g_clear_pointer(&run.edit, qevm_edit_free);
    close(run.fd);
    return got;
}

static inline QevmStream *
emitting_open(GBytes *bytes, BuildKind kind, gboolean walk)
{
    g_autoptr(GError) error = NULL;
    QevmStream *s = qevm_stream_open(build_source(bytes, kind),
                                     walk ? QEVM_OPEN_WALK : 0, NULL, &error);

    g_assert_no_error(error);
    g_assert_no_error(s->error);
    return s;
}

static inline QevmRecord *
emitting_section(QevmEdit *edit, const char *name, guint32 instance)
{
    for (guint i = 0; i < edit->stream->records->len; i++) {
        QevmRecord *r = g_ptr_array_index(edit->stream->records, i);

        if (qevm_record_is_section(r) && r->instance_id == instance &&
            strcmp(qevm_record_name(r), name) == 0) {
            return r;
        }
    }
    return NULL;
}

static inline QevmNode *
emitting_child(QevmEdit *edit, const char *name, const char *field)
{
    QevmRecord *r = emitting_section(edit, name, 0);
    QevmTree *tree = qevm_record_tree(edit->stream, r, NULL);
    QevmNode *n = qevm_node_children(&tree->root);

    while (n && strcmp(qevm_node_name(n), field) != 0) {
        n = n->next;
    }
    g_assert_nonnull(n);
    return n;
}

/* The map of blocks, and the index of one in it. */
static inline QevmRamMap *
emitting_ram(QevmEdit *edit, const char *block, guint *index)
{
    QevmRamMap *map = qevm_live_edit_ram(edit->live, edit->stream->ram);

    g_assert_true(qevm_ram_map_find(map, block, index));
    return map;
}

static inline void
emitting_rename(QevmEdit *edit, const char *block, const char *to)
{
    guint i;
    QevmRamMap *map = emitting_ram(edit, block, &i);

    qevm_ram_map_rename(map, i, to);
}

static inline void
emitting_set(QevmEdit *edit, const char *name, const char *field,
             const char *bytes)
{
    g_autoptr(GBytes) b = build_bytes(bytes);

    qevm_node_set_bytes(emitting_child(edit, name, field), b);
}

static inline void
emitting_refused(QevmEdit *edit, QevmError code, const char *message)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) got = NULL;

    g_assert_false(emitting_emit(edit, FALSE, FALSE, &got, &error));
    g_assert_error(error, QEVM_ERROR, (int)code);
    g_assert_cmpstr(error->message, ==, message);
    g_assert_cmpuint(g_bytes_get_size(got), ==, 0);
}

#endif

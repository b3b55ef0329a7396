#include "rewrite/live-run.h"

enum { MIG_CMD_PACKAGED = 7 };

static QevmRecord *
record_at(const QevmStream *s, guint i)
{
    return g_ptr_array_index(s->records, i);
}

static gboolean
is_package(const QevmRecord *r)
{
    return r->type == QEVM_RECORD_COMMAND && r->command == MIG_CMD_PACKAGED;
}

gboolean
qevm_record_is_live(const QevmRecord *r)
{
    return !r->packaged &&
           (r->type == QEVM_RECORD_PARTS || r->type == QEVM_RECORD_END ||
            r->type == QEVM_RECORD_LIVE);
}

guint
qevm_live_head_end(const QevmStream *s)
{
    guint i = 0;

    while (i < s->records->len && !qevm_record_is_live(record_at(s, i)) &&
           !is_package(record_at(s, i))) {
        i++;
    }
    return i;
}

guint
qevm_live_run_start(const QevmStream *s, guint i)
{
    while (i < s->records->len && !qevm_record_is_live(record_at(s, i))) {
        i++;
    }
    return i;
}

guint
qevm_live_run_end(const QevmStream *s, guint i)
{
    for (; i < s->records->len; i++) {
        const QevmRecord *r = record_at(s, i);

        if (r->added || r->packaged ||
            (!qevm_record_is_live(r) &&
             (r->type != QEVM_RECORD_COMMAND || is_package(r)))) {
            break;
        }
    }
    return i;
}

QevmWalk *
qevm_live_walk_new(QevmStream *stream, const QevmLiveEdit *edit)
{
    QevmWalk *walk = qevm_walk_new(stream, NULL);

    walk->filter = TRUE;
    qevm_walk_catch_up(walk);
    qevm_walk_set_edit(walk, edit);
    return walk;
}

/* Does device state follow, and not another run behind an added command? */
static gboolean
is_over(const QevmStream *s, guint i)
{
    while (i < s->records->len && record_at(s, i)->added &&
           record_at(s, i)->type == QEVM_RECORD_COMMAND) {
        i++;
    }
    return i == s->records->len || !qevm_record_is_live(record_at(s, i));
}

gboolean
qevm_live_walk_run(QevmWalk *walk, guint from, guint to,
                   const QevmLiveSink *sink, GError **error)
{
    QevmStream *s = walk->stream;
    const QevmRecord *last = record_at(s, to - 1);
    guint64 end = last->offset + last->size;
    g_autoptr(QevmFlow) flow =
        qevm_flow_new(s->source, record_at(s, from)->offset);

    walk->flow = flow;
    qevm_flow_set_sink(flow, sink->fd, sink->sparse);
    qevm_flow_set_progress(flow, sink->progress, sink->user);
    while (qevm_flow_offset(flow) < end) {
        if (!qevm_walk_record(walk, error)) {
            return FALSE;
        }
    }
    return (!is_over(s, to) || qevm_walk_end_live(walk, error)) &&
           qevm_flow_flush(flow, error);
}

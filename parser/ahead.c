/* ahead.c - a source that is read while what was read is used.
 *
 * There are two rooms: one is used while the other is filled. A few bytes of
 * the one that was used may go before those of the next.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "parser/ahead.h"

#include <string.h>

#define CHUNK (256 * 1024)

typedef struct {
    guint8 *data;    /* owned; QEVM_AHEAD_LEAST bytes, and CHUNK */
    gsize got;       /* bytes that were read; 0 is the end */
    GError *problem; /* owned; instead of them */
    gboolean full;   /* it is the user's, else the reader's */
} Room;

struct QevmAhead {
    QevmSource *of; /* owned */
    guint64 offset; /* of what is read next; the reader's */
    Room rooms[2];
    guint now;             /* which of them is used */
    const guint8 *at;      /* in it, what is not done with */
    gsize len;             /* of that */
    guint64 done;          /* bytes done with */
    gboolean begun, ended; /* the source */
    GThread *reader;       /* NULL: none */
    GMutex lock;           /* of `full` and `quit`, once there is a reader */
    GCond turn;
    gboolean quit;
};

QevmAhead *
qevm_ahead_new(QevmSource *of)
{
    QevmAhead *ahead = g_new0(QevmAhead, 1);

    ahead->of = of;
    for (guint i = 0; i < G_N_ELEMENTS(ahead->rooms); i++) {
        ahead->rooms[i].data = g_malloc(QEVM_AHEAD_LEAST + CHUNK);
    }
    ahead->at = ahead->rooms[0].data;
    g_mutex_init(&ahead->lock);
    g_cond_init(&ahead->turn);
    return ahead;
}

void
qevm_ahead_free(QevmAhead *ahead)
{
    if (!ahead) {
        return;
    }
    if (ahead->reader) {
        g_mutex_lock(&ahead->lock);
        ahead->quit = TRUE;
        g_cond_broadcast(&ahead->turn);
        g_mutex_unlock(&ahead->lock);
        g_thread_join(ahead->reader);
    }
    for (guint i = 0; i < G_N_ELEMENTS(ahead->rooms); i++) {
        g_clear_error(&ahead->rooms[i].problem);
        g_free(ahead->rooms[i].data);
    }
    g_mutex_clear(&ahead->lock);
    g_cond_clear(&ahead->turn);
    qevm_source_free(ahead->of);
    g_free(ahead);
}

/* ---- the reader ---- */

/* FALSE: nothing comes behind it. */
static gboolean
fill_room(QevmAhead *ahead, Room *room)
{
    if (!qevm_source_read_some(ahead->of, ahead->offset, CHUNK,
                               room->data + QEVM_AHEAD_LEAST, &room->got,
                               &room->problem)) {
        room->got = 0;
    }
    ahead->offset += room->got;
    return room->got > 0;
}

static gpointer
read_on(gpointer user)
{
    QevmAhead *ahead = user;
    gboolean more = TRUE;

    g_mutex_lock(&ahead->lock);
    for (guint i = !ahead->now; more; i = !i) {
        Room *room = &ahead->rooms[i];

        while (room->full && !ahead->quit) {
            g_cond_wait(&ahead->turn, &ahead->lock);
        }
        if (ahead->quit) {
            break;
        }
        g_mutex_unlock(&ahead->lock);
        more = fill_room(ahead, room);
        g_mutex_lock(&ahead->lock);
        room->full = TRUE;
        g_cond_broadcast(&ahead->turn);
    }
    g_mutex_unlock(&ahead->lock);
    return NULL;
}

/* ---- the user ---- */

/* Gives the room back, and waits for the other. */
static void
change_rooms(QevmAhead *ahead, Room *last, Room *next)
{
    if (!ahead->reader) {
        (void)fill_room(ahead, next);
        return;
    }
    g_mutex_lock(&ahead->lock);
    last->full = FALSE;
    g_cond_broadcast(&ahead->turn);
    while (!next->full) {
        g_cond_wait(&ahead->turn, &ahead->lock);
    }
    g_mutex_unlock(&ahead->lock);
}

static gboolean
next_room(QevmAhead *ahead, GError **error)
{
    Room *last = &ahead->rooms[ahead->now];
    guint other = ahead->begun ? !ahead->now : ahead->now;
    Room *next = &ahead->rooms[other];
    guint8 *head = next->data + QEVM_AHEAD_LEAST - ahead->len;

    /* bounds: fewer than QEVM_AHEAD_LEAST were asked for, and are not there */
    memcpy(head, ahead->at, ahead->len);
    change_rooms(ahead, last, next);
    ahead->now = other;
    ahead->at = head;
    if (next->problem) {
        g_propagate_error(error, g_steal_pointer(&next->problem));
        ahead->ended = TRUE;
        return FALSE;
    }
    ahead->len += next->got;
    ahead->ended = next->got == 0;
    if (!ahead->begun && next->got == CHUNK &&
        qevm_source_seekable(ahead->of)) {
        next->full = TRUE;
        ahead->reader = g_thread_new("ahead", read_on, ahead);
    }
    ahead->begun = TRUE;
    return TRUE;
}

gboolean
qevm_ahead_look(QevmAhead *ahead, gsize n, const guint8 **data, gsize *len,
                GError **error)
{
    g_assert(n <= QEVM_AHEAD_LEAST);
    while (ahead->len < n && !ahead->ended) {
        if (!next_room(ahead, error)) {
            return FALSE;
        }
    }
    *data = ahead->at;
    *len = ahead->len;
    return TRUE;
}

void
qevm_ahead_pass(QevmAhead *ahead, gsize n)
{
    g_assert(n <= ahead->len);
    ahead->at += n;
    ahead->len -= n;
    ahead->done += n;
}

guint64
qevm_ahead_offset(const QevmAhead *ahead)
{
    return ahead->done;
}

/* handler-s390.c - the three sections of s390x that are not vmsds: storage
 * attributes, storage keys and the TOD clock.
 *
 *   s390-storage_attributes (hw/s390x/s390-stattrib.c):
 *     u64 W, flags = W & 0xfff as a whole: 2 more: u64 n, n bytes; 8 done;
 *     1 the end of the payload; 4 an error
 *   s390-skeys (hw/s390x/s390-skeys.c):
 *     u64 W: address | 2: u64 pages, a byte each; 1 the end; 4, 5 incomplete
 *   todclock (hw/s390x/tod.c): u8 present; if so u8 high, u64 low
 */
#include "parser/walk.h"

enum {
    FLAG_EOS = 0x01,
    FLAG_MORE = 0x02, /* SKEYS: the same value */
    FLAG_ERROR = 0x04,
    FLAG_DONE = 0x08,
};

static gboolean
walk_runs(QevmWalk *walk, QevmLiveSection *section, GError **error)
{
    for (;;) {
        guint64 at = qevm_flow_offset(walk->flow), w, n;

        if (!qevm_walk_be(walk, 8, "record", &w, error)) {
            return FALSE;
        }
        switch (w & 0xfff) {
        case FLAG_EOS:
            return TRUE;
        case FLAG_DONE:
            break;
        case FLAG_MORE:
            if (!qevm_walk_be(walk, 8, "run length", &n, error) ||
                !qevm_flow_pass(walk->flow, n, "run", error)) {
                return FALSE;
            }
            break;
        case FLAG_ERROR:
        case FLAG_ERROR | FLAG_EOS:
            qevm_walk_note(walk,
                           "%s at 0x%" G_GINT64_MODIFIER
                           "x: the source marked its data as incomplete",
                           section->idstr, at);
            if (w & FLAG_EOS) {
                return TRUE;
            }
            break;
        default:
            return qevm_walk_fail(walk, at, error, "unknown flags 0x%03x",
                                  (guint)(w & 0xfff));
        }
    }
}

static gboolean
walk_todclock(QevmWalk *walk, QevmLiveSection *section, GError **error)
{
    guint64 present;

    (void)section;
    return qevm_walk_be(walk, 1, "clock marker", &present, error) &&
           (!present || qevm_flow_pass(walk->flow, 9, "clock", error));
}

const QevmHandler qevm_handler_stattrib = {
    .idstr = "s390-storage_attributes",
    .start = walk_runs,
    .part = walk_runs,
    .end = walk_runs,
};

const QevmHandler qevm_handler_skeys = {
    .idstr = "s390-skeys",
    .full = walk_runs,
};

const QevmHandler qevm_handler_todclock = {
    .idstr = "todclock",
    .full = walk_todclock,
};

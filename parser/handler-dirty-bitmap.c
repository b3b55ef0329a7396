/* handler-dirty-bitmap.c - `dirty-bitmap`: which parts of disks changed since
 * a backup (migration/block-dirty-bitmap.c, since 2.12).
 *
 *   chunks:  u8 flags, then in this order what the flags announce
 *     0x08   node alias           0x04  bitmap alias (sticky, as the node's)
 *     0x10   u32 granularity, u8 bitmap flags
 *     0x40   u64 first sector, u32 sectors; unless 0x02: u64 n, n bytes
 *     0x20   complete             0x01  the end of the payload
 */
#include "parser/walk.h"

enum {
    FLAG_EOS = 0x01,
    FLAG_ZEROES = 0x02,
    FLAG_BITMAP_NAME = 0x04,
    FLAG_DEVICE_NAME = 0x08,
    FLAG_START = 0x10,
    FLAG_COMPLETE = 0x20,
    FLAG_BITS = 0x40,
    FLAG_EXTRA = 0x80, /* wider flags; no QEMU writes or reads them */
};
#define CHUNK_MAX (10 * 1024)

static gboolean
walk_bits(QevmWalk *walk, guint64 flags, GError **error)
{
    guint64 at, n;

    if (!qevm_flow_pass(walk->flow, 12, "bitmap extent", error)) {
        return FALSE;
    }
    if (flags & FLAG_ZEROES) {
        return TRUE;
    }
    at = qevm_flow_offset(walk->flow);
    if (!qevm_walk_be(walk, 8, "bitmap chunk size", &n, error)) {
        return FALSE;
    }
    if (n > CHUNK_MAX) {
        return qevm_walk_fail(walk, at, error,
                              "a bitmap chunk of %" G_GUINT64_FORMAT
                              " bytes, more than %d",
                              n, CHUNK_MAX);
    }
    return qevm_flow_pass(walk->flow, n, "bitmap chunk", error);
}

static gboolean
walk_dirty_bitmap(QevmWalk *walk, QevmLiveSection *section, GError **error)
{
    (void)section;
    for (;;) {
        guint64 at = qevm_flow_offset(walk->flow), flags;
        char name[256];

        if (!qevm_walk_be(walk, 1, "chunk flags", &flags, error)) {
            return FALSE;
        }
        if (flags & FLAG_EXTRA) {
            return qevm_walk_fail(walk, at, error,
                                  "unknown flags 0x%02x in a bitmap chunk",
                                  (guint)flags);
        }
        if (((flags & FLAG_DEVICE_NAME) &&
             !qevm_walk_name(walk, "node alias", name, error)) ||
            ((flags & FLAG_BITMAP_NAME) &&
             !qevm_walk_name(walk, "bitmap alias", name, error)) ||
            ((flags & FLAG_START) &&
             !qevm_flow_pass(walk->flow, 5, "bitmap start", error)) ||
            ((flags & FLAG_BITS) && !walk_bits(walk, flags, error))) {
            return FALSE;
        }
        if (flags & FLAG_EOS) {
            return TRUE;
        }
    }
}

const QevmHandler qevm_handler_dirty_bitmap = {
    .idstr = "dirty-bitmap",
    .start = walk_dirty_bitmap,
    .part = walk_dirty_bitmap,
    .end = walk_dirty_bitmap,
};

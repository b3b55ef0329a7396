/* handler-block.c - `block`: disks sent with the stream (migration/block.c,
 * until 9.0).
 *
 *   records:  u64 W, flags = W & 511, sector or percent = W >> 9
 *     0x01    a chunk: idstr of the drive, then 1 MiB unless 0x08 is set too
 *     0x04    progress, nothing follows
 *     0x02    the end of the payload
 */
#include "parser/walk.h"

enum {
    BLK_MIG_FLAG_DEVICE_BLOCK = 0x01,
    BLK_MIG_FLAG_EOS = 0x02,
    BLK_MIG_FLAG_PROGRESS = 0x04,
    BLK_MIG_FLAG_ZERO_BLOCK = 0x08,
};
#define BLK_MIG_BLOCK_SIZE (1024 * 1024)

static gboolean
walk_block(QevmWalk *walk, QevmLiveSection *section, GError **error)
{
    (void)section;
    for (;;) {
        guint64 at = qevm_flow_offset(walk->flow), w;
        char name[256];

        if (!qevm_walk_be(walk, 8, "record", &w, error)) {
            return FALSE;
        }
        switch (w & 511) {
        case BLK_MIG_FLAG_EOS:
            return TRUE;
        case BLK_MIG_FLAG_PROGRESS:
            break;
        case BLK_MIG_FLAG_DEVICE_BLOCK:
        case BLK_MIG_FLAG_DEVICE_BLOCK | BLK_MIG_FLAG_ZERO_BLOCK:
            if (!qevm_walk_name(walk, "drive name", name, error)) {
                return FALSE;
            }
            if (!(w & BLK_MIG_FLAG_ZERO_BLOCK) &&
                !qevm_flow_pass(walk->flow, BLK_MIG_BLOCK_SIZE, "disk chunk",
                                error)) {
                return FALSE;
            }
            break;
        default:
            return qevm_walk_fail(walk, at, error,
                                  "unknown flags 0x%x in a disk record",
                                  (guint)(w & 511));
        }
    }
}

const QevmHandler qevm_handler_block = {
    .idstr = "block",
    .start = walk_block,
    .part = walk_block,
    .end = walk_block,
};

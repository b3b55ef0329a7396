/* handler-htab.c - `spapr/htab`: the hash page table of a pseries guest
 * (hw/ppc/spapr.c:htab_save_*()).
 *
 *   START:      u32 hash shift, or -1: no table (radix)
 *   PART, END:  u32 0, then chunks u32 index, u16 n_valid, u16 n_invalid,
 *               n_valid * 16 bytes; eight zero bytes end them. A header other
 *               than 0 stands alone.
 */
#include "parser/walk.h"

static gboolean
walk_start(QevmWalk *walk, QevmLiveSection *section, GError **error)
{
    (void)section;
    return qevm_flow_pass(walk->flow, 4, "hash shift", error);
}

static gboolean
walk_chunks(QevmWalk *walk, QevmLiveSection *section, GError **error)
{
    guint64 header, chunk;

    (void)section;
    if (!qevm_walk_be(walk, 4, "hash table header", &header, error)) {
        return FALSE;
    }
    while (header == 0) {
        if (!qevm_walk_be(walk, 8, "hash table chunk", &chunk, error)) {
            return FALSE;
        }
        if (chunk == 0) {
            return TRUE;
        }
        if (!qevm_flow_pass(walk->flow, (chunk >> 16 & 0xffff) * 16,
                            "hash table entries", error)) {
            return FALSE;
        }
    }
    return TRUE;
}

const QevmHandler qevm_handler_htab = {
    .idstr = "spapr/htab",
    .start = walk_start,
    .part = walk_chunks,
    .end = walk_chunks,
};

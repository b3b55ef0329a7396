/* ops-ram-pages.c - the operation on the size of page records, and what says
 * that size.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "rewrite/ops.h"
#include "rewrite/page-bits.h"

#define PAGE_BITS_PATH                                                         \
    "configuration//{" QEVM_PAGE_BITS "}/" QEVM_PAGE_BITS_FIELD

enum { MIG_CMD_POSTCOPY_ADVISE = 3 };

/* ---- what the configuration says of it ---- */

/* It is the first one where there are several. */
static gboolean
add_subsection(QevmApply *apply, QevmNode *root, GBytes *value, GError **error)
{
    QevmArena *arena = qevm_edit_arena(root);
    QevmVmsd *vmsd = qevm_arena_alloc0(arena, sizeof *vmsd);
    QevmNode *sub;
    gsize n;
    const guint8 *bytes = g_bytes_get_data(value, &n);

    vmsd->name = QEVM_PAGE_BITS;
    vmsd->version = 1;
    sub = qevm_node_insert_subsection(root, NULL, vmsd);
    qevm_node_insert_field(
        sub, NULL,
        qevm_field_desc_new(arena, QEVM_PAGE_BITS_FIELD, "uint32", 4, 1),
        value);
    return qevm_apply_change(
        apply, PAGE_BITS_PATH, 0, NULL,
        g_strdup_printf("%" G_GUINT64_FORMAT, qevm_be_get(bytes, n)),
        QEVM_LOSS_LOSSLESS, NULL, error);
}

static gboolean
put_page_bits(QevmApply *apply, QevmRecord *configuration, guint bits,
              GError **error)
{
    QevmTree *tree =
        qevm_record_tree(apply->edit->stream, configuration, error);
    guint8 word[4];
    g_autoptr(GBytes) value = NULL;
    g_autofree char *before = NULL;
    QevmNode *sub, *field;
    const guint8 *bytes;
    gsize n;

    if (!tree) {
        return FALSE;
    }
    qevm_be_put(word, sizeof word, bits);
    value = g_bytes_new(word, sizeof word);
    sub = qevm_node_subsection(&tree->root, QEVM_PAGE_BITS);
    if (!sub) {
        return add_subsection(apply, &tree->root, value, error);
    }
    field = qevm_page_bits_field(sub);
    if (!field || qevm_node_wire_size(field) != sizeof word) {
        return qevm_apply_fail(PAGE_BITS_PATH, error,
                               "is not there, or not of 4 bytes");
    }
    bytes = qevm_node_bytes(field, &n);
    if (qevm_be_get(bytes, n) == bits) {
        return TRUE;
    }
    before = qevm_node_brief(field);
    qevm_node_set_bytes(field, value);
    return qevm_apply_change(
        apply, PAGE_BITS_PATH, field->offset, g_steal_pointer(&before),
        g_strdup_printf("%u", bits), QEVM_LOSS_LOSSLESS, NULL, error);
}

/* ---- regroup-ram-pages ---- */

static gboolean
refuse(GError **error, const char *why)
{
    g_set_error_literal(error, QEVM_ERROR, QEVM_ERROR_UNSUPPORTED, why);
    return FALSE;
}

/* Postcopy sends all pages of a host page together, behind a command that says
 * how large they are. */
static gboolean
is_postcopy(const QevmStream *s)
{
    for (guint i = 0; i < s->records->len; i++) {
        const QevmRecord *r = g_ptr_array_index(s->records, i);

        if (r->type == QEVM_RECORD_COMMAND && r->command_data &&
            r->command == MIG_CMD_POSTCOPY_ADVISE &&
            g_bytes_get_size(r->command_data) > 0) {
            return TRUE;
        }
    }
    return FALSE;
}

static gboolean
check_pages(const QevmApply *apply, guint64 size, GError **error)
{
    const QevmStream *s = apply->edit->stream;

    if (s->ram->mapped) {
        return refuse(error, "pages of mapped-ram files cannot be regrouped: "
                             "what stands where no page is stored is not "
                             "zero, and would become part of one");
    }
    if (is_postcopy(s)) {
        return refuse(error, "pages sent by postcopy cannot be regrouped");
    }
    if (s->pages_xbzrle && size < s->page_size) {
        return refuse(error, "XBZRLE pages, which tell only what changed in "
                             "them, cannot be parted");
    }
    return TRUE;
}

static gboolean
check_blocks(const QevmRamMap *map, guint64 size, GError **error)
{
    for (guint i = 0; i < map->blocks->len; i++) {
        const QevmNewBlock *b = qevm_ram_map_block(map, i);
        g_autofree char *path = qevm_block_path(b);

        if (b->length % size) {
            return qevm_apply_fail(path, error,
                                   "0x%" G_GINT64_MODIFIER
                                   "x bytes are no multiple of "
                                   "%" G_GUINT64_FORMAT,
                                   b->length, size);
        }
    }
    return TRUE;
}

static char *
pages_brief(guint64 size)
{
    return size ? g_strdup_printf("pages of %" G_GUINT64_FORMAT " bytes", size)
                : g_strdup("pages");
}

gboolean
qevm_op_regroup_ram_pages(QevmApply *apply, GArray *matches, GError **error)
{
    QevmEdit *edit = apply->edit;
    QevmRamMap *map = qevm_apply_ram(apply);
    guint64 size = apply->rule->size;
    guint64 old =
        edit->live->page_size ? edit->live->page_size : edit->stream->page_size;

    g_assert(!matches);
    if (!map) {
        if (apply->phase != QEVM_PHASE_DEVICES) {
            g_set_error_literal(&apply->nothing, QEVM_ERROR, QEVM_ERROR_RULE,
                                "there is no `ram` section");
        }
        return TRUE;
    }
    if (!check_pages(apply, size, error) || !check_blocks(map, size, error)) {
        return FALSE;
    }
    apply->matched = 1;
    if (old != size) {
        edit->live->page_size = size;
        if (!qevm_apply_change(apply, "ram", edit->stream->ram->list_offset,
                               pages_brief(old), pages_brief(size),
                               QEVM_LOSS_LOSSLESS, NULL, error)) {
            return FALSE;
        }
    }
    for (guint i = 0; i < edit->stream->records->len; i++) {
        QevmRecord *r = g_ptr_array_index(edit->stream->records, i);

        if (r->type == QEVM_RECORD_CONFIGURATION && !r->dropped &&
            !put_page_bits(apply, r, (guint)g_bit_storage(size) - 1, error)) {
            return FALSE;
        }
    }
    return TRUE;
}

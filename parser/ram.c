/* ram.c - `ram`: the block list, and the page records after it.
 *
 * A payload is records that start with u64 W: flags in the bits below the
 * target page size, an offset in the rest (migration/ram.c:ram_load_precopy(),
 * ram_save_setup()).
 *
 *   0x004 MEM_SIZE  in START only; the rest of W is the sum of the lengths
 *   0x002 ZERO      [name] u8 fill
 *   0x008 PAGE      [name] page
 *   0x040 XBZRLE    [name] u8 1, u16 n, n bytes
 *   0x100 COMPRESS  [name] u32 n, n bytes                        (2.4-9.0)
 *   0x200 MULTIFD_FLUSH                                          (8.1-)
 *   0x010 EOS       the end of the payload
 *   0x020 CONTINUE  with one of the above: no name, same block as before,
 *                   also across sections
 */
#include "parser/ram.h"
#include "parser/pages.h"
#include "parser/ram-filter.h"

#include <string.h>

#define ENCODING_FLAG_XBZRLE 1
#define RAM_SAVE_VERSION 4
#define MAPPED_RAM_HDR_VERSION 1

static void
block_clear(gpointer p)
{
    g_free(((QevmRamBlock *)p)->idstr);
}

static QevmRam *
ram_new(void)
{
    QevmRam *ram = g_new0(QevmRam, 1);

    ram->blocks = g_array_new(FALSE, TRUE, sizeof(QevmRamBlock));
    g_array_set_clear_func(ram->blocks, block_clear);
    return ram;
}

void
qevm_ram_free(QevmRam *ram)
{
    if (!ram) {
        return;
    }
    g_array_unref(ram->blocks);
    g_free(ram);
}

const QevmRamBlock *
qevm_ram_find(const QevmRam *ram, const char *idstr)
{
    for (guint i = 0; ram && i < ram->blocks->len; i++) {
        const QevmRamBlock *b = &g_array_index(ram->blocks, QevmRamBlock, i);

        if (strcmp(b->idstr, idstr) == 0) {
            return b;
        }
    }
    return NULL;
}

/* Option ROMs that are files of fw_cfg and whose memory was sent, too, until
 * 2.0 (hw/core/loader.c:rom_add_file()): firmware reads such a file when the
 * guest boots, from its QEMU, which has the same or a newer one. And, with
 * pflash, the end of that once more, below 1 MiB: an alias, and no memory,
 * since the machine types of 9.1 (hw/i386/pc_sysfw.c). */
const char *
qevm_ram_copy_why(const char *idstr)
{
    if (strcmp(idstr, "isa-bios") == 0) {
        return "the destination has no copy of the flash, but shows it itself";
    }
    return g_str_has_prefix(idstr, "/rom@genroms/")
               ? "the destination reads it from a file of its own, if it boots"
               : NULL;
}

/* A block's page size is sent only with postcopy-ram on, and only where it is
 * unusual; nothing in the list says so. The next entry starts with a length
 * byte that is never 0, and a page size word always starts with 0; after the
 * last block a page size is a power of two of at least 4 KiB, and the EOS
 * word that would stand there is 0x10. */
static gboolean
page_size_follows(QevmWalk *walk, gboolean last, gboolean *yes, GError **error)
{
    const guint8 *p;
    gsize got;
    guint64 w;

    *yes = FALSE;
    if (walk->stream->capability_ignore_shared ||
        walk->stream->capability_mapped_ram) {
        return TRUE;
    }
    if (!qevm_flow_peek_some(walk->flow, 8, &p, &got, error)) {
        return FALSE;
    }
    if (got < 8) {
        return TRUE;
    }
    w = qevm_be_get(p, 8);
    *yes = w >> 56 == 0 && w >= 0x1000 && (w & (w - 1)) == 0;
    if (!last && w >> 56 == 0 && !*yes) {
        return qevm_walk_fail(walk, qevm_flow_offset(walk->flow), error,
                              "block name is empty");
    }
    return TRUE;
}

/* The 28 bytes behind a block of a mapped-ram file, and the jump over its
 * bitmap and pages (mapped_ram_setup_ramblock()). */
static gboolean
walk_mapped_header(QevmWalk *walk, QevmRamBlock *b, GError **error)
{
    guint64 at = qevm_flow_offset(walk->flow), version, page;
    guint64 base = qevm_source_base(walk->stream->source);

    if (!qevm_walk_be(walk, 4, "mapped-ram version", &version, error) ||
        !qevm_walk_be(walk, 8, "mapped-ram page size", &page, error) ||
        !qevm_walk_be(walk, 8, "mapped-ram bitmap offset", &b->bitmap_offset,
                      error) ||
        !qevm_walk_be(walk, 8, "mapped-ram pages offset", &b->pages_offset,
                      error)) {
        return FALSE;
    }
    if (version > MAPPED_RAM_HDR_VERSION) {
        return qevm_walk_fail(walk, at, error,
                              "mapped-ram version %" G_GUINT64_FORMAT
                              ", known up to %d",
                              version, MAPPED_RAM_HDR_VERSION);
    }
    if (page == 0 || (page & (page - 1)) != 0) {
        return qevm_walk_fail(walk, at + 4, error,
                              "mapped-ram page size 0x%" G_GINT64_MODIFIER
                              "x is no power of two",
                              page);
    }
    b->mapped = TRUE;
    b->mapped_page_size = page;
    b->size = qevm_flow_offset(walk->flow) - b->offset;
    if (b->bitmap_offset == 0 && b->pages_offset == 0) {
        return TRUE; /* a shared block under x-ignore-shared */
    }
    if (b->pages_offset % page != 0 || b->bitmap_offset > b->pages_offset ||
        b->bitmap_offset < base ||
        b->bitmap_offset - base < qevm_flow_offset(walk->flow) ||
        b->pages_offset > G_MAXUINT64 - b->used_length ||
        (b->used_length / page + 63) / 64 * 8 >
            b->pages_offset - b->bitmap_offset) {
        return qevm_walk_fail(walk, at, error,
                              "block `%s': bitmap at 0x%" G_GINT64_MODIFIER
                              "x and pages at 0x%" G_GINT64_MODIFIER
                              "x do not fit",
                              b->idstr, b->bitmap_offset, b->pages_offset);
    }
    b->bitmap_offset -= base;
    b->pages_offset -= base;
    qevm_flow_set_keep(walk->flow, FALSE);
    if (!qevm_flow_jump(walk->flow, b->pages_offset + b->used_length,
                        "the end of a block's pages", error)) {
        return FALSE;
    }
    qevm_flow_set_keep(walk->flow, TRUE);
    return TRUE;
}

static gboolean
walk_block_entry(QevmWalk *walk, QevmRam *ram, guint64 *left, GError **error)
{
    QevmRamBlock b = { 0 };
    char name[256];
    gboolean follows;
    guint64 at = qevm_flow_offset(walk->flow);

    if (ram->blocks->len >= QEVM_RAM_BLOCKS_MAX) {
        g_set_error(error, QEVM_ERROR, QEVM_ERROR_LIMIT,
                    "at 0x%" G_GINT64_MODIFIER "x: more than %d RAM blocks", at,
                    QEVM_RAM_BLOCKS_MAX);
        return FALSE;
    }
    b.offset = at;
    if (!qevm_walk_name(walk, "block name", name, error) ||
        !qevm_walk_be(walk, 8, "block length", &b.used_length, error)) {
        return FALSE;
    }
    if (b.used_length > *left) {
        return qevm_walk_fail(walk, at, error,
                              "block `%s' of 0x%" G_GINT64_MODIFIER
                              "x bytes, 0x%" G_GINT64_MODIFIER
                              "x left of the total",
                              name, b.used_length, *left);
    }
    *left -= b.used_length;
    if (!page_size_follows(walk, *left == 0, &follows, error)) {
        return FALSE;
    }
    if (follows) {
        b.has_page_size = TRUE;
        if (!qevm_walk_be(walk, 8, "block page size", &b.page_size, error)) {
            return FALSE;
        }
    }
    if (walk->stream->capability_ignore_shared) {
        b.has_address = TRUE;
        if (!qevm_walk_be(walk, 8, "block address", &b.address, error)) {
            return FALSE;
        }
    }
    b.size = qevm_flow_offset(walk->flow) - b.offset;
    b.idstr = g_strdup(name);
    g_array_append_val(ram->blocks, b);
    if (walk->stream->capability_mapped_ram) {
        ram->mapped = TRUE;
        return walk_mapped_header(
            walk,
            &g_array_index(ram->blocks, QevmRamBlock, ram->blocks->len - 1),
            error);
    }
    return TRUE;
}

static gboolean
walk_start(QevmWalk *walk, QevmLiveSection *section, GError **error)
{
    QevmStream *stream = walk->stream;
    guint64 at = qevm_flow_offset(walk->flow), w, left;

    if (section->version_id != RAM_SAVE_VERSION) {
        return qevm_walk_fail(walk, at, error,
                              "version_id %u, only %d can be read",
                              section->version_id, RAM_SAVE_VERSION);
    }
    if (!qevm_walk_be(walk, 8, "block list word", &w, error)) {
        return FALSE;
    }
    /* The only flag here is MEM_SIZE, and lengths are multiples of a page,
     * so the page size need not be known. */
    if ((w & 0xff) != RAM_SAVE_FLAG_MEM_SIZE) {
        return qevm_walk_fail(walk, at, error,
                              "block list word is 0x%" G_GINT64_MODIFIER
                              "x, flags 0x04 wanted",
                              w);
    }
    left = w - RAM_SAVE_FLAG_MEM_SIZE;
    if (stream->ram) {
        return qevm_walk_fail(walk, at, error, "a second block list");
    }
    stream->ram = ram_new();
    stream->ram->total = left;
    stream->ram->list_offset = at + 8;
    while (left > 0) {
        if (!walk_block_entry(walk, stream->ram, &left, error)) {
            return FALSE;
        }
    }
    for (;;) {
        at = qevm_flow_offset(walk->flow);
        if (!qevm_walk_be(walk, 8, "record", &w, error)) {
            return FALSE;
        }
        if (w == RAM_SAVE_FLAG_EOS) {
            return TRUE;
        }
        if (w != RAM_SAVE_FLAG_MULTIFD_FLUSH) {
            return qevm_walk_fail(walk, at, error,
                                  "word 0x%" G_GINT64_MODIFIER
                                  "x after the block list, EOS (0x10) wanted",
                                  w);
        }
        stream->multifd = TRUE;
    }
}

/* What follows W and the name; FALSE: not in these bytes. */
static gboolean
body_size(const guint8 *p, gsize n, guint64 action, guint64 page, guint64 *size)
{
    switch (action) {
    case RAM_SAVE_FLAG_ZERO:
        *size = 1;
        return n >= 1;
    case RAM_SAVE_FLAG_PAGE:
        *size = page;
        return n >= page;
    case RAM_SAVE_FLAG_XBZRLE:
        *size = n >= 3 ? 3 + qevm_be_get(p + 1, 2) : 0;
        return n >= 3 && n >= *size;
    case RAM_SAVE_FLAG_COMPRESS_PAGE:
        *size = n >= 4 ? 4 + qevm_be_get(p, 4) : 0;
        return n >= 4 && n >= *size;
    default:
        return FALSE;
    }
}

/* How many records in a row make sense if pages have this size; -1: one does
 * not. */
static int
count_plausible(QevmWalk *walk, const guint8 *p, gsize n, guint64 page)
{
    int records = 0;

    while (n >= 8 && records < 1000) {
        guint64 w = qevm_be_get(p, 8), size = 0;
        guint64 flags = w & (page - 1);
        guint64 action = flags & ~(guint64)RAM_SAVE_FLAG_CONTINUE;
        guint64 offset = w & ~(page - 1);
        gsize used = 8;
        char name[256];

        if (flags == RAM_SAVE_FLAG_EOS) {
            return records + 1;
        }
        if (action != RAM_SAVE_FLAG_ZERO && action != RAM_SAVE_FLAG_PAGE &&
            action != RAM_SAVE_FLAG_XBZRLE &&
            action != RAM_SAVE_FLAG_COMPRESS_PAGE) {
            return flags == RAM_SAVE_FLAG_MULTIFD_FLUSH ? records : -1;
        }
        if (!(flags & RAM_SAVE_FLAG_CONTINUE)) {
            gsize len = n > 8 ? p[8] : 0;
            const QevmRamBlock *b;

            if (n < 9 + len) {
                break;
            }
            b = qevm_cstr8_get(p + 8, name)
                    ? qevm_ram_find(walk->stream->ram, name)
                    : NULL;
            if (!b || offset >= b->used_length) {
                return -1;
            }
            used += 1 + len;
        }
        if (!body_size(p + used, n - used, action, page, &size)) {
            break;
        }
        p += used + size;
        n -= used + size;
        records++;
    }
    return records;
}

/* Where neither vmdesc nor configuration tells the page size (a pipe, a
 * stream without vmdesc), the first records do: with a size too small or too
 * large they soon make no sense. Zero pages alone make sense with any size
 * that divides theirs, so of many records the largest size is the one. */
static gboolean
guess_page_size(QevmWalk *walk, GError **error)
{
    static const guint64 sizes[] = { 4096, 256,  512,   1024,
                                     2048, 8192, 16384, 65536 };
    enum { MANY = 8 };
    const guint8 *p;
    gsize got;
    int best = -1;

    if (!qevm_flow_peek_some(walk->flow, QEVM_FLOW_PEEK, &p, &got, error)) {
        return FALSE;
    }
    walk->stream->page_size = 4096;
    for (guint i = 0; i < G_N_ELEMENTS(sizes); i++) {
        int n = count_plausible(walk, p, got, sizes[i]);

        if (n > best ||
            (n == best && n >= MANY && sizes[i] > walk->stream->page_size)) {
            best = n;
            walk->stream->page_size = sizes[i];
        }
    }
    walk->stream->page_size_guess = walk->stream->page_size;
    return TRUE;
}

static gboolean
know_page_size(QevmWalk *walk, GError **error)
{
    if (walk->page_mask) {
        return TRUE;
    }
    if (!walk->stream->page_size && !guess_page_size(walk, error)) {
        return FALSE;
    }
    walk->page_mask = walk->stream->page_size - 1;
    return TRUE;
}

/* Looks blocks up by name, once. */
static void
know_blocks(QevmWalk *walk)
{
    GArray *blocks = walk->stream->ram ? walk->stream->ram->blocks : NULL;

    if (walk->blocks) {
        return;
    }
    walk->blocks = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; blocks && i < blocks->len; i++) {
        g_hash_table_insert(walk->blocks,
                            g_array_index(blocks, QevmRamBlock, i).idstr,
                            GINT_TO_POINTER((gint)i + 1));
    }
}

static gboolean
read_block(QevmWalk *walk, QevmRamPage *page, GError **error)
{
    const guint8 *p;
    gsize len;
    char name[256];
    gpointer found;

    page->head = 8;
    if (page->w & RAM_SAVE_FLAG_CONTINUE) {
        return walk->block_in >= 0 ||
               qevm_walk_fail(walk, page->at, error,
                              "a page of the same block as before, and none "
                              "was named yet");
    }
    if (!qevm_flow_peek(walk->flow, 9, "block name", &p, error)) {
        return FALSE;
    }
    len = p[8];
    if (!qevm_flow_peek(walk->flow, 9 + len, "block name", &p, error)) {
        return FALSE;
    }
    found = qevm_cstr8_get(p + 8, name)
                ? g_hash_table_lookup(walk->blocks, name)
                : NULL;
    if (!found) {
        g_autofree char *shown = g_strescape(name, NULL);

        return qevm_walk_fail(walk, page->at, error,
                              "a page of block `%s', which is not in the block "
                              "list",
                              shown);
    }
    page->turn = walk->block_in != GPOINTER_TO_INT(found) - 1;
    walk->block_in = GPOINTER_TO_INT(found) - 1;
    page->head += 1 + len;
    return TRUE;
}

/* Sizes up what follows the name. */
static gboolean
read_body(QevmWalk *walk, QevmRamPage *page, GError **error)
{
    const guint8 *p;
    guint64 body, limit = walk->page_mask + 1;
    QevmStream *s = walk->stream;

    switch (page->action) {
    case RAM_SAVE_FLAG_ZERO:
        if (!qevm_flow_peek(walk->flow, page->head + 1, "fill byte", &p,
                            error)) {
            return FALSE;
        }
        if (p[page->head] != 0 && !walk->fill_noted) {
            walk->fill_noted = TRUE;
            qevm_walk_note(walk,
                           "ram at 0x%" G_GINT64_MODIFIER
                           "x: a page filled with 0x%02x; QEMU 8.2 and newer "
                           "refuse that",
                           page->at, p[page->head]);
        }
        s->pages_zero += !walk->filter;
        body = 1;
        break;
    case RAM_SAVE_FLAG_PAGE:
        s->pages_normal += !walk->filter;
        body = limit;
        break;
    case RAM_SAVE_FLAG_XBZRLE:
        if (!qevm_flow_peek(walk->flow, page->head + 3, "XBZRLE header", &p,
                            error)) {
            return FALSE;
        }
        body = 3 + qevm_be_get(p + page->head + 1, 2);
        if (p[page->head] != ENCODING_FLAG_XBZRLE || body - 3 > limit) {
            return qevm_walk_fail(walk, page->at, error,
                                  "XBZRLE encoding %u of %" G_GUINT64_FORMAT
                                  " bytes",
                                  p[page->head], body - 3);
        }
        s->pages_xbzrle += !walk->filter;
        break;
    default:
        if (!qevm_flow_peek(walk->flow, page->head + 4, "compressed size", &p,
                            error)) {
            return FALSE;
        }
        body = 4 + qevm_be_get(p + page->head, 4);
        /* zlib's compressBound() of a page. */
        if (body - 4 > limit + limit / 1000 + 64) {
            return qevm_walk_fail(
                walk, page->at, error,
                "a compressed page of %" G_GUINT64_FORMAT " bytes", body - 4);
        }
        s->pages_compressed += !walk->filter;
        break;
    }
    page->size = page->head + body;
    return TRUE;
}

/* Shows a page to who wants to see it. */
static gboolean
visit_page(QevmWalk *walk, const QevmRamPage *page, GError **error)
{
    const QevmPageVisitor *v = walk->visitor;
    QevmPage shown = { .at = page->at,
                       .block = (guint)walk->block_in,
                       .offset = page->w & ~walk->page_mask,
                       .size = (gsize)walk->page_mask + 1,
                       .len = (gsize)page->size - page->head };
    gboolean zlib = page->action == RAM_SAVE_FLAG_COMPRESS_PAGE;
    /* The length of what follows, and XBZRLE's encoding. */
    gsize head = zlib ? 4 : page->action == RAM_SAVE_FLAG_XBZRLE ? 3 : 0;

    shown.kind = zlib                                 ? QEVM_PAGE_COMPRESSED
                 : head                               ? QEVM_PAGE_XBZRLE
                 : page->action == RAM_SAVE_FLAG_ZERO ? QEVM_PAGE_ZERO
                                                      : QEVM_PAGE_FULL;
    shown.len -= head;
    if (shown.size < QEVM_PAGE_SIZE_MIN || shown.size > QEVM_PAGE_SIZE_MAX) {
        g_set_error(error, QEVM_ERROR, QEVM_ERROR_UNSUPPORTED,
                    "at 0x%" G_GINT64_MODIFIER "x: pages of %" G_GSIZE_FORMAT
                    " bytes",
                    page->at, shown.size);
        return FALSE;
    }
    if (v->wanted && v->wanted(v->user, shown.block, shown.offset)) {
        if (!qevm_flow_peek(walk->flow, (gsize)page->size, "page", &shown.data,
                            error)) {
            return FALSE;
        }
        shown.data += page->head + head;
    }
    return v->page(v->user, &shown, error);
}

static gboolean
walk_page(QevmWalk *walk, guint64 w, GError **error)
{
    QevmRamPage page = { .at = qevm_flow_offset(walk->flow), .w = w };
    const QevmRamBlock *b;
    guint64 offset = w & ~walk->page_mask;

    page.action = w & walk->page_mask & ~(guint64)RAM_SAVE_FLAG_CONTINUE;
    if (!read_block(walk, &page, error)) {
        return FALSE;
    }
    b = &g_array_index(walk->stream->ram->blocks, QevmRamBlock, walk->block_in);
    if (offset >= b->used_length) {
        return qevm_walk_fail(walk, page.at, error,
                              "page 0x%" G_GINT64_MODIFIER
                              "x of block `%s', which has 0x%" G_GINT64_MODIFIER
                              "x bytes",
                              offset, b->idstr, b->used_length);
    }
    if (!read_body(walk, &page, error) ||
        (walk->visitor && !visit_page(walk, &page, error))) {
        return FALSE;
    }
    return walk->edit ? qevm_ram_filter_page(walk, &page, error)
                      : qevm_flow_pass(walk->flow, page.size, "page", error);
}

static gboolean
pass_eos(QevmWalk *walk, gboolean end, GError **error)
{
    return (!end || qevm_ram_filter_finish(walk, error)) &&
           qevm_flow_pass(walk->flow, 8, "record", error);
}

static gboolean
walk_records(QevmWalk *walk, gboolean end, GError **error)
{
    know_blocks(walk);
    for (;;) {
        const guint8 *p;
        guint64 w, flags;

        if (!qevm_flow_peek(walk->flow, 8, "record", &p, error)) {
            return FALSE;
        }
        w = qevm_be_get(p, 8);
        /* An EOS is one whatever the page size; an empty payload would let
         * guess nothing. */
        if (w == RAM_SAVE_FLAG_EOS) {
            return pass_eos(walk, end, error);
        }
        if (!know_page_size(walk, error)) {
            return FALSE;
        }
        flags = w & walk->page_mask;
        switch (flags & ~(guint64)RAM_SAVE_FLAG_CONTINUE) {
        case RAM_SAVE_FLAG_EOS:
            return pass_eos(walk, end, error);
        case RAM_SAVE_FLAG_MULTIFD_FLUSH:
            walk->stream->multifd = TRUE;
            if (!qevm_flow_pass(walk->flow, 8, "record", error)) {
                return FALSE;
            }
            break;
        case RAM_SAVE_FLAG_ZERO:
        case RAM_SAVE_FLAG_PAGE:
        case RAM_SAVE_FLAG_XBZRLE:
        case RAM_SAVE_FLAG_COMPRESS_PAGE:
            if (!walk_page(walk, w, error)) {
                return FALSE;
            }
            break;
        default:
            return qevm_walk_fail(walk, qevm_flow_offset(walk->flow), error,
                                  "unknown flags 0x%" G_GINT64_MODIFIER
                                  "x in word 0x%" G_GINT64_MODIFIER "x",
                                  flags, w);
        }
    }
}

static gboolean
walk_part(QevmWalk *walk, QevmLiveSection *section, GError **error)
{
    (void)section;
    return walk_records(walk, FALSE, error);
}

static gboolean
walk_end(QevmWalk *walk, QevmLiveSection *section, GError **error)
{
    return walk_records(walk, !qevm_walk_drops(walk, section->section_id),
                        error);
}

const QevmHandler qevm_handler_ram = {
    .idstr = "ram",
    .start = walk_start,
    .part = walk_part,
    .end = walk_end,
};

/* report-layouts.c - the layouts of a destination beside those of a stream. */
#include <string.h>

#include "cli/report.h"
#include "parser/path.h"
#include "rewrite/layout.h"

#define SOME_ITEMS 12 /* on one side of a row */
#define ROWS_MAX QEVM_HTML_MAX_LAYOUTS
#define NOT_TOLD G_MAXUINT64
#define LEVELS_MAX 32 /* of subsections */

/* The vmsds of one side. */
typedef struct {
    const QevmKnown *known;
    const QevmKnownVmsd *vmsd;
} Side;

/* Two of them being compared. */
typedef struct {
    QevmArena *arena; /* borrowed */
    GString *rows;    /* owned */
    Side b;           /* the destination's; its vmsd is NULL: none yet */
    gboolean dump;    /* b is all that may be sent, not what was */
    guint differences;
    guint level;
} Pairing;

static void
pairing_clear(Pairing *p)
{
    g_string_free(p->rows, TRUE);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Pairing, pairing_clear)

static const struct {
    const char *class, *what;
} words[] = {
    [QEVM_PAIR_SAME] = { "same", "the same" },
    [QEVM_PAIR_RENAMED] = { "same", "as many bytes, by another name" },
    [QEVM_PAIR_REGROUPED] = { "same", "as many bytes, divided otherwise" },
    [QEVM_PAIR_UNTOLD] = { "untold", "a size is not told" },
    [QEVM_PAIR_LENGTH] = { "untold", "a length is not told" },
    [QEVM_PAIR_RESIZED] = { "resized", "another size" },
    [QEVM_PAIR_EXTRA] = { "extra", "only in the stream" },
    [QEVM_PAIR_MISSING] = { "missing", "only at the destination" },
};

static const QevmLayoutItem *
item_of(const GArray *items, guint i)
{
    return &g_array_index(items, QevmLayoutItem, i);
}

/* ---- rows ---- */

/* Goes past an item. Only a stream tells what is sent, and how much of it. */
static void
advance(guint64 *pos, const QevmLayoutItem *item)
{
    guint64 bytes = qevm_layout_bytes(item);

    if (*pos != NOT_TOLD && !item->subsection &&
        (!bytes || !g_uint64_checked_add(pos, *pos, bytes))) {
        *pos = NOT_TOLD;
    }
}

static void
render_item(GString *html, const QevmLayoutItem *item, guint64 pos)
{
    g_autofree char *full = qevm_layout_path(item);
    g_autofree char *path = qevm_html_cut(full, 256);
    guint64 bytes = qevm_layout_bytes(item);

    g_string_append(html, "<div>");
    if (pos != NOT_TOLD && !item->subsection) {
        qevm_html(html, "<code>+0x%" G_GINT64_MODIFIER "x</code>", pos);
    }
    qevm_html(html, "<b>%s</b><small>", path);
    if (item->subsection) {
        qevm_html(html, "subsection, version %u", item->subsection->version_id);
    } else if (bytes) {
        qevm_html(html, "%" G_GUINT64_FORMAT " byte%s%s", bytes,
                  bytes == 1 ? "" : "s",
                  item->conditional ? ", on a condition" : "");
    } else {
        g_string_append(html, "size not told");
    }
    g_string_append(html, "</small></div>");
}

static void
render_items(GString *html, const GArray *items, guint first, guint n,
             guint64 *pos)
{
    g_string_append(html, "<td>");
    for (guint i = 0; i < n; i++) {
        if (i < SOME_ITEMS) {
            render_item(html, item_of(items, first + i), *pos);
        }
        advance(pos, item_of(items, first + i));
    }
    if (n > SOME_ITEMS) {
        qevm_html(html, "<em>... %u more</em>", n - SOME_ITEMS);
    }
    g_string_append(html, "</td>");
}

static void
skip_items(const GArray *items, guint first, guint n, guint64 *pos)
{
    for (guint i = 0; i < n; i++) {
        advance(pos, item_of(items, first + i));
    }
}

static void
render_same(GString *html, guint n)
{
    if (n) {
        qevm_html(html,
                  "<tr class=\"same\"><td colspan=\"3\">%u field%s the same"
                  "</td></tr>",
                  n, n == 1 ? " is" : "s are");
        g_string_append_c(html, '\n');
    }
}

/* ---- comparing ---- */

static void compare(Pairing *p, const Side *a, const Side *b,
                    const char *title);

static gboolean
is_difference(const Pairing *p, const QevmPair *pair, const GArray *b)
{
    if (pair->kind == QEVM_PAIR_MISSING && p->dump) {
        const QevmLayoutItem *item = item_of(b, pair->b);

        return !item->subsection && !item->conditional &&
               qevm_layout_bytes(item);
    }
    return pair->kind == QEVM_PAIR_RESIZED || pair->kind == QEVM_PAIR_EXTRA ||
           pair->kind == QEVM_PAIR_MISSING;
}

/* What one side alone has is one row, however many fields that are. Gives how
 * many pairs were added to *pair, which is number i. */
static guint
join_pairs(const Pairing *p, const GArray *pairs, guint i, const GArray *b,
           QevmPair *pair)
{
    guint n = 0;

    while ((pair->kind == QEVM_PAIR_EXTRA || pair->kind == QEVM_PAIR_MISSING) &&
           i + n + 1 < pairs->len) {
        const QevmPair *next = &g_array_index(pairs, QevmPair, i + n + 1);

        if (next->kind != pair->kind || !is_difference(p, next, b)) {
            break;
        }
        pair->n_a += next->n_a;
        pair->n_b += next->n_b;
        n++;
    }
    return n;
}

static void
render_pair(Pairing *p, const QevmPair *pair, const GArray *a, const GArray *b,
            guint64 pos[2])
{
    qevm_html(p->rows, "<tr class=\"%s\"><td>%s</td>", words[pair->kind].class,
              words[pair->kind].what);
    render_items(p->rows, a, pair->a, pair->n_a, &pos[0]);
    render_items(p->rows, b, pair->b, pair->n_b, &pos[1]);
    g_string_append(p->rows, "</tr>\n");
}

/* Subsections that both have are compared by themselves, behind the fields. */
static void
compare_subsections(Pairing *p, const Side *a, const Side *b,
                    const GArray *pairs, const GArray *items_a,
                    const GArray *items_b)
{
    for (guint i = 0; i < pairs->len; i++) {
        const QevmPair *pair = &g_array_index(pairs, QevmPair, i);
        Side sub_a = { a->known, NULL }, sub_b = { b->known, NULL };

        if (pair->n_a != 1 || pair->n_b != 1) {
            continue;
        }
        sub_a.vmsd = item_of(items_a, pair->a)->subsection;
        sub_b.vmsd = item_of(items_b, pair->b)->subsection;
        if (sub_a.vmsd && sub_b.vmsd) {
            compare(p, &sub_a, &sub_b, sub_a.vmsd->name);
        }
    }
}

/* `title`: of a subsection; NULL: the section itself. */
static void
compare(Pairing *p, const Side *a, const Side *b, const char *title)
{
    g_autoptr(GArray) items_a =
        qevm_layout_of(a->known, a->vmsd, a->vmsd->version_id, p->arena);
    g_autoptr(GArray) items_b = qevm_layout_of(
        b->known, b->vmsd, p->dump ? a->vmsd->version_id : b->vmsd->version_id,
        p->arena);
    g_autoptr(GArray) pairs = qevm_layout_align(items_a, items_b);
    guint64 start = p->dump ? NOT_TOLD : 0, pos[2] = { start, start };
    guint same = 0;

    if (p->level >= LEVELS_MAX) {
        return;
    }
    if (title) {
        g_autofree char *cut = qevm_html_cut(title, 256);

        qevm_html(p->rows,
                  "<tr class=\"inner\"><th scope=\"rowgroup\" colspan=\"3\">"
                  "{%s}</th></tr>",
                  cut);
    }
    for (guint i = 0; i < pairs->len && p->rows->len < ROWS_MAX; i++) {
        QevmPair pair = g_array_index(pairs, QevmPair, i);
        gboolean differs = is_difference(p, &pair, items_b);

        if (!differs && (p->dump || pair.kind == QEVM_PAIR_SAME)) {
            skip_items(items_a, pair.a, pair.n_a, &pos[0]);
            skip_items(items_b, pair.b, pair.n_b, &pos[1]);
            same += pair.n_a;
            continue;
        }
        i += join_pairs(p, pairs, i, items_b, &pair);
        p->differences += differs;
        render_same(p->rows, same);
        same = 0;
        render_pair(p, &pair, items_a, items_b, pos);
    }
    render_same(p->rows, same);
    p->level++;
    compare_subsections(p, a, b, pairs, items_a, items_b);
    p->level--;
}

/* ---- the destination ---- */

typedef struct {
    const QevmHtmlReport *report;
    GString *html;
    gsize end;
    QevmArena *arena;
    QevmKnown *stream;      /* owned */
    QevmKnown *reference;   /* owned; NULL: none */
    GHashTable *references; /* owned; record of the reference -> its vmsd */
    GHashTable *met;        /* owned; those records that were compared */
    guint same, unknown, left_out;
} Layouts;

static void
layouts_clear(Layouts *l)
{
    qevm_known_free(l->stream);
    qevm_known_free(l->reference);
    g_hash_table_unref(l->references);
    g_hash_table_unref(l->met);
    qevm_arena_free(l->arena);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Layouts, layouts_clear)

/* Does qevm_known_of_stream() have a device of it? */
static gboolean
is_known(const QevmRecord *r)
{
    return r->type == QEVM_RECORD_FULL || r->type == QEVM_RECORD_START;
}

static const QevmKnownDevice *
device_at(const QevmKnown *known, guint i)
{
    return &g_array_index(known->devices, QevmKnownDevice, i);
}

static void
read_reference(Layouts *l, QevmStream *reference, const QevmTarget *target)
{
    guint at = 0;

    l->reference = qevm_known_of_stream(reference, target->name, target->known);
    for (guint i = 0; i < reference->records->len; i++) {
        QevmRecord *r = g_ptr_array_index(reference->records, i);

        if (is_known(r)) {
            g_hash_table_insert(
                l->references, r,
                (gpointer)(guintptr)device_at(l->reference, at++)->vmsd);
        }
    }
}

/* ---- sections ---- */

/* The section of a reference; FALSE: it has none. */
static gboolean
compare_reference(Layouts *l, const QevmRecord *r, const Side *a, Pairing *p)
{
    QevmRecord *ref =
        qevm_target_section(l->report->target, r->idstr, r->instance_id);

    if (!ref) {
        return FALSE;
    }
    p->b = (Side){ l->reference, g_hash_table_lookup(l->references, ref) };
    g_hash_table_add(l->met, ref);
    if (!a->vmsd->undescribed && !p->b.vmsd->undescribed) {
        compare(p, a, &p->b, NULL);
    }
    return TRUE;
}

/* Of all vmsds of that name the one that is most like it; FALSE: none. */
static gboolean
compare_dumps(Layouts *l, const Side *a, Pairing *best)
{
    const GPtrArray *dumps = l->report->target->known;

    for (guint i = 0; i < dumps->len; i++) {
        const QevmKnown *known = g_ptr_array_index(dumps, i);
        const GPtrArray *same = qevm_known_named(known, a->vmsd->name);

        for (guint k = 0; same && k < same->len; k++) {
            g_auto(Pairing) p = { .arena = l->arena,
                                  .rows = g_string_new(NULL),
                                  .b = { known, g_ptr_array_index(same, k) },
                                  .dump = TRUE };

            compare(&p, a, &p.b, NULL);
            if (!best->b.vmsd || p.differences < best->differences) {
                Pairing worse = *best;

                *best = p;
                p = worse;
            }
        }
    }
    return best->b.vmsd != NULL;
}

static void
render_only(Layouts *l, const char *class, const char *what, const char *type)
{
    qevm_html(l->html, "<p><span class=\"badge %s\">%s</span> %s</p>", class,
              what, type);
    g_string_append_c(l->html, '\n');
}

static void
render_pairs(Layouts *l, const Pairing *p, const QevmKnownDevice *device,
             guint number)
{
    g_autofree char *versions =
        !p->dump && device->vmsd->version_id != p->b.vmsd->version_id
            ? g_strdup_printf(", version %u in the stream, %u at the "
                              "destination",
                              device->vmsd->version_id, p->b.vmsd->version_id)
            : NULL;

    if (!p->differences && !versions) {
        l->same++;
        return;
    }
    if (l->html->len + p->rows->len > l->end) {
        l->left_out++;
        return;
    }
    qevm_html(l->html,
              "<details class=\"pair\"><summary><b>%s</b><small>%u difference%s"
              "%s</small></summary><div class=\"wide\">"
              "<table><thead><tr><th scope=\"col\"></th><th scope=\"col\">",
              device->type, p->differences, p->differences == 1 ? "" : "s",
              versions ? versions : "");
    qevm_html_link(l->report, l->html, number, "In the stream");
    g_string_append(l->html, "</th><th scope=\"col\">At the destination</th>"
                             "</tr></thead><tbody>");
    g_string_append_len(l->html, p->rows->str, (gssize)p->rows->len);
    g_string_append(l->html, "</tbody></table></div></details>\n");
}

static void
render_section(Layouts *l, const QevmRecord *r, guint number,
               const QevmKnownDevice *device)
{
    g_auto(Pairing) p = { .arena = l->arena,
                          .rows = g_string_new(NULL),
                          .dump = !l->reference };
    const Side a = { l->stream, device->vmsd };

    if (l->reference && !compare_reference(l, r, &a, &p)) {
        render_only(l, "warning", "only in the stream", device->type);
    } else if (a.vmsd->undescribed ||
               (!l->reference && !compare_dumps(l, &a, &p)) ||
               p.b.vmsd->undescribed) {
        l->unknown++;
    } else {
        render_pairs(l, &p, device, number);
    }
}

static void
render_sections(Layouts *l)
{
    QevmStream *stream = l->report->stream;
    guint at = 0;

    for (guint i = 0; i < stream->records->len; i++) {
        const QevmRecord *r = g_ptr_array_index(stream->records, i);

        if (is_known(r)) {
            const QevmKnownDevice *device = device_at(l->stream, at++);

            if (l->html->len < l->end) {
                render_section(l, r, i, device);
            } else {
                l->left_out++;
            }
        }
    }
}

/* What the destination has besides. */
static void
render_missing(Layouts *l)
{
    QevmStream *reference = qevm_target_reference(l->report->target);
    guint at = 0;

    for (guint i = 0; i < reference->records->len; i++) {
        QevmRecord *r = g_ptr_array_index(reference->records, i);
        const char *type;

        if (!is_known(r)) {
            continue;
        }
        type = device_at(l->reference, at++)->type;
        if (!g_hash_table_contains(l->met, r) && l->html->len < l->end) {
            render_only(l, "note", "only at the destination", type);
        }
    }
}

/* ---- RAM ---- */

static void
render_blocks(Layouts *l, const QevmRam *a, const QevmRam *b)
{
    for (guint i = 0; i < a->blocks->len && l->html->len < l->end; i++) {
        const QevmRamBlock *here = &g_array_index(a->blocks, QevmRamBlock, i);
        const QevmRamBlock *there = qevm_ram_find(b, here->idstr);
        g_autofree char *name = qevm_path_quote(here->idstr);
        g_autofree char *here_text = qevm_html_number(here->used_length);
        g_autofree char *there_text =
            there ? qevm_html_number(there->used_length) : NULL;

        if (!there) {
            render_only(l, "warning", "only in the stream: RAM block", name);
        } else if (there->used_length != here->used_length) {
            qevm_html(l->html,
                      "<p><span class=\"badge warning\">RAM block of another "
                      "size</span> %s: %s bytes, at the destination %s</p>",
                      name, here_text, there_text);
        }
    }
    for (guint i = 0; i < b->blocks->len && l->html->len < l->end; i++) {
        const QevmRamBlock *there = &g_array_index(b->blocks, QevmRamBlock, i);
        g_autofree char *name = qevm_path_quote(there->idstr);

        if (!qevm_ram_find(a, there->idstr)) {
            render_only(l, "note", "only at the destination: RAM block", name);
        }
    }
}

static void
render_counts(const Layouts *l)
{
    if (l->same) {
        qevm_html(l->html, "<p>%u section%s the same layout on both sides.</p>",
                  l->same, l->same == 1 ? " has" : "s have");
    }
    if (l->unknown) {
        qevm_html(l->html,
                  "<p>%u section%s not compared: nothing describes one side."
                  "</p>",
                  l->unknown, l->unknown == 1 ? " was" : "s were");
    }
    if (l->left_out) {
        qevm_html(l->html,
                  "<p class=\"left-out\">%u sections are left out, for the "
                  "page to stay small.</p>",
                  l->left_out);
    }
}

void
qevm_html_layouts(const QevmHtmlReport *report, GString *html)
{
    const QevmTarget *target = report->target;
    QevmStream *reference = target ? qevm_target_reference(target) : NULL;
    g_auto(Layouts) l = { .report = report,
                          .html = html,
                          .end = html->len + QEVM_HTML_MAX_LAYOUTS,
                          .references = g_hash_table_new(NULL, NULL),
                          .met = g_hash_table_new(NULL, NULL),
                          .arena = qevm_arena_new() };

    if (!target) {
        return;
    }
    l.stream =
        qevm_known_of_stream(report->stream, report->name, target->known);
    qevm_html(html,
              "<section id=\"layouts\"><h2>Beside the destination</h2><p>What "
              "the stream has, and what %s reads. What counts are bytes, not "
              "names.</p>",
              report->against);
    g_string_append_c(html, '\n');
    if (reference) {
        read_reference(&l, reference, target);
    } else {
        /* Both as a dump has it: arrays once, whatever their length. */
        l.stream->sent = FALSE;
        g_string_append(html,
                        "<p>It is known by its descriptions alone, which tell "
                        "neither types nor all lengths: what seems to differ "
                        "here need not. The findings say what does.</p>\n");
    }
    render_sections(&l);
    if (reference) {
        render_missing(&l);
    }
    if (reference && reference->ram && report->stream->ram) {
        render_blocks(&l, report->stream->ram, reference->ram);
    }
    render_counts(&l);
    g_string_append(html, "</section>\n");
}

/* compare-layout.c - does what is saved for a vmsd go with what is loaded?
 *
 * The rules of VMState (docs/devel/migration/main.rst of QEMU) made checkable:
 * what is saved, in any condition, must be what is read.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <string.h>

#include "rewrite/compare-private.h"
#include "rewrite/layout.h"

#define FIELDS_SHOWN 4

/* A vmsd with a version of its own on the wire: of a section or subsection. */
typedef struct {
    QevmCompare *c;
    const char *path; /* of it */
    gboolean section; /* the path has no "//" yet */
    GArray *a, *b;    /* items */
    GArray *pairs;
    gboolean balanced; /* what only one side has is as many bytes as what only
                          the other has */
    gboolean misread;  /* ... which was reported */
} Pairing;

static char *
join(const Pairing *p, const char *below)
{
    return g_strconcat(p->path, p->section ? "//" : "/", below, NULL);
}

static char *
item_path(const Pairing *p, const QevmLayoutItem *item)
{
    g_autofree char *below = qevm_layout_path(item);

    return join(p, below);
}

static const QevmLayoutItem *
item_of(const GArray *items, guint i)
{
    return &g_array_index(items, QevmLayoutItem, i);
}

/* ---- several fields in a row ---- */

/* Items first .. first + n - 1 of one side. */
typedef struct {
    const GArray *items;
    guint first, n;
} Run;

static gboolean
is_in(const Run *run, gint64 i, const QevmLayoutLevel *level)
{
    return i >= 0 && i < run->items->len &&
           qevm_layout_is_in(item_of(run->items, (guint)i), level);
}

/* The outermost struct that has all of the run and nothing else; NULL: none.
 * The items of a struct are in a row. */
static const QevmLayoutLevel *
run_level(const Run *run)
{
    const QevmLayoutLevel *found = NULL;
    gint64 first = run->first, last = first + run->n - 1;

    for (const QevmLayoutLevel *l = item_of(run->items, run->first)->level; l;
         l = l->up) {
        if (is_in(run, first - 1, l) || is_in(run, last + 1, l)) {
            break;
        }
        if (is_in(run, last, l)) {
            found = l;
        }
    }
    return found;
}

static char *
run_path(const Pairing *p, const Run *run)
{
    const QevmLayoutLevel *level = run_level(run);
    g_autofree char *below =
        level ? qevm_layout_level_path(level)
              : qevm_layout_path(item_of(run->items, run->first));

    return join(p, below);
}

/* "4 bytes", "4 bytes or more" if it is not told what is an array, or "some
 * bytes" */
static char *
run_bytes(const Run *run)
{
    guint64 sum = 0;
    gboolean more = FALSE;

    for (guint i = 0; i < run->n; i++) {
        const QevmLayoutItem *item = item_of(run->items, run->first + i);
        guint64 bytes = qevm_layout_bytes(item);

        if (!bytes || !g_uint64_checked_add(&sum, sum, bytes)) {
            return g_strdup("some bytes");
        }
        more = more || (!item->count_told && !item->arrays_told);
    }
    return g_strdup_printf("%" G_GUINT64_FORMAT " byte%s%s", sum,
                           sum == 1 ? "" : "s", more ? " or more" : "");
}

/* "a, b, ..." */
static char *
run_names(const Run *run)
{
    g_autoptr(GString) text = g_string_new("");

    for (guint i = 0; i < MIN(run->n, FIELDS_SHOWN); i++) {
        g_string_append_printf(text, "%s%s", i ? ", " : "",
                               item_of(run->items, run->first + i)->name);
    }
    if (run->n > FIELDS_SHOWN) {
        g_string_append(text, ", ...");
    }
    return g_string_free(g_steal_pointer(&text), FALSE);
}

/* "4 bytes", and of several fields "24 bytes in 3 fields: a, b, c" */
static char *
run_text(const Run *run)
{
    g_autofree char *bytes = run_bytes(run);
    g_autofree char *names = run_names(run);

    return run->n == 1
               ? g_steal_pointer(&bytes)
               : g_strdup_printf("%s in %u fields: %s", bytes, run->n, names);
}

/* ---- what one side lacks ---- */

/* Is it there in every state? */
static gboolean
is_certain(const QevmLayoutItem *item)
{
    return !item->subsection && !item->conditional;
}

/* The bytes that an item has in every state; FALSE: not told. */
static gboolean
certain_bytes(const QevmLayoutItem *item, guint64 *bytes)
{
    *bytes = is_certain(item) ? qevm_layout_bytes(item) : 0;
    return !is_certain(item) || (*bytes && !item->opaque);
}

/* QEMU counts bytes, no fields: where one side has as many more in one place
 * as it has less in another, it loads them, for others. */
static gboolean
is_balanced(const Pairing *p)
{
    guint64 sent = 0, read = 0;
    gboolean uneven = FALSE;

    for (guint i = 0; i < p->pairs->len; i++) {
        const QevmPair *pair = &g_array_index(p->pairs, QevmPair, i);
        guint64 bytes_a = 0, bytes_b = 0;

        if (pair->kind == QEVM_PAIR_EXTRA || pair->kind == QEVM_PAIR_RESIZED) {
            uneven = TRUE;
            if (!certain_bytes(item_of(p->a, pair->a), &bytes_a)) {
                return FALSE;
            }
        }
        if (pair->kind == QEVM_PAIR_MISSING ||
            pair->kind == QEVM_PAIR_RESIZED) {
            uneven = TRUE;
            if (!certain_bytes(item_of(p->b, pair->b), &bytes_b)) {
                return FALSE;
            }
        }
        sent += bytes_a;
        read += bytes_b;
    }
    return uneven && sent == read;
}

/* Where the bytes are that make up for it. */
static char *
counterpart(const Pairing *p, gboolean extra)
{
    QevmPairKind other = extra ? QEVM_PAIR_MISSING : QEVM_PAIR_EXTRA;

    for (guint i = 0; i < p->pairs->len; i++) {
        const QevmPair *pair = &g_array_index(p->pairs, QevmPair, i);
        const QevmLayoutItem *item =
            extra ? item_of(p->b, pair->b) : item_of(p->a, pair->a);

        if (pair->kind == other && is_certain(item)) {
            return item_path(p, item);
        }
    }
    return NULL;
}

/* The first one tells of all. */
static void
report_misread(Pairing *p, const char *path, const char *text, gboolean extra)
{
    g_autofree char *other = counterpart(p, extra);

    if (!p->misread) {
        p->misread = TRUE;
        qevm_compare_report(p->c, "field-misread", path,
                            "%s%s%s; as many bytes in all, so that QEMU takes "
                            "fields for others and does not notice",
                            text, other ? "; the other way round: " : "",
                            other ? other : "");
    }
}

static void
report_shift(Pairing *p, const char *path, const char *text, gboolean extra)
{
    g_autofree char *sentence = g_strdup_printf(
        extra ? "sent, and not read: %s" : "read, and not sent: %s", text);

    if (p->balanced) {
        report_misread(p, path, sentence, extra);
    } else {
        qevm_compare_report(p->c, extra ? "field-extra" : "field-missing", path,
                            "%s", sentence);
    }
}

/* Subsections of one name come in any order (vmstate_subsection_load()). */
static void
report_subsection(Pairing *p, const QevmLayoutItem *item)
{
    g_autofree char *path = item_path(p, item);

    qevm_compare_report(
        p->c, "subsection-optional", path, "%s",
        p->c->to->sent
            ? "the destination's own state does not have this subsection"
            : "the destination does not know this subsection, and refuses it "
              "if it is sent");
}

static void
report_run(Pairing *p, const Run *run, gboolean extra)
{
    const QevmLayoutItem *item = item_of(run->items, run->first);
    g_autofree char *path = run_path(p, run);
    g_autofree char *text = run_text(run);

    if (item->subsection) {
        if (extra) {
            report_subsection(p, item);
        }
    } else if (item->conditional) {
        qevm_compare_report(p->c, "field-conditional", path,
                            extra ? "sent if a condition holds, never read: %s"
                                  : "read if a condition holds, never sent: %s",
                            text);
    } else {
        report_shift(p, path, text, extra);
    }
}

/* Is pair i something that only one side has, and goes on from pair i - 1? */
static gboolean
goes_on(const Pairing *p, guint i)
{
    const QevmPair *pair = &g_array_index(p->pairs, QevmPair, i), *before;
    const QevmLayoutItem *item, *last;

    if (i == 0) {
        return FALSE;
    }
    before = pair - 1;
    if (before->kind != pair->kind) {
        return FALSE;
    }
    item = pair->n_a ? item_of(p->a, pair->a) : item_of(p->b, pair->b);
    last = pair->n_a ? item_of(p->a, before->a) : item_of(p->b, before->b);
    return !item->subsection && !last->subsection &&
           !item->conditional == !last->conditional;
}

/* Of several pairs in a row the first one tells. */
static void
report_gap(Pairing *p, guint i)
{
    const QevmPair *pair = &g_array_index(p->pairs, QevmPair, i);
    gboolean extra = pair->kind == QEVM_PAIR_EXTRA;
    Run run = { extra ? p->a : p->b, extra ? pair->a : pair->b, 1 };

    if (goes_on(p, i)) {
        return;
    }
    while (i + run.n < p->pairs->len && goes_on(p, i + run.n)) {
        run.n++;
    }
    report_run(p, &run, extra);
}

/* ---- what both have ---- */

static void
report_resized(Pairing *p, const QevmLayoutItem *a, const QevmLayoutItem *b)
{
    g_autofree char *path = item_path(p, b);
    guint64 bytes_a = qevm_layout_bytes(a), bytes_b = qevm_layout_bytes(b);
    g_autofree char *sentence = g_strdup_printf(
        "%" G_GUINT64_FORMAT " bytes sent, %" G_GUINT64_FORMAT " read", bytes_a,
        bytes_b);

    if (a->opaque || b->opaque) {
        qevm_compare_report(p->c, "field-opaque", path, "%s", sentence);
    } else if (a->conditional || b->conditional) {
        qevm_compare_report(p->c, "field-conditional", path,
                            "%s, if a condition holds", sentence);
    } else if (p->balanced) {
        report_misread(p, path, sentence, bytes_a > bytes_b);
    } else {
        qevm_compare_report(p->c, "field-resized", path, "%s", sentence);
    }
}

static void
report_length(Pairing *p, const QevmLayoutItem *a, const QevmLayoutItem *b)
{
    g_autofree char *path = item_path(p, b);

    qevm_compare_report(
        p->c, a->opaque || b->opaque ? "field-opaque" : "field-length", path,
        "%" G_GUINT64_FORMAT " element%s sent, %" G_GUINT64_FORMAT
        " read, or as many as another field tells",
        a->count, a->count == 1 ? "" : "s", b->count);
}

/* The lengths of the arrays that items are in, from the outside. */
static void
report_levels(Pairing *p, const QevmLayoutLevel *a, const QevmLayoutLevel *b)
{
    if (!a || !b) {
        return;
    }
    report_levels(p, a->up, b->up);
    if (a->count && b->count && a->count != b->count) {
        g_autofree char *below = qevm_layout_level_path(b);
        g_autofree char *path = join(p, below);

        qevm_compare_report(p->c, "field-resized", path,
                            "%" G_GUINT64_FORMAT
                            " elements sent, %" G_GUINT64_FORMAT " read",
                            a->count, b->count);
    }
}

/* What is the same, for all that is told, under other names. */
static void
report_names(Pairing *p, const QevmPair *pair)
{
    const Run a = { p->a, pair->a, pair->n_a },
              b = { p->b, pair->b, pair->n_b };
    const QevmLayoutItem *item_b = item_of(p->b, pair->b);
    g_autofree char *path = item_path(p, item_of(p->a, pair->a));
    g_autofree char *other = qevm_layout_path(item_b);
    g_autofree char *names_a = run_names(&a), *names_b = run_names(&b);
    g_autofree char *bytes_a = run_bytes(&a);
    g_autofree char *bytes_b = run_bytes(&b);

    if (pair->kind == QEVM_PAIR_RENAMED) {
        qevm_compare_report(p->c, "field-renamed", path,
                            "the destination calls it %s", other);
    } else if (pair->kind == QEVM_PAIR_REGROUPED) {
        qevm_compare_report(p->c, "field-regrouped", path,
                            "%s, divided otherwise: %s is sent, %s is read",
                            bytes_a, names_a, names_b);
    } else if (pair->n_a > 1 || pair->n_b > 1 ||
               strcmp(item_of(p->a, pair->a)->name, item_b->name) != 0) {
        qevm_compare_report(p->c, "field-untold", path,
                            "%s is sent (%s), %s is read (%s)", names_a,
                            bytes_a, names_b, bytes_b);
    }
}

/* Has one side a condition and the other not? 1: what is sent, -1: what is
 * read. */
static int
condition_of(const Pairing *p, guint i)
{
    const QevmPair *pair =
        i < p->pairs->len ? &g_array_index(p->pairs, QevmPair, i) : NULL;

    if (!pair || pair->n_a != 1 || pair->n_b != 1 ||
        pair->kind == QEVM_PAIR_RESIZED) {
        return 0;
    }
    return (item_of(p->a, pair->a)->conditional ? 1 : 0) -
           (item_of(p->b, pair->b)->conditional ? 1 : 0);
}

/* Of several pairs in a row the first one tells. */
static void
report_condition(Pairing *p, guint i)
{
    int which = condition_of(p, i);
    Run run = { p->b, g_array_index(p->pairs, QevmPair, i).b, 0 };
    g_autofree char *path = NULL, *text = NULL;

    if (!which || (i && condition_of(p, i - 1) == which)) {
        return;
    }
    while (condition_of(p, i + run.n) == which) {
        run.n++;
    }
    path = run_path(p, &run);
    text = run_text(&run);
    qevm_compare_report(p->c, "field-conditional", path,
                        which > 0
                            ? "sent if a condition holds, always read: %s"
                            : "always sent, read if a condition holds: %s",
                        text);
}

static void
compare_subsection(Pairing *p, const QevmPair *pair)
{
    const QevmLayoutItem *a = item_of(p->a, pair->a);
    g_autofree char *path = item_path(p, a);

    qevm_compare_vmsds(p->c, path, FALSE, a->subsection,
                       item_of(p->b, pair->b)->subsection);
}

static void
report_pair(Pairing *p, guint i)
{
    const QevmPair *pair = &g_array_index(p->pairs, QevmPair, i);
    const QevmLayoutItem *a = item_of(p->a, pair->a);
    const QevmLayoutItem *b = item_of(p->b, pair->b);

    if (a->subsection) {
        compare_subsection(p, pair);
        return;
    }
    report_levels(p, a->level, b->level);
    if (pair->kind == QEVM_PAIR_RESIZED) {
        report_resized(p, a, b);
    } else if (pair->kind == QEVM_PAIR_LENGTH) {
        report_length(p, a, b);
    } else if (pair->kind != QEVM_PAIR_SAME) {
        report_names(p, pair);
    }
    report_condition(p, i);
}

/* ---- versions ---- */

/* FALSE: QEMU refuses the state before it reads any of it
 * (vmstate_load_state(); of sections, migration/savevm.c:
 * qemu_loadvm_section_start_full()), or what it reads of another version is
 * not told. */
static gboolean
compare_versions(QevmCompare *c, const char *path, const QevmKnownVmsd *from,
                 const QevmKnownVmsd *to)
{
    if (from->version_id > to->version_id) {
        qevm_compare_report(
            c, "version-too-new", path,
            "the source sends version %u, the destination takes %u at most",
            from->version_id, to->version_id);
        return FALSE;
    }
    if (from->version_id < to->minimum_version_id) {
        qevm_compare_report(
            c, "version-too-old", path,
            "the source sends version %u, the destination takes %u at least",
            from->version_id, to->minimum_version_id);
        return FALSE;
    }
    if (c->to->sent && from->version_id < to->version_id) {
        qevm_compare_report(
            c, "version-untold", path,
            "the source sends version %u, the destination %u; whether it "
            "takes the older one its stream does not tell",
            from->version_id, to->version_id);
        return FALSE;
    }
    if (from->minimum_version_id < to->minimum_version_id) {
        qevm_compare_report(
            c, "minimum-raised", path,
            "the source takes version %u and later, the destination %u and "
            "later",
            from->minimum_version_id, to->minimum_version_id);
    }
    return TRUE;
}

void
qevm_compare_vmsds(QevmCompare *c, const char *path, gboolean section,
                   const QevmKnownVmsd *from, const QevmKnownVmsd *to)
{
    g_autoptr(QevmArena) arena = NULL;
    g_autoptr(GArray) a = NULL, b = NULL, pairs = NULL;
    Pairing p = { .c = c, .path = path, .section = section };

    if (!compare_versions(c, path, from, to) || from->undescribed ||
        to->undescribed) {
        return;
    }
    arena = qevm_arena_new();
    p.a = a = qevm_layout_of(c->from, from, from->version_id, arena);
    p.b = b = qevm_layout_of(c->to, to, from->version_id, arena);
    p.pairs = pairs = qevm_layout_align(a, b);
    p.balanced = is_balanced(&p);
    for (guint i = 0; i < pairs->len; i++) {
        const QevmPair *pair = &g_array_index(pairs, QevmPair, i);

        if (pair->kind == QEVM_PAIR_EXTRA || pair->kind == QEVM_PAIR_MISSING) {
            report_gap(&p, i);
        } else {
            report_pair(&p, i);
        }
    }
}

/* lend.c - who can lend a description, and whether it fits.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "parser/lend.h"

#include "parser/lend-file.h"
#include "parser/pointers.h"

#include <string.h>

#define WINDOW_FIRST 4096 /* bytes read behind what was lent */
#define WINDOW_MAX (G_GUINT64_CONSTANT(1) << 30)
#define TRIES_MAX 64   /* descriptions tried on one section */
#define VARIANTS_MAX 8 /* layouts of one vmsd that are kept */
#define ELASTIC_MAX 16 /* leaves tried for one that is longer or shorter */

/* A device, and who lends it. */
typedef struct {
    const QevmDevice *device;
    const char *whose;
} Offer;

typedef struct {
    QevmVmdesc *vmdesc;
    char *whose;
} Lender;

struct QevmLend {
    gint references;
    GPtrArray *lenders;     /* Lender */
    GHashTable *by_section; /* instance and idstr -> GPtrArray of Offer */
    GHashTable *by_idstr;   /* idstr -> GPtrArray of Offer */
    GHashTable *by_vmsd;    /* vmsd name -> GPtrArray of Offer */
    GHashTable *inner;      /* "vmsd\n{subsection}", "vmsd\nlist" -> vmsd */
    GHashTable *with_subs;  /* names of vmsds with subsections */
    GHashTable *variants;   /* vmsd name -> GPtrArray of vmsds */
    GHashTable *memos;      /* vmsd -> guint */
    char *shipped; /* a directory; NULL: what was added was asked for */
    gboolean read; /* the directory was */
};

static void
lender_free(gpointer p)
{
    Lender *l = p;

    qevm_vmdesc_free(l->vmdesc);
    g_free(l->whose);
    g_free(l);
}

static void
offers_free(gpointer p)
{
    g_ptr_array_unref(p);
}

QevmLend *
qevm_lend_new(void)
{
    QevmLend *l = g_new0(QevmLend, 1);

    l->references = 1;
    l->lenders = g_ptr_array_new_with_free_func(lender_free);
    l->by_section =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, offers_free);
    l->by_idstr =
        g_hash_table_new_full(g_str_hash, g_str_equal, NULL, offers_free);
    l->by_vmsd =
        g_hash_table_new_full(g_str_hash, g_str_equal, NULL, offers_free);
    l->inner = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    l->with_subs = g_hash_table_new(g_str_hash, g_str_equal);
    l->variants =
        g_hash_table_new_full(g_str_hash, g_str_equal, NULL, offers_free);
    l->memos = g_hash_table_new(NULL, NULL);
    return l;
}

QevmLend *
qevm_lend_ref(QevmLend *lend)
{
    if (lend) {
        lend->references++;
    }
    return lend;
}

void
qevm_lend_unref(QevmLend *lend)
{
    if (!lend || --lend->references > 0) {
        return;
    }
    g_hash_table_unref(lend->by_section);
    g_hash_table_unref(lend->by_idstr);
    g_hash_table_unref(lend->by_vmsd);
    g_hash_table_unref(lend->inner);
    g_hash_table_unref(lend->with_subs);
    g_hash_table_unref(lend->variants);
    g_hash_table_unref(lend->memos);
    g_ptr_array_unref(lend->lenders);
    g_free(lend->shipped);
    g_free(lend);
}

/* ---- what each lender has ---- */

static char *
inner_key(const char *vmsd, const char *name, gboolean subsection)
{
    return g_strconcat(vmsd, subsection ? "\n{" : "\n", name, NULL);
}

static void
add_inner(QevmLend *l, const QevmVmsd *of, const char *name,
          gboolean subsection, const QevmVmsd *vmsd)
{
    g_autofree char *key = inner_key(of->name, name, subsection);

    if (!g_hash_table_contains(l->inner, key)) {
        g_hash_table_insert(l->inner, g_steal_pointer(&key),
                            (gpointer)(guintptr)vmsd);
    }
}

static gboolean
same_fields(const QevmVmsd *a, const QevmVmsd *b)
{
    if (a->n_fields != b->n_fields) {
        return FALSE;
    }
    for (guint i = 0; i < a->n_fields; i++) {
        if (!qevm_lend_same_field(a->fields[i], b->fields[i])) {
            return FALSE;
        }
    }
    return TRUE;
}

static void
add_variant(QevmLend *l, const QevmVmsd *vmsd)
{
    GPtrArray *list = g_hash_table_lookup(l->variants, vmsd->name);

    if (!list) {
        list = g_ptr_array_new();
        g_hash_table_insert(l->variants, (gpointer)(guintptr)vmsd->name, list);
    }
    for (guint i = 0; i < list->len; i++) {
        if (same_fields(g_ptr_array_index(list, i), vmsd)) {
            return;
        }
    }
    if (list->len < VARIANTS_MAX) {
        g_ptr_array_add(list, (gpointer)(guintptr)vmsd);
    }
}

static void
index_vmsd(QevmLend *l, const QevmVmsd *vmsd)
{
    if (vmsd->name) {
        add_variant(l, vmsd);
    }
    for (guint i = 0; i < vmsd->n_fields; i++) {
        const QevmFieldDesc *f = vmsd->fields[i];

        if (f->shape == QEVM_SHAPE_LIST && f->n_vmsds && vmsd->name) {
            add_inner(l, vmsd, f->name, FALSE, f->vmsds[0]);
        }
        for (guint k = 0; k < f->n_vmsds; k++) {
            index_vmsd(l, f->vmsds[k]);
        }
    }
    for (guint i = 0; i < vmsd->n_subsections; i++) {
        const QevmVmsd *sub = vmsd->subsections[i];

        if (vmsd->name && sub->name) {
            g_hash_table_add(l->with_subs, (gpointer)(guintptr)vmsd->name);
            add_inner(l, vmsd, sub->name, TRUE, sub);
        }
        index_vmsd(l, sub);
    }
}

/* Takes over `key` where the table has keys of its own. */
static void
add_offer(GHashTable *table, char *key, const QevmDevice *device,
          const char *whose)
{
    GPtrArray *offers = g_hash_table_lookup(table, key);
    Offer *offer = g_new0(Offer, 1);

    offers = offers ? g_ptr_array_ref(offers)
                    : g_ptr_array_new_with_free_func(g_free);
    g_hash_table_insert(table, key, g_ptr_array_ref(offers));
    offer->device = device;
    offer->whose = whose;
    g_ptr_array_add(offers, offer);
    g_ptr_array_unref(offers);
}

static char *
section_key(const char *idstr, guint32 instance_id)
{
    return g_strdup_printf("%u %s", instance_id, idstr);
}

void
qevm_lend_add(QevmLend *lend, QevmVmdesc *vmdesc, const char *whose)
{
    Lender *lender = g_new0(Lender, 1);

    lender->vmdesc = vmdesc;
    lender->whose = g_strdup(whose);
    g_ptr_array_add(lend->lenders, lender);
    g_hash_table_remove_all(lend->memos);
    for (guint i = 0; i < vmdesc->n_devices; i++) {
        const QevmDevice *d = &vmdesc->devices[i];

        index_vmsd(lend, d->vmsd);
        add_offer(lend->by_section, section_key(d->name, d->instance_id), d,
                  lender->whose);
        add_offer(lend->by_idstr, (char *)(guintptr)d->name, d, lender->whose);
        if (d->vmsd->name) {
            add_offer(lend->by_vmsd, (char *)(guintptr)d->vmsd->name, d,
                      lender->whose);
        }
    }
}

gboolean
qevm_lend_add_file(QevmLend *lend, const char *path, GError **error)
{
    g_autofree char *whose = NULL;
    QevmVmdesc *vmdesc = qevm_lend_file_load(path, &whose, error);

    if (!vmdesc) {
        return FALSE;
    }
    qevm_lend_add(lend, vmdesc, whose);
    return TRUE;
}

void
qevm_lend_set_shipped(QevmLend *lend, const char *directory)
{
    g_free(lend->shipped);
    lend->shipped = g_strdup(directory);
    lend->read = FALSE;
}

gboolean
qevm_lend_is_shipped(const QevmLend *lend)
{
    return lend->shipped != NULL;
}

static gint
compare_names(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void
read_shipped(QevmLend *lend, GPtrArray *notes)
{
    GDir *dir = g_dir_open(lend->shipped, 0, NULL);
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    const char *name;

    lend->read = TRUE;
    while (dir && (name = g_dir_read_name(dir))) {
        if (g_str_has_suffix(name, ".json")) {
            g_ptr_array_add(names, g_build_filename(lend->shipped, name, NULL));
        }
    }
    g_clear_pointer(&dir, g_dir_close);
    g_ptr_array_sort(names, compare_names);
    for (guint i = 0; i < names->len; i++) {
        g_autoptr(GError) error = NULL;

        if (!qevm_lend_add_file(lend, g_ptr_array_index(names, i), &error)) {
            g_ptr_array_add(notes, g_strdup(error->message));
        }
    }
}

gboolean
qevm_lend_ready(QevmLend *lend, GPtrArray *notes)
{
    if (lend->shipped && !lend->read) {
        read_shipped(lend, notes);
    }
    return lend->lenders->len > 0;
}

/* ---- questions of the walk ---- */

const QevmVmsd *
qevm_lend_subsection(const QevmLend *lend, const QevmVmsd *of, const char *name,
                     guint *next, guint64 *work)
{
    g_autofree char *key = NULL;

    for (guint i = 0; i<of->n_subsections && * work> 0; i++) {
        guint k = (*next + i) % of->n_subsections;

        --*work;
        if (g_strcmp0(of->subsections[k]->name, name) == 0) {
            *next = k + 1;
            return of->subsections[k];
        }
    }
    key = inner_key(of->name, name, TRUE);
    return g_hash_table_lookup(lend->inner, key);
}

gboolean
qevm_lend_has_subsections(const QevmLend *lend, const QevmVmsd *of)
{
    return of->name && g_hash_table_contains(lend->with_subs, of->name);
}

const QevmVmsd *
qevm_lend_element(const QevmLend *lend, const QevmVmsd *of,
                  const QevmFieldDesc *list)
{
    g_autofree char *key =
        of->name ? inner_key(of->name, list->name, FALSE) : NULL;

    return key ? g_hash_table_lookup(lend->inner, key) : NULL;
}

const GPtrArray *
qevm_lend_variants(const QevmLend *lend, const QevmVmsd *of)
{
    const GPtrArray *list =
        of->name ? g_hash_table_lookup(lend->variants, of->name) : NULL;

    return list && list->len > 1 ? list : NULL;
}

guint
qevm_lend_memo(const QevmLend *lend, const QevmVmsd *vmsd)
{
    return GPOINTER_TO_UINT(g_hash_table_lookup(lend->memos, vmsd));
}

void
qevm_lend_set_memo(const QevmLend *lend, const QevmVmsd *vmsd, guint memo)
{
    g_hash_table_insert(lend->memos, (gpointer)(guintptr)vmsd,
                        GUINT_TO_POINTER(memo));
}

/* ---- describing a section ---- */

/* An idstr is the device's place, a slash, and the vmsd's name; or the name
 * alone (migration/savevm.c:vmstate_register_with_alias_id()). */
static const GPtrArray *
offers_by_vmsd(const QevmLend *lend, const char *idstr)
{
    const char *slash = strrchr(idstr, '/');

    return g_hash_table_lookup(lend->by_vmsd, slash ? slash + 1 : idstr);
}

gboolean
qevm_lend_knows(const QevmLend *lend, const char *idstr, guint32 version_id)
{
    const GPtrArray *lists[] = { g_hash_table_lookup(lend->by_idstr, idstr),
                                 offers_by_vmsd(lend, idstr) };

    for (guint i = 0; i < G_N_ELEMENTS(lists); i++) {
        for (guint k = 0; lists[i] && k < lists[i]->len; k++) {
            const Offer *o = g_ptr_array_index(lists[i], k);

            if (o->device->legacy || o->device->vmsd->version == version_id) {
                return TRUE;
            }
        }
    }
    return FALSE;
}

static gboolean
same_device(gconstpointer a, gconstpointer b)
{
    return ((const Offer *)a)->device == ((const Offer *)b)->device;
}

/* Adds what `prefer` lends, or else what others do, up to so many in all. */
static void
add_candidates(GPtrArray *list, const GPtrArray *offers, const QevmLendAsk *ask,
               gboolean preferred)
{
    for (guint i = 0; offers && i < offers->len && list->len < TRIES_MAX; i++) {
        Offer *o = g_ptr_array_index(offers, i);

        if ((o->whose == ask->prefer) == preferred &&
            !g_ptr_array_find_with_equal_func(list, o, same_device, NULL)) {
            g_ptr_array_add(list, o);
        }
    }
}

/* Whom to ask, the likeliest first: those who have the section itself, then
 * those who have the same kind of device elsewhere. */
static GPtrArray *
candidates(const QevmLend *lend, const QevmLendAsk *ask)
{
    g_autofree char *key = section_key(ask->idstr, ask->instance_id);
    const GPtrArray *lists[] = { g_hash_table_lookup(lend->by_section, key),
                                 g_hash_table_lookup(lend->by_idstr,
                                                     ask->idstr),
                                 offers_by_vmsd(lend, ask->idstr) };
    GPtrArray *list = g_ptr_array_new();

    for (guint pass = ask->prefer ? 0 : 1; pass < 2; pass++) {
        for (guint i = 0; i < G_N_ELEMENTS(lists); i++) {
            add_candidates(list, lists[i], ask, pass == 0);
        }
    }
    return list;
}

/* The payload's bytes as far as they were wanted. */
typedef struct {
    const QevmLendAsk *ask;
    GBytes *bytes; /* owned; NULL: not read yet */
} Window;

static gboolean
widen(Window *w, guint64 want, GError **error)
{
    guint64 n = MIN(MIN(want, w->ask->max), WINDOW_MAX);

    if (w->bytes && g_bytes_get_size(w->bytes) >= n) {
        return TRUE;
    }
    g_clear_pointer(&w->bytes, g_bytes_unref);
    if (n / 64 > *w->ask->work) {
        g_set_error(error, QEVM_ERROR, QEVM_ERROR_LIMIT,
                    "describing it by what is lent takes too long");
        return FALSE;
    }
    *w->ask->work -= n / 64;
    w->bytes =
        qevm_source_get(w->ask->source, w->ask->offset, n, "payload", error);
    return w->bytes != NULL;
}

/* Reads with as many bytes as it takes. */
static gboolean
walk(Window *w, QevmLendWalk *in, gint elastic, gint64 more,
     QevmLendWalked *walked, GError **error)
{
    for (;;) {
        g_autoptr(GError) local = NULL;
        guint64 had;

        in->data = g_bytes_get_data(w->bytes, &in->len);
        in->whole = in->len == w->ask->max;
        if (qevm_lend_walk(in, elastic, more, walked, &local)) {
            return TRUE;
        }
        had = in->len;
        if (!walked->ran_out || in->whole || had >= WINDOW_MAX) {
            g_propagate_error(error, g_steal_pointer(&local));
            return FALSE;
        }
        if (!widen(w, had * 4, error)) {
            return FALSE;
        }
    }
}

/* Which one leaf must be longer or shorter for all to fit? -1: there is none,
 * or more than one. */
static gint
find_elastic(Window *w, QevmLendWalk *in, const QevmLendWalked *first,
             gint64 *more)
{
    gint found = -1;

    if (first->elastic == 0 || first->elastic > ELASTIC_MAX) {
        return -1;
    }
    if (first->size > G_MAXINT64 || w->ask->max > G_MAXINT64) {
        return -1;
    }
    *more = (gint64)w->ask->max - (gint64)first->size;
    for (guint i = 0; i < first->elastic; i++) {
        QevmLendWalked walked;

        if (!walk(w, in, (gint)i, *more, &walked, NULL) ||
            walked.size != w->ask->max) {
            continue;
        }
        if (found >= 0) {
            return -1;
        }
        found = (gint)i;
    }
    return found;
}

/* Does this description end where the section does? */
static gboolean
try_offer(Window *w, QevmLendWalk *in, gint *elastic, gint64 *more,
          GError **error)
{
    const QevmLendAsk *ask = w->ask;
    QevmLendWalked walked;

    *elastic = -1;
    *more = 0;
    if (!widen(w, WINDOW_FIRST, error)) {
        return FALSE;
    }
    if (!walk(w, in, -1, 0, &walked, error)) {
        /* Bytes behind a leaf of another length were read at the wrong place;
         * of what size all is then is only known from the lender. */
        *elastic = ask->exact && qevm_vmsd_size(in->vmsd, &walked.size)
                       ? find_elastic(w, in, &walked, more)
                       : -1;
        if (*elastic >= 0) {
            g_clear_error(error);
        }
        return *elastic >= 0;
    }
    if (ask->exact ? walked.size == ask->max
                   : ask->fits(walked.size, ask->user)) {
        return TRUE;
    }
    if (ask->exact) {
        *elastic = find_elastic(w, in, &walked, more);
        if (*elastic >= 0) {
            return TRUE;
        }
    }
    g_set_error(error, QEVM_ERROR, QEVM_ERROR_MALFORMED,
                "at 0x%" G_GINT64_MODIFIER "x: by it the section ends here%s",
                ask->offset + walked.size,
                ask->exact ? "" : ", and nothing can follow");
    return FALSE;
}

/* With the other layouts that its structs were seen with, then without. */
static gboolean
try_both(Window *w, QevmLendWalk *in, gint *elastic, gint64 *more,
         GError **error)
{
    if (try_offer(w, in, elastic, more, error)) {
        return TRUE;
    }
    in->plain = TRUE;
    return try_offer(w, in, elastic, more, NULL);
}

static const QevmDevice *
borrow(const Offer *offer, const QevmLendAsk *ask, QevmArena *arena,
       const QevmLendWalked *walked)
{
    QevmDevice *d = qevm_arena_alloc0(arena, sizeof *d);

    d->name = qevm_arena_string(arena, ask->idstr);
    d->instance_id = ask->instance_id;
    d->legacy = offer->device->legacy;
    d->vmsd = walked->vmsd;
    d->size = walked->size;
    return d;
}

static gboolean
same_version(const Offer *offer, const QevmLendAsk *ask, GError **error)
{
    const QevmDevice *d = offer->device;

    if (d->legacy || d->vmsd->version == ask->version_id) {
        return TRUE;
    }
    g_set_error(error, QEVM_ERROR, QEVM_ERROR_MALFORMED,
                "at 0x%" G_GINT64_MODIFIER
                "x: version %u is lent, the section has %u",
                ask->offset, d->vmsd->version, ask->version_id);
    return FALSE;
}

const QevmVmsd *
qevm_lend_suspect(QevmLend *lend, const QevmLendAsk *ask, const char **whose)
{
    g_autoptr(GPtrArray) list = candidates(lend, ask);

    for (guint i = 0; i < MIN(list->len, TRIES_MAX); i++) {
        const Offer *offer = g_ptr_array_index(list, i);

        if (!offer->device->legacy && same_version(offer, ask, NULL) &&
            qevm_pointers_suspect(offer->device->vmsd, ask->max)) {
            *whose = offer->whose;
            return offer->device->vmsd;
        }
    }
    return NULL;
}

const QevmDevice *
qevm_lend_describe(QevmLend *lend, QevmArena *arena, const QevmLendAsk *ask,
                   const char **whose, GError **why)
{
    g_autoptr(GPtrArray) list = candidates(lend, ask);
    Window window = { .ask = ask };
    const QevmDevice *found = NULL;

    for (guint i = 0; !found && i < MIN(list->len, TRIES_MAX); i++) {
        const Offer *offer = g_ptr_array_index(list, i);
        /* What a failed try made is not kept. */
        g_autoptr(QevmArena) scratch =
            qevm_arena_new_within(qevm_arena_budget(arena));
        g_autoptr(GError) error = NULL;
        QevmLendWalk in = { .lend = lend,
                            .arena = scratch,
                            .vmsd = offer->device->vmsd,
                            .legacy = offer->device->legacy,
                            .base = ask->offset,
                            .work = ask->work };
        QevmLendWalked walked;
        gint elastic;
        gint64 more;

        if (same_version(offer, ask, &error) &&
            try_both(&window, &in, &elastic, &more, &error)) {
            in.arena = arena;
            g_clear_error(&error);
            if (walk(&window, &in, elastic, more, &walked, &error)) {
                found = borrow(offer, ask, arena, &walked);
                *whose = offer->whose;
            }
        }
        if (error && why && !*why) {
            *why =
                g_error_new(error->domain, error->code, "%s; %s does not fit",
                            error->message, offer->whose);
        }
    }
    if (found && why) {
        g_clear_error(why);
    }
    g_clear_pointer(&window.bytes, g_bytes_unref);
    return found;
}

/* info.c - what a stream is, as rows. */
#include "cli/info.h"
#include "parser/path.h"
#include "rewrite/evidence.h"

#include <string.h>

#define SOME_BLOCKS 12
#define SOME_SECTIONS 8

/* ---- what the records add up to ---- */

void
qevm_facts_clear(QevmFacts *facts)
{
    g_clear_pointer(&facts->devices, g_ptr_array_unref);
    g_clear_pointer(&facts->starts, g_ptr_array_unref);
    g_clear_pointer(&facts->commands, g_ptr_array_unref);
}

static void
add_device(QevmFacts *facts, QevmRecord *r)
{
    g_ptr_array_add(facts->devices, r);
    facts->device_bytes += r->size;
    facts->early += !!r->early;
    facts->resynced += r->resynced && r->footer;
    facts->lent += r->lent != NULL;
    facts->opaque += !!r->opaque;
    facts->packaged += !!r->packaged;
}

void
qevm_facts_of(QevmFacts *facts, const QevmStream *stream)
{
    facts->devices = g_ptr_array_new();
    facts->starts = g_ptr_array_new();
    facts->commands = g_ptr_array_new();
    for (guint i = 0; i < stream->records->len; i++) {
        QevmRecord *r = g_ptr_array_index(stream->records, i);

        switch (r->type) {
        case QEVM_RECORD_FULL:
            add_device(facts, r);
            break;
        case QEVM_RECORD_START:
            g_ptr_array_add(facts->starts, r);
            break;
        case QEVM_RECORD_COMMAND:
            g_ptr_array_add(facts->commands, r);
            break;
        case QEVM_RECORD_LIVE:
        case QEVM_RECORD_END:
            facts->live_bytes += r->size;
            break;
        case QEVM_RECORD_PARTS:
            facts->live_bytes += r->size;
            facts->parts += r->count;
            break;
        case QEVM_RECORD_VMDESC:
            facts->vmdesc_bytes = r->size;
            break;
        case QEVM_RECORD_TRAILING:
            facts->trailing_bytes = r->size;
            break;
        default:
            break;
        }
    }
}

/* ---- rows ---- */

static void
row_free(gpointer p)
{
    QevmInfoRow *row = p;

    g_free(row->text);
    g_free(row);
}

GPtrArray *
qevm_info_new(void)
{
    return g_ptr_array_new_with_free_func(row_free);
}

void
qevm_info_add(GPtrArray *rows, QevmInfoKind kind, const char *label,
              const char *format, ...)
{
    QevmInfoRow *row = g_new0(QevmInfoRow, 1);
    va_list args;

    row->kind = kind;
    row->label = label;
    va_start(args, format);
    row->text = g_strdup_vprintf(format, args);
    va_end(args);
    g_ptr_array_add(rows, row);
}

static void
fact(GPtrArray *rows, const char *label, const char *text)
{
    qevm_info_add(rows, QEVM_INFO_FACT, label, "%s", text);
}

char *
qevm_info_size(guint64 size)
{
    g_autofree char *text = g_format_size_full(size, G_FORMAT_SIZE_IEC_UNITS);

    return size < 1024 ? g_strdup_printf("%" G_GUINT64_FORMAT " bytes", size)
                       : g_strdup_printf("%" G_GUINT64_FORMAT " bytes (%s)",
                                         size, text);
}

static void
add_writer(GPtrArray *rows, QevmStream *stream)
{
    g_autoptr(QevmWriter) writer = qevm_writer_of(stream);
    g_autofree char *text = qevm_releases_text(writer->from, writer->to);

    fact(rows, "written by", text);
    for (guint i = 0; i < writer->evidence->len; i++) {
        const QevmEvidence *e =
            &g_array_index(writer->evidence, QevmEvidence, i);

        /* Only what bounds the range. */
        if ((e->from && e->from == writer->from) ||
            (e->to && e->to == writer->to)) {
            qevm_info_add(rows, QEVM_INFO_REASON, NULL, "%s", e->because);
        }
    }
}

static void
add_page_size(GPtrArray *rows, const QevmStream *stream)
{
    if (stream->page_size) {
        qevm_info_add(rows, QEVM_INFO_FACT, "page size",
                      "%" G_GUINT64_FORMAT "%s", stream->page_size,
                      stream->page_size_exact ? "" : " (a guess)");
    } else {
        fact(rows, "page size", "not known");
    }
}

static void
add_blocks(GPtrArray *rows, const GArray *blocks)
{
    for (guint i = 0; i < MIN(blocks->len, SOME_BLOCKS); i++) {
        const QevmRamBlock *b = &g_array_index(blocks, QevmRamBlock, i);
        g_autofree char *name = qevm_path_quote(b->idstr);
        g_autofree char *size = qevm_info_size(b->used_length);

        qevm_info_add(rows, QEVM_INFO_LINE, NULL, "%-36s %s", name, size);
    }
    if (blocks->len > SOME_BLOCKS) {
        qevm_info_add(rows, QEVM_INFO_LINE, NULL, "... %u more",
                      blocks->len - SOME_BLOCKS);
    }
}

static void
add_pages(GPtrArray *rows, const QevmStream *stream, const QevmFacts *facts)
{
    g_autofree char *live = qevm_info_size(facts->live_bytes);
    g_autoptr(GString) text = g_string_new(live);

    if (stream->ram->mapped) {
        fact(rows, "pages",
             "each in its place behind the list of blocks; \"qevm ram list\" "
             "counts them");
        return;
    }
    if (!stream->walked) {
        qevm_info_add(rows, QEVM_INFO_FACT, "pages",
                      "RAM not walked, %s; --walk does", live);
        return;
    }
    g_string_append_printf(
        text, "; %" G_GUINT64_FORMAT " normal, %" G_GUINT64_FORMAT " zero",
        stream->pages_normal, stream->pages_zero);
    if (stream->pages_xbzrle) {
        g_string_append_printf(text, ", %" G_GUINT64_FORMAT " XBZRLE",
                               stream->pages_xbzrle);
    }
    if (stream->pages_compressed) {
        g_string_append_printf(text, ", %" G_GUINT64_FORMAT " compressed",
                               stream->pages_compressed);
    }
    fact(rows, "pages", text->str);
}

static void
add_ram(GPtrArray *rows, const QevmStream *stream, const QevmFacts *facts,
        QevmInfoListed listed)
{
    const QevmRam *ram = stream->ram;
    g_autofree char *total = NULL;

    if (!ram) {
        fact(rows, "RAM", "no ram section");
        return;
    }
    total = qevm_info_size(ram->total);
    qevm_info_add(rows, QEVM_INFO_FACT, "RAM", "%u block%s, %s%s",
                  ram->blocks->len, ram->blocks->len == 1 ? "" : "s", total,
                  ram->mapped ? ", mapped-ram" : "");
    if (listed != QEVM_INFO_NONE) {
        add_blocks(rows, ram->blocks);
    }
    add_pages(rows, stream, facts);
}

/* ---- iterative sections, commands ---- */

static void
append_name(GString *list, const char *name)
{
    g_string_append_printf(list, "%s%s", list->len ? ", " : "", name);
}

/* Iterative sections other than ram. */
static void
add_iterative(GPtrArray *rows, const QevmFacts *facts)
{
    g_autoptr(GString) list = g_string_new(NULL);

    for (guint i = 0; i < facts->starts->len; i++) {
        const QevmRecord *r = g_ptr_array_index(facts->starts, i);
        g_autofree char *name = qevm_path_quote(r->idstr);

        if (strcmp(r->idstr, "ram") != 0) {
            append_name(list, name);
        }
    }
    if (list->len) {
        fact(rows, "iterative", list->str);
    }
}

/* Each command once, in the order of the first. */
static void
add_commands(GPtrArray *rows, const QevmFacts *facts)
{
    g_autoptr(GHashTable) counts = g_hash_table_new(NULL, NULL);
    g_autoptr(GString) list = g_string_new(NULL);

    for (guint i = 0; i < facts->commands->len; i++) {
        const QevmRecord *r = g_ptr_array_index(facts->commands, i);
        gpointer key = GUINT_TO_POINTER(r->command);
        guint n = GPOINTER_TO_UINT(g_hash_table_lookup(counts, key));

        g_hash_table_insert(counts, key, GUINT_TO_POINTER(n + 1));
    }
    for (guint i = 0; i < facts->commands->len; i++) {
        const QevmRecord *r = g_ptr_array_index(facts->commands, i);
        gpointer key = GUINT_TO_POINTER(r->command);
        guint n = GPOINTER_TO_UINT(g_hash_table_lookup(counts, key));
        const char *name = qevm_command_name(r->command);

        if (n) {
            append_name(list, name ? name : "unknown");
        }
        if (n > 1) {
            g_string_append_printf(list, " (%u)", n);
        }
        g_hash_table_remove(counts, key);
    }
    if (list->len) {
        fact(rows, "commands", list->str);
    }
}

/* ---- devices ---- */

static int
larger_first(gconstpointer a, gconstpointer b)
{
    const QevmRecord *ra = *(QevmRecord *const *)a;
    const QevmRecord *rb = *(QevmRecord *const *)b;

    if (ra->payload_size != rb->payload_size) {
        return ra->payload_size > rb->payload_size ? -1 : 1;
    }
    return ra->offset < rb->offset ? -1 : ra->offset > rb->offset;
}

static void
add_section(GPtrArray *rows, const QevmRecord *r, gboolean marks)
{
    g_autofree char *name = qevm_path_quote(r->idstr);

    qevm_info_add(
        rows, QEVM_INFO_LINE, NULL,
        "%-36s %8u %7u %10" G_GUINT64_FORMAT "%s%s%s", name, r->instance_id,
        r->version_id, r->payload_size, r->early ? " early" : "",
        marks && r->opaque ? " not described" : "",
        marks && r->resynced && !r->opaque
            ? r->footer ? " end found by footer" : " end found by what follows"
            : "");
}

static void
list_devices(GPtrArray *rows, const QevmFacts *facts, gboolean all, guint shown)
{
    g_autoptr(GPtrArray) devices = g_ptr_array_new();

    for (guint i = 0; i < facts->devices->len; i++) {
        g_ptr_array_add(devices, g_ptr_array_index(facts->devices, i));
    }
    if (!all) {
        g_ptr_array_sort(devices, larger_first);
    }
    qevm_info_add(rows, QEVM_INFO_HEAD, NULL, "%-36s %8s %7s %10s", "section",
                  "instance", "version", "bytes");
    for (guint i = 0; i < shown; i++) {
        /* What is so of all of them is said once, in a note. */
        add_section(rows, g_ptr_array_index(devices, i),
                    facts->opaque < facts->devices->len);
    }
}

static void
add_devices(GPtrArray *rows, const QevmFacts *facts, QevmInfoListed listed)
{
    g_autofree char *bytes = qevm_info_size(facts->device_bytes);
    guint n = facts->devices->len;
    guint shown = listed == QEVM_INFO_SOME  ? MIN(n, SOME_SECTIONS)
                  : listed == QEVM_INFO_ALL ? n
                                            : 0;

    qevm_info_add(rows, QEVM_INFO_FACT, "devices", "%u section%s, %s%s", n,
                  n == 1 ? "" : "s", bytes,
                  shown && shown < n ? "; the largest (--sections: all):" : "");
    if (shown) {
        list_devices(rows, facts, listed == QEVM_INFO_ALL, shown);
    }
}

/* ---- the rest ---- */

static void
add_vmdesc(GPtrArray *rows, const QevmStream *stream, const QevmFacts *facts)
{
    if (stream->vmdesc) {
        g_autofree char *size = qevm_info_size(facts->vmdesc_bytes);

        qevm_info_add(rows, QEVM_INFO_FACT, "vmdesc",
                      "%s, describes %u devices", size,
                      stream->vmdesc->n_devices);
    } else if (stream->vmdesc_error) {
        qevm_info_add(rows, QEVM_INFO_FACT, "vmdesc", "unreadable: %s",
                      stream->vmdesc_error->message);
    } else {
        fact(rows, "vmdesc",
             facts->lent ? "none: descriptions are borrowed"
                         : "none: devices are not described");
    }
}

static void
add_notes(GPtrArray *rows, const QevmStream *stream, const QevmFacts *facts)
{
    const struct {
        guint64 count;
        const char *what;
    } odd[] = {
        { facts->early, "device section(s) before RAM" },
        { facts->packaged, "device section(s) in a postcopy package" },
        { facts->resynced, "section(s) whose end was found by their footer" },
        { facts->opaque, "section(s) that nothing describes" },
        { facts->trailing_bytes, "byte(s) after the end of the stream" },
    };

    for (guint i = 0; i < G_N_ELEMENTS(odd); i++) {
        if (odd[i].count) {
            qevm_info_add(rows, QEVM_INFO_FACT, "note",
                          "%" G_GUINT64_FORMAT " %s", odd[i].count,
                          odd[i].what);
        }
    }
    for (guint i = 0; i < stream->notes->len; i++) {
        fact(rows, "note", g_ptr_array_index(stream->notes, i));
    }
}

void
qevm_info_stream(GPtrArray *rows, QevmStream *stream, QevmInfoListed listed)
{
    g_auto(QevmFacts) facts = { 0 };
    g_autofree char *machine =
        stream->machine ? qevm_path_quote(stream->machine) : NULL;

    qevm_facts_of(&facts, stream);
    fact(rows, "machine",
         machine ? machine : "not said: there is no configuration");
    add_writer(rows, stream);
    add_page_size(rows, stream);
    fact(rows, "footers", stream->footers ? "yes" : "no");
    add_ram(rows, stream, &facts, listed);
    add_iterative(rows, &facts);
    add_commands(rows, &facts);
    add_devices(rows, &facts, listed);
    add_vmdesc(rows, stream, &facts);
    add_notes(rows, stream, &facts);
}

/* ---- what it is in ---- */

static void
add_libvirt(GPtrArray *rows, const char *label, const QevmLibvirt *l)
{
    const char *format = qevm_libvirt_format_name(l->format);
    g_autofree char *domain = qevm_path_quote(l->domain ? l->domain : "");
    g_autofree char *machine = qevm_path_quote(l->machine ? l->machine : "");

    qevm_info_add(rows, QEVM_INFO_FACT, label,
                  "libvirt save image, version %u%s, %s%s", l->version,
                  l->big_endian ? ", big-endian" : "",
                  format ? format : "unknown format",
                  l->unfinished ? ", NOT FINISHED" : "");
    if (l->domain) {
        qevm_info_add(rows, QEVM_INFO_FACT, NULL,
                      "domain %s, machine %s, was %s", domain,
                      l->machine ? machine : "not said",
                      l->was_running ? "running" : "paused");
    } else {
        fact(rows, NULL, "its XML is not that of a domain");
    }
}

static char *
clock_text(guint64 ns)
{
    guint64 ms = ns / 1000000;

    return g_strdup_printf("%02" G_GUINT64_FORMAT ":%02u:%02u.%03u",
                           ms / 3600000, (guint)(ms / 60000 % 60),
                           (guint)(ms / 1000 % 60), (guint)(ms % 1000));
}

static char *
date_text(guint32 date)
{
    g_autoptr(GDateTime) when = g_date_time_new_from_unix_utc(date);

    return g_date_time_format(when, "%Y-%m-%d %H:%M:%S");
}

/* The chosen one has a star, left of the column. */
static void
add_snapshot(GPtrArray *rows, const QevmQcow2Snapshot *s, gboolean chosen)
{
    g_autofree char *id = qevm_path_quote(s->id);
    g_autofree char *name = qevm_path_quote(s->name);
    g_autofree char *date = date_text(s->date);
    g_autofree char *clock = clock_text(s->vm_clock);
    g_autofree char *size =
        g_strdup_printf("%" G_GUINT64_FORMAT, s->vm_state_size);

    qevm_info_add(rows, QEVM_INFO_LINE, chosen ? "*" : NULL,
                  "%-5s %-19s %12s %12s  %s", id, date, clock,
                  s->vm_state_size ? size : "disk only", name);
}

static void
add_qcow2(GPtrArray *rows, const char *label, const QevmLayer *layer)
{
    const QevmQcow2 *q = layer->qcow2;

    qevm_info_add(rows, QEVM_INFO_FACT, label, "qcow2 image, %u snapshot%s",
                  q->snapshots->len, q->snapshots->len == 1 ? "" : "s");
    if (q->snapshots->len == 0) {
        return;
    }
    qevm_info_add(rows, QEVM_INFO_HEAD, NULL, "%-5s %-19s %12s %12s  %s", "ID",
                  "date", "VM clock", "VM state", "name");
    for (guint i = 0; i < q->snapshots->len; i++) {
        const QevmQcow2Snapshot *s = g_ptr_array_index(q->snapshots, i);

        add_snapshot(rows, s, s == layer->snapshot);
    }
}

void
qevm_info_container(GPtrArray *rows, const QevmContainer *c)
{
    for (guint i = 0; i < c->layers->len; i++) {
        const QevmLayer *layer = g_ptr_array_index(c->layers, i);
        const char *label = i == 0 ? "container" : "in it";

        switch (layer->kind) {
        case QEVM_LAYER_LIBVIRT:
            add_libvirt(rows, label, layer->libvirt);
            break;
        case QEVM_LAYER_QCOW2:
            add_qcow2(rows, label, layer);
            break;
        case QEVM_LAYER_XEN:
            qevm_info_add(rows, QEVM_INFO_FACT, label,
                          "Xen save file%s, record of QEMU at "
                          "0x%" G_GINT64_MODIFIER "x",
                          layer->xen->legacy ? " of before 4.6" : "",
                          layer->offset);
            break;
        case QEVM_LAYER_OFFSET:
            qevm_info_add(rows, QEVM_INFO_FACT, label,
                          "a file, from 0x%" G_GINT64_MODIFIER "x on",
                          layer->offset);
            break;
        case QEVM_LAYER_CODEC:
            fact(rows, label, qevm_layer_name(layer));
            break;
        }
    }
}

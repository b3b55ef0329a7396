/* container.c - opening what a command line names, and saying what it is in. */
#include "cli/container.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "cli/render.h"
#include "parser/path.h"

#include <string.h>

/* ---- opening ---- */

/* No layer, and no stream: is one further on? */
static gboolean
hint_at_offset(const QevmContainer *c, QevmSource *source, GError **error)
{
    guint64 at = c->layers->len == 0 && qevm_source_seekable(source)
                     ? qevm_container_search(source)
                     : 0;

    if (at) {
        g_set_error(
            error, QEVM_ERROR, QEVM_ERROR_UNSUPPORTED,
            "not a QEMU stream, but one seems to begin at 0x%" G_GINT64_MODIFIER
            "x: --offset 0x%" G_GINT64_MODIFIER "x",
            at, at);
    }
    return at != 0;
}

QevmContainer *
qevm_cli_container(QevmCli *cli, const char *file, QevmContainerFlags flags,
                   QevmSource **source)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(QevmContainer) c = NULL;

    if (cli->options.offset < 0) {
        g_set_error_literal(&error, QEVM_ERROR, QEVM_ERROR_PATH,
                            "--offset cannot be negative");
        qevm_cli_fail(cli, NULL, error, QEVM_EXIT_INPUT);
        return NULL;
    }
    c = qevm_container_open(file, (guint64)cli->options.offset, flags, source,
                            &error);
    if (c && *source && hint_at_offset(c, *source, &error)) {
        g_clear_pointer(source, qevm_source_free);
    }
    if (error) {
        qevm_cli_fail(cli, file, error, QEVM_EXIT_INPUT);
        return NULL;
    }
    return g_steal_pointer(&c);
}

QevmContainer *
qevm_cli_container_seekable(QevmCli *cli, const char *file, QevmSource **source)
{
    g_autoptr(QevmContainer) c = qevm_cli_container(cli, file, 0, source);
    g_autoptr(GError) error = NULL;

    if (!c || qevm_source_seekable(*source)) {
        return g_steal_pointer(&c);
    }
    *source = qevm_output_spool(*source, &error);
    if (!*source) {
        qevm_cli_fail(cli, file, error, QEVM_EXIT_SYSTEM);
        return NULL;
    }
    return g_steal_pointer(&c);
}

/* The hooks of a caller, beside the line that shows progress. */
typedef struct {
    QevmProgressLine line;
    const QevmStreamHooks *hooks; /* borrowed; NULL: none */
} Parsing;

static void
show_progress(guint64 done, guint64 total, gpointer user)
{
    Parsing *p = user;

    qevm_progress_update(done, total, &p->line);
}

static gboolean
call_live(QevmStream *stream, QevmFlow *flow, const QevmLiveEdit **edit,
          gpointer user, GError **error)
{
    const Parsing *p = user;

    return p->hooks->live(stream, flow, edit, p->hooks->user, error);
}

QevmStream *
qevm_cli_parse_hooked(QevmCli *cli, const char *file, QevmSource *source,
                      QevmOpenFlags flags, const QevmStreamHooks *more,
                      int *code)
{
    g_autoptr(GError) error = NULL;
    Parsing p = { .hooks = more };
    QevmStreamHooks hooks = { .progress = show_progress, .user = &p };
    QevmStream *stream;

    *code = QEVM_EXIT_INPUT;
    hooks.lend = qevm_cli_lend(cli);
    if (!hooks.lend || !qevm_cli_schemas(cli, &hooks.schemas)) {
        qevm_source_free(source);
        return NULL;
    }
    hooks.live = more && more->live ? call_live : NULL;
    hooks.pages = more ? more->pages : NULL;
    qevm_progress_start(&p.line, "reading");
    stream = qevm_stream_open(source, flags, &hooks, &error);
    qevm_progress_stop(&p.line);
    if (!stream) {
        /* What the system did not let us do was in a hook. */
        *code = more ? qevm_cli_fail_output(cli, file, error)
                     : qevm_cli_fail(cli, file, error, QEVM_EXIT_INPUT);
    }
    return stream;
}

QevmStream *
qevm_cli_parse(QevmCli *cli, const char *file, QevmSource *source,
               QevmOpenFlags flags)
{
    int code;

    return qevm_cli_parse_hooked(cli, file, source, flags, NULL, &code);
}

/* ---- text ---- */

static void
print_libvirt(QevmPrint *out, const QevmLibvirt *l)
{
    const char *format = qevm_libvirt_format_name(l->format);
    g_autofree char *domain = qevm_path_quote(l->domain ? l->domain : "");
    g_autofree char *machine = qevm_path_quote(l->machine ? l->machine : "");

    qevm_print_format(out, "libvirt save image, version %u%s, %s%s\n",
                      l->version, l->big_endian ? ", big-endian" : "",
                      format ? format : "unknown format",
                      l->unfinished ? ", NOT FINISHED" : "");
    if (l->domain) {
        qevm_print_format(out, "%13sdomain %s, machine %s, was %s\n", "",
                          domain, l->machine ? machine : "not said",
                          l->was_running ? "running" : "paused");
    } else {
        qevm_print_format(out, "%13sits XML is not that of a domain\n", "");
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

static void
print_snapshot(QevmPrint *out, const QevmQcow2Snapshot *s, gboolean chosen)
{
    g_autofree char *id = qevm_path_quote(s->id);
    g_autofree char *name = qevm_path_quote(s->name);
    g_autofree char *date = date_text(s->date);
    g_autofree char *clock = clock_text(s->vm_clock);
    g_autofree char *size =
        g_strdup_printf("%" G_GUINT64_FORMAT, s->vm_state_size);

    qevm_print_format(out, "%11s%c %-5s %-19s %12s %12s  %s\n", "",
                      chosen ? '*' : ' ', id, date, clock,
                      s->vm_state_size ? size : "disk only", name);
}

static void
print_qcow2(QevmPrint *out, const QevmLayer *layer)
{
    const QevmQcow2 *q = layer->qcow2;

    qevm_print_format(out, "qcow2 image, %u snapshot%s\n", q->snapshots->len,
                      q->snapshots->len == 1 ? "" : "s");
    if (q->snapshots->len == 0) {
        return;
    }
    qevm_print_styled(out, QEVM_STYLE_DIM, "%13s%-5s %-19s %12s %12s  %s", "",
                      "ID", "date", "VM clock", "VM state", "name");
    qevm_print(out, "\n");
    for (guint i = 0; i < q->snapshots->len; i++) {
        const QevmQcow2Snapshot *s = g_ptr_array_index(q->snapshots, i);

        print_snapshot(out, s, s == layer->snapshot);
    }
}

static void
print_layer(QevmPrint *out, const QevmLayer *layer)
{
    switch (layer->kind) {
    case QEVM_LAYER_LIBVIRT:
        print_libvirt(out, layer->libvirt);
        break;
    case QEVM_LAYER_QCOW2:
        print_qcow2(out, layer);
        break;
    case QEVM_LAYER_XEN:
        qevm_print_format(
            out,
            "Xen save file%s, record of QEMU at 0x%" G_GINT64_MODIFIER "x\n",
            layer->xen->legacy ? " of before 4.6" : "", layer->offset);
        break;
    case QEVM_LAYER_OFFSET:
        qevm_print_format(out, "a file, from 0x%" G_GINT64_MODIFIER "x on\n",
                          layer->offset);
        break;
    case QEVM_LAYER_CODEC:
        qevm_print_format(out, "%s\n", qevm_layer_name(layer));
        break;
    }
}

void
qevm_render_container(QevmPrint *out, const QevmContainer *c,
                      void (*label)(QevmPrint *out, const char *name))
{
    for (guint i = 0; i < c->layers->len; i++) {
        label(out, i == 0 ? "container" : "in it");
        print_layer(out, g_ptr_array_index(c->layers, i));
    }
}

/* ---- JSON ---- */

static void
set_text(json_t *json, const char *name, const char *text)
{
    json_object_set_new(json, name,
                        text ? qevm_render_json_text(text) : json_null());
}

static void
add_libvirt(json_t *json, const QevmLibvirt *l)
{
    json_object_set_new(json, "version", json_integer(l->version));
    json_object_set_new(json, "big_endian", json_boolean(l->big_endian));
    set_text(json, "format", qevm_libvirt_format_name(l->format));
    json_object_set_new(json, "unfinished", json_boolean(l->unfinished));
    json_object_set_new(json, "was_running", json_boolean(l->was_running));
    set_text(json, "domain", l->domain);
    set_text(json, "uuid", l->uuid);
    set_text(json, "machine", l->machine);
    set_text(json, "emulator", l->emulator);
}

static void
add_qcow2(json_t *json, const QevmLayer *layer)
{
    const GPtrArray *snapshots = layer->qcow2->snapshots;
    json_t *list = json_array();

    for (guint i = 0; i < snapshots->len; i++) {
        const QevmQcow2Snapshot *s = g_ptr_array_index(snapshots, i);
        json_t *one = json_object();

        set_text(one, "id", s->id);
        set_text(one, "name", s->name);
        json_object_set_new(one, "date", json_integer(s->date));
        json_object_set_new(one, "vm_clock",
                            json_integer((json_int_t)s->vm_clock));
        json_object_set_new(one, "vm_state_size",
                            json_integer((json_int_t)s->vm_state_size));
        json_object_set_new(one, "disk_size",
                            json_integer((json_int_t)s->disk_size));
        json_array_append_new(list, one);
    }
    json_object_set_new(json, "snapshots", list);
    set_text(json, "snapshot", layer->snapshot ? layer->snapshot->id : NULL);
}

json_t *
qevm_render_container_json(const QevmContainer *c)
{
    json_t *list = json_array();

    for (guint i = 0; i < c->layers->len; i++) {
        const QevmLayer *layer = g_ptr_array_index(c->layers, i);
        json_t *json = json_object();

        json_object_set_new(json, "kind", json_string(qevm_layer_name(layer)));
        json_object_set_new(json, "offset",
                            json_integer((json_int_t)layer->offset));
        if (layer->libvirt) {
            add_libvirt(json, layer->libvirt);
        }
        if (layer->qcow2) {
            add_qcow2(json, layer);
        }
        json_array_append_new(list, json);
    }
    return list;
}

/* container.c - opening what a command line names, and saying what it is in. */
#include "cli/container.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "cli/render.h"

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

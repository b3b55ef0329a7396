/* cmd-recover.c - qevm recover: what can be found of a broken stream. */
#include "cli/container.h"
#include "cli/render.h"
#include "parser/recover.h"

#define SECTIONS_MAX 65536

static const QevmOption options[] = {
    QEVM_OPTION_JSON,
    QEVM_OPTION_OFFSET,
    QEVM_OPTION_END,
};

/* How sure one can be. */
static const char *
proof(const QevmFound *f)
{
    switch (f->kind) {
    case QEVM_FOUND_SECTION:
        return f->footer ? "footer" : "header";
    case QEVM_FOUND_VMDESC:
        return "text";
    case QEVM_FOUND_EOF:
        return "place";
    default:
        return "nothing";
    }
}

static const char *
kind_name(const QevmFound *f)
{
    switch (f->kind) {
    case QEVM_FOUND_SECTION:
        return f->type == QEMU_VM_SECTION_START ? "SECTION_START"
                                                : "SECTION_FULL";
    case QEVM_FOUND_VMDESC:
        return "VMDESCRIPTION";
    case QEVM_FOUND_EOF:
        return "EOF";
    default:
        return "bytes";
    }
}

/* ---- text ---- */

static void
print_line(QevmPrint *out, guint64 offset, const char *how)
{
    qevm_print_format(out, "0x%010" G_GINT64_MODIFIER "x  ", offset);
    qevm_print_styled(out, QEVM_STYLE_DIM, "%-8s", how);
}

static void
print_section(QevmPrint *out, const char *kind, const char *idstr,
              guint32 instance, guint32 version, guint64 size)
{
    g_autofree char *name = qevm_path_quote(idstr);

    qevm_print_format(out, "%-14s", kind);
    qevm_print_styled(out, QEVM_STYLE_NAME, "%s@%u", name, instance);
    qevm_print_format(out, ", version %u, %" G_GUINT64_FORMAT " byte%s\n",
                      version, size, size == 1 ? "" : "s");
}

static void
print_read(QevmPrint *out, const QevmRecord *r)
{
    print_line(out, r->offset, "read");
    if (r->type == QEVM_RECORD_START || r->type == QEVM_RECORD_FULL) {
        print_section(out, qevm_record_type_name(r), r->idstr, r->instance_id,
                      r->version_id, r->payload_size);
    } else {
        qevm_print_format(out, "%-14s%" G_GUINT64_FORMAT " byte%s\n",
                          qevm_record_type_name(r), r->size,
                          r->size == 1 ? "" : "s");
    }
}

static void
print_found(QevmPrint *out, const QevmFound *f)
{
    print_line(out, f->offset,
               f->kind == QEVM_FOUND_BYTES ? "unknown" : proof(f));
    if (f->kind == QEVM_FOUND_SECTION) {
        print_section(out, kind_name(f), f->idstr, f->instance_id,
                      f->version_id, f->payload_size);
    } else {
        qevm_print_format(out, "%-14s%" G_GUINT64_FORMAT " byte%s\n",
                          kind_name(f), f->size, f->size == 1 ? "" : "s");
    }
}

/* ---- JSON ---- */

static json_t *
section_json(const char *idstr, guint32 id, guint32 instance, guint32 version)
{
    json_t *json = json_object();

    json_object_set_new(json, "idstr", qevm_render_json_text(idstr));
    json_object_set_new(json, "section_id", json_integer(id));
    json_object_set_new(json, "instance_id", json_integer(instance));
    json_object_set_new(json, "version_id", json_integer(version));
    return json;
}

static json_t *
read_json(const QevmRecord *r)
{
    gboolean section =
        r->type == QEVM_RECORD_START || r->type == QEVM_RECORD_FULL;
    json_t *json = section ? section_json(r->idstr, r->section_id,
                                          r->instance_id, r->version_id)
                           : json_object();

    json_object_set_new(json, "kind", json_string(qevm_record_type_name(r)));
    json_object_set_new(json, "proof", json_string("read"));
    json_object_set_new(json, "offset", json_integer((json_int_t)r->offset));
    json_object_set_new(json, "size", json_integer((json_int_t)r->size));
    if (section) {
        json_object_set_new(json, "payload_offset",
                            json_integer((json_int_t)r->payload_offset));
        json_object_set_new(json, "payload_size",
                            json_integer((json_int_t)r->payload_size));
    }
    return json;
}

static json_t *
found_json(const QevmFound *f)
{
    gboolean section = f->kind == QEVM_FOUND_SECTION;
    json_t *json = section ? section_json(f->idstr, f->section_id,
                                          f->instance_id, f->version_id)
                           : json_object();

    json_object_set_new(json, "kind", json_string(kind_name(f)));
    json_object_set_new(json, "proof", json_string(proof(f)));
    json_object_set_new(json, "offset", json_integer((json_int_t)f->offset));
    json_object_set_new(json, "size", json_integer((json_int_t)f->size));
    if (section) {
        json_object_set_new(json, "payload_offset",
                            json_integer((json_int_t)f->payload_offset));
        json_object_set_new(json, "payload_size",
                            json_integer((json_int_t)f->payload_size));
    }
    return json;
}

/* ---- the command ---- */

typedef struct {
    QevmCli *cli;
    const char *file;
    QevmStream *stream;
    json_t *list; /* NULL: text */
    guint proved, likely;
} Report;

static void
report_found(Report *report, const GPtrArray *found)
{
    for (guint i = 0; i < found->len; i++) {
        const QevmFound *f = g_ptr_array_index(found, i);

        report->proved += f->kind == QEVM_FOUND_SECTION && f->footer;
        report->likely += f->kind == QEVM_FOUND_SECTION && !f->footer;
        if (report->list) {
            json_array_append_new(report->list, found_json(f));
        } else {
            print_found(report->cli->out, f);
        }
    }
}

static gboolean
report_records(Report *report, GError **error)
{
    QevmStream *s = report->stream;

    for (guint i = 0; i < s->records->len; i++) {
        const QevmRecord *r = g_ptr_array_index(s->records, i);
        g_autoptr(GPtrArray) found = NULL;

        if (r->type == QEVM_RECORD_RAW) {
            found = qevm_recover(s, r->offset, r->offset + r->size,
                                 SECTIONS_MAX, error);
            if (!found) {
                return FALSE;
            }
            report_found(report, found);
        } else if (report->list) {
            json_array_append_new(report->list, read_json(r));
        } else {
            print_read(report->cli->out, r);
        }
    }
    return TRUE;
}

static void
print_end(const Report *report)
{
    const QevmStream *s = report->stream;
    QevmPrint *out = report->cli->out;

    if (s->error) {
        qevm_print_format(out, "cannot be read on: %s\n", s->error->message);
    } else if (s->opaque_rest) {
        qevm_print(out, "cannot be read on: nothing describes what follows\n");
    }
    if (report->proved || report->likely) {
        qevm_print_format(out,
                          "found: %u section%s with %s footer, %u by the look "
                          "of the header\n",
                          report->proved, report->proved == 1 ? "" : "s",
                          report->proved == 1 ? "its" : "their",
                          report->likely);
    }
}

static void
print_json(const Report *report)
{
    const QevmStream *s = report->stream;
    json_t *json = json_object();

    json_object_set_new(json, "file", qevm_render_json_text(report->file));
    json_object_set_new(json, "machine",
                        s->machine ? qevm_render_json_text(s->machine)
                                   : json_null());
    json_object_set_new(json, "footers", json_boolean(s->footers));
    json_object_set_new(json, "records", json_incref(report->list));
    json_object_set_new(json, "error",
                        s->error ? qevm_render_json_text(s->error->message)
                                 : json_null());
    qevm_render_json_print(report->cli->out, json);
    qevm_print(report->cli->out, "\n");
    json_decref(json);
}

static int
recover_file(QevmCli *cli, const char *file)
{
    g_autoptr(GError) error = NULL;
    QevmSource *source;
    g_autoptr(QevmContainer) c =
        qevm_cli_container_seekable(cli, file, &source);
    g_autoptr(QevmStream) stream = NULL;
    Report report = { .cli = cli, .file = file };
    gboolean ok;

    if (!c) {
        return QEVM_EXIT_INPUT;
    }
    stream = qevm_stream_open(source, 0, NULL, &error);
    if (!stream) {
        return qevm_cli_fail(cli, file, error, QEVM_EXIT_INPUT);
    }
    report.stream = stream;
    report.list = cli->options.json ? json_array() : NULL;
    ok = report_records(&report, &error);
    if (ok && report.list) {
        print_json(&report);
    } else if (ok) {
        print_end(&report);
    }
    json_decref(report.list);
    return ok ? QEVM_EXIT_OK : qevm_cli_fail(cli, file, error, QEVM_EXIT_INPUT);
}

static int
run(QevmCli *cli, int argc, char **argv)
{
    int code = QEVM_EXIT_OK;

    for (int i = 0; i < argc; i++) {
        code = qevm_cli_worse(code, recover_file(cli, argv[i]));
    }
    return code;
}

const QevmCommand qevm_command_recover = {
    .name = "recover",
    .args = "FILE...",
    .summary = "find sections where a stream cannot be read",
    .details =
        "Lists what can be read of a stream, and behind the place where it "
        "breaks, or where nothing describes it, what can be found: sections "
        "by the look of their header, proved where their footer is there. "
        "What they hold is not decoded. The first column is the offset, the "
        "second how much is known: \"read\", \"footer\", \"header\", or "
        "\"unknown\" for bytes of nothing that was recognised.",
    .options = options,
    .min_args = 1,
    .max_args = -1,
    .run = run,
};

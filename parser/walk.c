/* walk.c - the walk from record to record; walk-section.c has the sections. */
#include "parser/walk.h"
#include "parser/ram-filter.h"

#include <string.h>

#define MACHINE_NAME_MAX 1024
#define CAPABILITIES_MAX 256
#define WORK_MAX (32 * 1024 * 1024)
#define NOTES_MAX 256

static void
live_section_free(gpointer p)
{
    QevmLiveSection *s = p;

    g_free(s->idstr);
    g_free(s);
}

QevmWalk *
qevm_walk_new(QevmStream *stream, QevmFlow *flow)
{
    QevmWalk *w = g_new0(QevmWalk, 1);

    w->stream = stream;
    w->flow = flow;
    w->sections = g_hash_table_new_full(NULL, NULL, NULL, live_section_free);
    w->full_ids = g_hash_table_new(NULL, NULL);
    w->work = WORK_MAX;
    w->block_in = w->block_out = -1;
    return w;
}

void
qevm_walk_free(QevmWalk *walk)
{
    if (!walk) {
        return;
    }
    g_hash_table_unref(walk->sections);
    g_hash_table_unref(walk->full_ids);
    g_clear_pointer(&walk->blocks, g_hash_table_unref);
    g_clear_pointer(&walk->ram_filter, qevm_ram_filter_free);
    g_free(walk);
}

void
qevm_walk_set_edit(QevmWalk *walk, const QevmLiveEdit *edit)
{
    walk->edit = qevm_live_edit_any(edit) ? edit : NULL;
    g_clear_pointer(&walk->blocks, g_hash_table_unref);
    g_clear_pointer(&walk->ram_filter, qevm_ram_filter_free);
}

void
qevm_walk_note(QevmWalk *walk, const char *format, ...)
{
    va_list ap;

    GPtrArray *notes = walk->stream->notes;

    if (walk->filter || notes->len > NOTES_MAX) {
        return;
    }
    if (notes->len == NOTES_MAX) {
        g_ptr_array_add(notes, g_strdup("there are more notes than these"));
        return;
    }
    va_start(ap, format);
    g_ptr_array_add(notes, g_strdup_vprintf(format, ap));
    va_end(ap);
}

gboolean
qevm_walk_fail(QevmWalk *walk, guint64 offset, GError **error,
               const char *format, ...)
{
    g_autofree char *text = NULL;
    va_list ap;

    (void)walk;
    va_start(ap, format);
    text = g_strdup_vprintf(format, ap);
    va_end(ap);
    g_set_error(error, QEVM_ERROR, QEVM_ERROR_MALFORMED,
                "at 0x%" G_GINT64_MODIFIER "x: %s", offset, text);
    return FALSE;
}

gboolean
qevm_walk_be(QevmWalk *walk, gsize size, const char *what, guint64 *out,
             GError **error)
{
    const guint8 *p;

    if (!qevm_flow_peek(walk->flow, size, what, &p, error)) {
        return FALSE;
    }
    *out = qevm_be_get(p, size);
    return qevm_flow_pass(walk->flow, size, what, error);
}

gboolean
qevm_walk_name(QevmWalk *walk, const char *what, char out[256], GError **error)
{
    guint64 at = qevm_flow_offset(walk->flow);
    const guint8 *p;
    gsize len;

    if (!qevm_flow_peek(walk->flow, 1, what, &p, error)) {
        return FALSE;
    }
    len = p[0];
    if (len == 0) {
        return qevm_walk_fail(walk, at, error, "%s is empty", what);
    }
    if (!qevm_flow_peek(walk->flow, 1 + len, what, &p, error)) {
        return FALSE;
    }
    if (!qevm_cstr8_get(p, out)) {
        return qevm_walk_fail(walk, at, error, "%s has a zero byte in it",
                              what);
    }
    return qevm_flow_pass(walk->flow, 1 + len, what, error);
}

/* ---- records ---- */

static QevmRecord *
last_record(QevmWalk *walk)
{
    GPtrArray *r = walk->stream->records;

    return r->len ? g_ptr_array_index(r, r->len - 1) : NULL;
}

/* FALSE: the stream has too many records. */
static gboolean
take_record(QevmStream *s, const QevmRecord *record, GError **error)
{
    guint64 cost = qevm_record_cost(record);
    g_autofree char *what = NULL;

    if (qevm_budget_take(s->budget, cost)) {
        s->charged += cost;
        return TRUE;
    }
    what = g_strdup_printf("at 0x%" G_GINT64_MODIFIER
                           "x: the list of sections and commands",
                           record->offset);
    return qevm_budget_fail(error, what);
}

gboolean
qevm_walk_add(QevmWalk *walk, QevmRecord *record, GError **error)
{
    QevmRecord *last = last_record(walk);

    record->size = qevm_flow_offset(walk->flow) - record->offset;
    record->packaged = walk->package_end != 0;
    if (walk->filter) {
        qevm_record_free(record);
    } else if (last && last->type == QEVM_RECORD_PARTS &&
               record->type == QEVM_RECORD_PARTS &&
               last->packaged == record->packaged) {
        last->size += record->size;
        last->count++;
        last->resynced |= record->resynced;
        qevm_record_free(record);
    } else if (take_record(walk->stream, record, error)) {
        g_ptr_array_add(walk->stream->records, record);
    } else {
        qevm_record_free(record);
        return FALSE;
    }
    return TRUE;
}

/* ---- header and configuration ---- */

static gboolean
walk_header(QevmWalk *walk, GError **error)
{
    QevmRecord *record;
    const guint8 *p;
    gsize got;

    if (!qevm_flow_peek_some(walk->flow, 8, &p, &got, error)) {
        return FALSE;
    }
    if (got < 8) {
        return qevm_flow_peek(walk->flow, 8, "stream header", &p, error);
    }
    if (memcmp(p, "QEVM", 4) != 0) {
        return qevm_walk_fail(walk, 0, error,
                              "not a QEMU stream: starts with %02x %02x %02x "
                              "%02x, \"QEVM\" (51 45 56 4d) wanted",
                              p[0], p[1], p[2], p[3]);
    }
    if (qevm_be_get(p + 4, 4) == 2) {
        g_set_error(error, QEVM_ERROR, QEVM_ERROR_UNSUPPORTED,
                    "at 0x4: stream version 2, written by QEMU before 0.9.1; "
                    "only version 3 can be read (QEMU 0.12 and newer refuse it "
                    "too)");
        return FALSE;
    }
    if (qevm_be_get(p + 4, 4) != 3) {
        return qevm_walk_fail(walk, 4, error,
                              "stream version %" G_GUINT64_FORMAT ", 3 wanted",
                              qevm_be_get(p + 4, 4));
    }
    record = g_new0(QevmRecord, 1);
    record->type = QEVM_RECORD_HEADER;
    if (!qevm_flow_pass(walk->flow, 8, "stream header", error)) {
        qevm_record_free(record);
        return FALSE;
    }
    return qevm_walk_add(walk, record, error);
}

static gboolean
walk_capabilities(QevmWalk *walk, GError **error)
{
    QevmStream *s = walk->stream;
    guint64 at = qevm_flow_offset(walk->flow), count;
    char name[256];

    if (!qevm_walk_be(walk, 4, "capability count", &count, error)) {
        return FALSE;
    }
    if (count > CAPABILITIES_MAX) {
        return qevm_walk_fail(
            walk, at, error, "%" G_GUINT64_FORMAT " capabilities, more than %d",
            count, CAPABILITIES_MAX);
    }
    while (count-- > 0) {
        if (!qevm_walk_name(walk, "capability", name, error)) {
            return FALSE;
        }
        s->capability_ignore_shared |= strcmp(name, "x-ignore-shared") == 0;
        s->capability_mapped_ram |= strcmp(name, "mapped-ram") == 0;
    }
    return TRUE;
}

static gboolean
walk_page_bits(QevmWalk *walk, GError **error)
{
    guint64 at = qevm_flow_offset(walk->flow), bits;

    if (!qevm_walk_be(walk, 4, "target page bits", &bits, error)) {
        return FALSE;
    }
    if (bits < 8 || bits > 20) {
        return qevm_walk_fail(walk, at, error,
                              "%" G_GUINT64_FORMAT " target page bits", bits);
    }
    if (!walk->stream->page_size_exact) {
        walk->stream->page_size = G_GUINT64_CONSTANT(1) << bits;
        walk->stream->page_size_exact = TRUE;
    }
    return TRUE;
}

/* A configuration subsection that we have no row for: the vmdesc may say how
 * long it is. */
static gboolean
walk_unknown_conf(QevmWalk *walk, const char *name, guint64 at, GError **error)
{
    const QevmVmdesc *d = walk->stream->vmdesc;
    const QevmVmsd *conf = d ? d->configuration : NULL;
    guint64 size;

    for (guint i = 0; conf && i < conf->n_subsections; i++) {
        if (g_strcmp0(conf->subsections[i]->name, name) == 0 &&
            qevm_vmsd_size(conf->subsections[i], &size)) {
            return qevm_flow_pass(walk->flow, size, name, error);
        }
    }
    return qevm_walk_fail(walk, at, error, "unknown subsection `%s'", name);
}

static gboolean
walk_configuration_fields(QevmWalk *walk, GError **error)
{
    QevmStream *s = walk->stream;
    const guint8 *p;
    guint64 at = qevm_flow_offset(walk->flow), len, version;
    char name[256];
    gsize got;

    if (!qevm_walk_be(walk, 4, "machine name length", &len, error)) {
        return FALSE;
    }
    if (len > MACHINE_NAME_MAX) {
        return qevm_walk_fail(walk, at, error,
                              "machine name of %" G_GUINT64_FORMAT " bytes",
                              len);
    }
    if (!qevm_flow_peek(walk->flow, (gsize)len, "machine name", &p, error)) {
        return FALSE;
    }
    s->machine = g_strndup((const char *)p, (gsize)len);
    if (!qevm_flow_pass(walk->flow, len, "machine name", error)) {
        return FALSE;
    }
    for (;;) {
        gboolean ok;

        if (!qevm_flow_peek_some(walk->flow, 1, &p, &got, error)) {
            return FALSE;
        }
        if (got == 0 || p[0] != QEMU_VM_SUBSECTION) {
            return TRUE;
        }
        at = qevm_flow_offset(walk->flow);
        if (!qevm_flow_pass(walk->flow, 1, "subsection", error) ||
            !qevm_walk_name(walk, "subsection name", name, error) ||
            !qevm_walk_be(walk, 4, "subsection version", &version, error)) {
            return FALSE;
        }
        if (strcmp(name, "configuration/target-page-bits") == 0) {
            ok = walk_page_bits(walk, error);
        } else if (strcmp(name, "configuration/capabilities") == 0) {
            ok = walk_capabilities(walk, error);
        } else if (strcmp(name, "configuration/uuid") == 0) {
            ok = qevm_flow_pass(walk->flow, 16, "uuid", error);
        } else {
            ok = walk_unknown_conf(walk, name, at, error);
        }
        if (!ok) {
            return FALSE;
        }
    }
}

static gboolean
walk_configuration(QevmWalk *walk, GError **error)
{
    QevmRecord *record = g_new0(QevmRecord, 1);

    record->type = QEVM_RECORD_CONFIGURATION;
    record->offset = qevm_flow_offset(walk->flow);
    record->payload_offset = record->offset + 1;
    if (!qevm_flow_pass(walk->flow, 1, "configuration", error) ||
        !walk_configuration_fields(walk, error)) {
        qevm_record_free(record);
        g_prefix_error(error, "configuration: ");
        return FALSE;
    }
    record->payload_size =
        qevm_flow_offset(walk->flow) - record->payload_offset;
    return qevm_walk_add(walk, record, error);
}

/* ---- commands ---- */

/* Lengths of the commands' data; -1: any (migration/savevm.c, mig_cmd_args). */
static const struct {
    const char *name;
    int len;
} commands[] = {
    { "INVALID", -1 },
    { "OPEN_RETURN_PATH", 0 },
    { "PING", 4 },
    { "POSTCOPY_ADVISE", -1 },
    { "POSTCOPY_LISTEN", 0 },
    { "POSTCOPY_RUN", 0 },
    { "POSTCOPY_RAM_DISCARD", -1 },
    { "PACKAGED", 4 },
    { "ENABLE_COLO", 0 },
    { "POSTCOPY_RESUME", 0 },
    { "RECV_BITMAP", -1 },
    { "SWITCHOVER_START", 0 },
};
enum {
    MIG_CMD_POSTCOPY_RUN = 5,
    MIG_CMD_POSTCOPY_RAM_DISCARD = 6,
    MIG_CMD_PACKAGED = 7,
};

const char *
qevm_command_name(guint16 command)
{
    return command < G_N_ELEMENTS(commands) ? commands[command].name : NULL;
}

gboolean
qevm_walk_is_command(const guint8 *p, gsize n)
{
    guint64 command;

    if (n < 5 || p[0] != QEMU_VM_COMMAND) {
        return FALSE;
    }
    command = qevm_be_get(p + 1, 2);
    return command > 0 && command < G_N_ELEMENTS(commands) &&
           (commands[command].len < 0 ||
            (guint64)commands[command].len == qevm_be_get(p + 3, 2));
}

static gboolean
command_dropped(QevmWalk *walk, guint command, guint ordinal)
{
    for (guint i = 0; walk->edit && i < walk->edit->commands->len; i++) {
        const QevmCommandEdit *e =
            &g_array_index(walk->edit->commands, QevmCommandEdit, i);

        if (e->command == command &&
            (e->ordinal < 0 || (guint)e->ordinal == ordinal)) {
            return TRUE;
        }
    }
    return FALSE;
}

static gboolean
open_package(QevmWalk *walk, QevmRecord *record, GError **error)
{
    gsize len;
    const guint8 *data = g_bytes_get_data(record->command_data, &len);
    guint64 size = qevm_be_get(data, 4);
    guint64 here = qevm_flow_offset(walk->flow);

    if (walk->package_end) {
        return qevm_walk_fail(walk, record->offset, error,
                              "a package inside a package");
    }
    if (qevm_source_size(walk->stream->source) != G_MAXUINT64 &&
        size > qevm_source_size(walk->stream->source) - here) {
        return qevm_walk_fail(
            walk, record->offset, error,
            "a package of %" G_GUINT64_FORMAT " bytes runs past the end", size);
    }
    record->package_size = size;
    return TRUE;
}

static gboolean
walk_command_body(QevmWalk *walk, QevmRecord *record, GError **error)
{
    const guint8 *p;
    gsize len;
    guint ordinal = 0;

    if (!qevm_flow_peek(walk->flow, 5, "command", &p, error)) {
        return FALSE;
    }
    record->command = (guint16)qevm_be_get(p + 1, 2);
    len = (gsize)qevm_be_get(p + 3, 2);
    if (record->command == 0 || record->command >= G_N_ELEMENTS(commands)) {
        return qevm_walk_fail(walk, record->offset, error,
                              "unknown command %u of %u bytes", record->command,
                              (guint)len);
    }
    if (commands[record->command].len >= 0 &&
        (gsize)commands[record->command].len != len) {
        return qevm_walk_fail(walk, record->offset, error,
                              "command %s with %u bytes, %d wanted",
                              commands[record->command].name, (guint)len,
                              commands[record->command].len);
    }
    if (!qevm_flow_peek(walk->flow, 5 + len, "command", &p, error)) {
        return FALSE;
    }
    record->command_data = g_bytes_new(p + 5, len);
    ordinal = walk->commands[record->command]++;
    if (command_dropped(walk, record->command, ordinal)) {
        return qevm_flow_drop(walk->flow, 5 + len, "command", error);
    }
    if (record->command == MIG_CMD_POSTCOPY_RAM_DISCARD) {
        return qevm_ram_filter_discard(walk, 5 + len, record->command_data,
                                       error);
    }
    return qevm_flow_pass(walk->flow, 5 + len, "command", error) &&
           (record->command != MIG_CMD_PACKAGED ||
            open_package(walk, record, error));
}

static gboolean
walk_command(QevmWalk *walk, GError **error)
{
    QevmRecord *record = g_new0(QevmRecord, 1);
    guint64 package;

    record->type = QEVM_RECORD_COMMAND;
    record->offset = qevm_flow_offset(walk->flow);
    if (!walk_command_body(walk, record, error)) {
        qevm_record_free(record);
        return FALSE;
    }
    package = record->package_size;
    walk->after_run |= record->command == MIG_CMD_POSTCOPY_RUN;
    if (!qevm_walk_add(walk, record, error)) {
        return FALSE;
    }
    if (package) {
        walk->package_end = qevm_flow_offset(walk->flow) + package;
    }
    return TRUE;
}

static gboolean
walk_eof(QevmWalk *walk, GError **error)
{
    QevmRecord *record;

    if (walk->package_end) {
        return qevm_walk_fail(walk, qevm_flow_offset(walk->flow), error,
                              "EOF (00) inside a package");
    }
    record = g_new0(QevmRecord, 1);
    record->type = QEVM_RECORD_EOF;
    record->offset = qevm_flow_offset(walk->flow);
    if (!qevm_flow_pass(walk->flow, 1, "EOF", error)) {
        qevm_record_free(record);
        return FALSE;
    }
    return qevm_walk_add(walk, record, error);
}

/* ---- the end of the live part ---- */

/* The iterative section `ram` that may still get PARTs; NULL: none. */
static const QevmLiveSection *
open_ram(QevmWalk *walk)
{
    GHashTableIter iter;
    gpointer value;

    g_hash_table_iter_init(&iter, walk->sections);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const QevmLiveSection *s = value;

        if (s->handler == &qevm_handler_ram && !s->ended &&
            !qevm_walk_drops(walk, s->section_id)) {
            return s;
        }
    }
    return NULL;
}

gboolean
qevm_walk_end_live(QevmWalk *walk, GError **error)
{
    const QevmLiveSection *ram = open_ram(walk);
    guint8 head[5] = { QEMU_VM_SECTION_PART };
    guint8 eos[8], footer[5] = { QEMU_VM_SECTION_FOOTER };
    gboolean footers;

    if (!ram || !qevm_ram_filter_waits(walk)) {
        return TRUE;
    }
    footers = walk->edit->footers == QEVM_FOOTERS_AS_THEY_ARE
                  ? walk->stream->footers
                  : walk->edit->footers == QEVM_FOOTERS_ADD;
    qevm_be_put(head + 1, 4, ram->section_id);
    qevm_be_put(eos, 8, RAM_SAVE_FLAG_EOS);
    qevm_be_put(footer + 1, 4, ram->section_id);
    return qevm_flow_insert(walk->flow, head, sizeof head, error) &&
           qevm_ram_filter_finish(walk, error) &&
           qevm_flow_insert(walk->flow, eos, sizeof eos, error) &&
           (!footers ||
            qevm_flow_insert(walk->flow, footer, sizeof footer, error));
}

/* ---- the loop ---- */

gsize
qevm_walk_look(const QevmWalk *walk, guint64 offset, gsize n, guint8 *buf)
{
    QevmSource *source = walk->stream->source;
    guint64 size = qevm_source_size(source);

    if (size == G_MAXUINT64 || offset >= size) {
        return 0;
    }
    n = (gsize)MIN((guint64)n, size - offset);
    return qevm_source_read(source, offset, n, buf, "what follows", NULL) ? n
                                                                          : 0;
}

gboolean
qevm_walk_peek(QevmWalk *walk, int *type, GError **error)
{
    const guint8 *p;
    gsize got;

    if (!qevm_flow_peek_some(walk->flow, 1, &p, &got, error)) {
        return FALSE;
    }
    *type = got ? p[0] : -1;
    return TRUE;
}

gboolean
qevm_walk_record(QevmWalk *walk, GError **error)
{
    int type;

    if (!walk->filter && walk->stream->records->len == 0) {
        return walk_header(walk, error);
    }
    if (walk->package_end &&
        qevm_flow_offset(walk->flow) >= walk->package_end) {
        if (qevm_flow_offset(walk->flow) > walk->package_end) {
            return qevm_walk_fail(walk, walk->package_end, error,
                                  "the package ends inside a record");
        }
        walk->package_end = 0;
    }
    if (!qevm_walk_peek(walk, &type, error)) {
        return FALSE;
    }
    switch (type) {
    case QEMU_VM_CONFIGURATION:
        if (walk->stream->records->len == 1) {
            return walk_configuration(walk, error);
        }
        return qevm_walk_fail(walk, qevm_flow_offset(walk->flow), error,
                              "a configuration (section type 7) that does not "
                              "follow the header");
    case QEMU_VM_SECTION_START:
        return qevm_walk_section(walk, QEVM_RECORD_START, error);
    case QEMU_VM_SECTION_PART:
        return qevm_walk_section(walk, QEVM_RECORD_PARTS, error);
    case QEMU_VM_SECTION_END:
        return qevm_walk_section(walk, QEVM_RECORD_END, error);
    case QEMU_VM_SECTION_FULL:
        return qevm_walk_section(walk, QEVM_RECORD_FULL, error);
    case QEMU_VM_COMMAND:
        return walk_command(walk, error);
    case QEMU_VM_EOF:
        return walk_eof(walk, error);
    case -1:
        g_set_error(error, QEVM_ERROR, QEVM_ERROR_TRUNCATED,
                    "at 0x%" G_GINT64_MODIFIER
                    "x: the stream ends without EOF (00)",
                    qevm_flow_offset(walk->flow));
        return FALSE;
    default:
        return qevm_walk_fail(walk, qevm_flow_offset(walk->flow), error,
                              "unknown section type %d (0x%02x)", type, type);
    }
}

void
qevm_walk_catch_up(QevmWalk *walk)
{
    GPtrArray *records = walk->stream->records;

    walk->footers_known = TRUE;
    for (guint i = 0; i < records->len; i++) {
        const QevmRecord *r = g_ptr_array_index(records, i);

        switch (r->type) {
        case QEVM_RECORD_START:
            qevm_walk_add_live(walk, r);
            break;
        case QEVM_RECORD_COMMAND:
            /* Edits count the commands of the source. */
            walk->commands[r->command] += !r->added;
            break;
        case QEVM_RECORD_PARTS:
        case QEVM_RECORD_END:
        case QEVM_RECORD_LIVE:
            return;
        default:
            break;
        }
    }
}

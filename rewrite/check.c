/* check.c - what is wrong with a stream by itself, wherever it is to go. */
#include "rewrite/check.h"
#include "parser/path.h"
#include "parser/pointers.h"

#include <string.h>

/* Of one kind in one section, so that a broken table does not drown the
 * rest. */
#define SAME_KIND_MAX 8
#define MACHINE_NAME_LONG 64

typedef struct {
    QevmStream *stream;
    QevmRecord *record; /* the section being looked at */
    GPtrArray *findings;
    gboolean judged;       /* a target judges the bytes of sections */
    gboolean commands[12]; /* numbers seen */
    guint markers, nulls, irqs, versions, negatives; /* in this section */
    guint limited;      /* findings that limit_findings() saw */
    QevmSeverity worst; /* of them */
    gboolean more;      /* there were others */
} Check;

/* ---- paths ---- */

static char *
section_path(const Check *c, QevmRecord *record)
{
    QevmPlace place = { .kind = QEVM_PLACE_SECTION, .record = record };

    return qevm_path_of(c->stream, &place);
}

static char *
node_path(const Check *c, QevmNode *node, guint64 index)
{
    QevmPlace place = { .kind = node->kind == QEVM_NODE_ARRAY
                                    ? QEVM_PLACE_ELEMENT
                                    : QEVM_PLACE_NODE,
                        .record = c->record,
                        .node = node,
                        .index = index };

    return qevm_path_of(c->stream, &place);
}

/* ---- nodes ---- */

/* Markers stand before each element, and after the last one:
 *   01 element 01 element 00                qtailq, qlist
 *   u32 count, 01 element 01 element 00     gtree
 * (migration/vmstate-types.c: put_qtailq(), put_gtree()) */
static void
check_list(Check *c, QevmNode *list)
{
    gsize size;
    const guint8 *bytes = qevm_node_source_bytes(list, &size);

    for (QevmNode *n = qevm_node_children(list); n && bytes; n = n->next) {
        guint64 at;

        if (n->kind != QEVM_NODE_STRUCT || n->offset <= list->offset ||
            n->offset - list->offset > size) {
            continue;
        }
        at = n->offset - 1;
        if (bytes[at - list->offset] != 1 && c->markers++ < SAME_KIND_MAX) {
            qevm_finding_add(c->findings, "list-marker", node_path(c, n, 0), at,
                             "the marker before this element is %u, not 1",
                             bytes[at - list->offset]);
        }
    }
}

static void
check_null(Check *c, QevmNode *node, guint64 index)
{
    g_auto(QevmValue) value = QEVM_VALUE_INIT;
    g_autofree char *text = NULL;

    qevm_node_value(node, index, &value);
    if (value.kind != QEVM_VALUE_BYTES || c->nulls++ >= SAME_KIND_MAX) {
        return;
    }
    text = qevm_value_format(&value);
    qevm_finding_add(c->findings, "null-marker", node_path(c, node, index),
                     qevm_node_value_offset(node, index),
                     "the marker of a null pointer is %s, not hex:30", text);
}

/* Four words, one for each pin (hw/pci/pci.c:get_pci_irq_state()). */
static void
check_irq_state(Check *c, QevmNode *node)
{
    gsize size;
    const guint8 *bytes = qevm_node_bytes(node, &size);

    for (gsize i = 0; i + 4 <= size; i += 4) {
        guint64 level = qevm_be_get(bytes + i, 4);

        if (level > 1 && c->irqs++ < SAME_KIND_MAX) {
            qevm_finding_add(c->findings, "irq-state", node_path(c, node, 0),
                             node->offset + i,
                             "interrupt pin %u has the state %" G_GUINT64_FORMAT
                             ", must be 0 or 1",
                             (guint)(i / 4), level);
        }
    }
}

static void
check_less_or_equal(Check *c, QevmNode *node, guint64 index)
{
    g_auto(QevmValue) value = QEVM_VALUE_INIT;

    qevm_node_value(node, index, &value);
    if (value.kind == QEVM_VALUE_SINT && value.as.s < 0 &&
        c->negatives++ < SAME_KIND_MAX) {
        qevm_finding_add(
            c->findings, "negative-version", node_path(c, node, index),
            qevm_node_value_offset(node, index),
            "the value is %" G_GINT64_FORMAT " and must not be negative",
            value.as.s);
    }
}

/* Names of RunState, all releases (qapi/run-state.json); a zero ends it
 * (system/globalstate.c:global_state_post_load()). */
static void
check_run_state(Check *c, QevmNode *node)
{
    static const char *const states[] = {
        "debug",      "inmigrate",   "internal-error", "io-error",
        "paused",     "postmigrate", "prelaunch",      "finish-migrate",
        "restore-vm", "running",     "save-vm",        "shutdown",
        "suspended",  "watchdog",    "guest-panicked", "colo",
        "preconfig",
    };
    gsize size;
    const char *bytes = (gconstpointer)qevm_node_bytes(node, &size);
    g_autofree char *name = g_strndup(bytes, size);
    g_autofree char *shown = NULL;

    for (guint i = 0; i < G_N_ELEMENTS(states); i++) {
        if (strcmp(name, states[i]) == 0) {
            return;
        }
    }
    shown = g_strescape(name, NULL);
    qevm_finding_add(c->findings, "run-state", node_path(c, node, 0),
                     node->offset, "\"%s\" is no run state", shown);
}

static void
check_leaf(Check *c, QevmNode *node)
{
    const QevmFieldDesc *field = node->desc.field;
    const QevmPrim *prim = field->prim;
    guint64 count = qevm_node_count(node);

    if (prim &&
        (prim->kind == QEVM_PRIM_NULLPTR || prim->kind == QEVM_PRIM_MARKER)) {
        for (guint64 i = 0; i < count; i++) {
            check_null(c, node, i);
        }
    } else if (strcmp(field->type, "int32 le") == 0) {
        for (guint64 i = 0; i < count; i++) {
            check_less_or_equal(c, node, i);
        }
    } else if (strcmp(field->type, "pci irq state") == 0 &&
               node->kind != QEVM_NODE_ARRAY) {
        check_irq_state(c, node);
    } else if (strcmp(field->name, "runstate") == 0 &&
               strcmp(c->record->idstr ? c->record->idstr : "",
                      "globalstate") == 0 &&
               node->parent && node->parent->kind == QEVM_NODE_SECTION) {
        check_run_state(c, node);
    }
}

static void
check_node(Check *c, QevmNode *node)
{
    if (node->kind == QEVM_NODE_FIELD || node->kind == QEVM_NODE_ARRAY ||
        qevm_node_overlay(node)) {
        check_leaf(c, node);
        return;
    }
    if (node->kind == QEVM_NODE_RAW) {
        return;
    }
    if (node->kind == QEVM_NODE_LIST) {
        check_list(c, node);
    } else if (node->kind == QEVM_NODE_SUBSECTION &&
               node->desc.vmsd->version > 255 &&
               c->versions++ < SAME_KIND_MAX) {
        qevm_finding_add(
            c->findings, "subsection-version", node_path(c, node, 0),
            node->offset, "version %u, of which QEMU keeps %u",
            node->desc.vmsd->version, node->desc.vmsd->version & 0xff);
    }
    for (QevmNode *n = qevm_node_children(node); n; n = n->next) {
        check_node(c, n);
    }
}

/* ---- sections ---- */

/* "WHERE: at 0xOFFSET: WHAT" (in notes without the first colon), as the parser
 * words it, in its parts. */
static const char *
split_message(const char *message, char **where, guint64 *offset)
{
    const char *at = strstr(message, "at 0x"), *what;
    char *end;

    if (!at) {
        return message;
    }
    *offset = g_ascii_strtoull(at + 5, &end, 16);
    if (!g_str_has_prefix(end, ": ")) {
        return message;
    }
    what = end + 2;
    if (where && at > message) {
        *where = g_strndup(message, (gsize)(at - message));
        g_strchomp(*where);
        if (g_str_has_suffix(*where, ":")) {
            (*where)[strlen(*where) - 1] = '\0';
        }
    }
    return what;
}

/* FALSE: the description is of other bytes, so that what it makes of these
 * means nothing. */
static gboolean
check_decoding(Check *c, const QevmTree *tree)
{
    QevmRecord *r = c->record;
    guint64 offset = r->payload_offset;
    const char *what;

    if (r->device && !r->mended && r->resynced &&
        qevm_pointers_suspect(r->device->vmsd, r->payload_size)) {
        qevm_finding_add(c->findings, "null-array", section_path(c, r),
                         r->payload_offset,
                         "QEMU before 10.0 did not describe this array of "
                         "pointers rightly, and nothing else does");
        return FALSE;
    }
    if (r->device && !r->mended && r->device->size != r->payload_size) {
        qevm_finding_add(c->findings,
                         c->judged ? "vmdesc-disagrees" : "bytes-shifted",
                         section_path(c, r), r->payload_offset,
                         "the section has %" G_GUINT64_FORMAT
                         " bytes, the vmdesc describes %" G_GUINT64_FORMAT,
                         r->payload_size, r->device->size);
        return FALSE;
    }
    if (tree->error && c->judged) {
        qevm_finding_add(c->findings, "vmdesc-disagrees", section_path(c, r),
                         r->payload_offset,
                         "the section does not fit its description");
    } else if (tree->error) {
        what = split_message(tree->error->message, NULL, &offset);
        qevm_finding_add(c->findings, "decode-error", section_path(c, r),
                         offset, "%s", what);
    }
    return TRUE;
}

static void
check_section_facts(Check *c)
{
    QevmRecord *r = c->record;

    /* Without a vmdesc that is so of all of them, and said once. */
    if (r->opaque && r->type == QEVM_RECORD_FULL && c->stream->vmdesc) {
        qevm_finding_add(c->findings, "section-opaque", section_path(c, r),
                         r->offset, "the vmdesc does not list this section");
    }
    if (r->resynced && r->type == QEVM_RECORD_START) {
        qevm_finding_add(c->findings, "section-resynced", section_path(c, r),
                         r->offset, "the end was found by the footer");
    }
    if (r->device && r->device->vmsd->name &&
        r->device->vmsd->version != r->version_id) {
        qevm_finding_add(c->findings, "vmdesc-disagrees", section_path(c, r),
                         r->offset, "version %u, the vmdesc says %u",
                         r->version_id, r->device->vmsd->version);
    }
}

/* Opaque bytes that a description is there for. */
static void
check_unread(Check *c, const QevmTree *tree)
{
    for (guint i = 0; tree->notes && i < MIN(tree->notes->len, SAME_KIND_MAX);
         i++) {
        const QevmTreeNote *note = &g_array_index(tree->notes, QevmTreeNote, i);
        guint64 offset = note->offset;
        const char *what = split_message(note->why, NULL, &offset);

        qevm_finding_add(c->findings, "not-read", section_path(c, c->record),
                         offset, "`%s' is not read: %s", note->name, what);
    }
}

static void
check_section(Check *c)
{
    QevmRecord *r = c->record;
    QevmTree *tree;

    c->markers = c->nulls = c->irqs = c->versions = c->negatives = 0;
    check_section_facts(c);
    if (r->type == QEVM_RECORD_START && strcmp(r->idstr, "ram") != 0) {
        return;
    }
    tree = qevm_record_tree(c->stream, r, NULL);
    if (!tree) {
        return;
    }
    qevm_tree_descend_all(tree);
    if (check_decoding(c, tree) && !c->judged) {
        check_node(c, &tree->root);
    }
    check_unread(c, tree);
    qevm_record_forget(r);
}

static void
check_machine(Check *c)
{
    const char *name = c->stream->machine;
    gboolean odd = !g_utf8_validate(name, -1, NULL);
    g_autofree char *shown = g_strescape(name, NULL);

    for (const char *p = name; *p && !odd; p++) {
        odd = !g_ascii_isgraph(*p);
    }
    if (!*name) {
        qevm_finding_add(c->findings, "machine-name",
                         section_path(c, c->record), c->record->payload_offset,
                         "the machine's name is empty, so QEMU compares "
                         "nothing");
    } else if (odd || strlen(name) > MACHINE_NAME_LONG) {
        qevm_finding_add(c->findings, "machine-name",
                         section_path(c, c->record), c->record->payload_offset,
                         "\"%.80s\" is no name of a machine type", shown);
    }
}

/* ---- commands ---- */

enum {
    MIG_CMD_POSTCOPY_ADVISE = 3,
    MIG_CMD_SWITCHOVER_START = 11,
};

static guint
count_commands(const QevmStream *stream, guint16 command)
{
    guint n = 0;

    for (guint i = 0; i < stream->records->len; i++) {
        const QevmRecord *r = g_ptr_array_index(stream->records, i);

        n += r->type == QEVM_RECORD_COMMAND && r->command == command;
    }
    return n;
}

/* Of each number only the first one is reported. */
static void
check_command(Check *c)
{
    const QevmRecord *r = c->record;
    const char *name = qevm_command_name(r->command);
    guint n;

    if (r->command >= G_N_ELEMENTS(c->commands) || c->commands[r->command]) {
        return;
    }
    c->commands[r->command] = TRUE;

    if (r->command == MIG_CMD_SWITCHOVER_START) {
        return;
    }
    if (r->command == MIG_CMD_POSTCOPY_ADVISE) {
        if (r->command_data && g_bytes_get_size(r->command_data)) {
            qevm_finding_add(c->findings, "postcopy-advise", NULL, r->offset,
                             "the destination must have the capability "
                             "postcopy-ram on");
        }
        return;
    }
    n = count_commands(c->stream, r->command);
    if (n == 1) {
        qevm_finding_add(c->findings, "command-live", NULL, r->offset,
                         "command %s needs a living source", name);
    } else {
        qevm_finding_add(c->findings, "command-live", NULL, r->offset,
                         "command %s, %u times, needs a living source", name,
                         n);
    }
}

/* ---- the stream ---- */

static char *
section_key(const QevmRecord *r)
{
    return g_strdup_printf("%u/%s", r->instance_id, r->idstr);
}

/* Sections whose name and instance were there before. */
static void
check_duplicate(Check *c, GHashTable *seen)
{
    char *key = section_key(c->record);

    if (!g_hash_table_add(seen, key)) {
        qevm_finding_add(c->findings, "duplicate-section",
                         section_path(c, c->record), c->record->offset,
                         "a section of this name and instance came before");
    }
}

/* So many findings are kept; of those past them, what is worse than all before,
 * so that an error is not lost in notes. */
static void
limit_findings(Check *c)
{
    for (guint i = c->limited; i < c->findings->len;) {
        const QevmFinding *f = g_ptr_array_index(c->findings, i);

        if (i >= QEVM_FINDINGS_MAX && f->info->severity <= c->worst) {
            g_ptr_array_remove_index(c->findings, i);
            c->more = TRUE;
            continue;
        }
        c->worst = MAX(c->worst, f->info->severity);
        i++;
    }
    c->limited = c->findings->len;
}

static void
check_records(Check *c)
{
    g_autoptr(GHashTable) seen =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

    for (guint i = 0; i < c->stream->records->len; i++) {
        c->record = g_ptr_array_index(c->stream->records, i);
        switch (c->record->type) {
        case QEVM_RECORD_FULL:
            check_duplicate(c, seen);
            check_section(c);
            break;
        case QEVM_RECORD_CONFIGURATION:
            check_machine(c);
            check_section(c);
            break;
        case QEVM_RECORD_START:
            check_section(c);
            break;
        case QEVM_RECORD_COMMAND:
            check_command(c);
            break;
        case QEVM_RECORD_TRAILING:
            qevm_finding_add(
                c->findings, "trailing-bytes", NULL, c->record->offset,
                "%" G_GUINT64_FORMAT " byte%s after the end of the stream",
                c->record->size, c->record->size == 1 ? "" : "s");
            break;
        default:
            break;
        }
        limit_findings(c);
    }
}

static QevmRecord *
find_record(const QevmStream *stream, QevmRecordType type)
{
    for (guint i = 0; i < stream->records->len; i++) {
        QevmRecord *r = g_ptr_array_index(stream->records, i);

        if (r->type == type) {
            return r;
        }
    }
    return NULL;
}

/* A background snapshot has START and PARTs of ram alone. */
static void
check_ends(Check *c)
{
    g_autoptr(GHashTable) ended = g_hash_table_new(NULL, NULL);
    guint n_ended = 0, n_started = 0;

    for (guint i = 0; i < c->stream->records->len; i++) {
        const QevmRecord *r = g_ptr_array_index(c->stream->records, i);

        if (r->type == QEVM_RECORD_END) {
            g_hash_table_add(ended, GUINT_TO_POINTER(r->section_id));
            n_ended++;
        }
        n_started += r->type == QEVM_RECORD_START;
    }
    if (n_ended == 0 && n_started == 1 && c->stream->ram) {
        return;
    }
    for (guint i = 0; i < c->stream->records->len; i++) {
        QevmRecord *r = g_ptr_array_index(c->stream->records, i);

        if (r->type == QEVM_RECORD_START &&
            !g_hash_table_contains(ended, GUINT_TO_POINTER(r->section_id))) {
            qevm_finding_add(c->findings, "end-missing", section_path(c, r),
                             r->offset, "the section has a START and no END");
        }
    }
}

/* Devices that the vmdesc lists and the stream does not have. */
static void
check_listed(Check *c)
{
    const QevmVmdesc *vmdesc = c->stream->vmdesc;
    QevmRecord *at = find_record(c->stream, QEVM_RECORD_VMDESC);
    g_autoptr(GHashTable) used = g_hash_table_new(NULL, NULL);

    for (guint i = 0; i < c->stream->records->len; i++) {
        const QevmRecord *r = g_ptr_array_index(c->stream->records, i);

        if (r->device) {
            g_hash_table_add(used, (gpointer)(guintptr)r->device);
        }
    }
    for (guint i = 0; i < vmdesc->n_devices; i++) {
        const QevmDevice *d = &vmdesc->devices[i];
        g_autofree char *name = qevm_path_quote(d->name);

        if (!g_hash_table_contains(used, d)) {
            qevm_finding_add(c->findings, "vmdesc-disagrees", NULL,
                             at ? at->offset : 0,
                             "the vmdesc lists %s, instance %u, which the "
                             "stream does not have",
                             name, d->instance_id);
        }
    }
}

static void
check_vmdesc(Check *c)
{
    QevmStream *s = c->stream;
    QevmRecord *at = find_record(s, QEVM_RECORD_VMDESC);
    QevmRecord *eof = find_record(s, QEVM_RECORD_EOF);
    QevmRecord *raw = find_record(s, QEVM_RECORD_RAW);
    guint64 offset = at    ? at->offset
                     : eof ? eof->offset + 1
                     : raw ? raw->offset
                           : 0;

    if (s->vmdesc) {
        /* What a cut stream does not reach is not missing. */
        if (!s->error) {
            check_listed(c);
        }
    } else if (s->vmdesc_error) {
        const char *what =
            split_message(s->vmdesc_error->message, NULL, &offset);

        qevm_finding_add(c->findings, "vmdesc-unreadable", NULL, offset, "%s",
                         what);
    } else if (!s->error) {
        qevm_finding_add(c->findings, "vmdesc-missing", NULL, offset,
                         "the stream does not describe its devices");
    }
}

/* Where the parser had to stop. */
static void
check_error(Check *c)
{
    const GError *error = c->stream->error;
    QevmRecord *raw = find_record(c->stream, QEVM_RECORD_RAW);
    guint64 offset = raw ? raw->offset : 0;
    char *where = NULL;
    const char *what = split_message(error->message, &where, &offset);
    const char *slug = "bad-framing";

    /* Of a stream that was cut the description is lost, too, and the section
     * that was cut has no end. */
    if (error->code == QEVM_ERROR_TRUNCATED ||
        g_str_has_prefix(what, "nothing describes this payload, and no ")) {
        slug = "early-eof";
    } else if (error->domain != QEVM_ERROR || error->code == QEVM_ERROR_LIMIT ||
               error->code == QEVM_ERROR_UNSUPPORTED) {
        slug = "not-understood";
    } else if (g_str_has_prefix(what, "the footer of ")) {
        slug = "footer-missing";
    } else if (g_strcmp0(where, "ram") == 0) {
        slug = "bad-ram";
    }
    qevm_finding_add(c->findings, slug, where, offset, "%s", what);
}

static void
check_page_size(Check *c)
{
    const QevmStream *s = c->stream;

    if (s->ram && s->page_size && !s->page_size_exact) {
        qevm_finding_add(
            c->findings, "page-size-guessed", g_strdup("ram"),
            s->ram->list_offset,
            "the RAM records make sense with pages of %" G_GUINT64_FORMAT
            " bytes; nothing says so",
            s->page_size);
    }
}

static void
check_notes(Check *c)
{
    for (guint i = 0; i < c->stream->notes->len; i++) {
        const char *note = g_ptr_array_index(c->stream->notes, i);
        char *where = NULL;
        guint64 offset = 0;
        const char *what;

        /* Has a finding of its own. */
        if (g_str_has_prefix(note, "page size ")) {
            continue;
        }
        what = split_message(note, &where, &offset);

        qevm_finding_add(c->findings, "oddity", where, offset, "%s", what);
    }
}

GPtrArray *
qevm_check(QevmStream *stream, gboolean judged)
{
    GPtrArray *findings =
        g_ptr_array_new_with_free_func((GDestroyNotify)qevm_finding_free);
    Check c = { .stream = stream, .findings = findings, .judged = judged };

    check_records(&c);
    check_notes(&c);
    check_page_size(&c);
    check_vmdesc(&c);
    if (stream->error) {
        check_error(&c);
    } else if (stream->walked) {
        check_ends(&c);
    }
    limit_findings(&c);
    qevm_findings_sort(findings);
    if (c.more) {
        const QevmFinding *last =
            g_ptr_array_index(findings, findings->len - 1);

        qevm_finding_add(findings, "more-findings", NULL, last->offset,
                         "there are more findings than these");
    }
    return findings;
}

const char *const *
qevm_check_skipped(const QevmStream *stream)
{
    static const char *const nothing[] = { NULL };
    static const char *const unwalked[] = {
        "RAM pages and other iterative sections",
        "commands between them",
        "whether iterative sections were finished",
        NULL,
    };

    return stream->walked ? nothing : unwalked;
}

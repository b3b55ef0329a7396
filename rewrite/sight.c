/* sight.c - finds the section and field that QEMU complained of. */
#include <string.h>

#include "parser/names.h"
#include "parser/path.h"
#include "rewrite/sight-private.h"

/* A tree can have 270,000 nodes; no field that QEMU names is behind so many. */
#define MAX_NODES 1000000

/* ---- what was found ---- */

void
qevm_look_fact(QevmLook *look, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    g_ptr_array_add(look->out->facts, g_strdup_vprintf(format, args));
    va_end(args);
}

/* Does all of the stream, and of the section, decode? */
static gboolean
is_sound(const QevmLook *look)
{
    return !look->stream->error && !look->stream->opaque_rest &&
           !(look->root && qevm_node_tree(look->root)->error);
}

void
qevm_look_verdict(QevmLook *look, gboolean same)
{
    look->out->verdict = same             ? QEVM_SIGHT_SAME
                         : is_sound(look) ? QEVM_SIGHT_OTHER
                                          : QEVM_SIGHT_OPEN;
}

void
qevm_look_value(QevmLook *look, gboolean same)
{
    if (same) {
        qevm_look_verdict(look, TRUE);
        return;
    }
    qevm_look_fact(look, "the message says another value: this is not the "
                         "stream that QEMU read, or QEMU reads fewer or more "
                         "bytes before this field than the source wrote");
}

static void
set_place(QevmLook *look, const QevmPlace *place, guint64 offset)
{
    g_free(look->out->path);
    look->out->path = qevm_path_of(look->stream, place);
    look->out->offset = offset;
}

void
qevm_look_at_section(QevmLook *look, QevmRecord *record)
{
    QevmPlace place = { .kind = QEVM_PLACE_SECTION, .record = record };

    set_place(look, &place, record->offset);
}

QevmRecord *
qevm_look_next(const QevmLook *look, const QevmRecord *record)
{
    const GPtrArray *records = look->stream->records;
    guint i = 0;

    g_ptr_array_find((GPtrArray *)(guintptr)records, record, &i);
    while (++i < records->len) {
        QevmRecord *r = g_ptr_array_index(records, i);

        if (qevm_record_is_section(r) &&
            strcmp(qevm_record_name(r), qevm_record_name(record)) == 0) {
            return r;
        }
    }
    return NULL;
}

static gboolean
is_leaf(const QevmNode *node)
{
    return node->kind == QEVM_NODE_FIELD || node->kind == QEVM_NODE_ARRAY ||
           node->kind == QEVM_NODE_RAW;
}

void
qevm_look_at(QevmLook *look, QevmNode *node, gint64 index)
{
    QevmPlace place = { .record = look->record, .node = node };

    if (node->kind == QEVM_NODE_ARRAY && index >= 0) {
        place.kind = QEVM_PLACE_ELEMENT;
        place.index = (guint64)index;
        set_place(look, &place, qevm_node_value_offset(node, place.index));
    } else if (node->parent) {
        place.kind = QEVM_PLACE_NODE;
        set_place(look, &place, node->offset);
    } else {
        return;
    }
    if (node->kind == QEVM_NODE_FIELD ||
        (node->kind == QEVM_NODE_ARRAY && index >= 0)) {
        g_auto(QevmValue) value = QEVM_VALUE_INIT;
        g_autofree char *text = NULL;

        qevm_node_value(node, place.index, &value);
        text = qevm_names_format(qevm_node_names(node), &value);
        qevm_look_fact(look, "the value there is %s", text);
    }
}

/* ---- through the tree ---- */

static QevmNode *
find(QevmNode *node, QevmLookWanted wanted, gconstpointer data, guint *left)
{
    for (QevmNode *child = qevm_node_children(node); child;
         child = child->next) {
        QevmNode *found;

        if (*left == 0) {
            return NULL;
        }
        --*left;
        if (wanted(child, data)) {
            return child;
        }
        found = is_leaf(child) ? NULL : find(child, wanted, data, left);
        if (found) {
            return found;
        }
    }
    return NULL;
}

QevmNode *
qevm_look_find(QevmNode *node, QevmLookWanted wanted, gconstpointer data)
{
    guint left = MAX_NODES;

    return node ? find(node, wanted, data, &left) : NULL;
}

static gboolean
has_name(QevmNode *node, gconstpointer data)
{
    const char *name = qevm_node_name(node), *wanted = data;
    gsize len = strlen(wanted);

    return strncmp(name, wanted, len) == 0 &&
           (name[len] == '\0' || name[len] == '[');
}

QevmNode *
qevm_look_named(QevmNode *node, const char *name)
{
    return qevm_look_find(node, has_name, name);
}

typedef struct {
    const char *vmsd, *field;
} Level;

/* A field of a vmsd, or a vmsd itself. */
static gboolean
is_level(QevmNode *node, gconstpointer data)
{
    const Level *level = data;
    const QevmVmsd *vmsd =
        qevm_node_vmsd(level->field && node->parent ? node->parent : node);

    if (level->vmsd && (!vmsd || g_strcmp0(vmsd->name, level->vmsd) != 0)) {
        return FALSE;
    }
    return !level->field || has_name(node, level->field);
}

/* From the outermost place in; what is not found is passed over, since the
 * destination's names may be others. */
QevmNode *
qevm_look_field(QevmLook *look)
{
    const GPtrArray *messages = look->failure->messages;
    QevmNode *at = look->root, *found = NULL;

    for (guint i = messages->len; at && i-- > 0;) {
        const QevmMessage *m = g_ptr_array_index(messages, i);
        const char *subsection = qevm_message_text(m, "subsection");
        Level level = { qevm_message_text(m, "vmsd"),
                        qevm_message_text(m, "field") };
        QevmNode *next = NULL;

        if (subsection) {
            next = qevm_look_named(at, subsection);
        } else if (level.vmsd || level.field) {
            next = qevm_look_find(at, is_level, &level);
        }
        if (next) {
            found = next;
            at = is_leaf(next) ? NULL : next;
        }
    }
    return found;
}

static gboolean
covers(QevmNode *node, gconstpointer data)
{
    const guint64 *offset = data;

    return *offset >= node->offset && *offset - node->offset < node->size;
}

void
qevm_look_at_offset(QevmLook *look, guint64 offset)
{
    QevmNode *node = look->root, *next;

    while (node && !is_leaf(node) && (next = qevm_node_children(node))) {
        while (next && !covers(next, &offset)) {
            next = next->next;
        }
        if (!next) {
            break;
        }
        node = next;
    }
    if (node && node != look->root) {
        gint64 index = -1;

        if (node->kind == QEVM_NODE_ARRAY && node->desc.field->size) {
            index = (gint64)((offset - node->offset) / node->desc.field->size);
        }
        qevm_look_at(look, node, index);
        look->out->offset = offset;
    }
}

/* ---- the section ---- */

/* By everything that the failure tells of it, which is something. */
static gboolean
is_named(const QevmRecord *r, const QevmFailure *failure)
{
    if (r->type == QEVM_RECORD_CONFIGURATION) {
        return g_strcmp0(failure->idstr, qevm_record_name(r)) == 0;
    }
    if ((failure->idstr && strcmp(failure->idstr, qevm_record_name(r)) != 0) ||
        (failure->instance_id != G_MAXUINT64 &&
         failure->instance_id != r->instance_id) ||
        (failure->section_id != G_MAXUINT64 &&
         failure->section_id != r->section_id)) {
        return FALSE;
    }
    return failure->idstr || failure->section_id != G_MAXUINT64;
}

static QevmRecord *
find_record(const QevmStream *stream, const QevmFailure *failure)
{
    for (guint i = 0; i < stream->records->len; i++) {
        QevmRecord *r = g_ptr_array_index(stream->records, i);

        if (qevm_record_is_section(r) && is_named(r, failure)) {
            return r;
        }
    }
    return NULL;
}

/* What there is instead of the section. */
static void
tell_others(QevmLook *look)
{
    const char *idstr = look->failure->idstr;
    g_autoptr(GString) instances = g_string_new(NULL);

    if (!idstr) {
        return;
    }
    for (guint i = 0; i < look->stream->records->len; i++) {
        const QevmRecord *r = g_ptr_array_index(look->stream->records, i);

        if (qevm_record_is_section(r) &&
            strcmp(qevm_record_name(r), idstr) == 0) {
            g_string_append_printf(instances, "%s%u",
                                   instances->len ? ", " : "", r->instance_id);
        }
    }
    if (instances->len) {
        qevm_look_fact(look, "it has %s with other instance numbers: %s", idstr,
                       instances->str);
    } else {
        qevm_look_fact(look, "it has no section %s", idstr);
    }
    qevm_look_verdict(look, FALSE);
}

static gboolean
look_at_section(QevmLook *look, GError **error)
{
    QevmTree *tree;

    look->record = find_record(look->stream, look->failure);
    if (!look->record) {
        tell_others(look);
        return TRUE;
    }
    qevm_look_at_section(look, look->record);
    if (look->failure->instance_id == G_MAXUINT64 &&
        look->failure->section_id == G_MAXUINT64 &&
        qevm_look_next(look, look->record)) {
        qevm_look_fact(look, "there are several of that name, and the message "
                             "does not tell which; this is the first");
    }
    tree = qevm_record_tree(look->stream, look->record, error);
    if (!tree) {
        return FALSE;
    }
    qevm_tree_descend_all(tree);
    look->root = &tree->root;
    return TRUE;
}

gboolean
qevm_sight_needs_walk(const QevmFailure *failure)
{
    static const char *const sources[] = {
        "migration/savevm.c:loadvm_",
        "migration/ram.c:",
        "migration/savevm.c:qemu_loadvm_section_part_end",
        "migration/savevm.c:qemu_loadvm_state_main",
    };

    for (guint i = 0; i < G_N_ELEMENTS(sources); i++) {
        if (g_str_has_prefix(failure->cause->form->source, sources[i])) {
            return TRUE;
        }
    }
    return FALSE;
}

QevmSight *
qevm_sight_new(QevmStream *stream, const QevmFailure *failure, GError **error)
{
    g_autoptr(QevmSight) sight = g_new0(QevmSight, 1);
    QevmLook look = { .stream = stream,
                      .failure = failure,
                      .cause = failure->cause,
                      .out = sight };
    QevmLookCheck check = qevm_look_check(failure->cause->id);
    QevmNode *field;

    sight->facts = g_ptr_array_new_with_free_func(g_free);
    if (!look_at_section(&look, error)) {
        return NULL;
    }
    field = qevm_look_field(&look);
    if (field) {
        qevm_look_at(&look, field, -1);
    }
    if (check) {
        check(&look);
    }
    return g_steal_pointer(&sight);
}

void
qevm_sight_free(QevmSight *sight)
{
    if (sight) {
        g_free(sight->path);
        g_ptr_array_unref(sight->facts);
        g_free(sight);
    }
}

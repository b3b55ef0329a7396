/* render-analyze.c - device state as scripts/analyze-migration.py of QEMU 10.0
 * prints it.
 *
 * What that script does and a tree does not show by itself:
 *   - sections are keyed "IDSTR (SECTION_ID)", and a later section of the
 *     same id takes the place of the first;
 *   - configuration is read and not printed; of `ram` the block sizes are; of
 *     other iterative sections an empty string is;
 *   - in one struct, fields of equal names make one list, wherever they stand,
 *     and an array of one is no list; a subsection replaces what has its name;
 *   - types the script does not know ("tmp", "qtailq", "ptr-marker") are
 *     bytes, however they are described.
 * Sections of equal name and instance it reads all by the last description,
 * and silently loses its way if they differ; here each is read by its own.
 * Bytes that could not be decoded, on which the script gives up, are the
 * last key of their struct, "(not decoded)".
 */
#include "cli/render.h"
#include "parser/overlay.h"

#include <string.h>

typedef enum { KIND_BYTES, KIND_SINT, KIND_UINT, KIND_BOOL, KIND_NULL } Kind;

/* How the script reads a type, where that is not as bytes. */
static const struct {
    const char *type;
    Kind kind;
} kinds[] = {
    { "bool", KIND_BOOL },         { "int8", KIND_SINT },
    { "int16", KIND_SINT },        { "int32", KIND_SINT },
    { "int32 equal", KIND_SINT },  { "int32 le", KIND_SINT },
    { "int64", KIND_SINT },        { "uint8", KIND_UINT },
    { "uint16", KIND_UINT },       { "uint32", KIND_UINT },
    { "uint32 equal", KIND_UINT }, { "uint64", KIND_UINT },
    { "int64 equal", KIND_SINT },  { "uint8 equal", KIND_SINT },
    { "uint16 equal", KIND_SINT }, { "nullptr", KIND_NULL },
};

/* All that shares a name in one struct. */
typedef struct {
    const char *name; /* borrowed */
    GPtrArray *nodes; /* QevmNode, borrowed */
    guint64 count;    /* elements in all of them */
} Group;

static void
group_free(gpointer p)
{
    Group *group = p;

    g_ptr_array_unref(group->nodes);
    g_free(group);
}

/* ---- JSON as Python's encoder lays it out, indent=4 ---- */

static void
new_line(QevmPrint *out, guint level)
{
    qevm_print_format(out, "\n%*s", (int)level * 4, "");
}

static void
print_unit(QevmPrint *out, gunichar c)
{
    if (c == '"' || c == '\\') {
        qevm_print_format(out, "\\%c", (char)c);
    } else if (c == '\n') {
        qevm_print(out, "\\n");
    } else if (c == '\r') {
        qevm_print(out, "\\r");
    } else if (c == '\t') {
        qevm_print(out, "\\t");
    } else if (c == '\b') {
        qevm_print(out, "\\b");
    } else if (c == '\f') {
        qevm_print(out, "\\f");
    } else if (c >= 0x20 && c < 0x80) {
        qevm_print_format(out, "%c", (char)c);
    } else if (c < 0x10000) {
        qevm_print_format(out, "\\u%04x", c);
    } else {
        qevm_print_format(out, "\\u%04x\\u%04x", 0xd800 + ((c - 0x10000) >> 10),
                          0xdc00 + ((c - 0x10000) & 0x3ff));
    }
}

/* Bytes that are no UTF-8 come out as if they were Latin-1. */
static void
print_text(QevmPrint *out, const char *text)
{
    while (*text) {
        gunichar c = g_utf8_get_char_validated(text, -1);

        if (c == (gunichar)-1 || c == (gunichar)-2) {
            print_unit(out, (guint8)*text++);
        } else {
            print_unit(out, c);
            text += g_unichar_to_utf8(c, NULL);
        }
    }
}

static void
print_string(QevmPrint *out, const char *text)
{
    qevm_print(out, "\"");
    print_text(out, text);
    qevm_print(out, "\"");
}

/* ---- values ---- */

static void
print_bytes(QevmPrint *out, const guint8 *bytes, gsize size)
{
    qevm_print(out, "\"");
    for (gsize i = 0; i < size; i++) {
        qevm_print_format(out, "%s%02x", i ? " " : "", bytes[i]);
    }
    qevm_print(out, "\"");
}

static void
print_integer(QevmPrint *out, const guint8 *bytes, gsize size, Kind kind)
{
    guint64 value = qevm_be_get(bytes, size);
    gint64 number = qevm_be_get_signed(bytes, size);

    qevm_print_format(out, "\"0x%0*" G_GINT64_MODIFIER "x", (int)size * 2,
                      value);
    if (kind == KIND_SINT && number < 0) {
        qevm_print_format(out, " (%" G_GINT64_FORMAT ")", number);
    }
    qevm_print(out, "\"");
}

static Kind
kind_of(const char *type)
{
    for (guint i = 0; i < G_N_ELEMENTS(kinds); i++) {
        if (strcmp(type, kinds[i].type) == 0) {
            return kinds[i].kind;
        }
    }
    return KIND_BYTES;
}

static void
print_leaf(QevmPrint *out, const char *type, const guint8 *bytes, gsize size)
{
    Kind kind = kind_of(type);

    if (kind == KIND_BOOL && size == 1) {
        qevm_print(out, *bytes ? "true" : "false");
    } else if (kind == KIND_NULL) {
        qevm_print(out, "\"nullptr\"");
    } else if ((kind == KIND_SINT || kind == KIND_UINT) && size >= 1 &&
               size <= 8) {
        print_integer(out, bytes, size, kind);
    } else {
        print_bytes(out, bytes, size);
    }
}

/* ---- structs ---- */

static void print_struct(QevmPrint *out, QevmNode *node, guint level);

/* A whole node as bytes. */
static void
print_wire(QevmPrint *out, QevmNode *node)
{
    g_autoptr(GByteArray) bytes = g_byte_array_new();

    qevm_node_emit(node, bytes);
    print_bytes(out, bytes->data, bytes->len);
}

/* Elements that the script sees. To it a leaf is one, whatever a description
 * says of its bytes. */
static guint64
leaf_count(QevmNode *node)
{
    return qevm_node_is_overlay(node) ? qevm_overlay_leaf(node).count
                                      : qevm_node_count(node);
}

static gboolean
is_object(const QevmNode *node)
{
    return node->kind == QEVM_NODE_SUBSECTION ||
           (node->desc.field && strcmp(node->desc.field->type, "struct") == 0);
}

/* Elements of one node, each a value; `first`: of the list. */
static void
print_elements(QevmPrint *out, QevmNode *node, guint level, gboolean list,
               gboolean *first)
{
    gboolean overlay = qevm_node_is_overlay(node),
             run = node->kind == QEVM_NODE_STRUCTS && !overlay;
    guint64 count = leaf_count(node);
    QevmNode *child = run ? qevm_node_children(node) : NULL;
    g_autoptr(GByteArray) wire = g_byte_array_new();
    gsize size = 0;
    const guint8 *bytes =
        node->kind == QEVM_NODE_FIELD || node->kind == QEVM_NODE_ARRAY
            ? qevm_node_bytes(node, &size)
            : NULL;

    if (overlay) {
        qevm_node_emit(node, wire);
        bytes = wire->data;
        size = wire->len;
    }
    for (guint64 i = 0; run ? !!child : i < count; i++) {
        QevmNode *one = child ? child : node;

        if (list) {
            qevm_print(out, *first ? "" : ",");
            new_line(out, level);
        }
        *first = FALSE;
        if (bytes) {
            print_leaf(out, node->desc.field->type, bytes + i * (size / count),
                       (gsize)(size / count));
        } else if (one->kind != QEVM_NODE_RAW && is_object(node)) {
            print_struct(out, one, level);
        } else {
            print_wire(out, one);
        }
        child = child ? child->next : NULL;
    }
}

static void
add_to_groups(GPtrArray *groups, GHashTable *by_name, QevmNode *node)
{
    const char *name =
        node->kind == QEVM_NODE_RAW ? "(not decoded)" : qevm_node_name(node);
    Group *group = g_hash_table_lookup(by_name, name);

    if (!group) {
        group = g_new0(Group, 1);
        group->name = name;
        group->nodes = g_ptr_array_new();
        g_ptr_array_add(groups, group);
        g_hash_table_insert(by_name, (gpointer)(guintptr)name, group);
    }
    if (node->kind == QEVM_NODE_SUBSECTION) {
        g_ptr_array_set_size(group->nodes, 0);
        group->count = 0;
    }
    g_ptr_array_add(group->nodes, node);
    group->count +=
        node->kind == QEVM_NODE_RAW || node->kind == QEVM_NODE_SUBSECTION
            ? 1
            : leaf_count(node);
}

static void
print_struct(QevmPrint *out, QevmNode *node, guint level)
{
    g_autoptr(GPtrArray) groups = g_ptr_array_new_with_free_func(group_free);
    g_autoptr(GHashTable) by_name = g_hash_table_new(g_str_hash, g_str_equal);

    for (QevmNode *n = qevm_node_children(node); n; n = n->next) {
        add_to_groups(groups, by_name, n);
    }
    if (groups->len == 0) {
        qevm_print(out, "{}");
        return;
    }
    qevm_print(out, "{");
    for (guint i = 0; i < groups->len && !qevm_print_broken(out); i++) {
        const Group *group = g_ptr_array_index(groups, i);
        gboolean list = group->count != 1, first = TRUE;

        qevm_print(out, i ? "," : "");
        new_line(out, level + 1);
        print_string(out, group->name);
        qevm_print(out, list ? ": [" : ": ");
        for (guint k = 0; k < group->nodes->len; k++) {
            print_elements(out, g_ptr_array_index(group->nodes, k),
                           level + 1 + list, list, &first);
        }
        if (list) {
            if (!first) {
                new_line(out, level + 1);
            }
            qevm_print(out, "]");
        }
    }
    new_line(out, level);
    qevm_print(out, "}");
}

/* ---- sections ---- */

static void
print_ram(QevmPrint *out, const QevmRam *ram)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    gboolean any = ram && ram->blocks->len;

    qevm_print(out, "{\n        \"section sizes\": {");
    for (guint i = 0; any && i < ram->blocks->len; i++) {
        const QevmRamBlock *b = &g_array_index(ram->blocks, QevmRamBlock, i);

        /* Of equal names the last one counts, in the place of the first. */
        if (!g_hash_table_add(seen, b->idstr)) {
            continue;
        }
        for (guint k = i + 1; k < ram->blocks->len; k++) {
            const QevmRamBlock *later =
                &g_array_index(ram->blocks, QevmRamBlock, k);

            b = strcmp(later->idstr, b->idstr) == 0 ? later : b;
        }
        qevm_print(out, i ? "," : "");
        new_line(out, 3);
        print_string(out, b->idstr);
        qevm_print_format(out, ": \"0x%016" G_GINT64_MODIFIER "x\"",
                          b->used_length);
    }
    if (any) {
        new_line(out, 2);
    }
    qevm_print(out, "}\n    }");
}

static gboolean
print_section(QevmPrint *out, QevmStream *stream, QevmRecord *record,
              GError **error)
{
    QevmTree *tree;

    if (record->type == QEVM_RECORD_START) {
        if (strcmp(record->idstr, "ram") == 0) {
            print_ram(out, stream->ram);
        } else {
            qevm_print(out, "\"\"");
        }
        return TRUE;
    }
    tree = qevm_record_tree(stream, record, error);
    if (!tree) {
        return FALSE;
    }
    print_struct(out, &tree->root, 1);
    qevm_record_forget(record);
    return TRUE;
}

gboolean
qevm_render_analyze(QevmPrint *out, QevmStream *stream, GError **error)
{
    /* The record that counts for a section id, until it was printed. */
    g_autoptr(GHashTable) last = g_hash_table_new(NULL, NULL);
    gboolean first = TRUE, ok = TRUE;

    for (guint i = 0; i < stream->records->len; i++) {
        QevmRecord *r = g_ptr_array_index(stream->records, i);

        if (r->type == QEVM_RECORD_START || r->type == QEVM_RECORD_FULL) {
            g_hash_table_insert(last, GUINT_TO_POINTER(r->section_id), r);
        }
    }
    qevm_print(out, "{");
    for (guint i = 0; i < stream->records->len && ok; i++) {
        QevmRecord *r = g_ptr_array_index(stream->records, i);
        gpointer key = GUINT_TO_POINTER(r->section_id), found = NULL;

        if ((r->type != QEVM_RECORD_START && r->type != QEVM_RECORD_FULL) ||
            qevm_print_broken(out)) {
            continue;
        }
        if (!g_hash_table_steal_extended(last, key, NULL, &found)) {
            continue;
        }
        r = found;
        qevm_print(out, first ? "" : ",");
        first = FALSE;
        new_line(out, 1);
        qevm_print(out, "\"");
        print_text(out, r->idstr);
        qevm_print_format(out, " (%u)\": ", r->section_id);
        ok = print_section(out, stream, r, error);
    }
    qevm_print(out, first ? "}\n" : "\n}\n");
    return ok;
}

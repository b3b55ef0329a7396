/* render-json.c - records and trees as JSON; render.h has the shapes. */
#include "cli/render.h"
#include "parser/names.h"

#include <string.h>

static char *
escape_text(const char *text)
{
    g_autoptr(GString) s = g_string_new(NULL);

    while (*text) {
        const char *end;

        g_utf8_validate(text, -1, &end);
        g_string_append_len(s, text, end - text);
        text = end;
        if (*text) {
            g_string_append_printf(s, "\\x%02x", (guint8)*text++);
        }
    }
    return g_string_free(g_steal_pointer(&s), FALSE);
}

json_t *
qevm_render_json_text(const char *text)
{
    json_t *json = json_string(text);
    g_autofree char *escaped = NULL;

    if (!json) {
        escaped = escape_text(text);
        json = json_string(escaped);
    }
    return json;
}

static json_t *
json_unsigned(guint64 value)
{
    g_autofree char *hex = NULL;

    if (value <= G_MAXINT64) {
        return json_integer((json_int_t)value);
    }
    hex = g_strdup_printf("0x%016" G_GINT64_MODIFIER "x", value);
    return json_string(hex);
}

json_t *
qevm_render_json_value(const QevmValue *value)
{
    g_autofree char *text = NULL;

    switch (value->kind) {
    case QEVM_VALUE_BOOL:
        return json_boolean(value->as.b);
    case QEVM_VALUE_SINT:
        return json_integer(value->as.s);
    case QEVM_VALUE_UINT:
        return json_unsigned(value->as.u);
    case QEVM_VALUE_STRING:
        text = g_strndup(g_bytes_get_data(value->bytes, NULL),
                         g_bytes_get_size(value->bytes));
        return qevm_render_json_text(text);
    case QEVM_VALUE_BYTES:
        text = qevm_value_format(value);
        return json_string(text);
    default:
        return json_null();
    }
}

static void add_children(const QevmJsonRender *render, json_t *json,
                         QevmNode *node, int level);

static json_t *
render_elements(const QevmJsonRender *render, QevmNode *node, int level)
{
    json_t *elements = json_array();

    for (QevmNode *n = qevm_node_children(node); n; n = n->next) {
        json_t *element = json_object();

        if (n->kind == QEVM_NODE_RAW) {
            json_decref(element);
            element = qevm_render_json_node(render, n);
        } else {
            add_children(render, element, n, level);
        }
        json_array_append_new(elements, element);
    }
    return elements;
}

static json_t *
names_of(const QevmNames *names, const QevmValue *value)
{
    g_autofree char *text = qevm_names_of(names, value);
    g_auto(GStrv) words = g_strsplit(text, " ", -1);
    json_t *list = json_array();

    for (guint i = 0; words[i]; i++) {
        json_array_append_new(list, json_string(words[i]));
    }
    return list;
}

/* "values" of an array, and "names", if they have any. */
static void
add_values(json_t *json, QevmNode *node)
{
    const QevmNames *names = qevm_node_names(node);
    guint64 count = qevm_node_count(node);
    json_t *values = json_array(), *named = names ? json_array() : NULL;

    for (guint64 i = 0; i < count; i++) {
        g_auto(QevmValue) value = QEVM_VALUE_INIT;

        qevm_node_value(node, i, &value);
        json_array_append_new(values, qevm_render_json_value(&value));
        if (named) {
            json_array_append_new(named, names_of(names, &value));
        }
    }
    json_object_set_new(json, "values", values);
    if (named) {
        json_object_set_new(json, "names", named);
    }
}

void
qevm_render_json_names(json_t *json, const QevmNode *node,
                       const QevmValue *value)
{
    const QevmNames *names = node ? qevm_node_names(node) : NULL;

    if (names) {
        json_object_set_new(json, "names", names_of(names, value));
    }
}

static json_t *
render_node(const QevmJsonRender *render, QevmNode *node, int level)
{
    g_auto(QevmValue) value = QEVM_VALUE_INIT;
    json_t *json = json_object();

    json_object_set_new(json, "name",
                        qevm_render_json_text(qevm_node_name(node)));
    if (node->kind == QEVM_NODE_SUBSECTION) {
        json_object_set_new(json, "version_id",
                            json_integer(node->desc.vmsd->version));
    } else {
        json_object_set_new(
            json, "type",
            node->kind == QEVM_NODE_RAW
                ? json_string("raw")
                : qevm_render_json_text(node->desc.field->type));
    }
    json_object_set_new(json, "offset", json_unsigned(node->offset));
    switch ((QevmNodeKind)node->kind) {
    case QEVM_NODE_FIELD:
    case QEVM_NODE_RAW:
        qevm_node_value(node, 0, &value);
        json_object_set_new(json, "value", qevm_render_json_value(&value));
        qevm_render_json_names(json, node, &value);
        if (qevm_node_note(node)) {
            json_object_set_new(json, "note",
                                qevm_render_json_text(qevm_node_note(node)));
        }
        break;
    case QEVM_NODE_ARRAY:
        add_values(json, node);
        break;
    case QEVM_NODE_STRUCTS:
    case QEVM_NODE_LIST:
        if (render->depth < 0 || level <= render->depth) {
            json_object_set_new(json, "elements",
                                render_elements(render, node, level + 1));
        }
        break;
    default:
        add_children(render, json, node, level);
    }
    return json;
}

json_t *
qevm_render_json_node(const QevmJsonRender *render, QevmNode *node)
{
    return render_node(render, node, 1);
}

/* "fields" and "subsections" of what holds them; `level` is theirs. */
static void
add_children(const QevmJsonRender *render, json_t *json, QevmNode *node,
             int level)
{
    json_t *fields, *subsections = NULL;

    if (render->depth >= 0 && level > render->depth) {
        return;
    }
    fields = json_array();
    for (QevmNode *n = qevm_node_children(node); n; n = n->next) {
        json_t *child = render_node(render, n, level + 1);

        if (n->kind == QEVM_NODE_SUBSECTION) {
            subsections = subsections ? subsections : json_array();
            json_array_append_new(subsections, child);
        } else {
            json_array_append_new(fields, child);
        }
    }
    json_object_set_new(json, "fields", fields);
    if (subsections) {
        json_object_set_new(json, "subsections", subsections);
    }
}

const char *
qevm_render_json_type(const QevmRecord *record)
{
    static const char *const names[] = {
        [QEVM_RECORD_HEADER] = "header",
        [QEVM_RECORD_CONFIGURATION] = "configuration",
        [QEVM_RECORD_START] = "start",
        [QEVM_RECORD_PARTS] = "parts",
        [QEVM_RECORD_END] = "end",
        [QEVM_RECORD_FULL] = "full",
        [QEVM_RECORD_COMMAND] = "command",
        [QEVM_RECORD_LIVE] = "live",
        [QEVM_RECORD_EOF] = "eof",
        [QEVM_RECORD_VMDESC] = "vmdesc",
        [QEVM_RECORD_TRAILING] = "trailing",
        [QEVM_RECORD_RAW] = "raw",
    };

    return names[record->type];
}

static void
add_section_facts(json_t *json, QevmStream *stream, QevmRecord *r)
{
    QevmPlace place = { .kind = QEVM_PLACE_SECTION, .record = r };
    g_autofree char *path = qevm_path_of(stream, &place);
    const struct {
        const char *name;
        gboolean on;
    } flags[] = { { "opaque", r->opaque },
                  { "resynced", r->resynced },
                  { "early", r->early },
                  { "packaged", r->packaged } };

    json_object_set_new(json, "path", qevm_render_json_text(path));
    if (r->type != QEVM_RECORD_CONFIGURATION) {
        json_object_set_new(json, "idstr", qevm_render_json_text(r->idstr));
        json_object_set_new(json, "instance_id", json_integer(r->instance_id));
        json_object_set_new(json, "section_id", json_integer(r->section_id));
        json_object_set_new(json, "version_id", json_integer(r->version_id));
    }
    json_object_set_new(json, "payload_offset",
                        json_unsigned(r->payload_offset));
    json_object_set_new(json, "payload_size", json_unsigned(r->payload_size));
    for (guint i = 0; i < G_N_ELEMENTS(flags); i++) {
        if (flags[i].on) {
            json_object_set_new(json, flags[i].name, json_true());
        }
    }
    if (r->lent) {
        json_object_set_new(json, "lent", qevm_render_json_text(r->lent));
    }
}

static void
add_other_facts(json_t *json, const QevmRecord *r)
{
    const char *name;

    if (r->type == QEVM_RECORD_COMMAND) {
        json_object_set_new(json, "command", json_integer(r->command));
        name = qevm_command_name(r->command);
        if (name) {
            json_object_set_new(json, "name", json_string(name));
        }
    } else if (r->type == QEVM_RECORD_PARTS) {
        json_object_set_new(json, "count", json_unsigned(r->count));
    } else if (r->type == QEVM_RECORD_END) {
        json_object_set_new(json, "idstr", qevm_render_json_text(r->idstr));
        json_object_set_new(json, "section_id", json_integer(r->section_id));
    }
}

json_t *
qevm_render_json_record(const QevmJsonRender *render, QevmStream *stream,
                        QevmRecord *record, GError **error)
{
    g_autoptr(GError) unread = NULL;
    json_t *json = json_object();
    QevmTree *tree;

    json_object_set_new(json, "type",
                        json_string(qevm_render_json_type(record)));
    json_object_set_new(json, "offset", json_unsigned(record->offset));
    json_object_set_new(json, "size", json_unsigned(record->size));
    if (!qevm_record_is_section(record)) {
        add_other_facts(json, record);
        return json;
    }
    add_section_facts(json, stream, record);
    if (render->depth == 0) {
        return json;
    }
    tree = qevm_record_tree(stream, record, &unread);
    if (!tree && unread) {
        json_decref(json);
        g_propagate_error(error, g_steal_pointer(&unread));
        return NULL;
    }
    if (tree) {
        add_children(render, json, &tree->root, 1);
        if (tree->error) {
            json_object_set_new(json, "error",
                                qevm_render_json_text(tree->error->message));
        }
    }
    return json;
}

static int
print_piece(const char *text, size_t len, void *out)
{
    qevm_print_bytes(out, text, len);
    return 0;
}

void
qevm_render_json_print(QevmPrint *out, const json_t *json)
{
    json_dump_callback(json, print_piece, out, JSON_ENCODE_ANY);
}

/* ---- rules ---- */

static void
print_rules(QevmPrint *out, const json_t *rules, gboolean *first)
{
    for (gsize i = 0; i < json_array_size(rules); i++) {
        char *text = json_dumps(json_array_get(rules, i), 0);

        qevm_print_format(out, "%s\n  %s", *first ? "" : ",", text);
        free(text);
        *first = FALSE;
    }
}

void
qevm_render_json_rules(QevmPrint *out, const json_t *rules, const json_t *more)
{
    gboolean first = TRUE;

    qevm_print(out, "{\"qevm-rules\": 1, \"rules\": [");
    print_rules(out, rules, &first);
    print_rules(out, more, &first);
    qevm_print_format(out, "%s]}\n", first ? "" : "\n");
}

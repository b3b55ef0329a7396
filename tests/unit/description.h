/* description.h - device descriptions as unit tests write them. */
#ifndef QEVM_TESTS_UNIT_DESCRIPTION_H
#define QEVM_TESTS_UNIT_DESCRIPTION_H

#include "parser/names.h"
#include "parser/node.h"

/* JSON with ' for a double quote, and ` for one inside a string. Owned. */
static inline char *
description_json(const char *text)
{
    GString *out = g_string_new(NULL);

    for (; *text; text++) {
        if (*text == '\'') {
            g_string_append_c(out, '"');
        } else if (*text == '`') {
            g_string_append(out, "\\\"");
        } else {
            g_string_append_c(out, *text);
        }
    }
    return g_string_free(out, FALSE);
}

static inline GBytes *
description_bytes(const char *hex)
{
    GByteArray *out = g_byte_array_new();

    for (; *hex; hex++) {
        if (*hex != ' ') {
            g_assert_null(qevm_scan_hex(&hex, out));
            hex--;
        }
    }
    return g_byte_array_free_to_bytes(out);
}

static inline void
description_dump_value(QevmNode *node, GString *out)
{
    guint64 count = qevm_node_count(node);
    gboolean array = node->kind == QEVM_NODE_ARRAY;

    g_string_append(out, array ? "[" : "");
    for (guint64 i = 0; i < count; i++) {
        g_auto(QevmValue) value = QEVM_VALUE_INIT;
        g_autofree char *text = NULL;

        qevm_node_value(node, i, &value);
        text = qevm_value_format(&value);
        g_string_append_printf(out, "%s%s", i ? " " : "", text);
    }
    g_string_append(out, array ? "]" : "");
}

/* a=1 b=[1 2] c{d=3} e[{f=4}{f=5}] {sub/x 1: g=6} */
static inline void
description_dump(QevmNode *node, GString *out)
{
    gboolean first = TRUE;

    for (QevmNode *c = qevm_node_children(node); c; c = c->next) {
        const QevmVmsd *v = qevm_node_vmsd(c);
        gboolean element = node->kind == QEVM_NODE_STRUCTS;

        g_string_append(out, first || element ? "" : " ");
        first = FALSE;
        switch ((QevmNodeKind)c->kind) {
        case QEVM_NODE_SUBSECTION:
            g_string_append_printf(out, "{%s %u: ", v->name, v->version);
            description_dump(c, out);
            g_string_append(out, "}");
            break;
        case QEVM_NODE_STRUCT:
        case QEVM_NODE_STRUCTS:
            g_string_append_printf(out, "%s%s",
                                   element ? "" : qevm_node_name(c),
                                   c->kind == QEVM_NODE_STRUCTS ? "[" : "{");
            description_dump(c, out);
            g_string_append(out, c->kind == QEVM_NODE_STRUCTS ? "]" : "}");
            break;
        default:
            g_string_append_printf(out, "%s=", qevm_node_name(c));
            description_dump_value(c, out);
            break;
        }
    }
}

#endif

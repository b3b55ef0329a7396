/* plan-head.c - what is no section's: the configuration, footers, commands.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <string.h>

#include "parser/page-count.h"
#include "rewrite/evidence.h"
#include "rewrite/plan-private.h"

/* ---- configuration ---- */

static QevmRecord *
configuration_of(const QevmStream *stream)
{
    for (guint i = 0; i < stream->records->len; i++) {
        QevmRecord *r = g_ptr_array_index(stream->records, i);

        if (r->type == QEVM_RECORD_CONFIGURATION && !r->dropped) {
            return r;
        }
    }
    return NULL;
}

static gboolean
plan_machine(QevmPlan *plan, GError **error)
{
    const char *incoming = plan->edit->stream->machine;
    const char *local = qevm_target_reference(plan->target)->machine;
    json_t *rule;

    if (strncmp(incoming, local, strlen(incoming)) == 0) {
        return TRUE;
    }
    rule = qevm_plan_op("set", "configuration//name");
    json_object_set_new(rule, "value", json_string(local));
    return qevm_plan_rule(plan, rule, QEVM_LOSS_STATED,
                          "the destination's machine type", error);
}

static gboolean
plan_page_size(QevmPlan *plan, GError **error)
{
    guint64 incoming = plan->edit->stream->page_size;
    guint64 local = qevm_target_reference(plan->target)->page_size;
    json_t *rule;

    if (!incoming || !local || incoming == local) {
        return TRUE;
    }
    rule = qevm_plan_op("regroup-ram-pages", NULL);
    json_object_set_new(rule, "size", json_integer((json_int_t)local));
    return qevm_plan_rule(plan, rule, QEVM_LOSS_LOSSLESS,
                          "the destination's pages have this size", error);
}

static QevmNode *
find_subsection(QevmStream *stream, const char *name)
{
    QevmRecord *record = configuration_of(stream);
    QevmTree *tree = record ? qevm_record_tree(stream, record, NULL) : NULL;

    return qevm_node_subsection(tree ? &tree->root : NULL, name);
}

/* The configuration says what the stream is for, it is no guest state. */
static gboolean
strip_configuration(QevmPlan *plan, QevmNode *node, QevmLoss loss,
                    const char *why, GError **error)
{
    const char *name = qevm_node_name(node);
    g_autofree char *at = g_strdup_printf("configuration//{%s}", name);
    g_autoptr(GBytes) bytes = qevm_plan_bytes(node);
    json_t *rule = qevm_plan_op("strip-subsection", at);

    if (loss == QEVM_LOSS_DEFAULT) {
        qevm_plan_leave_out(rule, bytes, QEVM_PLAN_HEAD(name));
    }
    return qevm_plan_rule(plan, rule, loss, why, error);
}

/* Every block that is not shared has each of its pages in the stream. */
static gboolean
has_all_blocks(QevmStream *stream, gboolean *out, GError **error)
{
    g_autoptr(QevmPageCount) count = qevm_page_count_new(stream);

    if (!qevm_pages_visit(stream, qevm_page_count_visitor(count), NULL, NULL,
                          error)) {
        return FALSE;
    }
    qevm_page_count_finish(count);
    *out = TRUE;
    for (guint i = 0; i < stream->ram->blocks->len; i++) {
        guint64 records = 0;

        for (guint kind = 0; kind < QEVM_PAGE_KINDS; kind++) {
            records += count->blocks[i].records[kind];
        }
        *out = *out && records >= count->blocks[i].pages;
    }
    return TRUE;
}

/* The capabilities say how RAM is sent. Shared blocks are not in the stream. */
static gboolean
plan_capabilities(QevmPlan *plan, GError **error)
{
    QevmStream *s = plan->edit->stream;
    QevmStream *ref = qevm_target_reference(plan->target);
    QevmNode *node;
    gboolean all = TRUE;

    if (s->capability_mapped_ram != ref->capability_mapped_ram) {
        qevm_plan_problem(
            plan, g_strdup("configuration"),
            g_strdup("the capability mapped-ram is on at one side only, and "
                     "RAM is laid out otherwise with it"),
            g_strdup(s->capability_mapped_ram
                         ? "turn mapped-ram on at the destination"
                         : "turn mapped-ram off at the destination"));
        return TRUE;
    }
    node = find_subsection(s, "configuration/capabilities");
    if (!s->capability_ignore_shared || ref->capability_ignore_shared ||
        !node) {
        return TRUE;
    }
    if (s->ram && !has_all_blocks(s, &all, error)) {
        return FALSE;
    }
    return strip_configuration(
        plan, node, all ? QEVM_LOSS_DEFAULT : QEVM_LOSS_LOSSY,
        all ? "x-ignore-shared is off at the destination, and no block was "
              "shared"
            : "x-ignore-shared is off at the destination; what was in shared "
              "blocks is not in the stream",
        error);
}

static gboolean
plan_uuid(QevmPlan *plan, GError **error)
{
    QevmNode *there = find_subsection(plan->edit->stream, "configuration/uuid");
    QevmNode *here = find_subsection(qevm_target_reference(plan->target),
                                     "configuration/uuid");
    g_autoptr(GBytes) a = there ? qevm_plan_bytes(there) : NULL;
    g_autoptr(GBytes) b = here ? qevm_plan_bytes(here) : NULL;

    if (!a || (b && g_bytes_equal(a, b))) {
        return TRUE;
    }
    return strip_configuration(plan, there, QEVM_LOSS_DEFAULT,
                               "it only says which machine it was", error);
}

static gboolean
drop_configuration(QevmPlan *plan, GError **error)
{
    QevmTree *tree = qevm_record_tree(
        plan->edit->stream, configuration_of(plan->edit->stream), error);
    g_autoptr(GBytes) bytes = tree ? qevm_plan_bytes(&tree->root) : NULL;

    return bytes &&
           qevm_plan_rule(
               plan,
               qevm_plan_leave_out(
                   qevm_plan_op("drop-section", "configuration"), bytes, 0),
               QEVM_LOSS_DEFAULT, "the destination takes no configuration",
               error);
}

static gboolean
plan_configuration(QevmPlan *plan, GError **error)
{
    QevmStream *ref = qevm_target_reference(plan->target);
    gboolean incoming = configuration_of(plan->edit->stream) != NULL;
    gboolean local = configuration_of(ref) != NULL;
    json_t *rule;

    if (!incoming && local) {
        rule = json_pack("{s:s,s:s,s:[{s:s,s:s}]}", "op", "add-section", "to",
                         "configuration", "fields", "name", "name", "value",
                         ref->machine);
        return qevm_plan_rule(plan, rule, QEVM_LOSS_LOSSLESS,
                              "the destination wants a configuration", error) &&
               plan_page_size(plan, error);
    }
    if (incoming && !local) {
        return drop_configuration(plan, error);
    }
    return !incoming ||
           (plan_machine(plan, error) && plan_page_size(plan, error) &&
            plan_capabilities(plan, error) && plan_uuid(plan, error));
}

static gboolean
plan_footers(QevmPlan *plan, GError **error)
{
    gboolean wanted = qevm_target_reference(plan->target)->footers;
    json_t *rule;

    if (plan->edit->stream->footers == wanted) {
        return TRUE;
    }
    rule = qevm_plan_op("set-footers", NULL);
    json_object_set_new(rule, "value", json_boolean(wanted));
    return qevm_plan_rule(plan, rule, QEVM_LOSS_LOSSLESS,
                          wanted ? "the destination wants them"
                                 : "the destination takes none",
                          error);
}

/* ---- commands ---- */

enum {
    MIG_CMD_OPEN_RETURN_PATH = 1,
    MIG_CMD_PING = 2,
    MIG_CMD_SWITCHOVER_START = 11,
};

/* Who applies the rules walks, and knows whether it is there. */
static void
note_command(QevmPlan *plan, guint16 command)
{
    json_t *rule = qevm_plan_op("drop-command", qevm_command_name(command));

    json_object_set_new(rule, "optional", json_true());
    json_object_set_new(rule, "why",
                        json_string("if it is there: the destination needs no "
                                    "such sign"));
    json_object_set_new(rule, "class",
                        json_string(qevm_loss_name(QEVM_LOSS_LOSSLESS)));
    json_array_append_new(plan->rules, rule);
}

/* Of a stream with these, an answer was expected that nobody needs. */
static gboolean
plan_command(QevmPlan *plan, guint16 command, GError **error)
{
    gboolean unknown = command == MIG_CMD_SWITCHOVER_START &&
                       qevm_target_is_before(plan->target, 1000);

    if (!unknown && command != MIG_CMD_OPEN_RETURN_PATH &&
        command != MIG_CMD_PING) {
        return TRUE;
    }
    if (!plan->edit->stream->walked) {
        note_command(plan, command);
        return TRUE;
    }
    return qevm_plan_rule(
        plan, qevm_plan_op("drop-command", qevm_command_name(command)),
        QEVM_LOSS_LOSSLESS,
        unknown ? "the destination does not know it, and needs no such sign"
                : "nobody is there to answer",
        error);
}

/* Among RAM that was not walked may be the command that machine types of 10.0
 * and newer send (migration/migration.c:migration_switchover_start(), 10.0). */
static gboolean
plan_hidden_command(QevmPlan *plan)
{
    QevmStream *s = plan->edit->stream;
    g_autoptr(QevmWriter) writer = qevm_writer_of(s);
    gboolean versioned =
        s->machine && g_regex_match_simple("-[0-9.]+$", s->machine, 0, 0);

    if (!qevm_target_is_before(plan->target, 1000) ||
        (writer->to && writer->to < 1000) ||
        (writer->from < 1000 && versioned)) {
        return FALSE;
    }
    note_command(plan, MIG_CMD_SWITCHOVER_START);
    return TRUE;
}

static gboolean
plan_commands(QevmPlan *plan, GError **error)
{
    QevmStream *s = plan->edit->stream;
    gboolean seen[12] = { FALSE };

    seen[MIG_CMD_SWITCHOVER_START] =
        !s->walked && s->ram && plan_hidden_command(plan);
    for (guint i = 0; i < s->records->len; i++) {
        const QevmRecord *r = g_ptr_array_index(s->records, i);

        if (r->type != QEVM_RECORD_COMMAND || r->dropped ||
            r->command >= G_N_ELEMENTS(seen) || seen[r->command]) {
            continue;
        }
        seen[r->command] = TRUE;
        if (!plan_command(plan, r->command, error)) {
            return FALSE;
        }
    }
    return TRUE;
}

gboolean
qevm_plan_head(QevmPlan *plan, GError **error)
{
    return plan_configuration(plan, error) && plan_footers(plan, error) &&
           plan_commands(plan, error);
}

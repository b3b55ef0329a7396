/* ops-command.c - operations on what is between sections: commands, footers,
 * the vmdesc.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "rewrite/ops.h"

#include <string.h>

/* migration/savevm.c: MIG_CMD_*. */
enum {
    MIG_CMD_INVALID = 0,
    MIG_CMD_OPEN_RETURN_PATH = 1,
    MIG_CMD_PING = 2,
    MIG_CMD_POSTCOPY_ADVISE = 3,
    MIG_CMD_PACKAGED = 7,
    MIG_CMD_ENABLE_COLO = 8,
    MIG_CMD_SWITCHOVER_START = 11,
    MIG_CMD_MAX,
};

/* Those that speak to the loader and carry nothing of the guest. */
static gboolean
is_control(guint command)
{
    return command == MIG_CMD_OPEN_RETURN_PATH || command == MIG_CMD_PING ||
           command == MIG_CMD_POSTCOPY_ADVISE ||
           command == MIG_CMD_ENABLE_COLO ||
           command == MIG_CMD_SWITCHOVER_START;
}

/* ---- drop-command ---- */

static gboolean
drop_command(QevmApply *apply, QevmRecord *record, gint ordinal, GError **error)
{
    const char *name = qevm_command_name(record->command);
    g_autofree char *path = g_strdup_printf("command %s#%d", name, ordinal);
    QevmCommandEdit edit = { record->command, ordinal };
    gboolean control = is_control(record->command);
    gsize size = 0;
    const guint8 *data = record->command_data
                             ? g_bytes_get_data(record->command_data, &size)
                             : NULL;

    record->dropped = TRUE;
    /* In the second phase of a pipe it has been filtered out already. */
    if (!record->added && apply->phase == QEVM_PHASE_ALL) {
        g_array_append_val(apply->edit->live->commands, edit);
    }
    apply->matched++;
    return qevm_apply_change(
        apply, path, record->offset, qevm_bytes_brief(data, size), NULL,
        control ? QEVM_LOSS_LOSSLESS : QEVM_LOSS_LOSSY,
        control ? NULL : g_strdup("what the command carries is dropped"),
        error);
}

/* Before the live part is read: every command that the rule could mean. */
static void
announce_drops(QevmApply *apply, const QevmPattern *pattern)
{
    for (guint n = 1; n < MIG_CMD_MAX; n++) {
        QevmCommandEdit edit = { (guint16)n, pattern->ordinal };
        const char *name = qevm_command_name((guint16)n);

        if (name && qevm_pattern_match(pattern, name)) {
            g_array_append_val(apply->edit->live->commands, edit);
        }
    }
}

gboolean
qevm_op_drop_command(QevmApply *apply, GArray *matches, GError **error)
{
    QevmEdit *edit = apply->edit;
    g_auto(QevmPattern) pattern = { 0 };
    gint seen[MIG_CMD_MAX] = { 0 };

    g_assert(!matches);
    if (!qevm_pattern_parse(apply->rule->at_text, TRUE, &pattern, error)) {
        return FALSE;
    }
    if (apply->phase == QEVM_PHASE_HEAD) {
        announce_drops(apply, &pattern);
    } else if (!edit->stream->walked) {
        g_set_error(error, QEVM_ERROR, QEVM_ERROR_UNSUPPORTED,
                    "the stream was not walked, its commands are not known");
        return FALSE;
    }
    for (guint i = 0; i < edit->stream->records->len; i++) {
        QevmRecord *r = g_ptr_array_index(edit->stream->records, i);
        const char *name;
        gint ordinal;

        if (r->type != QEVM_RECORD_COMMAND || r->command >= MIG_CMD_MAX) {
            continue;
        }
        name = qevm_command_name(r->command);
        /* Numbers are those of the source, whatever was dropped before. */
        ordinal = r->added ? -1 : seen[r->command]++;
        if (r->dropped || !name || !qevm_pattern_match(&pattern, name) ||
            (pattern.ordinal >= 0 && pattern.ordinal != ordinal)) {
            continue;
        }
        if (!drop_command(apply, r, ordinal, error)) {
            return FALSE;
        }
    }
    if (!apply->matched && apply->phase != QEVM_PHASE_HEAD) {
        g_set_error(&apply->nothing, QEVM_ERROR, QEVM_ERROR_RULE,
                    "no command `%s` in the stream", apply->rule->at_text);
    }
    return TRUE;
}

/* ---- add-command ---- */

/* Bytes that a command must carry, 16 for POSTCOPY_ADVISE's other form; -1:
 * any (migration/savevm.c:mig_cmd_args). */
static gboolean
length_is_right(guint command, gsize size)
{
    static const gint lengths[MIG_CMD_MAX] = { -1, 0, 4, 0, 0,  0,
                                               -1, 4, 0, 0, -1, 0 };

    return lengths[command] < 0 || (gsize)lengths[command] == size ||
           (command == MIG_CMD_POSTCOPY_ADVISE && size == 16);
}

static gboolean
find_command(const QevmRule *rule, guint *command, GError **error)
{
    gsize size = rule->value.literal.bytes
                     ? g_bytes_get_size(rule->value.literal.bytes)
                     : 0;
    g_auto(QevmPattern) pattern = { 0 };
    guint found = 0;

    if (!qevm_pattern_parse(rule->at_text, FALSE, &pattern, error)) {
        return FALSE;
    }
    for (guint n = 1; n < MIG_CMD_MAX; n++) {
        const char *name = qevm_command_name((guint16)n);

        if (name && strcmp(name, pattern.name) == 0) {
            found = n;
        }
    }
    if (!found || found == MIG_CMD_PACKAGED) {
        g_set_error(error, QEVM_ERROR, QEVM_ERROR_RULE,
                    found ? "a `%s` command cannot be added"
                          : "no command is named `%s`",
                    rule->at_text);
        return FALSE;
    }
    if (size > G_MAXUINT16 || !length_is_right(found, size)) {
        g_set_error(error, QEVM_ERROR, QEVM_ERROR_RULE,
                    "QEMU takes no `%s` of %zu bytes", rule->at_text, size);
        return FALSE;
    }
    *command = found;
    return TRUE;
}

/* Before the first device section, where a source sends what concerns the
 * switch-over. */
static guint
before_devices(const QevmStream *stream)
{
    guint i;

    for (i = 0; i < stream->records->len; i++) {
        const QevmRecord *r = g_ptr_array_index(stream->records, i);

        if ((r->type == QEVM_RECORD_FULL && !r->early) ||
            (r->type == QEVM_RECORD_COMMAND &&
             r->command == MIG_CMD_PACKAGED) ||
            r->type == QEVM_RECORD_EOF || r->type == QEVM_RECORD_RAW) {
            break;
        }
    }
    return i;
}

gboolean
qevm_op_add_command(QevmApply *apply, GArray *matches, GError **error)
{
    const QevmRule *rule = apply->rule;
    GBytes *data = rule->value.literal.bytes;
    QevmStream *stream = apply->edit->stream;
    QevmRecord *record, *beside;
    g_autofree char *path = NULL;
    guint command = 0, index = 0;
    gboolean here;

    g_assert(!matches);
    if (!find_command(rule, &command, error) ||
        !qevm_apply_position(apply, before_devices(stream), &index, &beside,
                             &here, error)) {
        return FALSE;
    }
    if (!here) {
        return TRUE;
    }
    record = g_new0(QevmRecord, 1);
    record->type = QEVM_RECORD_COMMAND;
    record->command = (guint16)command;
    record->command_data = data ? g_bytes_ref(data) : g_bytes_new(NULL, 0);
    record->packaged = beside && beside->packaged;
    record->added = TRUE;
    g_ptr_array_insert(stream->records, (gint)index, record);
    apply->matched++;
    path = g_strdup_printf("command %s", qevm_command_name(record->command));
    return qevm_apply_change(
        apply, path, 0, NULL,
        qevm_bytes_brief(g_bytes_get_data(record->command_data, NULL),
                         g_bytes_get_size(record->command_data)),
        QEVM_LOSS_LOSSLESS, NULL, error);
}

/* ---- footers, vmdesc ---- */

gboolean
qevm_op_set_footers(QevmApply *apply, GArray *matches, GError **error)
{
    QevmEdit *edit = apply->edit;
    gboolean wanted = apply->rule->value.literal.as.b;
    gboolean have = edit->stream->footers;
    gboolean now = edit->live->footers == QEVM_FOOTERS_AS_THEY_ARE
                       ? have
                       : edit->live->footers == QEVM_FOOTERS_ADD;

    g_assert(!matches);
    if (apply->phase == QEVM_PHASE_DEVICES) {
        return TRUE;
    }
    apply->matched++;
    if (wanted == now) {
        return TRUE;
    }
    if (edit->stream->opaque_rest) {
        g_set_error(error, QEVM_ERROR, QEVM_ERROR_UNSUPPORTED,
                    "footers: nothing tells where each device section ends; "
                    "--describe-with can");
        return FALSE;
    }
    edit->live->footers = wanted == have ? QEVM_FOOTERS_AS_THEY_ARE
                          : wanted       ? QEVM_FOOTERS_ADD
                                         : QEVM_FOOTERS_REMOVE;
    return qevm_apply_change(
        apply, "footers", 0, g_strdup(now ? "true" : "false"),
        g_strdup(wanted ? "true" : "false"), QEVM_LOSS_LOSSLESS, NULL, error);
}

gboolean
qevm_op_drop_vmdesc(QevmApply *apply, GArray *matches, GError **error)
{
    QevmEdit *edit = apply->edit;

    g_assert(!matches);
    if (apply->phase == QEVM_PHASE_HEAD) {
        return TRUE;
    }
    for (guint i = 0; i < edit->stream->records->len && !edit->drop_vmdesc;
         i++) {
        const QevmRecord *r = g_ptr_array_index(edit->stream->records, i);

        if (r->type != QEVM_RECORD_VMDESC || r->dropped) {
            continue;
        }
        edit->drop_vmdesc = TRUE;
        apply->matched++;
        return qevm_apply_change(
            apply, "vmdesc", r->offset,
            g_strdup_printf("%" G_GUINT64_FORMAT " bytes", r->size), NULL,
            QEVM_LOSS_DEFAULT, NULL, error);
    }
    g_set_error(&apply->nothing, QEVM_ERROR, QEVM_ERROR_RULE,
                "there is no vmdesc");
    return TRUE;
}

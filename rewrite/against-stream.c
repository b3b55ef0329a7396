/* against-stream.c - configuration, footers, commands and RAM blocks of a
 * stream beside those of a destination.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <errno.h>
#include <string.h>

#include "parser/path.h"
#include "rewrite/against-private.h"

/* ---- configuration ---- */

static QevmRecord *
configuration_of(const QevmStream *stream)
{
    for (guint i = 0; i < stream->records->len; i++) {
        QevmRecord *r = g_ptr_array_index(stream->records, i);

        if (r->type == QEVM_RECORD_CONFIGURATION) {
            return r;
        }
    }
    return NULL;
}

static QevmNode *
root_of(QevmStream *stream, QevmRecord *record)
{
    QevmTree *tree = record ? qevm_record_tree(stream, record, NULL) : NULL;

    return tree ? &tree->root : NULL;
}

/* The configuration is refused by its own hook. */
static void
say_configuration(QevmAgainst *a, QevmFinding *f, QevmRefusal *r)
{
    qevm_refusal_post_load(r, "configuration", 1, 0, -EINVAL);
    qevm_refusal_outcome(r, -EINVAL);
    qevm_against_say(a, f, r);
}

/* As many characters as were sent are compared
 * (migration/savevm.c:configuration_post_load()). */
static void
compare_machine(QevmAgainst *a, QevmRecord *record)
{
    const char *incoming = a->stream->machine, *local = a->reference->machine;
    g_autoptr(QevmRefusal) r = qevm_refusal_new();
    QevmMessage *message;
    QevmFinding *f;

    if (strncmp(incoming, local, strlen(incoming)) == 0) {
        return;
    }
    f = qevm_finding_add(a->findings, "machine-type",
                         g_strdup("configuration//name"), record->offset + 5,
                         "the stream is of a %s, the destination is a %s",
                         incoming, local);
    message = qevm_refusal_add(r, "machine-type");
    qevm_message_set_text(message, "incoming", incoming);
    qevm_message_set_text(message, "local", local);
    say_configuration(a, f, r);
}

static void
compare_page_size(QevmAgainst *a, QevmRecord *record)
{
    guint64 incoming = a->stream->page_size, local = a->reference->page_size;

    g_autoptr(QevmRefusal) r = qevm_refusal_new();
    QevmMessage *message;
    QevmFinding *f;

    if (!incoming || !local || incoming == local) {
        return;
    }
    /* The name is compared first. */
    f = qevm_finding_add(a->findings, "page-size-differs",
                         g_strdup("configuration"), record->offset + 5,
                         "the stream has pages of %" G_GUINT64_FORMAT
                         " bytes, the destination of %" G_GUINT64_FORMAT,
                         incoming, local);
    message = qevm_refusal_add(r, "page-bits");
    qevm_message_set_number(message, "incoming",
                            (guint64)g_bit_nth_lsf((gulong)incoming, -1));
    qevm_message_set_number(message, "local",
                            (guint64)g_bit_nth_lsf((gulong)local, -1));
    say_configuration(a, f, r);
}

static void
compare_capability(QevmAgainst *a, QevmRecord *record, const char *name,
                   gboolean incoming, gboolean local)
{
    g_autoptr(QevmRefusal) r = qevm_refusal_new();
    QevmMessage *message;
    QevmFinding *f;

    if (incoming == local) {
        return;
    }
    f = qevm_finding_add(a->findings, "capability-differs",
                         g_strdup("configuration"), record->offset + 5,
                         "the capability %s is %s in the stream and %s at the "
                         "destination",
                         name, incoming ? "on" : "off", local ? "on" : "off");
    message = qevm_refusal_add(r, "capability");
    qevm_message_set_text(message, "name", name);
    qevm_message_set_text(message, "local", local ? "on" : "off");
    qevm_message_set_text(message, "incoming", incoming ? "on" : "off");
    (void)qevm_refusal_add(r, "capabilities");
    say_configuration(a, f, r);
}

static char *
uuid_text(QevmNode *node)
{
    gsize size;
    const guint8 *p = node ? qevm_node_source_bytes(node, &size) : NULL;
    GString *text;

    if (!p || size != 16) {
        return NULL;
    }
    text = g_string_new(NULL);
    for (gsize i = 0; i < 16; i++) {
        g_string_append_printf(text, "%s%02x",
                               i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "",
                               p[i]);
    }
    return g_string_free(text, FALSE);
}

static void
compare_uuid(QevmAgainst *a, QevmRecord *record)
{
    QevmNode *incoming =
        qevm_node_child(root_of(a->stream, record), "configuration/uuid");
    QevmNode *local =
        qevm_node_child(root_of(a->reference, configuration_of(a->reference)),
                        "configuration/uuid");
    g_autofree char *there =
        incoming ? uuid_text(qevm_node_children(incoming)) : NULL;
    const char *option = qevm_target_option(a->target, "uuid");
    g_autofree char *here =
        local ? uuid_text(qevm_node_children(local)) : g_strdup(option);

    if (!there || (here && g_ascii_strcasecmp(here, there) == 0)) {
        return;
    }
    if (here) {
        g_autoptr(QevmRefusal) r = qevm_refusal_new();
        QevmMessage *message = qevm_refusal_add(r, "uuid");
        QevmFinding *f = qevm_finding_add(
            a->findings, "uuid-differs",
            qevm_against_path(a->stream, record, incoming, -1),
            incoming->offset,
            "the stream is of the machine %s, the destination is %s", there,
            here);

        qevm_message_set_text(message, "incoming", there);
        qevm_message_set_text(message, "local", here);
        qevm_refusal_post_load(r, "configuration/uuid", 1, 1, -EINVAL);
        qevm_refusal_subsection(r, "configuration/uuid", "configuration",
                                -EINVAL);
        qevm_refusal_outcome(r, -EINVAL);
        qevm_against_say(a, f, r);
    } else {
        QevmFinding *f = qevm_finding_add(
            a->findings, "uuid-sent",
            qevm_against_path(a->stream, record, incoming, -1),
            incoming->offset,
            "the stream names the machine %s; a destination with another -uuid "
            "refuses it",
            there);

        f->likely = TRUE;
    }
}

/* Subsections of the configuration, and the release that began with each
 * (migration/savevm.c:vmstate_configuration). */
static void
compare_subsections(QevmAgainst *a, QevmRecord *record)
{
    static const struct {
        const char *name;
        guint since;
    } known[] = {
        { "configuration/target-page-bits", 208 },
        { "configuration/capabilities", 400 },
        { "configuration/uuid", 402 },
    };
    QevmNode *root = root_of(a->stream, record);

    for (QevmNode *n = root ? qevm_node_children(root) : NULL; n; n = n->next) {
        gboolean knows = FALSE;

        if (n->kind != QEVM_NODE_SUBSECTION) {
            continue;
        }
        for (guint i = 0; i < G_N_ELEMENTS(known); i++) {
            knows |= strcmp(known[i].name, qevm_node_name(n)) == 0 &&
                     !qevm_target_is_before(a->target, known[i].since);
        }
        if (!knows) {
            g_autoptr(QevmRefusal) r = qevm_refusal_new();
            QevmMessage *message = qevm_refusal_add(r, "subsection-unknown");
            QevmFinding *f = qevm_finding_add(
                a->findings, "subsection-unknown",
                qevm_against_path(a->stream, record, n, -1), n->offset,
                "the destination knows no such part of the configuration");

            qevm_message_set_text(message, "subsection", qevm_node_name(n));
            qevm_message_set_text(message, "vmsd", "configuration");
            qevm_refusal_outcome(r, -ENOENT);
            qevm_against_say(a, f, r);
        }
    }
}

static void
say_record_type(QevmAgainst *a, QevmFinding *f, guint type)
{
    g_autoptr(QevmRefusal) r = qevm_refusal_new();

    qevm_message_set_number(qevm_refusal_add(r, "record-type"), "type", type);
    qevm_refusal_outcome(r, -EINVAL);
    qevm_against_say(a, f, r);
}

static void
say_no_configuration(QevmAgainst *a, QevmFinding *f)
{
    g_autoptr(QevmRefusal) r = qevm_refusal_new();
    QevmMessage *message = qevm_refusal_add(r, "config-missing");

    qevm_message_set_number(message, "incoming", QEMU_VM_SECTION_START);
    qevm_message_set_number(message, "local", QEMU_VM_CONFIGURATION);
    qevm_refusal_outcome(r, -EINVAL);
    qevm_against_say(a, f, r);
}

static void
say_no_footer(QevmAgainst *a, QevmFinding *f, const QevmRecord *record)
{
    g_autoptr(QevmRefusal) r = qevm_refusal_new();

    qevm_message_set_text(qevm_refusal_add(r, "footer-missing"), "idstr",
                          record->idstr);
    qevm_message_set_number(qevm_refusal_add(r, "footer"), "section",
                            record->section_id);
    qevm_refusal_outcome(r, -EINVAL);
    qevm_against_say(a, f, r);
}

void
qevm_against_configuration(QevmAgainst *a)
{
    QevmRecord *incoming = configuration_of(a->stream);
    QevmRecord *local = a->reference ? configuration_of(a->reference) : NULL;

    if (!a->reference) {
        return;
    }
    if (!incoming && local) {
        say_no_configuration(
            a, qevm_finding_add(a->findings, "config-missing", NULL, 8,
                                "the destination wants a configuration, and "
                                "the stream has none"));
    } else if (incoming && !local) {
        say_record_type(a,
                        qevm_finding_add(a->findings, "config-unexpected",
                                         g_strdup("configuration"),
                                         incoming->offset,
                                         "the destination takes no "
                                         "configuration"),
                        QEMU_VM_CONFIGURATION);
    } else if (incoming) {
        compare_machine(a, incoming);
        compare_page_size(a, incoming);
        compare_capability(a, incoming, "x-ignore-shared",
                           a->stream->capability_ignore_shared,
                           a->reference->capability_ignore_shared);
        compare_capability(a, incoming, "mapped-ram",
                           a->stream->capability_mapped_ram,
                           a->reference->capability_mapped_ram);
        compare_subsections(a, incoming);
        compare_uuid(a, incoming);
    }
}

void
qevm_against_footers(QevmAgainst *a)
{
    const QevmRecord *first = NULL;

    for (guint i = 0; i < a->stream->records->len && !first; i++) {
        const QevmRecord *r = g_ptr_array_index(a->stream->records, i);

        if (r->type == QEVM_RECORD_START || r->type == QEVM_RECORD_FULL) {
            first = r;
        }
    }
    if (!a->reference || !first ||
        a->stream->footers == a->reference->footers) {
        return;
    }
    if (a->reference->footers) {
        say_no_footer(a,
                      qevm_finding_add(a->findings, "footers-missing", NULL,
                                       first->offset + first->size,
                                       "the destination wants a footer behind "
                                       "each section"),
                      first);
    } else {
        say_record_type(a,
                        qevm_finding_add(a->findings, "footers-unexpected",
                                         NULL, first->offset + first->size - 5,
                                         "the destination takes no footers"),
                        QEMU_VM_SECTION_FOOTER);
    }
}

/* ---- commands ---- */

/* Releases that began with each (migration/savevm.c: mig_cmd_args). */
void
qevm_against_command(QevmAgainst *a, const QevmRecord *record)
{
    static const guint since[] = { 205, 205, 205, 205, 205, 205,
                                   205, 205, 301, 300, 300, 1000 };
    const char *name = qevm_command_name(record->command);

    if (a->target->release &&
        (record->command >= G_N_ELEMENTS(since) ||
         qevm_target_is_before(a->target, since[record->command]))) {
        g_autoptr(QevmRefusal) r = qevm_refusal_new();
        QevmMessage *message = qevm_refusal_add(r, "command-unknown");
        QevmFinding *f = qevm_finding_add(
            a->findings, "command-unknown", NULL, record->offset,
            "the destination does not know the command %s",
            name ? name : "there");

        qevm_message_set_number(message, "command", record->command);
        qevm_message_set_number(
            message, "len",
            record->command_data ? g_bytes_get_size(record->command_data) : 0);
        qevm_refusal_outcome(r, -EINVAL);
        qevm_against_say(a, f, r);
    }
}

/* ---- RAM ---- */

/* The destination takes what length they have
 * (hw/core/loader.c:rom_add_blob(), system/physmem.c: RAM_RESIZEABLE). */
static gboolean
is_resizable(const char *idstr)
{
    return g_str_has_prefix(idstr, "/rom@etc/");
}

/* Code and tables that the destination has, too. */
static gboolean
is_firmware(const char *idstr)
{
    return g_str_has_prefix(idstr, "/rom@") || strcmp(idstr, "pc.bios") == 0 ||
           strcmp(idstr, "pc.rom") == 0 || g_str_has_suffix(idstr, ".rom");
}

static void
say_block(QevmAgainst *a, QevmFinding *f, const char *id,
          const QevmRamBlock *block, guint64 local)
{
    g_autoptr(QevmRefusal) r = qevm_refusal_new();
    QevmMessage *message = qevm_refusal_add(r, id);

    qevm_message_set_text(message, "block", block->idstr);
    qevm_message_set_number(message, "incoming", block->used_length);
    qevm_message_set_number(message, "local", local);
    qevm_refusal_handler(r, 4, -EINVAL);
    qevm_refusal_section(r, "ram", 0);
    qevm_refusal_outcome(r, -EINVAL);
    qevm_against_say(a, f, r);
}

static void
compare_maximum(QevmAgainst *a, const QevmRamBlock *block)
{
    guint64 maximum = qevm_target_ram_maximum(a->target, block->idstr);
    g_autofree char *quoted = qevm_path_quote_step(block->idstr, FALSE);

    if (!maximum || block->used_length <= maximum) {
        return;
    }
    say_block(a,
              qevm_finding_add(a->findings, "ram-block-size",
                               g_strdup_printf("ram//.blocks/%s", quoted),
                               block->offset,
                               "the RAM block has 0x%" G_GINT64_MODIFIER
                               "x bytes, at the destination at most "
                               "0x%" G_GINT64_MODIFIER "x",
                               block->used_length, maximum),
              "ram-block-maximum", block, maximum);
}

static void
compare_block(QevmAgainst *a, const QevmRamBlock *block, GHashTable *used)
{
    const QevmRamBlock *local = qevm_ram_find(a->reference->ram, block->idstr);
    g_autofree char *quoted = qevm_path_quote_step(block->idstr, FALSE);
    char *path;

    if (!local) {
        path = g_strdup_printf("ram//.blocks/%s", quoted);
        say_block(a,
                  qevm_finding_add(
                      a->findings, "ram-block-unknown", path, block->offset,
                      "the destination has no RAM block %s", quoted),
                  "ram-block-unknown", block, 0);
        return;
    }
    g_hash_table_add(used, (gpointer)(guintptr)local);
    if (local->used_length == block->used_length ||
        is_resizable(block->idstr)) {
        compare_maximum(a, block);
        return;
    }
    path = g_strdup_printf("ram//.blocks/%s", quoted);
    say_block(a,
              qevm_finding_add(a->findings, "ram-block-size", path,
                               block->offset,
                               "the RAM block has 0x%" G_GINT64_MODIFIER
                               "x bytes, at the destination "
                               "0x%" G_GINT64_MODIFIER "x",
                               block->used_length, local->used_length),
              "ram-block-size", block, local->used_length);
}

void
qevm_against_ram(QevmAgainst *a)
{
    g_autoptr(GHashTable) used = g_hash_table_new(NULL, NULL);

    if (!a->reference || !a->reference->ram || !a->stream->ram) {
        return;
    }
    for (guint i = 0; i < a->stream->ram->blocks->len; i++) {
        compare_block(
            a, &g_array_index(a->stream->ram->blocks, QevmRamBlock, i), used);
    }
    for (guint i = 0; i < a->reference->ram->blocks->len; i++) {
        const QevmRamBlock *local =
            &g_array_index(a->reference->ram->blocks, QevmRamBlock, i);

        if (!g_hash_table_contains(used, local)) {
            g_autofree char *quoted = qevm_path_quote_step(local->idstr, FALSE);

            qevm_finding_add(a->findings,
                             is_firmware(local->idstr) ? "ram-block-kept"
                                                       : "ram-block-missing",
                             g_strdup("ram"), a->stream->ram->list_offset,
                             "the stream has no RAM block %s; it stays as it "
                             "is at the destination",
                             quoted);
        }
    }
}

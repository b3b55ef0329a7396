/* sight-checks.c - is in the stream what the message says is there? */
#include <string.h>

#include "rewrite/pci-masks.h"
#include "rewrite/sight-private.h"

#define OFFSET "0x%" G_GINT64_MODIFIER "x"

/* What the message says the stream has. */
static gboolean
incoming(const QevmLook *look, guint64 *number)
{
    return qevm_message_number(look->cause, "incoming", number);
}

/* ---- header and configuration ---- */

/* The file was recognised as a stream, so what QEMU read was another one, or
 * was not read from its beginning. */
static void
check_not_a_stream(QevmLook *look)
{
    qevm_look_fact(look, "this one begins as a stream does");
    qevm_look_verdict(look, FALSE);
}

static void
check_configuration_missing(QevmLook *look)
{
    gboolean has = look->stream->machine != NULL;

    if (!has) {
        g_ptr_array_set_size(look->out->facts, 0);
        look->out->offset = 8;
    }
    qevm_look_fact(look, has ? "this one has a configuration"
                             : "there is no configuration after the header");
    qevm_look_verdict(look, !has);
}

static void
check_machine(QevmLook *look)
{
    QevmNode *name = qevm_look_named(look->root, "name");

    if (name) {
        qevm_look_at(look, name, -1);
    }
    qevm_look_verdict(
        look, g_strcmp0(look->stream->machine,
                        qevm_message_text(look->cause, "incoming")) == 0);
}

static void
check_page_bits(QevmLook *look)
{
    QevmNode *bits = qevm_look_named(look->root, "target_page_bits");
    guint64 there, said;

    if (!bits) {
        qevm_look_fact(look, "it does not tell the page size, so that it has "
                             "the smallest pages of its architecture");
        return;
    }
    qevm_look_at(look, bits, -1);
    if (incoming(look, &said) && qevm_node_number(bits, 0, &there)) {
        qevm_look_verdict(look, said == there);
    }
}

static void
check_capability(QevmLook *look)
{
    const char *name = qevm_message_text(look->cause, "name");
    const char *said = qevm_message_text(look->cause, "incoming");
    gboolean on;

    if (strcmp(name, "x-ignore-shared") == 0) {
        on = look->stream->capability_ignore_shared;
    } else if (strcmp(name, "mapped-ram") == 0) {
        on = look->stream->capability_mapped_ram;
    } else {
        return;
    }
    qevm_look_fact(look, "%s is %s in this stream", name, on ? "on" : "off");
    if (said) {
        qevm_look_verdict(look, on == (strcmp(said, "on") == 0));
    }
}

static void
check_uuid(QevmLook *look)
{
    QevmNode *node = qevm_look_named(look->root, "uuid.data");
    const char *said = qevm_message_text(look->cause, "incoming");
    const guint8 *bytes;
    gsize size = 0;
    g_autoptr(GString) text = g_string_new(NULL);

    bytes = node ? qevm_node_bytes(node, &size) : NULL;
    if (!bytes || size != 16) {
        qevm_look_fact(look, "this stream has no UUID in its configuration");
        qevm_look_verdict(look, FALSE);
        return;
    }
    qevm_look_at(look, node, -1);
    for (guint i = 0; i < 16; i++) {
        const char *dash = i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "";

        g_string_append_printf(text, "%s%02x", dash, bytes[i]);
    }
    qevm_look_fact(look, "the UUID in this stream is %s", text->str);
    qevm_look_verdict(look, g_ascii_strcasecmp(text->str, said) == 0);
}

/* ---- sections ---- */

static void
check_section(QevmLook *look)
{
    if (look->record) {
        qevm_look_verdict(look, TRUE);
    }
}

/* Several can have that name; the message does not tell the instance. */
static void
check_version(QevmLook *look)
{
    QevmRecord *r = look->record;
    guint64 said;

    if (!r || !incoming(look, &said)) {
        return;
    }
    while (r && r->version_id != (guint32)said) {
        r = qevm_look_next(look, r);
    }
    if (r) {
        qevm_look_at_section(look, r);
    } else {
        qevm_look_fact(look, "it is of version %u in this stream",
                       look->record->version_id);
    }
    qevm_look_verdict(look, r != NULL);
}

/* Nothing in the stream is wrong, but its footer stands where the source's
 * layout ends. */
static void
check_footer(QevmLook *look)
{
    const QevmRecord *r = look->record;

    if (!r) {
        return;
    }
    qevm_look_fact(look,
                   "it has %" G_GUINT64_FORMAT
                   " bytes in this stream, from " OFFSET " on",
                   r->payload_size, r->payload_offset);
    look->out->offset = r->payload_offset + r->payload_size;
    if (r->footer) {
        qevm_look_fact(look,
                       "its footer is at " OFFSET ", as it should be: the "
                       "destination read more bytes, or fewer",
                       look->out->offset);
    } else {
        qevm_look_fact(look, "no footer follows at " OFFSET, look->out->offset);
        qevm_look_verdict(look, TRUE);
    }
}

static const QevmRecord *
find_type(const QevmStream *stream, QevmRecordType type)
{
    for (guint i = 0; i < stream->records->len; i++) {
        const QevmRecord *r = g_ptr_array_index(stream->records, i);

        if (r->type == type) {
            return r;
        }
    }
    return NULL;
}

static void
check_record_type(QevmLook *look)
{
    const QevmRecord *raw = find_type(look->stream, QEVM_RECORD_RAW);
    guint64 type = 0;
    guint8 byte;

    qevm_message_number(look->cause, "type", &type);
    if (type == QEMU_VM_CONFIGURATION || type == QEMU_VM_SECTION_FOOTER) {
        gboolean has = type == QEMU_VM_CONFIGURATION
                           ? look->stream->machine != NULL
                           : look->stream->footers;

        qevm_look_fact(look, "this stream has %s%s", has ? "" : "no ",
                       type == QEMU_VM_CONFIGURATION ? "configuration"
                                                     : "section footers");
        qevm_look_verdict(look, has);
    } else if (raw && qevm_source_read(look->stream->source, raw->offset, 1,
                                       &byte, "record type", NULL)) {
        look->out->offset = raw->offset;
        qevm_look_fact(look,
                       "at " OFFSET " a record should begin, and the byte "
                       "there is %u",
                       raw->offset, byte);
        qevm_look_verdict(look, byte == type);
    } else if (!raw) {
        /* It may still be this stream: without footers nobody notices that a
         * section was read wrong before the next one begins. */
        qevm_look_fact(look, "all records of this stream are of types that "
                             "QEMU knows");
    }
}

/* The stream has no end where one is needed. */
static void
check_end(QevmLook *look)
{
    guint64 size = qevm_source_size(look->stream->source);

    qevm_look_fact(look,
                   look->stream->error
                       ? "this stream breaks off: its file ends at " OFFSET
                       : "this stream is complete, up to " OFFSET,
                   size);
    qevm_look_verdict(look, look->stream->error != NULL);
}

/* ---- commands ---- */

static void
look_for_command(QevmLook *look, guint command)
{
    const char *name = qevm_command_name((guint16)command);
    g_autofree char *number = g_strdup_printf("%u", command);

    for (guint i = 0; i < look->stream->records->len; i++) {
        const QevmRecord *r = g_ptr_array_index(look->stream->records, i);

        if (r->type == QEVM_RECORD_COMMAND && r->command == command) {
            look->out->offset = r->offset;
            qevm_look_fact(look, "the command %s is at " OFFSET,
                           name ? name : number, r->offset);
            qevm_look_verdict(look, TRUE);
            return;
        }
    }
    qevm_look_fact(look, "there is no command %s in it", name ? name : number);
    qevm_look_verdict(look, FALSE);
}

static void
check_command(QevmLook *look)
{
    guint64 command;

    if (qevm_message_number(look->cause, "command", &command)) {
        look_for_command(look, (guint)command);
    }
}

/* QEMU's numbers (migration/savevm.c: enum qemu_vm_cmd). */
static void
check_ping(QevmLook *look)
{
    look_for_command(look, 2);
}

static void
check_advise(QevmLook *look)
{
    look_for_command(look, 3);
}

/* ---- RAM ---- */

static void
check_ram_block(QevmLook *look)
{
    const char *name = qevm_message_text(look->cause, "block");
    const QevmRamBlock *block = look->stream->ram && name
                                    ? qevm_ram_find(look->stream->ram, name)
                                    : NULL;
    QevmNode *blocks = qevm_look_named(look->root, ".blocks"), *node;
    guint64 said;

    if (!block) {
        qevm_look_fact(look, "it has no RAM block %s", name);
        qevm_look_verdict(look, FALSE);
        return;
    }
    node = qevm_node_child(blocks, name);
    if (node) {
        qevm_look_at(look, node, -1);
    }
    qevm_look_fact(look, "the block has " OFFSET " bytes in this stream",
                   block->used_length);
    qevm_look_verdict(look,
                      !incoming(look, &said) || said == block->used_length);
}

/* ---- fields ---- */

typedef struct {
    const char *end; /* of the type's name */
    guint64 number;
} Compared;

/* A leaf of a type that is compared, with that number. */
static gboolean
is_compared(QevmNode *node, gconstpointer data)
{
    const Compared *wanted = data;
    guint64 there;

    return node->kind == QEVM_NODE_FIELD &&
           g_str_has_suffix(node->desc.field->type, wanted->end) &&
           qevm_node_number(node, 0, &there) && there == wanted->number;
}

/* Since 10.2 nothing names the field; then it is the first that could be. */
static void
look_for_compared(QevmLook *look, const char *end)
{
    QevmNode *field = qevm_look_field(look);
    Compared wanted = { end, 0 };
    guint64 there;

    if (!incoming(look, &wanted.number)) {
        return;
    }
    if (!field || field->kind != QEVM_NODE_FIELD) {
        field =
            qevm_look_find(field ? field : look->root, is_compared, &wanted);
        if (!field) {
            return;
        }
        qevm_look_at(look, field, -1);
        qevm_look_fact(look, "the message does not name the field; this one "
                             "has the value, and is compared");
    }
    if (qevm_node_number(field, 0, &there)) {
        qevm_look_value(look, there == wanted.number);
    }
}

static void
check_equal(QevmLook *look)
{
    look_for_compared(look, " equal");
}

static void
check_less_or_equal(QevmLook *look)
{
    look_for_compared(look, " le");
}

static gboolean
is_vmsd(QevmNode *node, gconstpointer data)
{
    const QevmVmsd *vmsd = qevm_node_vmsd(node);

    return vmsd && g_strcmp0(vmsd->name, data) == 0;
}

static void
check_vmsd_version(QevmLook *look)
{
    const char *name = qevm_message_text(look->cause, "vmsd");
    QevmNode *node = look->root;
    guint64 said;
    guint32 version;

    if (!node || !incoming(look, &said)) {
        return;
    }
    if (!is_vmsd(node, name)) {
        node = qevm_look_find(node, is_vmsd, name);
    }
    if (!node) {
        qevm_look_fact(look, "it has no %s in this stream", name);
        qevm_look_verdict(look, FALSE);
        return;
    }
    qevm_look_at(look, node, -1);
    /* The header of a section says what its vmsd's description cannot. */
    version = node == look->root && look->record->type == QEVM_RECORD_FULL
                  ? look->record->version_id
                  : qevm_node_vmsd(node)->version;
    qevm_look_fact(look, "%s is of version %u in this stream", name, version);
    if (node == look->root || node->kind == QEVM_NODE_SUBSECTION) {
        qevm_look_verdict(look, version == (guint32)said);
    }
}

static void
check_subsection(QevmLook *look)
{
    const char *name = qevm_message_text(look->cause, "subsection");
    QevmNode *node = qevm_look_named(look->root, name);

    if (node) {
        qevm_look_at(look, node, -1);
    } else {
        qevm_look_fact(look, "it has no such subsection in this stream");
    }
    qevm_look_verdict(look, node != NULL);
}

static void
check_run_state(QevmLook *look)
{
    QevmNode *node = qevm_look_named(look->root, "runstate");
    g_auto(QevmValue) there = QEVM_VALUE_INIT, said = QEVM_VALUE_INIT;
    const char *name = qevm_message_text(look->cause, "name");

    if (!node || node->kind != QEVM_NODE_FIELD) {
        return;
    }
    qevm_look_at(look, node, -1);
    qevm_node_value(node, 0, &there);
    qevm_value_set_bytes(&said, QEVM_VALUE_STRING, name, strlen(name));
    qevm_look_value(look, qevm_value_equal(&there, &said));
}

/* ---- PCI ---- */

static gboolean
is_pci_config(QevmNode *node, gconstpointer data)
{
    const char *name = qevm_node_name(node);

    (void)data;
    return g_str_has_prefix(name, "config") &&
           (name[6] == '\0' || name[6] == '[') &&
           (node->size == 256 || node->size == QEVM_PCI_CONFIG_MAX);
}

static void
check_pci_config(QevmLook *look)
{
    QevmNode *config = qevm_look_find(look->root, is_pci_config, NULL);
    guint64 index = 0, said = 0, local = 0, cmask = 0, wmask = 0, w1cmask = 0;
    const guint8 *bytes;
    gsize size = 0;
    g_autofree char *what = NULL;

    qevm_message_number(look->cause, "index", &index);
    qevm_message_number(look->cause, "local", &local);
    qevm_message_number(look->cause, "cmask", &cmask);
    qevm_message_number(look->cause, "wmask", &wmask);
    qevm_message_number(look->cause, "w1cmask", &w1cmask);
    bytes = config ? qevm_node_source_bytes(config, &size) : NULL;
    if (!bytes || index >= size || !incoming(look, &said)) {
        qevm_look_fact(look, "no PCI configuration space was found in it");
        return;
    }
    qevm_look_at_offset(look, config->offset + index);
    what = qevm_pci_place(bytes, size, (guint)index);
    qevm_look_fact(look,
                   "byte " OFFSET " of the PCI configuration space (%s) is "
                   "0x%02x in this stream",
                   index, what, bytes[index]);
    qevm_look_fact(look, "the bits that must agree and do not: 0x%02x",
                   (guint)((said ^ local) & cmask & ~wmask & ~w1cmask));
    if (config->offset == look->record->payload_offset + sizeof(guint32)) {
        /* Only the version of PCIDevice is before it: nothing can be shifted.
         */
        qevm_look_verdict(look, bytes[index] == said);
    } else {
        qevm_look_value(look, bytes[index] == said);
    }
}

static void
check_irq_state(QevmLook *look)
{
    QevmNode *node = qevm_look_named(look->root, "irq_state");
    guint64 said = 0, there, count;

    if (node && node->kind == QEVM_NODE_STRUCT) {
        node = qevm_node_children(node); /* a description reads it */
    }
    count = node ? qevm_node_count(node) : 0;
    qevm_message_number(look->cause, "value", &said);
    for (guint64 i = 0; i < count && i < 4; i++) {
        if (qevm_node_number(node, i, &there) &&
            (guint32)there == (guint32)said) {
            qevm_look_at(look, node, (gint64)i);
            qevm_look_verdict(look, TRUE);
            return;
        }
    }
    if (count) {
        qevm_look_at(look, node, -1);
        qevm_look_value(look, FALSE);
    }
}

/* ---- virtio ---- */

static void
check_virtio_queue(QevmLook *look)
{
    QevmNode *queue = qevm_look_named(look->root, "queue"), *num;
    guint64 index = 0, said, there;

    qevm_message_number(look->cause, "queue", &index);
    if (queue && queue->kind == QEVM_NODE_STRUCTS) {
        queue = qevm_node_children(queue);
    }
    for (; queue && index; index--) {
        queue = queue->next;
    }
    num = queue ? qevm_look_named(queue, "num") : NULL;
    if (!num) {
        return;
    }
    qevm_look_at(look, num, -1);
    if (incoming(look, &said) && qevm_node_number(num, 0, &there)) {
        qevm_look_value(look, said == there);
    }
}

/* The low half is a field of its own; where the subsection 64bit_features is
 * sent, it has both. */
static void
check_virtio_features(QevmLook *look)
{
    QevmNode *all = qevm_look_named(look->root, "virtio/64bit_features");
    QevmNode *node = qevm_look_named(all ? all : look->root, "guest_features");
    guint64 there, said, local = 0;

    if (!qevm_node_number(node, 0, &there) || !incoming(look, &said)) {
        return;
    }
    qevm_message_number(look->cause, "local", &local);
    qevm_look_at(look, node, -1);
    qevm_look_fact(look, "the destination does not offer bits " OFFSET " of it",
                   there & ~local);
    /* Since 10.2 the message shows them after some were cleared. */
    qevm_look_value(look, there == said || (look->failure->from >= 1002 &&
                                            (said & ~there) == 0));
}

typedef struct {
    const char *name;
    guint64 number;
} Named;

static gboolean
is_named_number(QevmNode *node, gconstpointer data)
{
    const Named *wanted = data;
    guint64 there;

    return strcmp(qevm_node_name(node), wanted->name) == 0 &&
           qevm_node_number(node, 0, &there) && there == wanted->number;
}

/* The config space has a field of that name, too, which nobody sets. */
static void
check_virtio_mem(QevmLook *look)
{
    g_autofree char *name = g_strdelimit(
        g_strdup(qevm_message_text(look->cause, "property")), "-", '_');
    Named wanted = { name, 0 };
    QevmNode *node;

    if (incoming(look, &wanted.number)) {
        node = qevm_look_find(look->root, is_named_number, &wanted);
        if (node) {
            qevm_look_at(look, node, -1);
        }
        qevm_look_value(look, node != NULL);
    }
}

static void
check_spapr_cap(QevmLook *look)
{
    g_autofree char *name =
        g_strconcat("spapr/cap/", qevm_message_text(look->cause, "cap"), NULL);
    QevmNode *cap = qevm_look_named(look->root, name);
    QevmNode *leaf = cap ? qevm_node_children(cap) : NULL;
    guint64 there, said;

    if (!leaf) {
        qevm_look_fact(look,
                       "it has no subsection %s: the capability is at "
                       "the default of its machine type",
                       name);
        return;
    }
    qevm_look_at(look, leaf, -1);
    if (qevm_node_number(leaf, 0, &there) && incoming(look, &said)) {
        qevm_look_value(look, there == said);
    }
}

/* ---- which message asks for which ---- */

QevmLookCheck
qevm_look_check(const char *id)
{
    static const struct {
        const char *id;
        QevmLookCheck check;
    } checks[] = {
        { "not-a-stream", check_not_a_stream },
        { "stream-version-2", check_not_a_stream },
        { "stream-version", check_not_a_stream },
        { "config-missing", check_configuration_missing },
        { "machine-type", check_machine },
        { "page-bits", check_page_bits },
        { "capability", check_capability },
        { "uuid", check_uuid },
        { "section-unknown", check_section },
        { "section-version", check_version },
        { "footer-missing", check_footer },
        { "footer-id", check_footer },
        { "footer", check_footer },
        { "record-type", check_record_type },
        { "section-header-end", check_end },
        { "part-header-end", check_end },
        { "record-end", check_end },
        { "footer-end", check_end },
        { "load-end", check_end },
        { "stream-end", check_end },
        { "channel", check_end },
        { "command-unknown", check_command },
        { "command-deprecated", check_command },
        { "ping", check_ping },
        { "advise-enabled", check_advise },
        { "advise-disabled", check_advise },
        { "advise-length", check_advise },
        { "advise-ram-pages", check_advise },
        { "advise-target-pages", check_advise },
        { "ram-block-unknown", check_ram_block },
        { "ram-block-size", check_ram_block },
        { "ram-block-maximum", check_ram_block },
        { "ram-block-stays", check_ram_block },
        { "equal", check_equal },
        { "less-or-equal", check_less_or_equal },
        { "vmsd-too-new", check_vmsd_version },
        { "vmsd-too-old", check_vmsd_version },
        { "subsection-unknown", check_subsection },
        { "run-state-name", check_run_state },
        { "pci-config", check_pci_config },
        { "irq-state", check_irq_state },
        { "virtio-queue-size", check_virtio_queue },
        { "virtio-queue-address", check_virtio_queue },
        { "virtio-queue-used", check_virtio_queue },
        { "virtio-features", check_virtio_features },
        { "virtio-mem-property", check_virtio_mem },
        { "virtio-mem-number", check_virtio_mem },
        { "spapr-cap-higher", check_spapr_cap },
    };

    for (guint i = 0; i < G_N_ELEMENTS(checks); i++) {
        if (strcmp(checks[i].id, id) == 0) {
            return checks[i].check;
        }
    }
    return NULL;
}

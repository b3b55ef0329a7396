/* against-lines.c - what QEMU prints about a section that it refuses.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <errno.h>
#include <string.h>

#include "rewrite/against-private.h"
#include "rewrite/refusal.h"

void
qevm_against_say(QevmAgainst *a, QevmFinding *finding,
                 const QevmRefusal *refusal)
{
    char **lines;

    if (!a->target->release || !finding) {
        return;
    }
    lines = qevm_refusal_lines(refusal, a->target->release);
    g_clear_pointer(&finding->lines, g_ptr_array_unref);
    finding->lines = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; lines[i]; i++) {
        g_ptr_array_add(finding->lines, lines[i]);
    }
    g_free(lines);
    finding->likely |= !a->target->release_exact;
}

static void
set_both(QevmMessage *message, const QevmStop *stop)
{
    qevm_message_set_number(message, "incoming", stop->incoming);
    qevm_message_set_number(message, "local", stop->local);
}

static const char *
innermost_vmsd(const QevmStop *stop, const QevmRecord *ref)
{
    if (stop->levels->len) {
        return g_array_index(stop->levels, QevmLoadLevel, 0).vmsd;
    }
    return ref->device && ref->device->vmsd->name ? ref->device->vmsd->name
                                                  : "";
}

static const char *
subsection_owner(const QevmStop *stop, const QevmRecord *ref)
{
    const QevmVmsd *vmsd = stop->at ? qevm_node_vmsd(stop->at) : NULL;

    return vmsd && vmsd->name ? vmsd->name : innermost_vmsd(stop, ref);
}

static void
add_cause(QevmRefusal *r, const QevmStop *stop, const QevmRecord *ref)
{
    QevmMessage *m = NULL;

    switch (stop->kind) {
    case QEVM_STOP_EARLY_EOF:
        m = qevm_refusal_add(r, "stream-end");
        qevm_message_set_text(m, "vmsd", innermost_vmsd(stop, ref));
        qevm_message_set_number(m, "ret", (guint64)(gint64)-EIO);
        break;
    case QEVM_STOP_VERSION_TOO_NEW:
        m = qevm_refusal_add(r, "section-version");
        qevm_message_set_text(m, "idstr", ref->idstr);
        break;
    case QEVM_STOP_VERSION_TOO_OLD:
        m = qevm_refusal_add(r, "vmsd-too-old");
        qevm_message_set_text(m, "vmsd", innermost_vmsd(stop, ref));
        break;
    case QEVM_STOP_SUBSECTION_UNKNOWN:
        m = qevm_refusal_add(r, "subsection-unknown");
        qevm_message_set_text(m, "subsection", stop->text);
        qevm_message_set_text(m, "vmsd", subsection_owner(stop, ref));
        break;
    case QEVM_STOP_SUBSECTION_TOO_NEW:
    case QEVM_STOP_SUBSECTION_TOO_OLD:
        m = qevm_refusal_add(r, stop->kind == QEVM_STOP_SUBSECTION_TOO_NEW
                                    ? "vmsd-too-new"
                                    : "vmsd-too-old");
        qevm_message_set_text(m, "vmsd", stop->text);
        break;
    case QEVM_STOP_EQUAL:
        m = qevm_refusal_add(r, "equal");
        break;
    case QEVM_STOP_LESS_OR_EQUAL:
        m = qevm_refusal_add(r, "less-or-equal");
        break;
    case QEVM_STOP_PCI_CONFIG:
        m = qevm_refusal_add(r, "pci-config");
        qevm_message_set_number(m, "index", stop->index);
        qevm_message_set_number(m, "cmask", stop->cmask);
        qevm_message_set_number(m, "wmask", stop->wmask);
        qevm_message_set_number(m, "w1cmask", stop->w1cmask);
        break;
    case QEVM_STOP_IRQ_STATE:
        m = qevm_refusal_add(r, "irq-state");
        qevm_message_set_number(m, "value", (guint64)(gint32)stop->incoming);
        break;
    case QEVM_STOP_NULL_MARKER:
        m = qevm_refusal_add(r, "null-marker");
        break;
    case QEVM_STOP_VIRTIO_QUEUE_SIZE:
        m = qevm_refusal_add(r, "virtio-queue-size");
        qevm_message_set_number(m, "queue", stop->index);
        break;
    case QEVM_STOP_VIRTIO_QUEUES:
        m = qevm_refusal_add(r, "virtio-queues");
        break;
    case QEVM_STOP_VIRTIO_FEATURES:
        m = qevm_refusal_add(r, "virtio-features");
        break;
    case QEVM_STOP_DEVICE:
        if (stop->message) {
            qevm_message_copy(qevm_refusal_add(r, stop->message->id),
                              stop->message);
        }
        return;
    case QEVM_STOP_FOOTER_MISSING:
        m = qevm_refusal_add(r, "footer-missing");
        qevm_message_set_text(m, "idstr", ref->idstr);
        break;
    case QEVM_STOP_FOOTER_ID:
        m = qevm_refusal_add(r, "footer-id");
        qevm_message_set_text(m, "idstr", ref->idstr);
        break;
    default:
        return;
    }
    set_both(m, stop);
}

/* A field's name without the `[n]` that the vmdesc puts behind equal ones. */
static char *
field_name(const char *name)
{
    const char *bracket = strrchr(name, '[');
    gboolean number = bracket && bracket > name && bracket[1] != ']';

    for (const char *p = bracket ? bracket + 1 : NULL; number && *p != ']';
         p++) {
        number = g_ascii_isdigit(*p);
    }
    return number ? g_strndup(name, (gsize)(bracket - name)) : g_strdup(name);
}

static void
add_levels(QevmRefusal *r, const QevmStop *stop)
{
    int ret = -stop->number;

    for (guint i = 0; i < stop->levels->len; i++) {
        const QevmLoadLevel *level =
            &g_array_index(stop->levels, QevmLoadLevel, i);
        g_autofree char *name = level->field ? field_name(level->field) : NULL;

        switch (level->kind) {
        case QEVM_LEVEL_FIELD:
            /* A stream that has ended is noticed behind the field. */
            qevm_refusal_field(
                r, level->vmsd, name, level->type,
                i == 0 && stop->kind == QEVM_STOP_EARLY_EOF ? 0 : ret);
            break;
        case QEVM_LEVEL_SUBSECTION:
            qevm_refusal_subsection(r, level->field, level->vmsd, ret);
            break;
        case QEVM_LEVEL_POST_LOAD:
            qevm_refusal_post_load(r, level->vmsd, level->version,
                                   level->minimum, ret);
        }
    }
}

void
qevm_against_say_stop(QevmAgainst *a, QevmFinding *finding,
                      const QevmRecord *record, const QevmRecord *ref,
                      const QevmStop *stop)
{
    g_autoptr(QevmRefusal) r = qevm_refusal_new();
    gboolean footer = stop->kind == QEVM_STOP_FOOTER_MISSING ||
                      stop->kind == QEVM_STOP_FOOTER_ID;

    add_cause(r, stop, ref);
    if (footer) {
        qevm_message_set_number(qevm_refusal_add(r, "footer"), "section",
                                record->section_id);
    } else if (stop->number) {
        add_levels(r, stop);
        if (stop->kind != QEVM_STOP_VERSION_TOO_NEW) {
            qevm_refusal_section(r, record->idstr, record->instance_id);
        }
    }
    if (stop->number) {
        qevm_refusal_outcome(r, -stop->number);
    }
    qevm_against_say(a, finding, r);
}

/* vmdesc-render.c - writes descriptions as QEMU does.
 *
 * Mirrors migration/vmstate.c:vmsd_desc_field_start/end(),
 * vmstate_save_state_v() and migration/savevm.c:vmstate_save().
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "parser/vmdesc.h"

void
qevm_json_out_field_begin(QevmJsonOut *out, const QevmFieldDesc *field)
{
    qevm_json_out_begin_object(out, NULL);
    qevm_json_out_string(out, "name", field->name);
    if (field->array_len) {
        qevm_json_out_uint(out, "array_len", field->array_len);
    }
    if (field->index >= 0) {
        qevm_json_out_int(out, "index", field->index);
    }
    qevm_json_out_string(out, "type", field->type);
}

void
qevm_json_out_field_end(QevmJsonOut *out, guint64 size)
{
    qevm_json_out_uint(out, "size", size);
    qevm_json_out_end_object(out);
}

void
qevm_json_out_vmsd_head(QevmJsonOut *out, const QevmVmsd *vmsd)
{
    qevm_json_out_string(out, "vmsd_name", vmsd->name ? vmsd->name : "");
    qevm_json_out_uint(out, "version", vmsd->version);
    qevm_json_out_begin_array(out, "fields");
}

void
qevm_json_out_device_begin(QevmJsonOut *out, const QevmDevice *device)
{
    qevm_json_out_begin_object(out, NULL);
    qevm_json_out_string(out, "name", device->name);
    if (device->signed_id) {
        qevm_json_out_int(out, "instance_id", (gint32)device->instance_id);
    } else {
        qevm_json_out_uint(out, "instance_id", device->instance_id);
    }
}

void
qevm_json_out_extent(QevmJsonOut *out, const char *name, GBytes *text,
                     QevmExtent extent)
{
    gsize len;
    const char *data = g_bytes_get_data(text, &len);

    g_assert(extent.start <= len && extent.len <= len - extent.start);
    qevm_json_out_text(out, name, data + extent.start, extent.len);
}

void
qevm_json_out_vmsd(QevmJsonOut *out, const QevmVmsd *vmsd)
{
    if (!vmsd->name) {
        return; /* "struct": {} */
    }
    qevm_json_out_vmsd_head(out, vmsd);
    for (guint i = 0; i < vmsd->n_fields; i++) {
        qevm_json_out_field(out, vmsd->fields[i]);
    }
    qevm_json_out_end_array(out);
    if (!vmsd->n_subsections && !vmsd->has_subsections) {
        return;
    }
    qevm_json_out_begin_array(out, "subsections");
    for (guint i = 0; i < vmsd->n_subsections; i++) {
        qevm_json_out_begin_object(out, NULL);
        qevm_json_out_vmsd(out, vmsd->subsections[i]);
        qevm_json_out_end_object(out);
    }
    qevm_json_out_end_array(out);
}

void
qevm_json_out_field(QevmJsonOut *out, const QevmFieldDesc *field)
{
    guint n_vmsds = field->overlay ? 0 : field->n_vmsds;

    qevm_json_out_field_begin(out, field);
    for (guint i = 0; i < n_vmsds; i++) {
        if (field->inline_vmsd) {
            qevm_json_out_vmsd(out, field->vmsds[i]);
        } else {
            qevm_json_out_begin_object(out, "struct");
            qevm_json_out_vmsd(out, field->vmsds[i]);
            qevm_json_out_end_object(out);
        }
    }
    qevm_json_out_field_end(out, field->size);
}

void
qevm_json_out_device(QevmJsonOut *out, const QevmDevice *device)
{
    qevm_json_out_device_begin(out, device);
    if (device->legacy) {
        qevm_json_out_uint(out, "size", device->size);
        qevm_json_out_begin_array(out, "fields");
        for (guint i = 0; i < device->vmsd->n_fields; i++) {
            const QevmFieldDesc *field = device->vmsd->fields[i];

            /* "size" comes before "type" here, and nowhere else. */
            qevm_json_out_begin_object(out, NULL);
            qevm_json_out_string(out, "name", field->name);
            qevm_json_out_uint(out, "size", field->size);
            qevm_json_out_string(out, "type", field->type);
            qevm_json_out_end_object(out);
        }
        qevm_json_out_end_array(out);
    } else {
        qevm_json_out_vmsd(out, device->vmsd);
    }
    qevm_json_out_end_object(out);
}

GBytes *
qevm_vmdesc_render(const QevmVmdesc *vmdesc)
{
    g_autoptr(QevmJsonOut) out = qevm_json_out_new(vmdesc->dialect);

    qevm_json_out_begin_object(out, NULL);
    if (vmdesc->configuration) {
        qevm_json_out_begin_object(out, "configuration");
        qevm_json_out_vmsd(out, vmdesc->configuration);
        qevm_json_out_end_object(out);
    }
    if (vmdesc->page_size) {
        qevm_json_out_uint(out, "page_size", vmdesc->page_size);
    }
    qevm_json_out_begin_array(out, "devices");
    for (guint i = 0; i < vmdesc->n_devices; i++) {
        qevm_json_out_device(out, vmdesc->devices + i);
    }
    qevm_json_out_end_array(out);
    qevm_json_out_end_object(out);
    return qevm_json_out_finish(g_steal_pointer(&out));
}

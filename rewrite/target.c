/* target.c - what a destination accepts, put together from what is known of it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "rewrite/target.h"

#include <string.h>

#include "rewrite/evidence.h"

/* Matches the first section of its name whose alias is unset
 * (migration/savevm.c:find_se()). */
#define INSTANCE_WILDCARD G_MAXUINT32

/* QEMU words its messages anew (migration/savevm.c, migration/vmstate.c). */
#define RELEASE_WORDS 1002

QevmTarget *
qevm_target_new(const char *name)
{
    QevmTarget *target = g_new0(QevmTarget, 1);

    target->name = g_strdup(name);
    target->newest = G_MAXUINT;
    target->references =
        g_ptr_array_new_with_free_func((GDestroyNotify)qevm_stream_free);
    target->known =
        g_ptr_array_new_with_free_func((GDestroyNotify)qevm_known_free);
    target->sections =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    return target;
}

void
qevm_target_free(QevmTarget *target)
{
    if (!target) {
        return;
    }
    g_free(target->name);
    g_ptr_array_unref(target->references);
    g_ptr_array_unref(target->known);
    g_clear_pointer(&target->sections, g_hash_table_unref);
    json_decref(target->facts);
    g_free(target);
}

static char *
section_key(const char *idstr, guint32 instance_id)
{
    return g_strdup_printf("%u/%s", instance_id, idstr);
}

GHashTable *
qevm_sections_index(QevmStream *stream)
{
    GHashTable *index =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

    for (guint i = 0; i < stream->records->len; i++) {
        QevmRecord *r = g_ptr_array_index(stream->records, i);
        char *key;

        if (r->type != QEVM_RECORD_FULL && r->type != QEVM_RECORD_START) {
            continue;
        }
        key = section_key(r->idstr, r->instance_id);
        if (g_hash_table_contains(index, key)) {
            g_free(key);
        } else {
            g_hash_table_insert(index, key, r);
        }
    }
    return index;
}

QevmRecord *
qevm_sections_find(GHashTable *index, const char *idstr, guint32 instance_id)
{
    g_autofree char *key = section_key(idstr, instance_id);

    return g_hash_table_lookup(index, key);
}

void
qevm_target_add_reference(QevmTarget *target, QevmStream *stream)
{
    g_ptr_array_add(target->references, stream);
    if (target->references->len > 1) {
        return;
    }
    g_hash_table_unref(target->sections);
    target->sections = qevm_sections_index(stream);
    if (!target->release) {
        g_autoptr(QevmWriter) writer = qevm_writer_of(stream);

        /* Of old ones the newest is the likeliest. The words are the same on
         * either side of 10.2, near enough. */
        target->release = writer->from > 203 ? writer->from : writer->to;
        target->oldest = writer->from;
        target->newest = writer->to ? writer->to : G_MAXUINT;
        target->release_exact = writer->from >= RELEASE_WORDS ||
                                (writer->to && writer->to < RELEASE_WORDS);
    }
}

void
qevm_target_add_known(QevmTarget *target, QevmKnown *known)
{
    g_ptr_array_add(target->known, known);
}

void
qevm_target_set_release(QevmTarget *target, guint release)
{
    target->release = target->oldest = target->newest = release;
    target->release_exact = TRUE;
}

gboolean
qevm_target_is_before(const QevmTarget *target, guint release)
{
    return target->newest < release;
}

gboolean
qevm_target_is_since(const QevmTarget *target, guint release)
{
    return target->oldest >= release;
}

QevmStream *
qevm_target_reference(const QevmTarget *target)
{
    return target->references->len ? g_ptr_array_index(target->references, 0)
                                   : NULL;
}

QevmRecord *
qevm_target_any_section(const QevmTarget *target, const char *idstr)
{
    QevmStream *stream = qevm_target_reference(target);

    for (guint i = 0; stream && i < stream->records->len; i++) {
        QevmRecord *r = g_ptr_array_index(stream->records, i);

        if ((r->type == QEVM_RECORD_FULL || r->type == QEVM_RECORD_START) &&
            strcmp(r->idstr, idstr) == 0) {
            return r;
        }
    }
    return NULL;
}

QevmRecord *
qevm_target_section(const QevmTarget *target, const char *idstr,
                    guint32 instance_id)
{
    QevmRecord *record =
        target->sections
            ? qevm_sections_find(target->sections, idstr, instance_id)
            : NULL;

    if (!record && instance_id == INSTANCE_WILDCARD) {
        record = qevm_target_any_section(target, idstr);
    }
    return record;
}

/* ---- what is known of vmsds ---- */

/* A layout of that name is one among several; any of them will do. */
QevmTargetKnows
qevm_target_subsection(const QevmTarget *target, const char *vmsd_name,
                       const char *name, const QevmKnownVmsd **vmsd)
{
    QevmTargetKnows knows = QEVM_TARGET_MAYBE;

    if (vmsd) {
        *vmsd = NULL;
    }
    for (guint i = 0; i < target->known->len; i++) {
        const QevmKnown *known = g_ptr_array_index(target->known, i);
        const GPtrArray *same = qevm_known_named(known, vmsd_name);

        for (guint k = 0; same && k < same->len; k++) {
            const QevmKnownVmsd *sub =
                qevm_known_subsection(g_ptr_array_index(same, k), name);

            if (sub) {
                if (vmsd) {
                    *vmsd = sub;
                }
                return QEVM_TARGET_YES;
            }
            knows = known->partial ? knows : QEVM_TARGET_NO;
        }
    }
    return knows;
}

/* Who knows what counts the elements is asked before who does not. */
QevmTargetKnows
qevm_target_field(const QevmTarget *target, const char *vmsd_name,
                  const char *name, const QevmKnownField **field)
{
    QevmTargetKnows knows = QEVM_TARGET_MAYBE;

    *field = NULL;
    for (guint i = 0; i < target->known->len; i++) {
        const QevmKnown *known = g_ptr_array_index(target->known, i);
        const GPtrArray *same = qevm_known_named(known, vmsd_name);

        for (guint k = 0; same && k < same->len; k++) {
            const QevmKnownField *found =
                qevm_known_field(g_ptr_array_index(same, k), name);

            if (found && (!*field || found->count)) {
                *field = found;
            }
            knows = known->partial ? knows : QEVM_TARGET_NO;
        }
    }
    return *field ? QEVM_TARGET_YES : knows;
}

gboolean
qevm_target_minimum(const QevmTarget *target, const char *vmsd_name,
                    guint32 version_id, guint32 *minimum, gboolean *exact)
{
    const QevmKnownVmsd *older = NULL;

    for (guint i = 0; i < target->known->len; i++) {
        const QevmKnown *known = g_ptr_array_index(target->known, i);
        const GPtrArray *same = qevm_known_named(known, vmsd_name);

        for (guint k = 0; same && k < same->len; k++) {
            const QevmKnownVmsd *vmsd = g_ptr_array_index(same, k);

            if (vmsd->version_id == version_id) {
                *minimum = vmsd->minimum_version_id;
                if (exact) {
                    *exact = TRUE;
                }
                return TRUE;
            }
            if (vmsd->version_id < version_id &&
                (!older || vmsd->version_id > older->version_id)) {
                older = vmsd;
            }
        }
    }
    if (!exact || !older) {
        return FALSE;
    }
    *minimum = older->minimum_version_id;
    *exact = FALSE;
    return TRUE;
}

/* ---- architecture ---- */

static gboolean
has_field(const QevmVmsd *vmsd, const char *name)
{
    for (guint i = 0; i < vmsd->n_fields; i++) {
        if (strcmp(vmsd->fields[i]->name, name) == 0) {
            return TRUE;
        }
    }
    return FALSE;
}

/* Fields that only one architecture's CPU has (target/ARCH/machine.c). */
const char *
qevm_stream_architecture(QevmStream *stream)
{
    static const struct {
        const char *field, *architecture;
    } signs[] = {
        { "env.eip", "x86_64" },       { "env.xregs", "aarch64" },
        { "env.nip", "ppc64" },        { "env.psw.mask", "s390x" },
        { "env.load_res", "riscv64" },
    };

    for (guint i = 0; i < stream->records->len; i++) {
        const QevmRecord *r = g_ptr_array_index(stream->records, i);

        if (r->type != QEVM_RECORD_FULL || strcmp(r->idstr, "cpu") != 0 ||
            !r->device) {
            continue;
        }
        for (guint k = 0; k < G_N_ELEMENTS(signs); k++) {
            if (has_field(r->device->vmsd, signs[k].field)) {
                return signs[k].architecture;
            }
        }
        return NULL;
    }
    return NULL;
}

/* target-facts.c - what a QEMU said of itself beside the stream it saved:
 * REF.target.json of qevm capture, see schemas/qevm-target.json.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <string.h>

#include "rewrite/target.h"

static gboolean
fail(const char *name, GError **error, const char *what)
{
    g_set_error(error, QEVM_ERROR, QEVM_ERROR_MALFORMED,
                "%s: no description of a target: %s", name, what);
    return FALSE;
}

/* "10.0.13" is 1000. */
static guint
release_of(const json_t *facts)
{
    const char *text = json_string_value(
        json_object_get(json_object_get(facts, "qemu"), "version"));
    guint64 major, minor;
    char *end;

    if (!text) {
        return 0;
    }
    major = g_ascii_strtoull(text, &end, 10);
    minor = *end == '.' ? g_ascii_strtoull(end + 1, NULL, 10) : 100;
    return major < 100 && minor < 100 ? (guint)(major * 100 + minor) : 0;
}

gboolean
qevm_target_set_facts(QevmTarget *target, json_t *facts, const char *name,
                      GError **error)
{
    const json_t *vmstate = json_object_get(facts, "vmstate");
    guint release = release_of(facts);
    QevmKnown *known;

    if (!json_is_integer(json_object_get(facts, "qevm-target")) || !release) {
        return fail(name, error, "\"qevm-target\" or \"qemu\" is missing");
    }
    if (json_is_object(vmstate)) {
        known = qevm_known_new(vmstate, name, error);
        if (!known) {
            return FALSE;
        }
        qevm_target_add_known(target, known);
    }
    qevm_target_set_release(target, release);
    json_decref(target->facts);
    target->facts = json_incref(facts);
    return TRUE;
}

/* ---- questions ---- */

/* Sections of PCI devices begin with their path. */
void
qevm_target_pci(const QevmTarget *target, const char *idstr,
                QevmPciFacts *facts)
{
    const json_t *devices = json_object_get(target->facts, "devices");

    memset(facts, 0, sizeof(*facts));
    facts->presence = qevm_target_is_before(target, 801)  ? QEVM_PCI_YES
                      : qevm_target_is_since(target, 801) ? QEVM_PCI_NO
                                                          : QEVM_PCI_PERHAPS;
    for (size_t i = 0; i < json_array_size(devices); i++) {
        const json_t *device = json_array_get(devices, i);
        const json_t *list = json_object_get(device, "bars");
        const char *path = json_string_value(json_object_get(device, "path"));

        if (!path || !g_str_has_prefix(idstr, path) ||
            idstr[strlen(path)] != '/') {
            continue;
        }
        for (size_t k = 0; k < json_array_size(list); k++) {
            const json_t *bar = json_array_get(list, k);
            json_int_t n = json_integer_value(json_object_get(bar, "bar"));
            json_int_t size = json_integer_value(json_object_get(bar, "size"));

            if (n >= 0 && n < (json_int_t)G_N_ELEMENTS(facts->bar) &&
                size > 0) {
                facts->bar[n] = (guint64)size;
            }
        }
    }
}

gboolean
qevm_target_features(const QevmTarget *target, const char *idstr,
                     guint32 instance_id, guint64 *features)
{
    const json_t *list = json_object_get(target->facts, "virtio");

    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *device = json_array_get(list, i);
        const char *section =
            json_string_value(json_object_get(device, "section"));
        const char *text =
            json_string_value(json_object_get(device, "host_features"));
        gsize len = text ? strlen(text) : 0;

        if (section && text && strcmp(section, idstr) == 0 &&
            json_integer_value(json_object_get(device, "instance_id")) ==
                (json_int_t)instance_id) {
            /* Those above the 64th are not in every stream. */
            *features = g_ascii_strtoull(len > 18 ? text + len - 16 : text + 2,
                                         NULL, 16);
            return TRUE;
        }
    }
    return FALSE;
}

guint64
qevm_target_ram_maximum(const QevmTarget *target, const char *idstr)
{
    const json_t *list = json_object_get(target->facts, "ram_blocks");

    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *block = json_array_get(list, i);
        const char *name = json_string_value(json_object_get(block, "idstr"));

        if (name && strcmp(name, idstr) == 0) {
            return (guint64)json_integer_value(
                json_object_get(block, "max_length"));
        }
    }
    return 0;
}

const char *
qevm_target_option(const QevmTarget *target, const char *option)
{
    const json_t *command = json_object_get(target->facts, "command");

    for (size_t i = 1; i + 1 < json_array_size(command); i++) {
        const char *word = json_string_value(json_array_get(command, i));

        if (word && *word == '-' &&
            strcmp(word + (word[1] == '-' ? 2 : 1), option) == 0) {
            return json_string_value(json_array_get(command, i + 1));
        }
    }
    return NULL;
}

QevmTargetKnows
qevm_target_says(const QevmTarget *target, const char *text)
{
    const json_t *command = json_object_get(target->facts, "command");

    if (!command) {
        return QEVM_TARGET_MAYBE;
    }
    for (size_t i = 0; i < json_array_size(command); i++) {
        const char *word = json_string_value(json_array_get(command, i));

        if (word && strstr(word, text)) {
            return QEVM_TARGET_YES;
        }
    }
    return QEVM_TARGET_NO;
}

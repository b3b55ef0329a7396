/* host.c - memory, folders, sound and screens of the host. */
#include "cli/qemu/rework.h"

#include <string.h>
#include <sys/stat.h>

/* ---- memory ---- */

/* QEMU opens such a file for writing and makes it if it is not there
 * (system/physmem.c:file_ram_open()); mapped privately, it stays as it is. */
static gboolean
check_memory_file(QevmRework *rework, const QevmQemuItem *item,
                  const char *path, GError **error)
{
    struct stat st;

    if (rework->command->wrapped) {
        return qevm_rework_refuse(item, error,
                                  "behind another command it cannot be seen "
                                  "whether %s is there already",
                                  path);
    }
    if (stat(path, &st) != 0 || (S_ISREG(st.st_mode) && st.st_size == 0)) {
        return qevm_rework_refuse(
            item, error, "%s is not there, or empty, and QEMU would make it",
            path);
    }
    return TRUE;
}

gboolean
qevm_rework_mem_path(QevmRework *rework, const QevmQemuItem *item,
                     GError **error)
{
    if (!(rework->flags & QEVM_QEMU_DISKS_ARE_COPIES) &&
        !check_memory_file(rework, item, item->value, error)) {
        return FALSE;
    }
    qevm_rework_pass(rework, item);
    return TRUE;
}

static gboolean
rework_memory(QevmRework *rework, const QevmQemuItem *item,
              QevmQemuValue *value, GError **error)
{
    g_autofree char *path = qevm_qemu_value_get(value, "mem-path");
    gboolean changed = FALSE;

    if (path && !(rework->flags & QEVM_QEMU_DISKS_ARE_COPIES)) {
        if (!check_memory_file(rework, item, path, error)) {
            return FALSE;
        }
        changed |= qevm_qemu_value_on(value, "share");
        changed |= qevm_qemu_value_on(value, "discard-data");
        qevm_qemu_value_set_on(value, "share", FALSE);
        qevm_qemu_value_remove(value, "discard-data");
    }
    /* Pages that the guest never touches cost nothing. */
    changed |= qevm_qemu_value_on(value, "prealloc");
    qevm_qemu_value_remove(value, "prealloc");
    if (changed) {
        qevm_rework_change(rework, item, value);
    } else {
        qevm_rework_put_value(rework, "object", value);
    }
    return TRUE;
}

gboolean
qevm_rework_overcommit(QevmRework *rework, const QevmQemuItem *item,
                       GError **error)
{
    g_autoptr(QevmQemuValue) value = qevm_rework_parse(item, NULL, error);

    if (!value) {
        return FALSE;
    }
    if (!qevm_qemu_value_remove(value, "mem-lock")) {
        qevm_rework_pass(rework, item);
    } else if (qevm_qemu_value_has(value, "cpu-pm")) {
        qevm_rework_change(rework, item, value);
    } else {
        qevm_rework_leave_out(rework, item);
    }
    return TRUE;
}

/* ---- objects ---- */

static const char objects[] =
    "iothread main-loop thread-context throttle-group secret secret_keyring "
    "tls-creds-* tls-cipher-suites authz-* rng-random rng-builtin rng-egd "
    "can-bus cryptodev-backend cryptodev-backend-builtin "
    "cryptodev-backend-lkcf filter-buffer filter-replay pr-manager-helper "
    "iommufd acpi-generic-initiator acpi-generic-port sev-guest "
    "sev-snp-guest tdx-guest s390-pv-guest pef-guest igvm-cfg";
static const char needless_objects[] =
    "filter-dump filter-mirror filter-redirector filter-rewriter colo-compare "
    "input-linux input-barrier can-host-socketcan qtest monitor-qmp "
    "monitor-hmp";

gboolean
qevm_rework_object(QevmRework *rework, const QevmQemuItem *item, GError **error)
{
    g_autoptr(QevmQemuValue) value = qevm_rework_parse(item, "qom-type", error);
    g_autofree char *type =
        value ? qevm_qemu_value_get(value, "qom-type") : NULL;

    if (!value) {
        return FALSE;
    }
    if (type && g_str_has_prefix(type, "memory-backend-")) {
        return rework_memory(rework, item, value, error);
    }
    if (type && qevm_rework_listed(needless_objects, type)) {
        qevm_rework_leave_out(rework, item);
        return TRUE;
    }
    if (type && !qevm_rework_listed(objects, type)) {
        return qevm_rework_guard(rework, item, error,
                                 "the object \"%s\" is not known to leave the "
                                 "host alone",
                                 type);
    }
    qevm_rework_pass(rework, item);
    return TRUE;
}

/* ---- folders ---- */

gboolean
qevm_rework_folder(QevmRework *rework, const QevmQemuItem *item, GError **error)
{
    g_autoptr(QevmQemuValue) value = qevm_rework_parse(item, "fsdriver", error);

    if (!value) {
        return FALSE;
    }
    if (rework->flags & QEVM_QEMU_DISKS_ARE_COPIES) {
        qevm_rework_pass(rework, item);
        return TRUE;
    }
    if (qevm_qemu_value_is(value, "fsdriver", "proxy")) {
        return qevm_rework_refuse(item, error,
                                  "another program would write for it");
    }
    if (qevm_qemu_value_on(value, "readonly") ||
        !qevm_qemu_value_is(value, "fsdriver", "local")) {
        qevm_rework_pass(rework, item);
        return TRUE;
    }
    qevm_qemu_value_set_on(value, "readonly", TRUE);
    qevm_rework_change(rework, item, value);
    return TRUE;
}

/* ---- sound and screens ---- */

gboolean
qevm_rework_audio(QevmRework *rework, const QevmQemuItem *item, GError **error)
{
    g_autoptr(QevmQemuValue) value = qevm_rework_parse(item, "driver", error);
    g_autoptr(QevmQemuValue) silent = qevm_qemu_value_new("driver");
    static const char *const kept[] = { "id", "model" };

    if (!value) {
        return FALSE;
    }
    qevm_qemu_value_set(silent, "driver", "none");
    for (guint i = 0; i < G_N_ELEMENTS(kept); i++) {
        g_autofree char *text = qevm_qemu_value_get(value, kept[i]);

        if (text) {
            qevm_qemu_value_set(silent, kept[i], text);
        }
    }
    qevm_rework_change(rework, item, silent);
    return TRUE;
}

/* A display of ours comes at the end; but a device that draws with OpenGL
 * wants one that can. */
gboolean
qevm_rework_display(QevmRework *rework, const QevmQemuItem *item,
                    GError **error)
{
    g_autoptr(QevmQemuValue) value = qevm_rework_parse(item, "type", error);
    g_autoptr(QevmQemuValue) headless = qevm_qemu_value_new("type");
    g_autofree char *node = NULL;

    if (!value) {
        return FALSE;
    }
    if (qevm_qemu_value_is(value, "type", "none")) {
        return TRUE;
    }
    if (!qevm_qemu_value_is(value, "type", "egl-headless") &&
        !qevm_qemu_value_on(value, "gl") &&
        !qevm_qemu_value_is(value, "gl", "core") &&
        !qevm_qemu_value_is(value, "gl", "es")) {
        qevm_rework_leave_out(rework, item);
        return TRUE;
    }
    qevm_qemu_value_set(headless, "type", "egl-headless");
    node = qevm_qemu_value_get(value, "rendernode");
    if (node) {
        qevm_qemu_value_set(headless, "rendernode", node);
    }
    qevm_rework_change(rework, item, headless);
    return TRUE;
}

gboolean
qevm_rework_icount(QevmRework *rework, const QevmQemuItem *item, GError **error)
{
    g_autoptr(QevmQemuValue) value = qevm_rework_parse(item, "shift", error);

    if (!value) {
        return FALSE;
    }
    if (qevm_qemu_value_has(value, "rr")) {
        return qevm_rework_refuse(item, error,
                                  "a recorded run cannot be changed");
    }
    qevm_rework_pass(rework, item);
    return TRUE;
}

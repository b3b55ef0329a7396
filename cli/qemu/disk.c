/* disk.c - disks that nobody writes to.
 *
 * Every node of the user's is opened read only. It is also opened with
 * force-share, so that an image can be looked into while a guest runs from it;
 * and since QEMU refuses force-share for what it would open for writing, a node
 * that we did not see, such as the backing file that an image names, is read
 * only too. What a device writes to is a temporary qcow2 image over the disk,
 * which QEMU makes itself in its own file system (snapshot=on) and unlinks at
 * once, so that there is nothing to be found behind a chroot, and nothing to
 * be left behind.
 */
#include "cli/qemu/rework.h"

#include <string.h>

/* Drivers and protocols that write nothing when they are read only, and take
 * nothing of the host for themselves. */
static const char harmless[] =
    "file host_device host_cdrom raw qcow qcow2 qed vdi vmdk vpc vhdx "
    "parallels dmg bochs cloop luks null-co null-aio nbd nbd+* http https ftp "
    "ftps ssh iscsi iscsi+* iser rbd gluster gluster+* nfs sheepdog "
    "sheepdog+* vxhs vvfat fat throttle copy-on-read quorum compress "
    "blkdebug blkverify blkreplay preallocate snapshot-access";

static gboolean
check_driver(const QevmQemuItem *item, const char *driver, GError **error)
{
    return qevm_rework_listed(harmless, driver) ||
           qevm_rework_refuse(item, error,
                              "the block driver \"%s\" is not known to leave "
                              "alone what it reads",
                              driver);
}

/* What comes before a colon, as block.c:path_has_protocol() finds it. */
static gboolean
check_protocol(const QevmQemuItem *item, const char *file, GError **error)
{
    gsize n = strcspn(file, ":/");
    g_autofree char *protocol = g_strndup(file, n);

    return file[n] != ':' || check_driver(item, protocol, error);
}

/* This one writes to its own file what it reads from below; without that it is
 * as the raw format is. */
#define COPY_ON_READ "copy-on-read"

/* ---- one node, as an object ---- */

static gboolean
ends_with_key(const char *path, const char *key)
{
    gsize n = strlen(path), k = strlen(key);

    return n > k && path[n - k - 1] == '.' && strcmp(path + n - k, key) == 0;
}

/* An object with a driver is a node, and so is one in it. `root`: a -drive
 * makes this one read only itself. */
static gboolean
secure_json(const QevmQemuItem *item, json_t *json, gboolean root,
            GError **error)
{
    const char *driver = json_string_value(json_object_get(json, "driver"));
    const char *file = json_string_value(json_object_get(json, "filename"));
    const char *key;
    json_t *inner;
    void *next;

    if ((driver && !check_driver(item, driver, error)) ||
        (file && !driver && !check_protocol(item, file, error))) {
        return FALSE;
    }
    json_object_foreach_safe(json, next, key, inner)
    {
        /* In a file name of json:, a key may be a path. */
        if (ends_with_key(key, "read-only") ||
            ends_with_key(key, "force-share") ||
            strcmp(key, "force-share") == 0 ||
            (!root && strcmp(key, "read-only") == 0)) {
            json_object_set_new(json, key, json_true());
        } else if (ends_with_key(key, "driver") && json_is_string(inner) &&
                   !check_driver(item, json_string_value(inner), error)) {
            return FALSE;
        } else if (json_is_object(inner) &&
                   !secure_json(item, inner, FALSE, error)) {
            return FALSE;
        } else if (json_is_array(inner)) {
            json_t *element;
            size_t i;

            json_array_foreach(inner, i, element)
            {
                if (!secure_json(item, element, FALSE, error)) {
                    return FALSE;
                }
            }
        }
    }
    if (root || !driver) {
        return TRUE;
    }
    json_object_set_new(json, "read-only", json_true());
    json_object_set_new(json, "force-share", json_true());
    if (strcmp(driver, "vvfat") == 0) {
        json_object_set_new(json, "rw", json_false());
    } else if (strcmp(driver, COPY_ON_READ) == 0) {
        json_object_set_new(json, "driver", json_string("raw"));
        json_object_del(json, "bottom");
    }
    return TRUE;
}

/* ---- one node, as keys with dots ---- */

static void
set_below(QevmQemuValue *value, const char *prefix, const char *key,
          gboolean on)
{
    g_autofree char *path = g_strconcat(prefix, key, NULL);

    qevm_qemu_value_set_on(value, path, on);
}

static void
read_through(QevmQemuValue *value, const char *prefix, const char *driver)
{
    g_autofree char *bottom = g_strconcat(prefix, "bottom", NULL);

    qevm_qemu_value_set(value, driver, "raw");
    qevm_qemu_value_remove(value, bottom);
}

/* Each prefix with a driver is a node. `drive`: the one without a prefix is
 * made read only by -drive itself. */
static gboolean
secure_pairs(const QevmQemuItem *item, QevmQemuValue *value, gboolean drive,
             GError **error)
{
    g_auto(GStrv) keys = qevm_qemu_value_keys(value);

    for (char **key = keys; *key; key++) {
        g_autofree char *text = qevm_qemu_value_get(value, *key);
        const char *dot = strrchr(*key, '.');
        const char *last = dot ? dot + 1 : *key;
        g_autofree char *prefix = g_strndup(*key, (gsize)(last - *key));

        if (!text) {
            continue;
        }
        if (strcmp(last, "filename") == 0 &&
            !check_protocol(item, text, error)) {
            return FALSE;
        }
        if (dot && (strcmp(last, "read-only") == 0 ||
                    strcmp(last, "force-share") == 0)) {
            qevm_qemu_value_set_on(value, *key, TRUE);
        }
        if (strcmp(last, "driver") != 0) {
            continue;
        }
        if (!check_driver(item, text, error)) {
            return FALSE;
        }
        if (dot || !drive) {
            set_below(value, prefix, "read-only", TRUE);
        }
        set_below(value, prefix, "force-share", TRUE);
        if (strcmp(text, "vvfat") == 0) {
            set_below(value, prefix, "rw", FALSE);
        } else if (strcmp(text, COPY_ON_READ) == 0) {
            read_through(value, prefix, *key);
        }
    }
    return TRUE;
}

/* ---- -drive ---- */

#define JSON_PROTOCOL "json:"

/* file=, which may be a whole tree of nodes, or name a protocol. */
static gboolean
secure_file(const QevmQemuItem *item, QevmQemuValue *value, const char *file,
            GError **error)
{
    g_autoptr(QevmQemuValue) tree = NULL;
    g_autofree char *text = NULL, *name = NULL;

    if (g_str_has_prefix(file, "fat:") && strstr(file, ":rw:")) {
        g_auto(GStrv) parts = g_strsplit(file, ":rw:", 2);

        name = g_strjoinv(":", parts);
        qevm_qemu_value_set(value, "file", name);
        return TRUE;
    }
    if (!g_str_has_prefix(file, JSON_PROTOCOL)) {
        return check_protocol(item, file, error);
    }
    tree = qevm_qemu_value_parse(file + strlen(JSON_PROTOCOL), NULL, NULL);
    if (!tree || !qevm_qemu_value_json(tree)) {
        return qevm_rework_refuse(item, error, "its JSON cannot be read");
    }
    if (!secure_json(item, qevm_qemu_value_json(tree), TRUE, error)) {
        return FALSE;
    }
    text = qevm_qemu_value_text(tree);
    name = g_strconcat(JSON_PROTOCOL, text, NULL);
    qevm_qemu_value_set(value, "file", name);
    return TRUE;
}

static gboolean
has_medium(const QevmQemuValue *value)
{
    return qevm_qemu_value_has(value, "driver") ||
           (qevm_qemu_value_has(value, "file") &&
            !qevm_qemu_value_is(value, "file", ""));
}

static void
note_overlay(QevmRework *rework, const char *name)
{
    GPtrArray *names = rework->command->overlaid;

    if (!g_ptr_array_find_with_equal_func(names, name, g_str_equal, NULL)) {
        g_ptr_array_add(names, g_strdup(name));
    }
}

static gboolean
secure_drive(QevmRework *rework, const QevmQemuItem *item, QevmQemuValue *value,
             GError **error)
{
    g_autofree char *file = qevm_qemu_value_get(value, "file");
    g_autofree char *below = qevm_qemu_value_get(value, "file.filename");
    g_autofree char *format = qevm_qemu_value_get(value, "format");
    gboolean written = !qevm_qemu_value_on(value, "readonly") &&
                       !qevm_qemu_value_on(value, "read-only") &&
                       !qevm_qemu_value_is(value, "media", "cdrom");

    if (qevm_qemu_value_json(value)) {
        return qevm_rework_refuse(item, error, "it does not take JSON");
    }
    if (!has_medium(value)) {
        qevm_rework_put_value(rework, "drive", value);
        return TRUE;
    }
    if ((file && !secure_file(item, value, file, error)) ||
        (format && !check_driver(item, format, error)) ||
        !secure_pairs(item, value, TRUE, error)) {
        return FALSE;
    }
    qevm_qemu_value_set_on(value, "snapshot", TRUE);
    qevm_qemu_value_set_on(value, "force-share", TRUE);
    if (written) {
        note_overlay(rework, file ? file : below ? below : "a drive");
    }
    qevm_rework_put_value(rework, "drive", value);
    return TRUE;
}

gboolean
qevm_rework_drive(QevmRework *rework, const QevmQemuItem *item, GError **error)
{
    g_autoptr(QevmQemuValue) value = NULL;

    if (rework->flags & QEVM_QEMU_DISKS_ARE_COPIES) {
        qevm_rework_pass(rework, item);
        return TRUE;
    }
    value = qevm_rework_parse(item, NULL, error);
    return value && secure_drive(rework, item, value, error);
}

/* A file name as it is, commas and all (system/vl.c:drive_add()). */
gboolean
qevm_rework_image(QevmRework *rework, const QevmQemuItem *item, GError **error)
{
    g_autoptr(QevmQemuValue) value = NULL;

    if (rework->flags & QEVM_QEMU_DISKS_ARE_COPIES) {
        qevm_rework_pass(rework, item);
        return TRUE;
    }
    value = qevm_qemu_value_parse(item->option->more, NULL, error);
    g_assert(value);
    qevm_qemu_value_set(value, "file", item->value);
    return secure_drive(rework, item, value, error);
}

/* ---- -blockdev ---- */

gboolean
qevm_rework_blockdev(QevmRework *rework, const QevmQemuItem *item,
                     GError **error)
{
    g_autoptr(QevmQemuValue) value = NULL;
    json_t *json;

    if (rework->flags & QEVM_QEMU_DISKS_ARE_COPIES) {
        qevm_rework_pass(rework, item);
        return TRUE;
    }
    value = qevm_rework_parse(item, "driver", error);
    if (!value) {
        return FALSE;
    }
    json = qevm_qemu_value_json(value);
    if (json ? !secure_json(item, json, FALSE, error)
             : !secure_pairs(item, value, FALSE, error)) {
        return FALSE;
    }
    qevm_rework_put_value(rework, "blockdev", value);
    return TRUE;
}

static void
note_json(QevmRework *rework, const json_t *json)
{
    const char *name = json_string_value(json_object_get(json, "node-name"));
    const char *key;
    json_t *inner;
    size_t i;

    if (name && !json_is_true(json_object_get(json, "read-only"))) {
        g_hash_table_add(rework->nodes, g_strdup(name));
    }
    json_object_foreach((json_t *)(guintptr)json, key, inner)
    {
        note_json(rework, inner);
    }
    json_array_foreach(json, i, inner)
    {
        note_json(rework, inner);
    }
}

gboolean
qevm_rework_note_nodes(QevmRework *rework, const QevmQemuItem *item,
                       GError **error)
{
    g_autoptr(QevmQemuValue) value = qevm_rework_parse(item, "driver", error);
    g_auto(GStrv) keys = NULL;

    if (!value) {
        return FALSE;
    }
    note_json(rework, qevm_qemu_value_json(value));
    keys = qevm_qemu_value_json(value) ? NULL : qevm_qemu_value_keys(value);
    for (char **key = keys; key && *key; key++) {
        g_autofree char *prefix = NULL, *read_only = NULL;

        if (!g_str_has_suffix(*key, "node-name")) {
            continue;
        }
        prefix = g_strndup(*key, strlen(*key) - strlen("node-name"));
        read_only = g_strconcat(prefix, "read-only", NULL);
        if (!qevm_qemu_value_on(value, read_only)) {
            g_hash_table_add(rework->nodes, qevm_qemu_value_get(value, *key));
        }
    }
    return TRUE;
}

/* A reference to a node cannot be the file of a -drive, but it can be in the
 * JSON of a file name; the raw format between changes nothing. */
gboolean
qevm_rework_overlay(QevmRework *rework, QevmQemuValue *value, const char *key)
{
    g_autofree char *node = qevm_qemu_value_get(value, key);
    g_autofree char *id = NULL, *text = NULL, *file = NULL;
    g_autoptr(QevmQemuValue) below = NULL, drive = NULL;

    if ((rework->flags & QEVM_QEMU_DISKS_ARE_COPIES) || !node ||
        !g_hash_table_contains(rework->nodes, node)) {
        return FALSE;
    }
    id = g_strdup_printf("qevm-overlay%u", rework->overlays++);
    below = qevm_qemu_value_parse("{\"driver\": \"raw\"}", NULL, NULL);
    qevm_qemu_value_set(below, "file", node);
    text = qevm_qemu_value_text(below);
    file = g_strconcat(JSON_PROTOCOL, text, NULL);
    drive = qevm_qemu_value_new(NULL);
    qevm_qemu_value_set(drive, "if", "none");
    qevm_qemu_value_set(drive, "id", id);
    qevm_qemu_value_set_on(drive, "snapshot", TRUE);
    qevm_qemu_value_set(drive, "file", file);
    qevm_rework_put_value(rework, "drive", drive);
    qevm_qemu_value_set(value, key, id);
    note_overlay(rework, node);
    return TRUE;
}

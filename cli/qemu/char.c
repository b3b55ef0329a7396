/* char.c - character devices: serial ports, consoles, channels.
 *
 * What a guest writes goes nowhere, but for the first serial port of one that
 * runs. To some devices, virtconsole among them, it makes a difference whether
 * their other end is open, and that is part of their state: so a socket that
 * waits for a client becomes one of ours that nobody can connect to, and
 * everything else the null device.
 */
#include "cli/qemu/rework.h"
#include "parser/error.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define SERIAL_ID "qevm-serial"

static const char inner_backends[] = "null ringbuf memory vc msmouse wctablet "
                                     "testdev spicevmc spiceport hub";
static const char inner_ports[] = "none null vc vc:* chardev:* msmouse "
                                  "wctablet";
static const char serial_devices[] =
    "isa-serial pci-serial pci-serial-2x pci-serial-4x spapr-vty sclpconsole "
    "sclplmconsole virtconsole";

/* ---- sockets ---- */

gboolean
qevm_rework_socket(QevmRework *rework, int *ours, int *theirs, GError **error)
{
    int pair[2];

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) {
        return qevm_error_errno(error, errno, "cannot make a socket");
    }
    *ours = pair[0];
    *theirs = pair[1];
    qevm_rework_inherit(rework, pair[1]);
    return TRUE;
}

/* A listening socket whose name is gone, so that nobody finds it; -1. */
static int
deaf_socket(GError **error)
{
    g_autofree char *folder = g_dir_make_tmp("qevm-XXXXXX", error);
    g_autofree char *path = NULL;
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    gboolean ok;
    int fd;

    if (!folder) {
        return -1;
    }
    path = g_build_filename(folder, "s", NULL);
    g_strlcpy(address.sun_path, path, sizeof(address.sun_path));
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ok = fd >= 0 && strlen(path) < sizeof(address.sun_path) &&
         bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0 &&
         listen(fd, 1) == 0;
    if (!ok) {
        qevm_error_errno(error, errno, "cannot make a socket");
    }
    g_unlink(path);
    g_rmdir(folder);
    if (!ok && fd >= 0) {
        close(fd);
    }
    return ok ? fd : -1;
}

static void
set_fd(QevmQemuValue *value, const char *key, int fd)
{
    g_autofree char *number = g_strdup_printf("%d", fd);

    qevm_qemu_value_set(value, key, number);
}

/* ---- -chardev ---- */

/* The same frontend over a backend of ours. */
static QevmQemuValue *
replace(const QevmQemuValue *value, const char *backend)
{
    QevmQemuValue *other = qevm_qemu_value_new("backend");
    g_autofree char *id = qevm_qemu_value_get(value, "id");

    qevm_qemu_value_set(other, "backend", backend);
    if (id) {
        qevm_qemu_value_set(other, "id", id);
    }
    if (qevm_qemu_value_on(value, "mux")) {
        qevm_qemu_value_set_on(other, "mux", TRUE);
    }
    return other;
}

static QevmQemuValue *
listening(QevmRework *rework, const QevmQemuValue *value, GError **error)
{
    QevmQemuValue *other;
    int fd = deaf_socket(error);

    if (fd < 0) {
        return NULL;
    }
    qevm_rework_inherit(rework, fd);
    other = replace(value, "socket");
    set_fd(other, "fd", fd);
    qevm_qemu_value_set_on(other, "server", TRUE);
    qevm_qemu_value_set_on(other, "wait", FALSE);
    return other;
}

static QevmQemuValue *
captured(QevmRework *rework, const QevmQemuValue *value, GError **error)
{
    QevmQemuValue *other;
    int theirs;

    if (!qevm_rework_socket(rework, &rework->command->serial, &theirs, error)) {
        return NULL;
    }
    other = replace(value, "socket");
    set_fd(other, "fd", theirs);
    return other;
}

/* The end of a TPM of ours, which each start of QEMU puts there. */
static QevmQemuValue *
trusted(QevmRework *rework, const QevmQemuValue *value, GError **error)
{
    QevmQemuValue *other;
    int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

    if (fd < 0) {
        qevm_error_errno(error, errno, "/dev/null: cannot be opened");
        return NULL;
    }
    qevm_rework_inherit(rework, fd);
    rework->command->tpm = fd;
    other = replace(value, "socket");
    set_fd(other, "fd", fd);
    return other;
}

gboolean
qevm_rework_chardev(QevmRework *rework, const QevmQemuItem *item,
                    GError **error)
{
    g_autoptr(QevmQemuValue) value = qevm_rework_parse(item, "backend", error);
    g_autoptr(QevmQemuValue) other = NULL;
    g_autofree char *backend = NULL, *id = NULL;

    if (!value) {
        return FALSE;
    }
    backend = qevm_qemu_value_get(value, "backend");
    id = qevm_qemu_value_get(value, "id");
    if (id && g_strcmp0(id, rework->tpm_chardev) == 0) {
        other = trusted(rework, value, error);
    } else if ((rework->flags & QEVM_QEMU_RUN) && rework->serial_chardev &&
               g_strcmp0(id, rework->serial_chardev) == 0) {
        other = captured(rework, value, error);
    } else if (backend && qevm_rework_listed(inner_backends, backend)) {
        if (!qevm_qemu_value_remove(value, "logfile")) {
            qevm_rework_pass(rework, item);
            return TRUE;
        }
        qevm_qemu_value_remove(value, "logappend");
        other = g_steal_pointer(&value);
    } else if (g_strcmp0(backend, "dbus") == 0 ||
               (g_strcmp0(backend, "socket") == 0 &&
                qevm_qemu_value_on(value, "server"))) {
        other = listening(rework, value, error);
    } else {
        other = replace(value, "null");
    }
    if (!other) {
        return FALSE;
    }
    qevm_rework_change(rework, item, other);
    return TRUE;
}

/* ---- ports ---- */

static gboolean
put_captured(QevmRework *rework, GError **error)
{
    g_autoptr(QevmQemuValue) plain = qevm_qemu_value_new("backend");
    g_autoptr(QevmQemuValue) other = NULL;

    qevm_qemu_value_set(plain, "id", SERIAL_ID);
    other = captured(rework, plain, error);
    if (!other) {
        return FALSE;
    }
    qevm_rework_put_value(rework, "chardev", other);
    qevm_rework_put(rework, "serial", "chardev:" SERIAL_ID);
    return TRUE;
}

gboolean
qevm_rework_port(QevmRework *rework, const QevmQemuItem *item, GError **error)
{
    if ((rework->flags & QEVM_QEMU_RUN) && item == rework->serial) {
        return put_captured(rework, error);
    }
    if (qevm_rework_listed(inner_ports, item->value)) {
        qevm_rework_pass(rework, item);
    } else {
        g_autoptr(QevmQemuValue) null =
            qevm_qemu_value_parse("null", "backend", NULL);

        qevm_rework_change(rework, item, null);
    }
    return TRUE;
}

static gboolean
is_option(const QevmQemuItem *item, const char *name)
{
    return item->option && strcmp(item->option->name, name) == 0;
}

gboolean
qevm_rework_find_serial(QevmRework *rework, GError **error)
{
    for (guint i = 0; i < rework->items->len; i++) {
        const QevmQemuItem *item = g_ptr_array_index(rework->items, i);

        if (!is_option(item, "serial") || strcmp(item->value, "none") == 0) {
            continue;
        }
        if (g_str_has_prefix(item->value, "chardev:")) {
            rework->serial_chardev = g_strdup(item->value + strlen("chardev:"));
        } else {
            rework->serial = item;
        }
        return TRUE;
    }
    for (guint i = 0; i < rework->items->len && !rework->serial_chardev; i++) {
        const QevmQemuItem *item = g_ptr_array_index(rework->items, i);
        g_autoptr(QevmQemuValue) value = NULL;
        g_autofree char *driver = NULL;

        if (!is_option(item, "device")) {
            continue;
        }
        value = qevm_rework_parse(item, "driver", error);
        if (!value) {
            return FALSE;
        }
        driver = qevm_qemu_value_get(value, "driver");
        if (driver && qevm_rework_listed(serial_devices, driver)) {
            rework->serial_chardev = qevm_qemu_value_get(value, "chardev");
        }
    }
    return TRUE;
}

/* With any of these QEMU makes no serial port by itself (system/vl.c:
 * default_list). */
static gboolean
has_serial(const QevmRework *rework)
{
    for (guint i = 0; i < rework->items->len; i++) {
        const QevmQemuItem *item = g_ptr_array_index(rework->items, i);

        if (is_option(item, "serial") || is_option(item, "nodefaults") ||
            (is_option(item, "device") && strstr(item->value, "serial"))) {
            return TRUE;
        }
    }
    return FALSE;
}

gboolean
qevm_rework_default_serial(QevmRework *rework, GError **error)
{
    return !(rework->flags & QEVM_QEMU_RUN) || has_serial(rework) ||
           put_captured(rework, error);
}

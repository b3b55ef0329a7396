/* tpm.c - TPMs: swtpm in a process of its own.
 *
 * What the guest or a stream writes into one is gone with it: the user's TPM is
 * never connected to. QEMU hands swtpm a socket for the commands over the one
 * that its chardev is (backends/tpm/tpm_emulator.c).
 */
#include "cli/qemu/tpm.h"

#include "cli/qemu/rework.h"
#include "parser/error.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PROGRAM "swtpm"
#define CONTROL 3 /* its descriptor */

struct QevmTpm {
    GSubprocess *process; /* owned */
    char *folder;         /* owned; its state */
};

gboolean
qevm_tpm_can_start(void)
{
    g_autofree char *path = g_find_program_in_path(PROGRAM);

    return path != NULL;
}

static void
remove_folder(const char *folder)
{
    g_autoptr(GDir) files = g_dir_open(folder, 0, NULL);
    const char *name;

    while (files && (name = g_dir_read_name(files))) {
        g_autofree char *path = g_build_filename(folder, name, NULL);

        g_unlink(path);
    }
    g_rmdir(folder);
}

void
qevm_tpm_free(QevmTpm *tpm)
{
    if (!tpm) {
        return;
    }
    if (tpm->process) {
        g_subprocess_force_exit(tpm->process);
        g_subprocess_wait(tpm->process, NULL, NULL);
        g_object_unref(tpm->process);
    }
    if (tpm->folder) {
        remove_folder(tpm->folder);
        g_free(tpm->folder);
    }
    g_free(tpm);
}

QevmTpm *
qevm_tpm_start(int fd, GError **error)
{
    g_autoptr(QevmTpm) tpm = g_new0(QevmTpm, 1);
    g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new(
        G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE);
    g_autofree char *state = NULL, *control = NULL;
    int pair[2];

    tpm->folder = g_dir_make_tmp("qevm-XXXXXX", error);
    if (!tpm->folder) {
        return NULL;
    }
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) {
        qevm_error_errno(error, errno, "cannot make a socket");
        return NULL;
    }
    g_subprocess_launcher_take_fd(launcher, pair[1], CONTROL);
    if (dup3(pair[0], fd, O_CLOEXEC) < 0) {
        qevm_error_errno(error, errno, "cannot make a socket");
        close(pair[0]);
        return NULL;
    }
    close(pair[0]);
    state = g_strconcat("dir=", tpm->folder, NULL);
    control = g_strdup_printf("type=unixio,clientfd=%d", CONTROL);
    tpm->process = g_subprocess_launcher_spawn(launcher, error, PROGRAM,
                                               "socket", "--tpm2", "--tpmstate",
                                               state, "--ctrl", control, NULL);
    return tpm->process ? g_steal_pointer(&tpm) : NULL;
}

/* ---- options ---- */

static QevmQemuValue *
emulator_of(const QevmQemuItem *item, GError **error)
{
    g_autoptr(QevmQemuValue) value = qevm_rework_parse(item, "type", error);
    g_autofree char *type = value ? qevm_qemu_value_get(value, "type") : NULL;

    return g_strcmp0(type, "emulator") == 0 ? g_steal_pointer(&value) : NULL;
}

gboolean
qevm_rework_note_tpm(QevmRework *rework, const QevmQemuItem *item,
                     GError **error)
{
    GError *problem = NULL;
    g_autoptr(QevmQemuValue) value = emulator_of(item, &problem);

    if (problem) {
        g_propagate_error(error, problem);
        return FALSE;
    }
    if (value && qevm_tpm_can_start()) {
        g_free(rework->tpm_chardev);
        rework->tpm_chardev = qevm_qemu_value_get(value, "chardev");
    }
    return TRUE;
}

gboolean
qevm_rework_tpmdev(QevmRework *rework, const QevmQemuItem *item, GError **error)
{
    g_autoptr(QevmQemuValue) emulator = NULL;

    if (rework->tpm_chardev) {
        qevm_rework_pass(rework, item);
        return TRUE;
    }
    emulator = emulator_of(item, NULL);
    return qevm_rework_guard(
        rework, item, error, "%s",
        emulator ? "the state of the TPM would be written to; where the "
                   "program " PROGRAM " is, it gets another"
                 : "it is a TPM of the host");
}

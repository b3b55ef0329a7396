/* process.c - a QEMU that runs for us. */
#define _GNU_SOURCE
#include "cli/qemu/process.h"

#include "cli/qemu/error.h"
#include "cli/qemu/interrupt.h"
#include "parser/error.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define DUMP_MAX (64 * 1024 * 1024) /* bytes */

char *
qevm_qemu_status_text(int status)
{
    return WIFSIGNALED(status)
               ? g_strdup_printf("SIG%s", sigabbrev_np(WTERMSIG(status)))
               : g_strdup_printf("exit code %d", WEXITSTATUS(status));
}

/* ---- starting ---- */

/* The words of the command and `more`; borrowed but for the array. */
static GPtrArray *
join(const QevmQemuCommand *command, const char *const *more)
{
    GPtrArray *words = g_ptr_array_new();

    for (char **word = command->argv; *word; word++) {
        g_ptr_array_add(words, *word);
    }
    for (; more && *more; more++) {
        g_ptr_array_add(words, (gpointer)(guintptr)*more);
    }
    return words;
}

static char **
make_environment(const QevmQemuCommand *command)
{
    char **environment = g_get_environ();

    /* In QEMU's messages, the system's are in English. */
    environment = g_environ_setenv(environment, "LC_ALL", "C", TRUE);
    environment = g_environ_setenv(environment, "QEMU_AUDIO_DRV", "none", TRUE);
    /* Behind a chroot there may be no such folder for its temporary images. */
    return command->wrapped ? g_environ_unsetenv(environment, "TMPDIR")
                            : environment;
}

/* With one descriptor more to inherit. `monitor`: our end of it, or -1. All
 * stay open here. */
static QevmQemu *
spawn(const QevmQemuCommand *command, GPtrArray *words, int fd, int monitor,
      guint seconds, gboolean show, GError **error)
{
    g_autoptr(QevmQemu) qemu = g_new0(QevmQemu, 1);
    g_autoptr(GArray) fds = g_array_new(FALSE, FALSE, sizeof(int));
    g_auto(GStrv) environment = make_environment(command);
    int output[2];

    qemu->seconds = seconds;
    if (!qevm_interrupt_catch(error)) {
        return NULL;
    }
    if (command->tpm >= 0) {
        qemu->tpm = qevm_tpm_start(command->tpm, error);
        if (!qemu->tpm) {
            return NULL;
        }
    }
    if (pipe2(output, O_CLOEXEC) != 0) {
        qevm_error_errno(error, errno, "cannot make a pipe");
        return NULL;
    }
    g_array_append_vals(fds, command->fds->data, command->fds->len);
    g_array_append_val(fds, fd);
    g_ptr_array_add(words, NULL);
    qemu->keeper =
        qevm_keeper_start((char **)words->pdata, environment, (int *)fds->data,
                          fds->len, output[1], monitor, error);
    close(output[1]);
    qemu->messages = qevm_messages_new(output[0], show);
    return qemu->keeper ? g_steal_pointer(&qemu) : NULL;
}

/* What is to be said instead of an error of its monitor, once it has ended. */
static void
ended_early(QevmQemu *qemu, GError **error)
{
    g_autofree char *how = NULL;
    int status;

    if (!g_error_matches(*error, QEVM_QEMU_ERROR, QEVM_QEMU_ERROR_ENDED) ||
        !qevm_qemu_wait(qemu, &status, NULL)) {
        return;
    }
    how = qevm_qemu_status_text(status);
    g_clear_error(error);
    g_set_error(error, QEVM_QEMU_ERROR, QEVM_QEMU_ERROR_START,
                "QEMU did not start: %s", how);
}

static gboolean
greet(QevmQemu *qemu, GError **error)
{
    json_t *answer, *numbers;
    int major, minor, micro;
    const char *package;

    if (!qevm_qmp_greet(qemu->qmp, error)) {
        return FALSE;
    }
    answer = qevm_qmp_command(qemu->qmp, "query-version", NULL, error);
    numbers = json_object_get(answer, "qemu");
    if (!answer) {
        return FALSE;
    }
    if (json_unpack(numbers, "{s:i,s:i,s:i}", "major", &major, "minor", &minor,
                    "micro", &micro) != 0) {
        json_decref(answer);
        g_set_error(error, QEVM_QEMU_ERROR, QEVM_QEMU_ERROR_ANSWER,
                    "QEMU does not tell its version");
        return FALSE;
    }
    package = json_string_value(json_object_get(answer, "package"));
    qemu->version = g_strdup_printf("%d.%d.%d", major, minor, micro);
    qemu->package = g_strdup(package ? package : "");
    json_decref(answer);
    return TRUE;
}

QevmQemu *
qevm_qemu_start(const QevmQemuCommand *command, const char *const *more,
                guint seconds, gboolean show, GError **error)
{
    g_autoptr(GPtrArray) words = join(command, more);
    g_autoptr(QevmQemu) qemu = NULL;
    g_autofree char *chardev = NULL;
    GError *problem = NULL;
    int pair[2];

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) {
        qevm_error_errno(error, errno, "cannot make a socket");
        return NULL;
    }
    chardev = g_strdup_printf("socket,id=qevm-qmp,fd=%d", pair[1]);
    g_ptr_array_add(words, (gpointer)(guintptr) "-chardev");
    g_ptr_array_add(words, chardev);
    g_ptr_array_add(words, (gpointer)(guintptr) "-qmp");
    g_ptr_array_add(words, (gpointer)(guintptr) "chardev:qevm-qmp");
    qemu = spawn(command, words, pair[1], pair[0], seconds, show, error);
    close(pair[1]);
    if (!qemu) {
        close(pair[0]);
        return NULL;
    }
    qemu->qmp = qevm_qmp_new(pair[0], qevm_keeper_fd(qemu->keeper), seconds);
    if (!greet(qemu, &problem)) {
        ended_early(qemu, &problem);
        g_propagate_error(error, problem);
        return NULL;
    }
    return g_steal_pointer(&qemu);
}

/* ---- ending ---- */

/* What QEMU says about being ended is of no interest. */
void
qevm_qemu_stop(QevmQemu *qemu)
{
    if (qemu->messages) {
        qevm_messages_show(qemu->messages, FALSE);
    }
    g_clear_pointer(&qemu->keeper, qevm_keeper_free);
}

void
qevm_qemu_free(QevmQemu *qemu)
{
    if (!qemu) {
        return;
    }
    qevm_qemu_stop(qemu);
    qevm_tpm_free(qemu->tpm);
    qevm_messages_free(qemu->messages);
    qevm_qmp_free(qemu->qmp);
    g_free(qemu->version);
    g_free(qemu->package);
    g_free(qemu);
}

gboolean
qevm_qemu_wait(QevmQemu *qemu, int *status, GError **error)
{
    struct pollfd wait[] = {
        { .fd = qevm_keeper_fd(qemu->keeper), .events = POLLIN },
        { .fd = qevm_interrupt_fd(), .events = POLLIN },
    };

    while (!qevm_keeper_ended(qemu->keeper, status)) {
        int ready = poll(wait, G_N_ELEMENTS(wait), (int)qemu->seconds * 1000);

        if (qevm_interrupt_came(error)) {
            return FALSE;
        }
        if (ready == 0) {
            g_set_error(error, QEVM_QEMU_ERROR, QEVM_QEMU_ERROR_TIMEOUT,
                        "QEMU does not end in %u s", qemu->seconds);
            return FALSE;
        }
    }
    return TRUE;
}

/* ---- -dump-vmstate ---- */

static gboolean
read_until_end(int fd, GByteArray *bytes, guint seconds, GError **error)
{
    struct pollfd wait[] = {
        { .fd = fd, .events = POLLIN },
        { .fd = qevm_interrupt_fd(), .events = POLLIN },
    };
    guint8 buffer[64 * 1024];
    gssize got = 1;

    while (got != 0) {
        int ready = poll(wait, G_N_ELEMENTS(wait), (int)seconds * 1000);

        if (qevm_interrupt_came(error)) {
            return FALSE;
        }
        if (ready == 0 || bytes->len > DUMP_MAX) {
            g_set_error(error, QEVM_QEMU_ERROR, QEVM_QEMU_ERROR_TIMEOUT,
                        "QEMU does not finish its dump");
            return FALSE;
        }
        got = read(fd, buffer, sizeof(buffer));
        if (got < 0 && errno != EINTR) {
            return qevm_error_errno(error, errno, "cannot make a dump");
        }
        g_byte_array_append(bytes, buffer, got > 0 ? (guint)got : 0);
    }
    return TRUE;
}

GBytes *
qevm_qemu_dump(const QevmQemuCommand *command, guint seconds, GError **error)
{
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    g_autoptr(GPtrArray) words = join(command, NULL);
    g_autoptr(QevmQemu) qemu = NULL;
    g_autofree char *name = NULL, *how = NULL;
    int ends[2], status;
    gboolean ok;

    if (pipe2(ends, O_CLOEXEC) != 0) {
        qevm_error_errno(error, errno, "cannot make a pipe");
        return NULL;
    }
    name = g_strdup_printf("/dev/fd/%d", ends[1]);
    g_ptr_array_add(words, (gpointer)(guintptr) "-dump-vmstate");
    g_ptr_array_add(words, name);
    qemu = spawn(command, words, ends[1], -1, seconds, FALSE, error);
    close(ends[1]);
    ok = qemu && read_until_end(ends[0], bytes, seconds, error) &&
         qevm_qemu_wait(qemu, &status, error);
    close(ends[0]);
    if (!ok) {
        return NULL;
    }
    if (status != 0) {
        g_autofree char *said = NULL;

        how = qevm_qemu_status_text(status);
        qevm_messages_finish(qemu->messages);
        said = qevm_messages_text(qemu->messages, 0, NULL);
        g_set_error(error, QEVM_QEMU_ERROR, QEVM_QEMU_ERROR_ENDED,
                    "QEMU ended with %s: %s", how, g_strchomp(said));
        return NULL;
    }
    return g_byte_array_free_to_bytes(g_steal_pointer(&bytes));
}

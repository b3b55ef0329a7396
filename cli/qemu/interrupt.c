/* interrupt.c - a signal that ends us, as something to wait for. */
#define _GNU_SOURCE
#include "cli/qemu/interrupt.h"

#include "cli/qemu/error.h"
#include "parser/error.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

static int ends[2] = { -1, -1 };
static volatile sig_atomic_t came;

static void
note(int number)
{
    int e = errno;

    came = number;
    (void)!write(ends[1], "", 1);
    errno = e;
}

gboolean
qevm_interrupt_catch(GError **error)
{
    static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
    struct sigaction action = { .sa_handler = note, .sa_flags = SA_RESTART };

    if (ends[0] >= 0) {
        return TRUE;
    }
    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) {
        return qevm_error_errno(error, errno, "cannot make a pipe");
    }
    for (guint i = 0; i < G_N_ELEMENTS(signals); i++) {
        struct sigaction old;

        /* nohup(1) and the like ignore some, and mean it. */
        if (sigaction(signals[i], NULL, &old) == 0 &&
            old.sa_handler == SIG_DFL) {
            sigaction(signals[i], &action, NULL);
        }
    }
    return TRUE;
}

int
qevm_interrupt_fd(void)
{
    return ends[0];
}

gboolean
qevm_interrupt_came(GError **error)
{
    if (!came) {
        return FALSE;
    }
    g_set_error(error, QEVM_QEMU_ERROR, QEVM_QEMU_ERROR_INTERRUPTED,
                "stopped by SIG%s", sigabbrev_np(came));
    return TRUE;
}

void
qevm_interrupt_obey(void)
{
    if (came) {
        signal(came, SIG_DFL);
        raise(came);
    }
}

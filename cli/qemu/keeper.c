/* keeper.c - a program that does not outlive us. */
#define _GNU_SOURCE
#include "cli/qemu/keeper.h"

#include "cli/qemu/error.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* How long the program may take to end when its monitor is told, and then when
 * it gets a signal, before it is killed. */
#define QUIT_MS 2000
#define TERM_MS 4000
#define TURN_MS 20

static const char farewell[] = "{\"execute\": \"qmp_capabilities\"}\n"
                               "{\"execute\": \"quit\"}\n";

struct QevmKeeper {
    pid_t pid;   /* of the process that keeps it */
    int control; /* closed, it ends the program */
    int report;  /* what came of the program */
    gboolean ended;
    int status;
};

/* What the keeping process reports, an int each time: errno of what kept the
 * program from starting, or 0; then, once it has ended, its status as from
 * waitpid(2). */

/* What a child does between fork() and exec() may only be what a signal
 * handler may do, since GLib may have threads: so all that needs memory is
 * here before. */
typedef struct {
    const char *path;
    char *const *argv;
    char *const *environment;
    const int *fds;
    guint n_fds;
    int output, null, monitor;
} Program;

/* ---- the program ---- */

static void
become(const Program *program, pid_t keeper, int failed)
{
    static const int signals[] = { SIGINT,  SIGTERM, SIGHUP,
                                   SIGPIPE, SIGXFSZ, SIGCHLD };
    sigset_t none;
    int e;

    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(signals); i++) {
        signal(signals[i], SIG_DFL);
    }
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != keeper) {
        _exit(1);
    }
    for (guint i = 0; i < program->n_fds; i++) {
        fcntl(program->fds[i], F_SETFD, 0);
    }
    if (dup2(program->null, STDIN_FILENO) >= 0 &&
        dup2(program->output, STDOUT_FILENO) >= 0 &&
        dup2(program->output, STDERR_FILENO) >= 0) {
        execve(program->path, program->argv, program->environment);
    }
    e = errno;
    (void)!write(failed, &e, sizeof(e));
    _exit(127);
}

/* ---- the process that keeps it ---- */

static void
on_child(int number)
{
    (void)number;
}

/* Every descriptor of ours but those; one that stayed open would keep a pipe
 * from ending. */
static void
close_others(int *control, int *report, int *failed, int *monitor, int null)
{
    int high = 1 << 16, first = 3 + 4;
    int *kept[] = { control, report, failed, monitor };

    for (int fd = 0; fd < 3; fd++) {
        dup2(null, fd);
    }
    for (guint i = 0; i < G_N_ELEMENTS(kept); i++) {
        *kept[i] = fcntl(*kept[i] < 0 ? null : *kept[i], F_DUPFD_CLOEXEC, 512);
    }
    for (guint i = 0; i < G_N_ELEMENTS(kept); i++) {
        if (dup2(*kept[i], 3 + (int)i) < 0) {
            _exit(1);
        }
        *kept[i] = 3 + (int)i;
    }
    if (syscall(SYS_close_range, first, ~0U, 0) != 0) {
        for (int fd = first; fd < high; fd++) {
            close(fd);
        }
    }
}

/* Collects what has ended. FALSE: nothing is left that could. */
static gboolean
collect(pid_t program, int *status, gboolean *ended)
{
    for (;;) {
        int how;
        pid_t pid = waitpid(-1, &how, WNOHANG);

        if (pid <= 0) {
            return pid == 0;
        }
        if (pid == program) {
            *status = how;
            *ended = TRUE;
        }
    }
}

/* A signal to the program's session, and to orphans that came to us from
 * another one. */
static void
signal_all(pid_t program, int number)
{
    char text[4096];
    int fd = open("/proc/thread-self/children", O_RDONLY | O_CLOEXEC);
    gssize got = fd >= 0 ? read(fd, text, sizeof(text) - 1) : 0;
    pid_t pid = 0;

    kill(-program, number);
    for (gssize i = 0; i < got; i++) {
        if (text[i] >= '0' && text[i] <= '9') {
            pid = pid * 10 + (text[i] - '0');
        } else if (pid > 0) {
            kill(pid, number);
            pid = 0;
        }
    }
    if (fd >= 0) {
        close(fd);
    }
}

static void
end_all(pid_t program, int monitor)
{
    int status, waited = 0;
    gboolean ended = FALSE;

    (void)!write(monitor, farewell, sizeof(farewell) - 1);
    while (collect(program, &status, &ended)) {
        /* What the program has left is told nothing by its monitor. */
        if (ended && waited < QUIT_MS) {
            waited = QUIT_MS;
        }
        if (waited == QUIT_MS) {
            signal_all(program, SIGTERM);
        } else if (waited > TERM_MS) {
            signal_all(program, SIGKILL);
        }
        poll(NULL, 0, TURN_MS);
        waited += TURN_MS;
    }
}

static void
keep(const Program *program, int control, int report)
{
    struct sigaction action = { .sa_handler = on_child };
    static const int ignored[] = { SIGINT, SIGTERM, SIGHUP, SIGPIPE };
    struct pollfd wait = { .events = POLLIN };
    gboolean ended = FALSE, told = FALSE;
    int failed[2], monitor, number = 0, status = 0;
    sigset_t child, before;
    pid_t pid, self = getpid();

    prctl(PR_SET_CHILD_SUBREAPER, 1);
    for (guint i = 0; i < G_N_ELEMENTS(ignored); i++) {
        signal(ignored[i], SIG_IGN);
    }
    sigaction(SIGCHLD, &action, NULL);
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    sigprocmask(SIG_BLOCK, &child, &before);
    sigdelset(&before, SIGCHLD);
    pid = pipe2(failed, O_CLOEXEC) == 0 ? fork() : -1;
    if (pid < 0) {
        number = errno;
        (void)!write(report, &number, sizeof(number));
        _exit(1);
    }
    if (pid == 0) {
        setsid();
        become(program, self, failed[1]);
    }
    close(failed[1]);
    monitor = program->monitor;
    close_others(&control, &report, &failed[0], &monitor, program->null);
    (void)!read(failed[0], &number, sizeof(number));
    (void)!write(report, &number, sizeof(number));
    wait.fd = control;
    do {
        collect(pid, &status, &ended);
        if (ended && !told) {
            (void)!write(report, &status, sizeof(status));
            told = TRUE;
        }
    } while (ppoll(&wait, 1, NULL, &before) <= 0);
    /* Whoever wanted it is gone, or wants it no longer. */
    end_all(pid, monitor);
    _exit(0);
}

/* ---- our side ---- */

static gboolean
fail(const char *program, int number, GError **error)
{
    g_set_error(error, QEVM_QEMU_ERROR, QEVM_QEMU_ERROR_START,
                "%s cannot be started: %s", program, g_strerror(number));
    return FALSE;
}

/* An int of a report. FALSE: there is none. */
static gboolean
read_report(const QevmKeeper *keeper, int *number)
{
    gssize got;

    do {
        got = read(keeper->report, number, sizeof(*number));
    } while (got < 0 && errno == EINTR);
    return got == sizeof(*number);
}

static gboolean
start(QevmKeeper *keeper, const Program *program, GError **error)
{
    int control[2] = { -1, -1 }, report[2] = { -1, -1 }, number = 0;
    gboolean ok =
        pipe2(control, O_CLOEXEC) == 0 && pipe2(report, O_CLOEXEC) == 0;

    keeper->control = control[1];
    keeper->report = report[0];
    keeper->pid = ok ? fork() : -1;
    if (keeper->pid == 0) {
        close(control[1]);
        keep(program, control[0], report[1]);
    }
    number = keeper->pid < 0 ? errno : 0;
    if (control[0] >= 0) {
        close(control[0]);
    }
    if (report[1] >= 0) {
        close(report[1]);
    }
    if (!number && !read_report(keeper, &number)) {
        number = ECHILD;
    }
    return !number || fail(program->argv[0], number, error);
}

QevmKeeper *
qevm_keeper_start(char *const *argv, char *const *environment, const int *fds,
                  guint n_fds, int output, int monitor, GError **error)
{
    g_autoptr(QevmKeeper) keeper = g_new0(QevmKeeper, 1);
    g_autofree char *path = g_find_program_in_path(argv[0]);
    Program program = { .path = path,
                        .argv = argv,
                        .environment = environment,
                        .fds = fds,
                        .n_fds = n_fds,
                        .output = output,
                        .monitor = monitor };

    keeper->control = keeper->report = -1;
    if (!path) {
        fail(argv[0], ENOENT, error);
        return NULL;
    }
    program.null = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (program.null < 0) {
        fail(argv[0], errno, error);
        return NULL;
    }
    if (!start(keeper, &program, error)) {
        close(program.null);
        return NULL;
    }
    close(program.null);
    return g_steal_pointer(&keeper);
}

int
qevm_keeper_fd(const QevmKeeper *keeper)
{
    return keeper->report;
}

gboolean
qevm_keeper_ended(QevmKeeper *keeper, int *status)
{
    struct pollfd wait = { .fd = keeper->report, .events = POLLIN };

    if (!keeper->ended && poll(&wait, 1, 0) > 0) {
        keeper->ended = TRUE;
        if (!read_report(keeper, &keeper->status)) {
            keeper->status = SIGKILL; /* its keeper was ended, and so it */
        }
    }
    *status = keeper->status;
    return keeper->ended;
}

void
qevm_keeper_free(QevmKeeper *keeper)
{
    if (!keeper) {
        return;
    }
    if (keeper->control >= 0) {
        close(keeper->control);
    }
    if (keeper->pid > 0) {
        while (waitpid(keeper->pid, NULL, 0) < 0 && errno == EINTR) {
        }
    }
    if (keeper->report >= 0) {
        close(keeper->report);
    }
    g_free(keeper);
}

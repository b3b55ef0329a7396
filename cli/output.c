/* output.c - an output file that is whole or absent. */
#define _GNU_SOURCE
#include "cli/output.h"

#include "parser/file.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct QevmOutput {
    char *path;      /* owned; the name wanted, links followed */
    char *temporary; /* owned; NULL: written in place */
    int fd;
    guint slot;       /* in `pending`, + 1; 0: none */
    gboolean unnamed; /* `temporary` is the name it gets when complete */
};

/* Temporary files that a signal must remove. The handler reads this, so a
 * slot is filled before the file is made and emptied after it is gone. */
#define SLOTS 4
static char *volatile pending[SLOTS];

static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGPIPE };

static void
remove_pending(int number)
{
    for (guint i = 0; i < SLOTS; i++) {
        char *path = pending[i];

        if (path) {
            unlink(path);
        }
    }
    signal(number, SIG_DFL);
    raise(number);
}

static void
catch_signals(void)
{
    static gboolean done;
    struct sigaction action = { .sa_handler = remove_pending };

    if (done) {
        return;
    }
    done = TRUE;
    for (guint i = 0; i < G_N_ELEMENTS(signals); i++) {
        struct sigaction old;

        /* nohup(1) and the like ignore some, and mean it. */
        if (sigaction(signals[i], NULL, &old) == 0 &&
            old.sa_handler == SIG_DFL) {
            sigaction(signals[i], &action, NULL);
        }
    }
}

static gboolean
same_file(const struct stat *a, const char *path)
{
    struct stat b;

    if (strcmp(path, "-") == 0 ? fstat(STDIN_FILENO, &b) : stat(path, &b)) {
        return FALSE;
    }
    return a->st_dev == b.st_dev && a->st_ino == b.st_ino &&
           S_ISREG(a->st_mode);
}

static gboolean
refuse_inputs(const struct stat *st, const char *path,
              const char *const *inputs, GError **error)
{
    for (; inputs && *inputs; inputs++) {
        if (same_file(st, *inputs)) {
            g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL,
                        "\"%s\" is an input file; write to another one", path);
            return FALSE;
        }
    }
    return TRUE;
}

static gboolean
open_stdout(QevmOutput *output, const char *const *inputs, GError **error)
{
    struct stat st;

    if (isatty(STDOUT_FILENO)) {
        g_set_error_literal(error, G_FILE_ERROR, G_FILE_ERROR_INVAL,
                            "a stream is not written to a terminal");
        return FALSE;
    }
    if (fstat(STDOUT_FILENO, &st) == 0 &&
        !refuse_inputs(&st, "-", inputs, error)) {
        return FALSE;
    }
    output->fd = STDOUT_FILENO;
    qevm_file_widen(output->fd);
    return TRUE;
}

static void
take_slot(QevmOutput *output)
{
    for (guint i = 0; i < SLOTS && !output->slot; i++) {
        if (!pending[i]) {
            pending[i] = output->temporary;
            output->slot = i + 1;
        }
    }
}

/* A file without a name is gone with us, even if we are killed. It can be
 * named later only through /proc. */
static gboolean
open_unnamed(QevmOutput *output, const char *folder)
{
    static guint count;

    if (access("/proc/self/fd", X_OK) != 0) {
        return FALSE;
    }
    output->fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (output->fd < 0) {
        return FALSE;
    }
    output->unnamed = TRUE;
    output->temporary =
        g_strdup_printf("%s/.qevm-%d-%u", folder, (int)getpid(), count++);
    return TRUE;
}

static gboolean
open_temporary(QevmOutput *output, GError **error)
{
    g_autofree char *folder = g_path_get_dirname(output->path);

    if (open_unnamed(output, folder)) {
        return TRUE;
    }
    output->temporary = g_build_filename(folder, ".qevm-XXXXXX", NULL);
    catch_signals();
    take_slot(output);
    output->fd = g_mkstemp_full(output->temporary, O_RDWR | O_CLOEXEC, 0600);
    if (output->fd < 0) {
        return qevm_error_errno(error, errno, "cannot make a file in \"%s\"",
                                folder);
    }
    return TRUE;
}

/* Gives an unnamed file the name of a temporary one, which rename() can then
 * put in the place of an old output. */
static gboolean
name_it(QevmOutput *output)
{
    g_autofree char *self = g_strdup_printf("/proc/self/fd/%d", output->fd);

    catch_signals();
    take_slot(output);
    output->unnamed = FALSE;
    if (linkat(AT_FDCWD, self, AT_FDCWD, output->temporary,
               AT_SYMLINK_FOLLOW) == 0) {
        return TRUE;
    }
    /* A process of our number died just here, long ago. */
    return errno == EEXIST && unlink(output->temporary) == 0 &&
           linkat(AT_FDCWD, self, AT_FDCWD, output->temporary,
                  AT_SYMLINK_FOLLOW) == 0;
}

/* Links followed; of a file that is not there yet those of its folder. */
static char *
real_path(const char *path)
{
    g_autofree char *real = realpath(path, NULL);
    g_autofree char *name = g_path_get_basename(path);
    g_autofree char *folder = g_path_get_dirname(path);
    g_autofree char *real_folder = realpath(folder, NULL);

    if (real || !real_folder) {
        return g_strdup(real ? real : path);
    }
    return g_build_filename(real_folder, name, NULL);
}

QevmOutput *
qevm_output_open(const char *path, const char *const *inputs, GError **error)
{
    g_autoptr(QevmOutput) output = g_new0(QevmOutput, 1);
    struct stat st;

    output->fd = -1;
    if (strcmp(path, "-") == 0) {
        return open_stdout(output, inputs, error) ? g_steal_pointer(&output)
                                                  : NULL;
    }
    output->path = real_path(path);
    if (stat(output->path, &st) == 0) {
        if (!refuse_inputs(&st, path, inputs, error)) {
            return NULL;
        }
        if (S_ISDIR(st.st_mode)) {
            qevm_error_errno(error, EISDIR, "cannot write \"%s\"", path);
            return NULL;
        }
        if (!S_ISREG(st.st_mode)) {
            output->fd = open(output->path, O_WRONLY | O_CLOEXEC);
            if (output->fd < 0) {
                qevm_error_errno(error, errno, "cannot write \"%s\"", path);
                return NULL;
            }
            return g_steal_pointer(&output);
        }
    }
    return open_temporary(output, error) ? g_steal_pointer(&output) : NULL;
}

QevmOutput *
qevm_output_temporary(GError **error)
{
    g_autoptr(QevmOutput) output = g_new0(QevmOutput, 1);

    output->fd = qevm_output_unnamed(error);
    return output->fd >= 0 ? g_steal_pointer(&output) : NULL;
}

gboolean
qevm_output_same(const QevmOutput *a, const QevmOutput *b)
{
    if (a->fd == STDOUT_FILENO || b->fd == STDOUT_FILENO) {
        return a->fd == b->fd;
    }
    /* To a device, both can write. */
    return qevm_output_sparse(a) && strcmp(a->path, b->path) == 0;
}

int
qevm_output_fd(const QevmOutput *output)
{
    return output->fd;
}

gboolean
qevm_output_sparse(const QevmOutput *output)
{
    return output->temporary != NULL;
}

static gboolean
sync_folder(const char *path)
{
    g_autofree char *folder = g_path_get_dirname(path);
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    gboolean ok;

    if (fd < 0) {
        return FALSE;
    }
    /* Some file systems cannot sync a folder, and need not. */
    ok = fsync(fd) == 0 || errno == EINVAL || errno == EROFS;
    close(fd);
    return ok;
}

gboolean
qevm_output_commit(QevmOutput *output, gboolean sync, GError **error)
{
    int fd = output->fd;

    if (!output->temporary) {
        output->fd = -1;
        /* Only closing tells whether all of it arrived. */
        if (close(fd) != 0 && errno != EINTR) {
            return qevm_error_errno(error, errno, "cannot write \"%s\"",
                                    output->path ? output->path : "-");
        }
        return TRUE;
    }
    if ((sync && fsync(fd) != 0) || (output->unnamed && !name_it(output))) {
        return qevm_error_errno(error, errno, "cannot write \"%s\"",
                                output->path);
    }
    output->fd = -1;
    if ((close(fd) != 0 && errno != EINTR) ||
        rename(output->temporary, output->path) != 0) {
        return qevm_error_errno(error, errno, "cannot write \"%s\"",
                                output->path);
    }
    if (output->slot) {
        pending[output->slot - 1] = NULL;
        output->slot = 0;
    }
    g_clear_pointer(&output->temporary, g_free);
    if (sync && !sync_folder(output->path)) {
        return qevm_error_errno(
            error, errno, "cannot sync the folder of \"%s\"", output->path);
    }
    return TRUE;
}

void
qevm_output_free(QevmOutput *output)
{
    if (!output) {
        return;
    }
    if (output->fd >= 0 && output->fd != STDOUT_FILENO) {
        close(output->fd);
    }
    if (output->temporary && !output->unnamed) {
        unlink(output->temporary);
    }
    if (output->slot) {
        pending[output->slot - 1] = NULL;
    }
    g_free(output->temporary);
    g_free(output->path);
    g_free(output);
}

int
qevm_output_unnamed(GError **error)
{
    const char *folder = g_get_tmp_dir();
    g_autofree char *name = NULL;
    int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

    if (fd < 0) {
        name = g_build_filename(folder, "qevm-XXXXXX", NULL);
        fd = g_mkstemp_full(name, O_RDWR | O_CLOEXEC, 0600);
        if (fd >= 0) {
            unlink(name);
        }
    }
    if (fd < 0) {
        qevm_error_errno(error, errno, "cannot make a file in \"%s\"", folder);
    }
    return fd;
}

QevmSource *
qevm_output_spool(QevmSource *pipe, GError **error)
{
    int fd = qevm_output_unnamed(error);

    if (fd < 0) {
        qevm_source_free(pipe);
        return NULL;
    }
    return qevm_source_spool(pipe, fd, error);
}

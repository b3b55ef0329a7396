/* fail.c - makes a system call fail: LD_PRELOAD=fail.so FAIL=CALL:N:ERRNO.
 *
 * The N-th call (from 1) of that name returns an error, and with N+ all that
 * follow; FAILED names a file that is made then. A write that is to fail with
 * ENOSPC writes half of its bytes first, as a disk does that fills up. With
 * ERRNO 0 a call does less than was asked: a read or write of one byte.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

/* What is called has no prototypes here: they are those of the C library,
 * and some of its own names for the same. */
#pragma GCC diagnostic ignored "-Wmissing-prototypes"

static int count;

/* TRUE once: sets errno to what is wanted. */
static int
is_time(const char *call)
{
    const char *wanted = getenv("FAIL"), *file = getenv("FAILED");
    size_t len = strlen(call);
    char *end;
    long n;

    if (!wanted || strncmp(wanted, call, len) != 0 || wanted[len] != ':') {
        return 0;
    }
    n = strtol(wanted + len + 1, &end, 10);
    count++;
    if (*end == '+' ? count < n : count != n) {
        return 0;
    }
    end += *end == '+';
    if (file) {
        long fd = syscall(SYS_openat, AT_FDCWD, file, O_CREAT | O_WRONLY, 0600);

        if (fd >= 0) {
            syscall(SYS_close, fd);
        }
    }
    errno = (int)strtol(end + 1, NULL, 10);
    return 1;
}

ssize_t
write(int fd, const void *data, size_t n)
{
    if (fd != 2 && is_time("write")) {
        if (errno == 0) {
            return syscall(SYS_write, fd, data, n < 1 ? n : (size_t)1);
        }
        if (errno == ENOSPC && n > 1) {
            (void)syscall(SYS_write, fd, data, n / 2);
            errno = ENOSPC;
        }
        return -1;
    }
    return syscall(SYS_write, fd, data, n);
}

ssize_t
pwrite64(int fd, const void *data, size_t n, off64_t at)
{
    if (is_time("pwrite")) {
        return errno
                   ? -1
                   : syscall(SYS_pwrite64, fd, data, n < 1 ? n : (size_t)1, at);
    }
    return syscall(SYS_pwrite64, fd, data, n, at);
}

ssize_t
pwrite(int fd, const void *data, size_t n, off_t at)
{
    return pwrite64(fd, data, n, at);
}

ssize_t
read(int fd, void *data, size_t n)
{
    if (is_time("read")) {
        return errno ? -1 : syscall(SYS_read, fd, data, n < 1 ? n : (size_t)1);
    }
    return syscall(SYS_read, fd, data, n);
}

ssize_t
__read_chk(int fd, void *data, size_t n, size_t size)
{
    (void)size;
    return read(fd, data, n);
}

ssize_t
pread64(int fd, void *data, size_t n, off64_t at)
{
    if (is_time("pread")) {
        return errno
                   ? -1
                   : syscall(SYS_pread64, fd, data, n < 1 ? n : (size_t)1, at);
    }
    return syscall(SYS_pread64, fd, data, n, at);
}

ssize_t
pread(int fd, void *data, size_t n, off_t at)
{
    return pread64(fd, data, n, at);
}

ssize_t
__pread64_chk(int fd, void *data, size_t n, off64_t at, size_t size)
{
    (void)size;
    return pread64(fd, data, n, at);
}

ssize_t
__pread_chk(int fd, void *data, size_t n, off_t at, size_t size)
{
    (void)size;
    return pread64(fd, data, n, at);
}

int
fallocate64(int fd, int mode, off64_t at, off64_t size)
{
    return is_time("fallocate")
               ? -1
               : (int)syscall(SYS_fallocate, fd, mode, at, size);
}

int
fallocate(int fd, int mode, off_t at, off_t size)
{
    return fallocate64(fd, mode, at, size);
}

ssize_t
copy_file_range(int in, off64_t *in_at, int out, off64_t *out_at, size_t n,
                unsigned flags)
{
    if (is_time("copy_file_range")) {
        if (errno) {
            return -1;
        }
        n = n < 1 ? n : 1;
    }
    return syscall(SYS_copy_file_range, in, in_at, out, out_at, n, flags);
}

int
fsync(int fd)
{
    return is_time("fsync") ? -1 : (int)syscall(SYS_fsync, fd);
}

int
ftruncate64(int fd, off64_t size)
{
    return is_time("ftruncate") ? -1 : (int)syscall(SYS_ftruncate, fd, size);
}

int
ftruncate(int fd, off_t size)
{
    return ftruncate64(fd, size);
}

off64_t
lseek64(int fd, off64_t at, int whence)
{
    return is_time("lseek") ? -1 : syscall(SYS_lseek, fd, at, whence);
}

off_t
lseek(int fd, off_t at, int whence)
{
    return lseek64(fd, at, whence);
}

/* A close that fails has closed. */
int
close(int fd)
{
    int fail = fd > 2 && is_time("close"), number = errno;
    int done = (int)syscall(SYS_close, fd);

    if (fail) {
        errno = number;
        return -1;
    }
    return done;
}

int
rename(const char *from, const char *to)
{
    return is_time("rename")
               ? -1
               : (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
}

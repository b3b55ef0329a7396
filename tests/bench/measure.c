/* measure.c - runs a command and prints what it took, on file descriptor 3.
 *
 *   measure COMMAND [ARG...]
 *
 * Prints: wall seconds, CPU seconds, largest resident set in KiB, bytes that
 * it asked the kernel to read, exit code. This is a program of its own since
 * the resident set of whoever forks counts as the child's until exec.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double
now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Of a process that ended and was not yet waited for; -1: not known. */
static long long
bytes_read(pid_t pid)
{
    char name[64], line[128];
    long long n = -1;
    FILE *io;

    snprintf(name, sizeof name, "/proc/%ld/io", (long)pid);
    io = fopen(name, "r");
    while (io && fgets(line, sizeof line, io)) {
        if (strncmp(line, "rchar: ", 7) == 0) {
            n = strtoll(line + 7, NULL, 10);
        }
    }
    if (io) {
        fclose(io);
    }
    return n;
}

int
main(int argc, char **argv)
{
    struct rusage used;
    siginfo_t info;
    double start, wall, cpu;
    long long rchar;
    int status;
    pid_t pid;
    FILE *out = fdopen(3, "w");

    if (argc < 2 || !out) {
        fputs("measure COMMAND.. 3>RESULT\n", stderr);
        return 2;
    }
    start = now();
    pid = fork();
    if (pid == 0) {
        close(3);
        execvp(argv[1], argv + 1);
        perror(argv[1]);
        _exit(127);
    }
    if (pid < 0 || waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT) != 0) {
        perror("measure");
        return 2;
    }
    wall = now() - start;
    rchar = bytes_read(pid);
    wait4(pid, &status, 0, &used);
    cpu = (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
          (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
    fprintf(out, "%.6f %.6f %ld %lld %d\n", wall, cpu, used.ru_maxrss, rchar,
            WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
    fclose(out);
    return 0;
}

/* tap.c - network interfaces that lead nowhere. */
#define _GNU_SOURCE
#include "cli/qemu/tap.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* What a child does in its own network; errno, or 0. */
static int
make(guint queues, int *fds)
{
    struct ifreq request = { .ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR };

    if (unshare(geteuid() == 0 ? CLONE_NEWNET : CLONE_NEWUSER | CLONE_NEWNET) !=
        0) {
        return errno;
    }
    if (queues > 1) {
        request.ifr_flags |= IFF_MULTI_QUEUE;
    }
    g_strlcpy(request.ifr_name, "qevm0", IFNAMSIZ);
    for (guint i = 0; i < queues; i++) {
        fds[i] = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
        if (fds[i] < 0 || ioctl(fds[i], TUNSETIFF, &request) != 0) {
            return errno;
        }
    }
    return 0;
}

/* A message that carries descriptors. */
typedef union {
    struct cmsghdr header;
    char bytes[CMSG_SPACE(sizeof(int) * QEVM_TAP_QUEUES_MAX)];
} Control;

static void
send_fds(int to, int number, guint queues, const int *fds)
{
    struct iovec data = { .iov_base = &number, .iov_len = sizeof(number) };
    Control control = { 0 };
    struct msghdr message = { .msg_iov = &data, .msg_iovlen = 1 };

    if (number == 0) {
        message.msg_control = control.bytes;
        message.msg_controllen = CMSG_SPACE(sizeof(int) * queues);
        control.header.cmsg_level = SOL_SOCKET;
        control.header.cmsg_type = SCM_RIGHTS;
        control.header.cmsg_len = CMSG_LEN(sizeof(int) * queues);
        memcpy(CMSG_DATA(&control.header), fds, sizeof(int) * queues);
    }
    (void)!sendmsg(to, &message, MSG_NOSIGNAL);
}

/* The child's errno; EIO if it said nothing. */
static int
receive_fds(int from, guint queues, int *fds)
{
    int number = 0;
    struct iovec data = { .iov_base = &number, .iov_len = sizeof(number) };
    Control control = { 0 };
    struct msghdr message = { .msg_iov = &data,
                              .msg_iovlen = 1,
                              .msg_control = control.bytes,
                              .msg_controllen = sizeof(control) };
    gssize got;

    do {
        got = recvmsg(from, &message, MSG_CMSG_CLOEXEC);
    } while (got < 0 && errno == EINTR);
    if (got != sizeof(number)) {
        return EIO;
    }
    if (number == 0) {
        if (control.header.cmsg_len != CMSG_LEN(sizeof(int) * queues)) {
            return EIO;
        }
        memcpy(fds, CMSG_DATA(&control.header), sizeof(int) * queues);
    }
    return number;
}

gboolean
qevm_tap_open(guint queues, int *fds, GError **error)
{
    int pair[2], number = 0;
    pid_t child;

    g_assert(queues <= QEVM_TAP_QUEUES_MAX);
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) {
        number = errno;
    } else {
        /* Only a process of one thread may leave its user namespace. */
        child = fork();
        if (child == 0) {
            number = make(queues, fds);
            send_fds(pair[1], number, queues, fds);
            _exit(0);
        }
        number = child < 0 ? errno : 0;
        close(pair[1]);
        if (child > 0) {
            number = receive_fds(pair[0], queues, fds);
            while (waitpid(child, NULL, 0) < 0 && errno == EINTR) {
            }
        }
        close(pair[0]);
    }
    if (number != 0) {
        g_set_error(error, G_FILE_ERROR, (int)g_file_error_from_errno(number),
                    "cannot make an interface of our own to stand in for a "
                    "tap: %s; that takes /dev/net/tun and a network namespace, "
                    "so run qevm as root, or give it another network",
                    g_strerror(number));
        return FALSE;
    }
    return TRUE;
}

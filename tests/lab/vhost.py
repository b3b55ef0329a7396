# SPDX-License-Identifier: GPL-2.0-or-later
"""The other end of a vhost-user device, for QEMUs that only save its state.

Some virtio devices are in QEMU only as far as their back end is another process. As long as no driver
of a guest starts them, QEMU asks that process for features and configuration (docs/interop/vhost-user)
and saves the state by itself. This answers, and does no work.
"""
import contextlib, os, socket, struct, threading

GET_FEATURES, GET_VRING_BASE, GET_PROTOCOL_FEATURES, GET_QUEUE_NUM, GET_CONFIG = 1, 11, 15, 17, 24
SET_DEVICE_STATE_FD, CHECK_DEVICE_STATE = 42, 43
NO_FD = 1 << 8  # none comes back
REPLY, NEED_REPLY = 4, 8
# VHOST_F_LOG_ALL, VHOST_USER_F_PROTOCOL_FEATURES, VIRTIO_F_VERSION_1
FEATURES = 1 << 26 | 1 << 30 | 1 << 32
# MQ, LOG_SHMFD, REPLY_ACK, CONFIG, DEVICE_STATE
PROTOCOL = 1 << 0 | 1 << 1 | 1 << 3 | 1 << 9 | 1 << 19
QUEUES = 8
STATE = bytes(range(256)) * 20  # of the back end; more than QEMU reads at a time


def answer(request, flags, payload, fds):
    """What goes back, or None."""
    if request == SET_DEVICE_STATE_FD:
        with open(fds.pop(), "wb") as pipe:
            pipe.write(STATE)
        return struct.pack("<Q", NO_FD)
    if request == CHECK_DEVICE_STATE:
        return struct.pack("<Q", 0)
    if request == GET_FEATURES:
        return struct.pack("<Q", FEATURES)
    if request == GET_PROTOCOL_FEATURES:
        return struct.pack("<Q", PROTOCOL)
    if request == GET_QUEUE_NUM:
        return struct.pack("<Q", QUEUES)
    if request == GET_VRING_BASE:
        return payload[:4] + bytes(4)
    if request == GET_CONFIG:
        return payload  # zeros, of the size that was asked for
    return struct.pack("<Q", 0) if flags & NEED_REPLY else None


def receive(peer, size, fds):
    """So many bytes; descriptors that come along are added to fds."""
    data = b""
    while len(data) < size:
        part, more, _, _ = socket.recv_fds(peer, size - len(data), 16)
        fds += more
        if not part:
            raise EOFError
        data += part
    return data


def serve(listener):
    with contextlib.suppress(OSError, EOFError), listener:
        peer, _ = listener.accept()
        with peer:
            while True:
                fds = []
                request, flags, size = struct.unpack("<III", receive(peer, 12, fds))
                back = answer(request, flags, receive(peer, size, fds), fds)
                for fd in fds:
                    os.close(fd)
                if back is not None:
                    peer.sendall(struct.pack("<III", request, 1 | REPLY, len(back)) + back)


def start(path):
    """Listen there, for one QEMU; the thread ends with its connection."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen()
    threading.Thread(target=serve, args=[listener], daemon=True).start()

# SPDX-License-Identifier: GPL-2.0-or-later
"""The other machine on a guest's network: answers its pings, and pings it.

    peer = Peer(ours, 1)        # our end of -netdev socket,fd=N, of the device 52:54:00:00:00:01
    assert peer.ping(limit=5)   # the guest, 10.0.1.15, answers; ours is 10.0.1.2
"""
import queue, struct, threading

MINE = bytes.fromhex("5255000000fe")
ARP, IP, ICMP, REQUEST, REPLY = 0x806, 0x800, 1, 8, 0


def sum_of(data):
    """The checksum of IP and ICMP, of an even number of bytes."""
    total = sum(struct.unpack(">%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


class Peer:
    def __init__(self, end, number):
        self.end, self.guest = end, bytes([0x52, 0x54, 0, 0, 0, number])
        self.here, self.there = bytes([10, 0, number, 2]), bytes([10, 0, number, 15])
        self.replies, self.asked = queue.Queue(), 0
        end.settimeout(None)
        threading.Thread(target=self.serve, daemon=True).start()

    def take(self, size):
        data = b""
        while len(data) < size:
            more = self.end.recv(size - len(data))
            if not more:
                raise OSError("closed")
            data += more
        return data

    def serve(self):
        """QEMU sends each frame with its length before it."""
        try:
            while True:
                (size,) = struct.unpack(">I", self.take(4))
                self.frame(self.take(size))
        except OSError:
            pass

    def send(self, kind, data):
        frame = (self.guest + MINE + struct.pack(">H", kind) + data).ljust(60, b"\0")
        self.end.sendall(struct.pack(">I", len(frame)) + frame)

    def icmp(self, kind, rest):
        """rest: identifier, number and data, of an even length."""
        data = struct.pack(">BBH", kind, 0, 0) + rest
        data = data[:2] + struct.pack(">H", sum_of(data)) + data[4:]
        head = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(data), 0, 0, 64, ICMP, 0, self.here, self.there)
        self.send(IP, head[:10] + struct.pack(">H", sum_of(head)) + head[12:] + data)

    def frame(self, frame):
        kind, data = struct.unpack(">H", frame[12:14])[0], frame[14:]
        if kind == ARP and data[6:8] == b"\0\1" and data[24:28] == self.here:
            self.send(ARP, data[:6] + b"\0\2" + MINE + self.here + data[8:18])
        elif kind == IP and data[9] == ICMP and data[16:20] == self.here:
            said = data[20:struct.unpack(">H", data[2:4])[0]]
            if said[0] == REQUEST:
                self.icmp(REPLY, said[4:])
            elif said[0] == REPLY:
                self.replies.put(said[4:])

    def ping(self, limit):
        self.asked += 1
        rest = struct.pack(">HH", 0x7165, self.asked) + b"qevm" * 8
        self.icmp(REQUEST, rest)
        try:
            while self.replies.get(timeout=limit) != rest:
                pass
        except queue.Empty:
            return False
        return True

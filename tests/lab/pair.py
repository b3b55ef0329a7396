# SPDX-License-Identifier: GPL-2.0-or-later
"""Record what a live source QEMU sends to a live destination: streams with commands in them.

A return path, postcopy and multifd need a peer that answers, so a file cannot stand in for the
destination. The relay listens where the source connects, connects where the destination listens, and
keeps the bytes of each connection on their way there.
"""
import socket, threading

import lab

MAGIC, PACKAGED = b"QEVM", bytes.fromhex("0800070004")


class Relay:
    """Unix socket `here` to unix socket `there`; sent[i] is what connection i said."""

    def __init__(self, here, there):
        self.there, self.sent, self.threads, self.sockets = there, [], [], []
        self.door = socket.socket(socket.AF_UNIX)
        self.door.bind(here)
        self.door.listen(16)
        self.sockets.append(self.door)
        self.spawn(self.accept)

    def spawn(self, work, *args):
        thread = threading.Thread(target=work, args=args, daemon=True)
        self.threads.append(thread)
        thread.start()

    def accept(self):
        while True:
            try:
                source, _ = self.door.accept()
                target = socket.socket(socket.AF_UNIX)
                self.sockets += [source, target]
                target.connect(self.there)
            except OSError:
                return
            said = bytearray()
            self.sent.append(said)
            self.spawn(pump, source, target, said)
            self.spawn(pump, target, source, bytearray())

    def close(self):
        for s in self.sockets:
            try:
                s.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            s.close()
        for thread in self.threads:
            thread.join(5)

    def main(self):
        """The main channel's bytes: the one connection that opens with the stream magic."""
        found = [said for said in self.sent if said[:4] == MAGIC]
        if len(found) != 1:
            raise lab.LabError("%d main channels among %d connections" % (len(found), len(self.sent)))
        return bytes(found[0])


def pump(source, target, said):
    """Pass on until EOF, keeping what passes."""
    try:
        while True:
            data = source.recv(1 << 16)
            if not data:
                break
            said += data
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def save(out, argv, root=None, secs=1, caps=(), postcopy=False, before=(), params=None, files=None,
         prepare=(), after=None):
    """Migrate a running guest from one QEMU to another, the bytes to `out`; facts of the source.

    postcopy: switch over after the first round instead of letting precopy converge. after(source) is
    called when that is over.
    """
    source = lab.Qemu(argv, root, files=files, prepare=prepare)
    with source, lab.Qemu(argv, root, ["-incoming", "defer"], files=files, prepare=prepare) as target:
        facts = lab.describe(source)
        for q in (source, target):
            q.set_caps(caps, params)
        target.cmd("migrate-incoming", uri=target.fill("unix:{dir}/in"))
        source.run_for(secs)
        for command in before:
            source.do(command)
        relay = Relay(source.path("out"), target.path("in"))
        try:
            migrate(source, target, postcopy)
            if after:
                after(source)
        except lab.LabError as e:
            raise lab.LabError("%s\nsource: %s\ntarget: %s"
                               % (e, source.messages(), target.messages())) from None
        finally:
            relay.close()
        stream = relay.main()
        if postcopy and PACKAGED not in stream:
            raise lab.LabError("it completed before postcopy began")
        with open(out, "wb") as f:
            f.write(stream)
        return facts


def migrate(source, target, postcopy):
    lab.throttle(source)
    source.cmd("migrate", uri=source.fill("unix:{dir}/out"))
    lab.rounds(source, 2 if postcopy else 4)
    if postcopy:
        source.cmd("migrate-start-postcopy")
        source.migrated()
    else:
        lab.let_finish(source)
    target.migrated()

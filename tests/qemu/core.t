#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""ELF cores are what QEMU's own dump-guest-memory writes, and gdb reads them: core.t [CASE]...

A guest is stopped, dumped and migrated to a file; `qevm ram core` of the stream has to have the notes
and the memory of the dump. Registers are given values at random before, through QEMU's gdbstub. A Linux
guest (tests/lab/linux) shows that its banner is found where the kernel says it is: through gdb with the
kernel's symbols, and at its physical address, with the hole below 4 GiB where `info mtree` has it.
"""
import os, random, re, socket, struct, subprocess, sys, time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "lab"))
import lab, rows  # noqa: E402

QEVM = os.environ.get("QEVM") or os.path.join(HERE, "../../build/qevm")
LIMIT = 120  # seconds for a qevm, a gdb, or a guest to boot

LINUX = ("qemu-system-x86_64 -smp 2 -nodefaults -kernel {dir}/kernel -initrd {dir}/initrd "
         "-append 'console=ttyS0 quiet symbols=yes' -M ")
# name, QEMUs, command line, registers that gdb may not write (PSTATE decides what the others are).
ARCHS = [
    ("aarch64", "5.2 7.2 10.0 11.1", "qemu-system-aarch64 -M virt -cpu cortex-a57 -smp 2 -m 32", {33}),
    ("ppc64", "5.2 7.2 10.0 11.1", "qemu-system-ppc64 -M pseries -smp 2 -m 256 -nodefaults -vga none", set()),
    ("s390x", "5.2 7.2 10.0 11.1",
     "qemu-system-s390x -M s390-ccw-virtio -smp 2 -m 64 -nodefaults -kernel {dir}/kernel", set()),
    # The dump of 5.2 knows no RISC-V.
    ("riscv64", "7.2 10.0 11.1", "qemu-system-riscv64 -M virt -smp 2 -m 32 -nodefaults", set()),
]
# name, QEMU, machine and memory; whether it is dumped, too (a dump is as large as the memory).
LINUXES = [
    ("linux-pc", "7.2", "pc -m 256", True),
    ("linux-q35", "11.1", "q35 -m 256", True),
    ("linux-pc-2G", "7.2", "pc -m 2G", False),
    ("linux-pc-6G", "10.0", "pc -m 6G", False),
    ("linux-q35-6G", "7.2", "q35 -m 6G", False),
    ("linux-pc-3G-max-1G", "7.2", "pc,max-ram-below-4g=1G -m 3G", False),
    ("linux-nodes", "7.2", "pc -m 4G -object memory-backend-ram,id=ram-node1,size=1G "
     "-object memory-backend-ram,id=ram-node0,size=3G -numa node,memdev=ram-node0,cpus=0 "
     "-numa node,memdev=ram-node1,cpus=1", False),
]


# ---- cores ------------------------------------------------------------------------------------

class Core:
    """An ELF core: notes as (owner, type, data), memory by physical address."""

    def __init__(self, path):
        self.file = open(path, "rb")
        head = self.file.read(64)
        self.order = "<>"[head[5] - 1]
        self.machine, = struct.unpack(self.order + "H", head[18:20])
        start, = struct.unpack(self.order + "Q", head[32:40])
        count, = struct.unpack(self.order + "H", head[56:58])
        self.notes, self.loads = [], []
        for i in range(count):
            kind, _, offset, _, address, size = struct.unpack(self.order + "IIQQQQ",
                                                              self.read(start + 56 * i, 40))
            if kind == 4:
                self.notes += self.split(self.read(offset, size))
            else:
                self.loads.append((address, size, offset))

    def read(self, offset, size):
        self.file.seek(offset)
        return self.file.read(size)

    def split(self, data):
        while data:
            name, size, kind = struct.unpack(self.order + "III", data[:12])
            at = 12 + (name + 3) // 4 * 4
            yield data[12:12 + name].rstrip(b"\0").decode(), kind, data[at:at + size]
            data = data[at + (size + 3) // 4 * 4:]

    def memory(self, address, size):
        """Bytes at a physical address; None where there is no memory."""
        for start, length, offset in self.loads:
            if start <= address and address + size <= start + length:
                return self.read(offset + address - start, size)
        return None


def note_differs(ours, theirs):
    """The number of a CPU (pid) was left out, or written in another order, by some QEMUs until 7.2."""
    if ours[:2] == ("CORE", 1):
        ours, theirs = ((*n[:2], n[2][:32] + n[2][36:]) for n in (ours, theirs))
    return ours != theirs


def differs(ours, theirs):
    """None, or what of a core is not as in QEMU's dump. QEMU may have more notes and more memory."""
    if (ours.order, ours.machine) != (theirs.order, theirs.machine):
        return "another machine: %d" % ours.machine
    if len(ours.notes) < 2:
        return "no notes"
    left = list(theirs.notes)
    for note in ours.notes:
        same = [n for n in left if n[:2] == note[:2]]
        if not same:
            return "QEMU has no note %s %d" % note[:2]
        if note_differs(note, same[0]):
            return "note %s %d: %s\nQEMU has %s" % (*note[:2], note[2].hex(), same[0][2].hex())
        left.remove(same[0])
    step = 1 << 20
    for address, size, _ in ours.loads:
        for at in range(address, address + size, step):
            if ours.memory(at, step) != theirs.memory(at, step):
                return "memory at 0x%x" % at
    return None


# ---- QEMUs ------------------------------------------------------------------------------------

class Stub:
    """QEMU's gdbstub, to write registers."""

    def __init__(self, path):
        self.socket, self.got = socket.socket(socket.AF_UNIX), b""
        self.socket.settimeout(20)
        self.socket.connect(path)
        self.ask("qSupported")
        self.ask("qXfer:features:read:target.xml:0,ffb")  # older ones then know of `p` and `P`

    def ask(self, text):
        self.socket.sendall(b"$%s#%02x" % (text.encode(), sum(text.encode()) & 255))
        while not re.search(rb"\$[^#]*#..", self.got):
            data = self.socket.recv(1 << 16)
            if not data:
                raise lab.LabError("the gdbstub is gone")
            self.got += data
        answer, self.got = re.search(rb"\$([^#]*)#..(.*)", self.got, re.S).groups()
        self.socket.sendall(b"+")
        return answer.decode(errors="replace")


def shake(q, cpus, not_these):
    """Values at random in all registers that take some; how many took one."""
    stub, r, written = Stub(q.path("gdb")), random.Random(1), 0
    for cpu in range(1, cpus + 1):
        if stub.ask("Hgp%d.%d" % (1, cpu)) != "OK":
            stub.ask("Hg%d" % cpu)
        for i in set(range(70)) - not_these:
            old = stub.ask("p%x" % i)
            if re.fullmatch("([0-9a-f]{2})+", old):
                written += stub.ask("P%x=%s" % (i, r.randbytes(len(old) // 2).hex())) == "OK"
    return written


def dump(q, to):
    q.cmd("dump-guest-memory", paging=False, protocol="file:" + q.fill("{dir}/dump"))
    lab.copy(q.path("dump"), to)


def run(argv, **more):
    done = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, errors="replace", timeout=LIMIT, **more)
    if done.returncode:
        raise lab.LabError("%s: exit code %d: %s" % (" ".join(argv), done.returncode, done.stdout))
    return done.stdout


def core_of(tmp):
    run([QEVM, "ram", "core", tmp + "/stream", "--no-sync", "-o", tmp + "/core"])
    return Core(tmp + "/core")


def check_arch(tmp, qemu, argv, not_these):
    with lab.Qemu(argv, lab.root_of(qemu), ["-gdb", "unix:{dir}/gdb,server=on,wait=off"],
                  files={"kernel": "s390x"}) as q:
        q.run_for(.5)
        q.cmd("stop")
        if shake(q, 2, not_these) < 2 * 30:
            return "hardly a register could be written"
        dump(q, tmp + "/dump")
        q.save_to(tmp + "/stream")
    return differs(core_of(tmp), Core(tmp + "/dump"))


# ---- a Linux guest ----------------------------------------------------------------------------

def boot(q):
    """Let it boot: its symbols, the physical address of its code, its banner."""
    end, text = time.monotonic() + LIMIT, ""
    q.cmd("cont")
    while "ready" not in text:
        if time.monotonic() > end or q.proc.poll() is not None:
            raise lab.LabError("the guest did not get going: %r %s" % (text[-500:], q.messages()))
        time.sleep(.1)
        with open(q.path("serial"), errors="replace") as f:
            text = f.read()
    q.cmd("stop")
    symbols = {name: int(value, 16) for name, value in re.findall(r"symbol (\w+) (\w+)", text)}
    physical = int(re.search(r"physical _text (\w+)", text).group(1), 16)
    return symbols, physical, re.search(r"(?m)^banner (.*?)\r?$", text).group(1)


def ranges(q):
    """[address, end, block, offset] of RAM, as QEMU has it; what it has in pieces (some of a pc below
    1 MiB cannot be written) is one."""
    text = q.cmd("human-monitor-command", **{"command-line": "info mtree -f"}).replace("\r", "")
    found, joined = set(re.findall(r"(\w{16})-(\w{16}) \(prio \d+, r[ao]m\): (pc\.ram|ram-node\d)(?: @(\w+))?",
                                   text)), []
    for start, last, block, offset in sorted(found):
        start, end, offset = int(start, 16), int(last, 16) + 1, int(offset or "0", 16)
        before = joined[-1] if joined else [0, 0, "", 0]
        if before[1] == start and before[2] == block and before[3] + before[1] - before[0] == offset:
            before[1] = end
        else:
            joined.append([start, end, block, offset])
    return joined


def symbol_file(tmp, symbols):
    """A file for gdb with these symbols, as vmlinux has them, in a section that begins at _text."""
    with open(tmp + "/symbols.s", "w") as f:
        for name, value in symbols.items():
            f.write(".globl %s\n%s = .text + %d\n" % (name, name, value - symbols["_text"]))
    run(["as", "-o", tmp + "/symbols.o", tmp + "/symbols.s"])
    run(["ld", "-e", "0", "-Ttext=%#x" % symbols["_text"], "-o", tmp + "/symbols", tmp + "/symbols.o"])


def check_gdb(tmp, symbols, physical, banner, registers):
    symbol_file(tmp, symbols)
    said = run(["gdb", "-batch", "-nx", "-ex", "core-file " + tmp + "/core", "-ex",
                "symbol-file %s/symbols -o %d" % (tmp, physical - symbols["_text"]),
                "-ex", "set print elements 0", "-ex", "x/s &linux_banner",
                "-ex", "info registers rip rsp", "-ex", "info threads"])
    if banner not in said:
        return "gdb does not read the banner:\n" + said
    for name in ("RIP", "RSP"):
        value = re.search(name + "=([0-9a-f]+)", registers).group(1)
        if not re.search(r"%s +0x0*%s\b" % (name.lower(), value.lstrip("0")), said):
            return "gdb has another %s than %s:\n%s" % (name, value, said)
    return None if said.count("LWP") >= 4 else "gdb does not see two CPUs:\n" + said


def check_layout(tmp, core, wanted):
    """Memory is where QEMU has it: nothing less, nothing more, and the bytes of the right block."""
    if [(start, end - start) for start, end, *_ in wanted] != [load[:2] for load in core.loads]:
        return "%s, QEMU has %s" % (core.loads, wanted)
    for start, end, block, offset in wanted:
        run([QEVM, "ram", "extract", block, tmp + "/stream", "--no-sync", "-o", tmp + "/block"])
        same = 0
        with open(tmp + "/block", "rb") as f:
            # Linux has something in its first and last megabytes, here and there between.
            for at in (*range(start, end, 1 << 20), *range(end - (1 << 20), end, 4096)):
                f.seek(offset + at - start)
                bytes_there = f.read(4096)
                if core.memory(at, 4096) != bytes_there:
                    return "something else at 0x%x" % at
                same += any(bytes_there)
        if same < 10:
            return "at 0x%x is hardly anything to compare" % start
    return None


def check_linux(tmp, qemu, machine, dumped):
    files = {}
    for name in ("kernel", "initrd"):
        with open(lab.cache("linux", "amd64", name), "rb") as f:
            files[name] = f.read()
    with lab.Qemu(LINUX + machine, lab.root_of(qemu), serial=True, files=files) as q:
        symbols, physical, banner = boot(q)
        registers = q.cmd("human-monitor-command", **{"command-line": "info registers"})
        wanted = ranges(q)
        if dumped:
            dump(q, tmp + "/dump")
        q.save_to(tmp + "/stream")
    core = core_of(tmp)
    why = differs(core, Core(tmp + "/dump")) if dumped else None
    at = symbols["linux_banner"] - symbols["_text"] + physical
    if not why and core.memory(at, len(banner)) != banner.encode():
        why = "no banner at 0x%x" % at
    return (why or check_gdb(tmp, symbols, physical, banner, registers)
            or check_layout(tmp, core, wanted))


# ---- the test ---------------------------------------------------------------------------------

def main(names):
    cases = [("%s-%s" % (qemu, name), check_arch, qemu, *rest)
             for name, qemus, *rest in ARCHS for qemu in qemus.split()]
    cases += [("%s-%s" % (qemu, name), check_linux, qemu, *rest) for name, qemu, *rest in LINUXES]
    return rows.run(names, cases)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

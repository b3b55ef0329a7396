# SPDX-License-Identifier: GPL-2.0-or-later
"""A Linux guest (tests/lab/linux) that uses its devices, and shows after a load that they still work.

    setup = Setup("amd64", "ide e1000 usb-tablet")
    saved = save(setup, "5.2", "pc-i440fx-2.2")                 # cached
    why = lives(saved, "11.1", "pc-i440fx-5.2", converted, options)

Lives, that is: the shell on its console answers; its timer goes off; what it wrote to its disks before is
there, and what it writes now is in their images; it pings its peers and they ping it; each input device
brings an event; each other device does what its proof asks for; and a loop of writes, reads and pings, that
was at it when the guest was stopped, goes on without a mistake.
"""
import contextlib, dataclasses, hashlib, itertools, json, os, re, time, uuid

import lab
from peer import Peer

LIMIT = 240  # seconds a guest has for what takes some
SIZE = 2 << 20  # of a disk
BEFORE, AFTER = "before", "afterwards"  # what is written
PATTERN = 512 << 10  # of it, what `put` in tests/qemu/guest/init writes


# ---- devices ----------------------------------------------------------------------------------

@dataclasses.dataclass
class Device:
    """argv: {n} is the number of the disk or network; append: for the kernel; inputs: what Linux calls
    them; proof(guest, word): what does not work, or None."""
    argv: str = ""
    append: str = ""
    disk: bool = False
    net: bool = False
    inputs: tuple = ()
    proof: object = None


def disk(device, before=""):
    return Device("%s -drive if=none,id=d{n},file={dir}/d{n}.img,format=raw -device %s,drive=d{n}" %
                  (before, device), disk=True)


def net(device):
    return Device("-netdev socket,id=n{n},fd={fd:n{n}} -device %s,netdev=n{n},mac=52:54:00:00:00:0{n}" % device,
                  net=True)


def rng(guest, word):
    drawn = [guest.run("dd if=/dev/hwrng bs=16 count=1 2>/dev/null | hexdump -v -e '1/1 \"%02x\"'; echo")[0]
             for _ in range(2)]
    return None if len(set(drawn)) == 2 and all(len(d) == 32 for d in drawn) else "hwrng gives %s" % drawn


def idle_rng(guest, word):
    """Without a driver when the guest is saved, and with one again after."""
    drive = "echo %s >/sys/bus/pci/drivers/virtio-pci/%s"
    if word == BEFORE:
        path = guest.run("readlink -f /sys/bus/virtio/drivers/virtio_rng/virtio*")[0]
        return rng(guest, word) or "".join(guest.run(drive % (path.split("/")[-2], "unbind"))) or None
    guest.run("for d in /sys/bus/pci/devices/*; do [ -e $d/driver ] || %s; done" % (drive % ("${d##*/}", "bind")))
    return rng(guest, word)


def balloon(guest, word):
    """Down by as much as the word says, and up again."""
    for size in (guest.setup.memory - 16 - len(word), guest.setup.memory):
        guest.cmd("balloon", value=size << 20)
        if not guest.wait(lambda: guest.cmd("query-balloon")["actual"] == size << 20):
            return "the balloon does not get to %d MiB" % size
    return None


def port(guest, word):
    guest.run("for p in /dev/vport*; do echo %s >$p; done" % word)
    if not guest.wait(lambda: word in guest.text("port")):
        return "what is written to the port does not come out"
    return None


def screen(guest, word):
    """What is on the screen changes with what is written to the frame buffer."""
    seen = []
    for text in (word, word[::-1]):
        guest.run("yes %s | dd of=/dev/fb0 bs=65536 count=16 iflag=fullblock 2>/dev/null" % text)
        time.sleep(0.5)
        guest.cmd("screendump", filename=guest.fill("{dir}/screen"))
        with open(guest.path("screen"), "rb") as f:
            seen.append(f.read())
    return None if seen[0] != seen[1] else "the screen does not change"


def codec(guest, word):
    """Reading it has the codec answer verbs."""
    said = []
    guest.wait(lambda: said.append(guest.run("cat '/proc/asound/card0/codec#0'")) or said[-1])
    return None if said[-1][:1] == ["Codec: QEMU Generic"] else "the codec says %r" % said[-1]


def dog(guest, word):
    """Nobody feeds it: it barks, which pauses the guest."""
    guest.run("watchdog -T 3 -t 60 /dev/watchdog")
    if not guest.wait(lambda: guest.cmd("query-status")["status"] == "watchdog"):
        return "the watchdog does not bark"
    guest.cmd("cont")
    guest.run("killall watchdog")
    return None


TABLET = ("QEMU QEMU USB Tablet",)
DEVICES = {
    "ps2": Device(inputs=("AT Translated Set 2 keyboard",)),
    "ide": disk("ide-hd"),
    "ahci": disk("ide-hd,bus=ahci.0", "-device ahci,id=ahci"),
    "virtio-blk": disk("virtio-blk"),
    "virtio-scsi": disk("scsi-hd,bus=s0.0", "-device virtio-scsi,id=s0"),
    "lsi": disk("scsi-hd,bus=l0.0", "-device lsi53c895a,id=l0"),
    "megasas": disk("scsi-hd,bus=m0.0", "-device megasas,id=m0"),
    "usb-storage": disk("usb-storage"),
    "e1000": net("e1000"),
    "e1000e": net("e1000e"),
    "rtl8139": net("rtl8139"),
    "pcnet": net("pcnet"),
    "vmxnet3": net("vmxnet3"),
    "virtio-net": net("virtio-net"),
    "uhci": Device("-device piix3-usb-uhci"),
    "ehci": Device("-device usb-ehci"),
    "xhci": Device("-device qemu-xhci"),
    "nec-xhci": Device("-device nec-usb-xhci"),
    "usb-tablet": Device("-device usb-tablet", inputs=TABLET),
    "usb-kbd": Device("-device usb-kbd", inputs=("QEMU QEMU USB Keyboard",)),
    "rng": Device("-device virtio-rng", proof=rng),
    "rng-idle": Device("-device virtio-rng-pci", proof=idle_rng),
    "balloon": Device("-device virtio-balloon", proof=balloon),
    "poison": Device(append="init_on_free=1"),
    "serial": Device("-device virtio-serial -chardev file,id=port,path={dir}/port"
                     " -device virtserialport,chardev=port,nr=1", proof=port),
    "vga": Device("-vga std", proof=screen),
    "gpu": Device("-vga none -device virtio-gpu", proof=screen),
    "hda": Device("-device ich9-intel-hda -device hda-duplex", proof=codec),
    "i6300esb": Device("-device i6300esb -watchdog-action pause", proof=dog),
    "pflash": Device("-drive if=pflash,format=raw,readonly=on,file={dir}/bios.bin"),
    "smp": Device("-smp 2"),
}
PORT = "port:"


def behind_port(device, number):
    """libvirt has machines with PCI Express so."""
    port = "-device pcie-root-port,id=p%d,chassis=%d" % (number, number)
    argv = re.sub(r"-device [^ ,]+", lambda found: "%s %s,bus=p%d" % (port, found.group(), number), device.argv, 1)
    return dataclasses.replace(device, argv=argv)


# ---- machines ---------------------------------------------------------------------------------

# Debian's: QEMU's, what the kernel is told, options.
ARCHES = {
    "amd64": ("x86_64", "console=ttyS0", "-nic none -vga std"),
    "arm64": ("aarch64", "console=ttyAMA0", "-nic none -cpu cortex-a57"),
    "ppc64el": ("ppc64", "console=hvc0", "-nic none -nodefaults"),
    "riscv64": ("riscv64", "console=ttyS0", "-nic none"),
    "s390x": ("s390x", "console=ttysclp0", "-nic none"),
}


class Setup:
    """A guest but for its machine type: names of DEVICES, those after "port:" each behind a PCI Express port of
    its own; MiB of memory; more options."""

    def __init__(self, arch, devices, memory=192, more=""):
        self.arch, self.memory = arch, memory
        self.qemu, self.append, common = ARCHES[arch]
        self.names = devices.split()
        self.devices = [behind_port(DEVICES[name[len(PORT):]], at) if name.startswith(PORT) else DEVICES[name]
                        for at, name in enumerate(self.names, 1)]
        self.disks = self.numbered("disk")
        self.nets = self.numbered("net")
        self.inputs = [i for d in self.devices for i in d.inputs]
        words = [common, "-m %d" % memory, more]
        numbers = {id(d): n for found in (self.disks, self.nets) for n, d in found.items()}
        for device in self.devices:
            words.append(device.argv.replace("{n}", str(numbers.get(id(device), ""))))
        self.argv = " ".join(words)

    def numbered(self, kind):
        return dict(enumerate((d for d in self.devices if getattr(d, kind)), 1))

    def command(self, machine, own=True):
        """own: with a console and networks of ours; else with nothing that needs a descriptor."""
        append = "%s disks=%d nets=%d inputs=%s " % (
            self.append, len(self.disks), len(self.nets), ",".join(self.inputs).replace(" ", "_"))
        append += " ".join(d.append for d in self.devices)
        argv = lab.words("qemu-system-%s -M %s -kernel {dir}/kernel -initrd {dir}/initrd" %
                         (self.qemu, machine)) + ["-append", append] + lab.words(self.argv)
        argv += ["-chardev", "socket,id=con,fd={fd:con}", "-serial", "chardev:con"]
        return argv if own else [re.sub(r"\{fd:\w+\}", "99", word) for word in argv]

    def images(self):
        """The files of its disks."""
        return ["d%d.img" % n for n in self.disks]

    def files(self, version):
        found = {name: bytes(SIZE) for name in self.images()}
        for name in ("kernel", "initrd"):
            with open(lab.cache("linux", self.arch, name), "rb") as f:
                found[name] = f.read()
        if "pflash" in self.names:
            with open((lab.root_of(version) or "") + "/usr/share/seabios/bios-256k.bin", "rb") as f:
                found["bios.bin"] = f.read()
        return found


# ---- a guest ----------------------------------------------------------------------------------

class Live(lab.Qemu):
    """One that can be talked to. images: {name: contents} of its disks, instead of empty ones."""

    def __init__(self, setup, version, machine, extra=(), images=None):
        self.setup, self.said = setup, b""
        names = ["con"] + ["n%d" % n for n in setup.nets]
        super().__init__(setup.command(machine), lab.root_of(version), extra, files={**setup.files(version),
                         **(images or {})}, sockets=names)
        self.console = self.sockets["con"]
        self.peers = [Peer(self.sockets["n%d" % n], n) for n in setup.nets]

    def wait(self, done, limit=LIMIT / 4):
        end = time.monotonic() + limit
        while not done():
            if time.monotonic() > end:
                return False
            time.sleep(0.05)
        return True

    def until(self, last, limit=LIMIT):
        """What the console says, up to this line, and without it."""
        lines, end = [], time.monotonic() + limit
        while time.monotonic() < end and self.proc.poll() is None:
            line, found, rest = self.said.partition(b"\n")
            if found:
                self.said = rest
                line = line.decode(errors="replace").rstrip("\r")
                if line == last:
                    return lines
                lines.append(line)
                continue
            self.console.settimeout(1)
            with contextlib.suppress(OSError):
                self.said += self.console.recv(1 << 16)
        raise lab.LabError("no %r on the console, but %r %r %s" % (last, lines[-5:], self.said[-80:],
                                                                  self.messages()))

    def run(self, command, limit=LIMIT):
        """What a command for its shell prints. What was said before can come once more after a load."""
        token = uuid.uuid4().hex
        self.console.sendall(("%s %s\n" % (token, command)).encode())
        return [line for line in self.until("done " + token, limit) if not line.startswith("done ")]

    def text(self, name):
        with open(self.path(name), errors="replace") as f:
            return f.read()

    def image(self, number):
        with open(self.path("d%d.img" % number), "rb") as f:
            return f.read()


def pattern(word, name):
    line = ("%s %s\n" % (word, name)).encode()
    return (line * (PATTERN // len(line) + 1))[:PATTERN]


def sums_differ(guest, word):
    """Are the disks as `put` left them, for the guest?"""
    said = guest.run("sums")
    wanted = ["%s %s  -" % (d, hashlib.md5(pattern(word, d)).hexdigest()) for d in guest.run("disks")]
    if len(wanted) != len(guest.setup.disks) or said != wanted:
        return "the disks have %s instead of %s" % (said, wanted)
    return None


def disks(guest, word):
    failed = guest.run("put " + word)
    if failed:
        return "writing: %s" % failed
    names = guest.run("disks")
    images = [guest.image(n)[:PATTERN] for n in guest.setup.disks]
    if sorted(images) != sorted(pattern(word, name) for name in names):
        return "what was written is not in the images"
    return sums_differ(guest, word)


def networks(guest):
    if not guest.wait(lambda: len(guest.run("pings")) == len(guest.peers)):
        return "not all networks can be pinged"
    if not all(guest.wait(lambda: peer.ping(2)) for peer in guest.peers):
        return "the guest does not answer a ping"
    return None


def send(guest, *events):
    guest.cmd("input-send-event", events=[{"type": kind, "data": data} for kind, data in events])


def inputs(guest):
    """Keys, and places for the pointer, of the tablet if there is one beside vmmouse."""
    for mouse in guest.cmd("query-mice"):
        if "Tablet" in mouse["name"]:
            guest.do("mouse_set %d" % mouse["index"])
    guest.run("listen")
    heard = []

    def all_heard(values=itertools.cycle((100, 30000))):
        value = next(values)
        if any("Tablet" in name for name in guest.setup.inputs):
            send(guest, *[("abs", {"axis": axis, "value": value}) for axis in ("x", "y")])
        if any("eyboard" in name for name in guest.setup.inputs):
            for down in (True, False):
                send(guest, ("key", {"down": down, "key": {"type": "qcode", "data": "a"}}))
        heard[:] = guest.run("heard")
        return set(guest.setup.inputs) <= set(heard)

    good = guest.wait(all_heard, LIMIT / 8)
    guest.run("deaf")
    return None if good else "nothing came from %s, only from %s" % (guest.setup.inputs, heard)


def use(guest, word):
    """Use every device; None, or what does not work."""
    why = disks(guest, word) or networks(guest) or (inputs(guest) if guest.setup.inputs else None)
    for device in guest.setup.devices:
        why = why or (device.proof(guest, word) if device.proof else None)
    return why


def progress(guest):
    """How often the loop went round, and what it found wrong."""
    said = guest.run("cat /tmp/busy /tmp/bad 2>/dev/null")
    return int(said[0]) if said else 0, said[1:]


# ---- before and after -------------------------------------------------------------------------

@dataclasses.dataclass
class Saved:
    setup: Setup
    version: str
    machine: str
    stream: str
    rounds: int    # of the busy loop
    images: dict


def save(setup, version, machine, moment=0):
    """A guest of this QEMU and machine type in use, stopped and saved: from the cache, or now. moment: another
    number is another save."""
    with open(lab.cache("linux", setup.arch, "recipe")) as f:
        key = json.dumps([setup.command(machine), version, f.read()]) + (str(moment) if moment else "")
    place = lab.cache("live", "%s-%s-%s" % (version, machine.split(",")[0],
                                            hashlib.sha256(key.encode()).hexdigest()[:16]))
    os.makedirs(os.path.dirname(place), exist_ok=True)
    with lab.lock(place + ".lock"):
        if not os.path.exists(place + ".json"):
            save_to(place, setup, version, machine)
    with open(place + ".json") as f:
        rounds = json.load(f)["rounds"]
    images = {}
    for name in setup.images():
        with open(place + "." + name, "rb") as f:
            images[name] = f.read()
    return Saved(setup, version, machine, place + ".mig", rounds, images)


def save_to(place, setup, version, machine):
    with Live(setup, version, machine) as guest:
        guest.cmd("cont")
        guest.until("ready")
        guest.run("up")
        why = use(guest, BEFORE)
        guest.run("busy &")
        if not why and not guest.wait(lambda: progress(guest)[0] >= 2):
            why = "it does not get busy"
        rounds, bad = progress(guest)
        if why or bad:
            raise lab.LabError("before it was saved: %s" % (why or bad))
        guest.cmd("stop")
        guest.save_to(place + ".mig")
        for name in setup.images():
            lab.copy(guest.path(name), place + "." + name)
        facts = lab.describe(guest)
    with open(place + ".part", "w") as f:
        json.dump({**facts, "rounds": rounds}, f, indent=1)
    os.replace(place + ".part", place + ".json")


def lives(saved, version, machine, stream, options=(), setup=None):
    """Load a stream, with -global for each of options, and another setup: None if the guest lives, or why
    not."""
    extra = ["-incoming", "defer"] + [word for option in options for word in ("-global", option)]
    with Live(setup or saved.setup, version, machine, extra, saved.images) as guest:
        why = guest.take(stream)
        if why:
            return "not loaded: " + why
        guest.cmd("cont")
        try:
            return goes_on(guest, saved.rounds)
        except lab.LabError as e:
            return "dead: %s" % e


def goes_on(guest, rounds):
    guest.run("true", LIMIT / 4)
    try:
        guest.run("sleep 0.1", LIMIT / 8)
    except lab.LabError as e:
        return "its timer does not go off: %s" % e
    why = sums_differ(guest, BEFORE)
    if why:
        return why
    if not guest.wait(lambda: progress(guest)[0] > rounds + 2 or progress(guest)[1]):
        return "the loop stands at %d" % progress(guest)[0]
    found, bad = progress(guest)
    return "in the loop: %s" % bad if bad else use(guest, AFTER)

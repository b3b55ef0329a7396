#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Save images of real libvirts, changed and restored: libvirt.t [FORMAT]...

A libvirtd of its own, of this machine or of the root of a QEMU, with its own sockets and folders, saves a
guest that ticks. qevm finds nothing wrong with the image, also against one that the same domain saves before it ever ran; gives stream and XML
another machine; and libvirt restores that: the guest goes on where it was. Of an older machine type, it is converted,
and QEMU gets the options that it needs from the XML.
"""
import contextlib, os, shlex, subprocess, sys, tempfile, time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "lab"))
import lab, rows  # noqa: E402
from tap import Tap  # noqa: E402
from tick import Tick  # noqa: E402

QEVM = os.environ.get("QEVM") or os.path.join(HERE, "../../build/qevm")
LIMIT = 90  # seconds for the guest, or for a program
FORMATS = {"raw": None, "gzip": None, "xz": None, "zstd": "10.0", "sparse": "10.0"}  # and whose libvirt
PROGRAMS = ["qemu-system-x86_64", "gzip", "xz", "zstd"]  # that libvirt runs
STEPS = 8  # of each
CONVERSIONS = {"raw": 3, "xz": 3}  # steps of that
OLDER, OLD, NEW = "pc-i440fx-2.9", "pc-i440fx-7.1", "pc-i440fx-7.2"

# What libvirt has elsewhere is in folders of ours, in a mount namespace.
FOLDERS = ["/run/libvirt", "/var/lib/libvirt", "/var/cache/libvirt", "/var/log/libvirt", "/etc/libvirt"]
QEMU_CONF = """user = "root"
group = "root"
dynamic_ownership = 0
remember_owner = 0
security_driver = "none"
cgroup_controllers = [ ]
namespaces = [ ]
stdio_handler = "file"
save_image_format = "%s"
"""
LIBVIRTD_CONF = """auth_unix_ro = "none"
auth_unix_rw = "none"
"""
DOMAIN = """<domain type='qemu'>
  <name>demo</name>
  <memory unit='MiB'>16</memory>
  <vcpu>1</vcpu>
  <os><type arch='x86_64' machine='%s'>hvm</type></os>
  <devices>
    <emulator>/usr/bin/qemu-system-x86_64</emulator>
    <disk type='file' device='floppy'>
      <driver name='qemu' type='raw'/>
      <source file='%s/tick.img'/>
      <target dev='fda'/>
      <readonly/>
    </disk>
    <serial type='file'><source path='%s/serial'/></serial>
    <memballoon model='none'/>
  </devices>
</domain>
"""


class Libvirt:
    """A libvirtd in folders of its own below dir; a context manager, which ends it and its guests.

    dir is in root, the chroot to run it in; "" for none.
    """

    def __init__(self, root, dir, save_format):
        self.dir, self.inside = dir, dir[len(root):]
        script = "set -e\n"
        if root:
            script += "".join("mount --rbind /%s %s/%s\n" % (n, root, n) for n in ("dev", "proc", "sys"))
        for folder in FOLDERS:
            os.makedirs(dir + folder, exist_ok=True)
            # Where there is none, the place for it is made, and stays empty.
            script += "mkdir -p %s%s; mount --bind %s%s %s%s\n" % (root, folder, dir, folder, root, folder)
        # The accounts that its package makes, and that it looks for even if they are not to be used.
        for file, line in (("passwd", "libvirt-qemu:x:64055:64055::/:/usr/sbin/nologin"),
                           ("group", "libvirt-qemu:x:64055:"), ("group", "kvm:x:64056:")):
            self.add_line(dir + "/" + file, root + "/etc/" + file, line)
            script += "mount --bind %s/%s %s/etc/%s\n" % (dir, file, root, file)
        with open(dir + "/etc/libvirt/qemu.conf", "w") as f:
            f.write(QEMU_CONF % save_format)
        with open(dir + "/etc/libvirt/libvirtd.conf", "w") as f:
            f.write(LIBVIRTD_CONF)
        # It asks each QEMU in its path what it can, which takes a minute for all of them.
        os.mkdir(dir + "/bin")
        for program in PROGRAMS:
            os.symlink("/usr/bin/" + program, dir + "/bin/" + program)
        script += "exec chroot '%s' /usr/bin/env PATH=%s/bin /usr/sbin/libvirtd -p %s/pid" % (
            root or "/", self.inside, self.inside)
        self.log = open(dir + "/libvirtd.log", "wb")
        self.proc = subprocess.Popen(["setpriv", "--pdeathsig", "TERM", "unshare", "--mount", "sh", "-c", script],
                                     stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        self.uri = "qemu+unix:///system?socket=%s/run/libvirt/libvirt-sock" % dir

    @staticmethod
    def add_line(path, original, line):
        """The lines of a file, with one more if there is none for that name."""
        if not os.path.exists(path):
            with open(original) as f, open(path, "w") as g:
                g.write(f.read())
        with open(path, "r+") as f:
            names = [text.split(":")[0] for text in f]
            if line.split(":")[0] not in names:
                f.write(line + "\n")

    def __enter__(self):
        end = time.monotonic() + LIMIT
        while time.monotonic() < end and self.proc.poll() is None:
            with contextlib.suppress(lab.LabError):
                self.virsh("version")
                return self
            time.sleep(0.1)
        said = self.said()
        self.__exit__()
        raise lab.LabError("libvirtd did not start: " + said)

    def __exit__(self, *_):
        with contextlib.suppress(lab.LabError, subprocess.SubprocessError):
            self.virsh("destroy", "demo")
        self.proc.terminate()
        try:
            self.proc.wait(10)
        except subprocess.TimeoutExpired:
            self.proc.kill()
            self.proc.wait(10)
        self.log.close()

    def said(self):
        with open(self.dir + "/libvirtd.log", errors="replace") as f:
            return f.read()

    def virsh(self, *args, codes=(0,)):
        return lab.run("virsh", "-q", "-c", self.uri, *args, codes=codes)

    def printed(self):
        return lab.text_of(self.dir + "/serial")

    def wait_for(self, done):
        return lab.wait_for_text(self.dir + "/serial", done, LIMIT)


def same(a, b):
    with open(a, "rb") as f, open(b, "rb") as g:
        return f.read() == g.read()


def steps(virt, form, guest):
    """(what speaks against it, what was tested), one at a time."""
    dir = virt.dir
    xml, old, new, reference = (dir + "/" + n for n in ("demo.xml", "old.save", "new.save", "reference.save"))
    there = virt.inside  # what the daemon calls dir
    with open(dir + "/tick.img", "wb") as f:
        f.write(guest.files["tick.img"])
    with open(xml, "w") as f:
        f.write(DOMAIN % (OLD, there, there))
    virt.virsh("create", xml)
    text = virt.wait_for(guest.started)
    virt.virsh("save", "demo", there + "/old.save")
    before = virt.printed()
    yield (None if guest.started(before) else "it printed %r" % before), "saved by libvirt"
    told = lab.run(QEVM, "info", old)
    wanted = "libvirt save image, version 2, %s\n" % form
    yield (None if wanted in told and "domain demo, machine %s, was running" % OLD in told else told), "info"
    lab.run(QEVM, "check", old)
    virt.virsh("create", "--paused", xml)
    virt.virsh("save", "demo", there + "/reference.save")
    lab.run(QEVM, "check", "--against", reference, old)
    yield None, "no error in it, nor against what the domain saves when it never ran"
    lab.run(QEVM, "container", "extract", "-o", dir + "/stream", old)
    lab.run(QEVM, "container", "replace", "-o", dir + "/again.save", old, dir + "/stream")
    lab.run(QEVM, "container", "extract", "-o", dir + "/stream2", dir + "/again.save")
    whole = same(dir + "/stream", dir + "/stream2")
    if form in ("raw", "sparse"):
        whole = whole and same(old, dir + "/again.save")
    yield (None if whole else "other bytes"), "taken apart and put together"
    lab.run(QEVM, "set", "-o", dir + "/bare.mig", "--bare", old, "configuration//name", '"%s"' % NEW)
    lab.run(QEVM, "set-machine", "-o", new, old, NEW)
    lab.run(QEVM, "container", "extract", "-o", dir + "/stream2", new)
    yield (None if same(dir + "/bare.mig", dir + "/stream2") else "other bytes"), "another machine"
    xml_there = virt.virsh("save-image-dumpxml", there + "/new.save")
    yield (None if "machine='%s'" % NEW in xml_there else xml_there), "libvirt reads it"
    virt.virsh("restore", there + "/new.save")
    text = virt.wait_for(guest.lives)
    yield (None if guest.lives(text) else "the guest went silent after %r" % text[-200:]), "restored"
    yield guest.wrong(before + text), "the guest lives on"
    virt.virsh("destroy", "demo")


def qemu_of(virt, xml):
    """The domain's QEMU, as libvirt would start it: but for its monitor, keys and so on."""
    words = shlex.split(virt.virsh("domxml-to-native", "qemu-argv", xml))
    while "=" in words[0]:
        del words[0]
    out = words[:1]
    for word in words[1:]:
        if word.startswith("-"):
            out.append(word)
        elif out[-1] in ("-sandbox", "-msg", "-name") or "charmonitor" in word or "masterKey" in word:
            del out[-1]
        else:
            out.append(word)
    return out


def conversion(virt, form, guest):
    """The same, for a machine type that takes options."""
    dir, there = virt.dir, virt.inside
    xml, old, new = (dir + "/" + n for n in ("demo.xml", "older.save", "converted.save"))
    os.unlink(dir + "/serial")
    with open(xml, "w") as f:
        f.write(DOMAIN % (OLDER, there, there))
    virt.virsh("create", xml)
    virt.wait_for(guest.started)
    virt.virsh("save", "demo", there + "/older.save")
    before = virt.printed()
    yield (None if guest.started(before) else "it printed %r" % before), "a %s saved by libvirt" % OLDER
    with open(xml, "w") as f:
        f.write(DOMAIN % (NEW, there, there))
    lab.run(QEVM, "convert", "-o", new, old, "--", *qemu_of(virt, xml))
    told = virt.virsh("save-image-dumpxml", there + "/converted.save")
    right = "machine='%s'" % NEW in told and "<qemu:arg value='-global'/>" in told
    yield (None if right else told), "converted: the XML has the machine and options"
    virt.virsh("restore", there + "/converted.save")
    text = before + virt.wait_for(guest.lives)
    why = None if guest.lives(text) else "silent after %r" % text[-200:]
    yield guest.wrong(text) or why, "restored, and lives on"
    virt.virsh("destroy", "demo")


def count(form):
    return STEPS + CONVERSIONS.get(form, 0)


def image(form, guest):
    """The steps of a format."""
    root = FORMATS[form] and lab.root_of(FORMATS[form]) or ""
    with tempfile.TemporaryDirectory(prefix="qevm-libvirt-", dir=root + "/tmp") as dir, \
            Libvirt(root, dir, form) as virt:
        yield from steps(virt, form, guest)
        if form in CONVERSIONS:
            yield from conversion(virt, form, guest)


def main(names):
    lab.tidy()
    names = names or list(FORMATS)
    tap = Tap(sum(map(count, names)))
    guest = Tick()
    for form in names:
        rows.steps(tap, form, count(form), image(form, guest))
    return 1 if tap.failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

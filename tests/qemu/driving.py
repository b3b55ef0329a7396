# SPDX-License-Identifier: GPL-2.0-or-later
"""For the tests of what starts QEMUs itself: folders as QEMU sees them, and nothing left behind."""
import contextlib, hashlib, importlib.machinery, importlib.util, json, os, shutil, subprocess, sys
import tempfile, time, uuid

HERE = os.path.dirname(os.path.abspath(__file__))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(HERE, "..", "lab"))
sys.path.insert(0, os.path.join(HERE, "..", "schemas"))
import lab  # noqa: E402

QEVM = os.environ.get("QEVM") or os.path.join(HERE, "../../build/qevm")
VERSIONS = ["5.2", "7.2", "10.0", "11.1"]
LIMIT = 120  # seconds for one qevm

_loader = importlib.machinery.SourceFileLoader("loads", os.path.join(HERE, "loads.t"))
loads = importlib.util.module_from_spec(importlib.util.spec_from_loader("loads", _loader))
_loader.exec_module(loads)

MARK = "QEVM_TEST_MARK"
mark = uuid.uuid4().hex  # in the environment of all that we start


# ---- results ----------------------------------------------------------------------------------

count = failed = 0


def ok(good, what, *said):
    global count, failed
    count += 1
    failed += not good
    print("%s %d - %s" % ("ok" if good else "not ok", count, what), flush=True)
    for text in said if not good else ():
        for line in str(text).splitlines():
            print("# " + line)
    return good


def finish():
    print("1..%d" % count)
    sys.exit(1 if failed else 0)


# ---- what is left -----------------------------------------------------------------------------

def processes():
    """All that were started by us and still live: (pid, command line)."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError):
            with open("/proc/%s/environ" % pid, "rb") as f:
                ours = ("%s=%s" % (MARK, mark)).encode() in f.read()
            if ours and int(pid) != os.getpid():
                with open("/proc/%s/cmdline" % pid, "rb") as f:
                    found.append((int(pid), f.read().replace(b"\0", b" ").decode(errors="replace")))
    return found


def gone(limit=5):
    """Is nothing of ours alive, or not for long?"""
    end = time.monotonic() + limit
    while processes() and time.monotonic() < end:
        time.sleep(0.02)
    return not processes()


class Place:
    """A folder in the file system that a QEMU sees. Its TMPDIR is a folder in it, where it sees that."""

    def __init__(self, version):
        self.version, self.root = version, lab.root_of(version)
        self.path = tempfile.mkdtemp(prefix="qevm-", dir=self.root and os.path.join(self.root, "tmp"))
        self.inside = self.path[len(self.root.rstrip("/")):] if self.root else self.path
        self.temporary = self.file("tmp")
        os.mkdir(self.temporary)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.path)

    def file(self, name):
        return os.path.join(self.path, name)

    def fill(self, argv):
        """With {dir} as QEMU sees it."""
        return [word.replace("{dir}", self.inside) for word in lab.words(argv)]

    def qemu(self, argv):
        return lab.enter(self.root, self.fill(argv))

    def tool(self, argv):
        subprocess.run(self.qemu(argv), check=True, stdout=subprocess.DEVNULL, timeout=LIMIT)

    def write(self, name, data):
        with open(self.file(name), "wb") as f:
            f.write(data)

    def digests(self):
        """Every file in it but those of ours, with its bytes and mode."""
        found = {}
        for folder, _, names in os.walk(self.path):
            for name in names:
                path = os.path.join(folder, name)
                with open(path, "rb") as f:
                    found[os.path.relpath(path, self.path)] = (hashlib.sha256(f.read()).hexdigest(),
                                                               os.stat(path).st_mode)
        return found

    def images(self):
        """Temporary images of QEMUs, which unlink theirs at once."""
        return {name for name in os.listdir((self.root or "") + "/var/tmp") if name.startswith("vl.")}

    def strays(self):
        """Temporary files of QEMU or of ours. Other QEMUs may be starting just now."""
        images = self.images()
        if images:
            time.sleep(1)
        return os.listdir(self.temporary) + sorted(images & self.images())

    def environment(self):
        return {**os.environ, MARK: mark, "TMPDIR": self.temporary}

    def start(self, *args, **more):
        return subprocess.Popen([QEVM, *args], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, env=self.environment(), text=True,
                                errors="replace", **more)

    def run(self, *args):
        """One qevm: (exit code, stdout, stderr)."""
        with self.start(*args) as p:
            try:
                out, err = p.communicate(timeout=LIMIT)
            except subprocess.TimeoutExpired:
                p.kill()
                out, err = p.communicate()
                err += "more than %d s\n" % LIMIT
        return p.returncode, out, err

    def try_it(self, stream, argv, *more):
        """qevm try --json: (exit code, the object, stderr)."""
        code, out, err = self.run("try", "--json", *more, stream, "--", *self.qemu(argv))
        return code, json.loads(out) if out else {}, err

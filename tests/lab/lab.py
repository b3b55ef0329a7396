# SPDX-License-Identifier: GPL-2.0-or-later
"""Save and load migration streams with real QEMUs, of this machine or of another Debian release.

    import lab
    lab.tidy()                                    # end our QEMUs on SIGTERM too
    root = lab.root_of("10.0")                    # None: the machine's own QEMU
    lab.save("out.mig", "qemu-system-x86_64 -M pc -m 16", root, secs=1)
    result = lab.load("out.mig", "qemu-system-x86_64 -M pc -m 16", root, run=1)
    assert result.ok, result.messages

A command line is a string (split as a shell would) or a list. `{dir}` in it, in a URI or in a command
is a private temporary directory as QEMU sees it, `{file}` the stream. Everything has a time limit, and
no process, mount or directory outlives its `with Qemu(...)`.
"""
import atexit, contextlib, dataclasses, fcntl, functools, json, os, re, shlex, shutil, signal, socket
import subprocess, sys, tempfile, threading, time

import guest, vhost

TO_FILE = "exec:cat >{file}.part && mv {file}.part {file}"
FROM_FILE = "exec:cat {file}"
LIMIT = 120  # seconds: a migration, or the answer to one command


class LabError(Exception):
    """QEMU did not do what was asked; the text holds its own words."""


# ---- where things are -------------------------------------------------------------------------

def cache(*path):
    """A path below the cache directory: $QEVM_CACHE, $XDG_CACHE_HOME/qevm or ~/.cache/qevm."""
    home = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return os.path.join(os.path.abspath(os.environ.get("QEVM_CACHE") or home + "/qevm"), *path)


@functools.lru_cache
def host_version():
    """The machine's own QEMU as "7.2", or None without one."""
    try:
        text = subprocess.run(["qemu-system-x86_64", "--version"], stdout=subprocess.PIPE, text=True,
                              timeout=LIMIT).stdout
    except OSError:
        return None
    return re.search(r"version (\d+\.\d+)", text).group(1)


def root_of(version):
    """The chroot that has this QEMU; None when it is the machine's own."""
    if version == host_version():
        return None
    root = cache("roots", "qemu-" + version)
    if not os.path.isdir(root):
        raise LabError("no QEMU %s here: tests/lab/roots %s makes it" % (version, version))
    return root


def enter(root, argv):
    """argv, run inside root. /proc is mounted in a namespace of its own: no mount is left behind."""
    if not root:
        return list(argv)
    return ["unshare", "--mount", "sh", "-c", 'mount --bind /proc "$0/proc" && exec chroot "$0" "$@"',
            root, *argv]


def words(argv):
    return shlex.split(argv) if isinstance(argv, str) else list(argv)


def run(*argv, codes=(0,), limit=LIMIT):
    """Run a program: what it printed; LabError if it fails."""
    done = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, errors="replace", timeout=limit)
    if done.returncode not in codes:
        raise LabError("%s\nexit code %d of: %s" % (done.stdout, done.returncode, " ".join(argv)))
    return done.stdout


def text_of(path):
    """What is in a file so far, which may not be there yet."""
    try:
        with open(path, errors="replace") as f:
            return f.read()
    except FileNotFoundError:
        return ""


def wait_for_text(path, done, limit, alive=lambda: True):
    """The same, once that is enough, nobody is alive to write more, or the time is up."""
    end = time.monotonic() + limit
    while not done(text_of(path)) and time.monotonic() < end and alive():
        time.sleep(0.02)
    return text_of(path)


@contextlib.contextmanager
def lock(path):
    """One worker at a time. Children inherit the lock: it is held while any of a killed worker lives."""
    with open(path, "w") as f:
        os.set_inheritable(f.fileno(), True)
        try:
            fcntl.flock(f, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("waiting for who holds " + path, file=sys.stderr, flush=True)
            fcntl.flock(f, fcntl.LOCK_EX)
        yield


def copy(source, target):
    """Copy a file, holes and all (a mapped-ram stream is mostly holes)."""
    subprocess.run(["cp", "--sparse=always", "--", source, target], check=True)


# ---- nothing is left behind -------------------------------------------------------------------

live = set()  # Qemu objects not yet ended
closing = threading.Event()


@atexit.register
def end_all():
    closing.set()
    for q in list(live):
        q.end()


def tidy():
    """Let SIGTERM and SIGHUP unwind like Ctrl-C does."""
    def leave(number, _):
        end_all()
        raise SystemExit(128 + number)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, leave)


# ---- one QEMU ---------------------------------------------------------------------------------

class Qemu:
    """One paused QEMU and its monitor; a context manager.

    files: {name: guest program, or bytes}, boot images put into {dir}; prepare: commands run before, such as
    qemu-img; backends: sockets in {dir} of vhost-user devices, see vhost.py; serial: its first serial port
    goes to a file, else it has none; sockets: names of socket pairs, our ends of which are in .sockets,
    and QEMU's are the descriptors {fd:NAME}.
    """

    def __init__(self, argv, root=None, extra=(), serial=False, files=None, prepare=(), backends=(),
                 limit=LIMIT, sockets=()):
        self.root, self.limit, self.proc, self.qmp = root, limit, None, None
        pairs = {name: socket.socketpair() for name in sockets}
        self.sockets = {name: pair[0] for name, pair in pairs.items()}
        self.inherited = {name: pair[1] for name, pair in pairs.items()}
        self.dir = tempfile.mkdtemp(prefix="qevm-", dir=root and os.path.join(root, "tmp"))
        live.add(self)
        try:
            for name, program in (files or {}).items():
                with open(self.path(name), "wb") as f:
                    f.write(program if isinstance(program, bytes) else guest.image(program))
            for name in backends:
                vhost.start(self.path(name))
            for command in prepare:
                self.prepare(command)
            self.start([*words(argv), "-display", "none", "-monitor", "none", "-serial",
                        "file:{dir}/serial" if serial else "none", "-S", *extra])
        except BaseException:
            self.end()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()

    def path(self, name):
        """A file of {dir}, for us."""
        return os.path.join(self.dir, name)

    def fill(self, text, file="stream"):
        """text with {dir} and {file} as QEMU sees them."""
        inside = self.dir[len(self.root.rstrip("/")):] if self.root else self.dir
        return text.replace("{dir}", inside).replace("{file}", inside + "/" + file)

    def prepare(self, command):
        argv = [self.fill(a) for a in words(command)]
        done = subprocess.run(enter(self.root, argv), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, errors="replace", timeout=self.limit)
        if done.returncode:
            raise LabError("%s: %s" % (" ".join(argv), done.stdout.strip()))

    def start(self, argv):
        """The monitor is one end of a socket pair: no path to clash, and QEMU's end is our EOF."""
        if closing.is_set():
            raise LabError("interrupted")
        ours, theirs = socket.socketpair()
        self.argv = [self.fill(a) for a in argv] + [
            "-chardev", "socket,id=lab,fd=%d" % theirs.fileno(), "-qmp", "chardev:lab"]
        for name, end in self.inherited.items():
            self.argv = [a.replace("{fd:%s}" % name, str(end.fileno())) for a in self.argv]
        with open(self.path("stderr"), "wb") as err, theirs:
            self.proc = subprocess.Popen(
                ["setpriv", "--pdeathsig", "TERM", *enter(self.root, self.argv)], stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL, stderr=err,
                pass_fds=[s.fileno() for s in (theirs, *self.inherited.values())],
                env={**os.environ, "LC_ALL": "C"})
        for end in self.inherited.values():
            end.close()
        ours.settimeout(self.limit)
        self.qmp = ours.makefile("rwb")
        ours.close()  # the file object keeps it open
        try:
            if not self.qmp.readline():
                raise OSError
            self.cmd("qmp_capabilities")
        except (OSError, LabError):
            self.wait_exit(3)
            raise LabError("QEMU did not start: " + self.messages()) from None

    def cmd(self, name, /, **arguments):
        """One QMP command: what it returns, or LabError with QEMU's description."""
        try:
            self.qmp.write(json.dumps({"execute": name, "arguments": arguments}).encode() + b"\n")
            self.qmp.flush()
            for line in self.qmp:
                answer = json.loads(line)
                if "error" in answer:
                    raise LabError("%s: %s" % (name, answer["error"]["desc"]))
                if "return" in answer:
                    return answer["return"]
        except TimeoutError:
            raise LabError("%s: no answer in %d s" % (name, self.limit)) from None
        except (OSError, ValueError):
            pass
        raise LabError("%s: QEMU ended (%s)" % (name, self.wait_exit(3)))

    def do(self, command):
        """An item of `before`: a QMP command [name, {arguments}], or an HMP line."""
        if isinstance(command, str):
            text = self.cmd("human-monitor-command", **{"command-line": self.fill(command)})
            if "Error" in text or "failed" in text:
                raise LabError("%s: %s" % (command, text.strip()))
            return text
        return self.cmd(command[0], **json.loads(self.fill(json.dumps(command[1]))))

    def set_caps(self, caps, params=None):
        if caps:
            self.cmd("migrate-set-capabilities",
                     capabilities=[{"capability": c, "state": True} for c in caps])
        if params:
            self.cmd("migrate-set-parameters", **params)

    def run_for(self, secs):
        if secs:
            self.cmd("cont")
            time.sleep(secs)

    def migration(self, until, limit=None):
        """Poll query-migrate until until(answer) is true; return that answer."""
        end = time.monotonic() + (limit or self.limit)
        while time.monotonic() < end:
            answer = self.cmd("query-migrate")
            if until(answer):
                return answer
            time.sleep(0.05)
        raise LabError("migration still %s after %d s" % (answer.get("status"), limit or self.limit))

    def migrated(self, limit=None):
        """Wait for the migration's end; LabError unless it completed."""
        last = self.migration(lambda a: a.get("status") in ("completed", "failed", "cancelled"), limit)
        if last["status"] != "completed":
            raise LabError("migration %s %s" % (last["status"], last.get("error-desc", "")))

    def save_to(self, out, uri=TO_FILE):
        """Save the stopped guest into a file."""
        self.cmd("migrate", uri=self.fill(uri))
        self.migrated()
        await_file(self.path("stream"))
        copy(self.path("stream"), out)

    def take(self, stream, uri=FROM_FILE):
        """Load a stream into a QEMU with -incoming defer: None, or all that is said about why not."""
        copy(stream, self.path("stream"))
        try:
            self.cmd("migrate-incoming", uri=self.fill(uri))
            self.migrated()
        except LabError as e:
            self.wait_exit(3)
            return "%s\n%s" % (e, self.messages())
        return None

    def messages(self):
        with open(self.path("stderr"), errors="replace") as f:
            return f.read().strip()

    def printed(self):
        """What the guest wrote to its serial port."""
        return text_of(self.path("serial"))

    def wait_for(self, done, limit):
        """The same, once that is enough, QEMU is gone or the time is up."""
        return wait_for_text(self.path("serial"), done, limit, lambda: self.proc.poll() is None)

    def wait_exit(self, limit):
        try:
            return self.proc.wait(limit)
        except subprocess.TimeoutExpired:
            return None

    def end(self):
        """Terminate this process, and only it; remove {dir}."""
        if self.proc and self.proc.poll() is None:
            self.proc.terminate()
            if self.wait_exit(5) is None:
                self.proc.kill()
                self.wait_exit(5)
        if self.qmp:
            with contextlib.suppress(OSError):
                self.qmp.close()
        for end in (*self.sockets.values(), *self.inherited.values()):
            end.close()
        shutil.rmtree(self.dir, ignore_errors=True)
        live.discard(self)


# ---- streams ----------------------------------------------------------------------------------

def await_file(path, limit=20):
    end = time.monotonic() + limit
    while not os.path.exists(path):
        if time.monotonic() > end:
            raise LabError("no stream was written")
        time.sleep(0.02)


def throttle(q):
    """Slow enough that a guest which keeps writing is never done: a round takes several turns of 0.1 s."""
    q.cmd("migrate-set-parameters", **{"max-bandwidth": 1 << 20, "downtime-limit": 1})


def rounds(q, count):
    """Wait until RAM was scanned that often."""
    q.migration(lambda a: a.get("status") in ("completed", "failed")
                or a.get("ram", {}).get("dirty-sync-count", 0) >= count)


def let_finish(q):
    q.cmd("migrate-set-parameters", **{"max-bandwidth": 1 << 30, "downtime-limit": 5000})
    q.migrated()


def save(out, argv, root=None, secs=0, caps=(), uri=TO_FILE, before=(), params=None, how="stopped",
         serial=False, files=None, prepare=(), backends=(), after=None):
    """Run a guest for secs (0: never started), do `before`, write its stream to out.

    how: "stopped" stops it and migrates; "live" migrates while it runs, over several rounds;
    "background" while it runs, at full speed; "xen" is xen-save-devices-state. after(q) is called when
    all is written and QEMU still there. Returns the facts: QEMU's version and exact command line.
    """
    with Qemu(argv, root, serial=serial, files=files, prepare=prepare, backends=backends) as q:
        facts = describe(q)
        try:
            q.run_for(secs)
            for command in before:
                q.do(command)
            if how not in ("live", "background"):
                q.cmd("stop")
            q.set_caps(caps, params)
            if how == "xen":
                q.cmd("xen-save-devices-state", filename=q.fill("{file}"))
            elif how == "live":
                throttle(q)
                q.cmd("migrate", uri=q.fill(uri))
                rounds(q, 5)
                let_finish(q)
            else:
                q.cmd("migrate", uri=q.fill(uri))
                q.migrated()
            await_file(q.path("stream"))
            if after:
                after(q)
        except LabError as e:
            raise LabError("%s %s" % (e, q.messages())) from None
        copy(q.path("stream"), out)
        return facts


def describe(q):
    version = q.cmd("query-version")
    return {"qemu": "%(major)d.%(minor)d.%(micro)d" % version["qemu"], "package": version["package"],
            "command": q.argv}


@dataclasses.dataclass
class Result:
    ok: bool             # it loaded, and if run: the guest still runs
    messages: str        # what QEMU wrote to stderr, and why the monitor says it failed
    state: str = ""      # run state at the end; "" if QEMU is gone
    serial: str = None   # what the guest printed, if it has a serial port


def load(file, argv, root=None, caps=(), uri=FROM_FILE, run=0, serial=False, params=None, files=None,
         prepare=()):
    """Load a stream into a fresh QEMU, then run the guest for `run` seconds. A refusal is no exception."""
    with Qemu(argv, root, ["-incoming", "defer"], serial, files, prepare) as q:
        q.set_caps(caps, params)
        copy(file, q.path("stream"))
        try:
            q.cmd("migrate-incoming", uri=q.fill(uri))
            q.migrated()
            q.run_for(run)
            state = q.cmd("query-status")["status"]
            why = "" if not run or state == "running" else "the guest is %s, not running" % state
        except LabError as e:
            state, why = "", str(e)
            q.wait_exit(3)
        said = q.printed() if serial else None
        return Result(not why, "\n".join(x for x in (q.messages(), why) if x), state, said)

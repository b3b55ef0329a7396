#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""An output file is whole or absent, inputs are never touched: full disks, signals, odd files."""
import os, random, resource, signal, stat, subprocess, sys, time

sys.dont_write_bytecode = True
from faults import *

LARGE = 64 << 20
TRIALS = 25


def said(done):
    return done.stdout.decode(errors="replace") + done.stderr.decode(errors="replace")


def refused(what, done, folder, codes=(4,), strays=()):
    """No output, the old one intact, one line that says why."""
    ok(done.returncode in codes and folder.has_old_output() and folder.strays() == list(strays) and
       done.stderr.startswith(b"qevm: ") and done.stderr.count(b"\n") == 1,
       "%s: exit code %d, the old output stays" % (what, done.returncode), said(done), folder.strays())


# ---- full disks ----

def full_disk():
    """A file system of 256 KiB, in a mount namespace of its own."""
    with Folder() as folder:
        script = """
            mount -t tmpfs -o size=256k none "$1" || exit 99
            cp "$2" "$1/rules.json"; printf '%s' "$4" >"$1/out.mig"
            "$3" rewrite -r "$1/rules.json" "$5" -o "$1/out.mig" --journal "$1/journal"
            echo "code $?"; ls -A "$1"; cat "$1/out.mig" """
        small = folder.file("small")
        os.mkdir(small)
        done = run(["unshare", "-m" if os.getuid() == 0 else "-rm", "sh", "-c", script, "sh", small, folder.rules,
                    QEVM, OLD.decode(), folder.input])
        lines = done.stdout.decode().split("\n")
        ok(lines == ["code 4", "out.mig", "rules.json", OLD.decode()], "a full disk: the old output stays", said(done))
        ok(b"No space left on device" in done.stderr, "a full disk: it is said", said(done))


def limits():
    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (100000, 100000))

    with Folder() as folder:
        folder.old_output()
        refused("ulimit -f", run(folder.command(), preexec_fn=limit), folder)
    with Folder() as folder:
        folder.old_output()
        done = run(folder.command(out="/dev/full"))
        refused("/dev/full", done, folder)
        done = run("%s rewrite -r %s %s -o - >/dev/full" % (QEVM, folder.rules, folder.input), shell=True)
        refused("standard output on a full disk", done, folder)
        for command in ("info", "show", "check"):
            done = run("%s %s %s >/dev/full" % (QEVM, command, folder.input), shell=True)
            ok(done.returncode == 4 and b"No space left" in done.stderr, command + ": standard output on a full disk",
               done.returncode, said(done))
        done = run(folder.command("--journal", "/dev/full"))
        refused("the journal on a full disk", done, folder)


# ---- signals ----

def large_folder():
    path = os.path.join(BUILD, "tests/faults/large.mig")
    if not os.path.exists(path):
        small = path + ".small"
        subprocess.run([QEVM, "strip", "--no-sync", SMALL, "-o", small], check=True)
        subprocess.run([os.path.join(HERE, "../bench/make-stream"), small, path, str(LARGE)], check=True)
    # Beside the build: /tmp may be memory.
    return Folder(path, os.path.join(BUILD, "tests/faults"))


def duration(folder):
    start = time.monotonic()
    done = run(folder.command())
    if done.returncode:
        raise SystemExit("cannot rewrite: %s" % said(done))
    return time.monotonic() - start


def kill(folder, number, delay):
    # Whoever started us in the background may have it ignored.
    process = subprocess.Popen(folder.command(), stderr=subprocess.PIPE,
                               preexec_fn=lambda: number != signal.SIGKILL and signal.signal(number, signal.SIG_DFL))
    time.sleep(delay)
    process.send_signal(number)
    process.communicate(timeout=60)
    return process.returncode


def signals(folder, wanted, length):
    """Random moments; each must leave the old output or the complete new one."""
    for number in (signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        trials = TRIALS if number == signal.SIGKILL else 8
        bad, killed, strays = [], 0, 0
        for _ in range(trials):
            folder.old_output()
            status = kill(folder, number, random.uniform(0, length))
            killed += status == -number
            if not folder.has_old_output() and digest(folder.out) != wanted:
                bad.append("another output")
            if status not in (0, -number):
                bad.append("status %d" % status)
            for name in folder.strays():
                strays += 1
                os.unlink(folder.file(name))
            if strays and number != signal.SIGKILL:
                bad.append("something was left behind")
        ok(not bad and killed, "%s at random: %d of %d killed, %d temporary files left" %
           (number.name, killed, trials, strays), *bad)


def ignored(folder, wanted):
    """As nohup(1) wants it."""
    process = subprocess.Popen(folder.command(), preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
    time.sleep(0.02)
    process.send_signal(signal.SIGHUP)
    ok(process.wait(60) == 0 and digest(folder.out) == wanted, "an ignored SIGHUP stays ignored")


def all_signals():
    random.seed(1)
    with large_folder() as folder:
        length = min(duration(folder), duration(folder))
        wanted = digest(folder.out)
        signals(folder, wanted, length)
        ignored(folder, wanted)


# ---- pipes ----

def pipes():
    with Folder() as folder:
        folder.old_output()
        for what, command in (("rewrite", "%s rewrite -r %s %s -o -" % (QEVM, folder.rules, folder.input)),
                              ("show", "%s show --all %s" % (QEVM, folder.input))):
            done = run(["bash", "-c", command + " | head -c 10 >/dev/null; exit ${PIPESTATUS[0]}"])
            ok(done.returncode == 128 + signal.SIGPIPE and not done.stderr and not folder.strays(),
               what + ": a reader that goes away ends it by SIGPIPE", done.returncode, said(done))
            done = run(["bash", "-c", "trap '' PIPE; %s | head -c 10 >/dev/null; exit ${PIPESTATUS[0]}" % command])
            ok(done.returncode == 4 and not folder.strays(), what + ": with SIGPIPE ignored, exit code 4",
               done.returncode, said(done))
        closed = run(["bash", "-c", "%s info %s >&-" % (QEVM, folder.input)])
        ok(closed.returncode == 4, "a closed standard output", closed.returncode, said(closed))
        cut = run(["bash", "-c", "head -c 100000 %s | %s rewrite -r %s - -o %s" %
                   (folder.input, QEVM, folder.rules, folder.out)])
        refused("a pipe that ends too soon", cut, folder, codes=(3,))


# ---- odd files ----

def odd_inputs():
    with Folder() as folder:
        folder.old_output()
        for what, path in (("a directory", folder.path), ("no file", folder.file("none")), ("/dev/null", "/dev/null"),
                           ("what cannot be read (EIO)", "/proc/self/mem")):
            done = run([QEVM, "rewrite", "-r", folder.rules, path, "-o", folder.out])
            refused("from " + what, done, folder, codes=(3, 4))
        for path in (folder.path, folder.file("none")):
            done = run([QEVM, "rewrite", "-r", path, folder.input, "-o", folder.out])
            refused("rules from " + os.path.basename(path), done, folder, codes=(3, 4))
    if os.getuid() == 0:
        as_nobody()
    else:
        without_permission([])


def as_nobody():
    without_permission(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"])


def without_permission(prefix):
    with Folder() as folder:
        os.chmod(folder.path, 0o777)
        folder.old_output()
        os.chmod(folder.input, 0)
        done = run(prefix + folder.command())
        refused("an unreadable file", done, folder, codes=(3, 4))
        os.chmod(folder.input, 0o644)
        os.chmod(folder.path, 0o555)
        done = run(prefix + folder.command())
        refused("a folder that cannot be written", done, folder)
        os.chmod(folder.path, 0o777)


def odd_outputs():
    with Folder() as folder:
        folder.old_output()
        done = run(folder.command(out=folder.path))
        refused("to a directory", done, folder)
        done = run(folder.command(out=folder.file("none/out.mig")))
        refused("to a folder that is not there", done, folder)
        for what, make in (("the input", None), ("a symbolic link to the input", os.symlink),
                           ("a hard link to the input", os.link)):
            out = folder.input
            if make:
                out = folder.file("journal")
                make(folder.input, out)
            done = run(folder.command(out=out))
            refused("to " + what, done, folder, codes=(2,))
            if make:
                os.unlink(out)
        done = run(folder.command(out=folder.rules))
        refused("to the rules", done, folder, codes=(2,))
        done = run(folder.command("--journal", folder.input))
        refused("the journal to the input", done, folder, codes=(2,))
        for journal in (folder.out, folder.file("./out.mig")):
            done = run(folder.command("--journal", journal))
            refused("the journal to the output", done, folder, codes=(2,))
        os.unlink(folder.out)
        done = run(folder.command("--journal", "out.mig"), cwd=folder.path)
        ok(done.returncode == 2 and not os.path.exists(folder.out), "the journal to a new output", said(done))
        done = run(folder.command("--journal", "-", out="-"))
        ok(done.returncode == 2 and not done.stdout, "the journal and the output to standard output", said(done))
        folder.old_output()
        q = (QEVM, folder.rules, folder.input)
        done = run("%s rewrite -r %s - <%s -o %s" % (q + (folder.input,)), shell=True)
        refused("to standard input's file", done, folder, codes=(2,))
        done = run("%s rewrite -r %s %s -o - >>%s" % (q + (folder.input,)), shell=True)
        refused("to standard output that is the input", done, folder, codes=(2,))
    with Folder() as folder:
        target = folder.file("failed")
        with open(target, "wb") as f:
            f.write(OLD)
        os.symlink("failed", folder.out)
        wanted = run(folder.command(out="-")).stdout
        done = run(folder.command())
        ok(done.returncode == 0 and os.path.islink(folder.out) and open(target, "rb").read() == wanted,
           "through a symbolic link, which stays", said(done))
        ok(stat.S_IMODE(os.stat(target).st_mode) == 0o600, "the output has mode 0600: it holds guest memory")


full_disk()
limits()
pipes()
odd_inputs()
odd_outputs()
all_signals()
finish()

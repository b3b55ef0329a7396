#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Whatever ends qevm, or its QEMU: no process, no temporary file and no output is left, or all of it is."""
import os, random, signal, sys, threading

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from driving import *  # noqa: E402, F403

ARGV = ("qemu-system-x86_64 -M pc -m 512 -nodefaults -device virtio-rng-pci "
        "-drive if=virtio,format=raw,file={dir}/disk.raw")
OUTPUTS = ["ref", "ref.target.json"]
TRIALS = 8


def outputs(place):
    return [name for name in OUTPUTS if os.path.exists(place.file(name))]


def clean(place):
    """What is wrong with what is left."""
    wrong = []
    if not gone():
        wrong.append("processes: %s" % processes())
        for pid, _ in processes():
            os.kill(pid, signal.SIGKILL)
    wrong += place.strays()
    wrong += [name for name in os.listdir(place.path) if name not in OUTPUTS + ["disk.raw", "tmp", "stream"]]
    if outputs(place) not in ([], OUTPUTS):
        wrong.append("outputs: %s" % outputs(place))
    return wrong


def capture(place, argv=ARGV, *more, **kwargs):
    return place.start("capture", "-o", place.file("ref"), "--no-sync", *more, "--", *place.qemu(argv),
                       preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL), **kwargs)


# ---- signals ----------------------------------------------------------------------------------

def check_signals(version, numbers):
    with Place(version) as place:
        place.write("disk.raw", bytes(1 << 20))
        start = time.monotonic()
        with capture(place) as p:
            p.communicate(timeout=LIMIT)
        length = time.monotonic() - start
        ok(p.returncode == 0 and not clean(place) and outputs(place) == OUTPUTS, "%s: captured" % version)
        for number in numbers:
            wrong, ended = [], 0
            for _ in range(TRIALS):
                for name in outputs(place):
                    os.unlink(place.file(name))
                with capture(place) as p:
                    time.sleep(random.uniform(0, length))
                    p.send_signal(number)
                    _, said = p.communicate(timeout=LIMIT)
                ended += p.returncode == -number
                if p.returncode not in (0, -number):
                    wrong.append("%d: %s" % (p.returncode, said))
                # Only after SIGKILL somebody else cleans up.
                if number != signal.SIGKILL and processes():
                    wrong.append("outlived by %s" % processes())
                wrong += clean(place)
            ok(not wrong and ended, "%s: %s at any moment, %d of %d ended by it" % (
                version, number.name, ended, TRIALS), *wrong)


def check_group():
    """Ctrl-C goes to all of the foreground; QEMU is not there, and qevm ends it in good order."""
    with Place("7.2") as place:
        place.write("disk.raw", bytes(1 << 20))
        with capture(place, start_new_session=True) as p:
            time.sleep(0.2)
            os.killpg(p.pid, signal.SIGINT)
            _, said = p.communicate(timeout=LIMIT)
        ok(p.returncode == -signal.SIGINT and said.endswith("qevm: stopped by SIGINT\n") and not clean(place),
           "Ctrl-C", p.returncode, said)


# ---- a QEMU that does not do its part ---------------------------------------------------------

def check_bad(what, argv, code, says, *more):
    with Place("7.2") as place:
        place.write("disk.raw", bytes(1 << 20))
        with capture(place, argv, *more) as p:
            _, said = p.communicate(timeout=LIMIT)
        ok(p.returncode == code and not [s for s in says if s not in said] and not clean(place)
           and not outputs(place), what, p.returncode, said, clean(place))


def check_killed():
    """A QEMU that dies in the middle of a load."""
    with Place("7.2") as place:
        place.write("disk.raw", bytes(1 << 20))
        with capture(place) as p:
            p.communicate(timeout=LIMIT)
        os.mkfifo(place.file("stream"))
        p = place.start("try", place.file("stream"), "--", *place.qemu(ARGV))

        def feed():
            with open(place.file("ref"), "rb") as f, open(place.file("stream"), "wb") as fifo:
                fifo.write(f.read(90000))
                fifo.flush()
                time.sleep(1)
                for pid, line in processes():
                    if line.startswith("qemu-system"):
                        os.kill(pid, signal.SIGABRT)
                time.sleep(0.5)
                with contextlib.suppress(OSError):
                    fifo.write(f.read())

        thread = threading.Thread(target=feed)
        thread.start()
        said, err = p.communicate(timeout=LIMIT)
        thread.join()
        ok(p.returncode == 1 and "crashed by QEMU" in said and "SIGABRT" in said and not clean(place),
           "QEMU crashes while it loads", p.returncode, said, err, clean(place))


def check_stuck_input():
    """A source that gives no more bytes: given up, without an end to wait for."""
    argv = "qemu-system-x86_64 -M pc -m 16 -nodefaults"
    with Place("7.2") as place:
        with capture(place, argv) as p:
            p.communicate(timeout=LIMIT)
        os.mkfifo(place.file("stream"))
        with place.start("try", "--timeout", "2", place.file("stream"), "--", *place.qemu(argv)) as p, \
                open(place.file("stream"), "wb") as fifo, open(place.file("ref"), "rb") as f:
            fifo.write(f.read(90000))
            fifo.flush()
            said, err = "", ""
            with contextlib.suppress(subprocess.TimeoutExpired):
                said, err = p.communicate(timeout=30)
            p.kill()
        ok(p.returncode == 4 and "for 2 s" in err and not clean(place), "an input that gets stuck",
           p.returncode, said, err, clean(place))


lab.tidy()
check_signals("7.2", (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL))
check_signals("11.1", (signal.SIGTERM, signal.SIGKILL))
check_group()
PLAIN = "qemu-system-x86_64 -M pc -m 16 -nodefaults "
check_bad("a device that there is not", PLAIN + "-device nosuch", 4,
          ["'nosuch' is not a valid device model name", "QEMU did not start: exit code 1"])
check_bad("a machine that cannot be saved", PLAIN + "-device piix3-usb-uhci -device usb-net", 4,
          ["State blocked by non-migratable device"])
check_bad("-daemonize", PLAIN + "-daemonize -device nosuch", 4, ["left out: -daemonize"])
check_bad("a command that hangs", "sh -c 'sleep 1000' " + PLAIN, 4, ["QEMU does not start in 1 s"],
          "--timeout", "1")
check_bad("one that ignores SIGTERM", "sh -c 'trap \"\" TERM; sleep 1000; sleep 1000' " + PLAIN, 4,
          ["QEMU does not start in 1 s"], "--timeout", "1")
check_bad("one that cuts itself loose", "sh -c 'setsid sh -c \"sleep 1000\" & setsid -f sleep 1000' " + PLAIN,
          4, ["QEMU did not start: exit code 0"])
check_bad("a QEMU that is none", "true " + PLAIN.replace("qemu-system-x86_64 ", ""), 4,
          ["QEMU did not start: exit code 0"])
check_killed()
check_stuck_input()
finish()

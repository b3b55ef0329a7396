# SPDX-License-Identifier: GPL-2.0-or-later
"""A guest that shows that it lives on: tests/qemu/guest/tick.S."""
import os, subprocess, tempfile

import guest

GUESTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../qemu/guest")


def assemble(name):
    """A boot sector from its source, by the assembler and linker that the compiler brings."""
    with tempfile.TemporaryDirectory() as tmp:
        source, middle, image = (os.path.join(GUESTS, name + ".S"), tmp + "/o", tmp + "/image")
        subprocess.run(["as", "--32", "-o", middle, source], check=True)
        subprocess.run(["ld", "-m", "elf_i386", "-Ttext", "0x7c00", "--oformat", "binary", "-o", image,
                        middle], check=True)
        with open(image, "rb") as f:
            return f.read()


def checksum():
    """What tick.S has to find in its memory: FNV-1a over the words of a congruential generator."""
    word, result = 0x5145564d, 2166136261
    for _ in range(7 << 14):
        word = (word * 1664525 + 1013904223) & 0xffffffff
        result = ((result ^ word) * 16777619) & 0xffffffff
    return result


class Tick:
    """A line on the serial port at each timer tick, with a checksum of its memory.

    What it prints after the load has to follow what it printed before the save to the letter: no
    number is left out or comes twice, not even half a line is lost, and the memory is unchanged.
    """
    before, after = 3, 50  # ticks, some 50 of them in a second

    def __init__(self, name="tick"):
        arm = name == "tick-arm"
        if arm:
            self.argv = " -device loader,file={dir}/tick,addr=0x40100000,cpu-num=0"
            self.files = {"tick": guest.assemble(guest.TICK_ARM)}
        else:
            self.argv = " -drive if=floppy,format=raw,readonly=on,file={dir}/tick.img"
            self.files = {"tick.img": assemble("tick").ljust(1440 << 10, b"\0")}
        self.line = "tick %%04x sum %08x%s" % (checksum(), "" if arm else " pit 34")

    def started(self, text):
        return text.count("\n") >= self.before

    def lives(self, text):
        return text.count("\n") >= self.after

    def wrong(self, text):
        """The first line that is not as it should be, or None."""
        for number, line in enumerate(text.split("\n")[:-1], 1):
            if line != self.line % number:
                return "%r instead of %r" % (line, self.line % number)
        return None

    def restarted(self, text):
        return self.line % 1 in text

# SPDX-License-Identifier: GPL-2.0-or-later
"""Guest programs, assembled by hand."""

# Writes one word and one byte of each 4 KiB page in 0x20000..0x8ffff, at one of 16 offsets in turn,
# forever: pages that are dirty again and again, and differ little (XBZRLE). Flipping CR0.WP flushes the
# TLB: up to 7.2 TCG else notices only the first write to a page after migration has begun.
DIRTY = """
    fa            cli
    31 ff         xor  di, di
    0f 20 c0      mov  eax, cr0         ; 3: next turn
    66 35 00 00 01 00  xor  eax, 0x10000
    0f 22 c0      mov  cr0, eax
    b8 00 20      mov  ax, 0x2000
    8e c0         mov  es, ax           ; 18: next page
    26 ff 05      inc  word [es:di]
    26 fe 85 00 08  inc  byte [es:di + 0x800]
    05 00 01      add  ax, 0x100
    3d 00 90      cmp  ax, 0x9000
    75 ee         jne  18
    83 c7 06      add  di, 6
    81 e7 1e 00   and  di, 0x1e
    eb d6         jmp  3
"""

# Prints a to z, over and over, to the first serial port, one letter at each timer interrupt: a guest
# that is seen to live on only if interrupt controller, timer and serial port all do.
TICK = """
    fb            sti
    b3 61         mov  bl, 'a'          ; 1
    f4            hlt                   ; 3
    88 d8         mov  al, bl
    ba f8 03      mov  dx, 0x3f8
    ee            out  dx, al
    fe c3         inc  bl
    80 fb 7b      cmp  bl, 'z' + 1
    75 f2         jne  3
    eb ee         jmp  1
"""

BOOT = {"dirty": DIRTY, "tick": TICK}

# An endless loop, for boards that want a kernel: the words around `loop` are what their loaders look at.
ELF = """
    7f 45 4c 46  ELF, 32 bits, big-endian
    01 02 01 00 00 00 00 00 00 00 00 00
    00 02 {machine}
    00 00 00 01
    {address}    entry
    00 00 00 34 00 00 00 00 00 00 00 00 00 34 00 20 00 01 00 00 00 00 00 00
    00 00 00 01  one segment to load
    00 00 00 54 {address} {address}
    00 00 00 08 00 00 00 08 00 00 00 05 00 00 00 04
    {loop}
"""
LOOP = {
    "m68k": ELF.format(machine="00 04", address="00 01 00 00", loop="60 fe 4e 71 00 00 00 00"),
    "ppc": ELF.format(machine="00 14", address="00 01 00 00", loop="48 00 00 00 00 00 00 00"),
    "sparc": ELF.format(machine="00 02", address="40 00 00 00", loop="10 80 00 00 01 00 00 00"),
    "cortex-m": "00 10 00 20  stack \n 09 00 00 00  reset \n fe e7 00 bf  b .; nop",
    "s390x": "00" * 0x10000 + "a7 f4 00 00  j .\n" + "00" * 0xffc,
}


def assemble(text):
    """The hex columns of a listing: each line up to the first run of two spaces."""
    lines = (line.strip().split("  ")[0] for line in text.strip().splitlines())
    return bytes.fromhex("".join(lines))


def image(program):
    """A floppy or disk image of 1440 KiB that boots a program, or a kernel that loops."""
    if program in LOOP:
        return assemble(LOOP[program])
    return (assemble(BOOT[program]).ljust(510, b"\0") + b"\x55\xaa").ljust(1440 << 10, b"\0")

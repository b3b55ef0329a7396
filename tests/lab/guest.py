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

# The same lines as tests/qemu/guest/tick.S on an ARM virt board, at each 64th of a second of the virtual
# counter: `tick 002a sum c2ee1dc5`. It fills 448 KiB from 0x40200000 on. For 0x40100000.
TICK_ARM = """
    09 84 a0 e3  mov r8, #0x09000000
    01 91 a0 e3  mov r9, #0x40000000
    02 96 89 e3  orr r9, r9, #0x200000
    07 48 89 e2  add r4, r9, #0x70000
    4d 06 05 e3  movw r0, #0x564d
    45 01 45 e3  movt r0, #0x5145
    0d 16 06 e3  movw r1, #0x660d
    19 10 40 e3  movt r1, #0x0019
    5f 23 0f e3  movw r2, #0xf35f
    6e 2c 43 e3  movt r2, #0x3c6e
    09 30 a0 e1  mov r3, r9
    90 21 20 e0  mla r0, r0, r1, r2          ; fill
    04 00 83 e4  str r0, [r3], #4
    04 00 53 e1  cmp r3, r4
    fb ff ff 1a  bne fill
    00 a0 a0 e3  mov r10, #0
    10 bf 1e ee  mrc p15, 0, r11, c14, c0, 0
    2b b3 a0 e1  lsr r11, r11, #6
    1e cf 57 ec  mrrc p15, 1, r12, r7, c14
    1e 6f 57 ec  mrrc p15, 1, r6, r7, c14    ; tick
    0c 60 56 e0  subs r6, r6, r12
    fc ff ff 4a  bmi tick
    0b c0 8c e0  add r12, r12, r11
    01 a0 8a e2  add r10, r10, #1
    c5 0d 09 e3  movw r0, #0x9dc5
    1c 01 48 e3  movt r0, #0x811c
    93 11 00 e3  movw r1, #0x0193
    00 11 40 e3  movt r1, #0x0100
    09 30 a0 e1  mov r3, r9
    04 20 93 e4  ldr r2, [r3], #4            ; sum
    02 00 20 e0  eor r0, r0, r2
    90 01 00 e0  mul r0, r0, r1
    04 00 53 e1  cmp r3, r4
    fa ff ff 1a  bne sum
    00 50 a0 e1  mov r5, r0
    64 20 8f e2  adr r2, s_tick
    0a 00 00 eb  bl text
    0a 08 a0 e1  lsl r0, r10, #16
    04 10 a0 e3  mov r1, #4
    0c 00 00 eb  bl hex
    58 20 8f e2  adr r2, s_sum
    05 00 00 eb  bl text
    05 00 a0 e1  mov r0, r5
    08 10 a0 e3  mov r1, #8
    07 00 00 eb  bl hex
    0a 30 a0 e3  mov r3, #10
    00 30 88 e5  str r3, [r8]
    e2 ff ff ea  b tick
    01 30 d2 e4  ldrb r3, [r2], #1           ; text
    00 00 53 e3  cmp r3, #0
    1e ff 2f 01  bxeq lr
    00 30 88 e5  str r3, [r8]
    fa ff ff ea  b text
    60 0e a0 e1  ror r0, r0, #28             ; hex
    0f 30 00 e2  and r3, r0, #15
    0a 00 53 e3  cmp r3, #10
    30 30 83 b2  addlt r3, r3, #48
    57 30 83 a2  addge r3, r3, #87
    00 30 88 e5  str r3, [r8]
    01 10 51 e2  subs r1, r1, #1
    f7 ff ff 1a  bne hex
    1e ff 2f e1  bx lr
    74 69 63 6b 20 00 00 00  .asciz "tick "              ; s_tick
    20 73 75 6d 20 00 00 00  .asciz " sum "              ; s_sum
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

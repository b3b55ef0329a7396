/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A boot sector that proves on each timer tick that its memory is whole.
 *
 * It fills 0x10000..0x7ffff (448 KiB) with pseudo-random words, makes the
 * timer tick 50 times a second, and at each tick prints a line on COM1:
 *
 *     tick 002a sum c2ee1dc5 pit 34
 *
 * the number of the tick, a checksum of that memory, which depends on the
 * place of each word, and the mode that the timer is in. The number lives in
 * a register and a tick that comes while a line is printed is remembered, so
 * no number is ever left out.
 *
 * Built by loads.t: as --32, ld -m elf_i386 -Ttext 0x7c00 --oformat binary.
 */
        .set    SEED, 0x5145564d
        .set    FIRST, 0x1000           /* segments */
        .set    LAST, 0x7000
        .set    WORDS, 0x4000           /* of 32 bits in one segment */
        .set    DIVISOR, 1193182 / 50
        .set    MODE, 0x34              /* both bytes, rate generator */
        .set    COM1, 0x3f8

        .code16
        .globl  _start
_start:
        cli
        cld
        xorw    %ax, %ax
        movw    %ax, %ds
        movw    %ax, %ss
        movw    $0x7c00, %sp

        /* x = x * 1664525 + 1013904223, for each word */
        movl    $SEED, %eax
        movw    $FIRST, %bx
fill:   movw    %bx, %es
        xorw    %di, %di
        movw    $WORDS, %cx
1:      imull   $1664525, %eax, %eax
        addl    $1013904223, %eax
        stosl
        loop    1b
        addw    $0x1000, %bx
        cmpw    $LAST, %bx
        jbe     fill

        /* IRQ 0 is interrupt 8, and channel 0 of the timer. */
        movw    $on_tick, 4 * 8
        movw    %ds, 4 * 8 + 2
        movb    $MODE, %al
        outb    %al, $0x43
        movb    $DIVISOR & 0xff, %al
        outb    %al, $0x40
        movb    $DIVISOR >> 8, %al
        outb    %al, $0x40

        xorl    %ebp, %ebp              /* the number of the tick */
        sti
idle:   hlt
again:  cmpw    $0, pending
        je      idle
        decw    pending
        incl    %ebp

        /* FNV-1a over words: sum = (sum ^ word) * 16777619 */
        movl    $2166136261, %edx
        movw    $FIRST, %bx
sum:    movw    %bx, %es
        xorw    %di, %di
        movw    $WORDS, %cx
1:      xorl    %es:(%di), %edx
        imull   $16777619, %edx, %edx
        addw    $4, %di
        loop    1b
        addw    $0x1000, %bx
        cmpw    $LAST, %bx
        jbe     sum

        movw    $tick, %si
        call    text
        movl    %ebp, %edi
        shll    $16, %edi
        movw    $4, %cx
        call    hex
        movw    $sums, %si
        call    text
        movl    %edx, %edi
        movw    $8, %cx
        call    hex
        movw    $pit, %si
        call    text
        movb    $0xe2, %al              /* latch the status of channel 0 */
        outb    %al, $0x43
        inb     $0x40, %al
        andb    $0x3f, %al              /* without output and null count */
        movzbl  %al, %edi
        shll    $24, %edi
        movw    $2, %cx
        call    hex
        movb    $'\n', %al
        call    put
        jmp     again

/* Prints the string at si. */
text:   lodsb
        testb   %al, %al
        jz      1f
        call    put
        jmp     text
1:      ret

/* Prints the cx highest digits of edi. */
hex:    roll    $4, %edi
        movw    %di, %ax
        andb    $15, %al
        addb    $'0', %al
        cmpb    $'9', %al
        jbe     1f
        addb    $'a' - '9' - 1, %al
1:      call    put
        loop    hex
        ret

/* Prints al, once the port can take it. */
put:    pushw   %dx
        movb    %al, %ah
        movw    $COM1 + 5, %dx
1:      inb     %dx, %al
        testb   $0x20, %al
        jz      1b
        movw    $COM1, %dx
        movb    %ah, %al
        outb    %al, %dx
        popw    %dx
        ret

on_tick:
        pushw   %ax
        incw    %cs:pending
        movb    $0x20, %al
        outb    %al, $0x20              /* end of interrupt */
        popw    %ax
        iretw

pending: .word  0
tick:   .asciz  "tick "
sums:   .asciz  " sum "
pit:    .asciz  " pit "

        .org    510
        .word   0xaa55

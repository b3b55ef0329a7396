/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A boot sector that writes to the first hard disk, over and over.
 *
 * Each turn it fills a buffer with the number of the turn, writes it to the
 * second sector through the BIOS, reads the sector back, compares, and prints
 * a line on COM1:
 *
 *     wrote 002a
 *
 * or `lost` for `wrote`, and waits for a timer tick.
 *
 * Built as tick.S is.
 */
        .set    COM1, 0x3f8
        .set    OUT, 0x8000             /* what is written */
        .set    BACK, 0x8200            /* what is read */

        .code16
        .globl  _start
_start:
        cli
        cld
        xorw    %ax, %ax
        movw    %ax, %ds
        movw    %ax, %es
        movw    %ax, %ss
        movw    $0x7c00, %sp
        sti

turn:   incw    number
        movw    $OUT, %di
        movw    $256, %cx
        movw    number, %ax
        rep stosw
        movb    $3, %ah                 /* write */
        movw    $OUT, %bx
        call    disk
        jc      lost
        movb    $2, %ah                 /* read */
        movw    $BACK, %bx
        call    disk
        jc      lost
        movw    $OUT, %si
        movw    $BACK, %di
        movw    $256, %cx
        repe cmpsw
        jne     lost
        movw    $wrote, %si
        jmp     say
lost:   movw    $lose, %si
say:    call    text
        movw    number, %dx
        movw    $4, %cx
1:      rolw    $4, %dx
        movb    %dl, %al
        andb    $15, %al
        addb    $'0', %al
        cmpb    $'9', %al
        jbe     2f
        addb    $'a' - '9' - 1, %al
2:      call    put
        loop    1b
        movb    $'\n', %al
        call    put
        hlt
        jmp     turn

/* ah: what to do, with one sector at es:bx. */
disk:   movb    $1, %al
        movw    $2, %cx                 /* cylinder 0, sector 2 */
        movw    $0x0080, %dx            /* head 0, first hard disk */
        int     $0x13
        ret

/* Prints the string at si. */
text:   lodsb
        testb   %al, %al
        jz      1f
        call    put
        jmp     text
1:      ret

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

number: .word   0
wrote:  .asciz  "wrote "
lose:   .asciz  "lost "

        .org    510
        .word   0xaa55

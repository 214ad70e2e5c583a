/*
 * The first stage: one sector, which the BIOS loads to 0x7c00. It has the BIOS load the second stage behind it and goes
 * there.
 */
#include "layout.h"

    .code16
    .text
    .globl stage1
    .type stage1, @function
stage1:
    ljmp $0, $0f /* some firmware starts us at 0x07c0:0 instead of 0:0x7c00 */
0:  xor %ax, %ax
    mov %ax, %ds
    mov %ax, %es
    mov %ax, %ss
    mov $STAGE1, %sp /* the stack grows down, away from our code */
    cld
    mov %dl, boot_drive /* the BIOS says in DL where we come from */

    mov $greeting, %si
    call print /* BREAK: stage1 */

    mov $0x41, %ah /* can it read sectors by their number? */
    mov $0x55aa, %bx
    mov boot_drive, %dl
    int $0x13
    jc no_extensions
    mov $0x42, %ah
    mov $stage2_packet, %si
    mov boot_drive, %dl
    int $0x13 /* BREAK: read-stage2 */
    jc read_error

    mov boot_drive, %dl
    jmp STAGE2 /* BREAK: to-stage2 */

no_extensions:
    mov $no_extensions_text, %si
    jmp fail
read_error:
    mov $read_error_text, %si
fail:
    call print
0:  hlt
    jmp 0b
    .size stage1, . - stage1

/* Prints the NUL-terminated string at DS:SI on the screen. */
    .type print, @function
print:
    lodsb
    test %al, %al
    jz 0f
    mov $0x0e, %ah
    mov $7, %bx
    int $0x10 /* BREAK: teletype */
    jmp print
0:  ret
    .size print, . - print

boot_drive: .byte 0
greeting: .asciz "stage 1: reading stage 2\r\n"
no_extensions_text: .asciz "this BIOS cannot read sectors by number\r\n"
read_error_text: .asciz "stage 2 cannot be read\r\n"

/* What INT 13h, AH = 42h, wants to know. */
    .balign 4
stage2_packet:
    .byte 16, 0
    .word STAGE2_SECTORS
    .word STAGE2, 0 /* offset and segment of the buffer */
    .quad STAGE2_SECTOR

    .org 510
    .byte 0x55, 0xaa

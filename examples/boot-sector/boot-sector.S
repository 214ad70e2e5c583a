/*
 * The smallest guest: one disk sector of 16-bit code, as every PC since 1981 would start it. The machine loads the
 * sector at 0x7c00 and jumps there in real mode, with the number of the boot drive in DL.
 */
#include "debug-exit.h"
#include "uart.h"

#define STACK_TOP 0x7c00 /* the stack grows down, away from our code */

    .code16
    .text
    .globl start
    .type start, @function
start:
    ljmp $0, $with_known_segment /* some firmware starts us at 0x07c0:0 instead of 0:0x7c00 */
with_known_segment:
    xor %ax, %ax
    mov %ax, %ds
    mov %ax, %es
    mov %ax, %ss
    mov $STACK_TOP, %sp
    cld

    mov %dl, boot_drive
    call serial_init
    mov $greeting, %si /* BREAK: real-mode */
    call print
    call print_boot_drive

count_down:
    mov countdown, %al
    add $'0', %al
    call put
    decb countdown /* BREAK: countdown */
    jnz count_down
    mov $lift_off, %si
    call print

    mov $EXIT_SUCCESS, %al
    out %al, $DEBUG_EXIT_PORT /* BREAK: exit */
0:  hlt /* without an exit port there is nothing left to do */
    jmp 0b
    .size start, . - start

/* COM1: 115200 baud, 8 data bits, no parity, 1 stop bit. */
    .type serial_init, @function
serial_init:
    mov $COM1 + UART_LINE_CONTROL, %dx
    mov $LINE_CONTROL_DLAB, %al
    out %al, %dx
    mov $COM1 + UART_DATA, %dx
    mov $DIVISOR_115200, %ax
    out %ax, %dx /* both divisor bytes at once: a word write reaches two neighbouring ports */
    mov $COM1 + UART_LINE_CONTROL, %dx
    mov $LINE_CONTROL_8N1, %al
    out %al, %dx
    ret
    .size serial_init, . - serial_init

/* Prints the NUL-terminated string at DS:SI. */
    .type print, @function
print:
    lodsb
    test %al, %al
    jz 0f
    call put
    jmp print
0:  ret
    .size print, . - print

/* Prints the character in AL, once the UART can take it. */
    .type put, @function
put:
    push %dx
    push %ax
    mov $COM1 + UART_LINE_STATUS, %dx
0:  in %dx, %al
    test $LINE_STATUS_THRE, %al
    jz 0b
    pop %ax
    mov $COM1 + UART_DATA, %dx
    out %al, %dx
    pop %dx
    ret
    .size put, . - put

/* Prints "drive XX" with the boot drive in hexadecimal: 80 is the first hard disk. */
    .type print_boot_drive, @function
print_boot_drive:
    mov $drive, %si
    call print
    mov boot_drive, %al
    shr $4, %al
    call print_digit
    mov boot_drive, %al
    call print_digit
    mov $line_end, %si
    jmp print
    .size print_boot_drive, . - print_boot_drive

/* Prints the low four bits of AL. */
    .type print_digit, @function
print_digit:
    and $0xf, %al
    mov $digits, %bx
    xlat /* AL = digits[AL] */
    jmp put
    .size print_digit, . - print_digit

boot_drive: .byte 0
countdown: .byte 5
greeting: .asciz "Hello from real mode\r\n"
drive: .asciz "booted from drive "
line_end: .asciz "\r\n"
lift_off: .asciz " lift-off\r\n"
digits: .ascii "0123456789abcdef"

/* The last two bytes of the sector say that it can be booted. */
    .org 510
    .byte 0x55, 0xaa

/*
 * From 1978 to 2003 in one boot sector: the processor starts in 16-bit real mode, goes on to 32-bit protected mode,
 * and ends in 64-bit long mode (SDM vol. 3, 10.9.1 and 10.8.5). Each mode says so on COM1.
 */
#include "debug-exit.h"
#include "uart.h"

#define CR0_PE (1 << 0)  /* protected mode */
#define CR0_PG (1 << 31) /* paging */
#define CR4_PAE (1 << 5) /* 8-byte page-table entries, which long mode needs */
#define IA32_EFER 0xc0000080
#define EFER_LME (1 << 8) /* long mode, once paging is on */

#define PAGE_PRESENT_WRITABLE 0x3
#define PAGE_2M 0x80 /* in a page directory: the entry maps 2 MiB itself */

/* Page tables in free low memory: one of each level maps the first 2 MiB to itself. */
#define PML4 0x1000
#define PAGE_DIRECTORY_POINTERS 0x2000
#define PAGE_DIRECTORY 0x3000
#define PAGE_TABLES_END 0x4000

#define CODE32 0x08 /* selectors: byte offsets into the GDT below */
#define DATA 0x10
#define CODE64 0x18

    .text
    .code16
    .globl start
    .type start, @function
start:
    ljmp $0, $real_mode
real_mode:
    cli
    cld
    xor %ax, %ax
    mov %ax, %ds
    mov %ax, %es
    mov %ax, %ss
    mov $0x7c00, %sp

    mov $in_real_mode, %si /* BREAK: real-mode */
    call print16

    in $0x92, %al /* A20: without it, address bit 20 reads as 0, as on an 8086 */
    or $0x02, %al /* open the gate */
    and $0xfe, %al /* bit 0 would reset the machine */
    out %al, $0x92

    lgdt gdt_register
    mov %cr0, %eax
    or $CR0_PE, %eax
    mov %eax, %cr0
    ljmp $CODE32, $protected_mode /* loads CS: from here on, instructions are decoded as 32-bit code */
    .size start, . - start

/* Prints the NUL-terminated string at DS:SI on COM1, which is left as the firmware has set it up. */
    .type print16, @function
print16:
    lodsb
    test %al, %al
    jz 1f
    mov %al, %ah
    mov $COM1 + UART_LINE_STATUS, %dx
0:  in %dx, %al
    test $LINE_STATUS_THRE, %al
    jz 0b
    mov %ah, %al
    mov $COM1 + UART_DATA, %dx
    out %al, %dx
    jmp print16
1:  ret
    .size print16, . - print16

    .code32
    .type protected_mode, @function
protected_mode:
    mov $DATA, %eax
    mov %eax, %ds
    mov %eax, %es
    mov %eax, %ss
    mov $0x7c00, %esp

    mov $in_protected_mode, %esi /* BREAK: protected-mode */
    call print

    mov $PML4, %edi
    mov $(PAGE_TABLES_END - PML4) / 4, %ecx
    xor %eax, %eax
    rep stosl
    movl $PAGE_DIRECTORY_POINTERS | PAGE_PRESENT_WRITABLE, PML4
    movl $PAGE_DIRECTORY | PAGE_PRESENT_WRITABLE, PAGE_DIRECTORY_POINTERS
    movl $0 | PAGE_2M | PAGE_PRESENT_WRITABLE, PAGE_DIRECTORY

    mov %cr4, %eax
    or $CR4_PAE, %eax
    mov %eax, %cr4
    mov $PML4, %eax
    mov %eax, %cr3
    mov $IA32_EFER, %ecx
    rdmsr
    or $EFER_LME, %eax
    wrmsr
    mov %cr0, %eax
    or $CR0_PG, %eax
    mov %eax, %cr0 /* long mode is active now, but CS still says 32-bit: compatibility mode */
    ljmp $CODE64, $long_mode /* BREAK: compatibility-mode */
    .size protected_mode, . - protected_mode

/* As print16, at ESI. Protected and long mode share it: these bytes mean the same in 32- and in 64-bit code. */
    .type print, @function
print:
    lodsb
    test %al, %al
    jz 1f
    mov %al, %ah
    mov $COM1 + UART_LINE_STATUS, %edx
0:  in %dx, %al
    test $LINE_STATUS_THRE, %al
    jz 0b
    mov %ah, %al
    mov $COM1 + UART_DATA, %edx
    out %al, %dx
    jmp print
1:  ret
    .size print, . - print

    .code64
    .type long_mode, @function
long_mode:
    mov $DATA, %eax
    mov %eax, %ds
    mov %eax, %es
    mov %eax, %ss
    mov $0x7c00, %rsp

    mov $in_long_mode, %esi /* BREAK: long-mode */
    call print

    mov $EXIT_SUCCESS, %al
    out %al, $DEBUG_EXIT_PORT /* BREAK: exit */
0:  hlt
    jmp 0b
    .size long_mode, . - long_mode

in_real_mode: .asciz "16-bit real mode\r\n"
in_protected_mode: .asciz "32-bit protected mode\r\n"
in_long_mode: .asciz "64-bit long mode\r\n"

/*
 * The descriptors (SDM vol. 3, 3.4.5), flat: base 0, limit 4 GiB. From the right: limit 15:0, base 23:0, access
 * byte (9b code, 93 data, both already "accessed"), flags and limit 19:16 (c = 32-bit, a = 64-bit), base 31:24.
 */
    .balign 8
gdt:
    .quad 0
    .quad 0x00cf9b000000ffff /* CODE32 */
    .quad 0x00cf93000000ffff /* DATA */
    .quad 0x00af9b000000ffff /* CODE64 */
gdt_register:
    .word . - gdt - 1
    .long gdt

    .org 510
    .byte 0x55, 0xaa

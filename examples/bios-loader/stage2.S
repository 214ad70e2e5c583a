/*
 * The second stage asks the BIOS for the map of memory, opens the A20 gate, has the kernel loaded, and goes from real to
 * protected to long mode (SDM vol. 3, 10.9.1 and 10.8.5). Drive number in DL.
 */
#include "layout.h"

#define CR0_PE (1 << 0)
#define CR0_PG (1 << 31)
#define CR4_PAE (1 << 5)
#define IA32_EFER 0xc0000080
#define EFER_LME (1 << 8)

#define PAGE_PRESENT_WRITABLE 0x3
#define PAGE_2M 0x80

#define CODE32 0x08 /* selectors: byte offsets into the GDT below */
#define DATA 0x10
#define CODE64 0x18

#define SMAP 0x534d4150
#define MEMORY_ENTRY_BYTES 20

    .text
    .code16
    .globl stage2
    .type stage2, @function
stage2:
    mov %dl, drive
    mov $asking, %si
    call print /* BREAK: stage2 */

    /* The map of memory: its number of entries, and from 8 bytes on the entries. */
    xor %ebx, %ebx
    mov $MEMORY_MAP + 8, %di
    movw $0, MEMORY_MAP
next_entry:
    mov $0xe820, %eax
    mov $MEMORY_ENTRY_BYTES, %ecx
    mov $SMAP, %edx
    int $0x15 /* BREAK: memory-map */
    jc 0f
    incw MEMORY_MAP
    add $MEMORY_ENTRY_BYTES, %di
    test %ebx, %ebx
    jnz next_entry

0:  mov $0x2401, %ax
    int $0x15 /* BREAK: a20 */

    mov $0x42, %ah
    mov $kernel_packet, %si
    mov drive, %dl
    int $0x13 /* BREAK: read-kernel */
    jc read_error

    cli /* the BIOS's interrupt handlers are for real mode only */
    lgdt gdt_register
    mov %cr0, %eax
    or $CR0_PE, %eax
    mov %eax, %cr0
    ljmp $CODE32, $protected_mode /* BREAK: to-protected-mode */

read_error:
    mov $read_error_text, %si
    call print
0:  hlt
    jmp 0b
    .size stage2, . - stage2

/* Prints the NUL-terminated string at DS:SI on the screen. */
    .type print, @function
print:
    lodsb
    test %al, %al
    jz 0f
    mov $0x0e, %ah
    mov $7, %bx
    int $0x10
    jmp print
0:  ret
    .size print, . - print

    .code32
    .type protected_mode, @function
protected_mode:
    mov $DATA, %eax
    mov %eax, %ds
    mov %eax, %es
    mov %eax, %ss
    mov $STAGE1, %esp

    mov $KERNEL_BUFFER, %esi /* BREAK: protected-mode */
    mov $KERNEL, %edi
    mov $KERNEL_SECTORS * 512 / 4, %ecx
    rep movsl

    mov $PAGE_TABLES, %edi
    mov $3 * 4096 / 4, %ecx
    xor %eax, %eax
    rep stosl
    movl $PAGE_TABLES + 0x1000 + PAGE_PRESENT_WRITABLE, PAGE_TABLES
    movl $PAGE_TABLES + 0x2000 + PAGE_PRESENT_WRITABLE, PAGE_TABLES + 0x1000
    movl $PAGE_2M | PAGE_PRESENT_WRITABLE, PAGE_TABLES + 0x2000

    mov %cr4, %eax
    or $CR4_PAE, %eax
    mov %eax, %cr4
    mov $PAGE_TABLES, %eax
    mov %eax, %cr3
    mov $IA32_EFER, %ecx
    rdmsr
    or $EFER_LME, %eax
    wrmsr
    mov %cr0, %eax
    or $CR0_PG, %eax
    mov %eax, %cr0
    ljmp $CODE64, $long_mode /* BREAK: to-long-mode */
    .size protected_mode, . - protected_mode

    .code64
    .type long_mode, @function
long_mode:
    mov $DATA, %eax
    mov %eax, %ds
    mov %eax, %es
    mov %eax, %ss
    mov $KERNEL_STACK, %rsp
    xor %ebp, %ebp
    mov $MEMORY_MAP, %edi
    mov $KERNEL, %eax
    jmp *%rax /* BREAK: to-kernel */
    .size long_mode, . - long_mode

drive: .byte 0
asking: .asciz "stage 2: asking for memory, reading the kernel\r\n"
read_error_text: .asciz "the kernel cannot be read\r\n"

    .balign 4
kernel_packet:
    .byte 16, 0
    .word KERNEL_SECTORS
    .word 0, KERNEL_BUFFER >> 4
    .quad KERNEL_SECTOR

    .balign 8
gdt:
    .quad 0
    .quad 0x00cf9b000000ffff /* CODE32 */
    .quad 0x00cf93000000ffff /* DATA */
    .quad 0x00af9b000000ffff /* CODE64 */
gdt_register:
    .word . - gdt - 1
    .long gdt

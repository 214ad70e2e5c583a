/*
 * From the Multiboot loader's 32-bit protected mode to 64-bit long mode (SDM vol. 3, 10.8.5): page tables, three
 * control bits, and a far jump to a 64-bit code segment.
 */
#include "multiboot.h"
#include "segments.h"

#define CR0_PG (1 << 31) /* paging */
#define CR4_PAE (1 << 5) /* 8-byte page-table entries, which long mode needs */
#define IA32_EFER 0xc0000080
#define EFER_LME (1 << 8) /* long mode, once paging is on */

#define PAGE_PRESENT_WRITABLE 0x3
#define PAGE_2M 0x80 /* in a page directory: the entry maps 2 MiB itself */
#define ENTRIES 512

#define STACK_BYTES 16384

    .section .multiboot, "a"
    .balign 4
    .long MULTIBOOT_HEADER_MAGIC
    .long MULTIBOOT_PAGE_ALIGN | MULTIBOOT_MEMORY_INFO
    .long -(MULTIBOOT_HEADER_MAGIC + (MULTIBOOT_PAGE_ALIGN | MULTIBOOT_MEMORY_INFO)) /* the three sum to 0 */

    .text
    .code32
    .globl start
    .type start, @function
start:
    mov $stack_top, %esp
    cmp $MULTIBOOT_LOADER_MAGIC, %eax
    jne halt /* whoever started us is no Multiboot loader */
    mov %ebx, %edi /* the first argument of kernel_main, kept here until then */

    /* One table of each level: every address of the first GiB maps to itself, in pages of 2 MiB. */
    movl $page_directory_pointers + PAGE_PRESENT_WRITABLE, pml4
    movl $page_directory + PAGE_PRESENT_WRITABLE, page_directory_pointers
    mov $PAGE_2M | PAGE_PRESENT_WRITABLE, %eax
    xor %ecx, %ecx
0:  mov %eax, page_directory(, %ecx, 8)
    add $0x200000, %eax
    inc %ecx
    cmp $ENTRIES, %ecx
    jne 0b

    mov %cr4, %eax /* BREAK: before-long-mode */
    or $CR4_PAE, %eax
    mov %eax, %cr4
    mov $pml4, %eax
    mov %eax, %cr3
    mov $IA32_EFER, %ecx
    rdmsr
    or $EFER_LME, %eax
    wrmsr
    mov %cr0, %eax
    or $CR0_PG, %eax
    mov %eax, %cr0 /* long mode is active now, but CS still says 32-bit: compatibility mode */

    lgdt gdt_register
    ljmp $CODE_SELECTOR, $long_mode /* loads CS: from here on, instructions are decoded as 64-bit code */
halt:
    hlt
    jmp halt
    .size start, . - start

    .code64
    .cfi_sections .debug_frame
    .type long_mode, @function
long_mode:
    .cfi_startproc
    .cfi_undefined rip /* nobody called us: a debugger's stack trace ends here */
    mov $DATA_SELECTOR, %eax
    mov %eax, %ds
    mov %eax, %es
    mov %eax, %fs
    mov %eax, %gs
    mov %eax, %ss
    mov $stack_top, %rsp
    xor %ebp, %ebp
    mov %edi, %edi /* writing the low half clears the high one, which is undefined after a mode switch */
    call kernel_main /* BREAK: long-mode */
0:  hlt
    jmp 0b
    .cfi_endproc
    .size long_mode, . - long_mode

    .section .rodata
    .balign 8
/*
 * Flat descriptors (SDM vol. 3, 3.4.5). In long mode base and limit are ignored; what counts is the access byte (9b
 * code, 93 data, both already "accessed") and a code segment's L bit, the 2 in the flags digit a = 0b1010.
 */
gdt:
    .quad 0
    .quad 0x00af9b000000ffff /* CODE_SELECTOR */
    .quad 0x00cf93000000ffff /* DATA_SELECTOR */
gdt_register:
    .word . - gdt - 1
    .quad gdt

    .bss
    .balign 4096
pml4: .skip 8 * ENTRIES
page_directory_pointers: .skip 8 * ENTRIES
page_directory: .skip 8 * ENTRIES
    .skip STACK_BYTES
stack_top:

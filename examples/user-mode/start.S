/*
 * From the Multiboot loader's 32-bit protected mode to 64-bit long mode (SDM vol. 3, 10.8.5). The first 2 MiB are mapped in
 * pages of 4 KiB, so that single ones can be opened to user mode.
 */
#include "multiboot.h"
#include "segments.h"

#define CR0_WP (1 << 16) /* the kernel too may write to writable pages only */
#define CR0_PG (1 << 31) /* paging */
#define CR4_PAE (1 << 5) /* 8-byte page-table entries, which long mode needs */
#define IA32_EFER 0xc0000080
#define EFER_LME (1 << 8) /* long mode, once paging is on */

#define PAGE_PRESENT_WRITABLE 0x3
#define PAGE_USER 0x4 /* counts where every level has it */
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

    movl $page_directory_pointers + PAGE_PRESENT_WRITABLE + PAGE_USER, pml4
    movl $page_directory + PAGE_PRESENT_WRITABLE + PAGE_USER, page_directory_pointers
    mov $PAGE_2M | PAGE_PRESENT_WRITABLE, %eax
    xor %ecx, %ecx
0:  mov %eax, page_directory(, %ecx, 8)
    add $0x200000, %eax
    inc %ecx
    cmp $ENTRIES, %ecx
    jne 0b
    movl $page_table + PAGE_PRESENT_WRITABLE + PAGE_USER, page_directory
    mov $PAGE_PRESENT_WRITABLE, %eax
    xor %ecx, %ecx
0:  mov %eax, page_table(, %ecx, 8)
    add $0x1000, %eax
    inc %ecx
    cmp $ENTRIES, %ecx
    jne 0b

    mov %cr4, %eax
    or $CR4_PAE, %eax
    mov %eax, %cr4
    mov $pml4, %eax
    mov %eax, %cr3
    mov $IA32_EFER, %ecx
    rdmsr
    or $EFER_LME, %eax
    wrmsr
    mov %cr0, %eax
    or $CR0_PG | CR0_WP, %eax
    mov %eax, %cr0

    lgdt gdt_register
    ljmp $CODE_SELECTOR, $long_mode
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
    mov %eax, %ss
    mov $stack_top, %rsp
    xor %ebp, %ebp
    call kernel_main
0:  hlt
    jmp 0b
    .cfi_endproc
    .size long_mode, . - long_mode

    .data
    .balign 8
/*
 * Flat descriptors (SDM vol. 3, 3.4.5): fb and f3 are the code and data of 9b and 93 for privilege level 3. The last
 * descriptor takes two places; the kernel fills it in.
 */
    .globl gdt
gdt:
    .quad 0
    .quad 0x00af9b000000ffff /* CODE_SELECTOR */
    .quad 0x00cf93000000ffff /* DATA_SELECTOR */
    .quad 0x00affb000000ffff /* USER_CODE_SELECTOR */
    .quad 0x00cff3000000ffff /* USER_DATA_SELECTOR */
    .quad 0, 0               /* TASK_SELECTOR */
gdt_register:
    .word . - gdt - 1
    .quad gdt

    .bss
    .balign 4096
pml4: .skip 8 * ENTRIES
page_directory_pointers: .skip 8 * ENTRIES
page_directory: .skip 8 * ENTRIES
    .globl page_table
page_table: .skip 8 * ENTRIES
    .skip STACK_BYTES
stack_top:

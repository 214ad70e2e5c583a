/*
 * The first processor: from the Multiboot loader's 32-bit protected mode to 64-bit long mode (SDM vol. 3, 10.8.5). The page
 * tables serve the second processor too.
 */
#include "long-mode.h"
#include "multiboot.h"
#include "segments.h"

#define PAGE_PRESENT_WRITABLE 0x3
#define PAGE_UNCACHED 0x18 /* PCD and PWT: for devices */
#define PAGE_2M 0x80 /* in a page directory: the entry maps 2 MiB itself */
#define ENTRIES 512
#define LAST_OF_4_GIB 3
#define LAST_GIB 0xc0000000

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

    /* Two GiB map to themselves, in pages of 2 MiB: the first, where memory is, and the fourth, where the APIC is. */
    movl $page_directory_pointers + PAGE_PRESENT_WRITABLE, pml4
    movl $memory_directory + PAGE_PRESENT_WRITABLE, page_directory_pointers
    movl $device_directory + PAGE_PRESENT_WRITABLE, page_directory_pointers + 8 * LAST_OF_4_GIB
    mov $PAGE_2M | PAGE_PRESENT_WRITABLE, %eax
    xor %ecx, %ecx
0:  mov %eax, memory_directory(, %ecx, 8)
    lea LAST_GIB + PAGE_UNCACHED(%eax), %edx
    mov %edx, device_directory(, %ecx, 8)
    add $0x200000, %eax
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
    or $CR0_PG, %eax
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
    call first_processor
0:  hlt
    jmp 0b
    .cfi_endproc
    .size long_mode, . - long_mode

/* Where the second processor arrives from the trampoline. */
    .globl second_long_mode
    .type second_long_mode, @function
second_long_mode:
    .cfi_startproc
    .cfi_undefined rip
    mov $DATA_SELECTOR, %eax
    mov %eax, %ds
    mov %eax, %es
    mov %eax, %ss
    mov $second_stack_top, %rsp
    xor %ebp, %ebp
    call second_processor
0:  cli
    hlt /* nothing more to do, and nothing that would wake it */
    jmp 0b
    .cfi_endproc
    .size second_long_mode, . - second_long_mode

    .bss
    .balign 4096
    .globl pml4
pml4: .skip 8 * ENTRIES
page_directory_pointers: .skip 8 * ENTRIES
memory_directory: .skip 8 * ENTRIES
device_directory: .skip 8 * ENTRIES
    .skip STACK_BYTES
stack_top:
    .skip STACK_BYTES
second_stack_top:

/* Where the boot loader starts us: 32-bit protected mode, flat segments, no paging, EBX = multiboot_info. */
#include "multiboot.h"

#define STACK_BYTES 16384

    .section .multiboot, "a"
    .balign 4
    .long MULTIBOOT_HEADER_MAGIC
    .long MULTIBOOT_PAGE_ALIGN | MULTIBOOT_MEMORY_INFO
    .long -(MULTIBOOT_HEADER_MAGIC + (MULTIBOOT_PAGE_ALIGN | MULTIBOOT_MEMORY_INFO)) /* the three sum to 0 */

    .cfi_sections .debug_frame
    .text
    .globl start
    .type start, @function
start:
    .cfi_startproc
    .cfi_undefined eip /* nobody called us: a debugger's stack trace ends here */
    mov $stack_top, %esp
    xor %ebp, %ebp
    cmp $MULTIBOOT_LOADER_MAGIC, %eax
    jne halt /* whoever started us is no Multiboot loader */
    sub $12, %esp /* keeps the stack 16-byte aligned at the call, as the C ABI wants */
    push %ebx
    call kernel_main
halt:
    hlt
    jmp halt
    .cfi_endproc
    .size start, . - start

    .bss
    .balign 16
    .skip STACK_BYTES
stack_top:

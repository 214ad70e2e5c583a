/* Where the boot loader starts us: 32-bit protected mode, flat segments, no paging, EBX = multiboot2_information. */
#include "multiboot2.h"

#define STACK_BYTES 16384

    .section .multiboot, "a"
    .balign 8
header:
    .long MULTIBOOT2_HEADER_MAGIC, MULTIBOOT2_I386, header_end - header
    .long -(MULTIBOOT2_HEADER_MAGIC + MULTIBOOT2_I386 + header_end - header) /* the four sum to 0 */
request: /* what we cannot do without */
    .word MULTIBOOT2_HEADER_INFORMATION_REQUEST, 0
    .long request_end - request
    .long MULTIBOOT2_COMMAND_LINE, MULTIBOOT2_MEMORY_MAP
request_end:
    .balign 8
    .word MULTIBOOT2_HEADER_END, 0
    .long 8
header_end:

    .cfi_sections .debug_frame
    .text
    .globl start
    .type start, @function
start:
    .cfi_startproc
    .cfi_undefined eip /* nobody called us: a debugger's stack trace ends here */
    mov $stack_top, %esp
    xor %ebp, %ebp
    cmp $MULTIBOOT2_LOADER_MAGIC, %eax
    jne halt /* whoever started us is no Multiboot 2 loader */
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

/* Where the note leads: 32-bit protected mode, flat segments, no paging, EBX = pvh_start_info. */
#include "pvh.h"

#define STACK_BYTES 16384

    .section .note.pvh, "a", @note
    .balign 4
    .long 4, 4, XEN_ELFNOTE_PHYS32_ENTRY /* bytes of the name, bytes of the content, type */
    .asciz "Xen"
    .long start

    .cfi_sections .debug_frame
    .text
    .globl start
    .type start, @function
start:
    .cfi_startproc
    .cfi_undefined eip /* nobody called us: a debugger's stack trace ends here */
    mov $stack_top, %esp
    xor %ebp, %ebp
    sub $12, %esp /* keeps the stack 16-byte aligned at the call, as the C ABI wants */
    push %ebx
    call kernel_main
0:  hlt
    jmp 0b
    .cfi_endproc
    .size start, . - start

    .bss
    .balign 16
    .skip STACK_BYTES
stack_top:

/* Where every program begins: calls the function in RDI, and hands its result to the kernel. */
#include "system-calls.h"

    .text
    .cfi_sections .debug_frame
    .globl user_start
    .type user_start, @function
user_start:
    .cfi_startproc
    .cfi_undefined rip
    xor %ebp, %ebp
    call *%rdi
    mov %rax, %rdi
    mov $CALL_EXIT, %eax
    int $SYSTEM_CALL
    .cfi_endproc
    .size user_start, . - user_start

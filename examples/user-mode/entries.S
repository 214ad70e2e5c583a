/*
 * Where the processor goes on an exception or a system call. Each entry makes the stack look the same, a struct
 * interrupt_frame, and hands it to handle_interrupt. The .cfi lines tell a debugger where to find the interrupted program's
 * registers, so its stack trace goes on below the kernel.
 */
#include "interrupts.h"
#include "system-calls.h"

#define VECTOR_AND_ERROR_CODE 16 /* bytes */

    .cfi_sections .debug_frame

/* RIP, CS, RFLAGS, RSP and SS, as the processor pushed them, with `above` bytes pushed since. */
.macro cfi_interrupted above
    .cfi_signal_frame
    .cfi_def_cfa rsp, \above + 40
    .cfi_offset rip, -40
    .cfi_offset rsp, -16
.endm

.macro save register
    push %\register
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset \register, 0
.endm

.macro restore register
    pop %\register
    .cfi_adjust_cfa_offset -8
    .cfi_restore \register
.endm

.macro entry name, vector, has_error_code
    .globl \name
    .type \name, @function
\name:
    .cfi_startproc simple
  .if \has_error_code
    cfi_interrupted 8
  .else
    cfi_interrupted 0
    push $0 /* in place of an error code */
    .cfi_adjust_cfa_offset 8
  .endif
    push $\vector
    .cfi_adjust_cfa_offset 8
    jmp call_handler
    .cfi_endproc
    .size \name, . - \name
.endm

    .text
    entry invalid_opcode_entry, INVALID_OPCODE, 0
    entry general_protection_entry, GENERAL_PROTECTION, 1
    entry page_fault_entry, PAGE_FAULT, 1
    entry system_call_entry, SYSTEM_CALL, 0

    .type call_handler, @function
call_handler:
    .cfi_startproc simple
    cfi_interrupted VECTOR_AND_ERROR_CODE
    save rax
    save rbx
    save rcx
    save rdx
    save rsi
    save rdi
    save rbp
    save r8
    save r9
    save r10
    save r11
    save r12
    save r13
    save r14
    save r15
    cld
    mov %rsp, %rdi
    call handle_interrupt
leave_kernel:
    restore r15
    restore r14
    restore r13
    restore r12
    restore r11
    restore r10
    restore r9
    restore r8
    restore rbp
    restore rdi
    restore rsi
    restore rdx
    restore rcx
    restore rbx
    restore rax
    add $VECTOR_AND_ERROR_CODE, %rsp
    .cfi_adjust_cfa_offset -VECTOR_AND_ERROR_CODE
    iretq /* BREAK: enter-user */
    .cfi_endproc
    .size call_handler, . - call_handler

    .globl resume_from
    .type resume_from, @function
resume_from:
    mov %rdi, %rsp
    jmp leave_kernel
    .size resume_from, . - resume_from

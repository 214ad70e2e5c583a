/* How the kernel is entered from user mode. The vectors are usable from C and from assembly. */
#ifndef INTERRUPTS_H
#define INTERRUPTS_H

/* Vectors (SDM vol. 3, table 6-1) that have an entry in entries.S, beside SYSTEM_CALL. */
#define INVALID_OPCODE 6
#define GENERAL_PROTECTION 13
#define PAGE_FAULT 14

#ifndef __ASSEMBLER__

#include <stdint.h>

/*
 * The registers of the interrupted code, as entries.S leaves them on the stack: the lower part is pushed by software, the
 * upper part by the processor (SDM vol. 3, 6.14.2). What the kernel changes here is what the program goes on with.
 */
struct interrupt_frame {
    uint64_t r15, r14, r13, r12, r11, r10, r9, r8;
    uint64_t rbp, rdi, rsi, rdx, rcx, rbx, rax;
    uint64_t vector;
    uint64_t error_code; /* 0 where the vector has none */

    uint64_t rip, cs, rflags, rsp, ss;
};

/* Builds the interrupt descriptor table and the task state, and hands them to the processor. */
void interrupts_init(void);

/* Goes on where a frame says. Does not return. */
void resume_from(const struct interrupt_frame *frame) __attribute__((noreturn));

/* The kernel's part in kernel.c: called by entries.S. */
void handle_interrupt(struct interrupt_frame *frame);

#endif
#endif

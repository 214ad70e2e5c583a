/* What happens when an instruction cannot be carried out. The vectors are usable from C and from assembly. */
#ifndef EXCEPTIONS_H
#define EXCEPTIONS_H

/* Vectors (SDM vol. 3, table 6-1) that have an entry in entries.S. */
#define DIVIDE_ERROR 0
#define INVALID_OPCODE 6
#define GENERAL_PROTECTION 13
#define PAGE_FAULT 14

#ifndef __ASSEMBLER__

#include <stdint.h>

/*
 * The registers at the moment of the exception, as entries.S leaves them on the stack: the lower part is pushed by
 * software, the upper part by the processor (SDM vol. 3, 6.14.2). What a handler changes here is what the
 * interrupted code finds in its registers.
 */
struct exception_frame {
    uint64_t r15, r14, r13, r12, r11, r10, r9, r8;
    uint64_t rbp, rdi, rsi, rdx, rcx, rbx, rax;
    uint64_t vector;
    uint64_t error_code; /* 0 where the vector has none */

    uint64_t rip, cs, rflags, rsp, ss;
};

/* How many exceptions were handled so far. */
extern unsigned exceptions_handled;

/* Builds the interrupt descriptor table and hands it to the processor. */
void exceptions_init(void);

#endif
#endif

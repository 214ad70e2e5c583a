/* A 32-bit guest that says a word by COM1, and then ends in the way that it is built for. */

    .globl start
    .type start, @function
start:
    mov $0x3f8, %dx
    mov $'o', %al
    out %al, %dx
    mov $'k', %al
    out %al, %dx

#if defined(EXIT_CODE)
    mov $EXIT_CODE, %al
    out %al, $0xf4
#elif defined(TRIPLE_FAULT)
    ud2 /* BREAK: no handler */
#elif defined(HALT)
    cli
    hlt
#elif defined(RESET)
    mov $0xfe, %al
    out %al, $0x64
#endif

0:  jmp 0b /* BREAK: for ever */
    .size start, . - start

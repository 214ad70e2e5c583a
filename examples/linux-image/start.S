/* Where the boot loader starts us: long mode, all memory mapped to itself, RSI = struct boot_params. */
#define STACK_BYTES 16384

    .cfi_sections .debug_frame
    .section .text.start, "ax"
    .code32
entry32:
    hlt /* this kernel cannot be started in protected mode */
    jmp entry32
    .org 0x200
    .code64
    .globl start
    .type start, @function
start:
    .cfi_startproc
    .cfi_undefined rip /* nobody called us: a debugger's stack trace ends here */
    lea stack_top(%rip), %rsp
    xor %ebp, %ebp
    mov %rsi, %rdi
    call kernel_main
0:  hlt
    jmp 0b
    .cfi_endproc
    .size start, . - start

    .bss
    .balign 16
    .skip STACK_BYTES
stack_top:

/*
 * Where the second processor begins: a start-up interrupt with vector V makes it execute at V * 4096 in real mode
 * (SDM vol. 3, 9.4.4). From there one write to CR0 leads to long mode; protected mode is passed without a stop.
 */
#include "long-mode.h"
#include "segments.h"

    .section .trampoline, "ax"
    .code16
    .globl trampoline
    .type trampoline, @function
trampoline:
    cli /* BREAK: trampoline */
    xor %ax, %ax
    mov %ax, %ds
    lgdtl gdt_register

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
    or $CR0_PG | CR0_PE, %eax
    mov %eax, %cr0
    ljmpl $CODE_SELECTOR, $second_long_mode
    .size trampoline, . - trampoline

/*
 * Flat descriptors (SDM vol. 3, 3.4.5), for both processors. In long mode base and limit are ignored; what counts is the
 * access byte (9b code, 93 data, both already "accessed") and a code segment's L bit, the 2 in the flags digit a = 0b1010.
 * They lie here because the trampoline reaches the first 64 KiB only.
 */
    .balign 8
gdt:
    .quad 0
    .quad 0x00af9b000000ffff /* CODE_SELECTOR */
    .quad 0x00cf93000000ffff /* DATA_SELECTOR */
    .globl gdt_register
gdt_register:
    .word . - gdt - 1
    .quad gdt

/*
 * What a bootloader for Linux finds, in the place of a kernel: it tells what is in its boot parameters. With SETUP it begins
 * with the sectors of a bzImage, else it is an ELF file with a note of Linux's.
 */
#include "told.h"

#ifdef SETUP
__asm__(".section .setup, \"a\"\n"
        "setup: .skip 0x1f1\n"
        ".byte 1\n" /* sectors behind the first one */
        ".skip 0x1fe - (. - setup)\n"
        ".word 0xaa55\n"
        ".byte 0xeb, 0x66\n" /* a jump over the header, which tells its length */
        ".ascii \"HdrS\"\n"
        ".word 0x20f\n"
        ".skip 0x211 - (. - setup)\n"
        ".byte 1\n" /* loaded high */
        ".skip 0x22c - (. - setup)\n"
        ".long 0x7fffff\n" /* last byte of an initial file system */
        ".skip 0x234 - (. - setup)\n"
        ".byte 1, 21\n" /* relocatable */
        ".word " SETUP "\n" /* 1: entry point for 64 bits */
        ".long 32\n" /* command line */
        ".skip 0x258 - (. - setup)\n"
        ".quad 0x200000\n" /* preferred address */
        ".long 0x8000\n" /* memory */
        ".skip 1024 - (. - setup)\n");
#else
__asm__(".section .note.Linux, \"a\", @note\n"
        ".balign 4\n"
        ".long 6, 4, 0x100\n"
        ".asciz \"Linux\"\n"
        ".balign 4\n"
        ".long 0\n");
#endif

#ifdef __x86_64__
__asm__(".section .header, \"ax\"\n"
        ".globl start\n"
        "entry32: hlt\n"
        ".skip 0x200 - (. - entry32)\n"
        "start: mov %rsp, %rdx\n"
        "lea stack(%rip), %rsp\n"
        "mov %rsi, %rdi\n"
        "call tell\n"
        ".bss\n"
        ".skip 4096\n"
        "stack:\n"
        ".previous\n");
#else
__asm__(".section .header, \"ax\"\n"
        ".globl start\n"
        "start: mov $stack, %esp\n"
        "push %esi\n"
        "call tell\n"
        ".bss\n"
        ".skip 4096\n"
        "stack:\n"
        ".previous\n");
#endif

struct memory {
    uint64_t start, length;
    uint32_t type;
} __attribute__((packed));

static uint64_t at(const uint8_t *parameters, unsigned offset, unsigned count)
{
    uint64_t value = 0;
    for (unsigned i = count; i > 0; i--) {
        value = value << 8 | parameters[offset + i - 1];
    }
    return value;
}

void tell(const uint8_t *parameters)
{
    uint16_t code, data;
    uint32_t high;
    uint32_t low;
    __asm__ volatile("mov %%cs, %0" : "=r"(code));
    __asm__ volatile("mov %%ss, %0" : "=r"(data));
    __asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(0xc0000080));
    line("code", code);
    line("data", data);
    line("long mode", low & 0x400);
    line("sentinel", parameters[0x1ef]);
    line("flag", at(parameters, 0x1fe, 2));
    bytes("header", (uintptr_t)parameters + 0x202, 4);
    line("version", at(parameters, 0x206, 2));
    line("loader", parameters[0x210]);
    line("flags", parameters[0x211]);
    string("command line", (const char *)(uintptr_t)at(parameters, 0x228, 4));
    line("initrd", at(parameters, 0x218, 4));
    bytes("contents", at(parameters, 0x218, 4), (unsigned)at(parameters, 0x21c, 4));
    line("columns", parameters[7]);
    for (unsigned i = 0; i < parameters[0x1e8]; i++) {
        const struct memory *memory = (const struct memory *)(parameters + 0x2d0) + i;
        range(memory->start, memory->length, memory->type);
    }
    leave();
}

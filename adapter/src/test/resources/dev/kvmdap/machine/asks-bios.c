/* Calls the services of the BIOS from real mode and tells by COM1 what they return. Compiled with -m16. */
#include <stdint.h>

static inline uint8_t peek(uint32_t address)
{
    uint8_t value;
    __asm__ volatile("mov %w1, %%fs\n"
                     "movb %%fs:(%k2), %0"
                     : "=q"(value)
                     : "r"(address >> 4), "r"(address & 0xf));
    return value;
}

#define PEEK(address) peek((uint32_t)(address))
#include "told.h"

static uint16_t peek16(uint32_t address)
{
    return peek(address) | peek(address + 1) << 8;
}

struct registers {
    uint32_t eax, ebx, ecx, edx, esi, edi, ebp;
    uint16_t ds, es;
    uint32_t flags;
};

#define CARRY 1
#define ZERO 0x40

/* Loads registers, calls an interrupt, and stores registers. */
void call(uint32_t vector, struct registers *registers);

__asm__(".section .header, \"ax\"\n"
        ".code16\n"
        ".globl start\n"
        "start: xor %eax, %eax\n"
        "mov %ax, %ds\n"
        "mov %ax, %es\n"
        "mov %ax, %ss\n"
        "mov $0x7000, %esp\n"
        "calll ask\n"
        "call: pushal\n"
        "mov 36(%esp), %eax\n"
        "movb %al, interrupt + 1\n"
        "mov 40(%esp), %eax\n"
        "mov %eax, where\n"
        "mov 4(%eax), %ebx\n"
        "mov 8(%eax), %ecx\n"
        "mov 12(%eax), %edx\n"
        "mov 16(%eax), %esi\n"
        "mov 20(%eax), %edi\n"
        "mov 24(%eax), %ebp\n"
        "mov 30(%eax), %es\n"
        "pushw 28(%eax)\n"
        "mov (%eax), %eax\n"
        "popw %ds\n"
        "jmp interrupt\n"
        "interrupt: int $0\n"
        "pushw %ds\n"
        "pushfl\n"
        "push %eax\n"
        "mov %cs, %ax\n"
        "mov %ax, %ds\n"
        "mov where, %eax\n"
        "popl (%eax)\n"
        "popl 32(%eax)\n"
        "popw 28(%eax)\n"
        "mov %ebx, 4(%eax)\n"
        "mov %ecx, 8(%eax)\n"
        "mov %edx, 12(%eax)\n"
        "mov %esi, 16(%eax)\n"
        "mov %edi, 20(%eax)\n"
        "mov %ebp, 24(%eax)\n"
        "mov %es, 30(%eax)\n"
        "mov %cs, %ax\n"
        "mov %ax, %es\n"
        "popal\n"
        "retl\n"
        "where: .long 0\n"
        ".previous\n"
        ".code16gcc\n");

static struct registers r;

static void clear(void)
{
    r = (struct registers){0};
}

static void status(const char *what)
{
    text(what);
    number(r.eax >> 8 & 0xff);
    text((r.flags & CARRY) != 0 ? " carry\n" : "\n");
}

static void print(char character)
{
    clear();
    r.eax = 0x0e00 | (uint8_t)character;
    call(0x10, &r);
}

static void ask_video(void)
{
    clear();
    r.eax = 0x0003;
    call(0x10, &r);
    for (const char *next = "one\r\ntwo\b!"; *next != 0; next++) {
        print(*next);
    }
    bytes("row 0", 0xb8000, 6);
    bytes("row 1", 0xb80a0, 6);
    clear();
    r.eax = 0x0300;
    call(0x10, &r);
    line("cursor", r.edx & 0xffff);
    clear();
    r.eax = 0x1301;
    r.ebx = 0x001e;
    r.ecx = 3;
    r.edx = 0x184e; /* the last two places of the last row, and the first of the next one */
    r.ebp = (uint32_t)"xyz";
    call(0x10, &r);
    bytes("row 0 after scrolling", 0xb8000, 6);
    bytes("row 23", 0xb8000 + 23 * 160 + 156, 4);
    bytes("row 24", 0xb8000 + 24 * 160, 2);
    clear();
    r.eax = 0x0600;
    r.ebx = 0x2000;
    r.edx = 0x184f;
    call(0x10, &r);
    line("cleared", peek16(0xb8000));
    clear();
    r.eax = 0x0200;
    r.edx = 0x0203;
    call(0x10, &r);
    clear();
    r.eax = 0x0941;
    r.ebx = 0x000f;
    r.ecx = 2;
    call(0x10, &r);
    line("repeated", peek16(0xb8000 + 2 * 160 + 6));
    line("and again", peek16(0xb8000 + 2 * 160 + 8));
    line("and no more", peek16(0xb8000 + 2 * 160 + 10));
    clear();
    r.eax = 0x0800;
    call(0x10, &r);
    line("character", r.eax & 0xffff);
    clear();
    r.eax = 0x0f00;
    call(0x10, &r);
    line("mode", r.eax & 0xffff);
}

struct packet {
    uint8_t size, zero;
    uint16_t count, offset, segment;
    uint64_t first;
};

static void ask_disk(uint32_t drive)
{
    clear();
    r.edx = drive;
    call(0x13, &r);
    status("reset");
    clear();
    r.eax = 0x0800;
    r.edx = drive;
    call(0x13, &r);
    status("geometry");
    line("last cylinder and sectors", r.ecx & 0xffff);
    line("last head and drives", r.edx & 0xffff);
    clear();
    r.eax = 0x0202;
    r.ebx = 0x0000;
    r.ecx = 0x0002;
    r.edx = drive;
    r.es = 0x1000;
    call(0x13, &r);
    status("read");
    line("sectors", r.eax & 0xff);
    bytes("second sector", 0x10000, 8);
    bytes("third sector", 0x10200, 8);
    clear();
    r.eax = 0x0201;
    r.ecx = 0x003f | 0xc0;
    r.edx = drive | 0xfe00;
    r.es = 0x1000;
    call(0x13, &r);
    status("read beyond");
    clear();
    r.eax = 0x4100;
    r.ebx = 0x55aa;
    r.edx = drive;
    call(0x13, &r);
    status("extensions");
    line("signature", r.ebx & 0xffff);
    struct packet packet = {16, 0, 1, 0x0000, 0x2000, 3};
    clear();
    r.eax = 0x4200;
    r.edx = drive;
    r.esi = (uint32_t)&packet;
    call(0x13, &r);
    status("read by number");
    bytes("fourth sector", 0x20000, 8);
    packet.segment = 0x1000;
    clear();
    r.eax = 0x4300;
    r.edx = drive;
    r.esi = (uint32_t)&packet;
    call(0x13, &r);
    status("write by number");
    clear();
    r.eax = 0x0201;
    r.ecx = 0x0004;
    r.edx = drive;
    r.es = 0x3000;
    call(0x13, &r);
    bytes("fourth sector now", 0x30000, 8);
    packet = (struct packet){16, 0, 2, 0, 0x2000, 7};
    clear();
    r.eax = 0x4200;
    r.edx = drive;
    r.esi = (uint32_t)&packet;
    call(0x13, &r);
    status("read over the end");
    line("sectors", packet.count);
    uint16_t parameters[13] = {26};
    clear();
    r.eax = 0x4800;
    r.edx = drive;
    r.esi = (uint32_t)parameters;
    call(0x13, &r);
    status("parameters");
    line("all sectors", parameters[8]);
    line("sector bytes", parameters[12]);
    clear();
    r.eax = 0x0201;
    r.ecx = 1;
    r.edx = drive ^ 0x81;
    call(0x13, &r);
    status("another drive");
}

struct entry {
    uint64_t start, length;
    uint32_t type;
} __attribute__((packed));

static void ask_system(void)
{
    struct entry entry;
    clear();
    do {
        r.eax = 0xe820;
        r.ecx = 24;
        r.edx = 0x534d4150;
        r.edi = (uint32_t)&entry;
        call(0x15, &r);
        range(entry.start, entry.length, entry.type);
    } while (r.ebx != 0);
    line("signature", r.eax);
    clear();
    r.eax = 0xe820;
    r.ecx = 24;
    call(0x15, &r);
    status("without signature");
    clear();
    r.eax = 0xe801;
    call(0x15, &r);
    line("KiB above 1 MiB", r.eax & 0xffff);
    line("64 KiB above 16 MiB", r.ebx & 0xffff);
    clear();
    r.eax = 0x8800;
    call(0x15, &r);
    line("KiB above 1 MiB", r.eax & 0xffff);
    clear();
    r.eax = 0x2400;
    call(0x15, &r);
    r.eax = 0x2402;
    call(0x15, &r);
    line("A20", r.eax & 0xffff);
    r.eax = 0x2401;
    call(0x15, &r);
    r.eax = 0x2402;
    call(0x15, &r);
    line("A20", r.eax & 0xffff);
    r.eax = 0x2403;
    call(0x15, &r);
    line("A20 by", r.ebx & 0xffff);
    uint64_t table[6] = {0, 0, 0x0000930000000000 | (uint64_t)(uint32_t)"moved" << 16 | 0xffff, 0x000093200000ffff};
    clear();
    r.eax = 0x8700;
    r.ecx = 3;
    r.esi = (uint32_t)table;
    call(0x15, &r);
    status("move");
    table[2] = 0x000093200000ffff;
    table[3] = 0x0000930400000000 | 0xffff;
    r.eax = 0x8700;
    call(0x15, &r);
    bytes("moved there and back", 0x40000, 5);
    clear();
    r.eax = 0x8600;
    r.edx = 1000;
    call(0x15, &r);
    status("waited");
    clear();
    r.eax = 0xc000;
    call(0x15, &r);
    status("unsupported");
}

static void ask_keyboard(void)
{
    clear();
    r.eax = 0x0100;
    call(0x16, &r);
    line("a key is there", (r.flags & ZERO) == 0);
    line("looked at", r.eax & 0xffff);
    clear();
    call(0x16, &r);
    line("key", r.eax & 0xffff);
    clear();
    call(0x16, &r);
    line("key", r.eax & 0xffff);
    clear();
    r.eax = 0x0500;
    r.ecx = 0x1c0d;
    call(0x16, &r);
    r.eax = 0;
    call(0x16, &r);
    line("key", r.eax & 0xffff);
    r.eax = 0x0100;
    call(0x16, &r);
    line("a key is there", (r.flags & ZERO) == 0);
    text("waiting\n");
    r.eax = 0;
    call(0x16, &r);
    line("key", r.eax & 0xffff);
    r.eax = 0x0200;
    call(0x16, &r);
    line("shift", r.eax & 0xff);
}

static void ask_clock(void)
{
    uint32_t before = *(volatile uint32_t *)0x46c;
    __asm__ volatile("sti");
    while (*(volatile uint32_t *)0x46c == before) {
        __asm__ volatile("hlt");
    }
    clear();
    call(0x1a, &r);
    text((r.ecx << 16 | (r.edx & 0xffff)) > before ? "the clock ticks\n" : "the clock stands\n");
    clear();
    r.eax = 0x0400;
    call(0x1a, &r);
    line("century and year", r.ecx & 0xffff);
    status("date");
    clear();
    r.eax = 0xb101;
    call(0x1a, &r);
    text((r.flags & CARRY) != 0 ? "no PCI\n" : "PCI\n");
}

void ask(uint32_t unused)
{
    (void)unused;
    clear();
    call(0x11, &r);
    line("equipment", r.eax & 0xffff);
    clear();
    call(0x12, &r);
    line("memory", r.eax & 0xffff);
    ask_video();
    ask_disk(*(const uint8_t *)0x475 != 0 ? 0x80 : 0);
    ask_system();
    ask_keyboard();
    ask_clock();
    clear();
    r.eax = 0x0100 | '~';
    call(0x14, &r);
    text("\n");
    leave();
}

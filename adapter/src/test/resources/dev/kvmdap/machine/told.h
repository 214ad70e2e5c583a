/* For guests that say by COM1 what they were told about their machine: a line for each thing. */
#include <stdint.h>

#define COM1 0x3f8
#define EXIT_PORT 0xf4

static inline void out8(uint16_t port, uint8_t value)
{
    __asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static void text(const char *string)
{
    while (*string != 0) {
        out8(COM1, *string++);
    }
}

static void number(uint64_t value)
{
    text(" 0x");
    int started = 0;
    for (int shift = 60; shift >= 0; shift -= 4) {
        unsigned digit = (unsigned)(value >> shift) & 0xf;
        started |= digit != 0 || shift == 0;
        if (started) {
            out8(COM1, "0123456789abcdef"[digit]);
        }
    }
}

static void line(const char *what, uint64_t value)
{
    text(what);
    number(value);
    text("\n");
}

static void string(const char *what, const char *value)
{
    text(what);
    text(" '");
    text(value);
    text("'\n");
}

#ifndef PEEK
#define PEEK(address) (*(const char *)(uintptr_t)(address))
#endif

/* The first bytes of something in memory, as text. */
static void bytes(const char *what, uint64_t address, unsigned count)
{
    text(what);
    text(" '");
    for (unsigned i = 0; i < count; i++) {
        out8(COM1, PEEK(address + i));
    }
    text("'\n");
}

static void range(uint64_t start, uint64_t length, uint32_t type)
{
    text("memory");
    number(start);
    number(length);
    number(type);
    text("\n");
}

/* A name in an ELF string table, by which a section header is known. */
static int is(const char *name, const char *wanted)
{
    while (*name == *wanted && *name != 0) {
        name++;
        wanted++;
    }
    return *name == *wanted;
}

static void leave(void)
{
    out8(EXIT_PORT, 0x10);
}

struct elf32_section {
    uint32_t name, type, flags, address, offset, size, link, info, alignment, entry_size;
};

/* Finds the string table that holds the name of this function. */
static void sections(const struct elf32_section *table, uint32_t count, uint32_t names)
{
    line("sections", count);
    const char *strings = (const char *)table[names].address;
    for (uint32_t i = 1; i < count; i++) {
        if (is(strings + table[i].name, ".strtab")) {
            bytes("strtab", table[i].address + 1, 4);
        }
        if (is(strings + table[i].name, ".text")) {
            line("text", table[i].address);
        }
    }
}

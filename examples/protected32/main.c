/*
 * A 32-bit kernel: greets, shows what the boot loader told it about the machine, and looks for the number below
 * LIMIT that takes the most Collatz steps (halve what is even, triple and add one to what is odd) to reach 1.
 */
#include <stdint.h>

#include "debug-exit.h"
#include "multiboot.h"
#include "port.h"
#include "serial.h"

#define LIMIT 30

struct walk {
    unsigned start;
    unsigned steps;
    unsigned peak;
};

static struct walk longest;

static void print_memory_map(const struct multiboot_info *info)
{
    uint32_t end = info->memory_map + info->memory_map_bytes;
    uint32_t at = info->memory_map;
    while (at < end) {
        const struct multiboot_memory *memory = (const struct multiboot_memory *)at;
        serial_print("  ");
        serial_print_decimal((unsigned long)(memory->length >> 10)); /* BREAK: memory-map */
        serial_print(" KiB at ");
        serial_print_hex(memory->address);
        serial_print(memory->type == MULTIBOOT_MEMORY_AVAILABLE ? " available\n" : " reserved\n");
        at += sizeof memory->size + memory->size;
    }
}

static void print_boot_information(const struct multiboot_info *info)
{
    if (info->flags & MULTIBOOT_INFO_LOADER_NAME) {
        serial_print("loaded by ");
        serial_print((const char *)info->loader_name);
        serial_print("\n");
    }
    if (info->flags & MULTIBOOT_INFO_COMMAND_LINE) {
        serial_print("command line: ");
        serial_print((const char *)info->command_line);
        serial_print("\n");
    }
    if (info->flags & MULTIBOOT_INFO_MEMORY_MAP) {
        serial_print("memory:\n");
        print_memory_map(info);
    }
}

static struct walk walk_from(unsigned start)
{
    struct walk walk = {.start = start, .steps = 0, .peak = start};
    unsigned number = start;
    while (number != 1) {
        number = number % 2 == 0 ? number / 2 : 3 * number + 1;
        walk.steps++; /* BREAK: step */
        if (number > walk.peak) {
            walk.peak = number;
        }
    }
    return walk;
}

static void find_longest_walk(void)
{
    for (unsigned start = 1; start < LIMIT; start++) {
        struct walk walk = walk_from(start); /* BREAK: search */
        if (walk.steps > longest.steps) {
            longest = walk; /* BREAK: record */
        }
    }
}

void kernel_main(const struct multiboot_info *info)
{
    serial_init();
    serial_print("Hello from protected mode\n"); /* BREAK: main */
    print_boot_information(info);

    find_longest_walk();
    serial_print_decimal(longest.start);
    serial_print(" takes ");
    serial_print_decimal(longest.steps);
    serial_print(" steps and climbs to ");
    serial_print_decimal(longest.peak);
    serial_print("\n");

    port_out(DEBUG_EXIT_PORT, longest.steps == 111 ? EXIT_SUCCESS : EXIT_FAILURE); /* BREAK: exit */
}

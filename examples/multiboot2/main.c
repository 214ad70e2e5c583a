/* A 32-bit kernel that walks through the tags by which a Multiboot 2 loader describes the machine. */
#include <stdint.h>

#include "debug-exit.h"
#include "multiboot2.h"
#include "port.h"
#include "serial.h"

static void print_text(const char *what, const char *text)
{
    serial_print(what);
    serial_print(text);
    serial_print("\n");
}

static void print_memory_map(const struct multiboot2_memory_map *map)
{
    uint32_t end = (uint32_t)map + map->tag.size;
    for (uint32_t at = (uint32_t)map->entries; at < end; at += map->entry_size) {
        const struct multiboot2_memory *memory = (const struct multiboot2_memory *)at;
        serial_print("  ");
        serial_print_decimal((unsigned long)(memory->length >> 10)); /* BREAK: memory */
        serial_print(" KiB at ");
        serial_print_hex(memory->address);
        serial_print(memory->type == MULTIBOOT2_MEMORY_AVAILABLE ? " available\n" : " reserved\n");
    }
}

static void print_tag(const struct multiboot2_tag *tag)
{
    switch (tag->type) { /* BREAK: tag */
    case MULTIBOOT2_COMMAND_LINE:
        print_text("command line: ", ((const struct multiboot2_text *)tag)->text);
        break;
    case MULTIBOOT2_LOADER_NAME:
        print_text("loaded by ", ((const struct multiboot2_text *)tag)->text);
        break;
    case MULTIBOOT2_MODULE:
        print_text("module: ", ((const struct multiboot2_module *)tag)->text);
        break;
    case MULTIBOOT2_MEMORY_MAP:
        serial_print("memory:\n");
        print_memory_map((const struct multiboot2_memory_map *)tag);
        break;
    default:
        break;
    }
}

void kernel_main(const struct multiboot2_information *information)
{
    serial_init();
    serial_print("Hello from a Multiboot 2 kernel\n"); /* BREAK: main */
    unsigned tags = 0;
    const struct multiboot2_tag *tag = (const struct multiboot2_tag *)(information + 1);
    while (tag->type != MULTIBOOT2_END) {
        print_tag(tag);
        tags++;
        tag = (const struct multiboot2_tag *)((uint32_t)tag + ((tag->size + 7) & ~7u));
    }
    port_out(DEBUG_EXIT_PORT, tags > 0 ? EXIT_SUCCESS : EXIT_FAILURE); /* BREAK: exit */
}

/* The kernel that the loader loads: it says what the BIOS told the loader of memory. */
#include <stdint.h>

#include "debug-exit.h"
#include "port.h"
#include "serial.h"

#define AVAILABLE 1

struct memory {
    uint64_t start;
    uint64_t length;
    uint32_t type;
} __attribute__((packed));

struct memory_map {
    uint64_t count;
    struct memory entries[];
};

static uint64_t available(const struct memory_map *map)
{
    uint64_t sum = 0;
    for (uint64_t i = 0; i < map->count; i++) {
        const struct memory *memory = &map->entries[i];
        if (memory->type == AVAILABLE) {
            sum += memory->length; /* BREAK: available */
        }
    }
    return sum;
}

void kernel_main(const struct memory_map *map)
{
    serial_init();
    serial_print("Hello from the kernel\n"); /* BREAK: kernel */
    serial_print_decimal(map->count);
    serial_print(" stretches of memory, ");
    uint64_t sum = available(map);
    serial_print_decimal(sum >> 10);
    serial_print(" KiB available\n");
    port_out(DEBUG_EXIT_PORT, sum > 0 ? EXIT_SUCCESS : EXIT_FAILURE); /* BREAK: exit */
}

/* A 32-bit kernel that a virtual machine monitor starts without a boot loader. */
#include <stdint.h>

#include "debug-exit.h"
#include "port.h"
#include "pvh.h"
#include "serial.h"

static uint64_t available_memory(const struct pvh_start_info *info)
{
    const struct pvh_memory *map = (const struct pvh_memory *)(uint32_t)info->memory_map;
    uint64_t sum = 0;
    for (uint32_t i = 0; i < info->memory_map_entries; i++) {
        if (map[i].type == PVH_MEMORY_AVAILABLE) {
            sum += map[i].length; /* BREAK: available */
        }
    }
    return sum;
}

void kernel_main(const struct pvh_start_info *info)
{
    serial_init();
    serial_print("Hello from a PVH kernel\n"); /* BREAK: main */
    serial_print("command line: ");
    serial_print((const char *)(uint32_t)info->command_line);
    serial_print("\n");
    serial_print_decimal((unsigned long)(available_memory(info) >> 10));
    serial_print(" KiB available\n");
    port_out(DEBUG_EXIT_PORT, info->magic == PVH_START_MAGIC ? EXIT_SUCCESS : EXIT_FAILURE); /* BREAK: exit */
}

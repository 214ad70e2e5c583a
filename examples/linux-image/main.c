/* Not Linux, but started like it: a kernel in a bzImage that prints its command line and its initial file system. */
#include <stdint.h>

#include "debug-exit.h"
#include "port.h"
#include "serial.h"

/* Some fields of struct boot_params (Documentation/arch/x86/zero-page.rst). */
#define MEMORY_ENTRIES 0x1e8
#define INITRD_START 0x218
#define INITRD_SIZE 0x21c
#define COMMAND_LINE 0x228

static uint64_t field(const uint8_t *parameters, unsigned offset)
{
    return *(const uint32_t *)(parameters + offset);
}

static unsigned count_lines(const char *text, uint64_t size)
{
    unsigned lines = 0;
    for (uint64_t i = 0; i < size; i++) {
        if (text[i] == '\n') {
            lines++; /* BREAK: line */
        }
    }
    return lines;
}

void kernel_main(const uint8_t *parameters)
{
    serial_init();
    serial_print("Hello from a bzImage\n"); /* BREAK: main */
    serial_print("command line: ");
    serial_print((const char *)field(parameters, COMMAND_LINE));
    serial_print("\n");
    uint64_t size = field(parameters, INITRD_SIZE);
    serial_print_decimal(count_lines((const char *)field(parameters, INITRD_START), size));
    serial_print(" lines in the initial file system\n");
    port_out(DEBUG_EXIT_PORT, parameters[MEMORY_ENTRIES] > 0 ? EXIT_SUCCESS : EXIT_FAILURE); /* BREAK: exit */
}

/*
 * The shortest way to C: a 64-bit program without any boot header. The machine starts it in long mode, with a stack, all
 * memory mapped to itself, and interrupts off.
 */
#include <stdint.h>

#include "debug-exit.h"
#include "port.h"
#include "serial.h"

/* Kernighan's way: each turn clears the lowest bit that is set. */
static unsigned count_bits(uint64_t number)
{
    unsigned bits = 0;
    while (number != 0) {
        number &= number - 1; /* BREAK: turn */
        bits++;
    }
    return bits;
}

void start(void)
{
    serial_init();
    serial_print("Hello from C\n"); /* BREAK: main */
    unsigned bits = count_bits(0x123456789abcdef);
    serial_print_decimal(bits);
    serial_print(" bits\n");
    port_out(DEBUG_EXIT_PORT, bits == 32 ? EXIT_SUCCESS : EXIT_FAILURE); /* BREAK: exit */
}

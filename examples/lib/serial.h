/* Text on the serial line COM1, which is where a bare-metal guest says what it does. */
#ifndef SERIAL_H
#define SERIAL_H

#include <stdint.h>

/* 115200 baud, 8 data bits, no parity, 1 stop bit, no interrupts. */
void serial_init(void);

void serial_put(char character);
void serial_print(const char *text);

/* unsigned long is the machine word in 32- and 64-bit mode: its division needs no help from libgcc. */
void serial_print_decimal(unsigned long number);
void serial_print_hex(uint64_t number);

#endif

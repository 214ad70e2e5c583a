/*
 * COM1, a 16550-compatible UART at its PC address. The names are those of the 16550 data sheet.
 * Usable from C and from assembly.
 */
#ifndef UART_H
#define UART_H

#define COM1 0x3f8

/* Registers, as offsets from COM1. */
#define UART_DATA 0             /* transmit (write) and receive (read); divisor low byte while DLAB is set */
#define UART_INTERRUPT_ENABLE 1 /* divisor high byte while DLAB is set */
#define UART_FIFO_CONTROL 2
#define UART_LINE_CONTROL 3
#define UART_MODEM_CONTROL 4
#define UART_LINE_STATUS 5

#define LINE_CONTROL_8N1 0x03  /* 8 data bits, no parity, 1 stop bit */
#define LINE_CONTROL_DLAB 0x80 /* the first two registers hold the divisor */
#define FIFO_ENABLE_AND_CLEAR 0x07
#define MODEM_CONTROL_DTR_RTS 0x03
#define LINE_STATUS_THRE 0x20 /* the transmit holding register is empty: ready for the next byte */

#define DIVISOR_115200 1 /* 115200 baud / divisor */

#endif

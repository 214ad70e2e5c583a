#include "serial.h"

#include "port.h"
#include "uart.h"

void serial_init(void)
{
    port_out(COM1 + UART_INTERRUPT_ENABLE, 0);
    port_out(COM1 + UART_LINE_CONTROL, LINE_CONTROL_DLAB);
    port_out(COM1 + UART_DATA, DIVISOR_115200);
    port_out(COM1 + UART_INTERRUPT_ENABLE, DIVISOR_115200 >> 8);
    port_out(COM1 + UART_LINE_CONTROL, LINE_CONTROL_8N1);
    port_out(COM1 + UART_FIFO_CONTROL, FIFO_ENABLE_AND_CLEAR);
    port_out(COM1 + UART_MODEM_CONTROL, MODEM_CONTROL_DTR_RTS);
}

void serial_put(char character)
{
    while (!(port_in(COM1 + UART_LINE_STATUS) & LINE_STATUS_THRE)) {
    }
    port_out(COM1 + UART_DATA, character);
}

void serial_print(const char *text)
{
    while (*text) {
        serial_put(*text++);
    }
}

void serial_print_decimal(unsigned long number)
{
    if (number >= 10) {
        serial_print_decimal(number / 10);
    }
    serial_put((char)('0' + number % 10));
}

static void print_hex_digits(uint64_t number)
{
    if (number >> 4) {
        print_hex_digits(number >> 4);
    }
    serial_put("0123456789abcdef"[number & 0xf]);
}

void serial_print_hex(uint64_t number)
{
    serial_print("0x");
    print_hex_digits(number);
}

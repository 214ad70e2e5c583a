#include "exceptions.h"

#include "debug-exit.h"
#include "port.h"
#include "segments.h"
#include "serial.h"

#define VECTORS 32 /* the architecture reserves vectors 0 to 31 for exceptions */

#define INTERRUPT_GATE 0x8e /* present, privilege level 0, 64-bit interrupt gate */

#define UD2_LENGTH 2

/* A gate of the interrupt descriptor table (SDM vol. 3, 6.14.1). */
struct gate {
    uint16_t offset_low;
    uint16_t selector;
    uint8_t stack_table;
    uint8_t type;
    uint16_t offset_middle;
    uint32_t offset_high;
    uint32_t reserved;
};

struct table_register {
    uint16_t limit;
    uint64_t base;
} __attribute__((packed));

/* The entries in entries.S. */
void divide_error_entry(void);
void invalid_opcode_entry(void);
void general_protection_entry(void);
void page_fault_entry(void);

unsigned exceptions_handled;

static struct gate descriptors[VECTORS];

static void set_gate(unsigned vector, void (*entry)(void))
{
    uint64_t offset = (uint64_t)entry;
    descriptors[vector] = (struct gate){
        .offset_low = (uint16_t)offset,
        .selector = CODE_SELECTOR,
        .type = INTERRUPT_GATE,
        .offset_middle = (uint16_t)(offset >> 16),
        .offset_high = (uint32_t)(offset >> 32),
    };
}

void exceptions_init(void)
{
    set_gate(DIVIDE_ERROR, divide_error_entry);
    set_gate(INVALID_OPCODE, invalid_opcode_entry);
    set_gate(GENERAL_PROTECTION, general_protection_entry);
    set_gate(PAGE_FAULT, page_fault_entry);

    struct table_register idtr = {.limit = sizeof descriptors - 1, .base = (uint64_t)descriptors};
    __asm__ volatile("lidt %0" : : "m"(idtr));
}

/* Called by entries.S. */
void handle_exception(struct exception_frame *frame)
{
    exceptions_handled++; /* BREAK: exception */
    if (frame->vector == INVALID_OPCODE) {
        serial_print("skipping an invalid opcode at ");
        serial_print_hex(frame->rip);
        serial_print("\n");
        frame->rip += UD2_LENGTH;
        return;
    }
    serial_print("fatal exception ");
    serial_print_decimal(frame->vector);
    serial_print(" at ");
    serial_print_hex(frame->rip);
    serial_print("\n");
    port_out(DEBUG_EXIT_PORT, EXIT_FAILURE);
}

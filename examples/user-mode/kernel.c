/* A kernel that runs one program after the other in user mode, serves their calls, and ends those that go too far. */
#include <stddef.h>

#include "debug-exit.h"
#include "interrupts.h"
#include "port.h"
#include "program.h"
#include "segments.h"
#include "serial.h"
#include "system-calls.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define PAGE_BYTES 4096
#define PAGE_USER 4
#define RFLAGS_ALWAYS_SET 2
#define PRIVILEGE_LEVEL 3 /* the bits of CS that hold it */

#define INT_BYTES 2

/* From user-mode.ld and start.S. */
extern uint8_t user_begin[], user_end[], user_stack_top[];
extern uint64_t page_table[];

enum program_state { PROGRAM_READY, PROGRAM_DONE, PROGRAM_STOPPED };

struct program {
    const char *name;
    unsigned long (*main)(void);
    enum program_state state;
    uint64_t result; /* what it returned, or the address that it must not use */
};

static struct program programs[] = {
    {.name = "count_steps", .main = count_steps},
    {.name = "trespass", .main = trespass},
};

static struct program *current;
static unsigned long tickets;
static unsigned emulated_calls;

static void open_user_pages(void)
{
    for (uint64_t page = (uint64_t)user_begin; page < (uint64_t)user_end; page += PAGE_BYTES) {
        page_table[page / PAGE_BYTES] |= PAGE_USER;
    }
    uint64_t cr3;
    __asm__ volatile("mov %%cr3, %0; mov %0, %%cr3" : "=r"(cr3) : : "memory"); /* forgets what it knew of the pages */
}

static void finish(void)
{
    int success = programs[0].state == PROGRAM_DONE && programs[0].result == 67 && tickets == 1
        && programs[1].state == PROGRAM_STOPPED && programs[1].result == KERNEL_ADDRESS;
    if (emulated_calls != 0) {
        serial_print("INT was carried out by the kernel\n");
    }
    serial_print(success ? "all is well\n" : "something went wrong\n");
    port_out(DEBUG_EXIT_PORT, success ? EXIT_SUCCESS : EXIT_FAILURE); /* BREAK: exit */
}

/* Makes a frame that leads to the beginning of the next program. */
static void next_program(struct interrupt_frame *frame)
{
    current = current == NULL ? programs : current + 1;
    if (current == programs + COUNT(programs)) {
        finish();
    }
    *frame = (struct interrupt_frame){
        .rdi = (uint64_t)current->main,
        .rip = (uint64_t)user_start,
        .cs = USER_CODE_SELECTOR,
        .rflags = RFLAGS_ALWAYS_SET,
        .rsp = (uint64_t)user_stack_top,
        .ss = USER_DATA_SELECTOR,
    };
}

static void end_program(struct interrupt_frame *frame, enum program_state state, uint64_t result)
{
    current->state = state;
    current->result = result;
    serial_print(current->name);
    serial_print(state == PROGRAM_DONE ? " returns " : " must not use ");
    serial_print_decimal(result);
    serial_print("\n");
    next_program(frame);
}

/* Kernels do not trust the addresses that programs give them. */
static int is_users(uint64_t address)
{
    return address >= (uint64_t)user_begin && address < (uint64_t)user_end;
}

static void system_call(struct interrupt_frame *frame)
{
    switch (frame->rax) { /* BREAK: system-call */
    case CALL_PRINT:
        if (is_users(frame->rdi)) {
            serial_print((const char *)frame->rdi);
        }
        break;
    case CALL_TICKET:
        frame->rax = ++tickets;
        break;
    case CALL_EXIT:
        end_program(frame, PROGRAM_DONE, frame->rdi);
        break;
    }
}

static int is_system_call(const uint8_t *instruction)
{
    return instruction[0] == 0xcd && instruction[1] == SYSTEM_CALL;
}

static void fatal(const struct interrupt_frame *frame)
{
    serial_print("fatal exception ");
    serial_print_decimal(frame->vector);
    serial_print(" at ");
    serial_print_hex(frame->rip);
    serial_print("\n");
    port_out(DEBUG_EXIT_PORT, EXIT_FAILURE);
}

void handle_interrupt(struct interrupt_frame *frame)
{
    if ((frame->cs & PRIVILEGE_LEVEL) == 0) {
        fatal(frame);
    }
    switch (frame->vector) {
    case SYSTEM_CALL:
        system_call(frame);
        break;
    case INVALID_OPCODE:
        if (!is_system_call((const uint8_t *)frame->rip)) {
            fatal(frame);
        }
        emulated_calls++; /* this machine cannot do it */
        frame->rip += INT_BYTES;
        system_call(frame);
        break;
    case PAGE_FAULT: {
        uint64_t address;
        __asm__ volatile("mov %%cr2, %0" : "=r"(address));
        end_program(frame, PROGRAM_STOPPED, address); /* BREAK: page-fault */
        break;
    }
    default:
        fatal(frame);
    }
}

void kernel_main(void)
{
    serial_init();
    serial_print("Hello from the kernel\n"); /* BREAK: kernel */
    interrupts_init();
    open_user_pages();
    struct interrupt_frame frame;
    next_program(&frame);
    resume_from(&frame);
}

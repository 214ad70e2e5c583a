#include "interrupts.h"

#include "segments.h"
#include "system-calls.h"

#define INTERRUPT_GATE 0x8e /* present, privilege level 0, 64-bit interrupt gate */
#define FROM_USER_MODE 0x60 /* the gate's privilege level is 3: INT may use it there */
#define AVAILABLE_TASK 0x89 /* present, 64-bit TSS */

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

/* The task state (SDM vol. 3, 8.7): no tasks, but the stack that the processor takes when it leaves user mode. */
struct task_state {
    uint32_t reserved_0;
    uint64_t rsp0, rsp1, rsp2;
    uint64_t reserved_1;
    uint64_t interrupt_stacks[7];
    uint64_t reserved_2;
    uint16_t reserved_3;
    uint16_t io_permissions; /* beyond the limit: no port for user mode */
} __attribute__((packed));

struct table_register {
    uint16_t limit;
    uint64_t base;
} __attribute__((packed));

/* The entries in entries.S, and the GDT in start.S. */
void invalid_opcode_entry(void);
void general_protection_entry(void);
void page_fault_entry(void);
void system_call_entry(void);
extern uint64_t gdt[];

static struct gate descriptors[SYSTEM_CALL + 1];
static struct task_state task;
static uint8_t interrupt_stack[8192] __attribute__((aligned(16)));

static void set_gate(unsigned vector, void (*entry)(void), uint8_t type)
{
    uint64_t offset = (uint64_t)entry;
    descriptors[vector] = (struct gate){
        .offset_low = (uint16_t)offset,
        .selector = CODE_SELECTOR,
        .type = type,
        .offset_middle = (uint16_t)(offset >> 16),
        .offset_high = (uint32_t)(offset >> 32),
    };
}

static void load_task(void)
{
    uint64_t base = (uint64_t)&task;
    uint64_t limit = sizeof task - 1;
    task.rsp0 = (uint64_t)(interrupt_stack + sizeof interrupt_stack);
    task.io_permissions = sizeof task;
    gdt[TASK_SELECTOR / 8] =
        limit | (base & 0xffffff) << 16 | (uint64_t)AVAILABLE_TASK << 40 | (base >> 24 & 0xff) << 56;
    gdt[TASK_SELECTOR / 8 + 1] = base >> 32;
    __asm__ volatile("ltr %w0" : : "r"(TASK_SELECTOR));
}

void interrupts_init(void)
{
    set_gate(INVALID_OPCODE, invalid_opcode_entry, INTERRUPT_GATE);
    set_gate(GENERAL_PROTECTION, general_protection_entry, INTERRUPT_GATE);
    set_gate(PAGE_FAULT, page_fault_entry, INTERRUPT_GATE);
    set_gate(SYSTEM_CALL, system_call_entry, INTERRUPT_GATE | FROM_USER_MODE);

    struct table_register idtr = {.limit = sizeof descriptors - 1, .base = (uint64_t)descriptors};
    __asm__ volatile("lidt %0" : : "m"(idtr));
    load_task();
}

/*
 * A tour of a small 64-bit kernel: tasks in a linked list, recursion, globals, an exception that is survived, and an
 * exit code that says whether all of it came out right.
 */
#include <stddef.h>

#include "debug-exit.h"
#include "exceptions.h"
#include "multiboot.h"
#include "port.h"
#include "serial.h"
#include "tasks.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Not inlined into itself, so that it has a stack frame for each call at every optimisation level. */
__attribute__((noinline)) static uint64_t factorial(unsigned n)
{
    if (n <= 1) {
        return 1; /* BREAK: factorial-base */
    }
    return n * factorial(n - 1);
}

static uint64_t fibonacci(unsigned n)
{
    uint64_t previous = 0;
    uint64_t current = 1;
    for (unsigned i = 0; i < n; i++) {
        uint64_t next = previous + current; /* BREAK: fibonacci-loop */
        previous = current;
        current = next;
    }
    return previous;
}

static uint64_t square(unsigned n)
{
    return (uint64_t)n * n;
}

/* Turns are numbered from 0 over all tasks, so each task gets those that the more urgent ones leave it. */
static struct task tasks[] = {
    {.name = "squares", .priority = 1, .ticks_left = 3, .work = square},
    {.name = "factorials", .priority = 9, .ticks_left = 6, .work = factorial},
    {.name = "fibonacci", .priority = 5, .ticks_left = 4, .work = fibonacci},
};

/* What the tasks must have computed: 10^2 + 11^2 + 12^2, 0! + ... + 5!, F(6) + ... + F(9). */
static const uint64_t expected[COUNT(tasks)] = {365, 154, 76};

static int all_results_are_right(void)
{
    for (size_t i = 0; i < COUNT(tasks); i++) {
        if (tasks[i].result != expected[i]) {
            return 0;
        }
    }
    return scheduler.count.done == COUNT(tasks);
}

static void survive_an_invalid_opcode(void)
{
    __asm__ volatile("ud2"); /* BREAK: invalid-opcode */
    serial_print("and going on\n");
}

void kernel_main(const struct multiboot_info *info)
{
    serial_init();
    serial_print("Hello from long mode"); /* BREAK: main */
    if (info->flags & MULTIBOOT_INFO_LOADER_NAME) {
        serial_print(", loaded by ");
        serial_print((const char *)(uintptr_t)info->loader_name);
    }
    serial_print("\n");
    exceptions_init();

    for (size_t i = 0; i < COUNT(tasks); i++) {
        task_start(&tasks[i]);
    }
    run_tasks();
    survive_an_invalid_opcode();

    int success = all_results_are_right() && exceptions_handled == 1;
    serial_print(success ? "all is well\n" : "something went wrong\n");
    port_out(DEBUG_EXIT_PORT, success ? EXIT_SUCCESS : EXIT_FAILURE); /* BREAK: exit */
}

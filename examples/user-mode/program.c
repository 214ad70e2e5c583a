/* What runs in user mode. It has its own pages, and the kernel by system calls only. */
#include "program.h"

#include "system-calls.h"

static unsigned long call(unsigned long number, unsigned long argument)
{
    unsigned long answer;
    __asm__ volatile("int %1" : "=a"(answer) : "i"(SYSTEM_CALL), "a"(number), "D"(argument) : "memory"); /* BREAK: call */
    return answer;
}

unsigned long last_ticket;
unsigned steps_made; /* by all calls of steps_to_one */

/* How often a number is halved, or tripled plus one, until it is 1. */
static unsigned steps_to_one(unsigned long number)
{
    unsigned steps = 0;
    while (number != 1) {
        number = number % 2 == 0 ? number / 2 : 3 * number + 1; /* BREAK: user-loop */
        steps++;
        steps_made++;
    }
    return steps;
}

unsigned long count_steps(void)
{
    call(CALL_PRINT, (unsigned long)"Hello from user mode\n"); /* BREAK: user */
    last_ticket = call(CALL_TICKET, 0);
    unsigned long total = 0;
    for (unsigned long number = 1; number <= 10; number++) {
        total += steps_to_one(number); /* BREAK: user-call */
    }
    return total;
}

unsigned long trespass(void)
{
    call(CALL_PRINT, (unsigned long)"Reading the kernel's memory\n");
    return *(const volatile unsigned long *)KERNEL_ADDRESS; /* BREAK: trespass */
}

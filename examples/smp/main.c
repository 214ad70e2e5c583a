/* Two processors count to the same number. Without the lock they would lose turns; with it, none. */
#include <stdint.h>

#include "apic.h"
#include "debug-exit.h"
#include "port.h"
#include "serial.h"
#include "spinlock.h"

#define TURNS 20 /* of each processor */
#define SECOND 1 /* the second processor's APIC id */
#define PATIENCE (1ULL << 32) /* one to two seconds of a processor's time-stamp counter */

struct processor {
    uint8_t apic_id;
    int awake;
    unsigned turns; /* taken so far */
    int done;
};

static struct processor processors[2];

static struct spinlock counter_lock;
static uint64_t counter;

static struct spinlock serial_lock;

extern const char trampoline[];

static void say(const char *text, unsigned long number)
{
    spinlock_acquire(&serial_lock);
    serial_print(text);
    serial_print_decimal(number);
    serial_print("\n");
    spinlock_release(&serial_lock);
}

static void take_turns(struct processor *self)
{
    while (self->turns < TURNS) {
        spinlock_acquire(&counter_lock);
        counter++; /* BREAK: critical */
        self->turns++;
        spinlock_release(&counter_lock);
    }
    __atomic_store_n(&self->done, 1, __ATOMIC_RELEASE);
}

static uint64_t time_stamp(void)
{
    uint32_t low, high;
    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
    return (uint64_t)high << 32 | low;
}

static void wait_a_little(void)
{
    for (int i = 0; i < 1000; i++) {
        __asm__ volatile("pause");
    }
}

/*
 * Whether there is a second processor that wakes. A start-up interrupt that comes too early is lost, and one that comes too
 * late does no harm: so it is sent until it works.
 */
static int wake(struct processor *other)
{
    other->apic_id = SECOND;
    apic_send_init(SECOND); /* BREAK: wake */
    uint64_t begun = time_stamp();
    while (!__atomic_load_n(&other->awake, __ATOMIC_ACQUIRE)) {
        if (time_stamp() - begun > PATIENCE) {
            return 0;
        }
        apic_send_startup(SECOND, (uintptr_t)trampoline);
        wait_a_little();
    }
    return 1;
}

void second_processor(void)
{
    struct processor *self = &processors[1];
    say("woken: processor ", apic_id()); /* BREAK: second */
    __atomic_store_n(&self->awake, 1, __ATOMIC_RELEASE);
    take_turns(self);
}

void first_processor(void)
{
    serial_init();
    apic_enable();
    processors[0].apic_id = apic_id();
    say("started: processor ", apic_id()); /* BREAK: main */

    int success = 0;
    if (wake(&processors[1])) {
        take_turns(&processors[0]);
        while (!__atomic_load_n(&processors[1].done, __ATOMIC_ACQUIRE)) {
            wait_a_little();
        }
        say("counted to ", counter);
        success = counter == 2 * TURNS;
    } else {
        serial_print("There is no second processor. Give the machine one: \"cpus\": 2\n");
    }
    port_out(DEBUG_EXIT_PORT, success ? EXIT_SUCCESS : EXIT_FAILURE); /* BREAK: exit */
}

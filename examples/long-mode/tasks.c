#include "tasks.h"

#include <stddef.h>

#include "serial.h"

struct scheduler scheduler;

void task_start(struct task *task)
{
    struct task **link = &scheduler.ready;
    while (*link != NULL && (*link)->priority >= task->priority) {
        link = &(*link)->next;
    }
    task->state = TASK_READY;
    task->next = *link; /* BREAK: insert */
    *link = task;
    scheduler.count.started++;
}

static void finish(struct task *task)
{
    task->state = TASK_DONE;
    scheduler.ready = task->next;
    scheduler.count.done++;
    serial_print(task->name);
    serial_print(": ");
    serial_print_decimal(task->result);
    serial_print("\n"); /* BREAK: task-done */
}

static void give_turn(struct task *task, unsigned tick)
{
    task->result += task->work(tick);
    task->ticks_left--;
    if (task->ticks_left == 0) {
        finish(task);
    }
}

void run_tasks(void)
{
    while (scheduler.ready != NULL) {
        unsigned tick = scheduler.ticks++;
        give_turn(scheduler.ready, tick); /* BREAK: tick */
    }
}

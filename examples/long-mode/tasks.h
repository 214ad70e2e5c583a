/* Tasks that take turns: the one with the highest priority that is still ready runs for one tick. */
#ifndef TASKS_H
#define TASKS_H

#include <stdint.h>

#define NAME_BYTES 12

enum task_state { TASK_READY, TASK_DONE };

struct task {
    char name[NAME_BYTES];
    enum task_state state;
    uint8_t priority;            /* 0 to 255, the most urgent first */
    unsigned ticks_left;         /* turns until the task is done */
    uint64_t result;             /* what the task has computed so far */
    uint64_t (*work)(unsigned);  /* one turn's work, given the number of the turn */
    struct task *next;           /* in the ready list */
};

struct scheduler {
    struct task *ready; /* a list, the highest priority first */
    unsigned ticks;     /* turns given so far */
    struct {
        unsigned started;
        unsigned done;
    } count;
};

extern struct scheduler scheduler;

void task_start(struct task *task);

/* Gives every task its turns until all are done. */
void run_tasks(void);

#endif

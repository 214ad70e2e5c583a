/* A lock that waits by trying again and again: at most one processor holds it. */
#ifndef SPINLOCK_H
#define SPINLOCK_H

struct spinlock {
    int held;
};

/* Not inlined, so that a processor that waits can be seen in its call stack. */
__attribute__((noinline)) static void spinlock_acquire(struct spinlock *lock)
{
    while (__atomic_exchange_n(&lock->held, 1, __ATOMIC_ACQUIRE)) {
        __asm__ volatile("pause"); /* BREAK: waiting */
    }
}

static inline void spinlock_release(struct spinlock *lock)
{
    __atomic_store_n(&lock->held, 0, __ATOMIC_RELEASE);
}

#endif

/* Lines with several calls: direct ones, one through a pointer, one that is not reached, some in a loop. */
int thrice(int n)
{
    return 3 * n; /* BREAK: thrice */
}

int twice(int n)
{
    return n + n; /* BREAK: twice */
}

int add(int a, int b)
{
    return a + b; /* BREAK: add */
}

int (*volatile chosen)(int) = thrice;
volatile int total;

__attribute__((always_inline)) static inline void bump(void)
{
    total = total + 1; /* BREAK: copies */
}

void start(void)
{
    for (;;) {
        total = add(twice(1), chosen(3)); /* BREAK: calls */
        total = total < 0 && twice(total) ? 0 : total; /* BREAK: unreached */
        total = total + 2; /* BREAK: bumped */
        bump();
        bump();
        for (int i = 0; i < twice(1); i++) total = add(total, i); /* BREAK: loop */
    }
}

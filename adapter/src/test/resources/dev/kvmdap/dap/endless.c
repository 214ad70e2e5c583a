/* Lines to step over for ever. */
volatile unsigned turns;

static unsigned half(unsigned n)
{
    return n / 2;
}

void start(void)
{
    for (;;) {
        turns = turns + 1; /* BREAK: turn */
        turns = turns + half(turns);
    }
}

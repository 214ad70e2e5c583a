/* Comes to one place again and again, in batches. A Multiboot image, so that other hosts of guests can boot it. */
__asm__(".text\n"
        ".long 0x1badb002, 0, -0x1badb002\n"
        ".globl start, fault\n"
        "start: mov $stack + 4096, %esp\n"
        "       jmp run\n"
        "fault: jmp fault\n");

char stack[4096] __attribute__((aligned(16)));
volatile unsigned batches;

/* An interrupt gate, of 16 bytes in 64-bit code. */
struct gate {
    unsigned short low, selector, type, high;
#ifdef __x86_64__
    unsigned higher, reserved;
#endif
} gates[32] __attribute__((aligned(512)));

struct __attribute__((packed)) {
    unsigned short limit;
    struct gate *base;
} idt = {sizeof gates - 1, gates};

extern char fault[];

static void prepare_for_faults(void)
{
    unsigned short code;
    __asm__("mov %%cs, %0" : "=r"(code));
    for (int vector = 0; vector < 32; vector++)
        gates[vector] = (struct gate){(unsigned short)(long)fault, code, 0x8e00, (long)fault >> 16};
    __asm__ volatile("lidt %0" : : "m"(idt));
}

static void done(void)
{
    batches = batches + 1; /* BREAK: done */
}

void run(void)
{
    prepare_for_faults();
    for (;;) {
        unsigned turn = 0;
        do {
            turn = turn + 1; /* BREAK: turn */
        } while (turn != HITS);
        done();
    }
}

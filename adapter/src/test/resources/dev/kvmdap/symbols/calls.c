#include "inline.h"

struct point {
    int x;
    int y;
};

enum color { RED, GREEN = 5, BLUE };

typedef unsigned long word;

int counter = 3;
static word hidden = 9;
struct point corner = {1, 2};
const char *message = "hello";
short grid[2][3];
enum color paint = GREEN;
_Bool ready = 1;
double ratio = 0.5;
volatile char letter = 'k';
int (*handler)(int);
extern int announced;
int announced = 7;

static int is_odd(int n);

static int is_even(int n)
{
    if (n == 0)
        return 1;
    return is_odd(n - 1); /* even calls odd */
}

static int is_odd(int n)
{
    return n == 0 ? 0 : is_even(n - 1);
}

__attribute__((noinline)) int sum(int limit)
{
    int total = 0; /* sum: first statement */
    for (int i = 0; i < limit; i++) { /* sum: loop */
        total += twice(i); /* sum: inlined */
    }
    return total; /* sum: result */
}

__attribute__((noinline)) int classify(struct point *p)
{
    switch (p->x) {
    case 0:
        return p->y;
    case 1:
        return sum(p->y);
    case 2:
        counter++;
        return twice(counter);
    case 3:
        hidden += 2;
        return (int)hidden;
    default:
        break;
    }

    /* a comment between two lines with code */

    return -1; /* classify: after the comment */
}

int one_line(int a) { return a + 1; }

void _start(void)
{
    int result = classify(&corner); /* start: call */
    result += is_even(counter) + sum(5);
    counter = result;
    for (;;)
        ;
}

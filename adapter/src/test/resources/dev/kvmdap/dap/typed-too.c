/* Names that typed.c has too, and types of the same tag that are others. */
static int same_name = 200;
static char shadowed[] = "in the other file";

struct packed {
    long other;
} other_packed = {42};

enum color { CYAN = 7, MAGENTA } ink = MAGENTA;

__attribute__((noinline)) static int local_function(int n)
{
    return n - same_name - shadowed[0];
}

int too(int n)
{
    static int calls = 77;
    calls++;
    return local_function(n) + (int)other_packed.other + calls + (int)ink;
}

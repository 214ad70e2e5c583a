/* Code of many shapes: arithmetic of all widths, floating point, vectors, tables of jumps, calls through pointers. */
typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned long long u64;

struct node {
    struct node *next;
    int (*visit)(struct node *);
    u16 kind;
    u8 bytes[13];
    double weight;
};

static volatile u64 counter;

int walk(struct node *node, int depth)
{
    int sum = 0;
    for (; node; node = node->next) {
        sum += node->visit(node) + depth;
        switch (node->kind) {
        case 0: sum ^= 0x1234567; break;
        case 1: sum <<= depth; break;
        case 2: sum = -sum; break;
        case 3: sum /= 7; break;
        case 4: sum %= depth + 1; break;
        case 5: sum = ~sum; break;
        case 6: counter += sum; break;
        default: sum = walk(node->next, depth + 1);
        }
    }
    return sum;
}

void add(float *restrict to, const float *restrict from, int count)
{
    for (int i = 0; i < count; i++)
        to[i] = to[i] * 1.5f + from[i];
}

double mean(const int *values, int count)
{
    long double sum = 0;
    for (int i = 0; i < count; i++)
        sum += values[i];
    return (double)(sum / count);
}

u64 mix(u64 a, u64 b, u8 shift)
{
    u64 product = a * b;
    product ^= product >> (shift & 63);
    product = (product << 13) | (product >> 51);
    return __builtin_popcountll(product) + __builtin_ctzll(product | 1) + (product / (b | 1));
}

void copy(u8 *to, const u16 *from, int count)
{
    while (count-- > 0)
        *to++ = (u8)(*from++ > 255 ? 255 : from[-1]);
}

u16 reverse(u16 value)
{
    __asm__ volatile("pause; lock; incl %0" : "+m"(counter));
    return __builtin_bswap16(value) + (short)value * -3;
}

int sign(signed char c, short s, long l)
{
    return (c < 0) | (s >= 4) << 1 | (l == 0) << 2;
}

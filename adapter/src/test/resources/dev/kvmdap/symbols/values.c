/* Values of every kind that C has, in places of every kind that a compiler puts them. */

typedef unsigned long word;
typedef int (*operation)(int, int);

enum color { RED, GREEN = 5, BLUE = -3 };
enum access { NONE = 0, READ = 1, WRITE = 2, EXECUTE = 4 };
enum mode { FIRST = 1, SECOND = 2, BOTH = 3 };

struct point {
    int x, y;
};

struct bits {
    unsigned first : 3;
    signed second : 5;
    unsigned : 2;
    unsigned long long third : 40;
    _Bool flag : 1;
    int last : 31;
};

union number {
    int whole;
    float real;
    unsigned char bytes[8];
    struct {
        short low, high;
    };
};

struct node {
    struct node *next;
    const char *name;
    struct {
        int kind;
        union {
            word handle;
            struct point *place;
        };
    };
    enum color color;
    operation apply;
    struct point corners[2];
    double weight;
    char tail[];
};

struct declared;

struct pair {
    long first;
    double second;
};

struct small {
    short a;
    char b;
};

static int add(int a, int b) { return a + b; }
static int subtract(int a, int b) { return a - b; }

_Bool yes = 1, no;
char letter = 'k', newline = '\n', quote = '\'', high = (char)0xe9;
signed char negative = -7;
unsigned char byte = 200;
short little = -1234;
unsigned short little_unsigned = 65000;
int counter = 42;
unsigned int large = 4000000000u;
long longer = -99999;
word longest = ~0ul;
long long wide = -0x123456789abcdefLL;
unsigned long long wider = 0xfedcba9876543210ull;
#ifdef __SIZEOF_INT128__
__int128 widest = (__int128)-1 << 70;
unsigned __int128 widest_unsigned = (unsigned __int128)1 << 100;
#endif
float single = 1.1f;
double real = -0.1, tiny = 1e-300, huge = 1.5e300, whole = 3;
long double extended = 2.25L;
enum color paint = GREEN, odd = (enum color)9, below = BLUE;
enum access may = READ | EXECUTE, none = NONE, strange = (enum access)12;
enum mode mode = BOTH, unlisted = (enum mode)6;
const char *text = "some text\n\"quoted\"";
char buffer[16] = "short";
char full[4] = {'f', 'u', 'l', 'l'};
char binary[6] = {1, 2, 0, 'x', 0, 0};
unsigned char octets[20] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 7};
int numbers[5] = {1, -2, 3, -4, 5};
int zeros[30];
short grid[2][3] = {{1, 2, 3}, {4, 5, 6}};
char cube[2][2][3] = {{"ab", "cd"}, {"ef", "gh"}};
struct point points[3] = {{1, 2}, {3, 4}, {-5, -6}};
struct point origin;
const struct point fixed = {7, 8};
volatile int touched = 3;
struct bits bits = {5, -9, 0x123456789a, 1, -100000};
union number number = {0x3f800000};
int *numbers_at = &numbers[2];
int **twice = &numbers_at;
void *nowhere = 0, *somewhere = &grid;
struct declared *opaque = (struct declared *)&counter;
operation operations[3] = {add, subtract, 0};
int (*to_array)[5] = &numbers;
int (*(*maker)(void))(int, int);
struct node last = {0, "last", {1, {77}}, RED, subtract, {{9, 8}, {7, 6}}, 0.5};
struct node first = {&last, "first", {2, {.place = &points[1]}}, GREEN, add, {{1, 1}, {2, 2}}, 2.5};
static word hidden = 11;
float vector __attribute__((vector_size(16))) = {1, 2, 3, 4};

__attribute__((noinline)) void stop(int n) { __asm__ volatile("" : : "r"(n) : "memory"); /* stop: here */ }

static inline __attribute__((always_inline)) int scaled(int value, int by) {
    int product = value * by;
    stop(product);
    return product + 1;
}

static inline __attribute__((always_inline)) int both(int value) {
    int once = scaled(value, 3);
    return once + scaled(once, 5);
}

__attribute__((noinline)) int inlines(int start) {
    int result = both(start) - 2;
    return result;
}

__attribute__((noinline)) int many(int a, long b, char c, short d, word e, int *f, unsigned char g, long long h, int i, struct point j) {
    int sum = a + b + c + d + (int)e + *f + g + (int)h + i + j.x;
    stop(sum);
    return sum + j.y;
}

__attribute__((noinline)) double reals(double a, float b, long double c, int d) {
    double sum = a + b;
    double more = sum * d;
    stop((int)more);
    return more + (double)c;
}

__attribute__((noinline)) int recurse(int depth, struct node *at) {
    int local = depth * 10;
    if (depth == 0) {
        stop(local);
        return at->kind;
    }
    return recurse(depth - 1, at->next ? at->next : at) + local;
}

__attribute__((noinline)) long pairs(struct pair pair, struct small small, struct pair *behind) {
    struct pair swapped = {(long)pair.second, (double)pair.first};
    stop(small.a + small.b);
    *behind = swapped;
    return swapped.first + small.a;
}

__attribute__((noinline)) int shadows(int value) {
    int outer = value + 1;
    {
        int value = outer * 2;
        const char *label = "inner";
        stop(value + label[0]);
        for (int i = 0; i < 1; i++) {
            int outer = i + value;
            stop(outer);
        }
    }
    stop(outer);
    return outer;
}

__attribute__((noinline)) int entries(int kept, int lost) {
    stop(lost);
    stop(3);
    return kept;
}

__attribute__((noinline)) int calls_entries(int seed) {
    int one = entries(seed * 2, 17) + 1;
    int two = entries(one, seed);
    return one + two;
}

__attribute__((noinline)) int statics(void) {
    static int calls = 100;
    static const char *names[] = {"zero", "one"};
    calls++;
    stop(calls + names[1][0]);
    return calls;
}

__attribute__((noinline)) int variable(int length) {
    int squares[length];
    char texts[2][length];
    for (int i = 0; i < length; i++) {
        squares[i] = i * i;
        texts[0][i] = 'a' + i;
        texts[1][i] = 'A' + i;
    }
    stop(squares[length - 1] + texts[1][0]);
    return squares[1] + texts[0][0];
}

__attribute__((noinline)) int through(operation apply, int a) { return apply(a, 2) + 1; }

__attribute__((noinline)) int deep(int level, word mark) {
    volatile int kept = level + 1;
    if (level < 8) {
        return deep(level + 1, mark * 3) + kept;
    }
    stop(kept);
    return kept;
}

__attribute__((noinline)) int scattered(int n) {
    struct point place = {n, n + 1};
    struct {
        int a;
        struct point in;
        unsigned low : 4, up : 4;
    } local = {place.y, place, (unsigned)n, 3};
    stop(local.a);
    place.x++;
    stop(place.x + local.in.y + local.low);
    return place.x;
}

__attribute__((noinline)) int loops(const int *values, int count) {
    int sum = 0;
    for (int i = 0; i < count; i++) {
        int value = values[i];
        sum += value;
        stop(sum);
    }
    return sum;
}

int run(void) {
    struct pair behind = {1, 2.5};
    int total = inlines(4);
    total += many(1, -2, 'c', 4, 5, &counter, 250, 1LL << 40, 9, points[2]);
    total += (int)reals(1.5, 2.25f, 3.0L, 4);
    total += recurse(3, &first);
    total += (int)pairs((struct pair){3, 4.5}, (struct small){5, 'b'}, &behind);
    total += shadows(5);
    total += calls_entries(21);
    total += statics();
    total += variable(5);
    total += through(add, 6) + through(subtract, 7);
    total += deep(0, 1);
    total += scattered(6);
    total += loops(numbers, 3);
    hidden += (word)total;
    stop(total);
    return (int)behind.first;
}

__attribute__((used)) static void leave(void) {
    run();
#ifdef __x86_64__
    __asm__ volatile("mov $60, %eax; xor %edi, %edi; syscall");
#else
    __asm__ volatile("mov $1, %eax; xor %ebx, %ebx; int $0x80");
#endif
    __builtin_unreachable();
}

#ifdef __x86_64__
__asm__(".globl _start\n_start: .cfi_startproc\n.cfi_undefined rip\nxor %ebp, %ebp\ncall leave\nhlt\n.cfi_endproc");
#else
__asm__(".globl _start\n_start: .cfi_startproc\n.cfi_undefined eip\nxor %ebp, %ebp\nand $-16, %esp\nsub $12, %esp\ncall leave\nhlt\n.cfi_endproc");
#endif

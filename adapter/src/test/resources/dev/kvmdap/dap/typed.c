/* One value or more of every kind of type that C has, for expressions about them. Link with typed-too.c. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NOINLINE __attribute__((noinline, noclone))

enum color { RED, GREEN = 5, BLUE };
enum access { NONE = 0, READ = 1, WRITE = 2, EXECUTE = 4 };
enum level { LOW = -2, HIGH = 1000000 };

typedef unsigned long word;
typedef __CHAR16_TYPE__ char16_t;
typedef __CHAR32_TYPE__ char32_t;
typedef struct point {
    int x, y;
} point_t;

struct node {
    struct node *next;
    const char *name;
    int values[4];
};

union number {
    int whole;
    float real;
    unsigned char bytes[8];
    struct {
        uint16_t low, high;
    } halves;
};

struct packed {
    char tag;
    int32_t value;
    uint64_t wide;
    int16_t tail;
} __attribute__((packed));

struct gate {
    uint64_t low : 16;
    uint64_t selector : 16;
    uint64_t ist : 3;
    uint64_t zero : 5;
    uint64_t type : 4;
    uint64_t s : 1;
    uint64_t dpl : 2;
    uint64_t p : 1;
    uint64_t high : 16;
};

struct fields {
    int small : 3;
    unsigned middle : 7;
    signed char narrow : 5;
    bool yes : 1;
    enum color paint : 4;
    int : 0;
    long long large : 40;
    unsigned long long rest : 24;
};

struct message {
    uint32_t length;
    char text[];
};

struct outer {
    struct {
        int a;
        struct point where;
    } inner;
    union {
        long as_long;
        char as_chars[sizeof(long)];
    };
    struct {
        short deep, deeper;
    };
    point_t corners[2];
    union number numbers[2];
};

typedef int (*operation)(int, int);
typedef int table_t[2][3];

signed char tiny = -7;
unsigned char byte = 0xfe;
char letter = 'k', tab = '\t', quote = '\'', escape = 27, high_letter = (char)0xe9, nothing = 0;
short little = -12345;
unsigned short half = 54321;
int number = -1234567;
unsigned int count = 4000000000u;
long big = -5000000;
unsigned long bigger = 0xfffffff0ul;
long long huge = -0x123456789abcdefll;
unsigned long long hugest = 0xfedcba9876543210ull;
bool yes = true, no = false;
word a_word = 77;
const volatile int limit = 99;
volatile unsigned *const volatile port = (volatile unsigned *)0xb8000;

float ratio = 0.1f, third = 1.0f / 3, big_float = 1e20f, whole_float = 3;
double pi = 3.14159265358979, tiny_double = 1e-300, minus_zero = -0.0, million = 1e6, inexact = 0.1;
double infinite = __builtin_inf(), not_a_number = __builtin_nan("");
long double long_pi = 3.14159265358979323846l, long_third = 1.0l / 3;
#ifdef __SIZEOF_INT128__
__int128 enormous = -((__int128)5 << 100);
unsigned __int128 unsigned_enormous = ((unsigned __int128)0x123456789abcdefull << 64) | 0xfedcba9876543210ull;
#endif

enum color paint = BLUE, no_color = (enum color)3;
enum access allowed = READ | EXECUTE, forbidden = NONE, odd_access = (enum access)(WRITE | 8);
enum level level = LOW;

point_t corner = {3, -4};
struct node last = {NULL, "last", {1, 2, 3, 4}};
struct node first = {&last, "first \"one\"", {-1, 0, 0, 9}};
struct node *list = &first;
struct node **list_place = &list;
union number mixed = {.real = 1.5f};
struct packed tight = {'t', -2, 0x1122334455667788ull, -3};
struct gate gates[3] = {{0x1234, 8, 1, 0, 14, 0, 3, 1, 0xfedc}, {0}, {.low = 1, .type = 15, .p = 1}};
struct fields fields = {-3, 100, -16, true, BLUE, -0x123456789all, 0xabcdef};
struct message greeting = {5, "hello"};
struct message *letter_box = &greeting;
struct outer nested = {{1, {2, 3}}, {0x41424344}, {-5, 6}, {{7, 8}, {9, 10}}, {{.whole = 11}, {.real = 12}}};

int grid[3][4] = {{1, 2, 3, 4}, {5, 6, 7, 8}, {9, 10, 11, 12}};
table_t small_grid = {{1, 2, 3}, {4, 5, 6}};
int zeros[30];
int repeats[15] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 3, 3};
uint8_t raw[16] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 255};
char text[16] = "a text";
char full_text[4] = {'f', 'u', 'l', 'l'};
char with_zeros[8] = "a\0b\0c";
const char *message = "tab\t, quote\", back\\slash, bell\a, end\n";
const char *utf8 = "gr\xc3\xbc\xc3\x9f" "e \xe2\x82\xac";
const char *invalid_utf8 = "\xff\xc3(";
const char *no_message = NULL;
const char *long_message = "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"
                           "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789+";
const char *words[3] = {"one", "two", NULL};
uint16_t wide_text[6] = {'w', 'i', 'd', 'e', 0};
wchar_t wide_letter = L'\u00e9', wide_word[8] = L"na\u00efve\n";
const wchar_t *wide_message = L"wide \u20ac";
char16_t short_word[6] = u"\u20ac1", pair[4] = u"\U0001f600";
char32_t long_word[] = U"\U0001f600!";
char16_t lonely[2] = {0xd800, 'x'};
struct point *corner_of[2] = {&corner, &nested.corners[1]};
double doubles[3] = {0.5, -1.25, 1e10};
bool flags[4] = {true, false, true, true};
enum color paints[3] = {RED, BLUE, GREEN};
void *anything = &corner;
void (*nowhere)(void);
int (*row)[4] = &grid[1];
char big_text[300];

static int shadowed = 1;
static int same_name = 100;
int seen_by_all = 5;

NOINLINE int add(int a, int b)
{
    return a + b;
}

NOINLINE static int local_function(int n)
{
    return n * same_name;
}

operation operations[2] = {add, NULL};
int (*function)(int) = local_function;
operation (*chooser)(enum color, const char *);

extern int too(int n);

NOINLINE int inner(int first_argument, const char *second, struct point third_argument, struct node *where)
{
    static int calls = 3;
    static const char *static_text = "static";
    int total = first_argument * 2;
    int shadowed = 10;
    point_t place = {total, shadowed};
    short local_array[5] = {1, 2, 3, 4, 5};
    unsigned char small = (unsigned char)first_argument;
    word *reference = &a_word;
    {
        int shadowed = 20;
        struct node mine = {where, second, {total, shadowed, third_argument.x, third_argument.y}};
        calls++;
        asm volatile("nop" : "+r"(total), "+r"(shadowed) : "r"(where), "r"(second), "m"(mine), "m"(place), "m"(local_array) : "memory");
        asm volatile("nop" : "+r"(total), "+r"(shadowed) : "r"(where), "r"(reference), "m"(mine), "m"(static_text), "m"(small) : "memory"); /* BREAK: stop */
        total += shadowed + mine.values[1];
    }
    asm volatile("nop" : "+r"(total) : "r"(first_argument), "r"(second), "r"(where), "m"(place), "m"(local_array) : "memory");
    return total + shadowed + place.x + small + static_text[0];
}

NOINLINE int outer(int depth)
{
    long kept = depth * 1000L;
    struct point here = {depth, -depth};
    int result = inner(depth + 1, "second", here, &first);
    asm volatile("nop" : "+r"(kept) : "m"(here), "r"(depth) : "memory");
    return result + (int)kept;
}

void start(void)
{
    for (int i = 0; i < 26; i++) big_text[i] = (char)('a' + i);
    number += outer(40) - outer(40);
    for (;;) number = too(shadowed) + local_function(operations[0](number, seen_by_all)) + function(1);
}

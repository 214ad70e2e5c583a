static inline __attribute__((always_inline)) int twice(int value)
{
    int doubled = value * 2; /* twice: body */
    return doubled;
}

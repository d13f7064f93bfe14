// Fannkuch: the most flips that bring the first of n numbers to 0, over all permutations of 10, as in the Computer Language Benchmarks Game.
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
static int64_t flips(int64_t *perm) {
    int64_t flips = 0;
    while (perm[0] != 0) {
        for (int64_t low = 0, high = perm[0]; low < high; low++, high--) {
            int64_t x = perm[low];
            perm[low] = perm[high];
            perm[high] = x;
        }
        flips++;
    }
    return flips;
}
static int64_t fannkuch(int64_t n, int64_t *most) {
    int64_t *first = malloc(n * sizeof *first), *perm = malloc(n * sizeof *perm), *count = malloc(n * sizeof *count);
    for (int64_t i = 0; i < n; i++) first[i] = i;
    int64_t checksum = 0, r = n;
    bool even = true;
    *most = 0;
    for (;;) {
        for (; r > 1; r--) count[r - 1] = r;
        memcpy(perm, first, n * sizeof *perm);
        int64_t found = flips(perm);
        if (found > *most) *most = found;
        checksum += even ? found : -found;
        even = !even;
        for (;; r++) {
            if (r == n) {
                free(first);
                free(perm);
                free(count);
                return checksum;
            }
            int64_t front = first[0];
            memmove(first, first + 1, r * sizeof *first);
            first[r] = front;
            if (--count[r] > 0) break;
        }
    }
}
int main(void) {
    int64_t n = 10, most;
    int64_t checksum = fannkuch(n, &most);
    printf("%lld\nPfannkuchen(%lld) = %lld\n", (long long)checksum, (long long)n, (long long)most);
}

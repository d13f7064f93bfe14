#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
static int64_t count(int64_t limit) {
    bool *composite = calloc(limit, 1);
    int64_t primes = 0;
    for (int64_t n = 2; n < limit; n++) {
        if (!composite[n]) {
            primes++;
            for (int64_t m = n * n; m < limit; m += n) composite[m] = true;
        }
    }
    free(composite);
    return primes;
}
int main(void) {
    int64_t sum = 0;
    for (int i = 0; i < 30; i++) sum += count(5000000);
    printf("%lld\n", (long long)sum);
}

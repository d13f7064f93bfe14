#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
static bool is_prime(int32_t n) {
    for (int32_t i = 2; i < n; i++)
        if (n % i == 0) return false;
    return true;
}
int main(void) {
    volatile int32_t limit = 60000;
    int64_t primes = 0;
    for (int32_t n = 2; n <= limit; n++) primes += is_prime(n);
    printf("%lld\n", (long long)primes);
}

#include <stdint.h>
#include <stdio.h>
static int32_t fibonacci(int64_t n) {
    uint32_t a = 0, b = 1;
    for (int64_t i = 0; i < n; i++) {
        uint32_t next = a + b;
        a = b;
        b = next;
    }
    return (int32_t)a;
}
int main(void) {
    volatile int64_t times = 100;
    int64_t sum = 0;
    for (int64_t i = 0; i < times; i++) sum += fibonacci(10000000 + i);
    printf("%lld\n", (long long)sum);
}

#include <stdint.h>
#include <stdio.h>
int main(void) {
    int64_t bytes = 0, digits = 0, n = 42;
    for (int i = 0; i < 10000000; i++) {
        n = (n * 1664525 + 1013904223) % 4294967296;
        char text[24];
        bytes += snprintf(text, sizeof text, "%lld", (long long)n);
        digits += text[0];
    }
    printf("%lld %lld\n", (long long)bytes, (long long)digits);
}

#include <stdint.h>
#include <stdio.h>
int main(void) {
    static double numbers[10000];
    for (int i = 0; i < 10000; i++) numbers[i] = i + (double)i / 10007;
    int64_t bytes = 0, digits = 0;
    for (int time = 0; time < 150; time++) {
        for (int i = 0; i < 10000; i++) {
            char text[64];
            int length = snprintf(text, sizeof text, "%.6f", numbers[i]);
            bytes += length;
            digits += text[length - 1];
        }
    }
    printf("%lld %lld\n", (long long)bytes, (long long)digits);
}

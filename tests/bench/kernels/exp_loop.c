#include <math.h>
#include <stdint.h>
#include <stdio.h>
int main(void) {
    volatile int64_t n = 30000000;
    double sum = 0;
    for (int64_t i = 1, end = n; i <= end; i++) sum += exp(1 / (double)i);
    printf("%.4f\n", sum);
}

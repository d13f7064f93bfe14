#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
static double *matrix(int64_t n, int64_t seed) {
    double *m = calloc(n * n, sizeof *m);
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < n; j++) m[i * n + j] = (double)((i * seed + j) % 17) / 16;
    return m;
}
static double *multiply(const double *a, const double *b, int64_t n) {
    double *c = calloc(n * n, sizeof *c);
    for (int64_t i = 0; i < n; i++)
        for (int64_t k = 0; k < n; k++) {
            double x = a[i * n + k];
            for (int64_t j = 0; j < n; j++) c[i * n + j] += x * b[k * n + j];
        }
    return c;
}
int main(void) {
    int64_t n = 1200;
    double *c = multiply(matrix(n, 3), matrix(n, 7), n), trace = 0;
    for (int64_t i = 0; i < n; i++) trace += c[i * n + i];
    printf("%.6f\n", trace);
}

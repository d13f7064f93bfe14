// Spectral norm of an infinite matrix by its first 3000 × 3000 elements, as in the Computer Language Benchmarks Game.
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
static double element(int64_t i, int64_t j) { return 1 / (double)((i + j) * (i + j + 1) / 2 + i + 1); }
static void times(const double *v, double *out, int64_t n) {
    for (int64_t i = 0; i < n; i++) {
        double sum = 0;
        for (int64_t j = 0; j < n; j++) sum += element(i, j) * v[j];
        out[i] = sum;
    }
}
static void transposed_times(const double *v, double *out, int64_t n) {
    for (int64_t i = 0; i < n; i++) {
        double sum = 0;
        for (int64_t j = 0; j < n; j++) sum += element(j, i) * v[j];
        out[i] = sum;
    }
}
static double norm(int64_t n) {
    double *u = malloc(n * sizeof *u), *v = malloc(n * sizeof *v), *between = malloc(n * sizeof *between);
    for (int64_t i = 0; i < n; i++) u[i] = 1;
    for (int round = 0; round < 10; round++) {
        times(u, between, n);
        transposed_times(between, v, n);
        times(v, between, n);
        transposed_times(between, u, n);
    }
    double uv = 0, vv = 0;
    for (int64_t i = 0; i < n; i++) {
        uv += u[i] * v[i];
        vv += v[i] * v[i];
    }
    return sqrt(uv / vv);
}
int main(void) {
    volatile int64_t n = 3000;
    printf("%.9f\n", norm(n));
}

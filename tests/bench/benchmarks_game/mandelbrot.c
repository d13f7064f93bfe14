// The bitmap of the Mandelbrot set of 2000 × 2000 points, 50 iterations each, as in the Computer Language Benchmarks Game; of it a checksum (FNV-1a).
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
static bool inside(double cr, double ci) {
    double zr = 0, zi = 0, tr = 0, ti = 0;
    for (int i = 0; i < 50; i++) {
        zi = 2 * zr * zi + ci;
        zr = tr - ti + cr;
        tr = zr * zr;
        ti = zi * zi;
        if (tr + ti > 4) return false;
    }
    return true;
}
static void row(int64_t y, int64_t size, uint8_t *bytes, int64_t length) {
    double ci = 2 * (double)y / (double)size - 1;
    for (int64_t i = 0; i < length; i++) {
        uint8_t bits = 0;
        for (int64_t x = i * 8; x < i * 8 + 8; x++) {
            bits <<= 1;
            if (x < size && inside(2 * (double)x / (double)size - 1.5, ci)) bits |= 1;
        }
        bytes[i] = bits;
    }
}
static uint32_t checksum(const uint8_t *bytes, int64_t length, uint32_t hash) {
    for (int64_t i = 0; i < length; i++) hash = (hash ^ bytes[i]) * 16777619;
    return hash;
}
int main(void) {
    int64_t size = 2000, length = (size + 7) / 8;
    uint8_t *bytes = malloc(length);
    uint32_t hash = 2166136261;
    for (int64_t y = 0; y < size; y++) {
        row(y, size, bytes, length);
        hash = checksum(bytes, length, hash);
    }
    free(bytes);
    printf("P4\n%lld %lld\n%08x\n", (long long)size, (long long)size, hash);
}

// The Mandelbrot set on 500 * 500 places, its bytes exclusive-ored, ten times, as in Are We Fast Yet.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#pragma STDC FP_CONTRACT OFF
static int64_t mandelbrot(int64_t size) {
    int64_t sum = 0, byte = 0, bits = 0;
    for (int64_t y = 0; y < size; y++) {
        double ci = 2.0 * y / size - 1.0;
        for (int64_t x = 0; x < size; x++) {
            double cr = 2.0 * x / size - 1.5, zi = 0, zr2 = 0, zi2 = 0;
            int64_t escaped = 0;
            for (int z = 0; z < 50; z++) {
                double zr = zr2 - zi2 + cr;
                zi = 2.0 * zr * zi + ci;
                zr2 = zr * zr;
                zi2 = zi * zi;
                if (zr2 + zi2 > 4.0) {
                    escaped = 1;
                    break;
                }
            }
            byte = byte << 1 | escaped;
            bits++;
            if (bits == 8 || x == size - 1) {
                sum ^= byte << (8 - bits);
                byte = bits = 0;
            }
        }
    }
    return sum;
}
int main(void) {
    volatile int64_t size = 500;
    int64_t total = 0;
    for (int i = 0; i < 10; i++) {
        int64_t sum = mandelbrot(size);
        if (sum != 191) abort();
        total += sum;
    }
    printf("%lld\n", (long long)total);
}

#include <stdio.h>
#include <stdint.h>
static int64_t escape(double cx, double cy) {
    double x = 0, y = 0;
    int64_t n = 0;
    while (n < 200 && x * x + y * y <= 4) {
        double next = x * x - y * y + cx;
        y = 2 * x * y + cy;
        x = next;
        n++;
    }
    return n;
}
int main(void) {
    int64_t sum = 0, size = 2000;
    for (int64_t row = 0; row < size; row++)
        for (int64_t column = 0; column < size; column++) sum += escape((double)column * 3 / (double)size - 2.2, (double)row * 2 / (double)size - 1);
    printf("%lld\n", (long long)sum);
}

#include <stdint.h>
#include <stdio.h>
extern int toupper(int c);
int main(void) {
    int64_t sum = 0;
    for (int32_t i = 0; i < 200000000; i++) sum += toupper(i & 127);
    printf("%lld\n", (long long)sum);
}

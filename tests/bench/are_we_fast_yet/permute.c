// Every permutation of six elements by exchanging two of them, 1000 times 15, as in Are We Fast Yet.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
struct permuter { int64_t calls, elements[6]; };
static void swap(int64_t *a, int64_t *b) {
    int64_t old = *a;
    *a = *b;
    *b = old;
}
static void permute(struct permuter *p, int64_t n) {
    p->calls++;
    if (n == 0) return;
    permute(p, n - 1);
    for (int64_t i = n - 1; i >= 0; i--) {
        swap(&p->elements[n - 1], &p->elements[i]);
        permute(p, n - 1);
        swap(&p->elements[n - 1], &p->elements[i]);
    }
}
int main(void) {
    int64_t calls = 0;
    for (int i = 0; i < 15000; i++) {
        struct permuter p = {0};
        permute(&p, 6);
        if (p.calls != 8660) abort();
        calls += p.calls;
    }
    printf("%lld\n", (long long)calls);
}

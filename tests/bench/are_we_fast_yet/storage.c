// Trees of arrays of depth 7, built and dropped, 1000 times 2, as in Are We Fast Yet.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
struct places {
    int64_t count;
    struct places *at[];
};
struct storage { int64_t count, seed; };
static int64_t draw(struct storage *s) { return s->seed = (s->seed * 1309 + 13849) & 65535; }
static struct places *places(int64_t count) {
    struct places *p = calloc(1, sizeof *p + count * sizeof *p->at);
    p->count = count;
    return p;
}
static struct places *tree(struct storage *s, int64_t depth) {
    s->count++;
    if (depth == 1) return places(draw(s) % 10 + 1);
    struct places *p = places(4);
    for (int64_t i = 0; i < 4; i++) p->at[i] = tree(s, depth - 1);
    return p;
}
static void drop(struct places *p) {
    if (!p) return;
    for (int64_t i = 0; i < p->count; i++) drop(p->at[i]);
    free(p);
}
int main(void) {
    int64_t count = 0;
    for (int i = 0; i < 2000; i++) {
        struct storage s = {0, 74755};
        struct places *p = tree(&s, 7);
        if (s.count != 5461) abort();
        count += p->count * s.count;
        drop(p);
    }
    printf("%lld\n", (long long)count);
}

// 100 balls in a box for 50 steps, 1500 times 10, as in Are We Fast Yet.
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
enum { limit = 500, count = 100 };
struct ball { int64_t x, y, dx, dy; };
static int64_t draw(int64_t *seed) { return *seed = (*seed * 1309 + 13849) & 65535; }
static bool step(struct ball *b) {
    bool hit = false;
    b->x += b->dx;
    b->y += b->dy;
    if (b->x > limit) {
        b->x = limit;
        b->dx = -llabs(b->dx);
        hit = true;
    }
    if (b->x < 0) {
        b->x = 0;
        b->dx = llabs(b->dx);
        hit = true;
    }
    if (b->y > limit) {
        b->y = limit;
        b->dy = -llabs(b->dy);
        hit = true;
    }
    if (b->y < 0) {
        b->y = 0;
        b->dy = llabs(b->dy);
        hit = true;
    }
    return hit;
}
static int64_t bounces(void) {
    int64_t seed = 74755, bounces = 0;
    struct ball *balls = malloc(count * sizeof *balls);
    for (int i = 0; i < count; i++) {
        balls[i].x = draw(&seed) % limit;
        balls[i].y = draw(&seed) % limit;
        balls[i].dx = draw(&seed) % 300 - 150;
        balls[i].dy = draw(&seed) % 300 - 150;
    }
    for (int i = 0; i < 50; i++)
        for (int j = 0; j < count; j++)
            if (step(&balls[j])) bounces++;
    free(balls);
    return bounces;
}
int main(void) {
    int64_t sum = 0;
    for (int i = 0; i < 15000; i++) {
        int64_t found = bounces();
        if (found != 1331) abort();
        sum += found;
    }
    printf("%lld\n", (long long)sum);
}

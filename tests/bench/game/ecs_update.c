// 100 000 entities as a structure of arrays, four systems, 300 frames.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#pragma STDC FP_CONTRACT OFF
struct world { int64_t count; double *x, *y, *vx, *vy; int32_t *health, *timer; };
static int64_t seed = 42;
static int64_t draw(void) {
    seed = (seed * 1664525 + 1013904223) % 4294967296;
    return seed / 65536;
}
static void move_all(struct world *w) {
    for (int64_t i = 0; i < w->count; i++)
        if (w->health[i] > 0) {
            w->x[i] += w->vx[i] * 0.0625;
            w->y[i] += w->vy[i] * 0.0625;
        }
}
static void bounce(struct world *w) {
    for (int64_t i = 0; i < w->count; i++) {
        if (w->x[i] < 0 || w->x[i] > 1000) w->vx[i] = -w->vx[i];
        if (w->y[i] < 0 || w->y[i] > 1000) w->vy[i] = -w->vy[i];
    }
}
static void burn(struct world *w) {
    for (int64_t i = 0; i < w->count; i++)
        if (w->health[i] > 0 && w->x[i] > 400 && w->x[i] < 600) w->health[i]--;
}
static void tick(struct world *w) {
    for (int64_t i = 0; i < w->count; i++)
        if (--w->timer[i] == 0) {
            w->timer[i] = 60;
            if (w->health[i] <= 0) w->health[i] = 50;
            else w->health[i] += 3;
        }
}
int main(void) {
    volatile int64_t size = 100000;
    int64_t n = size;
    struct world w = {n, malloc(n * 8), malloc(n * 8), malloc(n * 8), malloc(n * 8), malloc(n * 4), malloc(n * 4)};
    for (int64_t i = 0; i < n; i++) {
        w.x[i] = (double)(draw() % 1000);
        w.y[i] = (double)(draw() % 1000);
        w.vx[i] = (double)(draw() % 200 - 100) / 16;
        w.vy[i] = (double)(draw() % 200 - 100) / 16;
        w.health[i] = (int32_t)(draw() % 100 + 1);
        w.timer[i] = (int32_t)(draw() % 60 + 1);
    }
    for (int frame = 0; frame < 300; frame++) {
        move_all(&w);
        bounce(&w);
        burn(&w);
        tick(&w);
    }
    double x = 0, y = 0;
    int64_t health = 0;
    for (int64_t i = 0; i < n; i++) x += w.x[i], y += w.y[i], health += w.health[i];
    printf("%ld %ld %ld\n", (long)x, (long)y, (long)health);
}

// 4000 boids, their neighbours found by a grid of cells, 240 steps.
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#pragma STDC FP_CONTRACT OFF
enum { cells = 32 };
struct boid { double x, y, vx, vy; };
static int64_t first[cells * cells + 1], next[cells * cells + 1];
static int64_t cell(double v) {
    int64_t c = (int64_t)v;
    return c < 0 ? 0 : c > cells - 1 ? cells - 1 : c;
}
static int64_t low(int64_t c) { return c > 0 ? c - 1 : 0; }
static int64_t high(int64_t c) { return c + 2 < cells ? c + 2 : cells; }
static void sort_into_cells(const struct boid *boids, int64_t *order, int64_t count) {
    memset(first, 0, sizeof first);
    for (int64_t i = 0; i < count; i++) first[cell(boids[i].y) * cells + cell(boids[i].x) + 1]++;
    for (int i = 0; i < cells * cells; i++) first[i + 1] += first[i];
    memcpy(next, first, sizeof first);
    for (int64_t i = 0; i < count; i++) order[next[cell(boids[i].y) * cells + cell(boids[i].x)]++] = i;
}
static struct boid steer(const struct boid *boids, const int64_t *order, struct boid b) {
    double x = 0, y = 0, vx = 0, vy = 0, away_x = 0, away_y = 0, count = 0;
    for (int64_t row = low(cell(b.y)); row < high(cell(b.y)); row++) {
        int64_t to = first[row * cells + high(cell(b.x))];
        for (int64_t k = first[row * cells + low(cell(b.x))]; k < to; k++) {
            struct boid o = boids[order[k]];
            double dx = o.x - b.x, dy = o.y - b.y, d = dx * dx + dy * dy;
            if (d < 1) {
                x += o.x, y += o.y, vx += o.vx, vy += o.vy, count += 1;
                if (d < 0.0625) away_x -= dx, away_y -= dy;
            }
        }
    }
    struct boid new = b;
    new.vx += (x / count - b.x) * 0.01 + (vx / count - b.vx) * 0.1 + away_x * 0.05;
    new.vy += (y / count - b.y) * 0.01 + (vy / count - b.vy) * 0.1 + away_y * 0.05;
    if (b.x < 1) new.vx += 0.01;
    if (b.x > 31) new.vx -= 0.01;
    if (b.y < 1) new.vy += 0.01;
    if (b.y > 31) new.vy -= 0.01;
    double speed = sqrt(new.vx * new.vx + new.vy * new.vy);
    if (speed > 0.125) new.vx *= 0.125 / speed, new.vy *= 0.125 / speed;
    new.x += new.vx, new.y += new.vy;
    return new;
}
int main(void) {
    volatile int64_t size = 4000;
    int64_t count = size, seed = 42;
    struct boid *boids = malloc(count * sizeof *boids), *moved = malloc(count * sizeof *moved);
    int64_t *order = malloc(count * sizeof *order);
    for (int64_t i = 0; i < count; i++) {
        double draw[4];
        for (int k = 0; k < 4; k++) {
            seed = (seed * 1664525 + 1013904223) % 4294967296;
            draw[k] = (double)(seed / 65536);
        }
        boids[i] = (struct boid){draw[0] / 2048, draw[1] / 2048, draw[2] / 524288, draw[3] / 524288};
    }
    for (int step = 0; step < 240; step++) {
        sort_into_cells(boids, order, count);
        for (int64_t i = 0; i < count; i++) moved[i] = steer(boids, order, boids[i]);
        struct boid *old = boids;
        boids = moved, moved = old;
    }
    double x = 0, y = 0;
    for (int64_t i = 0; i < count; i++) x += boids[i].x, y += boids[i].y;
    printf("%ld %ld\n", (long)(x * 1000), (long)(y * 1000));
}

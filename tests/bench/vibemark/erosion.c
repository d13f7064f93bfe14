// A height map of 256 * 256, by six octaves of noise, under 200 000 drops of rain and 20 rounds of slides.
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#pragma STDC FP_CONTRACT OFF
enum { side = 256 };
static double heights[side * side];
static int64_t seed = 987654;
static double draw(void) {
    seed = (seed * 1664525 + 1013904223) % 4294967296;
    return (double)seed / 4294967296.0;
}
static double corner(int64_t x, int64_t y) {
    int64_t n = (x * 7919 + y * 104729) % 65521;
    return (double)(n * n % 65521) / 65521;
}
static double smooth(double t) { return t * t * (3 - 2 * t); }
static double noise(double x, double y) {
    int64_t column = (int64_t)x, row = (int64_t)y;
    double u = smooth(x - (double)column), v = smooth(y - (double)row);
    double above = corner(column, row) * (1 - u) + corner(column + 1, row) * u;
    double below = corner(column, row + 1) * (1 - u) + corner(column + 1, row + 1) * u;
    return above * (1 - v) + below * v;
}
static void land(void) {
    for (int y = 0; y < side; y++)
        for (int x = 0; x < side; x++) {
            double height = 0, scale = 4.0 / side, weight = 0.5;
            for (int i = 0; i < 6; i++) {
                height += weight * noise(x * scale, y * scale);
                scale *= 2, weight *= 0.5;
            }
            heights[y * side + x] = height;
        }
}
static double least(double a, double b) { return a < b ? a : b; }
static double most(double a, double b) { return a > b ? a : b; }
static void rain(void) {
    double x = draw() * (side - 2), y = draw() * (side - 2), dx = 0, dy = 0, speed = 1, water = 1, soil = 0;
    for (int step = 0; step < 30; step++) {
        int64_t column = (int64_t)x, row = (int64_t)y;
        double u = x - (double)column, v = y - (double)row, *h = heights + row * side + column;
        double a = h[0], b = h[1], c = h[side], d = h[side + 1];
        double height = (a * (1 - u) + b * u) * (1 - v) + (c * (1 - u) + d * u) * v;
        dx = dx * 0.05 - ((b - a) * (1 - v) + (d - c) * v) * 0.95;
        dy = dy * 0.05 - ((c - a) * (1 - u) + (d - b) * u) * 0.95;
        double length = sqrt(dx * dx + dy * dy);
        if (length < 1e-12) return;
        dx /= length, dy /= length, x += dx, y += dy;
        if (x < 0 || y < 0 || x >= side - 1 || y >= side - 1) return;
        int64_t i = (int64_t)x, j = (int64_t)y;
        double s = x - (double)i, t = y - (double)j, *n = heights + j * side + i;
        double next = (n[0] * (1 - s) + n[1] * s) * (1 - t) + (n[side] * (1 - s) + n[side + 1] * s) * t;
        double change = next - height, room = most(-change, 0.01) * speed * water * 4, left;
        if (change > 0) left = least(change, soil);
        else if (soil > room) left = (soil - room) * 0.3;
        else left = -least((room - soil) * 0.3, -change);
        soil -= left;
        h[0] += left * (1 - u) * (1 - v);
        h[1] += left * u * (1 - v);
        h[side] += left * (1 - u) * v;
        h[side + 1] += left * u * v;
        speed = sqrt(most(speed * speed - change * 4, 0));
        water *= 0.99;
    }
}
static void slide(void) {
    static const int64_t steps[4] = {-side, -1, 1, side};
    for (int64_t y = 1; y < side - 1; y++)
        for (int64_t x = 1; x < side - 1; x++) {
            int64_t at = y * side + x, lowest = at;
            for (int i = 0; i < 4; i++)
                if (heights[at + steps[i]] < heights[lowest]) lowest = at + steps[i];
            double steep = heights[at] - heights[lowest];
            if (steep > 0.01) {
                heights[at] -= (steep - 0.01) * 0.5;
                heights[lowest] += (steep - 0.01) * 0.5;
            }
        }
}
int main(void) {
    volatile int drops = 200000;
    land();
    for (int i = 0; i < drops; i++) rain();
    for (int i = 0; i < 20; i++) slide();
    double low = heights[0], high = heights[0], sum = 0;
    for (int i = 0; i < side * side; i++) low = least(low, heights[i]), high = most(high, heights[i]), sum += heights[i];
    printf("%.9f %.9f %.9f\n", low, high, sum / (side * side));
}

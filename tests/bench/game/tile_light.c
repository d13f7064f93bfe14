// Light of 300 wandering lamps, flooded over 512 * 512 tiles with walls, 80 frames.
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
enum { side = 512, falloff = 6 };
static bool wall[side * side];
static int32_t light[side * side];
static int64_t queue[side * side];
static int64_t seed = 42;
static int64_t draw(void) {
    seed = (seed * 1664525 + 1013904223) % 4294967296;
    return seed / 65536;
}
static void flood(int64_t from, int32_t level) {
    static const int64_t steps[4] = {-side, -1, 1, side};
    if (light[from] >= level) return;
    light[from] = level;
    int64_t head = 0, tail = 0;
    queue[tail++] = from;
    while (head < tail) {
        int64_t at = queue[head++];
        int32_t next = light[at] - falloff;
        if (wall[at] || next <= 0) continue;
        for (int i = 0; i < 4; i++) {
            int64_t to = at + steps[i];
            if (light[to] < next) {
                light[to] = next;
                queue[tail++] = to;
            }
        }
    }
}
int main(void) {
    volatile int frames = 80;
    memset(wall, true, sizeof wall);
    for (int64_t y = 1; y < side - 1; y++)
        for (int64_t x = 1; x < side - 1; x++) wall[y * side + x] = draw() % 4 == 0;
    int64_t sum = 0;
    for (int frame = 0; frame < frames; frame++) {
        memset(light, 0, sizeof light);
        for (int lamp = 0; lamp < 300; lamp++) {
            int64_t x = draw() % (side - 2) + 1;
            int64_t y = draw() % (side - 2) + 1;
            flood(y * side + x, 255);
        }
        for (int64_t i = 0; i < side * side; i++) sum += light[i];
    }
    printf("%ld\n", (long)sum);
}

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
struct vec3 { double x, y, z; };
struct particle { struct vec3 position, velocity; };
static struct vec3 add(struct vec3 a, struct vec3 b) { return (struct vec3){a.x + b.x, a.y + b.y, a.z + b.z}; }
static void step(struct particle *particles, int64_t count) {
    for (int64_t i = 0; i < count; i++) particles[i].position = add(particles[i].position, particles[i].velocity);
}
int main(void) {
    volatile int64_t size = 50000;
    int64_t count = size;
    struct particle *particles = malloc(count * sizeof *particles);
    for (int64_t i = 0; i < count; i++) {
        double x = (double)i;
        particles[i] = (struct particle){{x, x + 1, x + 2}, {1, 2, 3}};
    }
    for (int n = 0; n < 3000; n++) step(particles, count);
    struct vec3 sum = {0, 0, 0};
    for (int64_t i = 0; i < count; i++) sum = add(sum, particles[i].position);
    printf("%.1f %.1f %.1f\n", sum.x, sum.y, sum.z);
}

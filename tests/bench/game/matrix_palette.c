// 64 bones in a tree, 20 000 vertices of 4 weights, 1600 frames.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#pragma STDC FP_CONTRACT OFF
struct point { float x, y, z; };
struct row { float x, y, z, w; };
struct bone { struct row a, b, c; };
struct vertex { struct point at; int32_t bones[4]; float weights[4]; };
static struct row compose(struct row r, const struct bone *m) {
    return (struct row){r.x * m->a.x + r.y * m->b.x + r.z * m->c.x, r.x * m->a.y + r.y * m->b.y + r.z * m->c.y,
                        r.x * m->a.z + r.y * m->b.z + r.z * m->c.z, r.x * m->a.w + r.y * m->b.w + r.z * m->c.w + r.w};
}
static float dot(const struct row *r, struct point p) { return r->x * p.x + r->y * p.y + r->z * p.z + r->w; }
static void pose(struct bone *palette, int64_t count, int64_t frame) {
    for (int64_t i = 0; i < count; i++) {
        float s = (float)((frame * 7 + i * 13) % 64 - 32) / 128;
        struct bone local = {{1 - s * s, -s, 0, 0.25f}, {s, 1 - s * s, 0, 0.5f}, {0, 0, 1, s}};
        if (i > 0) {
            const struct bone *parent = &palette[(i - 1) / 2];
            palette[i] = (struct bone){compose(parent->a, &local), compose(parent->b, &local), compose(parent->c, &local)};
        } else palette[i] = local;
    }
}
static void skin(const struct bone *palette, const struct vertex *vertices, struct point *out, int64_t count) {
    for (int64_t i = 0; i < count; i++) {
        const struct vertex *v = &vertices[i];
        struct point to = {0, 0, 0};
        for (int k = 0; k < 4; k++) {
            const struct bone *m = &palette[v->bones[k]];
            float w = v->weights[k];
            to.x += dot(&m->a, v->at) * w;
            to.y += dot(&m->b, v->at) * w;
            to.z += dot(&m->c, v->at) * w;
        }
        out[i] = to;
    }
}
int main(void) {
    volatile int64_t size = 20000;
    int64_t count = size, seed = 42;
    struct vertex *vertices = malloc(count * sizeof *vertices);
    struct point *out = malloc(count * sizeof *out);
    for (int64_t i = 0; i < count; i++) {
        int64_t draw[7];
        for (int k = 0; k < 7; k++) {
            seed = (seed * 1664525 + 1013904223) % 4294967296;
            draw[k] = seed / 65536 % 64;
        }
        vertices[i] = (struct vertex){{(float)draw[0] / 16, (float)draw[1] / 16, (float)draw[2] / 16},
                                      {(int32_t)draw[3], (int32_t)draw[4], (int32_t)draw[5], (int32_t)draw[6]},
                                      {0.5f, 0.25f, 0.125f, 0.125f}};
    }
    struct bone palette[64];
    double sum = 0;
    for (int64_t frame = 0; frame < 1600; frame++) {
        pose(palette, 64, frame);
        skin(palette, vertices, out, count);
        for (int64_t i = 0; i < count; i++) sum += (double)out[i].x + (double)out[i].y + (double)out[i].z;
    }
    printf("%ld\n", (long)sum);
}

// 60 mirrors on a chequered floor under one lamp, 960 * 640 points, up to 4 reflections.
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#pragma STDC FP_CONTRACT OFF
enum { width = 960, height = 640, deepest = 4, most = 64 };
struct vec { double x, y, z; };
static struct vec add(struct vec a, struct vec b) { return (struct vec){a.x + b.x, a.y + b.y, a.z + b.z}; }
static struct vec sub(struct vec a, struct vec b) { return (struct vec){a.x - b.x, a.y - b.y, a.z - b.z}; }
static struct vec mul(struct vec a, double k) { return (struct vec){a.x * k, a.y * k, a.z * k}; }
static double dot(struct vec a, struct vec b) { return a.x * b.x + a.y * b.y + a.z * b.z; }
static struct vec unit(struct vec a) { return mul(a, 1 / sqrt(dot(a, a))); }
struct ray { struct vec from, along; };
struct sphere { struct vec at; double radius; struct vec color; double mirror; };
struct hit { struct vec at, normal, color; double mirror; };
struct scene { struct sphere spheres[most]; int count; struct vec lamp; };
// 0 if it is not met.
static double distance(const struct sphere *s, struct ray ray) {
    struct vec to = sub(s->at, ray.from);
    double b = dot(to, ray.along);
    double c = b * b - dot(to, to) + s->radius * s->radius;
    if (c <= 0) return 0;
    double t = b - sqrt(c);
    return t > 0.0001 ? t : 0;
}
static bool meet(const struct scene *scene, struct ray ray, struct hit *hit) {
    double nearest = 1000.0;
    int which = -1;
    for (int i = 0; i < scene->count; i++) {
        double t = distance(&scene->spheres[i], ray);
        if (t > 0 && t < nearest) nearest = t, which = i;
    }
    if (ray.along.y < 0) {
        double t = -ray.from.y / ray.along.y;
        if (t > 0.0001 && t < nearest) {
            struct vec at = add(ray.from, mul(ray.along, t));
            bool odd = ((int64_t)(at.x + 10000) + (int64_t)(at.z + 10000)) % 2 == 1;
            *hit = (struct hit){at, {0, 1, 0}, odd ? (struct vec){0.9, 0.9, 0.9} : (struct vec){0.1, 0.1, 0.2}, 0.2};
            return true;
        }
    }
    if (which < 0) return false;
    const struct sphere *s = &scene->spheres[which];
    struct vec at = add(ray.from, mul(ray.along, nearest));
    *hit = (struct hit){at, mul(sub(at, s->at), 1 / s->radius), s->color, s->mirror};
    return true;
}
static bool is_dark(const struct scene *scene, struct vec at) {
    struct ray ray = {at, unit(sub(scene->lamp, at))};
    for (int i = 0; i < scene->count; i++)
        if (distance(&scene->spheres[i], ray) > 0) return true;
    return false;
}
static struct vec trace(const struct scene *scene, struct ray ray, int depth) {
    struct hit hit;
    if (!meet(scene, ray, &hit)) return mul((struct vec){0.3, 0.5, 0.8}, 1 - 0.5 * ray.along.y);
    double facing = dot(hit.normal, unit(sub(scene->lamp, hit.at)));
    double light = facing > 0 && !is_dark(scene, hit.at) ? 0.1 + 0.9 * facing : 0.1;
    struct vec own = mul(hit.color, light * (1 - hit.mirror));
    if (depth == deepest) return own;
    struct vec back = sub(ray.along, mul(hit.normal, 2 * dot(ray.along, hit.normal)));
    return add(own, mul(trace(scene, (struct ray){hit.at, back}, depth + 1), hit.mirror));
}
int main(void) {
    volatile int size = 60;
    static struct scene scene;
    scene.lamp = (struct vec){-20, 40, -30};
    scene.count = size;
    int64_t seed = 42;
    for (int i = 0; i < scene.count; i++) {
        double draw[8];
        for (int k = 0; k < 8; k++) {
            seed = (seed * 1664525 + 1013904223) % 4294967296;
            draw[k] = (double)seed / 4294967296;
        }
        double radius = 0.3 + draw[0] * 0.7;
        struct vec at = {draw[1] * 16 - 8, radius + draw[2] * 4, draw[3] * 16 - 2};
        scene.spheres[i] = (struct sphere){at, radius, {draw[4], draw[5], draw[6]}, draw[7] * 0.6};
    }
    struct vec eye = {0, 3, -12};
    int64_t hash = 0;
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++) {
            struct vec along = unit((struct vec){((double)x - 480) / 640, (320 - (double)y) / 640, 1});
            struct vec color = trace(&scene, (struct ray){eye, along}, 0);
            double parts[3] = {color.x, color.y, color.z};
            for (int k = 0; k < 3; k++) hash = (hash * 31 + (int64_t)(parts[k] * 255)) % 16777216;
        }
    printf("%ld\n", (long)hash);
}

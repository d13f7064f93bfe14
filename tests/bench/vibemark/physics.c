// 1500 disks fall into a box: pairs by sort and sweep, five rounds of impulses a step, 2000 steps.
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#pragma STDC FP_CONTRACT OFF
enum { count = 1500, steps = 2000, rounds = 5 };
static const double size = 100.0, step = 0.015625;
struct body { double x, y, vx, vy, radius, weight; };
struct contact { int64_t a, b; double nx, ny, depth; };
static struct body bodies[count];
static int64_t order[count];
static struct contact *contacts;
static int64_t found, room;
static void integrate(void) {
    for (int i = 0; i < count; i++) {
        struct body *body = &bodies[i];
        body->vy -= 10 * step;
        body->x += body->vx * step;
        body->y += body->vy * step;
        if (body->x < body->radius) body->x = body->radius, body->vx = -body->vx * 0.5;
        else if (body->x > size - body->radius) body->x = size - body->radius, body->vx = -body->vx * 0.5;
        if (body->y < body->radius) body->y = body->radius, body->vy = -body->vy * 0.5;
    }
}
static void sort(void) {
    for (int i = 1; i < count; i++) {
        int64_t moved = order[i];
        double edge = bodies[moved].x - bodies[moved].radius;
        int at = i;
        while (at > 0) {
            const struct body *before = &bodies[order[at - 1]];
            if (before->x - before->radius <= edge) break;
            order[at] = order[at - 1];
            at--;
        }
        order[at] = moved;
    }
}
static void collide(void) {
    found = 0;
    for (int i = 0; i < count; i++) {
        struct body a = bodies[order[i]];
        for (int k = i + 1; k < count; k++) {
            struct body b = bodies[order[k]];
            if (b.x - b.radius > a.x + a.radius) break;
            double dx = b.x - a.x, dy = b.y - a.y, reach = a.radius + b.radius, square = dx * dx + dy * dy;
            if (square < reach * reach && square > 0) {
                double distance = sqrt(square);
                if (found == room) contacts = realloc(contacts, (room = room * 2 + 16) * sizeof *contacts);
                contacts[found++] = (struct contact){order[i], order[k], dx / distance, dy / distance, reach - distance};
            }
        }
    }
}
static void solve(void) {
    for (int64_t i = 0; i < found; i++) {
        struct contact c = contacts[i];
        struct body *a = &bodies[c.a], *b = &bodies[c.b];
        double speed = (b->vx - a->vx) * c.nx + (b->vy - a->vy) * c.ny;
        double push = (c.depth * 2 - speed * 1.25) / (a->weight + b->weight);
        if (push <= 0) continue;
        a->vx -= push * a->weight * c.nx;
        a->vy -= push * a->weight * c.ny;
        b->vx += push * b->weight * c.nx;
        b->vy += push * b->weight * c.ny;
    }
}
int main(void) {
    int64_t seed = 42;
    for (int i = 0; i < count; i++) {
        seed = (seed * 1664525 + 1013904223) % 4294967296;
        double radius = 0.4 + (double)(seed / 65536 % 64) / 100;
        seed = (seed * 1664525 + 1013904223) % 4294967296;
        double x = 1.5 + (double)(seed / 65536 % 9700) / 100;
        bodies[i] = (struct body){x, 2 + (double)i / 4, 0, 0, radius, 1 / (radius * radius)};
        order[i] = i;
    }
    for (int i = 0; i < steps; i++) {
        integrate();
        sort();
        collide();
        for (int k = 0; k < rounds; k++) solve();
    }
    int64_t hash = 0;
    for (int i = 0; i < count; i++) hash = (hash * 31 + (int64_t)(bodies[i].x * 1000) + (int64_t)(bodies[i].y * 1000)) % 16777216;
    printf("%ld %ld\n", (long)found, (long)hash);
}

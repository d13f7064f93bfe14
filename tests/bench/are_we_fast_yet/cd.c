// Collisions of 100 aircraft in 200 frames, found by a map of voxels in red-black trees, 15 times, as in Are We Fast Yet.
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#pragma STDC FP_CONTRACT OFF
struct vec2 { double x, y; };
struct vec3 { double x, y, z; };
static struct vec3 add(struct vec3 a, struct vec3 b) { return (struct vec3){a.x + b.x, a.y + b.y, a.z + b.z}; }
static struct vec3 sub(struct vec3 a, struct vec3 b) { return (struct vec3){a.x - b.x, a.y - b.y, a.z - b.z}; }
static struct vec3 times(struct vec3 a, double k) { return (struct vec3){a.x * k, a.y * k, a.z * k}; }
static double dot(struct vec3 a, struct vec3 b) { return a.x * b.x + a.y * b.y + a.z * b.z; }
struct motion {
    int64_t callsign;
    struct vec3 from, to;
};
struct motions {
    const struct motion **at;
    int64_t count, room;
};
// The key of an aircraft is its callsign, and 0.
struct node {
    struct vec2 key;
    union {
        struct vec3 position;
        struct motions motions;
    };
    struct node *left, *right, *parent;
    bool red;
};
static int compare(struct vec2 a, struct vec2 b) {
    if (a.x != b.x) return a.x < b.x ? -1 : 1;
    return a.y == b.y ? 0 : a.y < b.y ? -1 : 1;
}
static void hang(struct node **root, struct node *parent, struct node *old, struct node *new) {
    if (!parent) *root = new;
    else if (old == parent->left) parent->left = new;
    else parent->right = new;
}
static void rotate_left(struct node **root, struct node *x) {
    struct node *y = x->right;
    x->right = y->left;
    if (y->left) y->left->parent = x;
    y->parent = x->parent;
    hang(root, x->parent, x, y);
    y->left = x;
    x->parent = y;
}
static void rotate_right(struct node **root, struct node *y) {
    struct node *x = y->left;
    y->left = x->right;
    if (x->right) x->right->parent = y;
    x->parent = y->parent;
    hang(root, y->parent, y, x);
    x->right = y;
    y->parent = x;
}
static bool is_red(const struct node *n) { return n && n->red; }
static void balance(struct node **root, struct node *x) {
    while (x != *root && x->parent->red) {
        struct node *parent = x->parent, *above = parent->parent;
        bool is_left = parent == above->left;
        struct node *uncle = is_left ? above->right : above->left;
        if (is_red(uncle)) {
            parent->red = uncle->red = false;
            above->red = true;
            x = above;
            continue;
        }
        if (x == (is_left ? parent->right : parent->left)) {
            x = parent;
            (is_left ? rotate_left : rotate_right)(root, x);
            parent = x->parent;
        }
        parent->red = false;
        above->red = true;
        (is_left ? rotate_right : rotate_left)(root, above);
    }
    (*root)->red = false;
}
static struct node *find(struct node *root, struct vec2 key) {
    struct node *at = root;
    for (int order; at && (order = compare(key, at->key)) != 0;) at = order < 0 ? at->left : at->right;
    return at;
}
// The node of the key, which has all zeroes if it is new.
static struct node *put(struct node **root, struct vec2 key, bool *is_new) {
    struct node *parent = NULL, *at = *root;
    int order = 0;
    while (at) {
        parent = at;
        order = compare(key, at->key);
        if (order == 0) {
            *is_new = false;
            return at;
        }
        at = order < 0 ? at->left : at->right;
    }
    *is_new = true;
    struct node *node = calloc(1, sizeof *node);
    node->key = key;
    node->parent = parent;
    node->red = true;
    if (!parent) *root = node;
    else if (order < 0) parent->left = node;
    else parent->right = node;
    balance(root, node);
    return node;
}
static struct node *lowest(struct node *n) {
    while (n->left) n = n->left;
    return n;
}
static struct node *successor(struct node *n) {
    if (n->right) return lowest(n->right);
    struct node *parent = n->parent;
    while (parent && n == parent->right) {
        n = parent;
        parent = n->parent;
    }
    return parent;
}
static void rebalance(struct node **root, struct node *x, struct node *parent) {
    while (x != *root && !is_red(x)) {
        bool is_left = x == parent->left;
        struct node *w = is_left ? parent->right : parent->left;
        if (w->red) {
            w->red = false;
            parent->red = true;
            (is_left ? rotate_left : rotate_right)(root, parent);
            w = is_left ? parent->right : parent->left;
        }
        if (!is_red(w->left) && !is_red(w->right)) {
            w->red = true;
            x = parent;
            parent = x->parent;
            continue;
        }
        if (!is_red(is_left ? w->right : w->left)) {
            (is_left ? w->left : w->right)->red = false;
            w->red = true;
            (is_left ? rotate_right : rotate_left)(root, w);
            w = is_left ? parent->right : parent->left;
        }
        w->red = parent->red;
        parent->red = false;
        struct node *outer = is_left ? w->right : w->left;
        if (outer) outer->red = false;
        (is_left ? rotate_left : rotate_right)(root, parent);
        x = *root;
        parent = NULL;
    }
    if (x) x->red = false;
}
static void unlink_node(struct node **root, struct node *z) {
    struct node *y = z->left && z->right ? successor(z) : z;
    struct node *x = y->left ? y->left : y->right, *parent = y->parent;
    if (x) x->parent = parent;
    hang(root, parent, y, x);
    if (!y->red) rebalance(root, x, parent);
    if (y != z) {
        y->parent = z->parent;
        y->red = z->red;
        y->left = z->left;
        y->right = z->right;
        if (z->left) z->left->parent = y;
        if (z->right) z->right->parent = y;
        hang(root, z->parent, z, y);
    }
    free(z);
}
static void drop(struct node *n, bool has_motions) {
    if (!n) return;
    drop(n->left, has_motions);
    drop(n->right, has_motions);
    if (has_motions) free(n->motions.at);
    free(n);
}
static const double max_x = 1000, max_y = 1000, max_z = 10, radius = 1, voxel = 2;
static bool in_frame(double low, double high) { return (low <= 1 && 1 <= high) || (low <= 0 && 0 <= high) || (0 <= low && high <= 1); }
static void swap(double *a, double *b) {
    double old = *a;
    *a = *b;
    *b = old;
}
static bool touches(const struct motion *m, struct vec2 v) {
    if (v.x > max_x || v.x < 0 || v.y > max_y || v.y < 0) return false;
    double r = radius / 2, dx = m->to.x - m->from.x, dy = m->to.y - m->from.y;
    double low_x = (v.x - r - m->from.x) / dx, high_x = (v.x + voxel + r - m->from.x) / dx;
    if (dx < 0) swap(&low_x, &high_x);
    double low_y = (v.y - r - m->from.y) / dy, high_y = (v.y + voxel + r - m->from.y) / dy;
    if (dy < 0) swap(&low_y, &high_y);
    return ((dx == 0 && v.x <= m->from.x + r && m->from.x - r <= v.x + voxel) || in_frame(low_x, high_x)) &&
           ((dy == 0 && v.y <= m->from.y + r && m->from.y - r <= v.y + voxel) || in_frame(low_y, high_y)) &&
           (dx == 0 || dy == 0 || (low_y <= high_x && high_x <= high_y) || (low_y <= low_x && low_x <= high_y) ||
            (low_x <= low_y && high_y <= high_x));
}
static bool collide(const struct motion *m, const struct motion *n, struct vec3 *at) {
    struct vec3 m_delta = sub(m->to, m->from), n_delta = sub(n->to, n->from), between = sub(n->from, m->from);
    struct vec3 relative = sub(n_delta, m_delta);
    double a = dot(relative, relative);
    if (a == 0) {
        *at = times(add(m->from, n->from), 0.5);
        return sqrt(dot(between, between)) <= radius;
    }
    double b = 2 * dot(sub(m->from, n->from), sub(m_delta, n_delta)), c = -radius * radius + dot(between, between);
    double discriminant = b * b - 4 * a * c;
    if (discriminant < 0) return false;
    double first = (-b - sqrt(discriminant)) / (2 * a), last = (-b + sqrt(discriminant)) / (2 * a);
    if (first > last || !in_frame(first, last)) return false;
    double time = first <= 0 ? 0 : first;
    *at = times(add(add(m->from, times(m_delta, time)), add(n->from, times(n_delta, time))), 0.5);
    return at->x >= 0 && at->x <= max_x && at->y >= 0 && at->y <= max_y && at->z >= 0 && at->z <= max_z;
}
static struct vec2 voxel_of(struct vec3 p) {
    struct vec2 v = {voxel * (double)(int64_t)(p.x / voxel), voxel * (double)(int64_t)(p.y / voxel)};
    if (p.x < 0) v.x -= voxel;
    if (p.y < 0) v.y -= voxel;
    return v;
}
static void draw(struct node **map, struct node **seen, struct vec2 v, const struct motion *motion) {
    if (!touches(motion, v)) return;
    bool is_new;
    put(seen, v, &is_new);
    if (!is_new) return;
    struct motions *motions = &put(map, v, &is_new)->motions;
    if (motions->count == motions->room) {
        motions->room = motions->room ? motions->room * 2 : 4;
        motions->at = realloc(motions->at, motions->room * sizeof *motions->at);
    }
    motions->at[motions->count++] = motion;
    draw(map, seen, (struct vec2){v.x - voxel, v.y}, motion);
    draw(map, seen, (struct vec2){v.x + voxel, v.y}, motion);
    draw(map, seen, (struct vec2){v.x, v.y - voxel}, motion);
    draw(map, seen, (struct vec2){v.x, v.y + voxel}, motion);
    draw(map, seen, (struct vec2){v.x - voxel, v.y - voxel}, motion);
    draw(map, seen, (struct vec2){v.x - voxel, v.y + voxel}, motion);
    draw(map, seen, (struct vec2){v.x + voxel, v.y - voxel}, motion);
    draw(map, seen, (struct vec2){v.x + voxel, v.y + voxel}, motion);
}
struct aircraft {
    int64_t callsign;
    struct vec3 position;
};
struct collision {
    int64_t a, b;
    struct vec3 position;
};
struct collisions {
    struct collision *at;
    int64_t count, room;
};
static struct collisions handle(struct node **state, const struct aircraft *frame, int64_t count) {
    struct motion *motions = malloc(count * sizeof *motions);
    struct node *seen = NULL, *map = NULL;
    bool is_new;
    for (int64_t i = 0; i < count; i++) {
        struct vec2 key = {(double)frame[i].callsign, 0};
        struct node *node = put(state, key, &is_new);
        motions[i] = (struct motion){frame[i].callsign, is_new ? frame[i].position : node->position, frame[i].position};
        node->position = frame[i].position;
        put(&seen, key, &is_new);
    }
    struct vec2 *gone = malloc(count * sizeof *gone);
    int64_t left = 0;
    for (struct node *n = *state ? lowest(*state) : NULL; n; n = successor(n))
        if (!find(seen, n->key)) gone[left++] = n->key;
    for (int64_t i = 0; i < left; i++) unlink_node(state, find(*state, gone[i]));
    free(gone);
    drop(seen, false);
    for (int64_t i = 0; i < count; i++) {
        struct node *drawn = NULL;
        draw(&map, &drawn, voxel_of(motions[i].from), &motions[i]);
        drop(drawn, false);
    }
    struct collisions found = {0};
    for (struct node *n = map ? lowest(map) : NULL; n; n = successor(n)) {
        for (int64_t i = 0; i < n->motions.count; i++) {
            for (int64_t j = i + 1; j < n->motions.count; j++) {
                const struct motion *a = n->motions.at[i], *b = n->motions.at[j];
                struct vec3 at;
                if (!collide(a, b, &at)) continue;
                if (found.count == found.room) {
                    found.room = found.room ? found.room * 2 : 4;
                    found.at = realloc(found.at, found.room * sizeof *found.at);
                }
                found.at[found.count++] = (struct collision){a->callsign, b->callsign, at};
            }
        }
    }
    drop(map, true);
    free(motions);
    return found;
}
static int64_t simulate(int64_t count, int64_t frames) {
    struct node *state = NULL;
    struct aircraft *frame = malloc(count * sizeof *frame);
    int64_t collisions = 0;
    for (int64_t i = 0; i < frames; i++) {
        double time = (double)i / 10;
        for (int64_t c = 0; c < count; c += 2) {
            frame[c] = (struct aircraft){c, {time, cos(time) * 2 + (double)c * 3, 10}};
            frame[c + 1] = (struct aircraft){c + 1, {time, sin(time) * 2 + (double)c * 3, 10}};
        }
        struct collisions found = handle(&state, frame, count);
        collisions += found.count;
        free(found.at);
    }
    drop(state, false);
    free(frame);
    return collisions;
}
int main(void) {
    int64_t sum = 0;
    for (int i = 0; i < 15; i++) {
        int64_t collisions = simulate(100, 200);
        if (collisions != 4305) abort();
        sum += collisions;
    }
    printf("%lld\n", (long long)sum);
}

// The loops of a control flow graph of 5213 blocks by Havlak's algorithm, and 1500 times those of a small one, six times, as in Are We
// Fast Yet.
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
// Numbers or pointers.
struct list {
    intptr_t *at;
    int64_t count, room;
};
static void push(struct list *l, intptr_t x) {
    if (l->count == l->room) {
        l->room = l->room ? l->room * 2 : 4;
        l->at = realloc(l->at, l->room * sizeof *l->at);
    }
    l->at[l->count++] = x;
}
static bool contains(const struct list *l, intptr_t x) {
    for (int64_t i = 0; i < l->count; i++)
        if (l->at[i] == x) return true;
    return false;
}
static void add(struct list *set, intptr_t x) {
    if (!contains(set, x)) push(set, x);
}
struct block {
    int64_t name;
    struct list ins, outs;
};
struct edge { struct block *from, *to; };
struct graph {
    struct list blocks;
    struct edge *edges;
    int64_t count, room;
};
static struct block *block(struct graph *g, int64_t name) {
    while (g->blocks.count <= name) {
        struct block *b = calloc(1, sizeof *b);
        b->name = g->blocks.count;
        push(&g->blocks, (intptr_t)b);
    }
    return (struct block *)g->blocks.at[name];
}
static void connect(struct graph *g, int64_t from, int64_t to) {
    struct edge e = {block(g, from), block(g, to)};
    push(&e.from->outs, (intptr_t)e.to);
    push(&e.to->ins, (intptr_t)e.from);
    if (g->count == g->room) {
        g->room = g->room ? g->room * 2 : 64;
        g->edges = realloc(g->edges, g->room * sizeof *g->edges);
    }
    g->edges[g->count++] = e;
}
static int64_t diamond(struct graph *g, int64_t start) {
    connect(g, start, start + 1);
    connect(g, start, start + 2);
    connect(g, start + 1, start + 3);
    connect(g, start + 2, start + 3);
    return start + 3;
}
static int64_t straight(struct graph *g, int64_t start, int64_t count) {
    for (int64_t i = start; i < start + count; i++) connect(g, i, i + 1);
    return start + count;
}
static int64_t base_loop(struct graph *g, int64_t from) {
    int64_t header = straight(g, from, 1), first = diamond(g, header);
    int64_t between = straight(g, first, 1), second = diamond(g, between), footer = straight(g, second, 1);
    connect(g, second, between);
    connect(g, first, header);
    connect(g, footer, from);
    return straight(g, footer, 1);
}
static void grow(struct graph *g, int64_t trees, int64_t loops, int64_t inner) {
    int64_t n = 2;
    for (int64_t i = 0; i < trees; i++) {
        block(g, n + 1);
        connect(g, 2, n + 1);
        n++;
        for (int64_t j = 0; j < loops; j++) {
            int64_t top = n;
            n = straight(g, n, 1);
            for (int64_t k = 0; k < inner; k++) n = base_loop(g, n);
            int64_t bottom = straight(g, n, 1);
            connect(g, n, top);
            n = bottom;
        }
        connect(g, n, 1);
    }
}
static void drop_graph(struct graph *g) {
    for (int64_t i = 0; i < g->blocks.count; i++) {
        struct block *b = (struct block *)g->blocks.at[i];
        free(b->ins.at);
        free(b->outs.at);
        free(b);
    }
    free(g->blocks.at);
    free(g->edges);
}
struct loop {
    struct block *header;
    bool is_reducible;
    struct loop *parent;
    struct list blocks, children;
    int64_t nesting, depth;
};
static struct loop *add_loop(struct list *forest, struct block *header, bool is_reducible) {
    struct loop *l = calloc(1, sizeof *l);
    l->header = header;
    l->is_reducible = is_reducible;
    if (header) push(&l->blocks, (intptr_t)header);
    push(forest, (intptr_t)l);
    return l;
}
static void set_parent(struct loop *child, struct loop *parent) {
    child->parent = parent;
    add(&parent->children, (intptr_t)child);
}
static void nest_from(struct loop *l, int64_t depth) {
    l->depth = depth;
    for (int64_t i = 0; i < l->children.count; i++) {
        struct loop *child = (struct loop *)l->children.at[i];
        nest_from(child, depth + 1);
        if (l->nesting < 1 + child->nesting) l->nesting = 1 + child->nesting;
    }
}
static void nest(struct list *forest) {
    struct loop *root = (struct loop *)forest->at[0];
    for (int64_t i = 1; i < forest->count; i++) {
        struct loop *l = (struct loop *)forest->at[i];
        if (!l->parent) set_parent(l, root);
    }
    nest_from(root, 0);
}
static void drop_forest(struct list *forest) {
    for (int64_t i = 0; i < forest->count; i++) {
        struct loop *l = (struct loop *)forest->at[i];
        free(l->blocks.at);
        free(l->children.at);
        free(l);
    }
    free(forest->at);
}
enum kind { non_header, reducible, repeated, irreducible, dead };
struct node {
    struct node *parent;
    struct block *block;
    struct loop *of_loop;
    int64_t number;
};
struct finder {
    const struct graph *graph;
    int64_t count, *number, *last, *header;
    struct node *nodes;
    enum kind *kind;
    struct list *back, *non_back;
};
static int64_t search(struct finder *f, struct block *block, int64_t current) {
    f->nodes[current].block = block;
    f->number[block->name] = current;
    int64_t last = current;
    for (int64_t i = 0; i < block->outs.count; i++) {
        struct block *target = (struct block *)block->outs.at[i];
        if (f->number[target->name] < 0) last = search(f, target, last + 1);
    }
    f->last[current] = last;
    return last;
}
static bool is_ancestor(const struct finder *f, int64_t w, int64_t v) { return w <= v && v <= f->last[w]; }
static struct node *set_of(struct node *start) {
    struct list path = {0};
    struct node *at = start;
    for (; at != at->parent; at = at->parent)
        if (at->parent != at->parent->parent) push(&path, (intptr_t)at);
    for (int64_t i = 0; i < path.count; i++) ((struct node *)path.at[i])->parent = start->parent;
    free(path.at);
    return at;
}
static void sort_edges(struct finder *f) {
    for (int64_t w = 0; w < f->count; w++) {
        struct block *block = f->nodes[w].block;
        if (!block) {
            f->kind[w] = dead;
            continue;
        }
        for (int64_t i = 0; i < block->ins.count; i++) {
            int64_t v = f->number[((struct block *)block->ins.at[i])->name];
            if (v < 0) continue;
            if (is_ancestor(f, w, v)) push(&f->back[w], v);
            else add(&f->non_back[w], v);
        }
    }
}
static void unite(struct finder *f, int64_t w, const struct list *body, struct loop *found) {
    f->nodes[w].of_loop = found;
    for (int64_t i = 0; i < body->count; i++) {
        struct node *node = (struct node *)body->at[i];
        f->header[node->number] = w;
        node->parent = &f->nodes[w];
        if (node->of_loop) set_parent(node->of_loop, found);
        else add(&found->blocks, (intptr_t)node->block);
    }
}
static void run(struct finder *f, struct list *forest) {
    search(f, (struct block *)f->graph->blocks.at[0], 0);
    sort_edges(f);
    for (int64_t w = f->count - 1; w >= 0; w--) {
        if (!f->nodes[w].block) continue;
        struct list body = {0}, todo = {0};
        for (int64_t i = 0; i < f->back[w].count; i++) {
            int64_t v = f->back[w].at[i];
            if (v == w) f->kind[w] = repeated;
            else push(&body, (intptr_t)set_of(&f->nodes[v]));
        }
        if (body.count) f->kind[w] = reducible;
        for (int64_t i = 0; i < body.count; i++) push(&todo, body.at[i]);
        for (int64_t at = 0; at < todo.count; at++) {
            struct list *preds = &f->non_back[((struct node *)todo.at[at])->number];
            if (preds->count > 32 * 1024) {
                free(body.at);
                free(todo.at);
                return;
            }
            for (int64_t i = 0; i < preds->count; i++) {
                struct node *y = set_of(&f->nodes[preds->at[i]]);
                if (!is_ancestor(f, w, y->number)) {
                    f->kind[w] = irreducible;
                    add(&f->non_back[w], y->number);
                } else if (y->number != w && !contains(&body, (intptr_t)y)) {
                    push(&todo, (intptr_t)y);
                    push(&body, (intptr_t)y);
                }
            }
        }
        if (body.count || f->kind[w] == repeated) unite(f, w, &body, add_loop(forest, f->nodes[w].block, f->kind[w] != irreducible));
        free(body.at);
        free(todo.at);
    }
}
static void find(const struct graph *g, struct list *forest) {
    int64_t n = g->blocks.count;
    struct finder f = {.graph = g, .count = n};
    f.number = malloc(n * sizeof *f.number);
    f.last = calloc(n, sizeof *f.last);
    f.header = calloc(n, sizeof *f.header);
    f.kind = calloc(n, sizeof *f.kind);
    f.nodes = malloc(n * sizeof *f.nodes);
    f.back = calloc(n, sizeof *f.back);
    f.non_back = calloc(n, sizeof *f.non_back);
    for (int64_t i = 0; i < n; i++) {
        f.number[i] = -1;
        f.nodes[i] = (struct node){&f.nodes[i], NULL, NULL, i};
    }
    run(&f, forest);
    for (int64_t i = 0; i < n; i++) {
        free(f.back[i].at);
        free(f.non_back[i].at);
    }
    free(f.number);
    free(f.last);
    free(f.header);
    free(f.kind);
    free(f.nodes);
    free(f.back);
    free(f.non_back);
}
static int64_t simulate(int64_t dummies) {
    struct graph g = {0};
    struct list forest = {0};
    block(&g, 0);
    base_loop(&g, 0);
    block(&g, 1);
    connect(&g, 0, 2);
    struct loop *root = add_loop(&forest, NULL, true);
    for (int64_t i = 0; i < dummies; i++) find(&g, &forest);
    grow(&g, 10, 10, 5);
    find(&g, &forest);
    for (int i = 0; i < 50; i++) {
        struct list other = {0};
        add_loop(&other, NULL, true);
        find(&g, &other);
        drop_forest(&other);
    }
    nest(&forest);
    if (forest.count != 6102 || g.blocks.count != 5213) abort();
    int64_t sum = forest.count + g.blocks.count + root->nesting;
    drop_forest(&forest);
    drop_graph(&g);
    return sum;
}
int main(void) {
    int64_t sum = 0;
    for (int i = 0; i < 6; i++) sum += simulate(1500);
    printf("%lld\n", (long long)sum);
}

// Full binary trees up to depth 16, built, counted and dropped, as in the Computer Language Benchmarks Game.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
struct node { struct node *left, *right; };
static struct node *tree(int depth) {
    struct node *t = malloc(sizeof *t);
    *t = depth == 0 ? (struct node){NULL, NULL} : (struct node){tree(depth - 1), tree(depth - 1)};
    return t;
}
static int64_t check(const struct node *t) { return t ? 1 + check(t->left) + check(t->right) : 0; }
static void drop(struct node *t) {
    if (!t) return;
    drop(t->left);
    drop(t->right);
    free(t);
}
static int64_t checked(int depth) {
    struct node *t = tree(depth);
    int64_t sum = check(t);
    drop(t);
    return sum;
}
int main(void) {
    int min_depth = 4, max_depth = 16;
    printf("stretch tree of depth %d\t check: %lld\n", max_depth + 1, (long long)checked(max_depth + 1));
    struct node *long_lived = tree(max_depth);
    for (int depth = min_depth; depth <= max_depth; depth += 2) {
        int count = 1 << (max_depth - depth + min_depth);
        int64_t sum = 0;
        for (int i = 0; i < count; i++) sum += checked(depth);
        printf("%d\t trees of depth %d\t check: %lld\n", count, depth, (long long)sum);
    }
    printf("long lived tree of depth %d\t check: %lld\n", max_depth, (long long)check(long_lived));
    drop(long_lived);
}

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
struct node { struct node *left; int64_t key; struct node *right; };
static void insert(struct node **tree, int64_t key) {
    struct node *t = *tree;
    if (!t) {
        *tree = malloc(sizeof *t);
        **tree = (struct node){NULL, key, NULL};
    } else if (key < t->key) {
        insert(&t->left, key);
    } else if (key > t->key) {
        insert(&t->right, key);
    }
}
static bool has(const struct node *tree, int64_t key) {
    if (!tree) return false;
    return key < tree->key ? has(tree->left, key) : key > tree->key ? has(tree->right, key) : true;
}
static void drop(struct node *tree) {
    if (!tree) return;
    drop(tree->left);
    drop(tree->right);
    free(tree);
}
static int64_t found(int64_t n) {
    struct node *tree = NULL;
    for (int i = 0; i < 100000; i++) {
        n = (n * 1664525 + 1013904223) % 4294967296;
        insert(&tree, n / 1024 % 250000);
    }
    int64_t found = 0;
    for (int i = 0; i < 100000; i++) {
        n = (n * 1664525 + 1013904223) % 4294967296;
        found += has(tree, n / 1024 % 250000);
    }
    drop(tree);
    return found;
}
int main(void) {
    int64_t sum = 0;
    for (int64_t i = 0; i < 6; i++) sum += found(i);
    printf("%lld\n", (long long)sum);
}

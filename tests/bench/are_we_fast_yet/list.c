// A recursive function over three linked lists, 1500 times 10, as in Are We Fast Yet.
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
struct cell {
    int64_t value;
    struct cell *next;
};
static struct cell *make(int64_t length) {
    if (length == 0) return NULL;
    struct cell *cell = malloc(sizeof *cell);
    *cell = (struct cell){length, make(length - 1)};
    return cell;
}
static void drop(struct cell *list) {
    while (list) {
        struct cell *next = list->next;
        free(list);
        list = next;
    }
}
static int64_t length(const struct cell *list) { return list ? 1 + length(list->next) : 0; }
static bool is_shorter(const struct cell *x, const struct cell *y) {
    for (; y; x = x->next, y = y->next)
        if (!x) return true;
    return false;
}
static struct cell *tail(struct cell *x, struct cell *y, struct cell *z) {
    if (!is_shorter(y, x)) return z;
    return tail(tail(x->next, y, z), tail(y->next, z, x), tail(z->next, x, y));
}
int main(void) {
    int64_t sum = 0;
    for (int i = 0; i < 15000; i++) {
        struct cell *x = make(15), *y = make(10), *z = make(6);
        int64_t result = length(tail(x, y, z));
        drop(x);
        drop(y);
        drop(z);
        if (result != 10) abort();
        sum += result;
    }
    printf("%lld\n", (long long)sum);
}

// The towers of Hanoi with 13 disks, 600 times 20, as in Are We Fast Yet.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
struct disk {
    int64_t size;
    struct disk *below;
};
struct towers {
    struct disk *piles[3];
    int64_t moves;
};
static void push(struct towers *t, struct disk *disk, int64_t pile) {
    struct disk *top = t->piles[pile];
    if (top && disk->size >= top->size) abort();
    disk->below = top;
    t->piles[pile] = disk;
}
static struct disk *pop(struct towers *t, int64_t pile) {
    struct disk *top = t->piles[pile];
    if (!top) abort();
    t->piles[pile] = top->below;
    top->below = NULL;
    return top;
}
static void move_top(struct towers *t, int64_t from, int64_t to) {
    push(t, pop(t, from), to);
    t->moves++;
}
static void move_disks(struct towers *t, int64_t disks, int64_t from, int64_t to) {
    if (disks == 1) {
        move_top(t, from, to);
        return;
    }
    int64_t other = 3 - from - to;
    move_disks(t, disks - 1, from, other);
    move_top(t, from, to);
    move_disks(t, disks - 1, other, to);
}
int main(void) {
    int64_t moves = 0;
    for (int i = 0; i < 12000; i++) {
        struct towers t = {0};
        for (int64_t size = 13; size >= 0; size--) {
            struct disk *disk = malloc(sizeof *disk);
            disk->size = size;
            push(&t, disk, 0);
        }
        move_disks(&t, 13, 0, 1);
        if (t.moves != 8191) abort();
        moves += t.moves;
        for (int pile = 0; pile < 3; pile++)
            while (t.piles[pile]) free(pop(&t, pile));
    }
    printf("%lld\n", (long long)moves);
}

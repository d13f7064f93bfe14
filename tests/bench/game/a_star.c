// Shortest ways between 80 pairs of places on a grid of 512 * 512 with obstacles, by A*.
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
enum { side = 512, far = 1000000000 };
static bool wall[side * side];
static int32_t cost[side * side];
static int64_t *heap, count, room;
static int64_t seed = 42;
static int64_t draw(void) {
    seed = (seed * 1664525 + 1013904223) % 4294967296;
    return seed / 65536;
}
static int64_t distance(int64_t a, int64_t b) { return labs(a / side - b / side) + labs(a % side - b % side); }
static void push(int64_t key) {
    if (count == room) heap = realloc(heap, (room = room ? room * 2 : 64) * sizeof *heap);
    int64_t i = count++;
    while (i > 0 && key < heap[(i - 1) / 2]) {
        heap[i] = heap[(i - 1) / 2];
        i = (i - 1) / 2;
    }
    heap[i] = key;
}
static int64_t pop(void) {
    int64_t top = heap[0], key = heap[--count], i = 0;
    for (int64_t child; (child = 2 * i + 1) < count; i = child) {
        if (child + 1 < count && heap[child + 1] < heap[child]) child++;
        if (key <= heap[child]) break;
        heap[i] = heap[child];
    }
    heap[i] = key;
    return top;
}
static int64_t search(int64_t start, int64_t goal) {
    static const int64_t steps[4] = {-side, -1, 1, side};
    for (int64_t i = 0; i < side * side; i++) cost[i] = far;
    cost[start] = 0;
    count = 0;
    push(distance(start, goal) * side * side + start);
    while (count > 0) {
        int64_t best = pop(), at = best % (side * side), so_far = cost[at];
        if (at == goal) return so_far;
        if (best / (side * side) > so_far + distance(at, goal)) continue;
        for (int i = 0; i < 4; i++) {
            int64_t next = at + steps[i];
            if (!wall[next] && so_far + 1 < cost[next]) {
                cost[next] = (int32_t)(so_far + 1);
                push((so_far + 1 + distance(next, goal)) * side * side + next);
            }
        }
    }
    return -1;
}
int main(void) {
    volatile int queries = 80;
    memset(wall, true, sizeof wall);
    for (int64_t y = 1; y < side - 1; y++)
        for (int64_t x = 1; x < side - 1; x++) wall[y * side + x] = draw() % 10 < 3;
    int64_t sum = 0;
    for (int query = 0; query < queries; query++) {
        int64_t ends[2];
        for (int i = 0; i < 2; i++) {
            int64_t x = draw() % (side - 2) + 1;
            int64_t y = draw() % (side - 2) + 1;
            ends[i] = y * side + x;
        }
        sum += search(ends[0], ends[1]);
    }
    printf("%ld\n", (long)sum);
}

// The first way to place eight queens so that none attacks another, ten times 1000 times 25, as in Are We Fast Yet.
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
struct board {
    bool free_rows[8], free_falling[16], free_rising[16];
    int64_t queen_rows[8];
};
static bool is_free(const struct board *b, int64_t row, int64_t column) {
    return b->free_rows[row] && b->free_falling[column + row] && b->free_rising[column - row + 7];
}
static void set_free(struct board *b, int64_t row, int64_t column, bool free) {
    b->free_rows[row] = free;
    b->free_falling[column + row] = free;
    b->free_rising[column - row + 7] = free;
}
static bool place(struct board *b, int64_t column) {
    for (int64_t row = 0; row < 8; row++) {
        if (!is_free(b, row, column)) continue;
        b->queen_rows[row] = column;
        set_free(b, row, column, false);
        if (column == 7 || place(b, column + 1)) return true;
        set_free(b, row, column, true);
    }
    return false;
}
int main(void) {
    int64_t placed = 0;
    for (int i = 0; i < 25000; i++) {
        for (int j = 0; j < 10; j++) {
            struct board b;
            memset(b.free_rows, true, sizeof b.free_rows);
            memset(b.free_falling, true, sizeof b.free_falling);
            memset(b.free_rising, true, sizeof b.free_rising);
            for (int row = 0; row < 8; row++) b.queen_rows[row] = -1;
            if (!place(&b, 0)) abort();
            placed += b.queen_rows[0] + 1;
        }
    }
    printf("%lld\n", (long long)placed);
}

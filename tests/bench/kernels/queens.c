#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#define SIZE 13
static bool is_free(const int64_t *columns, int64_t row, int64_t column) {
    for (int64_t r = 0; r < row; r++) {
        int64_t c = columns[r];
        if (c == column || c - column == row - r || column - c == row - r) return false;
    }
    return true;
}
static int64_t place(int64_t *columns, int64_t row) {
    if (row == SIZE) return 1;
    int64_t solutions = 0;
    for (int64_t column = 0; column < SIZE; column++) {
        if (is_free(columns, row, column)) {
            columns[row] = column;
            solutions += place(columns, row + 1);
        }
    }
    return solutions;
}
int main(void) {
    int64_t columns[SIZE] = {0};
    printf("%lld\n", (long long)place(columns, 0));
}

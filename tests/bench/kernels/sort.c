#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
static int compare(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }
int main(void) {
    int64_t count = 300000, n = 42;
    char **all = malloc(count * sizeof *all), **sorted = malloc(count * sizeof *sorted);
    for (int64_t i = 0; i < count; i++) {
        n = (n * 1664525 + 1013904223) % 4294967296;
        char text[32];
        snprintf(text, sizeof text, "word%lld", (long long)n);
        all[i] = strdup(text);
    }
    for (int round = 0; round < 2; round++) {
        memcpy(sorted, all, count * sizeof *all);
        qsort(sorted, count, sizeof *sorted, compare);
        printf("%s %s %s\n", sorted[0], sorted[count / 2], sorted[count - 1]);
    }
}

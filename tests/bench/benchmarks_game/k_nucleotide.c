// How often which pieces of a DNA sequence of 5 × 400 000 letters occur, counted in maps, as in the Computer Language Benchmarks Game.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
struct letter { char byte; double share; };
static struct letter iub[] = {
    {'a', 0.27}, {'c', 0.12}, {'g', 0.12}, {'t', 0.27}, {'B', 0.02}, {'D', 0.02}, {'H', 0.02}, {'K', 0.02},
    {'M', 0.02}, {'N', 0.02}, {'R', 0.02}, {'S', 0.02}, {'V', 0.02}, {'W', 0.02}, {'Y', 0.02}, {0, 0},
};
static struct letter homo_sapiens[] = {{'a', 0.3029549426680}, {'c', 0.1979883004921}, {'g', 0.1975473066391}, {'t', 0.3015094502008}, {0, 0}};
static void cumulate(struct letter *letters) {
    double sum = 0;
    for (; letters->byte; letters++) letters->share = sum += letters->share;
}
static int64_t seed = 42;
static double next(void) {
    seed = (seed * 3877 + 29573) % 139968;
    return (double)seed / 139968;
}
static char letter(const struct letter *letters) {
    double r = next();
    for (; letters->byte; letters++)
        if (r < letters->share) return letters->byte;
    abort();
}
static const char letters[] = "ACGT";
static int code(char letter) {
    switch (letter) {
        case 'a': case 'A': return 0;
        case 'c': case 'C': return 1;
        case 'g': case 'G': return 2;
        default: return 3;
    }
}
static uint8_t *sequence(int64_t n) {
    cumulate(iub);
    cumulate(homo_sapiens);
    for (int64_t i = 0; i < 3 * n; i++) letter(iub);
    uint8_t *codes = malloc(5 * n);
    for (int64_t i = 0; i < 5 * n; i++) codes[i] = (uint8_t)code(letter(homo_sapiens));
    return codes;
}
struct entry { int64_t piece, count; };
struct map { struct entry *entries; size_t mask, length; };
static struct map empty(size_t capacity) { return (struct map){calloc(capacity, sizeof(struct entry)), capacity - 1, 0}; }
static struct entry *slot(const struct map *m, int64_t piece) {
    size_t i = (uint64_t)piece * 0x9e3779b97f4a7c15 >> 24;
    while (m->entries[i & m->mask].count != 0 && m->entries[i & m->mask].piece != piece) i++;
    return &m->entries[i & m->mask];
}
static void grow(struct map *m) {
    struct map larger = empty((m->mask + 1) * 2);
    for (size_t i = 0; i <= m->mask; i++)
        if (m->entries[i].count != 0) *slot(&larger, m->entries[i].piece) = m->entries[i];
    larger.length = m->length;
    free(m->entries);
    *m = larger;
}
static void count(struct map *m, int64_t piece) {
    struct entry *e = slot(m, piece);
    if (e->count == 0) {
        if ((m->length + 1) * 4 > (m->mask + 1) * 3) {
            grow(m);
            e = slot(m, piece);
        }
        m->length++;
        e->piece = piece;
    }
    e->count++;
}
static struct map counts(const uint8_t *codes, int64_t n, int length) {
    struct map m = empty(8);
    int64_t mask = ((int64_t)1 << 2 * length) - 1, piece = 0;
    for (int64_t i = 0; i < n; i++) {
        piece = (piece << 2 | codes[i]) & mask;
        if (i >= length - 1) count(&m, piece);
    }
    return m;
}
static int order(const void *a, const void *b) {
    const struct entry *x = a, *y = b;
    if (x->count != y->count) return x->count < y->count ? 1 : -1;
    return x->piece < y->piece ? -1 : 1;
}
static void print_shares(const uint8_t *codes, int64_t n, int length) {
    struct map m = counts(codes, n, length);
    qsort(m.entries, m.mask + 1, sizeof *m.entries, order);
    for (size_t i = 0; i < m.length; i++) {
        for (int j = length - 1; j >= 0; j--) putchar(letters[m.entries[i].piece >> 2 * j & 3]);
        printf(" %.3f\n", (double)m.entries[i].count * 100 / (double)(n - length + 1));
    }
    putchar('\n');
    free(m.entries);
}
static void print_count(const uint8_t *codes, int64_t n, const char *text) {
    int64_t piece = 0;
    for (const char *c = text; *c; c++) piece = piece << 2 | code(*c);
    struct map m = counts(codes, n, (int)strlen(text));
    printf("%lld\t%s\n", (long long)slot(&m, piece)->count, text);
    free(m.entries);
}
int main(void) {
    int64_t n = 400000;
    uint8_t *codes = sequence(n);
    print_shares(codes, 5 * n, 1);
    print_shares(codes, 5 * n, 2);
    const char *texts[] = {"GGT", "GGTA", "GGTATT", "GGTATTTTAATT", "GGTATTTTAATTTATAGT"};
    for (int i = 0; i < 5; i++) print_count(codes, 5 * n, texts[i]);
    free(codes);
}

// The reverse complement of DNA sequences, 21 times over 10 × 1 000 000 letters in lines of 60, as in the Computer Language Benchmarks Game; of the text the first line, the last line and a checksum (FNV-1a).
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#define WIDTH 60
static const char alu[] = "GGCCGGGCGCGGTGGCTCACGCCTGTAATCCCAGCACTTTGGGAGGCCGAGGCGGGCGGATCACCTGAGGTCAGGAGTTCGAGACCAGCCTGGCCAACATGGTGAAACCCCGTCTCTACTAAAAATACAAAAATTAGCCGGGCGTGGTGGCGCGCGCCTGTAATCCCAGCTACTCGGGAGGCTGAGGCAGGAGAATCGCTTGAACCCGGGAGGCGGAGGTTGCAGTGAGCCGAGATCGCGCCACTGCACTCCAGCCTGGGCGACAGAGCGAGACTCCGTCTCAAAAA";
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
struct text { char *bytes; int64_t length; };
static void header(struct text *out, const char *text) { out->length += sprintf(out->bytes + out->length, "%s\n", text); }
static void repeat(const char *pattern, int64_t n, struct text *out) {
    size_t length = strlen(pattern), at = 0;
    for (int64_t i = 1; i <= n; i++) {
        out->bytes[out->length++] = pattern[at];
        if (++at == length) at = 0;
        if (i % WIDTH == 0 || i == n) out->bytes[out->length++] = '\n';
    }
}
static void choose(const struct letter *letters, int64_t n, struct text *out) {
    for (int64_t i = 1; i <= n; i++) {
        out->bytes[out->length++] = letter(letters);
        if (i % WIDTH == 0 || i == n) out->bytes[out->length++] = '\n';
    }
}
static struct text fasta(int64_t n) {
    struct text out = {malloc(10 * n * (WIDTH + 1) / WIDTH + 1000), 0};
    header(&out, ">ONE Homo sapiens alu");
    repeat(alu, 2 * n, &out);
    header(&out, ">TWO IUB ambiguity codes");
    choose(iub, 3 * n, &out);
    header(&out, ">THREE Homo sapiens frequency");
    choose(homo_sapiens, 5 * n, &out);
    return out;
}
static char complements[256];
static void reverse_complement(char *from, char *to) {
    for (to--; from <= to;) {
        char a = *from, b = *to;
        if (a == '\n') {
            from++;
        } else if (b == '\n') {
            to--;
        } else {
            *from++ = complements[(uint8_t)b];
            *to-- = complements[(uint8_t)a];
        }
    }
}
static void reverse_all(struct text text) {
    char *at = text.bytes, *end = text.bytes + text.length;
    while (at < end) {
        char *from = (char *)memchr(at, '\n', end - at) + 1;
        at = memchr(from, '>', end - from);
        if (!at) at = end;
        reverse_complement(from, at);
    }
}
int main(void) {
    const char *a = "ACGTUMRWSYKVHDBN", *b = "TGCAAKYWSRMBDHVN";
    for (; *a; a++, b++) complements[(uint8_t)*a] = complements[(uint8_t)*a | 32] = *b;
    cumulate(iub);
    cumulate(homo_sapiens);
    struct text text = fasta(1000000);
    for (int round = 0; round < 21; round++) reverse_all(text);
    uint32_t hash = 2166136261;
    for (int64_t i = 0; i < text.length; i++) hash = (hash ^ (uint8_t)text.bytes[i]) * 16777619;
    int64_t first = (char *)memchr(text.bytes, '\n', text.length) - text.bytes, last = text.length - 1;
    while (text.bytes[last - 1] != '\n') last--;
    printf("%.*s\n%.*s%08x\n", (int)first, text.bytes, (int)(text.length - last), text.bytes + last, hash);
    free(text.bytes);
}

// Random DNA sequences, 10 × 3 000 000 letters in lines of 60, as in the Computer Language Benchmarks Game; of the text the first line, the last line and a checksum (FNV-1a).
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
struct output { char line[WIDTH]; int length; uint32_t hash; };
static void add(struct output *out, char byte) { out->hash = (out->hash ^ (uint8_t)byte) * 16777619; }
static void end_line(struct output *out) {
    for (int i = 0; i < out->length; i++) add(out, out->line[i]);
    add(out, '\n');
}
static void header(struct output *out, const char *text) {
    out->length = (int)strlen(text);
    memcpy(out->line, text, out->length);
    end_line(out);
}
static void repeat(const char *pattern, int64_t n, struct output *out) {
    size_t length = strlen(pattern), at = 0;
    for (int64_t left = n; left > 0; left -= WIDTH) {
        out->length = left < WIDTH ? (int)left : WIDTH;
        for (int i = 0; i < out->length; i++) {
            out->line[i] = pattern[at];
            if (++at == length) at = 0;
        }
        end_line(out);
    }
}
static void choose(const struct letter *letters, int64_t n, struct output *out) {
    for (int64_t left = n; left > 0; left -= WIDTH) {
        out->length = left < WIDTH ? (int)left : WIDTH;
        for (int i = 0; i < out->length; i++) out->line[i] = letter(letters);
        end_line(out);
    }
}
int main(void) {
    int64_t n = 3000000;
    struct output out = {.hash = 2166136261};
    cumulate(iub);
    cumulate(homo_sapiens);
    header(&out, ">ONE Homo sapiens alu");
    printf("%.*s\n", out.length, out.line);
    repeat(alu, 2 * n, &out);
    header(&out, ">TWO IUB ambiguity codes");
    choose(iub, 3 * n, &out);
    header(&out, ">THREE Homo sapiens frequency");
    choose(homo_sapiens, 5 * n, &out);
    printf("%.*s\n%08x\n", out.length, out.line, out.hash);
}

// A picture of 407 * 286 to QOI and back, 100 times.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
enum { width = 407, height = 286, count = width * height };
struct pixel { uint8_t r, g, b, a; };
static int same(struct pixel p, struct pixel q) { return p.r == q.r && p.g == q.g && p.b == q.b && p.a == q.a; }
static int place(struct pixel p) { return (p.r * 3 + p.g * 5 + p.b * 7 + p.a * 11) % 64; }
static void picture(struct pixel *to) {
    int64_t seed = 42;
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++, to++) {
            seed = (seed * 1664525 + 1013904223) % 4294967296;
            switch (y / 72) {
            case 0: *to = (struct pixel){x / 16 * 9, y, 200, 255}; break;
            case 1: *to = (struct pixel){x + y, x, x + seed / 65536 % 8, 255}; break;
            case 2: *to = (struct pixel){seed >> 8, seed >> 16, seed >> 24, 255}; break;
            default: *to = (struct pixel){x * 3, y * 5, 40, x / 4 * 19};
            }
        }
}
static int64_t encode(const struct pixel *pixels, uint8_t *out) {
    struct pixel seen[64] = {0}, last = {0, 0, 0, 255};
    uint8_t *start = out;
    int run = 0;
    for (int i = 0; i < count; i++) {
        struct pixel p = pixels[i];
        if (same(p, last)) {
            if (++run == 62) *out++ = 0xc0 | 61, run = 0;
            continue;
        }
        if (run > 0) *out++ = 0xc0 | (run - 1), run = 0;
        int at = place(p);
        if (same(seen[at], p)) *out++ = at;
        else {
            seen[at] = p;
            uint8_t dr = p.r - last.r, dg = p.g - last.g, db = p.b - last.b;
            uint8_t r = dr + 2, g = dg + 2, b = db + 2, far = dg + 32, rg = dr - dg + 8, bg = db - dg + 8;
            if (p.a != last.a) *out++ = 0xff, *out++ = p.r, *out++ = p.g, *out++ = p.b, *out++ = p.a;
            else if (r < 4 && g < 4 && b < 4) *out++ = 0x40 | r << 4 | g << 2 | b;
            else if (far < 64 && rg < 16 && bg < 16) *out++ = 0x80 | far, *out++ = rg << 4 | bg;
            else *out++ = 0xfe, *out++ = p.r, *out++ = p.g, *out++ = p.b;
        }
        last = p;
    }
    if (run > 0) *out++ = 0xc0 | (run - 1);
    return out - start;
}
static int64_t decode(const uint8_t *bytes, int64_t size, struct pixel *out) {
    struct pixel seen[64] = {0}, p = {0, 0, 0, 255}, *start = out;
    const uint8_t *end = bytes + size;
    while (bytes < end) {
        uint8_t tag = *bytes++;
        if (tag >= 0xfe) {
            p.r = *bytes++, p.g = *bytes++, p.b = *bytes++;
            if (tag == 0xff) p.a = *bytes++;
        } else if (tag >= 0xc0)
            for (int k = tag - 0xc0; k > 0; k--) *out++ = p;
        else if (tag >= 0x80) {
            uint8_t more = *bytes++, dg = tag % 64 - 32;
            p.r += dg + (more >> 4) - 8, p.g += dg, p.b += dg + more % 16 - 8;
        } else if (tag >= 0x40) p.r += (tag >> 4) % 4 - 2, p.g += (tag >> 2) % 4 - 2, p.b += tag % 4 - 2;
        else p = seen[tag];
        seen[place(p)] = p;
        *out++ = p;
    }
    return out - start;
}
int main(void) {
    volatile int times = 100;
    static struct pixel pixels[count], back[count];
    static uint8_t bytes[count * 5];
    picture(pixels);
    int64_t size = 0;
    uint32_t hash = 0;
    for (int t = 0; t < times; t++) {
        int64_t length = encode(pixels, bytes);
        size += length;
        if (decode(bytes, length, back) != count || memcmp(pixels, back, sizeof pixels) != 0) abort();
        for (int i = 0; i < count; i++)
            hash = (hash * 31 + back[i].r + back[i].g * 3 + back[i].b * 5 + back[i].a * 7) % 16777216;
    }
    printf("%ld %u\n", (long)size, hash);
}

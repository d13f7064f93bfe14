#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
struct text { const char *bytes; size_t length; };
struct entry { uint64_t hash; struct text key; int64_t value; };
struct map { struct entry *entries; size_t mask, length; };
static uint64_t hash(struct text t) {
    uint64_t h = t.length, word;
    for (; t.length >= 8; t.bytes += 8, t.length -= 8) {
        memcpy(&word, t.bytes, 8);
        h = (h ^ word) * 0x9e3779b97f4a7c15;
        h ^= h >> 32;
    }
    word = 0;
    for (size_t i = 0; i < t.length; i++) word |= (uint64_t)(unsigned char)t.bytes[i] << 8 * i;
    h = (h ^ word) * 0x9e3779b97f4a7c15;
    return (h ^ h >> 32) | 1;
}
static struct entry *slot(struct map *m, struct text key, uint64_t h) {
    for (size_t i = h >> 1;; i++) {
        struct entry *e = &m->entries[i & m->mask];
        if (e->hash == 0) return e;
        if (e->hash == h && e->key.length == key.length && memcmp(e->key.bytes, key.bytes, key.length) == 0) return e;
    }
}
static void grow(struct map *m) {
    struct map larger = {calloc((m->mask + 1) * 2, sizeof(struct entry)), m->mask * 2 + 1, m->length};
    for (size_t i = 0; i <= m->mask; i++)
        if (m->entries[i].hash != 0) *slot(&larger, m->entries[i].key, m->entries[i].hash) = m->entries[i];
    free(m->entries);
    *m = larger;
}
static int64_t *value(struct map *m, struct text key) {
    uint64_t h = hash(key);
    struct entry *e = slot(m, key, h);
    if (e->hash == 0) {
        if ((m->length + 1) * 4 > (m->mask + 1) * 3) {
            grow(m);
            e = slot(m, key, h);
        }
        m->length++;
        *e = (struct entry){h, key, 0};
    }
    return &e->value;
}
int main(void) {
    int64_t count = 500000, n = 42, different = 0, most = 0;
    struct text *texts = malloc(count * sizeof *texts);
    for (int64_t i = 0; i < count; i++) {
        n = (n * 1664525 + 1013904223) % 4294967296;
        char text[32];
        int length = snprintf(text, sizeof text, "word%lld", (long long)(n / 256 % 100000));
        texts[i] = (struct text){strdup(text), (size_t)length};
    }
    for (int round = 0; round < 10; round++) {
        struct map m = {calloc(8, sizeof(struct entry)), 7, 0};
        for (int64_t i = 0; i < count; i++) ++*value(&m, texts[i]);
        int64_t max = 0;
        for (size_t i = 0; i <= m.mask; i++)
            if (m.entries[i].value > max) max = m.entries[i].value;
        different += (int64_t)m.length;
        most += max;
        free(m.entries);
    }
    printf("%lld %lld\n", (long long)different, (long long)most);
}

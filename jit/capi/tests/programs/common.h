/* What the programs of the tests share. */
#ifndef COMMON_H
#define COMMON_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sumi.h>

#define UNUSED(x) ((void)(x))

/* What must not fail. */
static inline void check(sumi_error *error) {
    if (error) {
        printf("FAILED: %s\n", sumi_error_rendered(error).data);
        sumi_error_free(error);
        exit(1);
    }
}

/* What must fail: says how. */
static inline void fails(const char *what, sumi_error *error) {
    static const char *const kinds[] = {"none", "rejected", "link", "runtime", "signature", "reload", "output", "backend", "misuse", "bug"};
    if (!error) {
        printf("%s: DID NOT FAIL\n", what);
        return;
    }
    sumi_text reason = sumi_error_reason(error);
    printf("%s: %s", what, kinds[sumi_error_kind_of(error)]);
    if (reason.length > 0) printf(" (%s)", reason.data);
    printf(": %s\n", sumi_error_message(error).data);
    sumi_error_free(error);
}

static inline sumi_script *load(sumi_engine *engine, const char *source) {
    sumi_script *script;
    check(sumi_engine_load(engine, "test.sumi", source, SUMI_ZERO, &script));
    return script;
}

static inline sumi_function *function(sumi_script *script, const char *name, const char *type) {
    sumi_function *found;
    check(sumi_script_function(script, name, type, &found));
    return found;
}

/* A value as text. */
static inline void show(const sumi_value *value) {
    switch (value->kind) {
    case SUMI_UNIT: printf("()"); break;
    case SUMI_BOOL: printf(value->as.boolean ? "true" : "false"); break;
    case SUMI_INT: printf("%lld", (long long)value->as.integer); break;
    case SUMI_UINT: printf("%lluu", (unsigned long long)value->as.natural); break;
    case SUMI_FLOAT: printf("%g", value->as.real); break;
    case SUMI_CHAR: printf("U+%04X", (unsigned)value->as.character); break;
    case SUMI_STR: printf("\"%.*s\"", (int)value->as.bytes.length, (const char *)value->as.bytes.data); break;
    case SUMI_DATA: printf("<%zu of %u bytes>", value->as.bytes.length, (unsigned)value->number); break;
    case SUMI_VARIANT: printf("#%u", (unsigned)value->number); /* fall through */
    case SUMI_LIST:
        printf("[");
        for (size_t i = 0; i < value->as.list.length; i++) {
            if (i > 0) printf(", ");
            show(&value->as.list.items[i]);
        }
        printf("]");
        break;
    case SUMI_NONE: printf("none"); break;
    case SUMI_OBJECT: printf("<object>"); break;
    default: printf("?%d", value->kind);
    }
}

#endif

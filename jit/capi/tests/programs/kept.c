/* Values that are kept: put back, compared, written and read, by other texts and other scripts, and what must not be done with them. */
#include "common.h"
#include <pthread.h>

static const char text[] = "struct Ship { x: f64, cargo: [str] }\nvar ship = Ship(1, [\"tea\"])\nvar other = ship\nvar turn = 0\n"
                           "let twice = |n: i64| n * 2\n"
                           "fn sail() -> i64 { ship.x += 1; ship.cargo.push(\"salt\"); turn += 1; turn }\n";
/* The ship has a crew by now, and `turn` another name. */
static const char later[] = "struct Ship { x: i64, crew: i64 = 5, cargo: [str] }\nvar ship = Ship(1, cargo: [\"tea\"])\nvar other = ship\n@was(turn) var day = 0\n"
                            "fn sail() -> i64 { ship.x += 1; ship.crew -= 1; day += 1; day }\n";

static void put(sumi_script *script, const char *name, const sumi_kept *kept) {
    static const char *const changes[] = {"converted", "computed", "added", "reset", "dropped", "unusable", "renamed", "lost", "was"};
    sumi_reloaded *report;
    check(sumi_script_put(script, name, kept, &report));
    printf("put %s: %s\n", name ? name : "all", sumi_reloaded_text(report).data);
    for (uint32_t change = SUMI_CONVERTED; change <= SUMI_WAS; change++) {
        for (size_t i = 0; i < sumi_reloaded_count(report, change); i++) {
            printf("  %s: %s (%s)\n", changes[change], sumi_reloaded_name(report, change, i).data, sumi_reloaded_why(report, change, i).data);
        }
    }
    sumi_reloaded_free(report);
}

static sumi_kept *keep(sumi_script *script, const char *name) {
    sumi_kept *kept;
    check(sumi_script_keep(script, name, &kept));
    return kept;
}

static sumi_value written(const sumi_kept *kept, uint32_t form) {
    sumi_value value;
    check(sumi_kept_write(kept, form, &value));
    return value;
}

/* As JSON. */
static void told(const char *what, const sumi_kept *kept) {
    sumi_value json = written(kept, SUMI_JSON);
    printf("%s: %s\n", what, (const char *)json.as.bytes.data);
    sumi_value_free(&json);
}

static void told_now(sumi_script *script, const char *name) {
    sumi_kept *kept = keep(script, name);
    told(name, kept);
    sumi_kept_free(kept);
}

static bool equal(const sumi_kept *one, const sumi_kept *other) {
    bool is_equal;
    check(sumi_kept_equal(one, other, &is_equal));
    return is_equal;
}

static sumi_kept *read(sumi_script *script, const char *name, sumi_value bytes) {
    sumi_kept *kept;
    check(sumi_script_read(script, name, SUMI_BYTES, bytes.as.bytes.data, bytes.as.bytes.length, &kept));
    return kept;
}

typedef struct Elsewhere {
    sumi_script *script;
    sumi_kept *kept;
} Elsewhere;

static void *elsewhere(void *user) {
    Elsewhere *at = user;
    sumi_kept *kept;
    sumi_value value;
    bool is_equal;
    fails("another thread", sumi_script_keep(at->script, "ship", &kept));
    fails("another thread", sumi_script_put(at->script, "ship", at->kept, NULL));
    fails("another thread", sumi_script_read(at->script, "ship", SUMI_JSON, "1", 1, &kept));
    fails("another thread", sumi_kept_write(at->kept, SUMI_TEXT, &value));
    fails("another thread", sumi_kept_equal(at->kept, at->kept, &is_equal));
    sumi_kept_free(at->kept);
    return NULL;
}

static sumi_script *running;

/* A script calls this: it may keep, but not put back. */
static void within(sumi_call *call, const sumi_value *arguments, size_t count) {
    UNUSED(call), UNUSED(arguments), UNUSED(count);
    sumi_kept *kept = keep(running, "count"), *all = keep(running, NULL);
    fails("put within a call", sumi_script_put(running, "count", kept, NULL));
    fails("all within a call", sumi_script_put(running, NULL, all, NULL));
    told("kept within a call", kept);
    sumi_kept_free(kept);
    sumi_kept_free(all);
}

int main(void) {
    sumi_engine *engine;
    sumi_value value;
    sumi_kept *none;
    bool is_equal;
    check(sumi_engine_new(NULL, &engine));
    sumi_script *script = load(engine, text);
    sumi_function *sail = function(script, "sail", "fn() -> i64");

    /* One value, and all. */
    sumi_kept *before = keep(script, "ship"), *start = keep(script, NULL);
    check(sumi_function_call(sail, NULL, 0, NULL));
    sumi_kept *after = keep(script, "ship");
    const uint32_t forms[] = {SUMI_TEXT, SUMI_TYPE, SUMI_JSON};
    for (int i = 0; i < 3; i++) {
        value = written(after, forms[i]);
        show(&value);
        printf("\n");
        sumi_value_free(&value);
    }
    printf("equal: %d %d\n", equal(before, after), equal(after, after));
    put(script, "ship", before);
    put(script, "other", after);
    sumi_kept *now = keep(script, "ship");
    printf("equal: %d %d\n", equal(before, now), equal(after, now));
    sumi_kept_free(now);
    told_now(script, "other");
    put(script, NULL, start);
    told_now(script, "other");
    told_now(script, "turn");

    /* Another text: they are converted, in whichever form they are. */
    sumi_value bytes = written(after, SUMI_BYTES), whole;
    printf("%u byte, some: %d\n", (unsigned)bytes.number, bytes.as.bytes.length > 20);
    fails("all as JSON", sumi_kept_write(start, SUMI_JSON, &whole));
    whole = written(start, SUMI_BYTES);
    sumi_kept *let = keep(script, "twice");
    fails("a function", sumi_kept_write(let, SUMI_BYTES, &value));
    fails("a function", sumi_kept_write(let, SUMI_JSON, &value));
    sumi_kept_free(let);
    check(sumi_script_reload(script, later, SUMI_ZERO, NULL));
    check(sumi_function_call(sail, NULL, 0, NULL));
    put(script, NULL, start);
    told_now(script, "ship");
    put(script, "ship", after);
    sumi_kept *read_back = read(script, "ship", bytes);
    printf("equal: %d\n", equal(after, read_back));
    put(script, "other", read_back);
    put(script, "other", read_back);
    sumi_kept_free(read_back);
    read_back = read(script, "Ship", bytes);
    told("a `Ship`", read_back);
    sumi_kept_free(read_back);
    sumi_kept *all = read(script, NULL, whole);
    check(sumi_function_call(sail, NULL, 0, NULL));
    put(script, NULL, all);
    told_now(script, "ship");
    value = written(all, SUMI_BYTES);
    printf("as it was: %d\n", value.as.bytes.length == whole.as.bytes.length && memcmp(value.as.bytes.data, whole.as.bytes.data, value.as.bytes.length) == 0);
    sumi_value_free(&value);
    const char json[] = "{\"x\": 3, \"cargo\": [\"rum\", \"tea\"], \"sails\": 4, \"crew\": \"none\"}";
    check(sumi_script_read(script, "ship", SUMI_JSON, json, SUMI_ZERO, &read_back));
    put(script, "ship", read_back);
    told_now(script, "ship");

    /* Another engine and script, after the first ones are gone. */
    sumi_engine *second;
    check(sumi_engine_new(NULL, &second));
    sumi_script *other = load(second, later);
    sumi_function_free(sail);
    sumi_script_free(script);
    sumi_engine_free(engine);
    put(other, "ship", read_back);
    put(other, NULL, start);
    told_now(other, "ship");
    told("still there", after);

    /* What is wrong. */
    fails("no variable", sumi_script_keep(other, "ships", &none));
    printf("none: %d\n", none == NULL);
    fails("another type", sumi_script_put(other, "day", after, NULL));
    fails("a value for all", sumi_script_put(other, NULL, after, NULL));
    fails("all for a value", sumi_script_put(other, "ship", start, NULL));
    fails("all compared", sumi_kept_equal(start, after, &is_equal));
    fails("no form", sumi_kept_write(after, 7, &value));
    fails("no form", sumi_script_read(other, "ship", SUMI_TEXT, "Ship", 4, &none));
    fails("JSON of all", sumi_script_read(other, NULL, SUMI_JSON, "{}", 2, &none));
    fails("torn bytes", sumi_script_read(other, "ship", SUMI_BYTES, bytes.as.bytes.data, bytes.as.bytes.length / 2, &none));
    fails("torn bytes", sumi_script_read(other, NULL, SUMI_BYTES, whole.as.bytes.data, whole.as.bytes.length - 1, &none));
    fails("one for all", sumi_script_read(other, "ship", SUMI_BYTES, whole.as.bytes.data, whole.as.bytes.length, &none));
    fails("no JSON", sumi_script_read(other, "ship", SUMI_JSON, "{", 1, &none));
    fails("not UTF-8", sumi_script_read(other, "ship", SUMI_JSON, "\xFF", 1, &none));
    fails("another JSON", sumi_script_read(other, "day", SUMI_JSON, "\"x\"", 3, &none));
    fails("no bytes", sumi_script_read(other, "ship", SUMI_BYTES, NULL, 0, &none));
    fails("NULL", sumi_script_read(other, "ship", SUMI_BYTES, NULL, 5, &none));
    fails("NULL", sumi_script_read(other, "ship", SUMI_JSON, json, SUMI_ZERO, NULL));
    fails("NULL", sumi_script_read(NULL, "ship", SUMI_JSON, json, SUMI_ZERO, &none));
    fails("NULL", sumi_script_keep(NULL, "ship", &none));
    fails("NULL", sumi_script_keep(other, "ship", NULL));
    fails("NULL", sumi_script_put(NULL, "ship", after, NULL));
    fails("NULL", sumi_script_put(other, "ship", NULL, NULL));
    fails("NULL", sumi_kept_write(NULL, SUMI_TEXT, &value));
    fails("NULL", sumi_kept_write(after, SUMI_TEXT, NULL));
    fails("NULL", sumi_kept_equal(after, NULL, &is_equal));
    fails("NULL", sumi_kept_equal(after, after, NULL));
    sumi_kept_free(NULL);
    Elsewhere at = {other, after};
    pthread_t thread;
    pthread_create(&thread, NULL, elsewhere, &at);
    pthread_join(thread, NULL);

    sumi_module *module;
    check(sumi_module_new(second, "game", &module));
    check(sumi_module_function(module, "fn within()", within, NULL, NULL));
    check(sumi_engine_add(second, module));
    sumi_module_free(module);
    running = load(second, "import game.{within}\nvar count = 1\nfn f() { count += 1; within() }\nstruct Odd { n: i64 }\nvar odd = Odd(1)\n"
                           "impl Show for Odd { fn show(self) -> str { assert(self.n > 1); \"odd\" } }\n");
    sumi_function *f = function(running, "f", "fn()");
    check(sumi_function_call(f, NULL, 0, NULL));
    sumi_function_free(f);
    now = keep(running, "odd");
    fails("a `show` that fails", sumi_kept_write(now, SUMI_TEXT, &value));
    sumi_kept_free(now);

    sumi_value_free(&bytes);
    sumi_value_free(&whole);
    sumi_kept_free(all);
    sumi_kept_free(before);
    sumi_kept_free(start);
    sumi_kept_free(after);
    sumi_kept_free(read_back);
    sumi_script_free(running);
    sumi_script_free(other);
    printf("%zu blocks left\n", sumi_engine_live_blocks(second));
    sumi_engine_free(second);
    return 0;
}

/* What must not be done, and is answered by an error. */
#include "common.h"
#include <pthread.h>

static sumi_engine *engine;
static sumi_function *twice;

static void nothing(sumi_call *call, const sumi_value *arguments, size_t count) {
    UNUSED(call), UNUSED(arguments), UNUSED(count);
}

static void wrong(sumi_call *call, const sumi_value *arguments, size_t count) {
    UNUSED(arguments), UNUSED(count);
    printf("returned: %d\n", sumi_return(call, sumi_str("text", 4)));
}

static void loads(sumi_call *call, const sumi_value *arguments, size_t count) {
    UNUSED(call), UNUSED(arguments), UNUSED(count);
    sumi_script *script;
    fails("load while loading", sumi_engine_load(engine, "inner.sumi", "1", SUMI_ZERO, &script));
}

static float direct(sumi_call *call, float x) {
    printf("returned: %d\n", sumi_return(call, sumi_float(x)));
    return x;
}

static void gone(void *user) { printf("%s is given back\n", (const char *)user); }

static void *elsewhere(void *unused) {
    UNUSED(unused);
    sumi_value value = sumi_int(1), result;
    fails("another thread", sumi_function_call(twice, &value, 1, &result));
    sumi_function_free(twice);
    sumi_engine_free(engine);
    return NULL;
}

int main(void) {
    sumi_script *script;
    sumi_module *module;
    sumi_function *function_;
    sumi_value value, result;
    const sumi_type *type;
    sumi_object *object;
    sumi_interrupter *interrupter;

    /* Null pointers. */
    fails("sumi_engine_new", sumi_engine_new(NULL, NULL));
    check(sumi_engine_new(NULL, &engine));
    fails("sumi_engine_load", sumi_engine_load(NULL, "a", "1", 1, &script));
    fails("sumi_engine_load", sumi_engine_load(engine, NULL, "1", 1, &script));
    fails("sumi_engine_load", sumi_engine_load(engine, "a", NULL, 1, &script));
    fails("sumi_engine_load", sumi_engine_load(engine, "a", "1", 1, NULL));
    fails("sumi_engine_add", sumi_engine_add(engine, NULL));
    fails("sumi_engine_add_source", sumi_engine_add_source(engine, NULL, "", 0));
    fails("sumi_engine_on_print", sumi_engine_on_print(engine, NULL, "the user of no sink", gone));
    fails("sumi_engine_set_resolver", sumi_engine_set_resolver(engine, NULL, NULL, NULL));
    fails("sumi_engine_stubs", sumi_engine_stubs(engine, NULL, NULL));
    fails("sumi_engine_interrupter", sumi_engine_interrupter(engine, NULL));
    fails("sumi_engine_interrupter", sumi_engine_interrupter(NULL, &interrupter));
    fails("sumi_module_new", sumi_module_new(engine, "game", NULL));
    fails("sumi_script_function", sumi_script_function(NULL, "f", "fn()", &function_));
    fails("sumi_function_call", sumi_function_call(NULL, NULL, 0, &result));
    fails("sumi_function_call_plain", sumi_function_call_plain(NULL, NULL, NULL));
    fails("sumi_script_get", sumi_script_get(NULL, "x", "i64", &result));
    fails("sumi_script_reload", sumi_script_reload(NULL, "", 0, NULL));
    fails("sumi_script_roll_back", sumi_script_roll_back(NULL, NULL));
    fails("sumi_object_new", sumi_object_new(NULL, NULL, &object));
    fails("sumi_config_add_argument", sumi_config_add_argument(NULL, "a", 1));
    sumi_config_memory_limit(NULL, 1);
    sumi_error_free(NULL);
    sumi_engine_free(NULL);
    sumi_module_free(NULL);
    sumi_script_free(NULL);
    sumi_function_free(NULL);
    sumi_reloaded_free(NULL);
    sumi_interrupter_free(NULL);
    sumi_config_free(NULL);
    sumi_object_free(NULL);
    sumi_value_free(NULL);
    sumi_interrupt(NULL);
    sumi_script_accept(NULL);
    sumi_fail(NULL, "x", 1);
    printf("%d %d %zu %zu\n", sumi_return(NULL, sumi_int(1)), sumi_source_set(NULL, "x", 1), sumi_engine_live_blocks(NULL), sumi_error_frame_count(NULL));
    printf("%d %d %d\n", sumi_object_data(NULL) == NULL, sumi_object_keep(NULL) == NULL, sumi_call_user(NULL) == NULL);
    printf("%u %zu %s\n", sumi_error_kind_of(NULL), sumi_reloaded_count(NULL, 0), sumi_error_message(NULL).data);

    /* Types and declarations. */
    fails("no name", sumi_module_new(engine, "game sound", &module));
    check(sumi_module_new(engine, "game", &module));
    const struct {
        float x, y;
    } point = {0, 0};
    const sumi_field fields[] = {{"x", "f32", 0}, {"y", "f32", 4}}, apart[] = {{"x", "f32", 0}, {"y", "f32", 8}};
    const sumi_field text[] = {{"name", "str", 0}}, unknown[] = {{"at", "Point", 0}}, unnamed[] = {{NULL, "f32", 0}};
    fails("a field too few", sumi_module_struct(module, "Point", sizeof point, fields, 1));
    fails("a field elsewhere", sumi_module_struct(module, "Point", 12, apart, 2));
    fails("an unknown type", sumi_module_struct(module, "Place", 8, unknown, 1));
    fails("a text in place", sumi_module_struct(module, "Named", 8, text, 1));
    fails("a field without a name", sumi_module_struct(module, "Named", 4, unnamed, 1));
    fails("no fields", sumi_module_struct(module, "Named", 4, NULL, 1));
    fails("a small name", sumi_module_struct(module, "point", 8, fields, 2));
    fails("no name of a type", sumi_module_struct(module, "P { } fn f() {} struct Q", 8, fields, 2));
    check(sumi_module_struct(module, "Point", sizeof point, fields, 2));
    check(sumi_module_struct(module, "Point", sizeof point, fields, 2));
    fails("another type of the name", sumi_module_struct(module, "Point", 4, fields, 1));
    fails("an enum without variants", sumi_module_enum(module, "Mood", 1, NULL, 0));
    check(sumi_module_object(module, "Sound", NULL, &type));
    fails("no declaration", sumi_module_function(module, "wind(x: f32)", nothing, NULL, NULL));
    fails("two declarations", sumi_module_function(module, "fn a()\nfn b()", nothing, NULL, NULL));
    fails("a generic function", sumi_module_function(module, "fn a<T>(x: T)", nothing, NULL, NULL));
    fails("a map", sumi_module_function(module, "fn a(x: [str: i64])", nothing, NULL, NULL));
    fails("a `mut` text", sumi_module_function(module, "fn a(mut x: str)", nothing, NULL, NULL));
    fails("no function", sumi_module_function(module, "fn a()", NULL, "the user of no function", gone));
    fails("a direct array of texts", sumi_module_direct(module, "fn a(x: [str])", (sumi_code)nothing, NULL, NULL));
    fails("a direct `mut` text", sumi_module_direct(module, "fn a(mut x: str)", (sumi_code)nothing, NULL, NULL));
    fails("a direct `mut` array of chars", sumi_module_direct(module, "fn a(mut x: [char])", (sumi_code)nothing, NULL, NULL));
    fails("a direct result of an array", sumi_module_direct(module, "fn a() -> [f32]", (sumi_code)nothing, NULL, NULL));
    fails("a direct char", sumi_module_direct(module, "fn a() -> char", (sumi_code)nothing, NULL, NULL));
    fails("many arguments", sumi_module_direct(module, "fn a(a: i64, b: i64, c: i64, d: i64, e: i64, f: i64)", (sumi_code)nothing, NULL, NULL));
    fails("a variable of text", sumi_module_variable(module, "name", "str", &value));
    fails("no variable", sumi_module_variable(module, "count", "i64", NULL));
    fails("a crooked variable", sumi_module_variable(module, "count", "i64", (char *)&value + 1));
    check(sumi_module_function(module, "fn silent() -> i64", nothing, NULL, NULL));
    check(sumi_module_function(module, "fn other() -> i64", wrong, NULL, NULL));
    check(sumi_module_function(module, "fn loads()", loads, NULL, NULL));
    check(sumi_module_direct(module, "fn direct(x: f32) -> f32", (sumi_code)direct, NULL, NULL));
    check(sumi_engine_add(engine, module));
    sumi_module_free(module);
    sumi_engine *second;
    check(sumi_engine_new(NULL, &second));
    check(sumi_module_new(second, "game", &module));
    fails("a module of another engine", sumi_engine_add(engine, module));
    sumi_module_free(module);
    sumi_engine_free(second);

    /* Calls. */
    fails("text that is none", sumi_engine_load(engine, "a", "\xFF\xFE", 2, &script));
    fails("a length that is none", sumi_engine_load(engine, "a", "x", SIZE_MAX - 1, &script));
    script = load(engine, "import game.{Point, Sound, direct, loads, other, silent}\nloads()\nfn twice(x: i64) -> i64 = x * 2\nfn len(x: str) -> i64 = x.len()\n"
                          "fn far(p: Point) -> f32 = p.x\nfn silents() -> i64 = silent()\nfn others() -> i64 = other()\nfn directs() -> f32 = direct(1)\n"
                          "fn own(s: Sound) -> Sound = s\nfn generic<T>(x: T) -> T = x\nvar count = 1\n");
    fails("no function", sumi_script_function(script, "thrice", "fn(i64) -> i64", &function_));
    printf("%d\n", function_ == NULL);
    fails("another type", sumi_script_function(script, "twice", "fn(i64) -> f64", &function_));
    fails("no type", sumi_script_function(script, "twice", "fn(i64", &function_));
    fails("no type of a function", sumi_script_function(script, "twice", "i64", &function_));
    fails("a variable", sumi_script_function(script, "count", "fn() -> i64", &function_));
    fails("not UTF-8", sumi_script_function(script, "\xFF", "fn() -> i64", &function_));
    twice = function(script, "twice", "fn(i64) -> i64");
    value = sumi_int(21);
    fails("too few", sumi_function_call(twice, NULL, 0, &result));
    fails("NULL for arguments", sumi_function_call(twice, NULL, 1, &result));
    value.kind = 99;
    fails("no kind", sumi_function_call(twice, &value, 1, &result));
    value = sumi_list(NULL, 3);
    fails("a list", sumi_function_call(twice, &value, 1, &result));
    fails("no result", sumi_function_call_plain(twice, (const void *const[]){&value}, NULL));
    fails("no arguments", sumi_function_call_plain(twice, NULL, &value));
    fails("an argument that is NULL", sumi_function_call_plain(twice, (const void *const[]){NULL}, &value));
    value = sumi_int(21);
    check(sumi_function_call(twice, &value, 1, NULL));
    function_ = function(script, "len", "fn(str) -> i64");
    fails("not plain", sumi_function_call_plain(function_, (const void *const[]){&value}, &value));
    value = sumi_str(NULL, 3);
    fails("a text without bytes", sumi_function_call(function_, &value, 1, &result));
    sumi_function_free(function_);
    function_ = function(script, "far", "fn(Point) -> f32");
    value = sumi_data(&point, 1, 4);
    fails("a struct of another size", sumi_function_call(function_, &value, 1, &result));
    value = sumi_data(&point, 2, 8);
    fails("two structs", sumi_function_call(function_, &value, 1, &result));
    value = sumi_data(NULL, 1, 8);
    fails("no struct", sumi_function_call(function_, &value, 1, &result));
    sumi_function_free(function_);
    function_ = function(script, "own", "fn(Sound) -> Sound");
    value = sumi_object_value(NULL);
    fails("no object", sumi_function_call(function_, &value, 1, &result));
    sumi_function_free(function_);
    const char *const names[] = {"silents", "others"};
    for (int i = 0; i < 2; i++) {
        function_ = function(script, names[i], "fn() -> i64");
        fails(names[i], sumi_function_call(function_, NULL, 0, &result));
        sumi_function_free(function_);
    }
    function_ = function(script, "directs", "fn() -> f32");
    fails("sumi_return in a direct function", sumi_function_call(function_, NULL, 0, &result));
    sumi_function_free(function_);
    pthread_t thread;
    pthread_create(&thread, NULL, elsewhere, NULL);
    pthread_join(thread, NULL);

    sumi_function_free(twice);
    sumi_script_free(script);
    printf("%zu blocks left\n", sumi_engine_live_blocks(engine));
    sumi_engine_free(engine);
    return 0;
}

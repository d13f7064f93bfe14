/* Fuel, a limit of output, and an engine within a run of another one. */
#include "common.h"

static void quiet(void *user, const char *text, size_t length) { *(size_t *)user += length, UNUSED(text); }

/* Has the engine within work. */
static int64_t within(sumi_call *call, int64_t n) {
    int64_t result = 0;
    sumi_error *error = sumi_function_call_plain(sumi_call_user(call), (const void *const[]){&n}, &result);
    if (error) sumi_fail(call, sumi_error_message(error).data, SUMI_ZERO);
    sumi_error_free(error);
    return result;
}

static void left(const char *what, const sumi_engine *engine) { printf("%s: %llu left\n", what, (unsigned long long)sumi_engine_fuel_left(engine)); }

int main(void) {
    sumi_config *config = sumi_config_new();
    sumi_config_fuel(config, 1000);
    sumi_config_output_limit(config, 20);
    sumi_config_compile_limit(config, 100000, 0);
    sumi_engine *outer, *inner, *free_one;
    check(sumi_engine_new(config, &outer));
    sumi_config_free(config);
    check(sumi_engine_child(outer, NULL, &inner));
    check(sumi_engine_new(NULL, &free_one));
    fails("no fuel", sumi_engine_set_fuel(free_one, 1));
    left("without", free_one);
    printf("used: %d\n", (int)sumi_engine_fuel_used(free_one));
    sumi_engine_free(free_one);
    size_t printed = 0;
    check(sumi_engine_on_print(outer, quiet, &printed, NULL));

    sumi_script *script = load(inner, "fn rounds(n: i64) -> i64 { for i in 0..n {}\n n }");
    sumi_function *rounds = function(script, "rounds", "fn(i64) -> i64");
    sumi_script_free(script);
    sumi_module *module;
    check(sumi_module_new(outer, "host", &module));
    check(sumi_module_direct(module, "fn within(n: i64) -> i64", (sumi_code)within, rounds, NULL));
    check(sumi_engine_add(outer, module));
    sumi_module_free(module);
    script = load(outer, "import host.{within}\nfn go(n: i64) -> i64 = within(n) + within(1)\n"
                         "fn talk(n: i64) -> i64 { for i in 0..n { print(i) }\n n }\nfn spin(n: i64) -> i64 { while true {}\n n }\n");

    sumi_value value = sumi_int(100), result;
    sumi_function *go = function(script, "go", "fn(i64) -> i64");
    uint64_t before = sumi_engine_fuel_used(outer);
    check(sumi_function_call(go, &value, 1, &result));
    left("go", outer);
    printf("together all that it began with: %d\n", sumi_engine_fuel_used(outer) - before + sumi_engine_fuel_left(outer) == 1000);
    value = sumi_int(999);
    fails("go", sumi_function_call(go, &value, 1, &result));
    check(sumi_engine_set_fuel(outer, 5000));
    value = sumi_int(1000);
    check(sumi_function_call(go, &value, 1, &result));
    left("go", outer);
    sumi_function *spin = function(script, "spin", "fn(i64) -> i64"), *talk = function(script, "talk", "fn(i64) -> i64");
    fails("spin", sumi_function_call(spin, &value, 1, &result));
    left("spin", outer);
    value = sumi_int(10);
    check(sumi_function_call(talk, &value, 1, &result));
    printf("%zu bytes\n", printed);
    value = sumi_int(11);
    fails("talk", sumi_function_call(talk, &value, 1, &result));
    printf("%zu bytes\n", printed);

    sumi_function_free(go);
    sumi_function_free(spin);
    sumi_function_free(talk);
    sumi_script_free(script);
    sumi_engine_free(outer);
    sumi_function_free(rounds);
    sumi_engine_free(inner);
    return 0;
}

/* Scripts over their lives: sinks, modules from memory, limits, interrupts, objects, reloads, and what is freed in an odd order. */
#include "common.h"
#include <pthread.h>
#include <time.h>

typedef struct Host {
    sumi_function *inner, *own;
    sumi_object *kept;
    int depth;
} Host;

static void told(void *user, const char *text, size_t length) { printf("%s%.*s", (const char *)user, (int)length, text); }

static void warned(void *user, const char *text, size_t length) {
    const char *end = memchr(text, '\n', length);
    printf("%s%.*s\n", (const char *)user, (int)(end ? end - text : (ptrdiff_t)length), text);
}

static void gone(void *user) { printf("(%s goes)\n", (const char *)user); }

static void resolve(void *user, const char *path, size_t length, sumi_source *source) {
    printf("%s %.*s\n", (const char *)user, (int)length, path);
    if (length == 5 && memcmp(path, "found", 5) == 0) sumi_source_set(source, "pub fn found() -> i64 = 7", SUMI_ZERO);
}

static void stub(void *user, const char *file, size_t file_length, const char *text, size_t text_length) {
    UNUSED(user);
    printf("--- %.*s\n%.*s---\n", (int)file_length, file, (int)text_length, text);
}

/* Calls the script again, which calls this again. */
static void again(sumi_call *call, const sumi_value *arguments, size_t count) {
    UNUSED(count);
    Host *host = sumi_call_user(call);
    sumi_value result = sumi_int(0);
    if (arguments[0].as.integer == 0) {
        sumi_fail(call, "the bottom is reached", SUMI_ZERO);
        return;
    }
    const sumi_value less = sumi_int(arguments[0].as.integer - 1);
    sumi_error *error = sumi_function_call(host->inner, &less, 1, &result);
    if (error && arguments[0].as.integer > 2) {
        sumi_fail(call, sumi_error_message(error).data, SUMI_ZERO);
    }
    sumi_error_free(error);
    sumi_return(call, sumi_int(result.as.integer + 1));
}

static int64_t deeper(sumi_call *call, int64_t n) {
    Host *host = sumi_call_user(call);
    int64_t less = n - 1, result = 0;
    if (n == 0) {
        sumi_fail(call, "too deep", 8);
        return 0;
    }
    if (n == 3) sumi_fail(call, "three", 5);
    sumi_error *error = sumi_function_call_plain(host->own, (const void *const[]){&less}, &result);
    if (error) printf("deeper %d: %s\n", (int)n, sumi_error_message(error).data);
    sumi_error_free(error);
    return result + 1;
}

/* Frees the function that is being called. */
static void suicide(sumi_call *call, const sumi_value *arguments, size_t count) {
    UNUSED(arguments), UNUSED(count);
    Host *host = sumi_call_user(call);
    sumi_function_free(host->inner);
    host->inner = NULL;
}

static void keep(sumi_call *call, const sumi_value *arguments, size_t count) {
    UNUSED(count);
    Host *host = sumi_call_user(call);
    sumi_object_free(host->kept);
    host->kept = sumi_object_keep(arguments[0].as.object);
}

static void *interrupts(void *interrupter) {
    while (!sumi_is_running(interrupter)) nanosleep(&(struct timespec){0, 1000000}, NULL);
    sumi_interrupt(interrupter);
    return NULL;
}

int main(void) {
    Host host = {0};
    printf("version %s\n", sumi_version());
    sumi_config *config = sumi_config_new();
    sumi_config_memory_limit(config, 1 << 20);
    sumi_config_stack_bytes(config, 1 << 20);
    sumi_config_call_limit(config, 0);
    sumi_config_allow(config, SUMI_CLOCK | SUMI_ENVIRONMENT);
    sumi_config_allow_extern(config, false);
    sumi_config_optimize(config, true);
    sumi_config_color(config, false);
    check(sumi_config_add_argument(config, "first", SUMI_ZERO));
    sumi_engine *engine;
    check(sumi_engine_new(config, &engine));
    sumi_config_free(config);
    check(sumi_engine_on_print(engine, told, "another: ", gone));
    check(sumi_engine_on_print(engine, told, "out: ", gone));
    check(sumi_engine_on_error_print(engine, told, "err: ", NULL));
    check(sumi_engine_on_warning(engine, warned, "warning: ", NULL));
    check(sumi_engine_add_source(engine, "shared", "pub fn one() -> i64 = 1", SUMI_ZERO));
    check(sumi_engine_set_resolver(engine, resolve, "asked for", gone));

    sumi_module *module;
    const sumi_type *token;
    check(sumi_module_new(engine, "host.tools", &module));
    check(sumi_module_object(module, "Token", gone, &token));
    check(sumi_module_function(module, "/// Again,\n/// and again.\nfn again(n: i64) -> i64", again, &host, NULL));
    check(sumi_module_direct(module, "fn deeper(n: i64) -> i64", (sumi_code)deeper, &host, NULL));
    check(sumi_module_function(module, "fn suicide()", suicide, &host, NULL));
    check(sumi_module_function(module, "fn keep(token: Token)", keep, &host, NULL));
    check(sumi_engine_add(engine, module));
    sumi_module_free(module);
    check(sumi_engine_stubs(engine, stub, NULL));

    sumi_script *script;
    sumi_value value, result;
    fails("no such module", sumi_engine_load(engine, "a.sumi", "import missing\n", SUMI_ZERO, &script));
    fails("extern", sumi_engine_load(engine, "a.sumi", "extern { fn getpid() -> i32 }\ngetpid()\n", SUMI_ZERO, &script));
    fails("denied", sumi_engine_load(engine, "a.sumi", "import fs\nprint(fs.exists(\"x\"))", SUMI_ZERO, &script));
    sumi_error *error = sumi_engine_load(engine, "a.sumi", "import process\nprocess.exit(3)", SUMI_ZERO, &script);
    int32_t status = 0;
    printf("exit: %d", sumi_error_exit(error, &status));
    printf(" %d\n", (int)status);
    sumi_error_free(error);

    script = load(engine, "import shared.{one}\nimport found.{found}\nimport host.tools.{Token, again, deeper, keep, suicide}\nimport io\n"
                          "print(one() + found(), io.args())\neprint(\"problem\")\n"
                          "fn inner(n: i64) -> i64 = again(n)\nfn own(n: i64) -> i64 = deeper(n) + 10\nfn ends() { suicide() }\n"
                          "fn forever() { while true { } }\nfn hoard() -> i64 { var xs = [1]; while true { xs = xs + xs }; 0 }\n"
                          "fn deep(n: i64) -> i64 = 1 + deep(n + 1)\nvar token: Token? = none\nfn take(t: Token) -> bool { keep(t); token = some(t); token == some(t) }\n"
                          "fn warns() -> str = \"{5}\"\n");

    /* Calls within calls. */
    host.inner = function(script, "inner", "fn(i64) -> i64");
    for (int n = 0; n < 5; n++) {
        value = sumi_int(n);
        error = sumi_function_call(host.inner, &value, 1, &result);
        if (error) fails("inner", error);
        else printf("inner: %d\n", (int)result.as.integer);
    }
    sumi_function_free(host.inner);
    host.own = function(script, "own", "fn(i64) -> i64");
    value = sumi_int(5);
    error = sumi_function_call(host.own, &value, 1, &result);
    if (error) fails("own", error);
    else printf("own: %d\n", (int)result.as.integer);
    sumi_function_free(host.own);
    sumi_function *ends = host.inner = function(script, "ends", "fn()");
    check(sumi_function_call(ends, NULL, 0, NULL));

    /* Limits. */
    const char *const names[] = {"hoard", "deep"}, *const types[] = {"fn() -> i64", "fn(i64) -> i64"};
    for (int i = 0; i < 2; i++) {
        sumi_function *f = function(script, names[i], types[i]);
        value = sumi_int(0);
        error = sumi_function_call(f, &value, (size_t)i, &result);
        printf("own frame: %zu of some: %d\n", sumi_error_own_frame(error), sumi_error_frame_count(error) > 0);
        fails(names[i], error);
        sumi_function_free(f);
    }
    sumi_interrupter *interrupter;
    pthread_t thread;
    check(sumi_engine_interrupter(engine, &interrupter));
    pthread_create(&thread, NULL, interrupts, interrupter);
    sumi_function *forever = function(script, "forever", "fn()");
    fails("forever", sumi_function_call(forever, NULL, 0, NULL));
    pthread_join(thread, NULL);
    sumi_interrupter_free(interrupter);
    sumi_function_free(forever);

    /* Objects. */
    static char name[] = "the token";
    sumi_object *object;
    check(sumi_object_new(token, name, &object));
    sumi_function *take = function(script, "take", "fn(Token) -> bool");
    value = sumi_object_value(object);
    check(sumi_function_call(take, &value, 1, &result));
    printf("taken: %d\n", result.as.boolean);
    sumi_function_free(take);
    check(sumi_script_get(script, "token", "Token?", &result));
    printf("the same: %d\n", result.as.object == object);
    sumi_object_free(object);
    sumi_value_free(&result);
    check(sumi_script_set(script, "token", "Token?", sumi_none()));
    printf("only the host has it: %s\n", (const char *)sumi_object_data(host.kept));
    sumi_object_free(host.kept);

    /* Other texts. */
    sumi_reloaded *report;
    bool was_done;
    sumi_script_free(script);
    script = load(engine, "struct S { a: i64 }\nvar s = S(1)\nvar n = 5\nlet m = 2\nvar old = 1\nfn f() -> i64 { s.a += 1; n += 1; s.a * 100 + n * m }\n");
    sumi_function *f = function(script, "f", "fn() -> i64");
    check(sumi_function_call(f, NULL, 0, &result));
    printf("%d\n", (int)result.as.integer);
    const char *const next = "struct S { a: i64, b: i64 = 9 }\nvar s = S(1)\nvar n = \"five\"\nlet m = 3\nvar more = 1\nprint(\"new\")\n"
                             "fn f() -> i64 { s.a += s.b; s.a * 100 + n.len() * m }\n";
    for (int round = 0; round < 2; round++) {
        check(round == 0 ? sumi_script_preview(script, next, SUMI_ZERO, &report) : sumi_script_reload(script, next, strlen(next), &report));
        printf("%s\n", sumi_reloaded_text(report).data);
        for (uint32_t change = SUMI_CONVERTED; change <= SUMI_DROPPED; change++) {
            for (size_t i = 0; i < sumi_reloaded_count(report, change); i++) printf("  %u: %s\n", change, sumi_reloaded_name(report, change, i).data);
        }
        size_t line = 0, count = sumi_reloaded_not_run(report, &line, 1);
        printf("  why: %s; %zu not run, at %zu; some compiled: %d\n", sumi_reloaded_why(report, SUMI_RESET, 0).data, count, line, sumi_reloaded_compiled(report) > 0);
        sumi_reloaded_free(report);
        check(sumi_function_call(f, NULL, 0, &result));
        printf("%d\n", (int)result.as.integer);
    }
    check(sumi_script_roll_back(script, &was_done));
    check(sumi_function_call(f, NULL, 0, &result));
    printf("back: %d %d\n", was_done, (int)result.as.integer);
    check(sumi_script_reload(script, "var found = 1\nfn f() -> f64 = 1", SUMI_ZERO, &report));
    for (uint32_t change = SUMI_UNUSABLE; change <= SUMI_RENAMED; change++) {
        for (size_t i = 0; i < sumi_reloaded_count(report, change); i++) {
            printf("  %u: %s: %s\n", change, sumi_reloaded_name(report, change, i).data, sumi_reloaded_why(report, change, i).data);
        }
    }
    sumi_reloaded_free(report);
    const char *const asked[][2] = {{"g", "fn() -> f64"}, {"f", "fn(i64) -> f64"}, {"found", "fn()"}};
    for (int i = 0; i < 3; i++) {
        sumi_function *other;
        error = sumi_script_function(script, asked[i][0], asked[i][1], &other);
        sumi_problem problem;
        bool is_placed = sumi_error_problem(error, 0, &problem);
        printf("asked: %d %s:%u %s %s\n%s", is_placed, problem.file.data, problem.line, problem.code.data, problem.help.data, sumi_error_rendered(error).data);
        fails(asked[i][0], error);
    }
    sumi_script_accept(script);
    check(sumi_script_roll_back(script, &was_done));
    printf("back: %d\n", was_done);
    fails("f", sumi_function_call(f, NULL, 0, &result));
    error = sumi_script_reload(script, "fn f() -> i64 = x\nfn g() -> i64 = true", SUMI_ZERO, &report);
    printf("no report: %d\n", report == NULL);
    for (size_t i = 0; i < sumi_error_problem_count(error); i++) {
        sumi_problem problem;
        printf("problem: %d", sumi_error_problem(error, i, &problem));
        printf(" %d %s %s %u:%u-%u:%u %s\n", problem.is_error, problem.code.data, problem.file.data, problem.line, problem.column, problem.end_line, problem.end_column,
               problem.message.data);
    }
    sumi_frame frame;
    printf("frames: %d\n", sumi_error_frame(error, 0, &frame));
    sumi_error_free(error);

    /* Code that is made while calls go on. */
    const char *const prepared = "var n = 1\nfn f() -> i64 = n + 40";
    bool is_ready = false;
    check(sumi_script_reload(script, "var n = 1\nfn f() -> i64 = n", SUMI_ZERO, NULL));
    check(sumi_script_prepare(script, prepared, SUMI_ZERO, &is_ready));
    printf("ready at once: %d\n", is_ready);
    while (!is_ready) {
        check(sumi_function_call(f, NULL, 0, &result));
        check(sumi_script_prepare(script, prepared, SUMI_ZERO, &is_ready));
    }
    printf("until then: %d\n", (int)result.as.integer);
    check(sumi_script_reload(script, prepared, SUMI_ZERO, &report));
    check(sumi_function_call(f, NULL, 0, &result));
    printf("then: %d, %zu compiled\n", (int)result.as.integer, sumi_reloaded_compiled(report));
    sumi_reloaded_free(report);
    fails("prepared", sumi_script_prepare(script, "fn f() -> i64 = m", SUMI_ZERO, NULL));

    /* As people see it. */
    sumi_variables *variables = NULL;
    sumi_variable variable;
    check(sumi_script_reload(script, "let ship = (1, \"a long name\")\nvar n = 2\nfn f() -> i64 { n += 1; n }", SUMI_ZERO, NULL));
    check(sumi_script_variables(script, 8, &variables));
    for (size_t i = 0; sumi_variables_get(variables, i, &variable); i++) {
        printf("%s %s: %s = %s\n", variable.is_var ? "var" : "let", variable.name.data, variable.type.data, variable.value.data);
    }
    printf("variables: %zu\n", sumi_variables_count(variables));
    sumi_variables_free(variables);
    check(sumi_script_evaluate(script, "[f(), n]", SUMI_ZERO, 100, &variables));
    if (sumi_variables_get(variables, 0, &variable)) {
        printf("%s: %s = %s\n", variable.name.data, variable.type.data, variable.value.data);
    }
    sumi_variables_free(variables);
    check(sumi_script_variables(script, 100, &variables));
    printf("put back: %d\n", sumi_variables_get(variables, 1, &variable) && strcmp(variable.value.data, "1") == 0);
    sumi_variables_free(variables);
    fails("evaluated", sumi_script_evaluate(script, "n +", SUMI_ZERO, 100, &variables));
    printf("none: %zu %d\n", sumi_variables_count(variables), sumi_variables_get(variables, 0, &variable));

    /* A text on trial. */
    check(sumi_script_reload(script, "var n = 1\nfn f() -> i64 = n", SUMI_ZERO, NULL));
    check(sumi_script_try_out(script, "var n = 1\nfn f() -> i64 { n += 1; assert(n > 2); n }", SUMI_ZERO, &report));
    printf("on trial: %s\n", sumi_reloaded_text(report).data);
    sumi_reloaded_free(report);
    fails("f", sumi_function_call(f, NULL, 0, &result));
    check(sumi_function_call(f, NULL, 0, &result));
    printf("taken back: %d\n", (int)result.as.integer);

    /* A closure that the text has no more. */
    const char *const holders[] = {"fn make() -> fn() -> i64 { || 7 }\nvar held = make()\nfn f() -> i64 = held()",
                                   "fn eight() -> i64 = 8\nfn make() -> fn() -> i64 { eight }\nvar held = make()\nfn f() -> i64 = held()"};
    check(sumi_script_reload(script, holders[0], SUMI_ZERO, NULL));
    check(sumi_script_reload(script, holders[1], SUMI_ZERO, &report));
    check(sumi_function_call(f, NULL, 0, &result));
    printf("%d by former code: %s: %s\n", (int)result.as.integer, sumi_reloaded_name(report, SUMI_FORMER_CODE, 0).data,
           sumi_reloaded_why(report, SUMI_FORMER_CODE, 0).data);
    sumi_reloaded_free(report);

    /* The last one keeps what it needs. */
    check(sumi_script_reload(script, "fn f() -> i64 { print(\"still here\"); 1 }", SUMI_ZERO, NULL));
    sumi_engine_free(engine);
    sumi_script_free(script);
    check(sumi_function_call(f, NULL, 0, &result));
    sumi_function_free(f);
    return 0;
}

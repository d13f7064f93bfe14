/* Functions of the host that are LLVM's code: inlined, called, and what does not fit. */
#include "common.h"

static const char CODE[] = "@calls = internal global i64 0\n"
                           "define double @mix(double %a, double %b, double %t) {\n"
                           "  %d = fsub double %b, %a\n"
                           "  %m = fmul double %d, %t\n"
                           "  %r = fadd double %a, %m\n"
                           "  ret double %r\n"
                           "}\n"
                           "define i64 @next() noinline {\n"
                           "  %n = load i64, ptr @calls\n"
                           "  %m = add i64 %n, 1\n"
                           "  store i64 %m, ptr @calls\n"
                           "  ret i64 %m\n"
                           "}\n"
                           "define double @root(double %x) {\n"
                           "  %r = call double @cbrt(double %x)\n"
                           "  ret double %r\n"
                           "}\n"
                           "declare double @cbrt(double)\n";

static sumi_error *declare(sumi_module *module, const char *code, const char *declaration) {
    return sumi_module_bitcode(module, code, strlen(code), &declaration, 1);
}

int main(void) {
    const bool optimised[] = {false, true};
    for (int i = 0; i < 2; i++) {
        sumi_config *config = sumi_config_new();
        sumi_engine *engine;
        sumi_module *module;
        sumi_config_optimize(config, optimised[i]);
        check(sumi_engine_new(config, &engine));
        sumi_config_free(config);
        check(sumi_module_new(engine, "math", &module));
        const char *const declarations[] = {"fn mix(a: f64, b: f64, t: f64) -> f64", "/// One more each time.\nfn next() -> i64", "fn root(x: f64) -> f64"};
        check(sumi_module_bitcode(module, CODE, sizeof CODE - 1, declarations, 3));
        check(sumi_engine_add(engine, module));
        sumi_module_free(module);
        sumi_script *script = load(engine, "import math.{mix, next, root}\nnext()\nfn f(t: f64) -> f64 = mix(root(8), 4, t) + f64(next())\n");
        sumi_function *f;
        check(sumi_script_function(script, "f", "fn(f64) -> f64", &f));
        for (int round = 0; round < 2; round++) {
            double t = 0.5, result = 0;
            check(sumi_function_call_plain(f, (const void *const[]){&t}, &result));
            printf("%g\n", result);
        }
        sumi_function_free(f);
        sumi_script_free(script);
        check(sumi_module_new(engine, "wrong", &module));
        fails("another type", declare(module, CODE, "fn mix(a: f64, b: i64, t: f64) -> f64"));
        fails("another result", declare(module, CODE, "fn next() -> i32"));
        fails("another number", declare(module, CODE, "fn next(n: i64) -> i64"));
        fails("no such function", declare(module, CODE, "fn last() -> i64"));
        fails("a text", declare(module, CODE, "fn root(x: str) -> f64"));
        fails("no code", declare(module, "", "fn root(x: f64) -> f64"));
        fails("NULL", sumi_module_bitcode(module, NULL, 1, NULL, 0));
        check(declare(module, "declare void @sumi_nowhere()\ndefine void @f() {\n  call void @sumi_nowhere()\n  ret void\n}\n", "fn f()"));
        fails("a symbol that is nowhere", sumi_engine_add(engine, module));
        sumi_module_free(module);
        printf("%zu blocks left\n", sumi_engine_live_blocks(engine));
        sumi_engine_free(engine);
    }
    return 0;
}

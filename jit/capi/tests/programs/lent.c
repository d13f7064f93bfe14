/* What is lent to scripts: arrays and plain values where the program has them, and what must not be lent. */
#include "common.h"

typedef struct Ball {
    float y, speed;
    bool is_up;
} Ball;

static const char text[] = "import game.{Ball}\nvar kept = [f32(0)]\n"
                           "fn total(xs: [f32]) -> f32 { var sum: f32 = 0; for x in xs { sum += x }; sum }\n"
                           "fn highest(xs: [f32]) -> f32 { let sorted = xs.sorted(); sorted[sorted.len() - 1] }\n"
                           "fn keep(xs: [f32]) { kept = xs }\n"
                           "fn scale(mut xs: [f32], by: f32) { for i in 0..xs.len() { xs[i] *= by } }\n"
                           "fn add(mut xs: [f32], ys: [f32]) { for i in 0..ys.len() { xs[i] += ys[i] } }\n"
                           "fn step(mut balls: [Ball], dt: f32) -> i64 {\n"
                           "    for mut ball in balls { ball.y += ball.speed * dt; ball.is_up = ball.speed > 0 }\n"
                           "    balls.len()\n}\n"
                           "fn count(mut n: i64, mut ball: Ball, why: str) -> str { n += 1; ball.y = f32(n); \"{why} {n}\" }\n"
                           "fn turn(mut ball: Ball, by: Ball) -> Ball { ball.speed = by.speed; ball }\n"
                           "fn both(mut a: i64, mut b: i64) { a += 1; b += a }\n"
                           "fn fill(mut xs: [i64], n: i64) { for i in 0..n { xs[i] = i } }\n"
                           "fn grow(mut xs: [f32]) { xs.push(1) }\n"
                           "fn plain(x: f32) -> f32 = x\n"
                           "fn name(mut s: str) { s += \"!\" }\n"
                           "fn words(xs: [str], ys: [f32]) -> i64 = xs.len() * 10 + ys.len()\n"
                           "fn flags(xs: [bool]) -> i64 { var n = 0; for x in xs { if x { n += 1 } }; n }\n";

static void shown(const char *what, const float *xs, size_t length) {
    printf("%s:", what);
    for (size_t i = 0; i < length; i++) printf(" %g", xs[i]);
    printf("\n");
}

/* Calls it, and frees it. */
static void call(sumi_function *f, const sumi_value *arguments, size_t count) {
    sumi_value result;
    sumi_error *error = sumi_function_call(f, arguments, count, &result);
    if (error) {
        fails("call", error);
    } else {
        show(&result);
        printf(" copies: %d\n", sumi_function_copies(f));
    }
    sumi_value_free(&result);
    sumi_function_free(f);
}

static void not_there(sumi_script *script, const char *name, const char *type) {
    sumi_function *f;
    sumi_error *error = sumi_script_function(script, name, type, &f);
    sumi_problem problem;
    if (sumi_error_problem(error, 0, &problem)) printf("%s\n%s\n", problem.code.data, problem.help.data);
    fails(name, error);
}

int main(void) {
    sumi_engine *engine;
    sumi_module *game;
    check(sumi_engine_new(NULL, &engine));
    check(sumi_module_new(engine, "game", &game));
    const sumi_field ball[] = {SUMI_FIELD(Ball, y, "f32"), SUMI_FIELD(Ball, speed, "f32"), SUMI_FIELD(Ball, is_up, "bool")};
    check(sumi_module_struct(game, "Ball", sizeof(Ball), ball, 3));
    check(sumi_engine_add(engine, game));
    sumi_module_free(game);
    sumi_script *script = load(engine, text);

    /* As values. */
    float xs[] = {1, 2, 4}, ys[] = {10, 20, 40};
    const sumi_value three = sumi_data(xs, 3, sizeof *xs), others = sumi_data(ys, 3, sizeof *ys), none = sumi_data(NULL, 0, sizeof *xs);
    const sumi_value items[] = {sumi_float(7), sumi_float(8)}, list = sumi_list(items, 2);
    call(function(script, "total", "fn([f32]) -> f32"), &three, 1);
    call(function(script, "total", "fn([f32]) -> f32"), &none, 1);
    call(function(script, "total", "fn([f32]) -> f32"), &list, 1);
    call(function(script, "highest", "fn([f32]) -> f32"), &three, 1);
    call(function(script, "highest", "fn([f32]) -> f32"), &list, 1);
    call(function(script, "keep", "fn([f32])"), &three, 1);
    const sumi_value scaled[] = {three, sumi_float(2)}, added[] = {three, others};
    call(function(script, "scale", "fn(mut [f32], f32)"), scaled, 2);
    shown("scaled", xs, 3);
    call(function(script, "add", "fn(mut [f32], [f32])"), added, 2);
    shown("added", xs, 3);
    sumi_value kept;
    check(sumi_script_get(script, "kept", "[f32]", &kept));
    shown("kept", kept.as.bytes.data, kept.as.bytes.length);
    sumi_value_free(&kept);
    _Alignas(float) char crooked[sizeof xs + 1];
    memcpy(crooked + 1, xs, sizeof xs);
    const sumi_value apart = sumi_data(crooked + 1, 3, sizeof *xs);
    call(function(script, "total", "fn([f32]) -> f32"), &apart, 1);
    Ball balls[] = {{1, 2, false}, {3, -4, true}};
    int64_t n = 41;
    const sumi_value counted[] = {sumi_data(&n, 1, sizeof n), sumi_data(balls, 1, sizeof *balls), sumi_str("now", 3)};
    call(function(script, "count", "fn(mut i64, mut Ball, str) -> str"), counted, 3);
    printf("%d %g\n", (int)n, balls[0].y);
    const sumi_value names[] = {sumi_str("a", 1), sumi_str("b", 1)}, words[] = {sumi_list(names, 2), three};
    call(function(script, "words", "fn([str], [f32]) -> i64"), words, 2);

    /* As they are. */
    sumi_function *f = function(script, "step", "fn(mut [Ball], f32) -> i64");
    const sumi_slice two = {balls, 2};
    const float half = 0.5f;
    check(sumi_function_call_plain(f, (const void *const[]){&two, &half}, &n));
    printf("%d: %g %d, %g %d\n", (int)n, balls[0].y, balls[0].is_up, balls[1].y, balls[1].is_up);
    balls[1].is_up = false;
    memset(&balls[0].is_up, 2, 1);
    fails("a bool that is 2", sumi_function_call_plain(f, (const void *const[]){&two, &half}, &n));
    balls[0].is_up = true;
    sumi_function_free(f);
    f = function(script, "turn", "fn(mut Ball, Ball) -> Ball");
    Ball back;
    check(sumi_function_call_plain(f, (const void *const[]){&balls[0], &balls[1]}, &back));
    printf("%g %g\n", balls[0].speed, back.y);
    fails("one ball twice", sumi_function_call_plain(f, (const void *const[]){&balls[0], &balls[0]}, &back));
    sumi_function_free(f);
    f = function(script, "keep", "fn([f32])");
    const sumi_slice slice = {xs, 3}, empty = {NULL, 0}, nowhere = {NULL, 3}, endless = {xs, SIZE_MAX / 2}, odd = {crooked + 1, 3};
    check(sumi_function_call_plain(f, (const void *const[]){&slice}, NULL));
    check(sumi_function_call_plain(f, (const void *const[]){&empty}, NULL));
    check(sumi_function_call_plain(f, (const void *const[]){&odd}, NULL));
    fails("nowhere", sumi_function_call_plain(f, (const void *const[]){&nowhere}, NULL));
    fails("endless", sumi_function_call_plain(f, (const void *const[]){&endless}, NULL));
    fails("no slice", sumi_function_call_plain(f, (const void *const[]){NULL}, NULL));
    sumi_function_free(f);
    f = function(script, "fill", "fn(mut [i64], i64)");
    int64_t some[] = {-1, -1, -1};
    const sumi_slice all = {some, 3};
    n = 5;
    fails("too many", sumi_function_call_plain(f, (const void *const[]){&all, &n}, NULL));
    printf("what was written stays: %d %d %d\n", (int)some[0], (int)some[1], (int)some[2]);
    sumi_function_free(f);
    f = function(script, "both", "fn(mut i64, mut i64)");
    check(sumi_function_call_plain(f, (const void *const[]){&some[0], &some[1]}, NULL));
    printf("%d %d\n", (int)some[0], (int)some[1]);
    fails("a number twice", sumi_function_call_plain(f, (const void *const[]){&some[0], &some[0]}, NULL));
    sumi_function_free(f);

    /* What is wrong. */
    not_there(script, "grow", "fn(mut [f32])");
    not_there(script, "scale", "fn([f32], f32)");
    not_there(script, "plain", "fn(mut f32) -> f32");
    not_there(script, "name", "fn(str)");
    not_there(script, "name", "fn(mut str)");
    not_there(script, "words", "fn(mut [str], [f32]) -> i64");
    f = function(script, "add", "fn(mut [f32], [f32])");
    const sumi_value overlapping[] = {three, sumi_data(xs + 1, 2, sizeof *xs)}, listed[] = {list, three}, shifted[] = {apart, three};
    const sumi_value nothing[] = {sumi_data(xs + 1, 0, sizeof *xs), sumi_data(xs, 0, sizeof *xs)};
    check(sumi_function_call(f, nothing, 2, NULL));
    fails("overlapping", sumi_function_call(f, overlapping, 2, NULL));
    fails("a list to be changed", sumi_function_call(f, listed, 2, NULL));
    fails("crooked data to be changed", sumi_function_call(f, shifted, 2, NULL));
    const sumi_value small[] = {sumi_data(xs, 3, 2), three}, number[] = {sumi_int(1), three}, lost[] = {sumi_data(NULL, 3, 4), three};
    fails("elements of another size", sumi_function_call(f, small, 2, NULL));
    fails("no array", sumi_function_call(f, number, 2, NULL));
    fails("no elements", sumi_function_call(f, lost, 2, NULL));
    sumi_function_free(f);
    f = function(script, "both", "fn(mut i64, mut i64)");
    const sumi_value several[] = {sumi_data(some, 2, sizeof *some), sumi_data(some + 2, 1, sizeof *some)}, copies[] = {sumi_int(1), sumi_int(2)};
    fails("two for one", sumi_function_call(f, several, 2, NULL));
    fails("a copy to be changed", sumi_function_call(f, copies, 2, NULL));
    sumi_function_free(f);
    f = function(script, "flags", "fn([bool]) -> i64");
    const uint8_t bools[] = {1, 0, 1}, wrong[] = {1, 3};
    const sumi_value flags = sumi_data(bools, 3, 1), broken = sumi_data(wrong, 2, 1);
    check(sumi_function_call_plain(f, (const void *const[]){&(const sumi_slice){(void *)bools, 3}}, &n));
    printf("flags: %d\n", (int)n);
    fails("a bool that is 3", sumi_function_call(f, &broken, 1, NULL));

    /* Another text may need an array of its own, and then not any more. */
    printf("copies: %d\n", sumi_function_copies(f));
    check(sumi_script_reload(script, "var all = [true]\nfn flags(xs: [bool]) -> i64 { all = xs; xs.len() }", SUMI_ZERO, NULL));
    call(f, &flags, 1);
    printf("no function copies: %d\n", sumi_function_copies(NULL));

    sumi_script_free(script);
    printf("%zu blocks left\n", sumi_engine_live_blocks(engine));
    sumi_engine_free(engine);
    return 0;
}

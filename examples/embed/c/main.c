/* A host in C: it offers a module with functions, a struct, objects and a variable, calls a script in a loop, shows an error, and
 * exchanges the script's text while its state lives on. Built with
 *
 *     cc -I jit/capi/include examples/embed/c/main.c -L target/release -lsumi -o main
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sumi.h>

typedef struct Vec2 {
    float x, y;
} Vec2;

/* Something of the program's own, which scripts hold by handles. */
typedef struct Sound {
    char name[16];
} Sound;

typedef struct Game {
    const sumi_type *sound;
    int played;
} Game;

static void check(sumi_error *error) {
    if (error) {
        sumi_text text = sumi_error_rendered(error);
        fprintf(stderr, "%.*s\n", (int)text.length, text.data);
        sumi_error_free(error);
        exit(1);
    }
}

/* A direct function: as C declares it. */
static float wind(sumi_call *call, float height) {
    if (height < 0) {
        sumi_fail(call, "there is no wind below the ground", SUMI_ZERO);
        return 0;
    }
    return height * 0.5f;
}

/* A struct goes in by its address, and comes back through one. */
static void turned(Vec2 *result, sumi_call *call, const Vec2 *at) {
    (void)call;
    result->x = -at->y;
    result->y = at->x;
}

/* General functions: of any types. */
static void load_sound(sumi_call *call, const sumi_value *arguments, size_t count) {
    (void)count;
    Game *game = sumi_call_user(call);
    Sound *sound = calloc(1, sizeof *sound);
    sumi_object *object;
    size_t length = arguments[0].as.bytes.length;
    memcpy(sound->name, arguments[0].as.bytes.data, length < 15 ? length : 15);
    check(sumi_object_new(game->sound, sound, &object));
    sumi_return(call, sumi_object_value(object));
    sumi_object_free(object); /* the script has its own share */
}

static void play(sumi_call *call, const sumi_value *arguments, size_t count) {
    (void)count;
    Game *game = sumi_call_user(call);
    const Sound *sound = sumi_object_data(arguments[0].as.object);
    game->played += 1;
    printf("(%s)\n", sound->name);
}

/* The elements of a `mut` array are written in place. */
static void smooth(sumi_call *call, const sumi_value *arguments, size_t count) {
    (void)call, (void)count;
    float *heights = arguments[0].as.bytes.data;
    for (size_t i = 1; i < arguments[0].as.bytes.length; i++) {
        heights[i] = (heights[i - 1] + heights[i]) / 2;
    }
}

static void forget(void *sound) {
    printf("(%s is gone)\n", ((Sound *)sound)->name);
    free(sound);
}

static const char first[] =
    "import game.{Sound, Vec2, gravity, load_sound, play, smooth, turned, wind}\n"
    "struct Ball { at: Vec2, speed: Vec2 = Vec2(0, 0) }\n"
    "var ball = Ball(Vec2(0, 10))\n"
    "var bounces = 0\n"
    "let bump = load_sound(\"bump\")\n"
    "fn step(dt: f32) -> Vec2 {\n"
    "    ball.speed = Vec2(ball.speed.x + wind(ball.at.y) * dt, ball.speed.y - gravity * dt)\n"
    "    ball.at = Vec2(ball.at.x + ball.speed.x * dt, ball.at.y + ball.speed.y * dt)\n"
    "    if ball.at.y < 0 { ball.at.y = 0; ball.speed.y = -ball.speed.y; bounces += 1; play(bump) }\n"
    "    ball.at\n"
    "}\n"
    "fn sideways() -> Vec2 = turned(ball.at)\n"
    "fn gust(height: f32) -> f32 = wind(height)\n"
    "fn heights(given: [f32], names: [str]) -> (str, [f32])? {\n"
    "    if given.is_empty() { return none }\n"
    "    var own = given\n"
    "    smooth(mut own)\n"
    "    some((names.join(\" and \"), own))\n"
    "}\n";

/* Balls have a radius by now, at which they bounce. */
static const char second[] =
    "import game.{Sound, Vec2, gravity, load_sound, play, smooth, turned, wind}\n"
    "struct Ball { at: Vec2, speed: Vec2 = Vec2(0, 0), radius: f32 = 0.5 }\n"
    "var ball = Ball(Vec2(0, 10))\n"
    "var bounces = 0\n"
    "let bump = load_sound(\"bump\")\n"
    "fn step(dt: f32) -> Vec2 {\n"
    "    ball.speed = Vec2(ball.speed.x, ball.speed.y - gravity * dt)\n"
    "    ball.at = Vec2(ball.at.x, ball.at.y + ball.speed.y * dt)\n"
    "    if ball.at.y < ball.radius { ball.at.y = ball.radius; ball.speed.y = abs(ball.speed.y); bounces += 1; play(bump) }\n"
    "    ball.at\n"
    "}\n"
    "fn sideways() -> Vec2 = turned(ball.at)\n"
    "fn gust(height: f32) -> f32 = wind(height)\n"
    "fn heights(given: [f32], names: [str]) -> (str, [f32])? = none\n";

static void show(const char *what, sumi_error *error) {
    sumi_text message = sumi_error_message(error), reason = sumi_error_reason(error);
    printf("%s: %.*s", what, (int)message.length, message.data);
    if (reason.length > 0) printf(" [%s]", reason.data);
    printf("\n");
    for (size_t i = 0; i < sumi_error_frame_count(error); i++) {
        sumi_frame frame;
        sumi_error_frame(error, i, &frame);
        printf("    in %s at %s:%u\n", frame.function.data, frame.file.data, frame.line);
    }
    for (size_t i = 0; i < sumi_error_problem_count(error); i++) {
        sumi_problem problem;
        sumi_error_problem(error, i, &problem);
        printf("    %s:%u:%u %s\n", problem.file.data, problem.line, problem.column, problem.code.data);
    }
    sumi_error_free(error);
}

int main(void) {
    Game game = {0};
    float gravity = 10;

    sumi_config *config = sumi_config_new();
    sumi_config_memory_limit(config, 64 << 20);
    sumi_engine *engine;
    check(sumi_engine_new(config, &engine));
    sumi_config_free(config);

    sumi_module *module;
    check(sumi_module_new(engine, "game", &module));
    const sumi_field fields[] = {SUMI_FIELD(Vec2, x, "f32"), SUMI_FIELD(Vec2, y, "f32")};
    check(sumi_module_struct(module, "Vec2", sizeof(Vec2), fields, 2));
    check(sumi_module_object(module, "Sound", forget, &game.sound));
    check(sumi_module_variable(module, "gravity", "f32", &gravity));
    check(sumi_module_direct(module, "/// How strong the wind blows.\nfn wind(height: f32) -> f32", (sumi_code)wind, NULL, NULL));
    check(sumi_module_direct(module, "fn turned(at: Vec2) -> Vec2", (sumi_code)turned, NULL, NULL));
    check(sumi_module_function(module, "fn load_sound(name: str) -> Sound", load_sound, &game, NULL));
    check(sumi_module_function(module, "fn play(sound: Sound)", play, &game, NULL));
    check(sumi_module_function(module, "fn smooth(mut heights: [f32])", smooth, NULL, NULL));
    check(sumi_engine_add(engine, module));
    sumi_module_free(module);

    sumi_script *script;
    check(sumi_engine_load(engine, "ball.sumi", first, SUMI_ZERO, &script));
    sumi_function *step, *sideways, *heights, *gust;
    check(sumi_script_function(script, "step", "fn(f32) -> Vec2", &step));
    check(sumi_script_function(script, "sideways", "fn() -> Vec2", &sideways));
    check(sumi_script_function(script, "gust", "fn(f32) -> f32", &gust));
    check(sumi_script_function(script, "heights", "fn([f32], [str]) -> (str, [f32])?", &heights));

    /* Plain types need no values: each argument is where it is. */
    float dt = 0.25f;
    const void *arguments[] = {&dt};
    Vec2 at;
    for (int frame = 0; frame < 8; frame++) {
        check(sumi_function_call_plain(step, arguments, &at));
    }
    printf("after 8 frames at %.3f, %.3f\n", at.x, at.y);
    check(sumi_function_call_plain(sideways, NULL, &at));
    printf("turned: %.3f, %.3f\n", at.x, at.y);

    /* Texts, arrays and what is made of them travel as values. */
    const float given[] = {1, 3, 5};
    const sumi_value names[] = {sumi_str("hill", 4), sumi_str("dale", 4)};
    const sumi_value values[] = {sumi_data(given, 3, sizeof(float)), sumi_list(names, 2)};
    sumi_value result;
    check(sumi_function_call(heights, values, 2, &result));
    const sumi_value *pair = result.as.list.items;
    const float *smoothed = pair[1].as.bytes.data;
    printf("%s: %.2f %.2f %.2f\n", (const char *)pair[0].as.bytes.data, smoothed[0], smoothed[1], smoothed[2]);
    sumi_value_free(&result);

    /* What goes wrong in C or in the script is an error of the call. */
    float below = -1, strength;
    const void *depth[] = {&below};
    show("gust", sumi_function_call_plain(gust, depth, &strength));
    sumi_function *none;
    show("step", sumi_script_function(script, "step", "fn(f64) -> Vec2", &none));

    /* Another text, while the ball flies. */
    sumi_reloaded *report;
    show("reload", sumi_script_reload(script, "fn step(dt: f32) -> f32 = dt + true", SUMI_ZERO, NULL));
    check(sumi_script_reload(script, second, SUMI_ZERO, &report));
    printf("%s\n", sumi_reloaded_text(report).data);
    sumi_reloaded_free(report);
    for (int frame = 0; frame < 8; frame++) {
        check(sumi_function_call_plain(step, arguments, &at));
    }
    check(sumi_script_get(script, "bounces", "i64", &result));
    printf("after 8 more at %.3f, %.3f, bounced %d times\n", at.x, at.y, (int)result.as.integer);

    sumi_function_free(step);
    sumi_function_free(sideways);
    sumi_function_free(gust);
    sumi_function_free(heights);
    sumi_script_free(script);
    printf("played %d sounds, %zu blocks left\n", game.played, sumi_engine_live_blocks(engine));
    sumi_engine_free(engine);
    return 0;
}

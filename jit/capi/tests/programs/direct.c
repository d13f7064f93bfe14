/* Direct functions with texts, arrays and objects, and what a program registers without a module. */
#include "common.h"

typedef struct Sound {
    char name[16];
    double volume;
} Sound;

static const sumi_type *sound_type, *other_type;
static sumi_object *kept;
static sumi_function *inner, *failing;

static void gone(void *sound) {
    printf("(%s is gone)\n", ((Sound *)sound)->name);
    free(sound);
}

static sumi_object *made(const sumi_type *type, const char *name, size_t length) {
    Sound *sound = calloc(1, sizeof *sound);
    sumi_object *object;
    memcpy(sound->name, name, length < 15 ? length : 15);
    check(sumi_object_new(type, sound, &object));
    return object;
}

/* A new one: the script has its only share. */
static sumi_object *sound(sumi_call *call, const sumi_text *name, double volume) {
    if (name->length == 0) {
        sumi_fail(call, "a sound has a name", SUMI_ZERO);
        return NULL;
    }
    sumi_object *object = made(sound_type, name->data, name->length);
    ((Sound *)sumi_object_data(object))->volume = volume;
    if (volume > 10) sumi_fail(call, "too loud", SUMI_ZERO);
    return object;
}

static sumi_text name(sumi_call *call, sumi_object *sound) {
    UNUSED(call);
    return (sumi_text){((Sound *)sumi_object_data(sound))->name, SUMI_ZERO};
}

static double volume(sumi_call *call, sumi_object *sound) {
    Sound *data = sumi_object_data(sound);
    if (data->volume < 0) sumi_fail(call, "less than nothing", SUMI_ZERO);
    return data->volume;
}

static void keep(sumi_call *call, sumi_object *sound) {
    UNUSED(call);
    sumi_object_free(kept);
    kept = sumi_object_keep(sound);
}

static sumi_object *known(sumi_call *call) {
    UNUSED(call);
    return sumi_object_keep(kept);
}

static sumi_object *stranger(sumi_call *call) {
    UNUSED(call);
    return made(other_type, "the stranger", 12);
}

static sumi_text broken(sumi_call *call, int32_t how) {
    static const sumi_text texts[] = {{"\xFF", 1}, {NULL, 3}, {"x", SIZE_MAX - 1}, {NULL, SUMI_ZERO}, {NULL, 0}, {"fine", 4}};
    if (how == 5) sumi_fail(call, "it would be fine", SUMI_ZERO);
    return texts[how];
}

/* Three texts, a number, and a call in registers. */
static sumi_text middle(sumi_call *call, const sumi_text *a, const sumi_text *b, double at, const sumi_text *c) {
    UNUSED(call), UNUSED(a), UNUSED(c);
    size_t half = (size_t)((double)b->length * at);
    return (sumi_text){b->data + half, b->length - half};
}

static float total(sumi_call *call, const sumi_slice *xs) {
    UNUSED(call);
    float sum = 0;
    for (size_t i = 0; i < xs->length; i++) sum += ((const float *)xs->data)[i];
    return sum;
}

static void scale(sumi_call *call, const sumi_slice *xs, float by) {
    UNUSED(call);
    for (size_t i = 0; i < xs->length; i++) ((float *)xs->data)[i] *= by;
}

typedef struct Range {
    int64_t from, to;
} Range;

static void found(Range *result, sumi_call *call, const sumi_text *in, const sumi_text *what) {
    UNUSED(call);
    *result = (Range){-1, -1};
    for (size_t i = 0; i + what->length <= in->length; i++) {
        if (memcmp(in->data + i, what->data, what->length) == 0) *result = (Range){(int64_t)i, (int64_t)(i + what->length)};
    }
}

/* Calls the script, which calls this again. */
static sumi_text nested(sumi_call *call, int64_t depth, const sumi_text *text) {
    static char written[64];
    sumi_value arguments[] = {sumi_int(depth - 1), sumi_str(text->data, text->length)}, result;
    if (depth == 0) return *text;
    if (depth == 2) sumi_fail(call, "two", SUMI_ZERO);
    sumi_error *error = sumi_function_call(inner, arguments, 2, &result);
    int length = snprintf(written, sizeof written, "%d:%s", (int)depth, error ? sumi_error_message(error).data : (const char *)result.as.bytes.data);
    sumi_error_free(error);
    sumi_value_free(&result);
    return (sumi_text){written, (size_t)length};
}

/* Gives an object after a call that failed. */
static sumi_object *careful(sumi_call *call) {
    UNUSED(call);
    fails("failing", sumi_function_call(failing, NULL, 0, NULL));
    return sumi_object_keep(kept);
}

static int64_t twice(sumi_call *call, int64_t n) {
    UNUSED(call);
    return n * 2;
}

static void add(sumi_call *call, const sumi_value *arguments, size_t count) {
    UNUSED(count);
    sumi_return(call, sumi_int(arguments[0].as.integer + arguments[1].as.integer));
}

static void calls(sumi_script *script, const char *name_, const char *type) {
    sumi_function *f = function(script, name_, type);
    sumi_value result;
    sumi_error *error = sumi_function_call(f, NULL, 0, &result);
    if (error) {
        fails(name_, error);
    } else {
        printf("%s: ", name_);
        show(&result);
        printf("\n");
    }
    sumi_value_free(&result);
    sumi_function_free(f);
}

int main(void) {
    sumi_engine *engine;
    sumi_module *module;
    sumi_config *config = sumi_config_new();
    sumi_config_memory_limit(config, 1 << 20);
    check(sumi_engine_new(config, &engine));
    sumi_config_free(config);
    check(sumi_module_new(engine, "game", &module));
    const sumi_field range[] = {SUMI_FIELD(Range, from, "i64"), SUMI_FIELD(Range, to, "i64")};
    check(sumi_module_struct(module, "Range", sizeof(Range), range, 2));
    check(sumi_module_object(module, "Sound", gone, &sound_type));
    check(sumi_module_object(module, "Other", gone, &other_type));
    check(sumi_module_direct(module, "fn sound(name: str, volume: f64) -> Sound", (sumi_code)sound, NULL, NULL));
    check(sumi_module_direct(module, "fn name(sound: Sound) -> str", (sumi_code)name, NULL, NULL));
    check(sumi_module_direct(module, "fn volume(sound: Sound) -> f64", (sumi_code)volume, NULL, NULL));
    check(sumi_module_direct(module, "fn keep(sound: Sound)", (sumi_code)keep, NULL, NULL));
    check(sumi_module_direct(module, "fn known() -> Sound", (sumi_code)known, NULL, NULL));
    check(sumi_module_direct(module, "fn careful() -> Sound", (sumi_code)careful, NULL, NULL));
    check(sumi_module_direct(module, "fn stranger() -> Sound", (sumi_code)stranger, NULL, NULL));
    check(sumi_module_direct(module, "fn broken(how: i32) -> str", (sumi_code)broken, NULL, NULL));
    check(sumi_module_direct(module, "fn middle(a: str, b: str, at: f64, c: str) -> str", (sumi_code)middle, NULL, NULL));
    check(sumi_module_direct(module, "fn total(xs: [f32]) -> f32", (sumi_code)total, NULL, NULL));
    check(sumi_module_direct(module, "fn scale(mut xs: [f32], by: f32)", (sumi_code)scale, NULL, NULL));
    check(sumi_module_direct(module, "fn found(in_: str, what: str) -> Range", (sumi_code)found, NULL, NULL));
    check(sumi_module_direct(module, "fn nested(depth: i64, text: str) -> str", (sumi_code)nested, NULL, NULL));
    check(sumi_engine_add(engine, module));
    sumi_module_free(module);

    sumi_script *script = load(engine, "import game.{Range, Sound, broken, careful, found, keep, known, middle, name, nested, scale, sound, stranger, total, volume}\n"
                                       "fn makes() -> str { let bump = sound(\"bump\", 0.5); keep(bump); \"{name(bump)} {volume(bump)} {known() == bump}\" }\n"
                                       "fn knows() -> str = name(known())\n"
                                       "fn failing() { let names = [name(known())]; assert(names.is_empty()) }\nfn cares() -> str = name(careful())\n"
                                       "fn nameless() -> str = name(sound(\"\", 1))\n"
                                       "fn loud() -> str = name(sound(\"loud\", 11))\n"
                                       "fn negative() -> f64 = volume(sound(\"negative\", -1))\n"
                                       "fn strange() -> str = name(stranger())\n"
                                       "fn not_text() -> str = broken(0)\nfn nowhere() -> str = broken(1)\nfn endless() -> str = broken(2)\nfn no_end() -> str = broken(3)\n"
                                       "fn empty() -> str = broken(4)\nfn stopped() -> str = broken(5)\n"
                                       "fn half() -> str = middle(\"a\", \"left and right\", 0.5, \"\")\n"
                                       "fn totals() -> str { var xs: [f32] = [1, 2, 3]; let before = xs; scale(mut xs, 2); \"{total(xs)} {total(before)} {total([])}\" }\n"
                                       "fn finds() -> str = \"{found(\"the game\", \"game\")} {found(\"\", \"x\")}\"\n"
                                       "fn inner(depth: i64, text: str) -> str = nested(depth, text)\n"
                                       "fn hoard() -> i64 { var all = [known()]; while true { all.push(known()) }; 0 }\n"
                                       "fn texts() -> i64 { var all = [name(known())]; while true { all.push(name(known())) }; 0 }\n");
    failing = function(script, "failing", "fn()");
    const char *const names[] = {"makes", "knows", "cares", "nameless", "loud", "strange", "not_text", "nowhere", "endless", "no_end", "empty", "stopped", "half", "totals", "finds"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) calls(script, names[i], "fn() -> str");
    calls(script, "negative", "fn() -> f64");
    calls(script, "hoard", "fn() -> i64");
    calls(script, "texts", "fn() -> i64");
    inner = function(script, "inner", "fn(i64, str) -> str");
    for (int depth = 0; depth < 4; depth++) {
        sumi_value arguments[] = {sumi_int(depth), sumi_str("deep", 4)}, result;
        sumi_error *error = sumi_function_call(inner, arguments, 2, &result);
        if (error) fails("inner", error);
        else printf("inner: %s\n", (const char *)result.as.bytes.data);
        sumi_value_free(&result);
    }
    sumi_function_free(inner);
    sumi_function_free(failing);
    sumi_script_free(script);
    printf("%zu blocks left\n", sumi_engine_live_blocks(engine));
    sumi_object_free(kept);

    /* Without a module. */
    int64_t score = 3;
    check(sumi_module_new(engine, NULL, &module));
    check(sumi_module_direct(module, "fn twice(n: i64) -> i64", (sumi_code)twice, NULL, NULL));
    check(sumi_module_function(module, "fn add(a: i64, b: i64) -> i64", add, NULL, NULL));
    check(sumi_module_variable(module, "score", "i64", &score));
    check(sumi_module_object(module, "Sound", gone, &sound_type));
    check(sumi_module_direct(module, "fn sound(name: str, volume: f64) -> Sound", (sumi_code)sound, NULL, NULL));
    check(sumi_module_direct(module, "fn volume(sound: Sound) -> f64", (sumi_code)volume, NULL, NULL));
    check(sumi_engine_add(engine, module));
    sumi_module_free(module);
    script = load(engine, "extern type Sound\n"
                          "extern host { fn twice(n: i64) -> i64\n fn add(a: i64, b: i64) -> i64\n var score: i64\n"
                          "    fn sound(name: str, volume: f64) -> Sound\n fn volume(sound: Sound) -> f64 }\n"
                          "fn f() -> i64 { score += 1; add(twice(score), 1) }\nfn loudness() -> f64 = volume(sound(\"bell\", 2.5))\n");
    calls(script, "f", "fn() -> i64");
    printf("score: %d\n", (int)score);
    calls(script, "loudness", "fn() -> f64");
    sumi_script_free(script);
    fails("of another type", sumi_engine_load(engine, "a.sumi", "extern host { fn twice(n: f64) -> f64 }\ntwice(1)", SUMI_ZERO, &script));
    fails("not there", sumi_engine_load(engine, "a.sumi", "extern host { fn thrice(n: i64) -> i64 }\nthrice(1)", SUMI_ZERO, &script));
    sumi_engine_free(engine);
    return 0;
}

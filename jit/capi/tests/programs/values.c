/* Values of every type on their ways: into functions of scripts and out of them, into functions of the host and back, into variables. */
#include "common.h"

typedef struct Vec2 {
    float x, y;
} Vec2;

typedef struct Mixed {
    uint8_t small;
    double large;
    Vec2 at[2];
    bool is_on;
    uint32_t letter;
    uint8_t mood;
} Mixed;

typedef union Shape {
    uint8_t which;
    struct {
        uint8_t which;
        float radius;
    } circle;
    struct {
        uint8_t which;
        Vec2 size;
        bool is_round;
    } box;
} Shape;

static const char types[] =
    "import game.{Item, Mixed, Mood, Shape, Vec2, add, blend, echo_all, flip, many, middle, next, opposite, push, scaled, shift, total, widen}\n";

/* Calls a function `f` of one parameter and the same result, and shows what comes back. */
static void echo(sumi_engine *engine, const char *type, sumi_value value) {
    char source[600], signature[200];
    snprintf(source, sizeof source, "%sfn f(x: %s) -> %s = x\n", types, type, type);
    snprintf(signature, sizeof signature, "fn(%s) -> %s", type, type);
    sumi_script *script = load(engine, source);
    sumi_function *f = function(script, "f", signature);
    sumi_value result;
    sumi_error *error = sumi_function_call(f, &value, 1, &result);
    printf("%s: ", type);
    if (error) {
        fails("f", error);
    } else {
        show(&result);
        printf("\n");
    }
    sumi_value_free(&result);
    sumi_value_free(&result);
    sumi_function_free(f);
    sumi_script_free(script);
}

static int8_t next(sumi_call *call, int8_t a, uint8_t b, int16_t c, uint16_t d, bool e) {
    UNUSED(call);
    return (int8_t)(a + b + c + d + (e ? 1 : 0));
}

static double blend(sumi_call *call, float a, double b, float c, double d, float e, double f, float g, double h) {
    UNUSED(call);
    return a + b * 2 + c * 3 + d * 4 + e * 5 + f * 6 + g * 7 + h * 8;
}

static void scaled(Vec2 *result, sumi_call *call, const Vec2 *at, float by) {
    result->x = at->x * by + *(float *)sumi_call_user(call);
    result->y = at->y * by;
}

static void shift(sumi_call *call, Vec2 *at, int64_t *times, const Mixed *by) {
    UNUSED(call);
    at->x += by->at[1].x;
    *times += by->small;
}

static void many(sumi_call *call, const sumi_value *arguments, size_t count) {
    double sum = 0;
    for (size_t i = 0; i < count; i++) {
        double each = arguments[i].kind == SUMI_FLOAT ? arguments[i].as.real : (double)arguments[i].as.integer;
        sum += each * (double)(i + 1);
    }
    sumi_return(call, sumi_float(sum));
}

/* Gives back what it was given, of any type. */
static void same(sumi_call *call, const sumi_value *arguments, size_t count) {
    UNUSED(count);
    sumi_return(call, arguments[0]);
}

static void echo_all(sumi_call *call, const sumi_value *arguments, size_t count) {
    printf("echo_all:");
    for (size_t i = 0; i < count; i++) {
        printf(" ");
        show(&arguments[i]);
    }
    printf("\n");
    sumi_return(call, sumi_list(arguments, count));
}

static void push(sumi_call *call, const sumi_value *arguments, size_t count) {
    UNUSED(call), UNUSED(count);
    int32_t *first = arguments[0].as.bytes.data;
    for (size_t i = 0; i < arguments[0].as.bytes.length; i++) {
        first[i] *= 10;
    }
    ((Mixed *)arguments[1].as.bytes.data)->large = 0.5;
    *(uint8_t *)arguments[2].as.bytes.data = *(uint8_t *)sumi_call_user(call);
}

static void opposite(sumi_call *call, const sumi_value *arguments, size_t count) {
    UNUSED(count);
    uint8_t mood = arguments[0].number == 0 ? *(uint8_t *)sumi_call_user(call) : 0;
    sumi_return(call, sumi_data(&mood, 1, 1));
}

static void flip(sumi_call *call, const sumi_value *arguments, size_t count) {
    UNUSED(count);
    sumi_return(call, sumi_bool(!arguments[0].as.boolean));
}

int main(void) {
    sumi_engine *engine;
    sumi_module *game;
    check(sumi_engine_new(NULL, &engine));
    check(sumi_module_new(engine, "game", &game));
    const sumi_field vec2[] = {SUMI_FIELD(Vec2, x, "f32"), SUMI_FIELD(Vec2, y, "f32")};
    check(sumi_module_struct(game, "Vec2", sizeof(Vec2), vec2, 2));
    const sumi_variant moods[] = {{"Calm", NULL, 0}, {"Angry", NULL, 0}};
    check(sumi_module_enum(game, "Mood", 1, moods, 2));
    const sumi_field mixed[] = {
        SUMI_FIELD(Mixed, small, "u8"),   SUMI_FIELD(Mixed, large, "f64"),   SUMI_FIELD(Mixed, at, "[Vec2; 2]"),
        SUMI_FIELD(Mixed, is_on, "bool"), SUMI_FIELD(Mixed, letter, "char"), SUMI_FIELD(Mixed, mood, "Mood"),
    };
    check(sumi_module_struct(game, "Mixed", sizeof(Mixed), mixed, 6));
    const sumi_field circle[] = {SUMI_FIELD(Shape, circle.radius, "f32")};
    const sumi_field box[] = {SUMI_FIELD(Shape, box.size, "Vec2"), SUMI_FIELD(Shape, box.is_round, "bool")};
    const sumi_field radius[] = {{"radius", "f32", circle[0].offset}};
    const sumi_field sides[] = {{"size", "Vec2", box[0].offset}, {"is_round", "bool", box[1].offset}};
    const sumi_variant shapes[] = {{"Point", NULL, 0}, {"Circle", radius, 1}, {"Box", sides, 2}};
    check(sumi_module_enum(game, "Shape", sizeof(Shape), shapes, 3));
    const sumi_field item[] = {{"name", "str", 0}, {"tags", "[str]", 0}, {"at", "Vec2", 0}, {"price", "i32?", 0}};
    check(sumi_module_struct(game, "Item", 0, item, 4));

    float offset = 100;
    uint8_t mood = 1;
    int64_t total = 5;
    Vec2 middle = {1, 2};
    check(sumi_module_direct(game, "fn next(a: i8, b: u8, c: i16, d: u16, e: bool) -> i8", (sumi_code)next, NULL, NULL));
    check(sumi_module_direct(game, "fn blend(a: f32, b: f64, c: f32, d: f64, e: f32, f: f64, g: f32, h: f64) -> f64", (sumi_code)blend, NULL, NULL));
    check(sumi_module_direct(game, "fn scaled(at: Vec2, by: f32) -> Vec2", (sumi_code)scaled, &offset, NULL));
    check(sumi_module_direct(game, "fn shift(mut at: Vec2, mut times: i64, by: Mixed)", (sumi_code)shift, NULL, NULL));
    check(sumi_module_function(
        game, "fn many(a: i64, b: f64, c: i8, d: u16, e: f32, f: i64, g: i64, h: i64, i: f64, j: f64, k: f64, l: f64, m: f64, n: f64, o: f64, p: i16) -> f64",
        many, NULL, NULL));
    check(sumi_module_function(game, "fn widen(item: Item) -> Item", same, NULL, NULL));
    check(sumi_module_function(game, "fn add(shape: Shape?) -> Shape?", same, NULL, NULL));
    check(sumi_module_function(game, "fn echo_all(a: str, b: [Item], c: (i64, str)) -> (str, [Item], (i64, str))", echo_all, NULL, NULL));
    check(sumi_module_function(game, "fn push(mut numbers: [i32], mut mixed: Mixed, mut mood: Mood)", push, &mood, NULL));
    check(sumi_module_function(game, "fn opposite(mood: Mood) -> Mood", opposite, &mood, NULL));
    check(sumi_module_function(game, "fn flip(is_on: bool) -> bool", flip, NULL, NULL));
    check(sumi_module_variable(game, "total", "i64", &total));
    check(sumi_module_variable(game, "middle", "Vec2", &middle));
    check(sumi_engine_add(engine, game));
    sumi_module_free(game);

    echo(engine, "i8", sumi_int(-128));
    echo(engine, "i8", sumi_int(128));
    echo(engine, "u8", sumi_uint(255));
    echo(engine, "u16", sumi_int(-1));
    echo(engine, "i32", sumi_int(-5));
    echo(engine, "u32", sumi_int(4000000000));
    echo(engine, "i64", sumi_uint(UINT64_MAX));
    echo(engine, "u64", sumi_uint(UINT64_MAX));
    echo(engine, "u64", sumi_int(7));
    echo(engine, "f32", sumi_float(0.25));
    echo(engine, "f64", sumi_float(1e300));
    echo(engine, "f64", sumi_int(1));
    echo(engine, "bool", sumi_bool(true));
    echo(engine, "char", sumi_char(0x1F600));
    echo(engine, "char", sumi_char(0xD800));
    echo(engine, "str", sumi_str("a\xC3\xB6\0b", 5));
    echo(engine, "str", sumi_str("", 0));
    echo(engine, "str", sumi_str("\xFF", 1));
    const int64_t numbers[] = {1, 2, 3};
    echo(engine, "[i64]", sumi_data(numbers, 3, 8));
    echo(engine, "[i64]", sumi_data(NULL, 0, 8));
    echo(engine, "[i32]", sumi_data(numbers, 3, 8));
    echo(engine, "[i64; 3]", sumi_data(numbers, 3, 8));
    echo(engine, "[i64; 2]", sumi_data(numbers, 3, 8));
    const sumi_value items[] = {sumi_int(4), sumi_int(5)};
    echo(engine, "[u8]", sumi_list(items, 2));
    echo(engine, "(i64, u8)", sumi_list(items, 2));
    echo(engine, "(i64, u8)", sumi_list(items, 1));
    const sumi_value words[] = {sumi_str("one", 3), sumi_str("two", 3)};
    echo(engine, "[str]", sumi_list(words, 2));
    echo(engine, "[str; 2]", sumi_list(words, 2));
    const sumi_value lists[] = {sumi_list(words, 2), sumi_list(NULL, 0), sumi_list(words, 1)};
    echo(engine, "[[str]]", sumi_list(lists, 3));
    const sumi_value pair[] = {sumi_int(1), sumi_str("x", 1)};
    echo(engine, "(i64, str)", sumi_list(pair, 2));
    echo(engine, "i64?", sumi_none());
    echo(engine, "i64?", sumi_int(3));
    echo(engine, "str?", sumi_str("some", 4));
    echo(engine, "[str?]", sumi_list((const sumi_value[]){sumi_none(), sumi_str("x", 1)}, 2));
    echo(engine, "Mood", sumi_variant_of(1, NULL, 0));
    echo(engine, "Mood", sumi_variant_of(2, NULL, 0));
    echo(engine, "Mood", sumi_data(&mood, 1, 1));
    const uint8_t wrong = 9;
    echo(engine, "Mood", sumi_data(&wrong, 1, 1));
    const Vec2 at = {1.5f, -2};
    echo(engine, "Vec2", sumi_data(&at, 1, sizeof at));
    echo(engine, "[Vec2]", sumi_data(&at, 1, sizeof at));
    Mixed all = {.small = 3, .large = 4.5, .at = {{1, 2}, {3, 4}}, .is_on = true, .letter = 'x', .mood = 1};
    echo(engine, "Mixed", sumi_data(&all, 1, sizeof all));
    all.letter = 0x110000;
    echo(engine, "Mixed", sumi_data(&all, 1, sizeof all));
    all.letter = 'x';
    const sumi_value circled[] = {sumi_float(2)};
    echo(engine, "Shape", sumi_variant_of(1, circled, 1));
    echo(engine, "Shape", sumi_variant_of(1, NULL, 0));
    Shape shape;
    memset(&shape, 0, sizeof shape);
    shape.which = 2;
    shape.box.size = at;
    shape.box.is_round = true;
    echo(engine, "Shape", sumi_data(&shape, 1, sizeof shape));
    const sumi_value sword[] = {sumi_str("sword", 5), sumi_list(words, 2), sumi_data(&at, 1, sizeof at), sumi_none()};
    echo(engine, "Item", sumi_list(sword, 4));
    echo(engine, "[Item]", sumi_list((const sumi_value[]){sumi_list(sword, 4), sumi_list(sword, 4)}, 2));

    char source[3000];
    snprintf(source, sizeof source,
             "%s"
             "fn small() -> i8 = next(-100, 20, -30, 40, true)\n"
             "fn floats() -> f64 = blend(1, 2, 3, 4, 5, 6, 7, 8)\n"
             "fn sizes(at: Vec2) -> Vec2 = scaled(at, 2)\n"
             "fn swapped(at: Vec2) -> Vec2 = Vec2(at.y, at.x)\n"
             "fn shifted(by: Mixed) -> (Vec2, i64) { var at = Vec2(1, 1); var n = 1; shift(mut at, mut n, by); (at, n) }\n"
             "fn sixteen() -> f64 = many(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16)\n"
             "fn wider(item: Item) -> Item = widen(item)\n"
             "fn adds() -> str = \"{add(none)} {add(some(Shape.Circle(2)))}\"\n"
             "fn all() -> str { let (a, b, c) = echo_all(\"x\", [Item(\"cup\", [], Vec2(0, 0), some(3))], (1, \"y\")); \"{a} {b[0].name} {c.1}\" }\n"
             "fn pushed(by: Mixed) -> str { var n = [1, 2, 3].map(|x| i32(x)); let m = n; var other = by; var mood = Mood.Calm\n"
             "    push(mut n, mut other, mut mood)\n"
             "    \"{n} {m} {other.large} {mood}\" }\n"
             "fn turn(mood: Mood) -> Mood = opposite(mood)\n"
             "fn flipped() -> bool = flip(true)\n"
             "fn globals() -> i64 { total += 1; middle.x += 10; total }\n"
             "fn scalars(a: i8, b: f32, c: u64, d: i16, e: f64, f: u8, g: bool, h: char, i: i64, j: i64, k: i64) -> f64 =\n"
             "    f64(a) + f64(b) + f64(c) + f64(d) + e + f64(f) + (if g { 1.0 } else { 0.0 }) + f64(i64(u32(h))) + f64(i) + f64(j) * 2 + f64(k) * 3\n"
             "var names = [\"a\"]\nvar speed: f32 = 1\nvar place = Vec2(3, 4)\nvar last: Item? = none\nlet later = 3\n",
             types);
    sumi_script *script = load(engine, source);

    int8_t small;
    sumi_function *f = function(script, "small", "fn() -> i8");
    check(sumi_function_call_plain(f, NULL, &small));
    printf("small: %d\n", small);
    sumi_function_free(f);

    double sum;
    f = function(script, "floats", "fn() -> f64");
    check(sumi_function_call_plain(f, NULL, &sum));
    printf("floats: %g\n", sum);
    sumi_function_free(f);
    f = function(script, "sixteen", "fn() -> f64");
    check(sumi_function_call_plain(f, NULL, &sum));
    printf("sixteen: %g\n", sum);
    sumi_function_free(f);

    f = function(script, "scalars", "fn(i8, f32, u64, i16, f64, u8, bool, char, i64, i64, i64) -> f64");
    const int8_t a = -1;
    const float b = 0.5f;
    const uint64_t c = 10;
    const int16_t d = -20;
    const double e = 0.25;
    const uint8_t g = 200;
    const bool h = true;
    const uint32_t letter = 'A';
    const int64_t i = 1000, j = 10000, k = 100000;
    const void *scalars[] = {&a, &b, &c, &d, &e, &g, &h, &letter, &i, &j, &k};
    check(sumi_function_call_plain(f, scalars, &sum));
    printf("scalars: %.2f\n", sum);
    const uint8_t two = 2;
    scalars[6] = &two;
    fails("a bool that is 2", sumi_function_call_plain(f, scalars, &sum));
    sumi_function_free(f);

    Vec2 found;
    const void *one[] = {&at};
    f = function(script, "sizes", "fn(Vec2) -> Vec2");
    check(sumi_function_call_plain(f, one, &found));
    printf("sizes: %g %g\n", found.x, found.y);
    sumi_function_free(f);

    /* The result may come where an argument is. */
    found = at;
    const void *itself[] = {&found};
    f = function(script, "swapped", "fn(Vec2) -> Vec2");
    check(sumi_function_call_plain(f, itself, &found));
    printf("swapped: %g %g\n", found.x, found.y);
    sumi_function_free(f);

    struct {
        Vec2 at;
        int64_t times;
    } shifted;
    const void *by[] = {&all};
    f = function(script, "shifted", "fn(Mixed) -> (Vec2, i64)");
    check(sumi_function_call_plain(f, by, &shifted));
    printf("shifted: %g %g %d\n", shifted.at.x, shifted.at.y, (int)shifted.times);
    sumi_function_free(f);

    sumi_value result, whole = sumi_data(&all, 1, sizeof all), thing = sumi_list(sword, 4), calm = sumi_variant_of(0, NULL, 0);
    const struct {
        const char *name, *type;
        const sumi_value *argument;
    } calls[] = {
        {"wider", "fn(Item) -> Item", &thing},   {"adds", "fn() -> str", NULL},      {"all", "fn() -> str", NULL},
        {"pushed", "fn(Mixed) -> str", &whole},  {"turn", "fn(Mood) -> Mood", &calm}, {"flipped", "fn() -> bool", NULL},
        {"globals", "fn() -> i64", NULL},
    };
    for (size_t at_call = 0; at_call < sizeof calls / sizeof *calls; at_call++) {
        f = function(script, calls[at_call].name, calls[at_call].type);
        check(sumi_function_call(f, calls[at_call].argument, calls[at_call].argument ? 1 : 0, &result));
        printf("%s: ", calls[at_call].name);
        show(&result);
        printf("\n");
        sumi_value_free(&result);
        sumi_function_free(f);
    }
    printf("total %d, middle %g\n", (int)total, middle.x);

    /* What C gives wrongly is found when it comes back. */
    mood = 7;
    f = function(script, "turn", "fn(Mood) -> Mood");
    fails("a wrong enum", sumi_function_call(f, &calm, 1, &result));
    sumi_function_free(f);
    f = function(script, "pushed", "fn(Mixed) -> str");
    fails("a wrong `mut` enum", sumi_function_call(f, &whole, 1, &result));
    sumi_function_free(f);

    check(sumi_script_set(script, "names", "[str]", sumi_list(words, 2)));
    check(sumi_script_get(script, "names", "[str]", &result));
    show(&result);
    sumi_value_free(&result);
    check(sumi_script_set(script, "speed", "f32", sumi_float(2.5)));
    check(sumi_script_get(script, "speed", "f32", &result));
    show(&result);
    check(sumi_script_set(script, "last", "Item?", thing));
    check(sumi_script_get(script, "last", "Item?", &result));
    show(&result);
    sumi_value_free(&result);
    check(sumi_script_get(script, "place", "Vec2", &result));
    printf(" %g\n", ((Vec2 *)result.as.bytes.data)->y);
    sumi_value_free(&result);
    fails("another type", sumi_script_get(script, "place", "f32", &result));
    fails("another value", sumi_script_set(script, "speed", "f32", sumi_int(1)));
    fails("no variable", sumi_script_set(script, "wide", "f32", sumi_float(1)));

    sumi_script_free(script);
    printf("%zu blocks left\n", sumi_engine_live_blocks(engine));
    sumi_engine_free(engine);
    return 0;
}

/* Sumi for C and C++: an engine that runs scripts, what a program offers to them, and calls of their functions.
 *
 *     sumi_engine *engine;
 *     sumi_script *script;
 *     sumi_function *add;
 *     sumi_error *error = sumi_engine_new(NULL, &engine);
 *     if (!error) error = sumi_engine_load(engine, "a.sumi", "fn add(a: i64, b: i64) -> i64 = a + b", SUMI_ZERO, &script);
 *     if (!error) error = sumi_script_function(script, "add", "fn(i64, i64) -> i64", &add);
 *     sumi_value numbers[] = {sumi_int(1), sumi_int(2)}, sum;
 *     if (!error) error = sumi_function_call(add, numbers, 2, &sum);
 *
 * ERRORS. What can fail returns NULL, or an error, which the caller frees with sumi_error_free(). What it would have given through its last
 * parameter is then NULL or nothing. A null pointer, a value of a wrong kind and the wrong thread give an error too, never a crash; what the
 * library cannot see (a pointer that was freed, a length that is too large, a function pointer of another type) is as in any C.
 *
 * OWNERSHIP. What a ..._new function, sumi_engine_load(), sumi_script_function() and the like give belongs to the caller, who frees it with the
 * function of that name; these take NULL, too. The order does not matter: a script keeps what it needs of its engine, a function of its script.
 * What the caller passes is copied, unless it says otherwise. A `user` pointer comes back as it is; `drop`, unless it is NULL, is called with it
 * once, when nothing can use it any more, also where the call that was given it fails.
 *
 * TEXT is UTF-8. Names and types, which stand in the program's source, end with a zero byte. Everything else comes with a length in bytes, or
 * with SUMI_ZERO as its length if it ends with a zero.
 *
 * THREADS. An engine and all that comes from it belong to the thread that made it; there may be any number of engines. Only
 * sumi_interrupt() and sumi_is_running() may be called on any thread. What is freed on another thread stays in memory.
 *
 * SIGNALS. While a script runs, SIGSEGV, SIGBUS, SIGFPE, SIGILL and SIGURG are looked at by the library; what is none of its own goes to the
 * handler that was there when the first engine was made. Functions of the host run on the script's stack (see sumi_config_stack_bytes()).
 * They must not leave by longjmp() or a C++ exception.
 */
#ifndef SUMI_H
#define SUMI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The version of this header; sumi_version() is that of the library. Within a minor version functions are only added. */
#define SUMI_VERSION_MAJOR 0
#define SUMI_VERSION_MINOR 1
#define SUMI_VERSION_PATCH 0

/* As a length: up to the zero byte. */
#define SUMI_ZERO SIZE_MAX

typedef struct sumi_config sumi_config;
typedef struct sumi_engine sumi_engine;
typedef struct sumi_module sumi_module;
typedef struct sumi_script sumi_script;
typedef struct sumi_function sumi_function;
typedef struct sumi_reloaded sumi_reloaded;
typedef struct sumi_kept sumi_kept;
typedef struct sumi_variables sumi_variables;
typedef struct sumi_interrupter sumi_interrupter;
typedef struct sumi_error sumi_error;
typedef struct sumi_call sumi_call;
typedef struct sumi_source sumi_source;
typedef struct sumi_type sumi_type;
typedef struct sumi_object sumi_object;

/* Gives back what belongs to the caller. */
typedef void (*sumi_drop)(void *user);

/* A text of the library's, valid as long as what it was asked of. A zero stands behind it. */
typedef struct sumi_text {
    const char *data;
    size_t length;
} sumi_text;

/* So many plain elements. */
typedef struct sumi_slice {
    void *data; /* written to as `mut` only */
    size_t length;
} sumi_slice;

/* "0.1.0" */
const char *sumi_version(void);

/* ---- Errors ---------------------------------------------------------------------------------------------------------------------------- */

typedef enum sumi_error_kind {
    SUMI_ERROR_NONE = 0,      /* of NULL */
    SUMI_ERROR_REJECTED = 1,  /* the text has mistakes: see sumi_error_problem() */
    SUMI_ERROR_LINK = 2,      /* what a script declares of the host or a library is not there, or is of another type */
    SUMI_ERROR_RUNTIME = 3,   /* a script failed while it ran: see sumi_error_reason() and sumi_error_frame() */
    SUMI_ERROR_SIGNATURE = 4, /* no function, variable, type or value such as the program asked for or gave */
    SUMI_ERROR_RELOAD = 5,    /* what variables hold does not fit the new text */
    SUMI_ERROR_OUTPUT = 6,    /* what was printed did not arrive */
    SUMI_ERROR_BACKEND = 7,   /* the machine ran out of something */
    SUMI_ERROR_MISUSE = 8,    /* the library was called as it must not be: a null pointer, a wrong thread */
    SUMI_ERROR_BUG = 9        /* a bug of Sumi's */
} sumi_error_kind;

/* A function that a script was in. Line and column count from 1; 0 if unknown. */
typedef struct sumi_frame {
    sumi_text function;
    sumi_text file;
    uint32_t line;
    uint32_t column;
} sumi_frame;

/* A mistake or a warning in a text. Lines and columns count from 1, columns in characters; the end is exclusive. `file` is empty if it is about no line. */
typedef struct sumi_problem {
    bool is_error; /* else it is a warning */
    sumi_text code;
    sumi_text message;
    sumi_text help; /* a line for each way to mend it */
    sumi_text file;
    uint32_t line;
    uint32_t column;
    uint32_t end_line;
    uint32_t end_column;
} sumi_problem;

/* A sumi_error_kind. */
uint32_t sumi_error_kind_of(const sumi_error *error);
/* What went wrong, in a sentence. */
sumi_text sumi_error_message(const sumi_error *error);
/* All of it as people read it: the line of the text, the stack. */
sumi_text sumi_error_rendered(const sumi_error *error);
/* Of a runtime error: "index", "division-by-zero", "assert", "panic" (also when the host failed), "stack-overflow", "memory", "interrupt", "fuel", "output",
 * "denied", ...; else empty. */
sumi_text sumi_error_reason(const sumi_error *error);
/* Whether the script has ended itself by process.exit, which is no failure; its status. */
bool sumi_error_exit(const sumi_error *error, int32_t *status);
/* The place in the script that failed and its callers, innermost first. False if there is no such frame. */
size_t sumi_error_frame_count(const sumi_error *error);
bool sumi_error_frame(const sumi_error *error, size_t index, sumi_frame *frame);
/* Which of them is the innermost outside of Sumi's library. */
size_t sumi_error_own_frame(const sumi_error *error);
/* The mistakes in a text that was rejected, and its warnings; of SUMI_ERROR_SIGNATURE and SUMI_ERROR_LINK what is asked for otherwise, with the line of the
 * script where it stands. False if there is no such one. */
size_t sumi_error_problem_count(const sumi_error *error);
bool sumi_error_problem(const sumi_error *error, size_t index, sumi_problem *problem);
void sumi_error_free(sumi_error *error);

/* ---- Values ---------------------------------------------------------------------------------------------------------------------------- */

/* A value on its way between C and Sumi.
 *
 *   Sumi                        kind
 *   ()                          SUMI_UNIT
 *   bool                        SUMI_BOOL     as.boolean
 *   i8 ... i64, u8, u16, u32    SUMI_INT      as.integer   (SUMI_UINT is taken as well)
 *   u64                         SUMI_UINT     as.natural   (SUMI_INT is taken as well)
 *   f32, f64                    SUMI_FLOAT    as.real
 *   char                        SUMI_CHAR     as.character
 *   str                         SUMI_STR      as.bytes
 *   a plain struct or tuple     SUMI_DATA     as.bytes: one element, laid out as C lays out its fields
 *   [T], [T; N] of plain T      SUMI_DATA     as.bytes: so many elements
 *   any other struct or tuple   SUMI_LIST     as.list: its fields
 *   [T], [T; N] of other T      SUMI_LIST     as.list: its elements
 *   an enum                     SUMI_VARIANT  number: which one; as.list: its fields
 *   T?                          SUMI_NONE, or as T
 *   an object of the host       SUMI_OBJECT   as.object
 *
 * Plain are numbers, bool, char, and structs, enums, tuples, optionals and [T; N] of such. What is given as data may also be a list, and a plain
 * enum may also be data. Within data an enum begins with a byte that says which variant it is (two bytes with more than 256 of them), and `T?`
 * is struct { uint8_t is_some; T value; }.
 *
 * A value that the library gives (the result of a call, of sumi_script_get()) may own memory, which sumi_value_free() frees; a zero stands
 * behind its texts. Values that functions of the host are given belong to the script: they are there until the function returns, and
 * no zero stands behind their texts. */
typedef enum sumi_kind {
    SUMI_UNIT = 0,
    SUMI_BOOL = 1,
    SUMI_INT = 2,
    SUMI_UINT = 3,
    SUMI_FLOAT = 4,
    SUMI_CHAR = 5,
    SUMI_STR = 6,
    SUMI_DATA = 7,
    SUMI_LIST = 8,
    SUMI_VARIANT = 9,
    SUMI_NONE = 10,
    SUMI_OBJECT = 11
} sumi_kind;

typedef struct sumi_value {
    uint16_t kind;   /* a sumi_kind */
    uint16_t owned;  /* for the library; 0 in what the program makes */
    uint32_t number; /* SUMI_VARIANT: which one. SUMI_DATA: the size of an element */
    union {
        uint8_t boolean;
        int64_t integer;
        uint64_t natural;
        double real;
        uint32_t character;
        sumi_object *object;
        struct {
            void *data; /* not written to, but for `mut` parameters of the host's functions */
            size_t length; /* SUMI_STR: in bytes. SUMI_DATA: in elements */
        } bytes;
        struct {
            struct sumi_value *items;
            size_t length;
        } list;
    } as;
} sumi_value;

/* Frees what the value owns, if anything; it is SUMI_UNIT afterwards. */
void sumi_value_free(sumi_value *value);

static inline sumi_value sumi_of_kind(sumi_kind kind) {
    sumi_value value;
    value.kind = (uint16_t)kind;
    value.owned = 0;
    value.number = 0;
    value.as.bytes.data = NULL;
    value.as.bytes.length = 0;
    return value;
}

static inline sumi_value sumi_unit(void) { return sumi_of_kind(SUMI_UNIT); }
static inline sumi_value sumi_none(void) { return sumi_of_kind(SUMI_NONE); }

static inline sumi_value sumi_bool(bool boolean) {
    sumi_value value = sumi_of_kind(SUMI_BOOL);
    value.as.boolean = boolean ? 1 : 0;
    return value;
}

static inline sumi_value sumi_int(int64_t integer) {
    sumi_value value = sumi_of_kind(SUMI_INT);
    value.as.integer = integer;
    return value;
}

static inline sumi_value sumi_uint(uint64_t natural) {
    sumi_value value = sumi_of_kind(SUMI_UINT);
    value.as.natural = natural;
    return value;
}

static inline sumi_value sumi_float(double real) {
    sumi_value value = sumi_of_kind(SUMI_FLOAT);
    value.as.real = real;
    return value;
}

static inline sumi_value sumi_char(uint32_t character) {
    sumi_value value = sumi_of_kind(SUMI_CHAR);
    value.as.character = character;
    return value;
}

/* A text of so many bytes, which stay where they are until the call that takes the value is over. */
static inline sumi_value sumi_str(const char *text, size_t length) {
    sumi_value value = sumi_of_kind(SUMI_STR);
    value.as.bytes.data = (void *)text;
    value.as.bytes.length = length;
    return value;
}

/* So many plain elements of `size` bytes each; a struct is one. They stay where they are until the call that takes the value is over. */
static inline sumi_value sumi_data(const void *elements, size_t count, size_t size) {
    sumi_value value = sumi_of_kind(SUMI_DATA);
    value.number = (uint32_t)size;
    value.as.bytes.data = (void *)elements;
    value.as.bytes.length = count;
    return value;
}

/* The items stay where they are until the call that takes the value is over. */
static inline sumi_value sumi_list(const sumi_value *items, size_t count) {
    sumi_value value = sumi_of_kind(SUMI_LIST);
    value.as.list.items = (sumi_value *)items;
    value.as.list.length = count;
    return value;
}

/* The variant of that number, from 0, with its fields. */
static inline sumi_value sumi_variant_of(uint32_t number, const sumi_value *fields, size_t count) {
    sumi_value value = sumi_list(fields, count);
    value.kind = SUMI_VARIANT;
    value.number = number;
    return value;
}

/* The value has no share of the object: who made that frees it as well. */
static inline sumi_value sumi_object_value(sumi_object *object) {
    sumi_value value = sumi_of_kind(SUMI_OBJECT);
    value.as.object = object;
    return value;
}

/* ---- Objects --------------------------------------------------------------------------------------------------------------------------- */

/* An object stays with the program; scripts hold handles of it, which are shared. It is destroyed when the last owner is gone, here or there:
 * that may be in the middle of a run, so `destroy` must not call the library. Its types come from sumi_module_object(). */

/* An object of `data`, of which the caller has a share. */
sumi_error *sumi_object_new(const sumi_type *type, void *data, sumi_object **object);
/* NULL of NULL. */
void *sumi_object_data(const sumi_object *object);
/* Another share of it, for who wants to keep one that a script has passed; the same object. */
sumi_object *sumi_object_keep(sumi_object *object);
/* Gives up a share. */
void sumi_object_free(sumi_object *object);

/* ---- Engines --------------------------------------------------------------------------------------------------------------------------- */

/* What scripts may do beside computing, printing and calling the host: nothing, unless it is allowed. */
#define SUMI_FILES 1u       /* files and folders */
#define SUMI_CLOCK 2u       /* what time it is, and waiting */
#define SUMI_PROCESSES 4u   /* other programs */
#define SUMI_RANDOMNESS 8u  /* chance without a seed */
#define SUMI_INPUT 16u      /* standard input */
#define SUMI_ENVIRONMENT 32u /* what the process was started with */

/* For scripts that nobody has looked at; the functions below change it. NULL only if there is no memory. */
sumi_config *sumi_config_new(void);
void sumi_config_free(sumi_config *config);
/* How many bytes all values may take; by default half of the machine's memory. Beyond it a run ends with the reason "memory". */
void sumi_config_memory_limit(sumi_config *config, uint64_t bytes);
/* How much stack a run has, functions of the host included; by default 64 MiB, of which memory is taken as it is used. */
void sumi_config_stack_bytes(sumi_config *config, size_t bytes);
/* How long a call may take, and each item of a script that is loaded; 0, the default, is for ever. Beyond it a run ends with the
 * reason "interrupt", in loops too; a function of the host is not interrupted, but its time counts. */
void sumi_config_call_limit(sumi_config *config, uint64_t microseconds);
/* How much a call may do, and each item of a script that is loaded: rounds of loops and calls, counted the same on every machine. Beyond it a run
 * ends with the reason "fuel". Code counts only in an engine that is made with this. */
void sumi_config_fuel(sumi_config *config, uint64_t units);
/* How many bytes a call may print, and each item of a script that is loaded. Beyond it a run ends with the reason "output". */
void sumi_config_output_limit(sumi_config *config, uint64_t bytes);
/* How much may be compiled at one time: by sumi_engine_load, sumi_script_reload, sumi_script_function; about a step for each statement, in each
 * instance of generic code. What is more is refused as a mistake of the text, with the code "too-much-code". And how many instructions of that are
 * optimised; what is more is slower. 0 is without a limit; by default there are limits that a text made by hand does not meet. */
void sumi_config_compile_limit(sumi_config *config, uint64_t steps, uint64_t optimised);
/* The sum of the capabilities above; without one a run that needs it ends with the reason "denied". */
void sumi_config_allow(sumi_config *config, uint32_t capabilities);
/* Whether scripts may call C libraries, which no limit holds. */
void sumi_config_allow_extern(sumi_config *config, bool is_allowed);
/* Whether code is optimised, as it is by default. */
void sumi_config_optimize(sumi_config *config, bool is_wanted);
/* Whether rendered errors and warnings have the colours of a terminal. */
void sumi_config_color(sumi_config *config, bool is_wanted);
/* One more argument that scripts see, if they may see the environment. */
sumi_error *sumi_config_add_argument(sumi_config *config, const char *argument, size_t length);

/* `config` may be NULL; it is copied. */
sumi_error *sumi_engine_new(const sumi_config *config, sumi_engine **engine);
/* An engine that may do no more than `parent`, whatever `config` says. What it does within a run of that one, called by a function of the host,
 * counts for that run too: its time, its fuel, its output. */
sumi_error *sumi_engine_child(const sumi_engine *parent, const sumi_config *config, sumi_engine **engine);
void sumi_engine_free(sumi_engine *engine);

/* Is told a text, which is there until it returns. It must not call the library. */
typedef void (*sumi_sink)(void *user, const char *text, size_t length);
/* Who is told what scripts print, a line at a time and what is left when a call is over, instead of standard output. */
sumi_error *sumi_engine_on_print(sumi_engine *engine, sumi_sink sink, void *user, sumi_drop drop);
/* Of what they print by `eprint`, instead of standard error. */
sumi_error *sumi_engine_on_error_print(sumi_engine *engine, sumi_sink sink, void *user, sumi_drop drop);
/* Who is told the warnings of texts that are loaded, each rendered, instead of standard error. */
sumi_error *sumi_engine_on_warning(sumi_engine *engine, sumi_sink sink, void *user, sumi_drop drop);

/* Modules that scripts import come from files, until one of the next two is called: then from memory alone, and from Sumi's library. */

/* The module of this path ("ai.steering") has this text, for what is loaded or reloaded from now on. */
sumi_error *sumi_engine_add_source(sumi_engine *engine, const char *path, const char *source, size_t length);
/* Is asked for modules that were not added: it calls sumi_source_set() if there is one. It must not call the library otherwise. */
typedef void (*sumi_resolver)(void *user, const char *path, size_t length, sumi_source *source);
sumi_error *sumi_engine_set_resolver(sumi_engine *engine, sumi_resolver resolver, void *user, sumi_drop drop);
/* The text is copied. False if it is not UTF-8. */
bool sumi_source_set(sumi_source *source, const char *text, size_t length);

/* How many blocks of memory the values of all scripts take: a measure for tests. */
size_t sumi_engine_live_blocks(const sumi_engine *engine);

/* How much of its fuel the last call has left; 0 without sumi_config_fuel(). */
uint64_t sumi_engine_fuel_left(const sumi_engine *engine);
/* How much all that ran in the engine has used, items of scripts included; 0 without sumi_config_fuel(). */
uint64_t sumi_engine_fuel_used(const sumi_engine *engine);
/* How much each call from now on may use. An error without sumi_config_fuel(). */
sumi_error *sumi_engine_set_fuel(sumi_engine *engine, uint64_t units);

/* Something by which other threads end the run that is under way, with the reason "interrupt". It may be freed before or after the engine. */
sumi_error *sumi_engine_interrupter(const sumi_engine *engine, sumi_interrupter **interrupter);
/* On any thread. Does nothing if nothing runs; C that a script has called returns first. */
void sumi_interrupt(const sumi_interrupter *interrupter);
bool sumi_is_running(const sumi_interrupter *interrupter);
void sumi_interrupter_free(sumi_interrupter *interrupter);

/* ---- What a program offers ------------------------------------------------------------------------------------------------------------- */

/* A module that scripts import by this path: "game", "game.sound". It is put together by the functions below and then added; it may be
 * freed after that. Types are known by their names in all modules and texts of the engine. With NULL as its path it has functions and variables for scripts
 * that declare them themselves: `extern host { fn wind(height: f32) -> f32 }`. */
sumi_error *sumi_module_new(sumi_engine *engine, const char *path, sumi_module **module);
void sumi_module_free(sumi_module *module);
/* Scripts that are loaded from now on can import it. One of the same path is replaced for these. */
sumi_error *sumi_engine_add(sumi_engine *engine, const sumi_module *module);

/* A field: its name, its type as Sumi writes it ("f32", "[Vec2; 4]"), and where it is. */
typedef struct sumi_field {
    const char *name;
    const char *type;
    size_t offset;
} sumi_field;

#define SUMI_FIELD(type, field, sumi_type_of_field) {#field, sumi_type_of_field, offsetof(type, field)}

/* A struct of plain fields that C has as well, in its order and of so many bytes; an error if C has it otherwise. With a size of 0 C has
 * none: offsets do not count, fields may be of any type, and values are lists. */
sumi_error *sumi_module_struct(sumi_module *module, const char *name, size_t size, const sumi_field *fields, size_t count);

/* A variant: its name, and its fields, whose offsets count from the start of the enum. */
typedef struct sumi_variant {
    const char *name;
    const sumi_field *fields;
    size_t count;
} sumi_variant;

/* An enum. With a size it is one that C has as well: without fields a uint8_t, else a union of structs that each begin with one. */
sumi_error *sumi_module_enum(sumi_module *module, const char *name, size_t size, const sumi_variant *variants, size_t count);

/* A type of objects that stay in C. `destroy`, unless it is NULL, is called with the data of each when its last owner is gone. The type is there
 * for ever. */
sumi_error *sumi_module_object(sumi_module *module, const char *name, sumi_drop destroy, const sumi_type **type);

/* A variable of plain type, read and written in place: it stays there as long as any script does, and the program leaves it alone while one
 * runs. What C writes there must be a value of the type. */
sumi_error *sumi_module_variable(sumi_module *module, const char *name, const char *type, void *variable);

/* A function, as Sumi declares it, with lines of documentation before it if there are any:
 *
 *     sumi_module_function(module, "/// Says something.\nfn say(what: str, mut times: i64) -> bool", say, NULL, NULL);
 *
 * It is given its arguments, and gives its result by sumi_return() before it returns. A `mut` parameter is SUMI_DATA: one element, or those of an
 * array, which it may write. At most 16 parameters. It may call functions of scripts, but not load, reload or free on the way what runs. */
typedef void (*sumi_callback)(sumi_call *call, const sumi_value *arguments, size_t count);
sumi_error *sumi_module_function(sumi_module *module, const char *declaration, sumi_callback function, void *user, sumi_drop drop);

/* A function whose types are those of the declaration, in C, behind a sumi_call; this is the quickest way from a script into C:
 *
 *     static float wind(sumi_call *call, float height) { return height * 0.5f; }
 *     sumi_module_direct(module, "fn wind(height: f32) -> f32", (sumi_code)wind, NULL, NULL);
 *
 *   Sumi                                         C
 *   i8 ... u64, f32, f64, bool, char             int8_t ... uint64_t, float, double, bool, uint32_t
 *   a plain struct, enum, tuple, optional, [T; N] const T *
 *   mut T of a plain T                           T *
 *   str                                          const sumi_text *, without a zero behind it; as a result sumi_text
 *   [T], mut [T] of a plain T                    const sumi_slice *
 *   an object of the host                        sumi_object *
 *   a result that is plain and not in line one   void f(T *result, sumi_call *call, ...): before the call
 *
 * What is behind a pointer is there until the function returns, and belongs to the script. A text that is given is copied right after that; its length may be
 * SUMI_ZERO. With an object that is given the caller has no share of it any more: one that it keeps it gives by sumi_object_keep(). NULL, and an object of
 * another type, fail the run.
 *
 * All arguments fit into registers: six pointers and whole numbers, of which one is the call, and eight fractions.
 * Results and `mut` parameters with a char, an enum or an optional in them are for the general form, which looks at what C gives. That the
 * function has these types is for the program to see to. */
typedef void (*sumi_code)(void);
sumi_error *sumi_module_direct(sumi_module *module, const char *declaration, sumi_code function, void *user, sumi_drop drop);

/* Functions that are LLVM's code and are inlined into scripts: bitcode, as `clang -O2 -emit-llvm -c` of LLVM 22 or an older one writes it, or its text;
 * the bytes are copied. They are declared like direct functions, "fn mix(a: f64, b: f64) -> f64", and defined under the same names, without a
 * sumi_call *: what they take and give are numbers and bool; char they can only take. Such a function cannot end a run: what it calls has to return, and
 * nothing is unwound. Limits and interrupts may end it between any two of its own instructions, so what it writes to has to be right at each. It takes
 * the fuel of one call, however long it runs. An error says what is not there, or of another type; of what the code uses and the process does not have
 * sumi_engine_add() says so. The bytes have to be what LLVM has written. */
sumi_error *sumi_module_bitcode(sumi_module *module, const void *bitcode, size_t length, const char *const *declarations, size_t count);

/* Within a function of the host: its `user`. */
void *sumi_call_user(const sumi_call *call);
/* The result of a function, which is copied. False if the value is not of the declared type: then the run fails when the function returns. */
bool sumi_return(sumi_call *call, sumi_value value);
/* The run fails with this message (and the reason "panic") when the function returns, whatever it gives. For both kinds of functions. */
void sumi_fail(sumi_call *call, const char *message, size_t length);

/* Is told the modules that were added as text, with the name of a file: written beside the scripts they let `sumi check` and editors know
 * what the program offers. */
typedef void (*sumi_stub_reader)(void *user, const char *file, size_t file_length, const char *text, size_t text_length);
sumi_error *sumi_engine_stubs(const sumi_engine *engine, sumi_stub_reader read, void *user);

/* ---- Scripts --------------------------------------------------------------------------------------------------------------------------- */

/* Compiles a text and runs it from top to bottom. Each script has a scope of its own. `name` stands in messages. */
sumi_error *sumi_engine_load(sumi_engine *engine, const char *name, const char *source, size_t length, sumi_script **script);
/* The script stays as long as one of its functions does. */
void sumi_script_free(sumi_script *script);

/* A function of the script, by its type: "fn(Vec2, f32, mut [f32]) -> [str]". It is compared once; after a reload the function is the newest version, as
 * long as there is one of that name and type.
 *
 * Arrays of plain elements are not copied: a function looks at those of a `[T]` where the program has them, unless it does more with the array than to look
 * at elements, count them and lend it to functions of which the same holds; then they are copied for each call. Of a `mut [T]` the elements are
 * written in place; a function that does something else with it, keeps it or changes its length, is an error here, with a problem "not-in-place". A plain
 * `mut T` is written in place as well. What a call that fails had written stays. */
sumi_error *sumi_script_function(const sumi_script *script, const char *name, const char *signature, sumi_function **function);
void sumi_function_free(sumi_function *function);
/* Whether each call copies an array of plain elements. */
bool sumi_function_copies(const sumi_function *function);

/* Calls it with so many values, and gives a value, which the caller frees; `result` may be NULL. A `mut` argument is SUMI_DATA, one element or those of an
 * array, aligned as their type is. What is changed must not lie in the memory of another argument that is used in place. */
sumi_error *sumi_function_call(sumi_function *function, const sumi_value *arguments, size_t count, sumi_value *result);
/* The same for plain types and arrays of such, without values between: each argument is the address of one as C has it, of an array that of a sumi_slice.
 * So is the result, of which nothing is written if the call fails; it may come where an argument is. `result` may be NULL if there is none. */
sumi_error *sumi_function_call_plain(sumi_function *function, const void *const *arguments, void *result);

/* A copy of the value of a variable of this type, which the caller frees. */
sumi_error *sumi_script_get(const sumi_script *script, const char *name, const char *type, sumi_value *value);
/* Writes a variable; the value is copied. */
sumi_error *sumi_script_set(const sumi_script *script, const char *name, const char *type, sumi_value value);

/* Goes on with another text: functions are exchanged, variables keep their values, those of changed types are converted. On an error all is as
 * before. Not while a script of the engine runs. `report`, unless it is NULL, is told what became of the variables. */
sumi_error *sumi_script_reload(sumi_script *script, const char *source, size_t length, sumi_reloaded **report);
/* As sumi_script_reload(), but a call that fails takes it back by itself, until sumi_script_accept(). */
sumi_error *sumi_script_try_out(sumi_script *script, const char *source, size_t length, sumi_reloaded **report);
/* Has the code made that a reload to this text needs, in a thread of its own, so that no frame is late for it: `is_ready` is false while that goes
 * on. To be called between frames until it is true; then sumi_script_reload(), sumi_script_try_out() and sumi_script_preview() find the code there.
 * Nothing of the text runs, and nothing changes. An error for a mistake in the text. */
sumi_error *sumi_script_prepare(sumi_script *script, const char *source, size_t length, bool *is_ready);
/* What a reload would do; nothing changes. */
sumi_error *sumi_script_preview(sumi_script *script, const char *source, size_t length, sumi_reloaded **report);
/* Takes the last reload back, with all values as they were right before it. `was_done` (or NULL) is false if there is nothing to take back. */
sumi_error *sumi_script_roll_back(sumi_script *script, bool *was_done);
/* Gives up what sumi_script_roll_back() would need. */
void sumi_script_accept(sumi_script *script);

typedef enum sumi_change {
    SUMI_CONVERTED = 0, /* of a changed type */
    SUMI_COMPUTED = 1,  /* a `let` that comes to something else */
    SUMI_ADDED = 2,     /* new, with its first value */
    SUMI_RESET = 3,     /* could not be converted: has its first value again */
    SUMI_DROPPED = 4,   /* no longer in the text */
    SUMI_UNUSABLE = 5,  /* a function that the host holds, and that the text does not have by that name and type: calls of it fail */
    SUMI_RENAMED = 6,   /* gone, while something of the same type is new: perhaps the same by another name */
    SUMI_LOST = 7,      /* a part of a variable that could not be converted: has the default of its field */
    SUMI_WAS = 8,       /* a variable that has another name now, by `@was`: the former one */
    SUMI_FORMER_CODE = 9 /* holds a closure that goes on with the code of a former text, as nothing in the new one is it for certain */
} sumi_change;

/* In a line. */
sumi_text sumi_reloaded_text(const sumi_reloaded *report);
/* The variables, functions and parts of types to which this happened (a sumi_change); other variables have kept their values. */
size_t sumi_reloaded_count(const sumi_reloaded *report, uint32_t change);
sumi_text sumi_reloaded_name(const sumi_reloaded *report, uint32_t change, size_t index);
/* Of SUMI_RESET, SUMI_LOST and SUMI_FORMER_CODE the reason; of SUMI_UNUSABLE what the text has instead, as people read it; of SUMI_RENAMED what the text would say to keep
 * the value: "@was(count) var total"; of SUMI_WAS the name of now. Else empty. */
sumi_text sumi_reloaded_why(const sumi_reloaded *report, uint32_t change, size_t index);
/* How many new statements did not run; their lines, as far as there is room for them. */
size_t sumi_reloaded_not_run(const sumi_reloaded *report, size_t *lines, size_t room);
/* How many units of code were compiled. */
size_t sumi_reloaded_compiled(const sumi_reloaded *report);
void sumi_reloaded_free(sumi_reloaded *report);

/* ---- Keeping values -------------------------------------------------------------------------------------------------------------------- */

/* A value stays as it was when it was kept, whatever scripts do afterwards; they share it, so that it takes the same time to keep one element and a
 * million. It may outlive the script and the engine. What is put back may be put back again. */

/* Keeps the value of a variable of any type, or with NULL as `name` those of all variables, those of imported modules too. */
sumi_error *sumi_script_keep(const sumi_script *script, const char *name, sumi_kept **kept);
/* Gives a value to a variable, the same or another one, of this script or another one; or all values to all variables, with NULL as `name`. If their
 * types are others by now they are converted as by a reload; what does not fit is an error, of all variables it gets its first value. On an
 * error all is as before. Not while a script of the engine runs. `report`, unless it is NULL, is told as by a reload what became of all variables; of a
 * single value what is new, dropped, converted or lost in it, as "Ship.crew", since it was kept or written. */
sumi_error *sumi_script_put(sumi_script *script, const char *name, const sumi_kept *kept, sumi_reloaded **report);

typedef enum sumi_form {
    SUMI_BYTES = 0, /* SUMI_DATA of single bytes: compact, with its types, for sumi_script_read() in this process or another one, by this text or a later one */
    SUMI_JSON = 1,  /* SUMI_STR, without blanks */
    SUMI_TEXT = 2,  /* SUMI_STR, as `print` prints it */
    SUMI_TYPE = 3   /* SUMI_STR, its type as Sumi writes it */
} sumi_form;

/* Writes it in a sumi_form; the caller frees what is written. What means nothing to another process (functions, objects, `any`s) is an error of
 * SUMI_BYTES and SUMI_JSON that names the part. All variables together are written as SUMI_BYTES only: each `var`, since a `let` follows from the text. */
sumi_error *sumi_kept_write(const sumi_kept *kept, uint32_t form, sumi_value *written);
/* Reads what was written as SUMI_BYTES, or SUMI_JSON, as a value for the variable of this name, or of the type of this name to which a variable leads; with
 * NULL as `name` SUMI_BYTES of all variables. No variable changes. Torn, damaged or hostile bytes are an error, and what cannot become the type; one that
 * names the part. sumi_script_put() then tells in what it differs. */
sumi_error *sumi_script_read(sumi_script *script, const char *name, uint32_t form, const void *data, size_t length, sumi_kept **kept);
/* Whether both are the same value to the last bit, whichever NaN; no `==` of a script is asked. An error if one of them is of all variables. */
sumi_error *sumi_kept_equal(const sumi_kept *one, const sumi_kept *other, bool *is_equal);
void sumi_kept_free(sumi_kept *kept);

/* ---- Looking at a script, for tools ------------------------------------------------------------------------------------------------------- */

/* A variable as people read it. */
typedef struct sumi_variable {
    sumi_text name;
    sumi_text type;  /* as Sumi writes it */
    sumi_text value; /* as a literal, with `…` at the end if there is more of it */
    bool is_var;
} sumi_variable;

/* The variables that the text defines, in its order, with their values in at most about `limit` bytes each. Nothing of the script runs. Not within a
 * call. */
sumi_error *sumi_script_variables(sumi_script *script, size_t limit, sumi_variables **variables);
/* What an expression comes to in the scope of the script, as the only variable of `found`, whose name is the expression. It may do what the script may; what
 * it did to variables is put back, what it did to the host is not. Not within a call. */
sumi_error *sumi_script_evaluate(sumi_script *script, const char *expression, size_t length, size_t limit, sumi_variables **found);
size_t sumi_variables_count(const sumi_variables *variables);
/* False if there are not so many. The texts are valid until sumi_variables_free(). */
bool sumi_variables_get(const sumi_variables *variables, size_t index, sumi_variable *variable);
void sumi_variables_free(sumi_variables *variables);

#ifdef __cplusplus
}
#endif

#endif

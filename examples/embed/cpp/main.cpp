// A host in C++: what owns something has a destructor, errors are exceptions on this side of the border, and closures are offered to scripts. Built
// with
//
//     c++ -std=c++17 -I jit/capi/include examples/embed/cpp/main.cpp -L target/release -lsumi -o main
#include <cstdio>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include <sumi.h>

namespace sumi {

struct Error : std::runtime_error {
    using std::runtime_error::runtime_error;
};

inline void check(sumi_error *error) {
    if (!error) return;
    sumi_text text = sumi_error_rendered(error);
    std::string rendered(text.data, text.length);
    sumi_error_free(error);
    throw Error(rendered);
}

template <auto free> struct Free {
    template <class T> void operator()(T *owned) const { free(owned); }
};

template <class T, auto free> using Owned = std::unique_ptr<T, Free<free>>;
using Engine = Owned<sumi_engine, sumi_engine_free>;
using Module = Owned<sumi_module, sumi_module_free>;
using Script = Owned<sumi_script, sumi_script_free>;

// What a call gives; its memory is its own.
class Value {
public:
    Value() : value(sumi_unit()) {}
    Value(const Value &) = delete;
    ~Value() { sumi_value_free(&value); }
    sumi_value *operator&() { return &value; }
    const sumi_value *operator->() const { return &value; }
    std::string_view text() const { return {static_cast<const char *>(value.as.bytes.data), value.as.bytes.length}; }

private:
    sumi_value value;
};

// A closure as a function of the host. No exception leaves it.
using Closure = std::function<sumi_value(const sumi_value *arguments, size_t count)>;

inline void offer(const Module &module, const char *declaration, Closure closure) {
    auto called = [](sumi_call *call, const sumi_value *arguments, size_t count) {
        try {
            auto &closure = *static_cast<Closure *>(sumi_call_user(call));
            sumi_return(call, closure(arguments, count));
        } catch (const std::exception &problem) {
            sumi_fail(call, problem.what(), SUMI_ZERO);
        }
    };
    auto drop = [](void *closure) { delete static_cast<Closure *>(closure); };
    check(sumi_module_function(module.get(), declaration, called, new Closure(std::move(closure)), drop));
}

// A function of a script whose types are plain: R(A...) is what C++ calls it.
template <class R, class... A> class Function {
public:
    Function(const Script &script, const char *name, const char *signature) {
        sumi_function *found;
        check(sumi_script_function(script.get(), name, signature, &found));
        function.reset(found);
    }
    R operator()(A... given) const {
        const void *arguments[] = {&given...};
        R result;
        check(sumi_function_call_plain(function.get(), arguments, &result));
        return result;
    }

private:
    Owned<sumi_function, sumi_function_free> function;
};

} // namespace sumi

enum class Mood : uint8_t { Calm, Angry };

struct Orc {
    int32_t health;
    Mood mood;
};

static const char *const source = R"(
import game.{Mood, Orc, Spell, cast, roll}

var log: [str] = []

fn hit(orc: Orc, strength: i32) -> Orc {
    let left = orc.health - strength * roll(6)
    log.push("hit for {orc.health - left}")
    Orc(left, if left < 10 { Mood.Angry } else { Mood.Calm })
}

fn duel(spells: [Spell]) -> str = spells.map(|spell| cast(spell)).join(", ")
)";

int main() {
    try {
        sumi_engine *made;
        sumi::check(sumi_engine_new(nullptr, &made));
        sumi::Engine engine(made);

        sumi_module *empty;
        sumi::check(sumi_module_new(engine.get(), "game", &empty));
        sumi::Module game(empty);
        const sumi_variant moods[] = {{"Calm", nullptr, 0}, {"Angry", nullptr, 0}};
        sumi::check(sumi_module_enum(game.get(), "Mood", sizeof(Mood), moods, 2));
        const sumi_field fields[] = {SUMI_FIELD(Orc, health, "i32"), SUMI_FIELD(Orc, mood, "Mood")};
        sumi::check(sumi_module_struct(game.get(), "Orc", sizeof(Orc), fields, 2));
        // C++ has no such enum: its values are variants with their fields.
        const sumi_field named[] = {{"words", "str", 0}, {"power", "f64", 0}};
        const sumi_variant spells[] = {{"Silence", nullptr, 0}, {"Chant", named, 2}};
        sumi::check(sumi_module_enum(game.get(), "Spell", 0, spells, 2));

        int rolled = 0;
        sumi::offer(game, "fn roll(sides: i32) -> i32", [&](const sumi_value *arguments, size_t) {
            rolled += 1;
            if (rolled > 3) throw std::runtime_error("the dice are worn out");
            return sumi_int(1 + (rolled * 4) % arguments[0].as.integer);
        });
        std::string answer;
        sumi::offer(game, "fn cast(spell: Spell) -> str", [&](const sumi_value *arguments, size_t) {
            const sumi_value &spell = arguments[0];
            if (spell.number == 0) return sumi_str("nothing", 7);
            const sumi_value *parts = spell.as.list.items;
            answer.assign(static_cast<const char *>(parts[0].as.bytes.data), parts[0].as.bytes.length);
            answer += parts[1].as.real > 1 ? "!" : "...";
            return sumi_str(answer.data(), answer.size());
        });
        sumi::check(sumi_engine_add(engine.get(), game.get()));

        sumi_script *loaded;
        sumi::check(sumi_engine_load(engine.get(), "duel.sumi", source, SUMI_ZERO, &loaded));
        sumi::Script script(loaded);

        sumi::Function<Orc, Orc, int32_t> hit(script, "hit", "fn(Orc, i32) -> Orc");
        Orc orc{30, Mood::Calm};
        for (int round = 0; round < 3; round++) {
            orc = hit(orc, 4);
            std::printf("%d left, %s\n", orc.health, orc.mood == Mood::Angry ? "angry" : "calm");
        }
        try {
            hit(orc, 1);
        } catch (const sumi::Error &error) {
            std::printf("%s", error.what());
        }

        sumi_function *duel;
        sumi::check(sumi_script_function(script.get(), "duel", "fn([Spell]) -> str", &duel));
        const sumi_value words[] = {sumi_str("hocus", 5), sumi_float(1.5)};
        const sumi_value cast[] = {sumi_variant_of(1, words, 2), sumi_variant_of(0, nullptr, 0)};
        const sumi_value list = sumi_list(cast, 2);
        sumi::Value said;
        sumi::check(sumi_function_call(duel, &list, 1, &said));
        sumi_function_free(duel);
        std::printf("%s\n", std::string(said.text()).c_str());

        sumi::Value log;
        sumi::check(sumi_script_get(script.get(), "log", "[str]", &log));
        for (size_t i = 0; i < log->as.list.length; i++) {
            std::printf("%s\n", static_cast<const char *>(log->as.list.items[i].as.bytes.data));
        }
        return 0;
    } catch (const std::exception &error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}

//! Words for names that were not found: the nearest known name, and what newcomers from other languages mean.

/// The candidate that differs least from `name`, if it is near enough to be what was meant.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let length = name.chars().count();
    let limit = match length {
        0 | 1 => 0,
        2..=5 => 1,
        6..=8 => 2,
        _ => 3,
    };
    let others = |candidate: &&str| !candidate.is_empty() && *candidate != name;
    let candidates: Vec<&str> = candidates.into_iter().filter(others).collect();
    let misspelt = candidates
        .iter()
        .map(|candidate| (edit_distance(name, candidate), *candidate))
        .filter(|(distance, _)| *distance <= limit && *distance < length)
        .min();
    // `read` may be meant for `read_text`.
    let longer = || {
        let candidates = candidates.iter().copied();
        let has_word = |candidate: &&str| length > 2 && candidate.split('_').any(|w| w == name);
        candidates
            .filter(has_word)
            .min_by_key(|candidate| candidate.len())
    };
    misspelt.map(|(_, candidate)| candidate).or_else(longer)
}

/// How many letters must be inserted, removed, replaced or swapped with their neighbour; a change of case alone counts
/// as one.
fn edit_distance(left: &str, right: &str) -> usize {
    if left.to_lowercase() == right.to_lowercase() {
        return 1;
    }
    let left: Vec<char> = left.chars().collect();
    let right: Vec<char> = right.chars().collect();
    let width = right.len() + 1;
    let mut table = vec![0; (left.len() + 1) * width];
    for (column, cell) in table[..width].iter_mut().enumerate() {
        *cell = column;
    }
    for i in 1..=left.len() {
        table[i * width] = i;
        for j in 1..=right.len() {
            let changed = usize::from(left[i - 1] != right[j - 1]);
            let mut best = (table[(i - 1) * width + j] + 1)
                .min(table[i * width + j - 1] + 1)
                .min(table[(i - 1) * width + j - 1] + changed);
            if i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1] {
                best = best.min(table[(i - 2) * width + j - 2] + 1);
            }
            table[i * width + j] = best;
        }
    }
    table[left.len() * width + right.len()]
}

/// What a name of another language is called here.
pub(crate) fn teach_value(name: &str) -> Option<&'static str> {
    Some(match name {
        "null" | "nil" | "None" | "NULL" | "undefined" | "nullptr" => {
            "the absent value is `none`; a type that may be absent is written `T?`"
        }
        "Some" | "Just" => "a present optional is `some(x)`",
        "Ok" => "a success is `ok(x)`",
        "Err" => "a failure is `err(e)`, or `fail(\"message\")`",
        "True" => "the truth values are `true` and `false`",
        "False" => "the truth values are `true` and `false`",
        "console" | "println" | "printf" | "puts" | "echo" | "cout" | "System" | "fmt" | "log"
        | "Console" | "endl" => {
            "text is printed by `print(x, y)`; values go into text as in `\"{x} and {y:.2}\"`"
        }
        "this" => "the receiver of a method is `self`, which is its first parameter",
        "range" => "a range is `0..n` (without `n`) or `0..=n`",
        "format" | "sprintf" | "to_string" | "toString" | "String" | "string" => {
            "text is made by `str(x)` or `\"{x}\"`"
        }
        "int" | "Integer" | "Int" | "parseInt" | "long" | "usize" => {
            "`i64(x)` converts a number; `i64.parse(s)` reads one from text and gives an optional"
        }
        "float" | "double" | "Float" | "Double" | "parseFloat" | "tonumber" | "Number" => {
            "`f64(x)` converts a number; `f64.parse(s)` reads one from text and gives an optional"
        }
        "tostring" | "repr" => "text is made by `str(x)` or `\"{x}\"`",
        "Math" => {
            "`sqrt(x)`, `abs(x)`, `min(a, b)` and the like need no prefix; `import math` has `math.pi` and more"
        }
        "PI" | "pi" | "M_PI" => "write `import math` at the top of the file, then `math.pi`",
        "raise" | "throw" => {
            "there are no exceptions: return `err(e)` or `fail(\"…\")`, or end the run by `panic(\"…\")`"
        }
        "exit" | "quit" | "sys" | "os" => {
            "`import process`, then `process.exit(code)` ends the program"
        }
        "input" | "readline" | "readLine" | "read_line" | "gets" | "stdin" => {
            "write `import io` at the top of the file, then `io.read_line()`, which gives an optional text"
        }
        "rand" | "Random" | "randint" => {
            "`import random`, then `var rng = Rng(seed)` and `rng.int(0..10)`"
        }
        "require" | "include" | "__import__" => "write `import name` at the top of the file",
        "append" | "push" => "it is a method: `xs.push(x)`",
        "length" | "sizeof" => "it is a method: `xs.len()`",
        "pass" => "an empty body is `{ }`",
        "end" => "a block ends with `}`",
        "begin" => "a block begins with `{`",
        "repeat" => "write `loop { … if done { break } }`, or `for _ in 0..n { … }`",
        "move" => "leave it out: a closure holds the values that it uses",
        "table" => "arrays and maps have methods: `xs.push(x)`, `xs.insert(i, x)`, `xs.remove(i)`",
        "list" | "tuple" => {
            "an array is `[1, 2]`, a tuple `(1, true)`; a text's characters are `s.chars()`"
        }
        "set" => "a set is made by `Set([1, 2])`",
        "enumerate" => "it is a method: `for (i, x) in xs.enumerate()`",
        "typeof" | "type_of" => "every type is known before running; the REPL shows it by `:type`",
        "is_none" | "isNull" | "is_null" => "it is a method: `x.is_none()`",
        "not" => "negation is `!x`",
        "and" => "both is `a && b`",
        "or" => "either is `a || b`",
        "elif" | "elsif" | "elseif" => "it is written `else if`",
        "def" | "func" | "function" => "functions are declared by `fn`",
        "lambda" => "a closure is written `|x| value`",
        "new" => "a value is built by its type's name: `Point(x: 1, y: 2)`",
        "vec" | "Vec" | "List" | "Array" => "an array is written `[1, 2, 3]`, an empty one `[]`",
        "HashMap" | "dict" | "Dict" | "Map" => "a map is written `[\"a\": 1]`, an empty one `[:]`",
        "Box" | "Rc" | "Arc" => {
            "leave it out: every value may be shared, and recursive types need no box"
        }
        "super" | "base" => {
            "there is no inheritance: call the function of the field that holds the other value"
        }
        _ => return None,
    })
}

/// Whether the standard library has a module of this name.
pub(crate) fn is_standard_module(name: &str) -> bool {
    matches!(
        name,
        "math" | "random" | "collections" | "pool" | "io" | "fs" | "time" | "json" | "process"
    )
}

/// The type that a name of another language means.
pub(crate) fn teach_type(name: &str) -> Option<&'static str> {
    Some(match name {
        "int" | "Int" | "integer" | "Integer" | "long" | "number" | "isize" | "usize"
        | "size_t" => "integers are `i64` (or `i8 i16 i32 u8 u16 u32 u64`)",
        "uint" | "unsigned" => "integers without sign are `u8 u16 u32 u64`",
        "short" => "it is called `i16`",
        "byte" => "bytes are `u8`",
        "float" | "Float" | "double" | "Double" => "floats are `f64` and `f32`",
        "string" | "String" | "Str" | "text" => "text is `str`",
        "boolean" | "Boolean" | "Bool" => "truth values are `bool`",
        "Char" | "rune" => "characters are `char`",
        "void" | "Void" | "unit" | "Unit" => {
            "no value is `()`; a function without result leaves `->` out"
        }
        "Vec" | "List" | "Array" | "list" | "vector" => "arrays are `[T]`, and `[T; N]` in place",
        "Option" | "Optional" | "Maybe" => "an optional is written `T?`",
        "Map" | "HashMap" | "Dict" | "dict" | "map" | "Dictionary" | "BTreeMap" => {
            "a map is `[K: V]`"
        }
        "Box" | "Rc" | "Arc" | "Ref" | "RefCell" => {
            "write the type itself: values are shared until one changes, and recursive types need no box"
        }
        "Tuple" | "tuple" => "a tuple is `(A, B)`",
        "Func" | "Function" | "Fn" | "FnMut" | "Action" | "Callable" => {
            "a function value is `fn(A) -> B`"
        }
        "Error" | "Exception" => {
            "an error is any value; `T!` is a result with the library's `Error`"
        }
        "HashSet" | "set" => "a set is `Set<T>`",
        "object" | "Object" | "Any" | "auto" | "var" => {
            "every type is known before running; leave the type of a binding out to have it inferred"
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn names_that_are_near() {
        let known = ["balls", "print", "length", "x", "Vec2"];
        assert_eq!(nearest("bals", known), Some("balls"));
        assert_eq!(nearest("pritn", known), Some("print"));
        assert_eq!(nearest("vec2", known), Some("Vec2"));
        assert_eq!(nearest("y", known), None);
        assert_eq!(nearest("velocity", known), None);
    }
}

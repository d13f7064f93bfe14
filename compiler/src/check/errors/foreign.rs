//! What methods and fields of other languages are called here.

/// The mend for a member that a type does not have, if it is known from elsewhere. `known` are the type's members.
pub(super) fn teach_member<'a>(
    name: &str,
    ty: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Option<String> {
    let known: Vec<&str> = known.into_iter().collect();
    if let Some(text) = everywhere(name) {
        return Some(text.to_string());
    }
    let plain: String = name.to_lowercase().chars().filter(|c| *c != '_').collect();
    let wanted = candidates(&plain).iter().find(|method| {
        let method = method.split('(').next().unwrap_or_default();
        known.contains(&method)
    });
    if let Some(method) = wanted {
        return Some(format!("write `.{method}`"));
    }
    // The same word, written another way: `startsWith`, `Push`.
    let same = known.iter().find(|method| {
        let method: String = method.chars().filter(|c| *c != '_').collect();
        method == plain
    });
    if let Some(method) = same {
        return Some(format!("it is written `.{method}(…)`"));
    }
    function_of_numbers(&plain, ty).or_else(|| by_type(&plain, ty).map(str::to_string))
}

/// A function of the library that other languages have as a method of numbers.
fn function_of_numbers(name: &str, ty: &str) -> Option<String> {
    let is_number = ty.starts_with(['i', 'u', 'f']) && ty.len() <= 3;
    let call = match name {
        "abs" | "sqrt" | "cbrt" | "sin" | "cos" | "tan" | "asin" | "acos" | "atan" | "exp"
        | "ln" | "log2" | "log10" | "floor" | "ceil" | "round" | "trunc" => format!("{name}(x)"),
        "log" => "ln(x)".to_owned(),
        "min" | "max" | "hypot" => format!("{name}(a, b)"),
        "atan2" => "atan2(y, x)".to_owned(),
        "clamp" => "clamp(x, least, most)".to_owned(),
        _ => return None,
    };
    is_number.then(|| format!("it is a function: `{call}`"))
}

/// What is done otherwise whatever the type is.
fn everywhere(name: &str) -> Option<&'static str> {
    Some(match name {
        "to_string" | "toString" | "ToString" | "to_str" | "to_owned" => {
            "`str(x)` or `\"{x}\"` makes text of any value"
        }
        "clone" | "copy" | "dup" | "deepcopy" => {
            "leave it out: `let b = a` is an independent value already"
        }
        "as_str" | "as_ref" | "as_mut" | "borrow" | "borrow_mut" | "as_slice" | "into"
        | "to_vec" | "unwrap_mut" | "iter" | "iter_mut" | "into_iter" | "collect" | "to_list"
        | "toArray" | "ToList" | "ToArray" | "ipairs" | "pairs" => match name {
            "iter" | "into_iter" | "ipairs" | "pairs" => {
                "leave it out: `for x in xs` walks an array, and `xs.map(…)` gives one"
            }
            "iter_mut" => "write `for mut x in xs { … }` to change the elements in place",
            "collect" | "to_list" | "toArray" | "ToList" | "ToArray" | "to_vec" => {
                "leave it out: `map` and `filter` give arrays at once"
            }
            _ => "leave it out: values are passed as they are",
        },
        _ => return None,
    })
}

/// Methods by the name that another language has for them, in lower case without `_`; the first that the type has counts.
fn candidates(name: &str) -> &'static [&'static str] {
    match name {
        "length" | "size" | "len" | "count" | "getlength" => &["len()"],
        "append" | "pushback" | "add" | "addlast" | "emplaceback" => &["push(x)", "add(x)"],
        "appendall" | "addrange" | "concat" | "pushall" => &["extend(xs)"],
        "popback" | "removelast" => &["pop()"],
        "shift" | "popfront" | "popleft" | "dequeue" => &["remove_first()", "pop_front()"],
        "unshift" | "pushfront" | "prepend" | "appendleft" => &["insert(0, x)", "push_front(x)"],
        "removeat" | "delete" | "erase" => &["remove(i)"],
        "includes" | "include" | "has" | "containskey" | "haskey" | "hasownproperty" | "in" => {
            &["contains(x)", "has(key)"]
        }
        "contains" => &["has(x)"],
        "indexof" | "findindex" | "index" => &["index_of(x)", "find(x)"],
        "lastindexof" | "rfind" => &["find_last(x)"],
        "foreach" | "each" => &["each(|x| …)"],
        "select" | "collect" => &["map(|x| …)"],
        "where" | "findall" | "retainif" => &["filter(|x| …)"],
        "aggregate" | "inject" | "foldl" | "foldleft" => &["fold(init, |acc, x| …)"],
        "some" | "exists" => &["any(|x| …)"],
        "every" => &["all(|x| …)"],
        "firstordefault" | "head" | "front" => &["first()"],
        "lastordefault" | "back" | "tail" => &["last()"],
        "orderby" | "sortby" => &["sorted_by_key(|x| …)", "sort_by_key(|x| …)"],
        "sortwith" | "sortunstable" => &["sort()"],
        "reversed" | "rev" => &["reversed()"],
        "distinct" | "unique" | "uniq" => &["dedup()"],
        "empty" | "isempty" => &["is_empty()"],
        "touppercase" | "toupper" | "uppercase" | "touppercaseinvariant" => &["upper()"],
        "tolowercase" | "tolower" | "lowercase" => &["lower()"],
        "strip" | "trimspace" => &["trim()"],
        "lstrip" | "trimleft" | "ltrim" => &["trim_start()"],
        "rstrip" | "trimright" | "rtrim" => &["trim_end()"],
        "startswith" | "hasprefix" => &["starts_with(s)"],
        "endswith" | "hassuffix" => &["ends_with(s)"],
        "replaceall" | "gsub" => &["replace(from, to)"],
        "splitlines" => &["lines()"],
        "ljust" | "padright" => &["pad_end(n, ' ')"],
        "rjust" | "padleft" => &["pad_start(n, ' ')"],
        "isdigit" | "isnumeric" => &["is_digit()"],
        "isalpha" | "isalphabetic" | "isletter" => &["is_alpha()"],
        "isalnum" | "isalphanumeric" => &["is_alnum()"],
        "isspace" | "iswhitespace" => &["is_space()"],
        "asbytes" | "getbytes" => &["bytes()"],
        "unwrap" | "get" | "value" | "unwraporfail" => &["expect(\"why\")"],
        "keys" | "getkeys" => &["keys()"],
        "items" => &["entries()"],
        "okor" | "orelse" => &["or_fail(\"why\")"],
        "flatten" | "selectmany" => &["flat_map(|x| x)"],
        _ => &[],
    }
}

/// What a call with more arguments than there are probably meant.
pub(super) fn teach_arguments(called: &str, most: usize, given: usize) -> Option<&'static str> {
    Some(match (called, most, given) {
        ("sort", 0, 1) => "write `.sort_by(|a, b| a < b)` or `.sort_by_key(|x| …)`",
        ("sorted", 0, 1) => "write `.sorted_by_key(|x| …)`",
        ("pop", 0, 1) => "write `.remove(i)`, or `.remove_first()`",
        ("get", 1, 2) => "write `.get(key) ?? default`",
        ("len" | "is_empty", 0, 1) => "write `.count(|x| …)` to count those that fit",
        ("min" | "max", 2, _) => "write `[a, b, c].max()`, an optional, or `max(a, max(b, c))`",
        _ => return None,
    })
}

/// A method of what is inside an optional or a result.
pub(super) fn teach_inside(name: &str, ty: &str) -> Option<String> {
    let inner = ty.strip_suffix('?')?;
    let is_container = inner == "str" || inner.starts_with('[') || inner.starts_with("Set<");
    let plain = matches!(
        name,
        "len"
            | "push"
            | "pop"
            | "upper"
            | "lower"
            | "trim"
            | "split"
            | "contains"
            | "has"
            | "is_empty"
            | "first"
            | "last"
            | "get"
            | "sum"
            | "filter"
            | "chars"
            | "lines"
            | "starts_with"
            | "ends_with"
            | "keys"
            | "values"
    );
    (is_container && plain).then(|| {
        format!("the value may be absent: `?.{name}(…)` gives an optional; or take it out first with `if let some(x) = …`")
    })
}

/// What is no method here.
fn by_type(name: &str, ty: &str) -> Option<&'static str> {
    let is_text = ty == "str";
    let is_number = ty.starts_with(['i', 'u', 'f']) && ty.len() <= 3;
    let may_be_absent = ty.ends_with('?') || ty.starts_with("Result") || ty.ends_with('!');
    Some(match name {
        "substring" | "substr" | "slice" | "sub" if is_text => {
            "a part of a text is `s[a..b]`, in bytes"
        }
        "slice" | "subarray" | "getrange" => "a part of an array is `xs[a..b]`",
        "charat" | "charcodeat" | "nth" | "at" if is_text => {
            "a text has no characters by number; `s.chars()` is the array of them"
        }
        "format" if is_text => "values go into a text as in `\"{x} and {y:.2}\"`",
        "unwrapor" | "getordefault" | "valueor" | "getorelse" if may_be_absent => {
            "write `value ?? default`"
        }
        "issomeand" => "write `if let some(x) = … && …`",
        "pow" | "powi" | "powf" if is_number => "write `x ** n`",
        "asf64" | "tofloat" | "todouble" | "tof" if is_number => "write `f64(x)`",
        "asi64" | "toint" | "toi" | "asusize" if is_number => "write `i64(x)`",
        "parse" | "toint" | "toi" | "tonumber" if is_text => {
            "write `i64.parse(s)` or `f64.parse(s)`; they give an optional"
        }
        "tofixed" if is_number => "write `\"{x:.2}\"`",
        "maxbykey" | "minbykey" | "sorted" | "sortedbykey" | "flatmap" | "filtermap" | "join"
        | "windows" | "chunks" | "find" | "position" | "groupby" | "reduce" | "max" | "min"
            if ty.starts_with("Range") =>
        {
            "an array has it: `(a..b).to_array()`"
        }
        "insert" | "put" | "set" | "add" if ty.starts_with('[') && ty.contains(": ") => {
            "write `m[key] = value`"
        }
        "items" | "iteritems" => "walk it by `for (key, value) in m`",
        "isdigit" | "isalpha" | "isspace" | "isnumeric" if is_text => {
            "ask its characters: `s.chars().all(|c| c.is_digit())`"
        }
        "title" | "capitalize" if is_text => "`upper()` and `lower()` change the case of a text",
        "join" => "`join` is a method of an array of texts: `xs.map(|x| str(x)).join(\", \")`",
        _ => return None,
    })
}

//! Luau and LuaJIT by mlua, both with native code; which one is a matter of the feature that it is built with. Numbers are `f64`.

use std::rc::Rc;

use mlua::{
    Function, Lua, LuaString, MetaMethod, Table, UserData, UserDataMethods, UserDataRef,
    UserDataRegistry,
};
use peers::{Calls, OBJECTS, Outcome, Peer, Sort};

struct Peered;

struct Item(Rc<str>);

impl UserData for Item {
    fn register(registry: &mut UserDataRegistry<Item>) {
        registry.add_meta_method(MetaMethod::Lt, |_, this, other: UserDataRef<Item>| {
            Ok(peers::less(&this.0, &other.0))
        });
    }
}

const SCRIPT: &str = r#"
local digits = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "a", "b", "c", "d", "e", "f"}

local function text(length)
    local parts = {}
    for i = 1, length do parts[i] = digits[rand(16) + 1] end
    return table.concat(parts)
end

local function partition(items, low, high)
    local middle = math.floor((low + high) / 2)
    items[middle], items[high] = items[high], items[middle]
    local pivot = items[high]
    local after = low
    for i = low, high - 1 do
        if items[i] < pivot then
            items[i], items[after] = items[after], items[i]
            after = after + 1
        end
    end
    items[after], items[high] = items[high], items[after]
    return after
end

local function quicksort(items, low, high)
    while low < high do
        local at = partition(items, low, high)
        quicksort(items, low, at - 1)
        low = at + 1
    end
end

function sorted(count)
    local items = {}
    for i = 1, count do items[i] = item(text(8 + rand(16))) end
    quicksort(items, 1, count)
    return items
end

function added(sum, n) return sum + 3 * n end

function many(count)
    local sum = 0
    for i = 0, count - 1 do sum = add(sum, i) end
    return sum
end
"#;

/// The script is there as long as the first is.
fn function(name: &str) -> mlua::Result<(Lua, Function)> {
    let lua = Lua::new();
    let globals = lua.globals();
    globals.set("rand", Function::wrap_raw(peers::rand))?;
    globals.set("add", Function::wrap_raw(peers::add))?;
    globals.set(
        "item",
        lua.create_function(|_, text: LuaString| Ok(Item((*text.to_str()?).into())))?,
    )?;
    #[cfg(feature = "luau")]
    {
        lua.sandbox(true)?;
        lua.set_compiler(mlua::chunk::Compiler::new().set_optimization_level(2));
    }
    lua.load(SCRIPT).exec()?;
    let found = lua.globals().get(name)?;
    Ok((lua, found))
}

impl Peer for Peered {
    type Idle = Lua;

    fn idle() -> Outcome<Lua> {
        let lua = Lua::new();
        lua.load("answer = 42").exec()?;
        Ok(lua)
    }

    fn sort() -> Outcome<Sort> {
        let (lua, sorted) = function("sorted")?;
        Ok(Box::new(move |visit| {
            let _ = &lua;
            let items: Table = sorted.call(OBJECTS)?;
            if let Some(visit) = visit {
                for item in items.sequence_values::<UserDataRef<Item>>() {
                    visit(&item?.0);
                }
            }
            Ok(())
        }))
    }

    fn host_calls() -> Outcome<Calls> {
        let (lua, many) = function("many")?;
        Ok(Box::new(move |count| {
            let _ = &lua;
            Ok(many.call(count)?)
        }))
    }

    fn script_calls() -> Outcome<Vec<(&'static str, Calls)>> {
        let (lua, added) = function("added")?;
        let all = move |count| {
            let _ = &lua;
            Ok((0..count).try_fold(0, |sum, i| added.call((sum, i)))?)
        };
        Ok(vec![("call", Box::new(all))])
    }
}

fn main() -> Outcome<()> {
    peers::main::<Peered>()
}

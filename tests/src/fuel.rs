//! What a program takes of fuel is the same at O0 and at O3: of each program of `tests/run`, loaded as the script of a host.

use std::path::Path;

use jit::{Config, Engine, Error};

use crate::read;

/// More than any of them needs.
const FUEL: u64 = 1 << 40;

pub fn test(path: &Path) -> Result<(), String> {
    // Its maps have addresses as keys, and how many others are in the way of one is chance.
    let has_addresses = path.ends_with("functions_for_c.sumi");
    // What it reads is given to whole processes.
    if has_addresses || path.with_extension("stdin").exists() {
        return Ok(());
    }
    let [plain, optimized] = [false, true].map(|optimize| used(path, optimize));
    let (plain, optimized) = (plain?, optimized?);
    if plain != optimized {
        return Err(format!("{plain:?} at O0, {optimized:?} at O3"));
    }
    Ok(())
}

/// How it ends and what it takes.
fn used(path: &Path, optimize: bool) -> Result<(String, u64), String> {
    let config = Config {
        optimize,
        fuel: Some(FUEL),
        ..Config::trusted()
    };
    let mut engine = Engine::new(config).map_err(|error| error.to_string())?;
    engine.on_print(|_| {});
    engine.on_error_print(|_| {});
    engine.on_warning(|_| {});
    let used = |engine: &Engine| engine.fuel_used().unwrap_or_default();
    Ok(
        match engine.load(&path.display().to_string(), &read(path)?) {
            Ok(_) => ("its end".to_owned(), used(&engine)),
            // How deep calls may nest depends on how large their frames are.
            Err(Error::Runtime(error)) if error.kind == "stack-overflow" => (error.message, 0),
            Err(Error::Runtime(error)) => (error.message, used(&engine)),
            Err(other) => return Err(other.to_string()),
        },
    )
}

//! Sumi for Rust programs: a game or a tool offers functions and types, loads scripts, and calls their functions.
//!
//! ```
//! use sumi::{Engine, Module, Value};
//!
//! /// Where something is; scripts see the same bytes.
//! #[derive(Clone, Copy, Debug, PartialEq, Value)]
//! #[repr(C)]
//! struct Vec2 {
//!     x: f32,
//!     y: f32,
//! }
//!
//! /// How strong the wind blows, in metres per second.
//! #[sumi::export]
//! fn wind(height: f32) -> f32 {
//!     height * 0.5
//! }
//!
//! let mut engine = Engine::new(sumi::Config::default())?;
//! let mut game = Module::new("game");
//! game.export::<wind>();
//! game.value_type::<Vec2>();
//! engine.add(&game)?;
//!
//! let ball = engine.load("ball.sumi", "
//!     import game.{Vec2, wind}
//!     fn step(at: Vec2, dt: f32) -> Vec2 = Vec2(at.x + wind(at.y) * dt, at.y - 10 * dt)
//! ")?;
//! let step = ball.function::<fn(Vec2, f32) -> Vec2>("step")?;
//! assert_eq!(step.call(Vec2 { x: 0.0, y: 10.0 }, 0.5)?, Vec2 { x: 2.5, y: 5.0 });
//! # Ok::<(), sumi::Error>(())
//! ```
#![warn(missing_docs)]

pub use jit::{
    Capabilities, Capability, Changes, Config, Engine, Entered, Error, Exported, Frame, Function,
    Handle, HostFunction, HostModule as Module, HostResult, Interrupter, IntoHost,
    KeptValue as Kept, MaybeRenamed, Mut, Object, Param, Plain, Problem, Reloaded, Reset,
    RuntimeError, Script, Signature, Slice, SliceMut, Snapshot, Take, Unusable, Value, Variable,
};

/// Makes a function known to [`Module::export`], with its name, its documentation and the names of its parameters.
pub use sumi_macros::export;

/// Makes a struct or an enum a [`Value`]: one that scripts know by the same name, fields and variants.
///
/// With `#[repr(C)]` on a struct, or `#[repr(u8)]` on an enum, the type is [`Plain`]: it has to be `Copy`, of plain fields, and both
/// languages share its bytes. Any other is copied on the way, field by field.
///
/// A field of a type that scripts do not have is an error at that field:
///
/// ```compile_fail,E0277
/// #[derive(sumi::Value)]
/// struct Player { name: String, since: std::time::Instant }
/// ```
///
/// So is one that is more than its bytes, where these are shared:
///
/// ```compile_fail,E0277
/// #[derive(Clone, sumi::Value)]
/// #[repr(C)]
/// struct Spot { x: f32, name: String }
/// ```
pub use sumi_macros::Value;

/// Makes a type an [`Object`], by its own name: its values stay in Rust, and scripts hold handles of them.
pub use sumi_macros::Object;

#[doc(hidden)]
pub use jit::__private;

/// The code of the manual's page is run as well.
#[cfg(doctest)]
#[doc = include_str!("../../../examples/book/embedding.md")]
pub struct Page;

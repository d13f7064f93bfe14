//! What is too large for LLVM's optimiser, whose time grows faster than a function does: of 1,000 lines, three to five times what 500 take.
//!
//! A function beyond a size is left as it was made, and costs about what unoptimised code costs. One that would only become so large by what is
//! inlined into it keeps its calls of all but short functions. And where a host has said how much may be optimised at one time, what is beyond
//! that is left as well. What counts are instructions as codegen writes them, so this is the same on every machine.

use inkwell::attributes::AttributeLoc;
use inkwell::context::Context;
use inkwell::module::Module;
use inkwell::values::{CallSiteValue, FunctionValue};
use rustc_hash::FxHashMap;

use crate::attributes::kind;

/// A function of more instructions is not optimised: some 400 to 1,000 lines.
const LARGEST: u64 = 20_000;
/// So much of others a function may take in.
const MOST_INLINED: u64 = 20_000;
/// What a call adds at most: LLVM inlines nothing that is much longer.
const MOST_OF_CALL: u64 = 400;
/// A function of no more is hardly longer than its call.
const SHORT: u64 = 40;

struct Size<'ctx> {
    function: FunctionValue<'ctx>,
    instructions: u64,
    /// Of functions that are defined here.
    calls: Vec<(CallSiteValue<'ctx>, FunctionValue<'ctx>)>,
}

/// Exempts what is too large, and what is beyond `most`. Gives how much is left to be optimised.
pub(super) fn limit<'ctx>(context: &'ctx Context, module: &Module<'ctx>, most: u64) -> u64 {
    let functions = module.get_functions();
    let defined = functions.filter(|function| function.count_basic_blocks() > 0);
    let sizes: Vec<Size<'ctx>> = defined.map(Size::of).collect();
    let known: FxHashMap<FunctionValue<'ctx>, u64> = sizes
        .iter()
        .map(|size| (size.function, size.instructions))
        .collect();
    let no_inline = context.create_enum_attribute(kind("noinline"), 0);
    let mut optimised = 0;
    for size in &sizes {
        let inlined = |(_, callee): &(_, FunctionValue<'ctx>)| known[callee].min(MOST_OF_CALL);
        let mut grown: u64 = size.calls.iter().map(inlined).sum();
        if grown > MOST_INLINED {
            let is_long = |(_, callee): &&(_, FunctionValue<'ctx>)| known[callee] > SHORT;
            for (call, _) in size.calls.iter().filter(is_long) {
                call.add_attribute(AttributeLoc::Function, no_inline);
            }
            let short = size.calls.iter().filter(|call| !is_long(call));
            grown = short.map(inlined).sum();
        }
        let cost = size.instructions + grown.min(MOST_INLINED);
        if size.instructions > LARGEST || cost > most - optimised {
            leave(context, size.function);
        } else {
            optimised += cost;
        }
    }
    optimised
}

/// No pass looks at it.
pub(crate) fn leave<'ctx>(context: &'ctx Context, function: FunctionValue<'ctx>) {
    for contrary in ["alwaysinline", "minsize", "optsize"] {
        function.remove_enum_attribute(AttributeLoc::Function, kind(contrary));
    }
    for name in ["optnone", "noinline"] {
        let attribute = context.create_enum_attribute(kind(name), 0);
        function.add_attribute(AttributeLoc::Function, attribute);
    }
}

impl<'ctx> Size<'ctx> {
    fn of(function: FunctionValue<'ctx>) -> Size<'ctx> {
        let mut size = Size {
            function,
            instructions: 0,
            calls: Vec::new(),
        };
        for block in function.get_basic_block_iter() {
            for instruction in block.get_instructions() {
                size.instructions += 1;
                let call = CallSiteValue::try_from(instruction).ok();
                let callee = call.and_then(|call| Some((call, call.get_called_fn_value()?)));
                let defined = callee.filter(|(_, callee)| callee.count_basic_blocks() > 0);
                size.calls.extend(defined);
            }
        }
        size
    }
}

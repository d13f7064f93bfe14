//! From a module to an object or text: the target, the passes.

mod pipeline;
pub(crate) mod size;

use std::cell::RefCell;
use std::ptr::NonNull;
use std::rc::Rc;
use std::sync::Once;

use inkwell::OptimizationLevel;
use inkwell::context::Context;
use inkwell::module::Module;
use inkwell::passes::PassBuilderOptions;
use inkwell::targets::{
    CodeModel, FileType, InitializationConfig, RelocMode, Target, TargetMachine, TargetTriple,
};
use rustc_hash::FxHashMap;

use self::pipeline::Pipeline;
use crate::awake::wake_llvm;
use crate::module;
use crate::{Exports, Input, Object, Options};

const TRIPLE: &str = "x86_64-unknown-linux-gnu";

/// Splits loops over a range into a part in which no index can be out of bounds, and what is before and after it. LLVM's
/// own pipeline does not, and it vectorises nothing that may trap; what these passes need comes before them.
// `instcombine` alone ends the process where it reaches no fixpoint in one round.
const SPLIT_LOOPS: &str = "cgscc(inline),function(sroa<modify-cfg>,early-cse<memssa>,simplifycfg,instcombine<no-verify-fixpoint>,\
    loop-simplify,lcssa,loop-mssa(loop-rotate,licm),loop(indvars),instcombine<no-verify-fixpoint>,simplifycfg,\
    loop-simplify,lcssa,irce)";

/// A level of the x86-64 instruction set. Naming one is much faster than listing the features of the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum CpuLevel {
    V1,
    V2,
    V3,
    V4,
}

impl CpuLevel {
    /// Of the machine that this runs on.
    pub fn host() -> CpuLevel {
        #[cfg(target_arch = "x86_64")]
        {
            let v2 = is_x86_feature_detected!("sse4.2") && is_x86_feature_detected!("popcnt");
            let v3 = v2
                && is_x86_feature_detected!("avx2")
                && is_x86_feature_detected!("bmi1")
                && is_x86_feature_detected!("bmi2")
                && is_x86_feature_detected!("fma")
                && is_x86_feature_detected!("lzcnt")
                && is_x86_feature_detected!("movbe")
                && is_x86_feature_detected!("f16c");
            let v4 = v3
                && is_x86_feature_detected!("avx512f")
                && is_x86_feature_detected!("avx512bw")
                && is_x86_feature_detected!("avx512cd")
                && is_x86_feature_detected!("avx512dq")
                && is_x86_feature_detected!("avx512vl");
            if v4 {
                return CpuLevel::V4;
            }
            if v3 {
                return CpuLevel::V3;
            }
            if v2 {
                return CpuLevel::V2;
            }
        }
        CpuLevel::V1
    }

    fn name(self) -> &'static str {
        match self {
            CpuLevel::V1 => "x86-64",
            CpuLevel::V2 => "x86-64-v2",
            CpuLevel::V3 => "x86-64-v3",
            CpuLevel::V4 => "x86-64-v4",
        }
    }
}

/// Compiles a unit. An error is LLVM's own text.
pub fn object(input: Input<'_>) -> Result<Object, String> {
    let begun = begin(input)?;
    Ok(Object {
        bytes: begun.module.finish()?,
        exports: begun.exports,
        optimised: begun.optimised,
    })
}

/// A unit whose module is written: what is left is LLVM's.
pub struct Begun {
    pub module: BegunModule,
    pub exports: Exports,
    /// As in [`Object`].
    pub optimised: u64,
}

/// Does all that comes before LLVM's passes, which take most of the time and may run in another thread.
pub fn begin(input: Input<'_>) -> Result<Begun, String> {
    let own = OwnContext(NonNull::from(Box::leak(Box::new(new_context()))));
    // SAFETY: the context goes after all that is in it.
    let context: &'static Context = unsafe { own.0.as_ref() };
    let written = written(context, input)?;
    Ok(Begun {
        module: BegunModule {
            module: written.module,
            options: input.options,
            _context: own,
        },
        exports: written.exports,
        optimised: written.optimised,
    })
}

/// A module in a context that nothing else is in.
pub struct BegunModule {
    // Before its context, since fields are dropped in this order.
    module: Module<'static>,
    options: Options,
    _context: OwnContext,
}

// SAFETY: LLVM lets a context and all in it go from thread to thread, and nobody else refers to these.
unsafe impl Send for BegunModule {}

struct OwnContext(NonNull<Context>);

impl Drop for OwnContext {
    fn drop(&mut self) {
        // SAFETY: it was leaked in `begin`, and what was in it is gone.
        drop(unsafe { Box::from_raw(self.0.as_ptr()) });
    }
}

impl BegunModule {
    /// The object. An error is LLVM's own text.
    pub fn finish(self) -> Result<Vec<u8>, String> {
        finish(&self.module, self.options)
    }
}

/// The text of the module, after optimisation if that is asked for.
pub fn ir(input: Input<'_>) -> Result<String, String> {
    let context = new_context();
    let module = optimised(&context, input)?;
    Ok(module.print_to_string().to_string())
}

/// The module after optimisation, if that is asked for.
pub(crate) fn optimised<'ctx>(
    context: &'ctx Context,
    input: Input<'_>,
) -> Result<Module<'ctx>, String> {
    let written = written(context, input)?;
    let pipeline = pipeline(input.options)?;
    optimise(&written.module, pipeline.machine(), input.options)?;
    Ok(written.module)
}

pub fn assembly(input: Input<'_>) -> Result<String, String> {
    let context = new_context();
    let Written { module, .. } = written(&context, input)?;
    let pipeline = pipeline(input.options)?;
    let machine = pipeline.machine();
    optimise(&module, machine, input.options)?;
    let buffer = machine
        .write_to_memory_buffer(&module, FileType::Assembly)
        .map_err(|error| error.to_string())?;
    let text = buffer.as_slice();
    // LLVM ends the buffer with a zero byte.
    let text = text.strip_suffix(&[0]).unwrap_or(text);
    Ok(String::from_utf8_lossy(text).into_owned())
}

/// A module before LLVM's passes.
struct Written<'ctx> {
    module: Module<'ctx>,
    exports: Exports,
    /// As in [`Object`].
    optimised: u64,
}

fn written<'ctx>(context: &'ctx Context, input: Input<'_>) -> Result<Written<'ctx>, String> {
    let pipeline = pipeline(input.options)?;
    let machine = pipeline.machine();
    let module = context.create_module("unit");
    // Before anything is built: sizes and alignments of loads and stores come from it.
    module.set_triple(&TargetTriple::create(TRIPLE));
    module.set_data_layout(&machine.get_target_data().get_data_layout());
    let (module, exports) = module::build(context, module, input);
    if input.options.verify
        && let Err(error) = module.verify()
    {
        return Err(format!(
            "compiler bug: {error}\n{}",
            module.print_to_string()
        ));
    }
    let optimised = match input.options.optimise {
        true => size::limit(context, &module, input.options.most_optimised),
        false => 0,
    };
    if input.options.optimise {
        link_host_code(&module, &exports, input);
    }
    Ok(Written {
        module,
        exports,
        optimised,
    })
}

/// After what follows from the program alone, as what is optimised.
fn link_host_code(module: &Module<'_>, exports: &Exports, input: Input<'_>) {
    let used = exports.needs.iter();
    let mut used: Vec<_> = used.filter_map(|need| input.host.code(need.def)).collect();
    used.sort_by_key(|code| std::ptr::from_ref(code.bitcode));
    used.dedup_by_key(|code| std::ptr::from_ref(code.bitcode));
    used.iter().for_each(|code| code.bitcode.link(module));
}

/// The object of a module that is complete.
pub(crate) fn finish(module: &Module<'_>, options: Options) -> Result<Vec<u8>, String> {
    let pipeline = pipeline(options)?;
    optimise(module, pipeline.machine(), options)?;
    Ok(pipeline.object(module))
}

thread_local! {
    /// Those that were made, by the processor and whether they optimise: one takes longer to make than the code of a line.
    static PIPELINES: RefCell<FxHashMap<(CpuLevel, bool), Rc<Pipeline>>> = RefCell::default();
}

fn pipeline(options: Options) -> Result<Rc<Pipeline>, String> {
    let kind = (options.cpu, options.optimise);
    let known = PIPELINES.with(|pipelines| pipelines.borrow().get(&kind).cloned());
    if let Some(pipeline) = known {
        return Ok(pipeline);
    }
    let pipeline = Pipeline::new(new_machine(options)?);
    let pipeline = Rc::new(pipeline.ok_or("LLVM writes no objects for this target")?);
    PIPELINES.with(|pipelines| pipelines.borrow_mut().insert(kind, Rc::clone(&pipeline)));
    Ok(pipeline)
}

/// LLVM is at work from here on.
pub(crate) fn new_context() -> Context {
    wake_llvm();
    Context::create()
}

pub(crate) fn new_machine(options: Options) -> Result<TargetMachine, String> {
    static INITIALISED: Once = Once::new();
    wake_llvm();
    INITIALISED.call_once(|| Target::initialize_x86(&InitializationConfig::default()));
    let triple = TargetTriple::create(TRIPLE);
    let target = Target::from_triple(&triple).map_err(|error| error.to_string())?;
    let level = if options.optimise {
        OptimizationLevel::Aggressive
    } else {
        OptimizationLevel::None
    };
    target
        .create_target_machine(
            &triple,
            options.cpu.name(),
            "",
            level,
            RelocMode::PIC,
            CodeModel::Small,
        )
        .ok_or_else(|| "LLVM has no such target machine".to_string())
}

fn optimise(module: &Module<'_>, machine: &TargetMachine, options: Options) -> Result<(), String> {
    if !options.optimise {
        return Ok(());
    }
    let settings = PassBuilderOptions::create();
    settings.set_loop_vectorization(true);
    settings.set_loop_slp_vectorization(true);
    settings.set_loop_unrolling(true);
    settings.set_loop_interleaving(true);
    settings.set_merge_functions(false);
    module
        .run_passes(&format!("{SPLIT_LOOPS},default<O3>"), machine, settings)
        .map_err(|error| error.to_string())
}

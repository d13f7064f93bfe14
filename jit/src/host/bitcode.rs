//! Functions of a host that are LLVM's code: called as functions of C are, and inlined where that pays.

use std::rc::Rc;

use codegen::Bitcode;

use super::function::{HostCode, HostFunction};
use super::types::Declared;
use super::untyped::host_function;

/// The functions of these declarations. An error says what the code has not, or has otherwise.
pub(super) fn functions(bytes: &[u8], declared: &[Declared]) -> Result<Vec<HostFunction>, String> {
    let bitcode =
        Bitcode::read(bytes).map_err(|why| format!("the bitcode cannot be used: {why}"))?;
    let bitcode = Rc::new(bitcode);
    let functions = declared.iter().map(|declared| {
        if let Some(param) = declared.params.iter().find(|param| param.is_mut) {
            let (name, param) = (&declared.name, &param.name);
            return Err(format!(
                "`{param}` of `{name}` cannot be `mut`: a function of bitcode is given values"
            ));
        }
        let params = declared.params.iter();
        let params: Vec<(&str, &str)> = params
            .map(|param| (param.name.as_str(), param.ty.name()))
            .collect();
        let symbol = bitcode.function(&declared.name, &params, declared.result.name())?;
        let bitcode = Rc::clone(&bitcode);
        Ok(host_function(
            HostCode::Bitcode { bitcode, symbol },
            declared,
        ))
    });
    functions.collect()
}

//! What C offers: functions, types and variables, by their text in Sumi.

use std::cell::{RefCell, UnsafeCell};
use std::ffi::{c_char, c_void};
use std::ptr::{null, null_mut};
use std::rc::Rc;

use jit::untyped::{self, Body, Call, MOST_PARAMS};
use jit::{Declared, DeclaredParam, DescribedField, HostModule};
use stdlib::desc::{Kind, TypeDesc};
use stdlib::{Block, block, value};

use crate::engine::{Shared, SumiDrop, SumiEngine, User, shared};
use crate::error::{
    Answer, SumiError, answer, misuse, name, out, quietly, required_mut, text, unfit,
};
use crate::object::{self, SumiType};
use crate::value::{
    OwnValue, SumiValue, check, check_elements, free, has_gaps, make, place_of, read,
};

/// See `sumi_module` in `sumi.h`.
pub struct SumiModule {
    pub(crate) shared: Rc<Shared>,
    pub(crate) module: HostModule,
}

/// See `sumi_field` in `sumi.h`.
#[repr(C)]
pub struct SumiField {
    name: *const c_char,
    ty: *const c_char,
    offset: usize,
}

/// See `sumi_variant` in `sumi.h`.
#[repr(C)]
pub struct SumiVariant {
    name: *const c_char,
    fields: *const SumiField,
    count: usize,
}

/// See `sumi_function_of_host` in `sumi.h`.
pub type SumiCallback = Option<unsafe extern "C" fn(*const Call, *const SumiValue, usize)>;

/// See `sumi_code` in `sumi.h`.
pub type SumiCode = Option<unsafe extern "C" fn()>;

/// # Safety
/// As `sumi.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sumi_module_new(
    engine: *mut SumiEngine,
    path: *const c_char,
    module: *mut *mut SumiModule,
) -> *mut SumiError {
    answer(|| {
        // SAFETY: C's promise.
        let (module, shared, path) = unsafe {
            let module = out(module, "module", null_mut())?;
            let path = match path.is_null() {
                true => None,
                false => Some(name(path, "path")?),
            };
            (module, shared(engine)?, path)
        };
        let is_name = |part: &str| {
            let mut rest = part.chars();
            let first = rest.next();
            first.is_some_and(|c| c.is_alphabetic() || c == '_')
                && rest.all(|c| c.is_alphanumeric() || c == '_')
        };
        if let Some(path) = path.filter(|path| !path.split('.').all(is_name)) {
            return Err(misuse(&format!("`{path}` is no name of a module")));
        }
        let new = SumiModule {
            shared,
            module: HostModule::new(path.unwrap_or_default()),
        };
        module.set(Box::into_raw(Box::new(new)));
        Ok(())
    })
}

/// # Safety
/// As `sumi.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sumi_module_free(module: *mut SumiModule) {
    quietly((), || {
        // SAFETY: C's promise.
        if unsafe { module.as_ref() }.is_some_and(|module| module.shared.home.is_here()) {
            // SAFETY: as above.
            drop(unsafe { Box::from_raw(module) });
        }
    });
}

unsafe fn module_of<'a>(module: *mut SumiModule) -> Answer<&'a mut SumiModule> {
    // SAFETY: C's promise.
    let module = unsafe { required_mut(module, "module")? };
    module.shared.home.check()?;
    Ok(module)
}

unsafe fn slice<'a, T>(first: *const T, count: usize, called: &str) -> Answer<&'a [T]> {
    match (count, first.is_null()) {
        (0, _) => Ok(&[]),
        (_, true) => Err(misuse(&format!("`{called}` is NULL"))),
        // SAFETY: C's promise.
        (_, false) => Ok(unsafe { std::slice::from_raw_parts(first, count) }),
    }
}

unsafe fn fields_of<'a>(first: *const SumiField, count: usize) -> Answer<Vec<DescribedField<'a>>> {
    // SAFETY: C's promise.
    let fields = unsafe { slice(first, count, "fields")? };
    let fields = fields.iter().map(|field| {
        Ok(DescribedField {
            // SAFETY: as above.
            name: unsafe { name(field.name, "the name of a field")? },
            // SAFETY: as above.
            ty: unsafe { name(field.ty, "the type of a field")? },
            offset: field.offset,
        })
    });
    fields.collect()
}

/// # Safety
/// As `sumi.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sumi_module_struct(
    module: *mut SumiModule,
    called: *const c_char,
    size: usize,
    fields: *const SumiField,
    count: usize,
) -> *mut SumiError {
    answer(|| {
        // SAFETY: C's promise.
        let (module, called, fields) = unsafe {
            (
                module_of(module)?,
                name(called, "name")?,
                fields_of(fields, count)?,
            )
        };
        let size = (size > 0).then_some(size);
        let mut types = module.shared.types.borrow_mut();
        let ty = types.add_struct(called, size, &fields).map_err(unfit)?;
        module.module.described_type(ty);
        Ok(())
    })
}

/// # Safety
/// As `sumi.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sumi_module_enum(
    module: *mut SumiModule,
    called: *const c_char,
    size: usize,
    variants: *const SumiVariant,
    count: usize,
) -> *mut SumiError {
    answer(|| {
        // SAFETY: C's promise.
        let (module, called, variants) = unsafe {
            (
                module_of(module)?,
                name(called, "name")?,
                slice(variants, count, "variants")?,
            )
        };
        let variants = variants.iter().map(|variant| {
            // SAFETY: as above.
            unsafe {
                let called = name(variant.name, "the name of a variant")?;
                Ok((called, fields_of(variant.fields, variant.count)?))
            }
        });
        let variants: Vec<(&str, Vec<DescribedField<'_>>)> = variants.collect::<Answer<_>>()?;
        let size = (size > 0).then_some(size);
        let mut types = module.shared.types.borrow_mut();
        let ty = types.add_enum(called, size, &variants).map_err(unfit)?;
        module.module.described_type(ty);
        Ok(())
    })
}

/// # Safety
/// As `sumi.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sumi_module_object(
    module: *mut SumiModule,
    called: *const c_char,
    destroy: SumiDrop,
    ty: *mut *const SumiType,
) -> *mut SumiError {
    answer(|| {
        // SAFETY: C's promise.
        let (ty, module, called) = unsafe {
            (
                out(ty, "type", null())?,
                module_of(module)?,
                name(called, "name")?,
            )
        };
        let mut types = module.shared.types.borrow_mut();
        let desc = types
            .add_object(called, object::handle_gone)
            .map_err(unfit)?;
        module.module.described_type(desc);
        ty.set(object::lasting(desc, destroy)?);
        Ok(())
    })
}

/// # Safety
/// As `sumi.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sumi_module_variable(
    module: *mut SumiModule,
    called: *const c_char,
    ty: *const c_char,
    variable: *mut c_void,
) -> *mut SumiError {
    answer(|| {
        // SAFETY: C's promise.
        let (module, called, ty) =
            unsafe { (module_of(module)?, name(called, "name")?, name(ty, "type")?) };
        if variable.is_null() {
            return Err(misuse("`variable` is NULL"));
        }
        let ty = module.shared.types.borrow().ty(ty).map_err(unfit)?;
        if !(variable as usize).is_multiple_of(ty.align as usize) {
            return Err(misuse(&format!(
                "`variable` is not aligned as a `{}` is",
                ty.name()
            )));
        }
        let module = &mut module.module;
        // SAFETY: C's promise.
        unsafe { module.described_variable(called, variable.cast(), ty) }.map_err(unfit)?;
        Ok(())
    })
}

unsafe fn declared(module: &SumiModule, declaration: *const c_char) -> Answer<Declared> {
    // SAFETY: C's promise.
    let declaration = unsafe { name(declaration, "declaration")? };
    let types = module.shared.types.borrow();
    let declared = types.function(declaration).map_err(unfit)?;
    let mut changed = declared.params.iter().filter(|param| param.is_mut);
    match changed.find(|param| param.plain_part().is_none()) {
        None => Ok(declared),
        Some(param) => Err(unfit(format!(
            "`{}` cannot be `mut`: a host changes plain data, and arrays of such",
            param.name
        ))),
    }
}

/// # Safety
/// As `sumi.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sumi_module_function(
    module: *mut SumiModule,
    declaration: *const c_char,
    function: SumiCallback,
    user: *mut c_void,
    drop: SumiDrop,
) -> *mut SumiError {
    let user = User::new(user, drop);
    answer(move || {
        // SAFETY: C's promise.
        let module = unsafe { module_of(module)? };
        // SAFETY: as above.
        let declared = unsafe { declared(module, declaration)? };
        let code = function.ok_or_else(|| misuse("`function` is NULL"))?;
        let callback = Callback {
            code,
            name: declared.name.clone(),
            params: declared.params.clone(),
            result: declared.result,
            returned: UnsafeCell::new(None),
        };
        let data = user.data;
        let function = untyped::general(&declared, Box::new(callback), data, Box::new(user));
        module.module.declared(&declared, function.map_err(unfit)?);
        Ok(())
    })
}

/// # Safety
/// As `sumi.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sumi_module_direct(
    module: *mut SumiModule,
    declaration: *const c_char,
    function: SumiCode,
    user: *mut c_void,
    drop: SumiDrop,
) -> *mut SumiError {
    let user = User::new(user, drop);
    answer(move || {
        // SAFETY: C's promise.
        let module = unsafe { module_of(module)? };
        // SAFETY: as above.
        let declared = unsafe { declared(module, declaration)? };
        let code = function.ok_or_else(|| misuse("`function` is NULL"))?;
        let data = user.data;
        let code = code as *const c_void;
        // SAFETY: C's promise.
        let function =
            unsafe { untyped::direct(&declared, code, data, Box::new(user), object::is_of) };
        module.module.declared(&declared, function.map_err(unfit)?);
        Ok(())
    })
}

/// # Safety
/// As `sumi.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sumi_module_bitcode(
    module: *mut SumiModule,
    bitcode: *const c_void,
    length: usize,
    declarations: *const *const c_char,
    count: usize,
) -> *mut SumiError {
    answer(|| {
        // SAFETY: C's promise.
        let (module, bytes, declarations) = unsafe {
            (
                module_of(module)?,
                slice(bitcode.cast::<u8>(), length, "bitcode")?,
                slice(declarations, count, "declarations")?,
            )
        };
        let declarations = declarations.iter();
        // SAFETY: as above.
        let declared = declarations.map(|text| unsafe { declared(module, *text) });
        let declared: Vec<Declared> = declared.collect::<Answer<_>>()?;
        let module = &mut module.module;
        // SAFETY: as above.
        unsafe { module.declared_bitcode(bytes, &declared) }.map_err(unfit)?;
        Ok(())
    })
}

struct Callback {
    code: unsafe extern "C" fn(*const Call, *const SumiValue, usize),
    name: String,
    params: Vec<DeclaredParam>,
    result: &'static TypeDesc,
    /// From the end of a call until it was made into Sumi's; until the next call if the run ended meanwhile.
    returned: UnsafeCell<Option<OwnValue>>,
}

/// A call that is under way.
struct State {
    result: &'static TypeDesc,
    returned: RefCell<Option<OwnValue>>,
}

impl Body for Callback {
    unsafe fn call(&self, call: &Call, places: &[*mut u8]) -> Result<(), String> {
        let arguments = self.params.iter().zip(places);
        for (param, place) in arguments.clone() {
            if param.is_mut && param.ty.kind == Kind::Array {
                // SAFETY: a place of an array, in a run, which this may end: nothing is held yet.
                unsafe { value::unique_array(param.ty.elem, place.cast::<*mut Block>()) };
            }
        }
        let mut values = [const { SumiValue::EMPTY }; MOST_PARAMS];
        let mut changed = Vec::new();
        for ((param, place), value) in arguments.zip(&mut values) {
            // SAFETY: the script keeps the arguments until the call is over.
            *value = unsafe {
                match param.is_mut {
                    false => read(param.ty, *place, true),
                    true => open(param.ty, *place),
                }
            };
            let part = param.plain_part();
            if let Some(elem) = part.filter(|part| param.is_mut && has_gaps(part)) {
                // SAFETY: as above.
                changed.push(unsafe { Changed::new(elem, *value) });
            }
        }
        let state = State {
            result: self.result,
            returned: RefCell::new(None),
        };
        call.set_state((&raw const state).cast());
        let given = &values[..self.params.len()];
        // SAFETY: C's function; what it is given is there until it returns. The lists among the arguments were made here.
        unsafe {
            (self.code)(call, given.as_ptr(), given.len());
            given.iter().for_each(|value| free(value));
        }
        call.set_state(null());
        for changed in changed {
            changed.check(call, &self.name);
        }
        if call.is_failing() {
            return Ok(()); // the caller asks for the message
        }
        let returned = state.returned.take();
        if returned.is_none() && self.result.kind != Kind::Unit {
            return Err(format!("`{}` of the host has returned nothing", self.name));
        }
        // SAFETY: nobody has a reference.
        unsafe { *self.returned.get() = returned };
        Ok(())
    }

    unsafe fn give(&self, result: *mut u8) {
        // SAFETY: no other call can come between; the value was checked.
        unsafe {
            if let Some(value) = &*self.returned.get() {
                make(self.result, &value.0, result);
            }
            *self.returned.get() = None;
        }
    }
}

/// A `mut` parameter, for C to write to.
///
/// # Safety
/// There is a value of the type, and of an array nobody else has a share.
unsafe fn open(ty: &TypeDesc, place: *mut u8) -> SumiValue {
    match ty.kind {
        // SAFETY: the caller's promise.
        Kind::Array => unsafe {
            let array = place.cast::<*mut Block>().read();
            place_of(&*ty.elem, block::elements(array), (*array).len as usize)
        },
        _ => place_of(ty, place, 1),
    }
}

/// What C may write to, and could write something to that is no value.
struct Changed {
    elem: &'static TypeDesc,
    value: SumiValue,
    /// As it was.
    before: Vec<u8>,
}

impl Changed {
    /// # Safety
    /// The value is of such elements, which are there until the call is over.
    unsafe fn new(elem: &'static TypeDesc, value: SumiValue) -> Changed {
        Changed {
            elem,
            value,
            // SAFETY: the caller's promise.
            before: unsafe { value.elements() }.to_vec(),
        }
    }

    /// Puts it back, and fails, if it is no value any more.
    fn check(self, call: &Call, name: &str) {
        // SAFETY: it is as it was when the call began, but for what C has written.
        unsafe {
            if let Err(why) = check_elements(self.elem, &self.value) {
                self.value.elements().copy_from_slice(&self.before);
                call.fail(&format!("`{name}` of the host: {why}"));
            }
        }
    }
}

/// # Safety
/// As `sumi.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sumi_call_user(call: *const Call) -> *mut c_void {
    // SAFETY: C's promise.
    unsafe { call.as_ref() }.map_or(null_mut(), Call::user)
}

/// # Safety
/// As `sumi.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sumi_return(call: *const Call, given: SumiValue) -> bool {
    quietly(false, || {
        // SAFETY: C's promise.
        let Some(call) = (unsafe { call.as_ref() }) else {
            return false;
        };
        // SAFETY: it is there until the function returns.
        let Some(state) = (unsafe { call.state().cast::<State>().as_ref() }) else {
            call.fail("a direct function returns its result as C does");
            return false;
        };
        // SAFETY: C's promise.
        match unsafe { check(state.result, &given) } {
            Ok(()) => {
                // SAFETY: as above.
                let copy = unsafe { OwnValue::copied(&given) };
                let former = state.returned.replace(Some(copy));
                std::mem::drop(former);
                true
            }
            Err(why) => {
                call.fail(&format!(
                    "a function of the host has returned a wrong value: {why}"
                ));
                false
            }
        }
    })
}

/// # Safety
/// As `sumi.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sumi_fail(call: *const Call, message: *const c_char, length: usize) {
    quietly((), || {
        // SAFETY: C's promise.
        let (call, message) = unsafe { (call.as_ref(), text(message, length, "message")) };
        if let Some(call) = call {
            call.fail(message.unwrap_or("a function of the host failed"));
        }
    });
}

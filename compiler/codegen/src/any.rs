//! `any Trait`: `{table, box}`. The box is a block of one element, whose header names the type of the value in it. A table is a
//! constant:
//!
//! ```text
//!  *desc │ tables for the traits that this one asks for … │ methods …
//! ```
//!
//! A method in a table takes the address of the value first and borrows its arguments, as function values do.

use compiler::any;
use compiler::env::DefId;
use compiler::layout::Pass;
use compiler::mir::{Arg, Old, Operand, ParamMode, Place};
use compiler::mono::{Signature, Target};
use compiler::types::Ty;
use inkwell::IntPredicate;
use inkwell::module::Linkage;
use inkwell::values::{BasicMetadataValueEnum, FunctionValue, IntValue, PointerValue};

use crate::call::Prepared;
use crate::function::Function;
use crate::module::{Built, Unit};
use crate::operand::Value;
use crate::place::{HEADER, Located};
use crate::tbaa::Memory;

/// The box in an `any`, after the pointer to its table.
pub(crate) const BOX: u64 = 8;
/// The descriptor in the header of a block.
pub(crate) const ELEM: u64 = 8;
const WORD: u64 = 8;

impl<'ctx> Unit<'_, 'ctx> {
    fn any_table(&self, inside: Ty, any: Ty) -> PointerValue<'ctx> {
        if let Some(found) = self.tables.borrow().get(&(inside, any)) {
            return found.as_pointer_value();
        }
        let program = self.input.program;
        let mut words = vec![self.desc(inside)];
        for above in any::above(self.input.env, any) {
            words.push(self.any_table(inside, above));
        }
        let Some(methods) = program.tables.get(&(inside, any)) else {
            panic!("compiler bug: a table of {any:?} for {inside:?} that nothing asked for");
        };
        for (def, args) in methods {
            let method = self.method_thunk(program.kept(*def, args), inside);
            words.push(method.as_global_value().as_pointer_value());
        }
        let content = self.runtime.pointer.const_array(&words);
        let name = format!("table.{}", self.fresh());
        let global = self.module.add_global(content.get_type(), None, &name);
        global.set_initializer(&content);
        global.set_linkage(Linkage::Internal);
        global.set_constant(true);
        global.set_alignment(8);
        self.tables.borrow_mut().insert((inside, any), global);
        global.as_pointer_value()
    }

    pub(crate) fn export_table(&self, inside: Ty, any: Ty, index: usize) -> String {
        let name = format!("any#{index}");
        let table = self.any_table(inside, any);
        let word = self.module.add_global(self.runtime.pointer, None, &name);
        word.set_initializer(&table);
        name
    }

    /// Takes the address of the value instead of the value, and borrows the other arguments.
    fn method_thunk(&self, target: Target, inside: Ty) -> FunctionValue<'ctx> {
        if let Some(found) = self.overrides.borrow().get(&(target, "method")) {
            return *found;
        }
        let mut signature = self.input.program.signature(target).clone();
        let (mode, _) = signature.params.remove(0);
        let ty = self.method_type(&signature);
        let thunk = self.new_thunk("method", ty);
        self.overrides
            .borrow_mut()
            .insert((target, "method"), thunk);
        self.extend_method(thunk, &signature);
        self.in_thunk(thunk, |f| {
            f.closed(self.input.program.key(target).0);
            f.forward_method(target, &signature, mode, inside);
        });
        thunk
    }
}

impl<'ctx> Function<'_, '_, 'ctx> {
    /// Where the value in the box of an `any` is.
    pub(crate) fn inside_any(&self, at: Located<'ctx>, inside: Ty) -> Located<'ctx> {
        let block = self.load_block(self.offset(at.address, BOX), Memory::Any);
        Located::at(self.offset(block, HEADER), inside)
    }

    /// Makes the box of an `any` unshared; the block itself knows of what type it is.
    pub(crate) fn make_any_unique(&self, at: &Located<'ctx>) -> PointerValue<'ctx> {
        let slot = Located {
            address: self.offset(at.address, BOX),
            ..*at
        };
        let block = self.load_block(slot.address, Memory::Any);
        self.unique_block(&slot, block, |f| {
            f.load_pointer(f.offset(block, ELEM), Memory::Any)
        });
        self.load_block(slot.address, Memory::Any)
    }

    /// Whether an `any` holds a value of the type: mostly the descriptor tells, but each unit has its own.
    pub(crate) fn any_holds(&self, at: &Located<'ctx>, inside: Ty) -> IntValue<'ctx> {
        let block = self.load_block(self.offset(at.address, BOX), Memory::Any);
        let found = self.load_pointer(self.offset(block, ELEM), Memory::Any);
        let wanted = self.unit.desc(inside);
        let same = self
            .builder
            .build_int_compare(IntPredicate::EQ, found, wanted, "")
            .built();
        let before = self.current_block();
        let (ask, next) = (self.new_block("ask"), self.new_block("asked"));
        self.branch(same, next, ask);
        self.builder.position_at_end(ask);
        let args = [found.into(), wanted.into()];
        let call = self
            .builder
            .build_call(self.unit.same_type(), &args, "")
            .built();
        let equal = self.result_of(call).value().into_int_value();
        let asked = self.current_block();
        self.goto(next);
        self.builder.position_at_end(next);
        let bit = self.unit.context.bool_type();
        let holds = self.builder.build_phi(bit, "").built();
        holds.add_incoming(&[(&bit.const_int(1, false), before), (&equal, asked)]);
        holds.as_basic_value().into_int_value()
    }

    /// An `any` in memory of its own.
    pub(crate) fn build_any(&self, any: Ty, operand: &Operand) -> PointerValue<'ctx> {
        let built = self.temp(any);
        let inside = self.operand_ty(operand);
        let (table, block) = match any::above(self.unit.input.env, inside)
            .iter()
            .position(|above| *above == any)
        {
            Some(index) => self.other_table(operand, index as u64),
            None => self.boxed(any, inside, operand),
        };
        self.builder.build_store(built, table).built();
        let place = self.offset(built, BOX);
        self.builder.build_store(place, block).built();
        built
    }

    fn boxed(
        &self,
        any: Ty,
        inside: Ty,
        operand: &Operand,
    ) -> (PointerValue<'ctx>, PointerValue<'ctx>) {
        let block = self.allocate(inside, 1);
        let place = Located::local(self.elements(block), inside);
        self.store_operand(&place, operand);
        self.store_len(block, self.unit.runtime.i64.const_int(1, false));
        (self.unit.any_table(inside, any), block)
    }

    /// The value of another `any`, whose table leads to the one that is wanted.
    fn other_table(
        &self,
        operand: &Operand,
        index: u64,
    ) -> (PointerValue<'ctx>, PointerValue<'ctx>) {
        let value = self.take(operand);
        let address = self.address_of(value, self.operand_ty(operand));
        let table = self.load_pointer(address, Memory::Any);
        let other = self.load_pointer(self.offset(table, WORD * (1 + index)), Memory::Any);
        let block = self.load_block(self.offset(address, BOX), Memory::Any);
        (other, block)
    }

    /// Calls a method by the table of its first argument. One that writes makes the box unshared first.
    pub(crate) fn call_dynamic(
        &self,
        dest: &Place,
        method: DefId,
        type_args: &[Ty],
        args: &[Arg],
        old: Old,
    ) {
        let env = self.unit.input.env;
        let any = type_args[0];
        let function = env.function(method);
        let signature = Signature {
            params: function
                .params
                .iter()
                .skip(1)
                .map(|param| {
                    let mode = if param.is_mut {
                        ParamMode::Mut
                    } else {
                        ParamMode::Borrow
                    };
                    (mode, param.ty.subst(type_args))
                })
                .collect(),
            ret: function.result().subst(type_args),
        };
        let position = any::table(env, any)
            .iter()
            .position(|(found, _)| *found == method);
        let Some(position) = position else {
            panic!("compiler bug: {method} is not in the table of {any:?}");
        };
        let slot = WORD * (1 + any::above(env, any).len() + position) as u64;
        let mut kept = Prepared::default();
        let receiver = self.any_receiver(&mut kept, any, &args[0]);
        let table = self.load_pointer(receiver.address, Memory::Any);
        let code = self.load_pointer(self.offset(table, slot), Memory::Any);
        let writes = matches!(args[0], Arg::Mut(_));
        self.call_with(dest, &signature, &args[1..], old, |f, values| {
            let block = if writes {
                f.make_any_unique(&receiver)
            } else {
                f.load_block(f.offset(receiver.address, BOX), Memory::Any)
            };
            let values = f.with_receiver(f.offset(block, HEADER), &signature, values);
            let ty = f.unit.method_type(&signature);
            let call = f.builder.build_indirect_call(ty, code, &values, "").built();
            f.extend_method_at(call, &signature);
            call
        });
        self.drop_prepared(&kept);
    }

    fn any_receiver(&self, kept: &mut Prepared<'ctx>, any: Ty, arg: &Arg) -> Located<'ctx> {
        match arg {
            Arg::Mut(place) => self.unboxed(self.place(place)),
            Arg::Value(operand) => {
                let value = self.borrowed_argument(kept, operand, any);
                Located::at(self.address_of(value, any), any)
            }
        }
    }

    fn forward_method(&self, target: Target, signature: &Signature, mode: ParamMode, inside: Ty) {
        let in_memory = self.pass(signature.ret) == Pass::Memory;
        let mut values: Vec<BasicMetadataValueEnum<'ctx>> = Vec::new();
        if in_memory {
            values.push(self.param(0).into());
        }
        let first = u32::from(in_memory);
        let address = self.param(first).into_pointer_value();
        let receiver = match mode {
            ParamMode::Mut if self.pass(inside) == Pass::Nothing => Value::Nothing,
            ParamMode::Mut => Value::At(address),
            ParamMode::Borrow => self.read_at(&Located::at(address, inside)),
            ParamMode::Own => {
                let value = self.read_at(&Located::at(address, inside));
                self.owned_again(value, inside)
            }
        };
        match receiver {
            Value::Nothing => {}
            Value::Direct(value) => values.push(value.into()),
            Value::At(address) => values.push(address.into()),
        }
        let left = self.forward_arguments(signature, first + 1, None, &mut values);
        self.call_forwarded(target, &values, &left);
    }
}

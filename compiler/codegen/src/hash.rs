//! Hashes of values that are made of scalars and text, as code: the same numbers as the runtime's, which hashes all others by
//! descriptor. One function for each type, which LLVM inlines where it is called.

use compiler::mir::Arg;
use compiler::types::{Ty, TyKind};
use inkwell::FloatPredicate;
use inkwell::values::{
    BasicMetadataValueEnum, BasicValueEnum, FunctionValue, IntValue, PointerValue,
};
use text::{HASH_MULTIPLIER, HASH_SEED, HASH_TURN, KEY_IS_HASHED, float_word};

use crate::function::Function;
use crate::module::{Built, Unit};
use crate::operand::Value;
use crate::tbaa::Memory;

impl<'ctx> Unit<'_, 'ctx> {
    /// The function of an address and a state, if a type is made of scalars and text.
    fn hash_of(&self, ty: Ty) -> Option<FunctionValue<'ctx>> {
        if let Some(found) = self.hashes.borrow().get(&ty) {
            return *found;
        }
        let is_plain = self.is_of_few_parts(ty, &|own| own.hash.is_some());
        let found = is_plain.then(|| {
            let word = self.runtime.i64;
            let ty_of = word.fn_type(&[self.runtime.pointer.into(), word.into()], false);
            let function = self.new_thunk("hash", ty_of);
            self.only_looks_at(function, 0);
            self.in_thunk(function, |f| {
                let (at, state) = (f.param(0), f.param(1));
                let hash = f.hash_part(ty, at.into_pointer_value(), state.into_int_value());
                f.builder.build_return(Some(&hash)).built();
            });
            function
        });
        self.hashes.borrow_mut().insert(ty, found);
        found
    }
}

impl<'ctx> Function<'_, '_, 'ctx> {
    /// `hash(x, state)`, unless the runtime is to hash such a value.
    pub(crate) fn hash_inline(&self, ty: Ty, args: &[Arg]) -> Option<BasicValueEnum<'ctx>> {
        let [Arg::Value(operand), state] = args else {
            panic!("compiler bug: `hash` has other arguments");
        };
        let state = self.direct_arg(state).into_int_value();
        Some(self.hash_value(ty, self.read(operand), state)?.into())
    }

    fn hash_value(
        &self,
        ty: Ty,
        value: Value<'ctx>,
        state: IntValue<'ctx>,
    ) -> Option<IntValue<'ctx>> {
        Some(match (value, ty.kind()) {
            (Value::Direct(block), TyKind::Str) => {
                self.call_for_word(self.unit.text_hash(), &[block.into(), state.into()])
            }
            (Value::Direct(value), _) => self.mix(state, self.word_of(ty, value)?),
            (Value::At(_) | Value::Nothing, _) => {
                let function = self.unit.hash_of(ty)?;
                let at = self.address_of(value, ty);
                self.call_for_word(function, &[at.into(), state.into()])
            }
        })
    }

    /// The first word by which a map knows a key: the hash of most, and of what is short enough all of it or a part.
    pub(crate) fn key_bits(&self, ty: Ty, args: &[Arg]) -> IntValue<'ctx> {
        let [Arg::Value(operand)] = args else {
            panic!("compiler bug: `key_bits` has other arguments");
        };
        let key = self.read(operand);
        match (ty.kind(), key) {
            (TyKind::Str, Value::Direct(block)) => {
                self.call_for_word(self.unit.text_bits(), &[block.into()])
            }
            (_, Value::Direct(value)) if is_a_word(ty) => {
                let word = self.word_of(ty, value);
                word.expect("compiler bug: an integer is a word")
            }
            _ => {
                let zero = self.unit.runtime.i64.const_zero();
                self.hash_value(ty, key, zero).unwrap_or_else(|| {
                    self.hash_by_desc(self.unit.desc(ty), self.address_of(key, ty), zero)
                })
            }
        }
    }

    /// The second word: what the first leaves open.
    pub(crate) fn key_rest(&self, ty: Ty, args: &[Arg]) -> IntValue<'ctx> {
        let word = self.unit.runtime.i64;
        match ty.kind() {
            TyKind::Str => {
                let block = self.direct_arg(&args[0]);
                self.call_for_word(self.unit.text_rest(), &[block.into()])
            }
            _ if is_a_word(ty) => word.const_zero(),
            _ => word.const_int(KEY_IS_HASHED, false),
        }
    }

    fn call_for_word(
        &self,
        function: FunctionValue<'ctx>,
        args: &[BasicMetadataValueEnum<'ctx>],
    ) -> IntValue<'ctx> {
        let call = self.builder.build_call(function, args, "").built();
        self.result_of(call).value().into_int_value()
    }

    /// By the descriptor of what lies at an address.
    pub(crate) fn hash_by_desc(
        &self,
        desc: PointerValue<'ctx>,
        at: PointerValue<'ctx>,
        state: IntValue<'ctx>,
    ) -> IntValue<'ctx> {
        self.call_for_word(self.unit.hash(), &[desc.into(), at.into(), state.into()])
    }

    fn hash_part(&self, ty: Ty, at: PointerValue<'ctx>, state: IntValue<'ctx>) -> IntValue<'ctx> {
        match ty.kind() {
            TyKind::Str => {
                let block = self.load_block(at, Memory::Any);
                self.call_for_word(self.unit.text_hash(), &[block.into(), state.into()])
            }
            TyKind::FixedArray(elem, _) => {
                let size = self.layout(*elem).size;
                (0..ty.fixed_len().unwrap_or(0)).fold(state, |state, index| {
                    self.hash_part(*elem, self.offset(at, index * size), state)
                })
            }
            TyKind::Tuple(parts) if parts.is_empty() => {
                self.mix(state, state.get_type().const_zero())
            }
            TyKind::Tuple(_) | TyKind::Adt(..) => self.hash_fields(ty, at, state),
            _ => {
                let value = self.load_value(at, ty, Memory::Any);
                let word = self.word_of(ty, value);
                self.mix(state, word.expect("compiler bug: the parts are scalars"))
            }
        }
    }

    /// The tag, if there is one, and the fields of the variant.
    fn hash_fields(&self, ty: Ty, at: PointerValue<'ctx>, state: IntValue<'ctx>) -> IntValue<'ctx> {
        let layout = self.layout(ty);
        let fields = |variant: usize, state| {
            let fields = layout.variants.get(variant).into_iter().flatten();
            fields.fold(state, |state, field| {
                self.hash_part(field.ty, self.offset(at, field.offset), state)
            })
        };
        if layout.tag == 0 {
            return fields(0, state);
        }
        let builder = &self.builder;
        let word = state.get_type();
        let tag = self.load_tag(ty, at);
        let wide = builder
            .build_int_z_extend_or_bit_cast(tag, word, "")
            .built();
        let state = self.mix(state, wide);
        let start = self.current_block();
        let next = self.new_block("variants");
        let mut cases = Vec::new();
        let mut hashes = vec![(state, start)];
        for variant in 0..layout.variants.len() {
            if layout.variants[variant].is_empty() {
                continue;
            }
            let block = self.new_block("variant");
            builder.position_at_end(block);
            hashes.push((fields(variant, state), self.current_block()));
            self.goto(next);
            cases.push((tag.get_type().const_int(variant as u64, false), block));
        }
        builder.position_at_end(start);
        builder.build_switch(tag, next, &cases).built();
        builder.position_at_end(next);
        let hash = builder.build_phi(word, "").built();
        for (value, block) in &hashes {
            hash.add_incoming(&[(value, *block)]);
        }
        hash.as_basic_value().into_int_value()
    }

    /// The word of a number, a `bool` or a character.
    fn word_of(&self, ty: Ty, value: BasicValueEnum<'ctx>) -> Option<IntValue<'ctx>> {
        let word = self.unit.runtime.i64;
        match (ty.kind(), value) {
            (TyKind::Int(_) | TyKind::Bool | TyKind::Char, BasicValueEnum::IntValue(value)) => {
                Some(self.int_to_int(value, ty, word))
            }
            (TyKind::Float(_), BasicValueEnum::FloatValue(value)) => {
                let builder = &self.builder;
                let double = self.unit.context.f64_type();
                let value = builder.build_float_cast(value, double, "").built();
                let compared = |predicate| {
                    let zero = double.const_zero();
                    let compared = builder.build_float_compare(predicate, value, zero, "");
                    compared.built()
                };
                let number = |value| word.const_int(float_word(value), false);
                let bits = builder.build_bit_cast(value, word, "").built();
                let is_zero = compared(FloatPredicate::OEQ);
                let bits = builder.build_select(is_zero, number(0.0).into(), bits, "");
                let is_nan = compared(FloatPredicate::UNO);
                let nan: BasicValueEnum<'ctx> = number(f64::NAN).into();
                let bits = builder.build_select(is_nan, nan, bits.built(), "");
                Some(bits.built().into_int_value())
            }
            _ => None,
        }
    }

    /// `text::mix`
    pub(crate) fn mix(&self, state: IntValue<'ctx>, value: IntValue<'ctx>) -> IntValue<'ctx> {
        let builder = &self.builder;
        let word = self.unit.runtime.i64;
        let wide = self.unit.context.i128_type();
        let seeded = builder.build_xor(state, value, "").built();
        let seeded = builder
            .build_xor(seeded, word.const_int(HASH_SEED, false), "")
            .built();
        let factor = wide.const_int(HASH_MULTIPLIER, false);
        let seeded = builder.build_int_z_extend(seeded, wide, "").built();
        let product = builder.build_int_mul(seeded, factor, "").built();
        let half = wide.const_int(64, false);
        let high = builder.build_right_shift(product, half, false, "").built();
        let high = builder.build_int_truncate(high, word, "").built();
        let low = builder.build_int_truncate(product, word, "").built();
        let turn = word.const_int(u64::from(HASH_TURN), false);
        let turned = self.llvm(
            "llvm.fshl",
            &[word.into()],
            &[state.into(), state.into(), turn.into()],
        );
        let mixed = builder.build_xor(low, high, "").built();
        let mixed = builder.build_xor(mixed, turned.into_int_value(), "");
        mixed.built()
    }
}

/// Whether a key of the type is a word itself.
fn is_a_word(ty: Ty) -> bool {
    matches!(ty.kind(), TyKind::Int(_) | TyKind::Bool | TyKind::Char)
}

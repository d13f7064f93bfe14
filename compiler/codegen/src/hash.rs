//! Hashes of integers, emitted inline: the same numbers as the runtime's.

use compiler::mir::Arg;
use compiler::types::{Ty, TyKind};
use inkwell::values::BasicValueEnum;

use crate::function::Function;
use crate::module::Built;

const SEED: u64 = 0x2d35_8dcc_aa6c_78a5;
const MULTIPLIER: u64 = 0x9e37_79b9_7f4a_7c15;

impl<'ctx> Function<'_, '_, 'ctx> {
    /// `hash(x, state)`, if `x` is an integer or a character.
    pub(crate) fn hash_inline(&self, ty: Ty, args: &[Arg]) -> Option<BasicValueEnum<'ctx>> {
        if !matches!(ty.kind(), TyKind::Int(_) | TyKind::Char) {
            return None;
        }
        let builder = &self.builder;
        let word = self.unit.runtime.i64;
        let wide = self.unit.context.i128_type();
        let value = self.direct_arg(&args[0]).into_int_value();
        let value = self.int_to_int(value, ty, word);
        let state = self.direct_arg(&args[1]).into_int_value();
        let seeded = builder.build_xor(state, value, "").built();
        let seeded = builder
            .build_xor(seeded, word.const_int(SEED, false), "")
            .built();
        let factor = wide.const_int(MULTIPLIER | 1, false);
        let seeded = builder.build_int_z_extend(seeded, wide, "").built();
        let product = builder.build_int_mul(seeded, factor, "").built();
        let half = wide.const_int(64, false);
        let high = builder.build_right_shift(product, half, false, "").built();
        let high = builder.build_int_truncate(high, word, "").built();
        let low = builder.build_int_truncate(product, word, "").built();
        let turn = word.const_int(29, false);
        let turned = self.llvm(
            "llvm.fshl",
            &[word.into()],
            &[state.into(), state.into(), turn.into()],
        );
        let mixed = builder.build_xor(low, high, "").built();
        let mixed = builder
            .build_xor(mixed, turned.into_int_value(), "")
            .built();
        Some(mixed.into())
    }
}

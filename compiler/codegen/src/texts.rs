//! Hash and equality of text as code: word after word, where the last word ends with the text, so that most keys of maps are one or two
//! words. The last word of a text of less than eight bytes begins within the header, and is shifted until only the text is left.
//!
//! ```text
//!  … ┌───────────┬──────┬───────────────────────┐
//!    │ …     len │ cap  │ t h e   l e t t e r s │
//!  … └───────────┴──────┴───────────────────────┘
//!                        └── word ─┘ └── last ──┘
//! ```
//!
//! Long texts are the runtime's, which takes fuel for them.

use compiler::types::Ty;
use inkwell::IntPredicate;
use inkwell::attributes::AttributeLoc;
use inkwell::values::{FunctionValue, IntValue, PointerValue};
use text::{KEY_IS_HASHED, LONGEST_KEY};

use crate::function::Function;
use crate::module::{Built, Unit};
use crate::operand::Value;
use crate::place::{HEADER, LEN};
use crate::tbaa::Memory;

/// Bytes of a text that is looked at here.
const LONGEST: u64 = 64;
const WORD: u64 = 8;

/// The length of a text decides what is done with it; code for each.
struct Lengths<'ctx> {
    /// How far the last word is from the block.
    last: IntValue<'ctx>,
    /// By how many bits the last word of a short text is shifted.
    shift: IntValue<'ctx>,
    is_empty: IntValue<'ctx>,
}

impl<'ctx> Unit<'_, 'ctx> {
    /// `(block, state) -> hash`
    pub(crate) fn text_hash(&self) -> FunctionValue<'ctx> {
        let word = self.runtime.i64;
        let ty = word.fn_type(&[self.runtime.pointer.into(), word.into()], false);
        self.of_texts("text.hash", ty, 1, |f| {
            let block = f.param(0).into_pointer_value();
            let state = f.param(1).into_int_value();
            let len = f.header_word(block, LEN);
            let turn = word.const_int(u64::from(u64::BITS) - 8, false);
            let marked = f.llvm(
                "llvm.fshl",
                &[word.into()],
                &[len.into(), len.into(), turn.into()],
            );
            let marked = f.builder.build_xor(state, marked.into_int_value(), "");
            let marked = marked.built();
            f.by_length(
                len,
                |f, at| {
                    let last = f.short_word(f.word(block, at.last, Memory::Any), at);
                    f.give(f.mix(marked, last));
                },
                |f, at| {
                    let mixed = f.each_word(at.last, Some(marked), |f, offset, state| {
                        let word = f.word(block, offset, Memory::Data);
                        state.map(|state| f.mix(state, word))
                    });
                    let mixed = mixed.unwrap_or(marked);
                    f.give(f.mix(mixed, f.word(block, at.last, Memory::Data)));
                },
                |f| {
                    let text = f.address_of(Value::Direct(block.into()), Ty::str());
                    let desc = f.unit.desc(Ty::str());
                    f.give(f.hash_by_desc(desc, text, state));
                },
            );
        })
    }

    /// `(block) -> word`: the first word of a text as the key of a map, see `text::text_key`.
    pub(crate) fn text_bits(&self) -> FunctionValue<'ctx> {
        let word = self.runtime.i64;
        let ty = word.fn_type(&[self.runtime.pointer.into()], false);
        self.of_texts("text.bits", ty, 1, |f| {
            let block = f.param(0).into_pointer_value();
            let len = f.header_word(block, LEN);
            let (at, short) = (f.lengths(len), f.new_block("short"));
            let [longer, long, rest] = ["longer", "long", "rest"].map(|name| f.new_block(name));
            f.branch(f.fits(len, WORD), short, longer);
            f.builder.position_at_end(longer);
            f.branch(f.fits(len, LONGEST_KEY as u64), long, rest);
            f.builder.position_at_end(short);
            f.give(f.short_word(f.word(block, at.last, Memory::Any), &at));
            f.builder.position_at_end(long);
            f.give(f.word(block, word.const_int(HEADER, false), Memory::Data));
            f.builder.position_at_end(rest);
            let args = [block.into(), word.const_zero().into()];
            let call = f.builder.build_call(self.text_hash(), &args, "").built();
            f.give(f.result_of(call).value().into_int_value());
        })
    }

    /// `(block) -> word`: the second.
    pub(crate) fn text_rest(&self) -> FunctionValue<'ctx> {
        let word = self.runtime.i64;
        let ty = word.fn_type(&[self.runtime.pointer.into()], false);
        self.of_texts("text.rest", ty, 1, |f| {
            let block = f.param(0).into_pointer_value();
            let len = f.header_word(block, LEN);
            let (at, short) = (f.lengths(len), f.new_block("short"));
            let [longer, long, rest] = ["longer", "long", "rest"].map(|name| f.new_block(name));
            f.branch(f.fits(len, WORD), short, longer);
            f.builder.position_at_end(longer);
            f.branch(f.fits(len, LONGEST_KEY as u64), long, rest);
            f.builder.position_at_end(short);
            f.give(len);
            f.builder.position_at_end(long);
            // Of the last word those letters that the first does not have, and the length.
            let last = f.word(block, at.last, Memory::Data);
            let last = f.builder.build_right_shift(last, at.shift, false, "");
            let last = f
                .builder
                .build_left_shift(last.built(), word.const_int(8, false), "");
            f.give(f.builder.build_or(last.built(), len, "").built());
            f.builder.position_at_end(rest);
            f.give(word.const_int(KEY_IS_HASHED, false));
        })
    }

    /// `(block, block) -> bool`
    pub(crate) fn text_equal(&self) -> FunctionValue<'ctx> {
        let pointer = self.runtime.pointer;
        let bool = self.context.bool_type();
        let ty = bool.fn_type(&[pointer.into(), pointer.into()], false);
        self.of_texts("text.equal", ty, 2, |f| {
            let (a, b) = (f.param(0), f.param(1));
            let (a, b) = (a.into_pointer_value(), b.into_pointer_value());
            let builder = &f.builder;
            let compare = |a, b| {
                let compared = builder.build_int_compare(IntPredicate::EQ, a, b, "");
                compared.built()
            };
            let is_same = builder
                .build_int_compare(IntPredicate::EQ, a, b, "")
                .built();
            let (same, other) = (f.new_block("same"), f.new_block("other"));
            f.branch(is_same, same, other);
            let (unequal, go_on) = (f.new_block("unequal"), f.new_block("as_long"));
            for (block, answer) in [(same, 1), (unequal, 0)] {
                builder.position_at_end(block);
                f.give(bool.const_int(answer, false));
            }
            builder.position_at_end(other);
            let [len, wide] = [a, b].map(|block| f.header_word(block, LEN));
            f.branch(compare(len, wide), go_on, unequal);
            builder.position_at_end(go_on);
            let words = |f: &Function<'_, '_, 'ctx>, offset, memory| {
                [a, b].map(|block| f.word(block, offset, memory))
            };
            f.by_length(
                len,
                |f, at| {
                    let [a, b] = words(f, at.last, Memory::Any);
                    let differing = f.builder.build_xor(a, b, "").built();
                    let differing = f.short_word(differing, at);
                    f.give(compare(differing, differing.get_type().const_zero()));
                },
                |f, at| {
                    f.each_word(at.last, None, |f, offset, _| {
                        let [a, b] = words(f, offset, Memory::Data);
                        let next = f.new_block("equal");
                        f.branch(compare(a, b), next, unequal);
                        f.builder.position_at_end(next);
                        None
                    });
                    let [a, b] = words(f, at.last, Memory::Data);
                    f.give(compare(a, b));
                },
                |f| {
                    let desc = f.unit.desc(Ty::str()).into();
                    let [a, b] =
                        [a, b].map(|block| f.address_of(Value::Direct(block.into()), Ty::str()));
                    let args = [desc, a.into(), b.into()];
                    let call = f.builder.build_call(f.unit.compare("sumi_eq"), &args, "");
                    f.give(f.result_of(call.built()).value().into_int_value());
                },
            );
        })
    }

    fn of_texts(
        &self,
        name: &str,
        ty: inkwell::types::FunctionType<'ctx>,
        texts: u32,
        fill: impl FnOnce(&Function<'_, '_, 'ctx>),
    ) -> FunctionValue<'ctx> {
        if let Some(found) = self.module.get_function(name) {
            return found;
        }
        let function = self.internal(name, ty);
        for index in 0..texts {
            self.add_block(function, AttributeLoc::Param(index));
        }
        self.in_thunk(function, fill);
        function
    }
}

impl<'ctx> Function<'_, '_, 'ctx> {
    fn give(&self, value: IntValue<'ctx>) {
        self.builder.build_return(Some(&value)).built();
    }

    /// Code for texts of at most a word, for longer ones, and for those that are left to the runtime.
    fn by_length(
        &self,
        len: IntValue<'ctx>,
        short: impl FnOnce(&Self, &Lengths<'ctx>),
        long: impl FnOnce(&Self, &Lengths<'ctx>),
        rest: impl FnOnce(&Self),
    ) {
        let builder = &self.builder;
        let lengths = self.lengths(len);
        let blocks = ["short", "longer", "long", "rest"].map(|name| self.new_block(name));
        self.branch(self.fits(len, WORD), blocks[0], blocks[1]);
        builder.position_at_end(blocks[1]);
        self.branch(self.fits(len, LONGEST), blocks[2], blocks[3]);
        builder.position_at_end(blocks[0]);
        short(self, &lengths);
        builder.position_at_end(blocks[2]);
        long(self, &lengths);
        builder.position_at_end(blocks[3]);
        rest(self);
    }

    fn fits(&self, len: IntValue<'ctx>, most: u64) -> IntValue<'ctx> {
        let most = len.get_type().const_int(most, false);
        let compared = self
            .builder
            .build_int_compare(IntPredicate::ULE, len, most, "");
        compared.built()
    }

    fn lengths(&self, len: IntValue<'ctx>) -> Lengths<'ctx> {
        let builder = &self.builder;
        let number = |value| len.get_type().const_int(value, false);
        let bits = builder.build_left_shift(len, number(3), "").built();
        let bits = builder.build_int_neg(bits, "").built();
        let is_empty = builder.build_int_compare(IntPredicate::EQ, len, number(0), "");
        Lengths {
            last: builder
                .build_int_nuw_add(len, number(HEADER - WORD), "")
                .built(),
            shift: builder.build_and(bits, number(63), "").built(),
            is_empty: is_empty.built(),
        }
    }

    /// A loop over the words before the last, of which there is one at least.
    fn each_word(
        &self,
        last: IntValue<'ctx>,
        state: Option<IntValue<'ctx>>,
        step: impl FnOnce(&Self, IntValue<'ctx>, Option<IntValue<'ctx>>) -> Option<IntValue<'ctx>>,
    ) -> Option<IntValue<'ctx>> {
        let builder = &self.builder;
        let word = last.get_type();
        let before = self.current_block();
        let (head, next) = (self.new_block("word"), self.new_block("last"));
        self.goto(head);
        builder.position_at_end(head);
        let offset = builder.build_phi(word, "").built();
        offset.add_incoming(&[(&word.const_int(HEADER, false), before)]);
        let states = state.map(|state| {
            let states = builder.build_phi(word, "").built();
            states.add_incoming(&[(&state, before)]);
            states
        });
        let at = offset.as_basic_value().into_int_value();
        let found = step(
            self,
            at,
            states.map(|states| states.as_basic_value().into_int_value()),
        );
        let after = builder
            .build_int_nuw_add(at, word.const_int(WORD, false), "")
            .built();
        let more = builder.build_int_compare(IntPredicate::ULT, after, last, "");
        let end = self.current_block();
        offset.add_incoming(&[(&after, end)]);
        if let (Some(states), Some(found)) = (states, found) {
            states.add_incoming(&[(&found, end)]);
        }
        self.branch(more.built(), head, next);
        builder.position_at_end(next);
        found
    }

    fn word(
        &self,
        block: PointerValue<'ctx>,
        offset: IntValue<'ctx>,
        memory: Memory,
    ) -> IntValue<'ctx> {
        let address = self.element_address(block, Ty::u8(), offset);
        let u64 = Ty::int(compiler::types::IntTy::U64);
        self.load_aligned(address, u64, memory, 1).into_int_value()
    }

    /// What of the last word of a short text is the text's.
    fn short_word(&self, last: IntValue<'ctx>, at: &Lengths<'ctx>) -> IntValue<'ctx> {
        let shifted = self
            .builder
            .build_right_shift(last, at.shift, false, "")
            .built();
        let none = shifted.get_type().const_zero();
        let word = self.builder.build_select(at.is_empty, none, shifted, "");
        word.built().into_int_value()
    }
}

//! `==` and `<` of values that are made of scalars and text, as code: one function for each type and relation, which LLVM inlines where
//! it is called. Whatever else there is (arrays, maps, boxes, values with operators of their own) the runtime compares, by descriptor.

use compiler::env::{DefId, DefKind};
use compiler::hir::BinaryOp;
use compiler::mono::Overrides;
use compiler::types::{Ty, TyKind};
use inkwell::basic_block::BasicBlock;
use inkwell::values::{BasicValueEnum, FloatValue, FunctionValue, IntValue, PointerValue};
use inkwell::{FloatPredicate, IntPredicate};

use crate::function::Function;
use crate::module::{Built, Unit};
use crate::operand::Value;
use crate::scalar::is_signed;
use crate::tbaa::Memory;

/// Values of more scalars and texts are left to the runtime: the code would grow, and its share of the time shrink.
const MOST_LEAVES: usize = 24;
const LONGEST_ARRAY: u64 = 8;

/// What is asked of two values. In the key order a NaN equals itself and comes after all other numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Relation {
    Equal,
    KeyEqual,
    /// -1, 0, 1, or 2 where a NaN decides.
    Order,
    KeyOrder,
}

impl Relation {
    fn is_key(self) -> bool {
        matches!(self, Relation::KeyEqual | Relation::KeyOrder)
    }
}

impl<'ctx> Unit<'_, 'ctx> {
    /// The function for two addresses of values of this type, if it is made of scalars and text.
    pub(crate) fn relation(&self, relation: Relation, ty: Ty) -> Option<FunctionValue<'ctx>> {
        if let Some(found) = self.relations.borrow().get(&(ty, relation)) {
            return *found;
        }
        let is_plain = self.is_of_few_parts(ty, &|own| own.eq.is_some() || own.lt.is_some());
        let found = is_plain.then(|| self.define_relation(relation, ty));
        self.relations.borrow_mut().insert((ty, relation), found);
        found
    }

    /// Whether a value is made of a few scalars and texts alone, none of whose types has functions of its own for what is asked.
    pub(crate) fn is_of_few_parts(&self, ty: Ty, has_own: &dyn Fn(&Overrides) -> bool) -> bool {
        let leaves = self.plain_parts(ty, has_own);
        leaves.is_some_and(|leaves| leaves <= MOST_LEAVES)
    }

    /// How many scalars and texts a value has at most; none if it has anything else.
    fn plain_parts(&self, ty: Ty, has_own: &dyn Fn(&Overrides) -> bool) -> Option<usize> {
        if self.input.program.overrides.get(&ty).is_some_and(has_own) {
            return None;
        }
        match ty.kind() {
            TyKind::Int(_) | TyKind::Float(_) | TyKind::Bool | TyKind::Char | TyKind::Str => {
                Some(1)
            }
            TyKind::FixedArray(elem, _) => {
                let len = ty.fixed_len().filter(|len| *len <= LONGEST_ARRAY)?;
                Some(self.plain_parts(*elem, has_own)? * len as usize)
            }
            TyKind::Adt(def, _) if !self.is_plain(*def) => None,
            TyKind::Tuple(_) | TyKind::Adt(..) => {
                let layout = self.layouts.of(ty);
                let mut sum = usize::from(layout.tag > 0);
                for field in layout.variants.iter().flatten() {
                    let leaves = (!field.boxed)
                        .then(|| self.plain_parts(field.ty, has_own))
                        .flatten()?;
                    sum = sum.saturating_add(leaves);
                }
                Some(sum)
            }
            _ => None,
        }
    }

    /// Whether values are compared field by field.
    fn is_plain(&self, def: DefId) -> bool {
        let kind = &self.input.env.def(def).kind;
        !matches!(def, DefId::MAP | DefId::SET)
            && matches!(kind, DefKind::Struct(_) | DefKind::Enum(_))
    }

    fn define_relation(&self, relation: Relation, ty: Ty) -> FunctionValue<'ctx> {
        let runtime = self.runtime;
        let params = [runtime.pointer.into(), runtime.pointer.into()];
        let (result, name) = match relation {
            Relation::Equal | Relation::KeyEqual => (self.context.bool_type(), "equal"),
            Relation::Order | Relation::KeyOrder => (runtime.i8, "order"),
        };
        let function = self.new_thunk(name, result.fn_type(&params, false));
        for index in 0..2 {
            self.only_looks_at(function, index);
        }
        self.in_thunk(function, |f| {
            let (a, b) = (f.param(0), f.param(1));
            let (a, b) = (a.into_pointer_value(), b.into_pointer_value());
            match relation {
                Relation::Equal | Relation::KeyEqual => {
                    let unequal = f.new_block("unequal");
                    f.part_equal(relation, ty, a, b, unequal);
                    let answer = |holds: u64| result.const_int(holds, false);
                    f.builder.build_return(Some(&answer(1))).built();
                    f.builder.position_at_end(unequal);
                    f.builder.build_return(Some(&answer(0))).built();
                }
                Relation::Order | Relation::KeyOrder => {
                    f.part_order(relation, ty, a, b);
                    f.builder.build_return(Some(&result.const_zero())).built();
                }
            }
        });
        function
    }
}

impl<'ctx> Function<'_, '_, 'ctx> {
    /// An operator, or the same in the key order, on two values that are made of scalars and text.
    pub(crate) fn compare_parts(
        &self,
        op: BinaryOp,
        is_key: bool,
        ty: Ty,
        a: Value<'ctx>,
        b: Value<'ctx>,
    ) -> Option<IntValue<'ctx>> {
        let relation = match (op, is_key) {
            (BinaryOp::Eq | BinaryOp::Ne, false) => Relation::Equal,
            (BinaryOp::Eq | BinaryOp::Ne, true) => Relation::KeyEqual,
            (_, false) => Relation::Order,
            (_, true) => Relation::KeyOrder,
        };
        if let (Value::Direct(a), Value::Direct(b), BinaryOp::Eq | BinaryOp::Ne) = (a, b, op)
            && *ty.kind() == TyKind::Str
        {
            let equal = self.texts_equal(a.into_pointer_value(), b.into_pointer_value());
            let unequal = || self.builder.build_not(equal, "").built();
            return Some(if op == BinaryOp::Eq { equal } else { unequal() });
        }
        let function = self.unit.relation(relation, ty)?;
        let (a, b) = (self.address_of(a, ty), self.address_of(b, ty));
        let call = self
            .builder
            .build_call(function, &[a.into(), b.into()], "")
            .built();
        let found = self.result_of(call).value().into_int_value();
        let code = |value: i8| self.unit.runtime.i8.const_int(value as u64, true);
        let is = |predicate, value| {
            let compared = self
                .builder
                .build_int_compare(predicate, found, code(value), "");
            compared.built()
        };
        Some(match op {
            BinaryOp::Eq => found,
            BinaryOp::Ne => self.builder.build_not(found, "").built(),
            BinaryOp::Lt => is(IntPredicate::EQ, -1),
            BinaryOp::Gt => is(IntPredicate::EQ, 1),
            BinaryOp::Le => is(IntPredicate::SLT, 1),
            // 0 or 1, not -1 or 2.
            BinaryOp::Ge => is(IntPredicate::ULT, 2),
            _ => panic!("compiler bug: {op:?} compares nothing"),
        })
    }

    /// Goes on if the parts at these addresses are equal, else to `unequal`.
    fn part_equal(
        &self,
        relation: Relation,
        ty: Ty,
        a: PointerValue<'ctx>,
        b: PointerValue<'ctx>,
        unequal: BasicBlock<'ctx>,
    ) {
        let require = |holds: IntValue<'ctx>| {
            let next = self.new_block("equal");
            self.branch(holds, next, unequal);
            self.builder.position_at_end(next);
        };
        match ty.kind() {
            TyKind::Str => {
                let [a, b] = [a, b].map(|at| self.load_block(at, Memory::Block));
                require(self.texts_equal(a, b));
            }
            TyKind::Float(_) => {
                let (a, b) = (self.float_at(ty, a), self.float_at(ty, b));
                let mut holds = self.floats(FloatPredicate::OEQ, a, b);
                if relation.is_key() {
                    let both = [a, b].map(|x| self.floats(FloatPredicate::UNO, x, x));
                    let both = self.builder.build_and(both[0], both[1], "").built();
                    holds = self.builder.build_or(holds, both, "").built();
                }
                require(holds);
            }
            TyKind::Int(_) | TyKind::Bool | TyKind::Char => {
                require(self.ints_at(IntPredicate::EQ, ty, a, b));
            }
            _ => self.parts_of(ty, a, b, |f, part| match part {
                Part::Tag(predicate) => require(predicate),
                Part::Field(ty, a, b) => f.part_equal(relation, ty, a, b, unequal),
            }),
        }
    }

    /// Goes on if the parts are equal, else returns how they stand to each other.
    fn part_order(&self, relation: Relation, ty: Ty, a: PointerValue<'ctx>, b: PointerValue<'ctx>) {
        match ty.kind() {
            TyKind::Str => {
                let desc = self.unit.desc(ty);
                let args = [desc.into(), a.into(), b.into()];
                let call = self.builder.build_call(self.unit.key_order(), &args, "");
                let order = self.result_of(call.built()).value().into_int_value();
                let order = self
                    .builder
                    .build_int_truncate(order, self.unit.runtime.i8, "")
                    .built();
                self.return_unless_zero(order);
            }
            TyKind::Float(_) => {
                let (a, b) = (self.float_at(ty, a), self.float_at(ty, b));
                self.float_order(relation, a, b);
            }
            TyKind::Int(_) | TyKind::Bool | TyKind::Char => {
                let signed = is_signed(ty);
                let less = if signed {
                    IntPredicate::SLT
                } else {
                    IntPredicate::ULT
                };
                let more = if signed {
                    IntPredicate::SGT
                } else {
                    IntPredicate::UGT
                };
                let less = self.ints_at(less, ty, a, b);
                let more = self.ints_at(more, ty, a, b);
                self.return_unless_zero(self.difference(less, more));
            }
            _ => {
                self.tags_in_order(ty, a, b);
                self.parts_of(ty, a, b, |f, part| match part {
                    // They were found to be equal.
                    Part::Tag(_) => {}
                    Part::Field(ty, a, b) => f.part_order(relation, ty, a, b),
                });
            }
        }
    }

    fn float_order(&self, relation: Relation, a: FloatValue<'ctx>, b: FloatValue<'ctx>) {
        let builder = &self.builder;
        let mut less = self.floats(FloatPredicate::OLT, a, b);
        let mut more = self.floats(FloatPredicate::OGT, a, b);
        let [a_nan, b_nan] = [a, b].map(|x| self.floats(FloatPredicate::UNO, x, x));
        if relation.is_key() {
            let only = |nan, other| {
                let other = builder.build_not(other, "").built();
                builder.build_and(nan, other, "").built()
            };
            less = builder.build_or(less, only(b_nan, a_nan), "").built();
            more = builder.build_or(more, only(a_nan, b_nan), "").built();
            return self.return_unless_zero(self.difference(less, more));
        }
        let order = self.difference(less, more);
        let unordered = builder.build_or(a_nan, b_nan, "").built();
        let two = self.unit.runtime.i8.const_int(2, false);
        let order = builder.build_select(unordered, two, order, "").built();
        self.return_unless_zero(order.into_int_value());
    }

    /// 1 for more, -1 for less.
    fn difference(&self, less: IntValue<'ctx>, more: IntValue<'ctx>) -> IntValue<'ctx> {
        let byte = self.unit.runtime.i8;
        let [less, more] =
            [less, more].map(|bit| self.builder.build_int_z_extend(bit, byte, "").built());
        self.builder.build_int_sub(more, less, "").built()
    }

    fn return_unless_zero(&self, order: IntValue<'ctx>) {
        let zero = order.get_type().const_zero();
        let is_zero = self
            .builder
            .build_int_compare(IntPredicate::EQ, order, zero, "");
        let (next, decided) = (self.new_block("equal"), self.new_block("decided"));
        self.branch(is_zero.built(), next, decided);
        self.builder.position_at_end(decided);
        self.builder.build_return(Some(&order)).built();
        self.builder.position_at_end(next);
    }

    fn texts_equal(&self, a: PointerValue<'ctx>, b: PointerValue<'ctx>) -> IntValue<'ctx> {
        let args = [a.into(), b.into()];
        let call = self.builder.build_call(self.unit.text_equal(), &args, "");
        self.result_of(call.built()).value().into_int_value()
    }

    fn tags_in_order(&self, ty: Ty, a: PointerValue<'ctx>, b: PointerValue<'ctx>) {
        if let Some([a, b]) = self.tags(ty, a, b) {
            let compare = |predicate| self.builder.build_int_compare(predicate, a, b, "").built();
            let order = self.difference(compare(IntPredicate::ULT), compare(IntPredicate::UGT));
            self.return_unless_zero(order);
        }
    }

    fn tags(
        &self,
        ty: Ty,
        a: PointerValue<'ctx>,
        b: PointerValue<'ctx>,
    ) -> Option<[IntValue<'ctx>; 2]> {
        let has_tag = self.layout(ty).tag > 0;
        has_tag.then(|| [a, b].map(|at| self.load_tag(ty, at)))
    }

    /// The parts of two values one after another: whether the tags are equal, then the fields of the variant that both are.
    fn parts_of(
        &self,
        ty: Ty,
        a: PointerValue<'ctx>,
        b: PointerValue<'ctx>,
        mut visit: impl FnMut(&Self, Part<'ctx>),
    ) {
        let layout = self.layout(ty);
        if let TyKind::FixedArray(elem, _) = ty.kind() {
            let size = self.layout(*elem).size;
            for index in 0..ty.fixed_len().unwrap_or(0) {
                let [a, b] = [a, b].map(|at| self.offset(at, index * size));
                visit(self, Part::Field(*elem, a, b));
            }
            return;
        }
        let mut fields = |f: &Self, variant: usize| {
            for field in &layout.variants[variant] {
                let [a, b] = [a, b].map(|at| f.offset(at, field.offset));
                visit(f, Part::Field(field.ty, a, b));
            }
        };
        let Some([tag, other]) = self.tags(ty, a, b) else {
            if !layout.variants.is_empty() {
                fields(self, 0);
            }
            return;
        };
        let next = self.new_block("variants");
        let mut cases = Vec::new();
        let start = self.current_block();
        let same = self
            .builder
            .build_int_compare(IntPredicate::EQ, tag, other, "");
        let same = same.built();
        // The fields come first, since their blocks are what the tag leads to.
        for (variant, parts) in (0u64..).zip(&layout.variants) {
            if parts.is_empty() {
                continue;
            }
            let block = self.new_block("variant");
            self.builder.position_at_end(block);
            fields(self, variant as usize);
            self.goto(next);
            cases.push((tag.get_type().const_int(variant, false), block));
        }
        self.builder.position_at_end(start);
        visit(self, Part::Tag(same));
        self.builder.build_switch(tag, next, &cases).built();
        self.builder.position_at_end(next);
    }

    fn ints_at(
        &self,
        predicate: IntPredicate,
        ty: Ty,
        a: PointerValue<'ctx>,
        b: PointerValue<'ctx>,
    ) -> IntValue<'ctx> {
        let [a, b] = [a, b].map(|at| self.load_value(at, ty, Memory::Any).into_int_value());
        self.builder.build_int_compare(predicate, a, b, "").built()
    }

    fn float_at(&self, ty: Ty, at: PointerValue<'ctx>) -> FloatValue<'ctx> {
        match self.load_value(at, ty, Memory::Any) {
            BasicValueEnum::FloatValue(value) => value,
            other => panic!("compiler bug: {other:?} is no float"),
        }
    }

    fn floats(
        &self,
        predicate: FloatPredicate,
        a: FloatValue<'ctx>,
        b: FloatValue<'ctx>,
    ) -> IntValue<'ctx> {
        let compared = self.builder.build_float_compare(predicate, a, b, "");
        compared.built()
    }
}

/// A step of a comparison.
enum Part<'ctx> {
    /// Whether both values are the same variant.
    Tag(IntValue<'ctx>),
    Field(Ty, PointerValue<'ctx>, PointerValue<'ctx>),
}

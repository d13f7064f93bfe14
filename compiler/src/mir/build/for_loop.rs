//! `for`: counted loops over ranges, arrays and text. The source has the value that it had when the loop began; `mut`
//! bindings open the source for the whole loop, and each element for one round.

use syntax::Span;

use super::Builder;
use super::expr::int;
use super::map::pair_in;
use super::place::Access;
use crate::check::{ForSource, Target};
use crate::env::DefId;
use crate::hir::{BinaryOp, ExprId, ExprKind, LoopId, PatId, PatKind};
use crate::mir::{Arg, BlockId, Callee, Check, Const, Local, Operand, Place, Projection, Rvalue};
use crate::types::{IntTy, Ty, TyKind};

/// One `for` expression.
#[derive(Clone, Copy)]
struct For {
    id: LoopId,
    pat: PatId,
    body: ExprId,
    span: Span,
}

/// An element of a walked array: itself, or with its number or the element of another array beside it.
enum Element {
    Plain(Place),
    Pair(Operand, Place),
    Places(Place, Place),
}

impl Builder<'_> {
    pub(super) fn build_for(
        &mut self,
        expr: ExprId,
        id: LoopId,
        pat: PatId,
        source: ExprId,
        body: ExprId,
    ) {
        let span = self.hir.exprs[expr].span;
        let each = For {
            id,
            pat,
            body,
            span,
        };
        match self.tables.sources.get(&expr) {
            Some(ForSource::Range) => self.for_range(each, source),
            Some(ForSource::Array | ForSource::FixedArray) => self.for_array(each, source),
            Some(ForSource::Enumerate(array)) => self.for_enumerate(each, *array),
            Some(ForSource::Zip(first, second)) => self.for_zip(each, *first, *second),
            Some(ForSource::Chars) => self.for_chars(each, source),
            Some(ForSource::Map | ForSource::Set) => self.for_entries(each, source),
            Some(ForSource::Elements) => self.for_elements(each, expr, source),
            Some(ForSource::Iter) => self.for_iter(each, expr, source),
            other => panic!("compiler bug: a `for` over {other:?} cannot be built"),
        }
    }

    fn for_array(&mut self, each: For, source: ExprId) {
        let array = self.walked(source, &each, self.binds_place(each.pat));
        let len = self.len_of(&array, each.span);
        self.index_loop(each, len, |builder, index, _| {
            let element = array.then(Projection::Index(index));
            builder.bind_element(each, Element::Plain(element));
        });
    }

    /// The array that a container makes of its elements.
    fn for_elements(&mut self, each: For, expr: ExprId, source: ExprId) {
        let call = &self.tables.calls[&expr];
        let Target::Fn(def) = call.target else {
            panic!("compiler bug: a `to_array` that is no function");
        };
        let callee = Callee::Fn(def, call.type_args.clone());
        let elem = self.tables.pats[each.pat].expect("compiler bug: a pattern without a type");
        let container = Arg::Value(self.operand(source));
        let array = self.temp(Ty::array(elem), each.span);
        self.emit_call(array, callee, vec![container], each.span);
        let array = Place::local(array);
        let len = self.len_of(&array, each.span);
        self.index_loop(each, len, |builder, index, _| {
            let element = array.then(Projection::Index(index));
            builder.bind_element(each, Element::Plain(element));
        });
    }

    /// The entries of a map, or the keys of the one that a set is.
    fn for_entries(&mut self, each: For, source: ExprId) {
        let walked = self.walked(source, &each, self.binds_place(each.pat));
        let is_set = matches!(self.place_ty(&walked).kind(), TyKind::Adt(DefId::SET, _));
        let entries = self.entries_of(&walked);
        let len = self.len_of(&entries, each.span);
        self.index_loop(each, len, |builder, index, step| {
            let entry = entries.then(Projection::Index(index));
            let tag = builder.keep(Rvalue::Discriminant(entry.clone()), each.span);
            let is_there = builder.compare(BinaryOp::Eq, tag, int(1), each.span);
            let present = builder.new_block();
            builder.branch_on(is_there, present, step);
            builder.switch_to(present);
            let pair = pair_in(&entry);
            let element = if is_set {
                pair.then(Projection::Field(0))
            } else {
                pair
            };
            builder.bind_element(each, Element::Plain(element));
        });
    }

    fn for_enumerate(&mut self, each: For, source: ExprId) {
        let array = self.walked(source, &each, self.binds_place(each.pat));
        let len = self.len_of(&array, each.span);
        self.index_loop(each, len, |builder, index, _| {
            let element = array.then(Projection::Index(index));
            let number = Operand::Copy(Place::local(index));
            builder.bind_element(each, Element::Pair(number, element));
        });
    }

    fn for_zip(&mut self, each: For, first: ExprId, second: ExprId) {
        let in_place = match self.hir.pats[each.pat].kind {
            PatKind::Tuple(ref parts) => [parts[0], parts[1]].map(|part| self.binds_place(part)),
            _ => [false, false],
        };
        let [first, second] = self.walked_together([first, second], &each, in_place);
        let first_len = self.len_of(&first, each.span);
        let second_len = self.len_of(&second, each.span);
        let len = self.smaller(first_len, second_len, each.span);
        self.index_loop(each, len, |builder, index, _| {
            let first = first.then(Projection::Index(index));
            let second = second.then(Projection::Index(index));
            builder.bind_element(each, Element::Places(first, second));
        });
    }

    /// The array that a loop walks: opened, or with the value that it has now.
    fn walked(&mut self, source: ExprId, each: &For, in_place: bool) -> Place {
        if !in_place {
            return self.place_before(source, &[each.body]);
        }
        let place = self.unchecked(source, Access::Write);
        let place = self.checked(place);
        let reference = self.open(place, each.span);
        Place::local(reference).then(Projection::Deref)
    }

    /// The arrays of a `zip`. One that is not walked in place has the value from before the other one was opened.
    fn walked_together(
        &mut self,
        sources: [ExprId; 2],
        each: &For,
        in_place: [bool; 2],
    ) -> [Place; 2] {
        let [first, second] = in_place;
        if first == second {
            return sources.map(|source| self.walked(source, each, first));
        }
        let (opened, mut value);
        if first {
            opened = self.unchecked(sources[0], Access::Write);
            value = self.place_before(sources[1], &[each.body]);
        } else {
            value = self.place_before(sources[0], &[each.body]);
            opened = self.unchecked(sources[1], Access::Write);
        }
        let shares = value.base == opened.place.base
            && (value.projections.iter())
                .zip(&opened.place.projections)
                .all(|(mine, theirs)| mine == theirs);
        if shares {
            let copy = Rvalue::Use(Operand::Copy(value));
            value = Place::local(self.keep_local(copy, each.span));
        }
        let place = self.checked(opened);
        let reference = self.open(place, each.span);
        let opened = Place::local(reference).then(Projection::Deref);
        if first {
            [opened, value]
        } else {
            [value, opened]
        }
    }

    fn len_of(&mut self, array: &Place, span: Span) -> Operand {
        match self.place_ty(array).fixed_len() {
            Some(len) => int(i128::from(len)),
            None => self.keep(Rvalue::Len(array.clone()), span),
        }
    }

    fn smaller(&mut self, first: Operand, second: Operand, span: Span) -> Operand {
        let least = self.keep_local(Rvalue::Use(first), span);
        let shorter = self.compare(
            BinaryOp::Lt,
            second.clone(),
            Operand::Copy(Place::local(least)),
            span,
        );
        let (replace, next) = (self.new_block(), self.new_block());
        self.branch_on(shorter, replace, next);
        self.switch_to(replace);
        self.assign_local(least, Rvalue::Use(second), span);
        self.goto(next);
        self.switch_to(next);
        Operand::Copy(Place::local(least))
    }

    /// Rounds with an index from 0 to `len`; `bind` binds what a round is about, or goes to the next one, which it is given.
    fn index_loop(
        &mut self,
        each: For,
        len: Operand,
        bind: impl FnOnce(&mut Self, Local, BlockId),
    ) {
        let span = each.span;
        let index = self.keep_local(Rvalue::Use(int(0)), span);
        let (head, round) = (self.new_block(), self.new_block());
        let (step, after) = (self.new_block(), self.new_block());
        self.goto(head);
        self.switch_to(head);
        let within = self.compare(BinaryOp::Lt, Operand::Copy(Place::local(index)), len, span);
        self.branch_on(within, round, after);
        self.switch_to(round);
        bind(self, index, step);
        self.in_loop(each.id, after, step, None, each.body);
        self.goto(step);
        self.switch_to(step);
        self.advance(index, Ty::i64(), span);
        self.goto(head);
        self.switch_to(after);
    }

    fn advance(&mut self, index: Local, ty: Ty, span: Span) {
        let one = match ty.kind() {
            TyKind::Int(int) => Operand::Const(Const::Int(*int, 1)),
            _ => {
                let one = self.literal_of_param(1, ty, span);
                self.keep(one, span)
            }
        };
        let next = Rvalue::Binary(BinaryOp::Add, Operand::Copy(Place::local(index)), one);
        self.assign_local(index, next, span);
    }

    fn bind_element(&mut self, each: For, element: Element) {
        let parts = match (&self.hir.pats[each.pat].kind, element) {
            (_, Element::Plain(place)) => return self.bind(each.pat, &place),
            (PatKind::Tuple(parts), Element::Pair(number, place)) => {
                let number = self.keep_local(Rvalue::Use(number), each.span);
                self.bind(parts[0], &Place::local(number));
                return self.bind(parts[1], &place);
            }
            (PatKind::Tuple(parts), Element::Places(first, second)) => {
                self.bind(parts[0], &first);
                return self.bind(parts[1], &second);
            }
            (_, Element::Pair(number, place)) => vec![number, Operand::Copy(place)],
            (_, Element::Places(first, second)) => {
                vec![Operand::Copy(first), Operand::Copy(second)]
            }
        };
        let types = parts
            .iter()
            .map(|part| self.body.operand_ty(self.env, part))
            .collect();
        let pair = Rvalue::Aggregate(Ty::tuple(types), parts);
        let pair = self.keep_local(pair, each.span);
        self.bind(each.pat, &Place::local(pair));
    }

    /// Whether a pattern binds a part of the element in place.
    pub(super) fn binds_place(&self, pat: PatId) -> bool {
        match &self.hir.pats[pat].kind {
            PatKind::Bind(id) => self.hir.locals[*id].is_ref,
            PatKind::Tuple(parts) | PatKind::Or(parts) => {
                parts.iter().any(|part| self.binds_place(*part))
            }
            PatKind::Array { before, after, .. } => before
                .iter()
                .chain(after)
                .any(|part| self.binds_place(*part)),
            PatKind::Typed { pat, .. } => self.binds_place(*pat),
            _ => self.tables.pat_fields.get(&pat).is_some_and(|(_, fields)| {
                fields.iter().flatten().any(|part| self.binds_place(*part))
            }),
        }
    }
}

// Ranges.
impl Builder<'_> {
    fn for_range(&mut self, each: For, source: ExprId) {
        let ty = self.expr_ty(source);
        let (inclusive, elem) = match ty.kind() {
            TyKind::Adt(def, args) => (*def == DefId::RANGE_INCLUSIVE, args[0]),
            other => panic!("compiler bug: {other:?} is not a range"),
        };
        let (start, end) = self.range_ends(source);
        // Characters are counted by their numbers.
        let counter = match elem.kind() {
            TyKind::Char => Ty::int(IntTy::U32),
            _ => elem,
        };
        let start = self.as_counter(start, elem, counter, each.span);
        let end = end.map(|end| self.as_counter(end, elem, counter, each.span));
        let index = self.keep_local(Rvalue::Use(start), each.span);
        self.count(each, index, end, inclusive, elem, counter);
    }

    /// The ends of a range, evaluated; a range without an end counts on for ever.
    fn range_ends(&mut self, source: ExprId) -> (Operand, Option<Operand>) {
        let span = self.hir.exprs[source].span;
        if let ExprKind::Range {
            start: Some(start),
            end,
            ..
        } = self.hir.exprs[source].kind
        {
            let later: Vec<ExprId> = end.into_iter().collect();
            let start = self.operand_before(start, &later);
            // Written while the loop runs, perhaps.
            let end = end.map(|end| match self.operand(end) {
                Operand::Const(value) => Operand::Const(value),
                value => self.keep(Rvalue::Use(value), span),
            });
            return (start, end);
        }
        let range = self.value_place(source);
        let ends = [0, 1].map(|field| Operand::Copy(range.then(Projection::Field(field))));
        let [start, end] = ends;
        (start, Some(self.keep(Rvalue::Use(end), span)))
    }

    fn as_counter(&mut self, value: Operand, elem: Ty, to: Ty, span: Span) -> Operand {
        if elem == to {
            return value;
        }
        let operand = value;
        self.keep(Rvalue::Convert { operand, to }, span)
    }

    fn count(
        &mut self,
        each: For,
        index: Local,
        end: Option<Operand>,
        inclusive: bool,
        elem: Ty,
        counter: Ty,
    ) {
        let span = each.span;
        let current = Operand::Copy(Place::local(index));
        let (head, step) = (self.new_block(), self.new_block());
        let (round, after) = (self.new_block(), self.new_block());
        // `..=` tests before the first round, and then after each, so that the counter never passes the end.
        match &end {
            Some(end) if inclusive => {
                let any = self.compare(BinaryOp::Le, current.clone(), end.clone(), span);
                self.branch_on(any, round, after);
            }
            _ => self.goto(head),
        }
        self.switch_to(head);
        match &end {
            Some(end) if !inclusive => {
                let within = self.compare(BinaryOp::Lt, current.clone(), end.clone(), span);
                self.branch_on(within, round, after);
            }
            _ => self.goto(round),
        }
        self.switch_to(round);
        let value = if elem == Ty::char() {
            let operand = current.clone();
            // One with an end stays among the characters.
            if end.is_none() {
                self.check(Check::Character(operand.clone()), span);
            }
            self.keep_local(Rvalue::Convert { operand, to: elem }, span)
        } else {
            index
        };
        self.bind(each.pat, &Place::local(value));
        self.in_loop(each.id, after, step, None, each.body);
        self.goto(step);
        self.switch_to(step);
        if let (Some(end), true) = (end, inclusive) {
            let next = self.new_block();
            let last = self.compare(BinaryOp::Eq, current, end, span);
            self.branch_on(last, after, next);
            self.switch_to(next);
        }
        self.advance(index, counter, span);
        if elem == Ty::char() {
            self.skip_surrogates(index, span);
        }
        self.goto(head);
        self.switch_to(after);
    }

    /// There is no character between U+D7FF and U+E000.
    fn skip_surrogates(&mut self, index: Local, span: Span) {
        let number = |value| Operand::Const(Const::Int(IntTy::U32, value));
        let current = Operand::Copy(Place::local(index));
        let surrogate = self.compare(BinaryOp::Eq, current, number(0xD800), span);
        let (skip, next) = (self.new_block(), self.new_block());
        self.branch_on(surrogate, skip, next);
        self.switch_to(skip);
        self.assign_local(index, Rvalue::Use(number(0xE000)), span);
        self.goto(next);
        self.switch_to(next);
    }
}

// Text.
impl Builder<'_> {
    /// Decodes the text as it goes; there is no array of its characters.
    /// Asks a copy of the source for its next element until there is none.
    fn for_iter(&mut self, each: For, expr: ExprId, source: ExprId) {
        let span = each.span;
        let call = &self.tables.calls[&expr];
        let callee = match call.target {
            Target::TraitMethod(def) => Callee::TraitMethod(def, call.type_args.clone()),
            Target::Fn(def) => Callee::Fn(def, call.type_args.clone()),
            _ => panic!("compiler bug: a `next` that is no function"),
        };
        let source = self.operand(source);
        let walked = self.keep_local(Rvalue::Use(source), span);
        let elem = self.tables.pats[each.pat].expect("compiler bug: a pattern without a type");
        let found = self.temp(Ty::option(elem), span);
        let (head, round, after) = (self.new_block(), self.new_block(), self.new_block());
        self.goto(head);
        self.switch_to(head);
        let receiver = vec![Arg::Mut(Place::local(walked))];
        self.emit_call(found, callee, receiver, span);
        let tag = self.keep(Rvalue::Discriminant(Place::local(found)), span);
        let is_there = self.compare(BinaryOp::Eq, tag, int(1), span);
        self.branch_on(is_there, round, after);
        self.switch_to(round);
        let payload = Projection::Payload {
            variant: 1,
            field: 0,
        };
        self.bind(each.pat, &Place::local(found).then(payload));
        self.in_loop(each.id, after, head, None, each.body);
        self.goto(head);
        self.switch_to(after);
    }

    fn for_chars(&mut self, each: For, source: ExprId) {
        let span = each.span;
        let text = self.place_before(source, &[each.body]);
        let len = self.keep(Rvalue::Len(text.clone()), span);
        let position = self.keep_local(Rvalue::Use(int(0)), span);
        let next_position = self.temp(Ty::i64(), span);
        let (head, round) = (self.new_block(), self.new_block());
        let (step, after) = (self.new_block(), self.new_block());
        self.goto(head);
        self.switch_to(head);
        let current = Operand::Copy(Place::local(position));
        let within = self.compare(BinaryOp::Lt, current, len, span);
        self.branch_on(within, round, after);
        self.switch_to(round);
        let found = self.decode(&text, position, next_position, span);
        self.bind(each.pat, &Place::local(found));
        self.in_loop(each.id, after, step, None, each.body);
        self.goto(step);
        self.switch_to(step);
        let next = Operand::Copy(Place::local(next_position));
        self.assign_local(position, Rvalue::Use(next), span);
        self.goto(head);
        self.switch_to(after);
    }

    /// The character at a position, and the position after it.
    fn decode(&mut self, text: &Place, position: Local, after: Local, span: Span) -> Local {
        let code = self.temp(Ty::i64(), span);
        let join = self.new_block();
        let first = self.byte_at(text, Operand::Copy(Place::local(position)), span);
        // The first byte tells the length; below the bound it has this many bytes, and these bits of it count.
        for (bound, len, bits) in [
            (0x80, 1, 0x7F),
            (0xE0, 2, 0x1F),
            (0xF0, 3, 0x0F),
            (0x100, 4, 7),
        ] {
            if bound == 0x100 {
                self.decode_as(
                    text,
                    position,
                    after,
                    (code, first.clone()),
                    (len, bits),
                    span,
                );
                self.goto(join);
                break;
            }
            let (here, longer): (BlockId, BlockId) = (self.new_block(), self.new_block());
            let fits = self.compare(BinaryOp::Lt, first.clone(), int(bound), span);
            self.branch_on(fits, here, longer);
            self.switch_to(here);
            self.decode_as(
                text,
                position,
                after,
                (code, first.clone()),
                (len, bits),
                span,
            );
            self.goto(join);
            self.switch_to(longer);
        }
        self.switch_to(join);
        let operand = Operand::Copy(Place::local(code));
        let to = Ty::char();
        self.keep_local(Rvalue::Convert { operand, to }, span)
    }

    fn decode_as(
        &mut self,
        text: &Place,
        position: Local,
        after: Local,
        (code, first): (Local, Operand),
        (len, bits): (i128, i128),
        span: Span,
    ) {
        let at = |offset| {
            Rvalue::Binary(
                BinaryOp::Add,
                Operand::Copy(Place::local(position)),
                int(offset),
            )
        };
        let mut value = Rvalue::Binary(BinaryOp::And, first, int(bits));
        for offset in 1..len {
            let high = self.keep(value, span);
            let high = self.keep(Rvalue::Binary(BinaryOp::Shl, high, int(6)), span);
            let here = self.keep(at(offset), span);
            let byte = self.byte_at(text, here, span);
            let low = self.keep(Rvalue::Binary(BinaryOp::And, byte, int(0x3F)), span);
            value = Rvalue::Binary(BinaryOp::Or, high, low);
        }
        self.assign_local(code, value, span);
        self.assign_local(after, at(len), span);
    }

    fn byte_at(&mut self, text: &Place, position: Operand, span: Span) -> Operand {
        let byte = self.temp(Ty::u8(), span);
        let args = [Operand::Copy(text.clone()), position].map(Arg::Value);
        let callee = self.intrinsic("str_byte");
        self.call_fn(Some(byte), callee, Vec::new(), args.to_vec(), span);
        self.as_i64(Operand::Copy(Place::local(byte)), span)
    }
}

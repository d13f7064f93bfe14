//! Has the code of a program count what it does, for hosts that limit it. The count follows from the MIR alone, so it is the same however
//! code is made of it, and on every machine.
//!
//! | what | takes |
//! |---|---|
//! | a round of a loop | 1 |
//! | a call | 1, none if the function is *short*: without loops, with all that it calls at most [`MOST_FREE`] statements |
//! | a value of 4 KiB or more that is copied in place | 1 for each 64 bytes |
//! | what the runtime does with blocks and text | see `stdlib::Runtime::fuel` |
//!
//! A block takes what its statements need when it begins. A loop that counts to an end known before it, and is left in no other way, takes all
//! its rounds before the first, so that it is as fast as without: it would take them anyway. Every other loop takes one on the way back to its
//! beginning.

use cranelift_entity::{EntitySet, SecondaryMap};
use syntax::Span;

use super::{Program, Target};
use crate::env::Env;
use crate::hir::BinaryOp;
use crate::layout::Layouts;
use crate::mir::{
    Arg, Base, Block, BlockId, Body, Callee, Check, Const, Fuel, Local, LocalDecl, LocalKind, Old,
    Operand, Place, Rvalue, Statement, StatementKind, Terminator,
};
use crate::own::{Access, Loop, each_place, every_loop};
use crate::types::{Ty, TyKind};

/// How many statements and ends of blocks a function has at most whose calls are free.
const MOST_FREE: usize = 60;
/// How deep calls among these may nest.
const DEEPEST_FREE: usize = 4;
/// Values in place from this size on are not copied for nothing.
const LARGE: u64 = 4096;
/// Bytes that are copied for one unit.
const BYTES: u64 = 64;

impl Program {
    /// From now on its code takes fuel.
    pub fn charge_fuel(&mut self, env: &Env) {
        self.takes_fuel = true;
        let is_free = self.short_functions();
        let is_length: Vec<bool> = self
            .functions
            .iter()
            .map(|function| self.asks_length(&function.body))
            .collect();
        let mut layouts = Layouts::new(env);
        let mut functions = std::mem::take(&mut self.functions);
        for (index, function) in functions.iter_mut().enumerate() {
            // The runtime calls these without a word in the MIR.
            let at_entry = !is_free[index]
                && self.overrides.values().any(|own| {
                    let all = [own.show, own.eq, own.lt, own.hash];
                    all.contains(&Some(Target::Defined(index)))
                });
            let facts = Facts {
                program: self,
                is_free: &is_free,
                is_length: &is_length,
            };
            charge(&facts, env, &mut layouts, &mut function.body, at_entry);
        }
        self.functions = functions;
        let mut cells = std::mem::take(&mut self.cells);
        for cell in &mut cells {
            let facts = Facts {
                program: self,
                is_free: &is_free,
                is_length: &is_length,
            };
            charge(&facts, env, &mut layouts, &mut cell.body, false);
        }
        self.cells = cells;
    }

    /// Whether all that it does is to ask for the length of its first parameter.
    fn asks_length(&self, body: &Body) -> bool {
        let mut blocks = body.blocks.values();
        let (Some(block), None) = (blocks.next(), blocks.next()) else {
            return false;
        };
        let [statement] = block.statements.as_slice() else {
            return false;
        };
        let StatementKind::Call {
            callee: Callee::Fn(def, type_args),
            args,
            dest,
            ..
        } = &statement.kind
        else {
            return false;
        };
        let of_first = matches!(args.as_slice(), [Arg::Value(operand)] if plain(operand) == body.locals.keys().nth(1));
        let name = self.intrinsic(self.target(*def, type_args));
        of_first
            && plain_place(dest) == Some(Local::RESULT)
            && name.is_some_and(|name| name == "array_len" || name == "str_len")
    }

    /// For each function whether it is short. Those of other units, of C and of the host never are, so that no unit depends on what stands
    /// in another.
    fn short_functions(&self) -> Vec<bool> {
        let count = self.functions.len();
        let own: Vec<Option<(usize, Vec<usize>)>> = self
            .functions
            .iter()
            .map(|function| self.straight(&function.body))
            .collect();
        let mut weights: Vec<Option<usize>> = vec![None; count];
        for _ in 0..DEEPEST_FREE {
            let known = weights.clone();
            for (weight, own) in weights.iter_mut().zip(&own) {
                let Some((statements, callees)) = own else {
                    continue;
                };
                let callees = callees.iter().map(|callee| known[*callee]);
                let total = callees.fold(Some(*statements), |sum, callee| Some(sum? + callee?));
                *weight = weight.or(total.filter(|total| *total <= MOST_FREE));
            }
        }
        weights.iter().map(Option::is_some).collect()
    }

    /// The weight of a body without loops, and which functions of the program it calls; none if it calls others, or has loops.
    fn straight(&self, body: &Body) -> Option<(usize, Vec<usize>)> {
        let weight: usize = body
            .blocks
            .values()
            .map(|block| block.statements.len() + 1)
            .sum();
        if weight > MOST_FREE || !every_loop(body).is_empty() {
            return None;
        }
        let mut called = Vec::new();
        for statement in body.blocks.values().flat_map(|block| &block.statements) {
            let StatementKind::Call { callee, .. } = &statement.kind else {
                continue;
            };
            let Callee::Fn(def, args) = callee else {
                return None;
            };
            match self.target(*def, args) {
                Target::Defined(index) => called.push(index),
                target @ Target::Imported(_) => {
                    self.intrinsic(target)?;
                }
            }
        }
        Some((weight, called))
    }
}

/// What is known of the functions of a program.
struct Facts<'a> {
    program: &'a Program,
    is_free: &'a [bool],
    is_length: &'a [bool],
}

impl Facts<'_> {
    fn defined(&self, callee: &Callee) -> Option<usize> {
        let Callee::Fn(def, args) = callee else {
            return None;
        };
        match self.program.target(*def, args) {
            Target::Defined(index) => Some(index),
            Target::Imported(_) => None,
        }
    }

    fn takes(&self, callee: &Callee) -> bool {
        match (self.defined(callee), callee) {
            (Some(index), _) => !self.is_free[index],
            (None, Callee::Fn(def, args)) => {
                let target = self.program.target(*def, args);
                self.program.intrinsic(target).is_none()
            }
            (None, Callee::Value(_) | Callee::TraitMethod(..)) => true,
        }
    }
}

/// What a block takes when it begins, and the first statement that it is for.
type Needs = SecondaryMap<BlockId, Option<(u64, Span)>>;

fn add(needs: &mut Needs, block: BlockId, units: u64, span: Span) {
    let (before, first) = needs[block].unwrap_or((0, span));
    needs[block] = Some((before + units, first));
}

fn charge(
    facts: &Facts<'_>,
    env: &Env,
    layouts: &mut Layouts<'_>,
    body: &mut Body,
    at_entry: bool,
) {
    let mut needs = Needs::new();
    for (id, block) in body.blocks.iter() {
        for statement in &block.statements {
            let units = units_of(facts, env, layouts, body, &statement.kind);
            if units > 0 {
                add(&mut needs, id, units, statement.span);
            }
        }
    }
    if at_entry && let Some(first) = body.blocks.keys().next() {
        add(&mut needs, first, 1, body.span);
    }
    for each in every_loop(body) {
        let span = span_of(body, each.header);
        match counted(facts, body, &each) {
            Some(rounds) => take_before(body, &each, rounds, span),
            None => {
                for block in &each.blocks {
                    if body.blocks[*block]
                        .terminator
                        .successors()
                        .contains(&each.header)
                    {
                        add(&mut needs, *block, 1, span);
                    }
                }
            }
        }
    }
    for (id, block) in body.blocks.iter_mut() {
        if let Some((units, span)) = needs[id] {
            let kind = StatementKind::Check(Check::Fuel(Fuel::Units(units)));
            block.statements.insert(0, Statement { kind, span });
        }
    }
}

fn units_of(
    facts: &Facts<'_>,
    env: &Env,
    layouts: &mut Layouts<'_>,
    body: &Body,
    kind: &StatementKind,
) -> u64 {
    let (dest, call) = match kind {
        StatementKind::Assign { place, .. } => (place, 0),
        StatementKind::Call { dest, callee, .. } => (dest, u64::from(facts.takes(callee))),
        StatementKind::Open { .. }
        | StatementKind::Check(_)
        | StatementKind::MakeUnique(_)
        | StatementKind::Unpack { .. }
        | StatementKind::Drop { .. }
        | StatementKind::Nop => return 0,
    };
    let ty = body.place_ty(env, dest);
    let size = match ty.kind() {
        TyKind::FixedArray(..) | TyKind::Adt(..) | TyKind::Tuple(..) => layouts.of(ty).size,
        _ => 0,
    };
    call + if size < LARGE { 0 } else { size / BYTES }
}

/// Where a block stands in the text.
fn span_of(body: &Body, block: BlockId) -> Span {
    let first = body.blocks[block].statements.first();
    first.map_or(body.span, |statement| statement.span)
}

/// How often a loop goes round, as what is there before it says.
enum Rounds {
    Below(Local, End),
    Through(Local, End),
}

enum End {
    Is(Operand),
    /// The length of what is at the place.
    Length(Place),
}

/// Takes the rounds wherever the loop is entered.
fn take_before(body: &mut Body, each: &Loop, rounds: Rounds, span: Span) {
    for entry in &each.entries {
        let at = match body.blocks[*entry].terminator {
            Terminator::Goto(_) => *entry,
            _ => {
                let between = body.blocks.push(Block {
                    statements: Vec::new(),
                    terminator: Terminator::Goto(each.header),
                });
                let header = each.header;
                let next = |block| if block == header { between } else { block };
                body.blocks[*entry].terminator.map_successors(next);
                between
            }
        };
        let mut kinds = Vec::new();
        let (Rounds::Below(counter, end) | Rounds::Through(counter, end)) = &rounds;
        let to = match end {
            End::Is(operand) => operand.clone(),
            End::Length(place) => {
                let length = body.locals.push(LocalDecl {
                    ty: Ty::i64(),
                    name: None,
                    span,
                    kind: LocalKind::Owned,
                });
                kinds.push(StatementKind::Assign {
                    place: Place::local(length),
                    value: Rvalue::Len(place.clone()),
                    old: Old::Nothing,
                });
                Operand::Copy(Place::local(length))
            }
        };
        let from = Operand::Copy(Place::local(*counter));
        let fuel = match rounds {
            Rounds::Below(..) => Fuel::Below { from, to },
            Rounds::Through(..) => Fuel::Through { from, to },
        };
        kinds.push(StatementKind::Check(Check::Fuel(fuel)));
        let statements = kinds.into_iter().map(|kind| Statement { kind, span });
        body.blocks[at].statements.extend(statements);
    }
}

/// The loop as a set, for questions about the ways in it.
struct Ways<'a> {
    body: &'a Body,
    header: BlockId,
    list: &'a [BlockId],
    blocks: EntitySet<BlockId>,
}

impl Ways<'_> {
    /// Whether a way leads from `start` to `goal` within one round and past `avoided`.
    fn leads(&self, start: BlockId, goal: BlockId, avoided: Option<BlockId>) -> bool {
        let mut seen: EntitySet<BlockId> = EntitySet::new();
        let mut open = vec![start];
        while let Some(block) = open.pop() {
            for next in self.body.blocks[block].terminator.successors() {
                if !self.blocks.contains(next) || Some(next) == avoided {
                    continue;
                }
                if next == goal {
                    return true;
                }
                if next != self.header && seen.insert(next) {
                    open.push(next);
                }
            }
        }
        false
    }

    /// Whether it is passed once in every round.
    fn is_once(&self, block: BlockId) -> bool {
        let is_in_each = block == self.header || !self.leads(self.header, self.header, Some(block));
        is_in_each && (block == self.header || !self.leads(block, block, None))
    }
}

/// The rounds of a loop that is left by one comparison of a counter, which grows by one in each.
fn counted(facts: &Facts<'_>, body: &Body, each: &Loop) -> Option<Rounds> {
    let mut blocks = EntitySet::new();
    for block in &each.blocks {
        blocks.insert(*block);
    }
    let header = each.header;
    let ways = Ways {
        body,
        header,
        list: &each.blocks,
        blocks,
    };
    let test = only_exit(body, &ways)?;
    let Terminator::If { cond, then, .. } = &body.blocks[test].terminator else {
        return None;
    };
    let stays_if_true = ways.blocks.contains(*then);
    let cond = plain(cond)?;
    let (position, value) = last_write(&body.blocks[test], cond)?;
    let (Rvalue::Binary(op, left, right) | Rvalue::Compare(op, left, right)) = value else {
        return None;
    };
    let (counter, end, through) = match (op, stays_if_true) {
        (BinaryOp::Lt, true) if test == each.header => (left, right, false),
        (BinaryOp::Gt, true) if test == each.header => (right, left, false),
        (BinaryOp::Eq, false) => (left, right, true),
        _ => return None,
    };
    let counter = plain(counter)?;
    let decl = &body.locals[counter];
    if !matches!(decl.kind, LocalKind::Owned) || !matches!(decl.ty.kind(), TyKind::Int(_)) {
        return None;
    }
    let step = only_step(body, &ways, counter)?;
    // The test comes first.
    let in_order = step != test && !ways.leads(each.header, step, Some(test));
    if !ways.is_once(step)
        || !ways.is_once(test)
        || (test != each.header && !in_order)
        || step == test
    {
        return None;
    }
    let end = match end {
        Operand::Const(Const::Int(..)) => End::Is(end.clone()),
        Operand::Const(_) => return None,
        Operand::Copy(place) | Operand::Move(place) | Operand::Borrow(place) => {
            let end = plain_place(place)?;
            match length_of(facts, body, &ways, test, position, end) {
                Some(place) => End::Length(place),
                None if is_written(body, &ways, end) => return None,
                None => End::Is(Operand::Copy(Place::local(end))),
            }
        }
    };
    Some(match through {
        true => Rounds::Through(counter, end),
        false => Rounds::Below(counter, end),
    })
}

/// The block by which alone a loop is left, apart from ways that end the run.
fn only_exit(body: &Body, ways: &Ways<'_>) -> Option<BlockId> {
    let mut found = None;
    for block in ways.list.iter().copied() {
        for next in body.blocks[block].terminator.successors() {
            let ends = matches!(
                body.blocks[next].terminator,
                Terminator::Panic { .. } | Terminator::Unreachable
            );
            if ways.blocks.contains(next) || ends {
                continue;
            }
            if found.replace(block).is_some() {
                return None;
            }
        }
    }
    found
}

/// The block in which alone the counter is written, by adding one to it.
fn only_step(body: &Body, ways: &Ways<'_>, counter: Local) -> Option<BlockId> {
    let mut found = None;
    for id in ways.list.iter().copied() {
        for statement in &body.blocks[id].statements {
            let mut is_written = false;
            each_place(&statement.kind, &mut |access, place| {
                is_written |= writes(access) && place.base == Base::Local(counter);
            });
            if !is_written {
                continue;
            }
            let StatementKind::Assign { place, value, .. } = &statement.kind else {
                return None;
            };
            let Rvalue::Binary(BinaryOp::Add, left, Operand::Const(Const::Int(_, 1))) = value
            else {
                return None;
            };
            let is_step = plain_place(place) == Some(counter) && plain(left) == Some(counter);
            if !is_step || found.replace(id).is_some() {
                return None;
            }
        }
    }
    found
}

/// The place whose length the end is, if it is asked for before each test and cannot change.
fn length_of(
    facts: &Facts<'_>,
    body: &Body,
    ways: &Ways<'_>,
    test: BlockId,
    before: usize,
    end: Local,
) -> Option<Place> {
    let block = &body.blocks[test];
    let written = block.statements[..before]
        .iter()
        .rev()
        .find_map(|statement| {
            match &statement.kind {
                StatementKind::Assign {
                    place,
                    value: Rvalue::Len(of),
                    ..
                } => Some((place, of)),
                StatementKind::Call {
                    dest, callee, args, ..
                } => {
                    let index = facts.defined(callee)?;
                    match args.as_slice() {
                        [Arg::Value(Operand::Borrow(of))] if facts.is_length[index] => {
                            Some((dest, of))
                        }
                        _ => None,
                    }
                }
                _ => None,
            }
            .filter(|(place, _)| plain_place(place) == Some(end))
            .map(|(_, of)| of)
        });
    let place = written?;
    let Base::Local(base) = place.base else {
        return None;
    };
    // What an index stands for may change without a write of the base.
    let is_fixed = place
        .projections
        .iter()
        .all(|projection| !matches!(projection, crate::mir::Projection::Index(_)));
    (test == ways.header && is_fixed && !is_written(body, ways, base)).then(|| place.clone())
}

fn is_written(body: &Body, ways: &Ways<'_>, local: Local) -> bool {
    ways.list.iter().any(|id| {
        body.blocks[*id].statements.iter().any(|statement| {
            let mut found = false;
            each_place(&statement.kind, &mut |access, place| {
                found |= writes(access) && place.base == Base::Local(local);
            });
            found
        })
    })
}

fn writes(access: Access) -> bool {
    match access {
        Access::Value | Access::Borrow | Access::Inspect => false,
        Access::Move
        | Access::Mut
        | Access::Open
        | Access::Write
        | Access::Unique
        | Access::Drop => true,
    }
}

fn plain(operand: &Operand) -> Option<Local> {
    match operand {
        Operand::Copy(place) | Operand::Move(place) | Operand::Borrow(place) => plain_place(place),
        Operand::Const(_) => None,
    }
}

/// The local that the place is the whole of.
fn plain_place(place: &Place) -> Option<Local> {
    match place.base {
        Base::Local(local) if place.projections.is_empty() => Some(local),
        Base::Local(_) | Base::Global(_) => None,
    }
}

/// Where the local is written last in a block, and what with.
fn last_write(block: &Block, local: Local) -> Option<(usize, &Rvalue)> {
    let statements = block.statements.iter().enumerate().rev();
    let mut writes = statements.filter_map(|(at, statement)| match &statement.kind {
        StatementKind::Assign { place, value, .. } if plain_place(place) == Some(local) => {
            Some((at, value))
        }
        _ => None,
    });
    writes.next()
}

#[cfg(test)]
mod tests;

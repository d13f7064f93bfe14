//! Has the code of a program count what it does, for hosts that limit it. The count follows from the MIR alone, so it is the same however
//! code is made of it, and on every machine.
//!
//! | what | takes |
//! |---|---|
//! | a round of a loop | 1 |
//! | a call | 1, none if the function is *short*: with all that it calls at most [`MOST_FREE`] statements, and no operator or `show` of a type |
//! | a value of 4 KiB or more that is copied in place | 1 for each 64 bytes |
//! | what the runtime does with blocks and text | see `stdlib::Runtime::fuel` |
//!
//! A block takes what its statements need when it begins. A loop that counts to an end known before it, and is left in no other way, takes all
//! its rounds before the first: it would take them anyway. One that may be left before its end, and takes nothing else, counts as far as the
//! fuel goes and takes its rounds when it is left. So both are as fast as without fuel. Every other loop takes one on each way back to its
//! beginning. Functions take one for a call of them where they are called, those that are also called by values or the runtime where they begin.

use cranelift_entity::{EntitySet, SecondaryMap};
use rustc_hash::FxHashSet;
use syntax::Span;

use super::{Overrides, Program, Target};
use crate::env::Env;
use crate::hir::BinaryOp;
use crate::layout::Layouts;
use crate::mir::{
    Arg, Base, Block, BlockId, Body, Callee, Check, Const, Fuel, Local, LocalDecl, LocalKind, Old,
    Operand, Place, Rvalue, Statement, StatementKind, Terminator,
};
use crate::own::{Access, Loop, each_constant_in, each_place, every_loop};
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
        let short = self.short_functions();
        let mut takes_itself = self.called_as_values();
        for (takes, short) in takes_itself.iter_mut().zip(&short) {
            *takes &= short.is_none();
        }
        let lengths = self.functions.iter();
        let is_length = lengths.map(|each| self.asks_length(&each.body)).collect();
        let mut functions = std::mem::take(&mut self.functions);
        let mut cells = std::mem::take(&mut self.cells);
        let facts = Facts {
            program: self,
            env,
            short,
            takes_itself,
            is_length,
        };
        let mut layouts = Layouts::new(env);
        for (function, at_entry) in functions.iter_mut().zip(&facts.takes_itself) {
            charge(&facts, &mut layouts, &mut function.body, *at_entry);
        }
        for cell in &mut cells {
            charge(&facts, &mut layouts, &mut cell.body, false);
        }
        self.functions = functions;
        self.cells = cells;
    }

    /// For each function whether something may call it without naming it: as a value, through a table, from the runtime.
    fn called_as_values(&self) -> Vec<bool> {
        let mut found = vec![false; self.functions.len()];
        let mut note = |target: Target| {
            if let Target::Defined(index) = target {
                found[index] = true;
            }
        };
        let of_types = self.overrides.values().flat_map(each_override);
        of_types.for_each(&mut note);
        for (def, args) in self.tables.values().flatten() {
            note(self.kept(*def, args));
        }
        for (def, args) in &self.exported_values {
            note(self.target(*def, args));
        }
        let functions = self.functions.iter().map(|function| &function.body);
        let bodies = functions.chain(self.cells.iter().map(|cell| &cell.body));
        let blocks = bodies.flat_map(|body| body.blocks.values());
        for statement in blocks.flat_map(|block| &block.statements) {
            each_constant_in(&statement.kind, &mut |value| {
                if let Const::Fn(def, args) = value {
                    note(self.target(*def, args));
                }
            });
            if let StatementKind::Assign {
                value: Rvalue::Closure { def, type_args, .. },
                ..
            } = &statement.kind
            {
                note(self.target(*def, type_args));
            }
        }
        found
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
    fn short_functions(&self) -> Vec<Option<Short>> {
        let count = self.functions.len();
        let of_types: FxHashSet<Target> = self.overrides.values().flat_map(each_override).collect();
        let own: Vec<Option<(Short, Vec<usize>)>> = self
            .functions
            .iter()
            .enumerate()
            .map(
                |(index, function)| match of_types.contains(&Target::Defined(index)) {
                    // A comparison or a text may lead back to it, and no call says so.
                    true => None,
                    false => self.alone(&function.body),
                },
            )
            .collect();
        let mut found: Vec<Option<Short>> = vec![None; count];
        for _ in 0..DEEPEST_FREE {
            let known = found.clone();
            for (short, own) in found.iter_mut().zip(&own) {
                let Some((own, callees)) = own else {
                    continue;
                };
                let mut callees = callees.iter().map(|callee| known[*callee]);
                let total = callees.try_fold(*own, |sum, callee| Some(sum.with(callee?)));
                *short = short.or(total.filter(|total| total.weight <= MOST_FREE));
            }
        }
        found
    }

    /// What a body is without those of the program that it calls, and these; none if it calls others.
    fn alone(&self, body: &Body) -> Option<(Short, Vec<usize>)> {
        let weight: usize = body
            .blocks
            .values()
            .map(|block| block.statements.len() + 1)
            .sum();
        if weight > MOST_FREE {
            return None;
        }
        let has_loops = !every_loop(body).is_empty();
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
        Some((Short { weight, has_loops }, called))
    }
}

/// A function whose calls are free: what it does besides the rounds of its loops, which take fuel themselves, is bounded.
#[derive(Clone, Copy)]
struct Short {
    weight: usize,
    has_loops: bool,
}

impl Short {
    fn with(self, callee: Short) -> Short {
        Short {
            weight: self.weight + callee.weight,
            has_loops: self.has_loops || callee.has_loops,
        }
    }
}

fn each_override(own: &Overrides) -> impl Iterator<Item = Target> + use<> {
    [own.show, own.eq, own.lt, own.hash].into_iter().flatten()
}

/// What is known of the functions of a program.
struct Facts<'a> {
    program: &'a Program,
    env: &'a Env,
    short: Vec<Option<Short>>,
    /// Where it begins, since not all that call it can.
    takes_itself: Vec<bool>,
    is_length: Vec<bool>,
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

    /// Whether a call of it may take fuel, here or there.
    fn is_charged(&self, callee: &Callee) -> bool {
        match (self.defined(callee), callee) {
            (Some(index), _) => self.short[index].is_none_or(|short| short.has_loops),
            (None, Callee::Fn(def, args)) => {
                let target = self.program.target(*def, args);
                self.program.intrinsic(target).is_none()
            }
            (None, Callee::Value(_) | Callee::TraitMethod(..)) => true,
        }
    }

    /// Whether the caller takes it.
    fn takes(&self, callee: &Callee) -> bool {
        match (self.defined(callee), callee) {
            (Some(index), _) => self.short[index].is_none() && !self.takes_itself[index],
            (None, Callee::Fn(..)) => self.is_charged(callee),
            (None, Callee::Value(_) | Callee::TraitMethod(..)) => false,
        }
    }
}

/// What a block takes when it begins, and the first statement that it is for.
type Needs = SecondaryMap<BlockId, Option<(u64, Span)>>;

fn add(needs: &mut Needs, block: BlockId, units: u64, span: Span) {
    let (before, first) = needs[block].unwrap_or((0, span));
    needs[block] = Some((before + units, first));
}

fn charge(facts: &Facts<'_>, layouts: &mut Layouts<'_>, body: &mut Body, at_entry: bool) {
    let mut needs = Needs::new();
    let mut calls: EntitySet<BlockId> = EntitySet::new();
    for (id, block) in body.blocks.iter() {
        for statement in &block.statements {
            let units = units_of(facts, layouts, body, &statement.kind);
            if units > 0 {
                add(&mut needs, id, units, statement.span);
            }
            if let StatementKind::Call { callee, .. } = &statement.kind
                && facts.is_charged(callee)
            {
                calls.insert(id);
            }
        }
    }
    if at_entry && let Some(first) = body.blocks.keys().next() {
        add(&mut needs, first, 1, body.span);
    }
    let loops = every_loop(body);
    let mut latches: EntitySet<BlockId> = EntitySet::new();
    let mut asked: EntitySet<BlockId> = EntitySet::new();
    for each in &loops {
        let span = span_of(body, each.header);
        let has_loops = || {
            let mut headers = loops.iter().map(|other| other.header);
            headers.any(|other| other != each.header && each.blocks.contains(&other))
        };
        let takes_nothing = |block: &BlockId| needs[*block].is_none() && !calls.contains(*block);
        match counted(facts, body, each) {
            Some(found) if found.is_only_exit => take_before(body, each, found.rounds, span),
            Some(Counted {
                rounds: Rounds::Below(counter, end),
                test,
                ..
            }) if !has_loops() && each.blocks.iter().all(takes_nothing) => {
                take_after(body, each, &test, counter, end, span);
            }
            Some(_) | None => {
                let is_quiet =
                    !has_loops() && !each.blocks.iter().any(|block| calls.contains(*block));
                let asks = is_quiet && ask_at_header(body, each, span);
                for block in &each.blocks {
                    let next = body.blocks[*block].terminator.successors();
                    if next.contains(&each.header) {
                        let at = leading_to(body, *block, each.header);
                        add(&mut needs, at, 1, span);
                        latches.insert(at);
                        if asks {
                            asked.insert(at);
                        }
                    }
                }
            }
        }
    }
    for (id, block) in body.blocks.iter_mut() {
        let Some((units, span)) = needs[id] else {
            continue;
        };
        let fuel = |fuel| Statement {
            kind: StatementKind::Check(Check::Fuel(fuel)),
            span,
        };
        // In a loop without calls it is asked last: so nothing but what ends the run leaves a round before, and LLVM looks before the first
        // at what is the same in each.
        if latches.contains(id) && !calls.contains(id) {
            block.statements.insert(0, fuel(Fuel::Advance(units)));
            if !asked.contains(id) {
                block.statements.push(fuel(Fuel::Was));
            }
        } else {
            block.statements.insert(0, fuel(Fuel::Units(units)));
        }
    }
}

fn units_of(
    facts: &Facts<'_>,
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
    let ty = body.place_ty(facts.env, dest);
    let size = match ty.kind() {
        TyKind::FixedArray(..) | TyKind::Adt(..) | TyKind::Tuple(..) => layouts.of(ty).size,
        _ => 0,
    };
    call + if size < LARGE { 0 } else { size / BYTES }
}

/// A loop that begins with a test goes on only if there is fuel, too: LLVM knows this form, and keeps in a register what is left.
fn ask_at_header(body: &mut Body, each: &Loop, span: Span) -> bool {
    let Terminator::If {
        cond,
        then,
        otherwise,
    } = body.blocks[each.header].terminator.clone()
    else {
        return false;
    };
    let [stays_if_true, stays_if_false] = [then, otherwise].map(|next| each.blocks.contains(&next));
    if stays_if_true == stays_if_false {
        return false;
    }
    let both = new_local(body, Ty::bool(), span);
    let fuel = Fuel::Go {
        cond,
        stays_if_true,
        into: both,
    };
    add_fuel(body, each.header, fuel, span);
    if let Terminator::If { cond, .. } = &mut body.blocks[each.header].terminator {
        *cond = copy(both);
    }
    let exit = if stays_if_true { otherwise } else { then };
    let at = between(body, each.header, exit);
    add_fuel(body, at, Fuel::Was, span);
    true
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

/// A block on the way from one to the other, for what is done only there.
fn between(body: &mut Body, from: BlockId, to: BlockId) -> BlockId {
    let new = body.blocks.push(Block {
        statements: Vec::new(),
        terminator: Terminator::Goto(to),
    });
    let next = |block| if block == to { new } else { block };
    body.blocks[from].terminator.map_successors(next);
    new
}

/// A block in which control goes from one to the other and nowhere else.
fn leading_to(body: &mut Body, from: BlockId, to: BlockId) -> BlockId {
    match body.blocks[from].terminator {
        Terminator::Goto(_) => from,
        _ => between(body, from, to),
    }
}

/// Blocks in which control goes into the loop. What was done for loops before may have put new ones in between.
fn entrances(body: &mut Body, each: &Loop) -> Vec<BlockId> {
    let leads = |id: &BlockId| {
        let next = body.blocks[*id].terminator.successors();
        !each.blocks.contains(id) && next.contains(&each.header)
    };
    let entries: Vec<BlockId> = body.blocks.keys().filter(leads).collect();
    let entries = entries.into_iter();
    entries
        .map(|entry| leading_to(body, entry, each.header))
        .collect()
}

fn new_local(body: &mut Body, ty: Ty, span: Span) -> Local {
    body.locals.push(LocalDecl {
        ty,
        name: None,
        span,
        kind: LocalKind::Owned,
    })
}

fn add_fuel(body: &mut Body, at: BlockId, fuel: Fuel, span: Span) {
    let kind = StatementKind::Check(Check::Fuel(fuel));
    body.blocks[at].statements.push(Statement { kind, span });
}

fn copy(local: Local) -> Operand {
    Operand::Copy(Place::local(local))
}

/// Takes the rounds wherever the loop is entered.
fn take_before(body: &mut Body, each: &Loop, rounds: Rounds, span: Span) {
    for at in entrances(body, each) {
        let (Rounds::Below(counter, end) | Rounds::Through(counter, end)) = &rounds;
        let to = end_there(body, at, end, span);
        let from = copy(*counter);
        let fuel = match rounds {
            Rounds::Below(..) => Fuel::Below { from, to },
            Rounds::Through(..) => Fuel::Through { from, to },
        };
        add_fuel(body, at, fuel, span);
    }
}

fn end_there(body: &mut Body, at: BlockId, end: &End, span: Span) -> Operand {
    match end {
        End::Is(operand) => operand.clone(),
        End::Length(place) => {
            let length = new_local(body, Ty::i64(), span);
            assign(body, at, length, Rvalue::Len(place.clone()), span);
            copy(length)
        }
    }
}

fn assign(body: &mut Body, at: BlockId, local: Local, value: Rvalue, span: Span) {
    let kind = StatementKind::Assign {
        place: Place::local(local),
        value,
        old: Old::Nothing,
    };
    body.blocks[at].statements.push(Statement { kind, span });
}

/// A loop that may be left before its end: it counts as far as the fuel goes, and takes the rounds that there were on each way out. If it came
/// to where the fuel ends, that is too little for all.
fn take_after(body: &mut Body, each: &Loop, test: &Test, counter: Local, end: End, span: Span) {
    let ty = body.locals[counter].ty;
    let [first, last, reach] = [(); 3].map(|()| new_local(body, ty, span));
    for at in entrances(body, each) {
        let to = end_there(body, at, &end, span);
        assign(body, at, first, Rvalue::Use(copy(counter)), span);
        assign(body, at, last, Rvalue::Use(to), span);
        let (from, to) = (copy(counter), copy(last));
        let into = reach;
        add_fuel(body, at, Fuel::Reach { from, to, into }, span);
    }
    let compared = &mut body.blocks[test.block].statements[test.position].kind;
    if let StatementKind::Assign {
        value: Rvalue::Binary(_, left, right) | Rvalue::Compare(_, left, right),
        ..
    } = compared
    {
        let end = if test.is_swapped { left } else { right };
        *end = copy(reach);
    }
    for block in &each.blocks {
        for next in body.blocks[*block].terminator.successors() {
            if each.blocks.contains(&next) {
                continue;
            }
            let to = match *block == test.block && next == test.exit {
                true => last,
                false => counter,
            };
            let at = between(body, *block, next);
            let (from, to) = (copy(first), copy(to));
            add_fuel(body, at, Fuel::Below { from, to }, span);
        }
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

/// What is known of a loop that counts.
struct Counted {
    rounds: Rounds,
    test: Test,
    is_only_exit: bool,
}

/// Where the counter is compared with its end.
struct Test {
    block: BlockId,
    position: usize,
    /// The end stands before the counter.
    is_swapped: bool,
    exit: BlockId,
}

/// The rounds of a loop that is left by a comparison of a counter, which grows by one in each.
fn counted(facts: &Facts<'_>, body: &Body, each: &Loop) -> Option<Counted> {
    // Nothing leads to where a function begins.
    if body.blocks.keys().next() == Some(each.header) {
        return None;
    }
    let mut blocks = EntitySet::new();
    for block in &each.blocks {
        blocks.insert(*block);
    }
    let ways = Ways {
        body,
        header: each.header,
        list: &each.blocks,
        blocks,
    };
    let exits = exits(body, &ways);
    let at_header = exits.contains(&each.header);
    let (test, is_only_exit) = match exits.as_slice() {
        [only] => (*only, true),
        _ if at_header => (each.header, false),
        _ => return None,
    };
    let Terminator::If {
        cond,
        then,
        otherwise,
    } = &body.blocks[test].terminator
    else {
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
    let in_order = test == each.header || !ways.leads(each.header, step, Some(test));
    if step == test || !in_order || !ways.is_once(step) || !ways.is_once(test) {
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
    Some(Counted {
        rounds: match through {
            true => Rounds::Through(counter, end),
            false => Rounds::Below(counter, end),
        },
        test: Test {
            block: test,
            position,
            is_swapped: matches!(op, BinaryOp::Gt),
            exit: if stays_if_true { *otherwise } else { *then },
        },
        is_only_exit,
    })
}

/// The blocks by which a loop is left, apart from ways that end the run.
fn exits(body: &Body, ways: &Ways<'_>) -> Vec<BlockId> {
    let ends = |block: BlockId| {
        matches!(
            body.blocks[block].terminator,
            Terminator::Panic { .. } | Terminator::Unreachable
        )
    };
    let leaves = |block: &BlockId| {
        let mut next = body.blocks[*block].terminator.successors().into_iter();
        next.any(|next| !ways.blocks.contains(next) && !ends(next))
    };
    ways.list.iter().copied().filter(leaves).collect()
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

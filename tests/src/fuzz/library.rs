//! Statements over what the library has: iterators, texts, methods of arrays, queues and vectors.

use super::generate::Generator;
use super::types::Ty;

impl Generator {
    pub(crate) fn of_library(&mut self, depth: usize) {
        match self.random.below(9) {
            0 | 1 => self.lazily(depth),
            2 => self.each_char(depth),
            3 | 4 => self.arrange(),
            5 => self.queue(),
            6 => self.lane(),
            7 => self.slice(depth),
            _ => self.exchange_elements(),
        }
    }

    /// A chain of iterators, walked or gathered.
    fn lazily(&mut self, depth: usize) {
        let bound = self.expr(&Ty::i64(), 1);
        let mut source = match self.random.below(3) {
            0 => "(0..7)".to_string(),
            1 => format!("(1..=ix({bound}, 5))"),
            _ => format!("Count(ix({bound}, 4), 6)"),
        };
        let mut ty = Ty::i64();
        for _ in 0..self.random.below(4) {
            let by = self.random.below(4);
            source = match self.random.below(4) {
                0 => format!("{source}.take({by})"),
                1 => format!("{source}.skip({by})"),
                2 => {
                    ty = Ty::Tuple(vec![Ty::i64(), ty]);
                    format!("{source}.enumerate()")
                }
                _ => {
                    ty = Ty::Tuple(vec![ty, Ty::i64()]);
                    format!("{source}.zip(Count({by}, 9))")
                }
            };
        }
        let name = self.name('x');
        if self.random.chance(50) {
            self.declare(&name, ty, false, false);
            self.looped(&format!("for {name} in {source}"), depth.min(1));
            return self.scope.retain(|v| v.name != name);
        }
        self.declare(&name, ty.clone(), false, false);
        let calls = std::mem::take(&mut self.calls_left);
        let (end, made) = match self.random.below(4) {
            0 => ("to_array()".to_string(), Ty::Array(Box::new(ty))),
            1 => (
                format!("filter(|{name}| {})", self.expr(&Ty::Bool, 2)),
                Ty::Array(Box::new(ty)),
            ),
            2 => {
                let to = self.types.any(&mut self.random, 1);
                let value = self.expr(&to, 2);
                (
                    format!("map(|{name}| -> {} {{ {value} }})", to.text()),
                    Ty::Array(Box::new(to)),
                )
            }
            _ => (
                format!("any(|{name}| {})", self.expr(&Ty::Bool, 2)),
                Ty::Bool,
            ),
        };
        self.calls_left = calls;
        self.scope.retain(|v| v.name != name);
        let value = self.name('v');
        self.line(&format!("let {value} = {source}.{end}"));
        let global = self.indent == 0;
        self.declare(&value, made, false, global);
    }

    fn each_char(&mut self, depth: usize) {
        let text = self.expr(&Ty::Str, 1);
        let name = self.name('x');
        let (part, ty) = match self.random.below(4) {
            0 => ("", Ty::Char),
            1 => (".chars()", Ty::Char),
            2 => (".bytes()", Ty::Int("u8")),
            _ => (".split(\" \")", Ty::Str),
        };
        let source = self.name('v');
        self.line(&format!("let {source} = {text}"));
        self.declare(&name, ty, false, false);
        self.looped(&format!("for {name} in {source}{part}"), depth.min(1));
        self.scope.retain(|v| v.name != name);
    }

    /// The methods of arrays that change their order or their length.
    fn arrange(&mut self) {
        let Some((place, element, _)) = self.array_place(true) else {
            return self.assign();
        };
        let (x, y) = (self.name('x'), self.name('x'));
        let ordered = self.types.has_order(&element);
        let value = self.expr(&element, 1);
        self.declare(&x, element.clone(), false, false);
        let calls = std::mem::take(&mut self.calls_left);
        let statement = match self.random.below(11) {
            0 if ordered => format!("{place}.sort()"),
            1 if ordered => format!("{place}.sort_by(|{x}, {y}| {y} < {x})"),
            2 => {
                let key = self.expr(&Ty::i64(), 2);
                format!("{place}.sort_by_key(|{x}| {key})")
            }
            3 => {
                let holds = self.expr(&Ty::Bool, 2);
                format!("{place}.retain(|{x}| {holds})")
            }
            4 if self.types.has_equality(&element) => format!("{place}.dedup()"),
            5 => format!("{place}.fill({value})"),
            6 => {
                let size = self.random.below(5);
                format!("{place}.resize({size}, {value})")
            }
            7 => format!("if {place}.len() < 6 {{ {place}.extend({place}[..{place}.len() / 2]) }}"),
            8 if ordered => format!("print({place}.min(), {place}.max(), {place}.sorted())"),
            9 => format!(
                "print({place}.chunks(2), {place}.windows(2).len(), {place}.take(1), {place}.skip(1))"
            ),
            _ => {
                let holds = self.expr(&Ty::Bool, 2);
                format!("print({place}.partition(|{x}| {holds}), {place}.count(|{x}| {holds}))")
            }
        };
        self.calls_left = calls;
        self.scope.retain(|v| v.name != x);
        self.line(&statement);
    }

    fn queue(&mut self) {
        let found = (0..8).find_map(|_| match self.place(true)? {
            (place, Ty::Chunked(name, element), _) => Some((place, name, *element)),
            _ => None,
        });
        let Some((place, name, element)) = found else {
            return self.arrange();
        };
        let value = self.expr(&element, 2);
        let short = format!("if {place}.len() < 9 {{");
        match (name, self.random.below(4)) {
            ("Deque", 0) => self.line(&format!("{short} {place}.push_front({value}) }}")),
            ("Deque", 1) => self.line(&format!("{short} {place}.push_back({value}) }}")),
            ("Deque", 2) => self.line(&format!(
                "if {place}.len() > 1 {{ print({place}.pop_front()) }}"
            )),
            ("Deque", _) => self.line(&format!(
                "if {place}.len() > 1 {{ let _ = {place}.pop_back() }}"
            )),
            (_, 0 | 1) => self.line(&format!("{short} {place}.push({value}) }}")),
            (_, 2) => self.line(&format!(
                "if {place}.len() > 1 {{ print({place}.swap_remove(0)) }}"
            )),
            _ => self.line(&format!("if {place}.len() > 1 {{ let _ = {place}.pop() }}")),
        }
    }

    /// One lane of a vector, or something of all.
    fn lane(&mut self) {
        let found = (0..8).find_map(|_| match self.place(true)? {
            (place, Ty::Vector(_, lane), _) => Some((place, lane)),
            _ => None,
        });
        let Some((place, lane)) = found else {
            return self.assign();
        };
        let ty = match lane.starts_with('f') {
            true => Ty::Float(lane),
            false => Ty::Int(lane),
        };
        let value = self.expr(&ty, 2);
        match self.random.below(3) {
            0 => self.line(&format!(
                "print({place}.sum(), {place}.min(), {place}.max())"
            )),
            1 => self.line(&format!("{place}[1] += {value}")),
            _ => self.line(&format!("{place}[0] = {value}")),
        }
    }

    /// A part of an array, walked while the array may change.
    fn slice(&mut self, depth: usize) {
        let Some((place, element, _)) = self.array_place(false) else {
            return self.assign();
        };
        let (from, name) = (self.expr(&Ty::i64(), 1), self.name('x'));
        self.declare(&name, element, false, false);
        self.looped(
            &format!("for {name} in {place}[ix({from}, {place}.len() + 1)..]"),
            depth.min(1),
        );
        self.scope.retain(|v| v.name != name);
    }

    /// Two elements of one array, now and then the same.
    fn exchange_elements(&mut self) {
        let Some((place, _, _)) = self.array_place(true) else {
            return self.assign();
        };
        let (a, b) = (self.random.below(3), self.expr(&Ty::i64(), 1));
        let fits = format!("if {place}.len() > 2 {{");
        match self.random.below(3) {
            0 => self.line(&format!("{fits} {place}.swap({a}, ix({b}, 3)) }}")),
            1 => self.line(&format!(
                "{fits} ({place}[{a}], {place}[ix({b}, 3)]) = ({place}[ix({b}, 3)], {place}[{a}]) }}"
            )),
            // Two projections of one value always overlap.
            _ if place.contains(['[', '(']) => self.line(&format!("{place}.reverse()")),
            _ => {
                let other = (a + 1 + self.random.below(2)) % 3;
                self.line(&format!("{fits} swap(mut {place}[{a}], mut {place}[{other}]) }}"));
            }
        }
    }
}

//! The text of a value beside its cell. To show a value is no part of the program: what a type's own `show` changes is put back,
//! what it prints is dropped, and where it fails or changes the outside, the parts of the value are shown and a note says why.

use std::time::Duration;

use compiler::CellInfo;
use compiler::env::{DefId, DefKind, Env};
use compiler::mir::Effects;
use stdlib::value::View;
use stdlib::{Outside, TypeDesc, value};

use super::Session;
use crate::linked::{GlobalPlace, Linked};
use crate::machine::Machine;
use crate::report::{CellReport, RuntimeError, Shown};
use crate::saved::Saved;
use crate::trap::{Trap, TrapKind};

/// How much of a value's text is shown.
const SHOWN: usize = 2048;

/// Who shows values, and puts back what that changed.
pub(crate) trait Showing {
    /// The values of all globals.
    type State;

    fn machine(&self) -> &Machine;
    fn describe(&self, trap: &Trap) -> RuntimeError;
    fn sweep(&self);
    fn state(&self) -> Self::State;
    /// Puts it back in place of valid values, or over what an abandoned run left.
    fn put_back(&self, state: Self::State, abandoned: bool);

    /// Runs code of the program for the sake of a text; the limit that it came to, if it did.
    fn watched(
        &self,
        run: impl FnOnce() -> Result<(), Trap>,
    ) -> (Result<(), Trap>, Option<Duration>) {
        (run(), None)
    }

    /// The literal text of a value, and why it is not that of the type's own `show` if it is not.
    fn text_of(&self, desc: &TypeDesc, address: *const u8) -> (String, Option<String>) {
        let mut parts = None;
        // SAFETY: the place holds a value. Nothing of ours is lost with the abandoned frames.
        let shown = unsafe {
            self.machine()
                .run(|| parts = Some(value::literal_of_parts(desc, address, SHOWN)))
        };
        let (parts, has_own) = match (shown, parts) {
            (Ok(()), Some(found)) => found,
            (Ok(()), None) => return (String::new(), None),
            (Err(trap), _) => {
                let why = self.describe(&trap).message;
                self.sweep();
                return ("…".to_owned(), Some(format!("it cannot be shown: {why}")));
            }
        };
        if !has_own {
            return (bounded(parts), None);
        }
        match self.own_text(desc, address) {
            Ok(own) => (bounded(own), None),
            Err(why) => (bounded(parts), Some(why)),
        }
    }

    /// The text by the type's own `show`, on a state that is put back.
    fn own_text(&self, desc: &TypeDesc, address: *const u8) -> Result<value::Shown, String> {
        // SAFETY: the place holds a value.
        self.on_a_state_to_put_back(|| unsafe { value::literal(desc, address, SHOWN) })
    }

    /// What code of the program comes to, on a state that is put back.
    fn on_a_state_to_put_back<T>(&self, body: impl FnOnce() -> T) -> Result<T, String> {
        let state = self.state();
        self.machine()
            .with_runtime(|runtime| runtime.outside = Outside::Closed);
        let mut text = None;
        // SAFETY: as above.
        let run = || unsafe { self.machine().run(|| text = Some(body())) };
        let (result, limit) = self.watched(run);
        let outside = self
            .machine()
            .with_runtime(|runtime| std::mem::take(&mut runtime.outside));
        match result {
            Ok(()) => {
                self.put_back(state, false);
                text.ok_or_else(String::new)
            }
            Err(trap) => {
                let why = self.why_not(&trap, outside, limit);
                self.put_back(state, true);
                self.sweep();
                Err(why)
            }
        }
    }

    /// The texts of many values, each bounded; by the types' own `show` if none of them fails.
    fn texts_of(&self, items: &[(&TypeDesc, *const u8)], limit: usize) -> Vec<String> {
        let mut parts = Vec::new();
        // SAFETY: they are valid values. Nothing of ours is lost with the abandoned frames but a part of a list.
        let shown = unsafe {
            self.machine().run(|| {
                parts.extend(
                    items
                        .iter()
                        .map(|(desc, address)| value::literal_of_parts(desc, *address, limit)),
                );
            })
        };
        if shown.is_err() {
            self.sweep();
            return vec!["…".to_owned(); items.len()];
        }
        if parts.iter().any(|(_, has_own)| *has_own) {
            let texts = items.iter();
            // SAFETY: as above.
            let texts =
                texts.map(|(desc, address)| unsafe { value::literal(desc, *address, limit) });
            if let Ok(own) = self.on_a_state_to_put_back(|| texts.collect::<Vec<_>>()) {
                return own.into_iter().map(bounded).collect();
            }
        }
        parts.into_iter().map(|(text, _)| bounded(text)).collect()
    }

    fn why_not(&self, trap: &Trap, outside: Outside, limit: Option<Duration>) -> String {
        if outside == Outside::Refused {
            return "these are the parts: `show` would change something outside".to_owned();
        }
        if let Some(limit) = limit {
            return format!("these are the parts: `show` took longer than {limit:?}");
        }
        if trap.kind == TrapKind::Interrupt {
            return "these are the parts: `show` was interrupted".to_owned();
        }
        let error = self.describe(trap);
        let place = error
            .place()
            .map(|frame| format!(", at {}:{}", frame.file, frame.line));
        format!(
            "these are the parts, `show` failed: {}{}",
            error.message,
            place.unwrap_or_default()
        )
    }
}

impl Showing for Session {
    type State = Vec<Saved>;

    fn machine(&self) -> &Machine {
        &self.machine
    }

    fn describe(&self, trap: &Trap) -> RuntimeError {
        Session::describe(self, trap)
    }

    fn sweep(&self) {
        Session::sweep(self);
    }

    fn state(&self) -> Vec<Saved> {
        self.save(&Effects {
            anything: true,
            ..Effects::default()
        })
    }

    fn put_back(&self, state: Vec<Saved>, abandoned: bool) {
        for saved in state {
            match abandoned {
                true => saved.restore_abandoned(),
                false => saved.restore(&self.machine),
            }
        }
    }
}

impl Session {
    /// Name, type and literal text of a global; `None` if it is not bound.
    pub(super) fn show_global(&self, unit: &Linked, env: &Env, def: DefId) -> Option<Shown> {
        let place = unit.global(def).filter(|place| place.is_bound.get())?;
        Some(shown(self, place, env))
    }
}

/// Name, type and literal text of a global that is bound.
pub(crate) fn shown(by: &impl Showing, place: &GlobalPlace, env: &Env) -> Shown {
    let found = env.def(place.def);
    let ty = match &found.kind {
        DefKind::Global(global) => global.ty().display(env),
        _ => String::new(),
    };
    let (text, note) = by.text_of(place.desc(), place.address);
    Shown {
        name: found.name.to_string(),
        ty,
        text,
        note,
        preview: None,
    }
}

/// Says of values that are not shown whole how large they are, and how to see all of them.
pub(super) fn note_cuts(unit: &Linked, info: &CellInfo, report: &mut CellReport) {
    let shown = report.bindings.iter_mut().zip(&info.defines);
    for (shown, def) in shown.chain(report.value.iter_mut().zip(&info.value)) {
        let is_cut = shown.text.len() >= SHOWN / 2 && shown.text.ends_with('…');
        if !is_cut || shown.note.is_some() {
            continue;
        }
        let place = unit.global(*def).filter(|place| place.is_bound.get());
        // SAFETY: the place holds a value of that type.
        let size = place.and_then(|place| unsafe { size_of(place.desc(), place.address) });
        let size = size.map_or_else(
            || "only its beginning is shown".to_owned(),
            |size| format!("the beginning of {size}"),
        );
        shown.note = Some(match shown.name.is_empty() {
            true => size,
            false => format!("{size}; `print({})` shows all of it", shown.name),
        });
    }
}

/// How much there is of what has a length.
unsafe fn size_of(desc: &TypeDesc, address: *const u8) -> Option<String> {
    // SAFETY: the caller's promise.
    match unsafe { value::view(desc, address) } {
        View::Text(text) => Some(format!("{} bytes of text", text.len())),
        View::Elements { len, .. } => Some(format!("{len} elements")),
        View::Inner(desc, inner) => {
            // SAFETY: as above.
            unsafe { size_of(desc, inner) }
        }
        View::Int(_)
        | View::Float(_)
        | View::Bool(_)
        | View::Char(_)
        | View::Unit
        | View::Fields(_)
        | View::Variant(..)
        | View::Closed => None,
    }
}

fn bounded(shown: value::Shown) -> String {
    if shown.complete {
        shown.text
    } else {
        shown.text + "…"
    }
}

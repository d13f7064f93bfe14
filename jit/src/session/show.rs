//! The text of a value beside its cell. To show a value is no part of the program: what a type's own `show` changes is put back,
//! what it prints is dropped, and where it fails or changes the outside, the parts of the value are shown and a note says why.

use compiler::env::{DefId, DefKind, Env};
use compiler::mir::Effects;
use stdlib::{Outside, TypeDesc, value};

use super::Session;
use crate::linked::{GlobalPlace, Linked};
use crate::machine::Machine;
use crate::report::{RuntimeError, Shown};
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
        let state = self.state();
        self.machine()
            .with_runtime(|runtime| runtime.outside = Outside::Closed);
        let mut text = None;
        // SAFETY: as above.
        let result = unsafe {
            self.machine()
                .run(|| text = Some(value::literal(desc, address, SHOWN)))
        };
        let outside = self
            .machine()
            .with_runtime(|runtime| std::mem::take(&mut runtime.outside));
        match result {
            Ok(()) => {
                self.put_back(state, false);
                text.ok_or_else(String::new)
            }
            Err(trap) => {
                let why = self.why_not(&trap, outside);
                self.put_back(state, true);
                self.sweep();
                Err(why)
            }
        }
    }

    fn why_not(&self, trap: &Trap, outside: Outside) -> String {
        if outside == Outside::Refused {
            return "these are the parts: `show` would change something outside".to_owned();
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
    }
}

fn bounded(shown: value::Shown) -> String {
    if shown.complete {
        shown.text
    } else {
        shown.text + "…"
    }
}

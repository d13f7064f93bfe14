//! The text of a value beside its cell. To show a value is no part of the program: what a type's own `show` changes is put back,
//! what it prints is dropped, and where it fails or changes the outside, the parts of the value are shown and a note says why.

use compiler::env::{DefId, DefKind, Env};
use compiler::mir::Effects;
use stdlib::{Outside, TypeDesc, value};

use super::Session;
use crate::linked::Linked;
use crate::report::Shown;
use crate::saved::Saved;
use crate::trap::{Trap, TrapKind};

/// How much of a value's text is shown.
const SHOWN: usize = 2048;

impl Session {
    /// Name, type and literal text of a global; `None` if it is not bound.
    pub(super) fn show_global(&self, unit: &Linked, env: &Env, def: DefId) -> Option<Shown> {
        let place = unit.global(def).filter(|place| place.is_bound.get())?;
        let found = env.def(def);
        let ty = match &found.kind {
            DefKind::Global(global) => global.ty().display(env),
            _ => String::new(),
        };
        let (text, note) = self.text_of(place.desc(), place.address);
        Some(Shown {
            name: found.name.to_string(),
            ty,
            text,
            note,
        })
    }

    fn text_of(&self, desc: &TypeDesc, address: *const u8) -> (String, Option<String>) {
        let mut parts = None;
        // SAFETY: the place holds a value. Nothing of ours is lost with the abandoned frames.
        let shown = unsafe {
            self.machine
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
        let saved = self.save(&Effects {
            anything: true,
            ..Effects::default()
        });
        self.machine
            .with_runtime(|runtime| runtime.outside = Outside::Closed);
        let mut text = None;
        // SAFETY: as above.
        let result = unsafe {
            self.machine
                .run(|| text = Some(value::literal(desc, address, SHOWN)))
        };
        let outside = self
            .machine
            .with_runtime(|runtime| std::mem::take(&mut runtime.outside));
        match result {
            Ok(()) => {
                for saved in saved {
                    saved.restore(&self.machine);
                }
                text.ok_or_else(String::new)
            }
            Err(trap) => {
                let why = self.why_not(&trap, outside);
                saved.into_iter().for_each(Saved::restore_abandoned);
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

fn bounded(shown: value::Shown) -> String {
    if shown.complete {
        shown.text
    } else {
        shown.text + "…"
    }
}

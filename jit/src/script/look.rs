//! What people see of a script that lives: its variables as text, and what an expression comes to between two calls.

use compiler::env::{DefId, DefKind};
use stdlib::value;

use super::asked::{Host, Wanted};
use super::{Living, Script, is_variable};
use crate::report::Error;
use crate::script::reload::is_var;

/// Under which an expression that was asked for is bound as long as it is looked at.
const ASKED: &str = "asked_by_the_host";

/// A variable of a script, as people read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// Its type, as Sumi writes it.
    pub ty: String,
    /// Whether it is a `var`.
    pub is_var: bool,
    /// Its value as a literal, with `…` at the end if there is more of it; of the parts, if a type has a `show` of its own.
    pub text: String,
}

impl Script {
    /// The variables that the text defines, with their values in at most about `limit` bytes each, in the order of the text. Nothing of
    /// the script runs. Not within a call.
    ///
    /// ```
    /// # let mut engine = jit::Engine::new(jit::Config::default())?;
    /// let game = engine.load("game.sumi", "let lanes = 3\nvar at = (1, 2.5)")?;
    /// let variables = game.variables(100)?;
    /// assert_eq!(variables[1].name, "at");
    /// assert_eq!(variables[1].ty, "(i64, f64)");
    /// assert_eq!(variables[1].text, "(1, 2.5)");
    /// # Ok::<(), jit::Error>(())
    /// ```
    pub fn variables(&self, limit: usize) -> Result<Vec<Variable>, Error> {
        let living = self.idle()?;
        let env = living.build.text.env();
        let mut cells = Vec::new();
        for (source, index) in living.cells() {
            cells.extend(source.cells()[index].defines.iter().copied());
        }
        let is_own =
            |def: &DefId| env.def(*def).module == living.build.front.home && is_variable(env, *def);
        let own = cells.into_iter().filter(is_own);
        Ok(own.filter_map(|def| living.shown(def, limit)).collect())
    }

    /// What an expression comes to in the scope of the script, in at most about `limit` bytes. It may do what the script may; what it did to
    /// variables is put back, what it did to the host is not. It is compiled for this one time, as for a reload. Not within a call.
    ///
    /// ```
    /// # let mut engine = jit::Engine::new(jit::Config::default())?;
    /// let game = engine.load("game.sumi", "var hits = [3, 4]\nfn take() -> i64 = hits.pop() ?? 0")?;
    /// assert_eq!(game.evaluate("hits.sum() + take()", 100)?.text, "11");
    /// assert_eq!(game.get::<Vec<i64>>("hits")?, [3, 4]);
    /// # Ok::<(), jit::Error>(())
    /// ```
    pub fn evaluate(&self, expression: &str, limit: usize) -> Result<Variable, Error> {
        let mut living = self.idle()?;
        let text = format!("{}\nlet {ASKED} = {{\n{expression}\n}}\n", living.text);
        let found = living.value_of(&text, limit);
        living.remove_old_code();
        let found = found?.ok_or_else(|| Error::signature(format!("`{expression}` has no value")));
        found.map(|found| Variable {
            name: expression.to_owned(),
            ..found
        })
    }
}

impl Living {
    /// What that text binds to the name of what is asked for; then it is forgotten.
    fn value_of(&mut self, text: &str, limit: usize) -> Result<Option<Variable>, Error> {
        let (_, former) = self.exchange_alone(text)?;
        let found = self.named(ASKED, Wanted::Variable(Host::Other));
        let found = found.map(|def| self.shown(def, limit));
        self.restore(former)?;
        found
    }

    /// None if it has no value.
    fn shown(&self, def: DefId, limit: usize) -> Option<Variable> {
        let env = self.build.text.env();
        let DefKind::Global(global) = &env.def(def).kind else {
            return None;
        };
        let (desc, address) = self.build.places.get(def)?.global.root()?;
        let mut shown = None;
        // SAFETY: the place holds a value of that type, nothing of the program runs, and nothing of ours is lost with an abandoned run.
        let result = unsafe {
            self.machine()
                .run(|| shown = Some(value::literal_of_parts(&*desc, address, limit)))
        };
        if result.is_err() {
            self.machine().sweep([]);
        }
        let text = match shown {
            Some((shown, _)) if shown.complete => shown.text,
            Some((shown, _)) => shown.text + "…",
            None => "…".to_owned(),
        };
        Some(Variable {
            name: env.def(def).name.to_string(),
            ty: global.ty().display(env),
            is_var: is_var(env, def),
            text,
        })
    }
}

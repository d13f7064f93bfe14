//! `sumi explain`: a script is compiled as for a run, and told of; nothing runs.

use compiler::mono::Mode;

use super::Session;
use crate::explain;
use crate::front::Constants;
use crate::report::Error;

impl Session {
    /// What the compiler made of a text, as text: the lines where a loop was vectorised or not, a check or an allocation stayed in optimised code, or
    /// a value is shared, each with the reason. Only what the text would run is compiled. Nothing runs and nothing stays defined. A text with
    /// mistakes is [`Error::Rejected`].
    pub fn explain(&mut self, name: &str, text: &str) -> Result<String, Error> {
        let before = self.front.env.clone();
        let sources = self.front.sources.len();
        let explained = self.explained(name, text);
        self.front.env = before;
        self.front.sources.truncate(sources);
        explained
    }

    fn explained(&mut self, name: &str, text: &str) -> Result<String, Error> {
        let mut gathered = self.front.gather(name, text)?;
        let Some(ready) = gathered.units.pop() else {
            return Ok(String::new());
        };
        let env = &ready.compiled.env;
        let program = self
            .front
            .program(&ready, Mode::Script, Constants::AsData)?;
        let mut input = self.input(&program, env, Mode::Script);
        input.options.optimise = true;
        let findings = codegen::explain(input).map_err(|message| Error::Backend { message })?;
        Ok(explain::explain(
            &self.front.sources,
            env,
            &program,
            &findings,
        ))
    }
}

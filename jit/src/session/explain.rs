//! `sumi explain`.

use compiler::mono::Mode;

use super::Session;
use crate::front::Constants;
use crate::report::Error;

impl Session {
    pub fn explain(&mut self, name: &str, text: &str) -> Result<String, Error> {
        let mut gathered = self.front.gather(name, text)?;
        let Some(ready) = gathered.units.pop() else {
            return Ok(String::new());
        };
        let env = &ready.compiled.env;
        let program = self
            .front
            .program(&ready, Mode::Script, Constants::AsData)?;
        let input = self.input(&program, env, Mode::Script);
        let found = codegen::explain(input).map_err(|message| Error::Backend { message })?;
        let mut out = String::new();
        for finding in found {
            let frames = |frames: &[codegen::Frame]| {
                frames.iter().map(|f| format!("{}:{}:{} {}", f.file, f.line, f.column, f.function)).collect::<Vec<_>>().join(" < ")
            };
            out += &format!("{:?}\n", match &finding.what {
                codegen::What::Call { symbol, number, around } => format!("call {symbol} {number} in {}", around.as_ref().map_or(String::new(), |l| format!("{} {}", l.is_rest, frames(&l.at)))),
                other => format!("{other:?}")
            });
            out += &format!("     at {}\n", frames(&finding.at));
        }
        Ok(out)
    }
}

//! Diagnostics of a unit, to those that stand for themselves: without what is only said because something else was not understood.

use syntax::ast::Doubts;
use syntax::{Diagnostic, Diagnostics};

/// Leaves out what follows from the mistakes of grammar, which are the first `of_grammar` of them.
pub(crate) fn leave_out(doubts: &Doubts, of_grammar: usize, diagnostics: &mut Diagnostics) {
    if doubts.names.is_empty() && doubts.torn.is_empty() {
        return;
    }
    let mut index = 0;
    diagnostics.retain(|found| {
        index += 1;
        index <= of_grammar || !follows(doubts, found)
    });
}

/// Whether it is about an item whose brackets were repaired, or names a declaration that was not understood whole.
fn follows(doubts: &Doubts, found: &Diagnostic) -> bool {
    let in_torn = |at| doubts.torn.iter().any(|torn| torn.contains(at));
    let is_torn = found.labels.iter().any(|label| in_torn(label.span));
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let quoted = found.message.split('`').skip(1).step_by(2);
    let mut words = quoted.flat_map(|code| code.split(|c| !is_part(c)));
    is_torn || words.any(|word| doubts.names.iter().any(|name| name == word))
}

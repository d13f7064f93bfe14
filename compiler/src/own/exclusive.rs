//! Whether two accesses to overlapping places can be open at once, one of them to write. What is certain is an error that
//! names both; what depends on two indices is checked as it runs.

use syntax::Diagnostics;

use super::interface::Interfaces;
use crate::env::Env;
use crate::mir::Body;

pub(super) fn check(
    _body: &mut Body,
    _env: &Env,
    _interfaces: &Interfaces,
    _diags: &mut Diagnostics,
) {
}

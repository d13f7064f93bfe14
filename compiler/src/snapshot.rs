//! The compiled library as bytes: whoever builds an embedding program compiles it once, and every start reads it back.
//! Signatures and types are read at once, bodies when they are needed.

use serde::{Deserialize, Serialize};

use crate::env::{DefId, Env, StoredBody};

#[derive(Serialize, Deserialize)]
struct Snapshot {
    env: Env,
    /// The functions that have a body, and its length; the bodies follow one another at the end.
    bodies: Vec<(DefId, usize)>,
}

/// The environment after the library has been compiled, as bytes for [`read`].
pub fn write(env: &Env) -> Vec<u8> {
    let mut defs: Vec<DefId> = env.defs().map(|def| def.id).collect();
    defs.sort();
    let mut bodies = Vec::new();
    let mut packed = Vec::new();
    for def in defs {
        if let Some(bytes) = env.stored_body(def).map(StoredBody::pack) {
            bodies.push((def, bytes.len()));
            packed.extend(bytes);
        }
    }
    let env = env.clone();
    let mut snapshot = postcard::to_stdvec(&Snapshot { env, bodies })
        .expect("compiler bug: the library cannot be packed");
    snapshot.extend(packed);
    snapshot
}

/// The environment that [`write`] was given. The bytes are those of the same version of the compiler.
pub fn read(bytes: &'static [u8]) -> Env {
    let (snapshot, mut rest) = postcard::take_from_bytes::<Snapshot>(bytes)
        .expect("compiler bug: the snapshot of the library is damaged");
    let mut env = snapshot.env;
    for (def, length) in snapshot.bodies {
        let (body, after) = rest.split_at(length);
        env.store_body(def, StoredBody::packed(body));
        rest = after;
    }
    env
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_is_what_was_written() {
        let env = crate::testing::compile("").env;
        let read = read(Box::leak(write(&env).into_boxed_slice()));
        let defs = |env: &Env| {
            let mut defs: Vec<DefId> = env.defs().map(|def| def.id).collect();
            defs.sort();
            defs
        };
        assert_eq!(defs(&env), defs(&read));
        for def in defs(&env) {
            let shown = |env: &Env| {
                let body = env.stored_body(def).map(StoredBody::get);
                body.map(|body| body.body().display(env).to_string())
            };
            assert_eq!(shown(&env), shown(&read), "{def}");
        }
    }
}

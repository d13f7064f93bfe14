//! A function's body in the `Env`: there, or still packed as bytes of a snapshot, which are read when someone first asks.

use std::sync::{Arc, OnceLock};

use crate::mir::Elaborated;

#[derive(Clone)]
pub struct StoredBody {
    body: Arc<OnceLock<Arc<Elaborated>>>,
    packed: &'static [u8],
}

impl StoredBody {
    pub(super) fn new(body: Arc<Elaborated>) -> StoredBody {
        StoredBody {
            body: Arc::new(OnceLock::from(body)),
            packed: &[],
        }
    }

    /// The bytes are those that [`StoredBody::pack`] gave.
    pub(crate) fn packed(packed: &'static [u8]) -> StoredBody {
        StoredBody {
            body: Arc::default(),
            packed,
        }
    }

    pub(crate) fn pack(&self) -> Vec<u8> {
        postcard::to_stdvec(&**self.get()).expect("compiler bug: a body cannot be packed")
    }

    pub(crate) fn get(&self) -> &Arc<Elaborated> {
        let read = || postcard::from_bytes(self.packed);
        self.body
            .get_or_init(|| Arc::new(read().expect("compiler bug: a packed body is damaged")))
    }
}

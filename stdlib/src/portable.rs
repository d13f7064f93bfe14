//! Values as bytes that outlive the process, and as JSON.
//!
//! The bytes bring the types along, so that a later program whose types differ reads them as a reload would convert them: by the names of
//! structs, enums, fields and variants. Blocks are written once, however many owners they have, those that a block leads to before it;
//! so a value takes what it holds, not what it spells, it can be no circle, and nothing is nested deeper than a type without its blocks.
//!
//! ```text
//! "SUMI" version u8, hash of the rest u64
//! types      name, shape; parts are numbers of types                         (postcard)
//! blocks     number of them; each: type of what leads to it, length, elements
//! roots      number of them; each: name, type, value
//!
//! i8 u8 bool   a byte                      str array map   0 if empty, else how many blocks ago its block was
//! i16 … u64    LEB128, signed as zigzag    box             the same, never 0
//! f32 f64      their bits                  set             its map
//! char         LEB128                      enum T? Result  number of the variant, its payload
//! ```
//!
//! A map's block has its pairs; how they are found is computed when they are read. Who reads looks at everything once, and only then makes values:
//! no length is believed for which there are not as many bytes.

mod closed;
mod file;
mod json;
mod make;
mod read;
pub(crate) mod schema;
mod write;

use std::collections::BTreeSet;
use std::fmt;

pub use closed::{Closed, closed_part};
pub use file::File;
pub use json::{Tree, Wrong, parse as parse_json, read as read_json, write as write_json};
pub use read::Reading;
pub use write::write;

/// In what a value that was read differs from the one that was written, by types and fields.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// New fields, which have their defaults: `Foe.life`.
    pub added: BTreeSet<String>,
    /// Fields that are gone, with their values.
    pub dropped: BTreeSet<String>,
    /// Fields of another type.
    pub retyped: BTreeSet<String>,
    /// Fields of which some value could not become one of the new type: it is the default now.
    pub lost: BTreeSet<String>,
}

impl Changes {
    /// Has those of `more` too.
    pub fn extend(&mut self, more: &Changes) {
        let lists = [
            (&mut self.added, &more.added),
            (&mut self.dropped, &more.dropped),
            (&mut self.retyped, &more.retyped),
            (&mut self.lost, &more.lost),
        ];
        for (known, more) in lists {
            known.extend(more.iter().cloned());
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.added.is_empty()
            && self.dropped.is_empty()
            && self.retyped.is_empty()
            && self.lost.is_empty()
    }
}

impl fmt::Display for Changes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lists = [
            ("new", &self.added),
            ("dropped", &self.dropped),
            ("of another type", &self.retyped),
            ("lost", &self.lost),
        ];
        let mut parts = Vec::new();
        for (what, names) in lists.into_iter().filter(|(_, names)| !names.is_empty()) {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            parts.push(format!("{what}: {}", names.join(", ")));
        }
        match parts.is_empty() {
            true => f.write_str("as it was"),
            false => f.write_str(&parts.join("; ")),
        }
    }
}

/// Bytes that are no value: torn, made by somebody else, or of a newer version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed(pub String);

fn malformed<T>(what: impl Into<String>) -> Result<T, Malformed> {
    Err(Malformed(what.into()))
}

pub(crate) const MAGIC: &[u8; 4] = b"SUMI";
pub(crate) const VERSION: u8 = 1;
/// Magic, version, hash.
const HEAD: usize = 13;

fn hash_of(bytes: &[u8]) -> u64 {
    use std::hash::Hasher;
    let mut hasher = siphasher::sip::SipHasher13::new();
    hasher.write(bytes);
    hasher.finish()
}

/// Puts the hash of the bytes after the head where it belongs.
fn seal(bytes: &mut [u8]) {
    let hash = hash_of(&bytes[HEAD..]);
    bytes[HEAD - 8..HEAD].copy_from_slice(&hash.to_le_bytes());
}

/// For tests that change bytes on purpose: they count as whole again.
#[doc(hidden)]
pub fn reseal(bytes: &mut [u8]) {
    if bytes.len() >= HEAD {
        seal(bytes);
    }
}

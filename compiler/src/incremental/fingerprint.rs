//! 128-bit hashes of what the compiler makes, equal in every run of the same build: by them it is known that something is still what it was.
//! Where something stands in a text does not count.

use std::fmt::{self, Display};
use std::hash::Hasher;
use std::sync::Arc;

use serde::ser::{
    self, Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant,
    SerializeTuple, SerializeTupleStruct, SerializeTupleVariant,
};
use siphasher::sip128::{Hasher128, SipHasher13};

use super::portable::Names;
use crate::env::DefId;

#[derive(
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Debug,
    Default,
    serde::Serialize,
    serde::Deserialize,
)]
pub struct Fingerprint(u128);

impl Fingerprint {
    /// Of the whole content of a value.
    pub fn of(value: &impl Serialize) -> Fingerprint {
        let mut hasher = Fingerprinter::default();
        hasher.add(value);
        hasher.finish()
    }

    pub fn as_u128(self) -> u128 {
        self.0
    }
}

/// Makes one fingerprint of several things.
#[derive(Default)]
pub struct Fingerprinter {
    hasher: SipHasher13,
    /// By which definitions and modules count, in place of their ids.
    names: Option<Arc<Names>>,
    /// Which of them the next number is.
    next: Option<Id>,
    /// Whether one of them had none.
    has_nameless: bool,
}

#[derive(Clone, Copy)]
enum Id {
    Def,
    Module,
}

impl Fingerprinter {
    /// Makes the same fingerprint in every process.
    pub(super) fn with_names(names: &Arc<Names>) -> Fingerprinter {
        Fingerprinter {
            names: Some(Arc::clone(names)),
            ..Fingerprinter::default()
        }
    }

    /// None if something had no name.
    pub(super) fn finish_named(&self) -> Option<Fingerprint> {
        (!self.has_nameless).then(|| self.finish())
    }

    pub fn add(&mut self, value: &impl Serialize) {
        let added = value.serialize(Parts(self));
        added.expect("compiler bug: a hash takes whatever comes");
    }

    pub fn finish(&self) -> Fingerprint {
        Fingerprint(self.hasher.finish128().as_u128())
    }
}

/// Hashes a value part by part, as serde hands them out.
struct Parts<'h>(&'h mut Fingerprinter);

/// The type whose values do not count.
const PLACE: &str = "Span";
/// Follows from the rest; in the order of ids, which is another one in each process.
const EFFECTS: &str = "Effects";

/// Never made: a hash takes everything.
#[derive(Debug)]
struct Never;

impl Display for Never {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("nothing goes wrong")
    }
}

impl std::error::Error for Never {}

impl ser::Error for Never {
    fn custom<T: Display>(_: T) -> Never {
        Never
    }
}

/// The fields of a struct, unless they say where something stands.
struct Fields<'h> {
    of: Parts<'h>,
    count: bool,
}

impl<'h> Parts<'h> {
    fn again(&mut self) -> Parts<'_> {
        Parts(self.0)
    }

    fn number(self, number: u64) -> Result<(), Never> {
        self.0.hasher.write_u64(number);
        Ok(())
    }

    fn text(self, bytes: &[u8]) -> Result<(), Never> {
        self.0.hasher.write_u64(bytes.len() as u64);
        self.0.hasher.write(bytes);
        Ok(())
    }

    fn list(mut self, len: Option<usize>) -> Result<Parts<'h>, Never> {
        self.again()
            .number(len.map_or(u64::MAX, |len| len as u64))?;
        Ok(self)
    }

    fn variant(mut self, index: u32) -> Result<Parts<'h>, Never> {
        self.again().number(u64::from(index))?;
        Ok(self)
    }
}

macro_rules! numbers {
    ($($name:ident: $ty:ty),*) => {
        $(fn $name(self, value: $ty) -> Result<(), Never> {
            self.number(value as u64)
        })*
    };
}

impl<'h> ser::Serializer for Parts<'h> {
    type Ok = ();
    type Error = Never;
    type SerializeSeq = Parts<'h>;
    type SerializeTuple = Parts<'h>;
    type SerializeTupleStruct = Parts<'h>;
    type SerializeTupleVariant = Parts<'h>;
    type SerializeMap = Parts<'h>;
    type SerializeStruct = Fields<'h>;
    type SerializeStructVariant = Parts<'h>;

    numbers! {
        serialize_bool: bool, serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64,
        serialize_u8: u8, serialize_u16: u16, serialize_u64: u64, serialize_char: char
    }

    fn serialize_u32(self, value: u32) -> Result<(), Never> {
        let name = match (self.0.next.take(), &self.0.names) {
            (Some(Id::Def), Some(names)) => names.of(DefId::from_u32(value)),
            (Some(Id::Module), Some(names)) => Some(names.of_module(value)),
            (_, _) => return self.number(u64::from(value)),
        };
        match name {
            Some(name) => self.serialize_u128(name.as_u128()),
            None => {
                self.0.has_nameless = true;
                Ok(())
            }
        }
    }

    fn serialize_i128(self, value: i128) -> Result<(), Never> {
        self.0.hasher.write(&value.to_le_bytes());
        Ok(())
    }

    fn serialize_u128(self, value: u128) -> Result<(), Never> {
        self.0.hasher.write(&value.to_le_bytes());
        Ok(())
    }

    fn serialize_f32(self, value: f32) -> Result<(), Never> {
        self.number(u64::from(value.to_bits()))
    }

    fn serialize_f64(self, value: f64) -> Result<(), Never> {
        self.number(value.to_bits())
    }

    fn serialize_str(self, value: &str) -> Result<(), Never> {
        self.text(value.as_bytes())
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<(), Never> {
        self.text(value)
    }

    fn serialize_none(self) -> Result<(), Never> {
        self.number(0)
    }

    fn serialize_some<T: Serialize + ?Sized>(mut self, value: &T) -> Result<(), Never> {
        self.again().number(1)?;
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), Never> {
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Never> {
        Ok(())
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        index: u32,
        _: &'static str,
    ) -> Result<(), Never> {
        self.number(u64::from(index))
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        value: &T,
    ) -> Result<(), Never> {
        self.0.next = match name {
            "DefId" => Some(Id::Def),
            "ModuleId" => Some(Id::Module),
            _ => None,
        };
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        index: u32,
        _: &'static str,
        value: &T,
    ) -> Result<(), Never> {
        value.serialize(self.variant(index)?)
    }

    fn serialize_seq(self, len: Option<usize>) -> Result<Parts<'h>, Never> {
        self.list(len)
    }

    fn serialize_tuple(self, _: usize) -> Result<Parts<'h>, Never> {
        Ok(self)
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Parts<'h>, Never> {
        Ok(self)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        index: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Parts<'h>, Never> {
        self.variant(index)
    }

    fn serialize_map(self, len: Option<usize>) -> Result<Parts<'h>, Never> {
        self.list(len)
    }

    fn serialize_struct(self, name: &'static str, _: usize) -> Result<Fields<'h>, Never> {
        let is_derived = name == EFFECTS && self.0.names.is_some();
        Ok(Fields {
            of: self,
            count: name != PLACE && !is_derived,
        })
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        index: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Parts<'h>, Never> {
        self.variant(index)
    }

    fn is_human_readable(&self) -> bool {
        false
    }
}

macro_rules! sequence {
    ($($kind:ident: $method:ident),*) => {
        $(impl $kind for Parts<'_> {
            type Ok = ();
            type Error = Never;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Never> {
                value.serialize(self.again())
            }

            fn end(self) -> Result<(), Never> {
                Ok(())
            }
        })*
    };
}

sequence! {
    SerializeSeq: serialize_element,
    SerializeTuple: serialize_element,
    SerializeTupleStruct: serialize_field,
    SerializeTupleVariant: serialize_field
}

impl SerializeMap for Parts<'_> {
    type Ok = ();
    type Error = Never;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Never> {
        key.serialize(self.again())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Never> {
        value.serialize(self.again())
    }

    fn end(self) -> Result<(), Never> {
        Ok(())
    }
}

impl SerializeStructVariant for Parts<'_> {
    type Ok = ();
    type Error = Never;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        _: &'static str,
        value: &T,
    ) -> Result<(), Never> {
        value.serialize(self.again())
    }

    fn end(self) -> Result<(), Never> {
        Ok(())
    }
}

impl SerializeStruct for Fields<'_> {
    type Ok = ();
    type Error = Never;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        _: &'static str,
        value: &T,
    ) -> Result<(), Never> {
        match self.count {
            true => value.serialize(self.of.again()),
            false => Ok(()),
        }
    }

    fn end(self) -> Result<(), Never> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use syntax::{FileId, Span};

    #[test]
    fn places_do_not_count() {
        let at = |start| (Span::new(FileId(start), start, 9), "x", Some(1.5));
        assert_eq!(Fingerprint::of(&at(1)), Fingerprint::of(&at(2)));
    }

    #[test]
    fn parts_do_not_run_into_one_another() {
        let differ = [
            Fingerprint::of(&(vec!["ab", "c"], 1)),
            Fingerprint::of(&(vec!["a", "bc"], 1)),
            Fingerprint::of(&(vec!["abc"], 1)),
            Fingerprint::of(&(Vec::<&str>::new(), 1)),
        ];
        for (index, print) in differ.iter().enumerate() {
            assert!(!differ[..index].contains(print), "{index}");
        }
    }
}

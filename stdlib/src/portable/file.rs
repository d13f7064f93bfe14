//! The bytes of saved values, checked as a whole: where each block begins, and what is written of each type.

use super::schema::{Field, Id, InBlock, Shape, Type, Types};
use super::{HEAD, MAGIC, Malformed, VERSION, hash_of, malformed};
use crate::desc::{Kind, TypeDesc};

/// Bytes that are whole: what they say is a value of each root.
pub struct File {
    pub(super) types: Types,
    pub(super) bytes: Vec<u8>,
    pub(super) blocks: Vec<At>,
    pub(super) roots: Vec<(String, At)>,
}

#[derive(Clone, Copy)]
pub(super) struct At {
    pub(super) ty: Id,
    /// Of a block.
    pub(super) len: u64,
    pub(super) start: usize,
}

#[derive(Clone, Copy)]
pub(super) struct Cursor<'b> {
    pub(super) bytes: &'b [u8],
    pub(super) at: usize,
}

/// Arrays of values that take no bytes may be so long.
const MOST_EMPTY: u64 = 1 << 24;
const TORN: &str = "the bytes end too early";

impl<'b> Cursor<'b> {
    fn left(&self) -> u64 {
        (self.bytes.len() - self.at) as u64
    }

    fn take(&mut self, count: u64) -> Result<&'b [u8], Malformed> {
        if count > self.left() {
            return malformed(TORN);
        }
        let end = self.at + count as usize;
        let found = &self.bytes[self.at..end];
        self.at = end;
        Ok(found)
    }

    fn byte(&mut self) -> Result<u8, Malformed> {
        Ok(self.take(1)?[0])
    }

    pub(super) fn number(&mut self) -> Result<u64, Malformed> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            if shift == 63 && bits > 1 {
                break;
            }
            value |= bits << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        malformed("a number has too many digits")
    }

    /// The number that is known to be there.
    pub(super) fn known(&mut self) -> u64 {
        self.number().unwrap_or(0)
    }
}

pub(super) fn unzigzag(value: u64) -> i64 {
    (value >> 1) as i64 ^ -((value & 1) as i64)
}

impl File {
    pub fn parse(bytes: &[u8]) -> Result<File, Malformed> {
        if !bytes.starts_with(MAGIC) {
            return malformed("the bytes are no saved value");
        }
        let Some((first, rest)) = bytes.split_at_checked(HEAD) else {
            return malformed(TORN);
        };
        if first[4] != VERSION {
            let version = first[4];
            return malformed(format!(
                "the bytes are of version {version} of the format, and this is {VERSION}"
            ));
        }
        if first[5..] != hash_of(rest).to_le_bytes() {
            return malformed("the bytes are damaged or torn");
        }
        let Ok((types, rest)) = postcard::take_from_bytes::<Vec<Type>>(rest) else {
            return malformed("the types are damaged");
        };
        let mut file = File {
            types: Types::check(types)?,
            bytes: rest.to_vec(),
            blocks: Vec::new(),
            roots: Vec::new(),
        };
        file.look()?;
        Ok(file)
    }

    /// The names of the values.
    pub fn names(&self) -> impl ExactSizeIterator<Item = &str> {
        self.roots.iter().map(|(name, _)| name.as_str())
    }

    fn look(&mut self) -> Result<(), Malformed> {
        let bytes = std::mem::take(&mut self.bytes);
        let mut cursor = Cursor {
            bytes: &bytes,
            at: 0,
        };
        let is_there = |file: &File, ty: u64| ty < file.types.len() as u64;
        let count = cursor.number()?;
        for _ in 0..count {
            let ty = cursor.number()?;
            if !is_there(self, ty) {
                return malformed("a block is of no type");
            }
            let len = cursor.number()?;
            let at = At {
                ty: ty as Id,
                len,
                start: cursor.at,
            };
            self.look_at_block(at, &mut cursor)?;
            self.blocks.push(at);
        }
        for _ in 0..cursor.number()? {
            let len = cursor.number()?;
            let Ok(name) = std::str::from_utf8(cursor.take(len)?) else {
                return malformed("a name is no UTF-8");
            };
            let ty = cursor.number()?;
            if !is_there(self, ty) {
                return malformed("a value is of no type");
            }
            let at = At {
                ty: ty as Id,
                len: 1,
                start: cursor.at,
            };
            self.look_at(at.ty, &mut cursor)?;
            self.roots.push((name.to_owned(), at));
        }
        if cursor.left() > 0 {
            return malformed("there is something after the end");
        }
        self.bytes = bytes;
        Ok(())
    }

    fn look_at_block(&self, at: At, cursor: &mut Cursor<'_>) -> Result<(), Malformed> {
        let Some(inside) = self.types.get(at.ty).shape.in_block() else {
            return malformed("a block is of a type that has none");
        };
        if at.len == 0 {
            return malformed("an empty block");
        }
        match inside {
            InBlock::Text => match std::str::from_utf8(cursor.take(at.len)?) {
                Ok(_) => Ok(()),
                Err(_) => malformed("a text is no UTF-8"),
            },
            InBlock::One(_) if at.len != 1 => malformed("a box of several values"),
            InBlock::Elements(elem) | InBlock::One(elem) if self.types.is_empty(elem) => {
                match at.len <= MOST_EMPTY {
                    true => Ok(()),
                    false => malformed("an array is too long"),
                }
            }
            InBlock::Elements(elem) | InBlock::One(elem) => {
                if at.len > cursor.left() {
                    return malformed(TORN);
                }
                (0..at.len).try_for_each(|_| self.look_at(elem, cursor))
            }
            InBlock::Pairs(key, value) => {
                let most = match self.types.is_empty(key) {
                    true => 1,
                    false => cursor.left(),
                };
                if at.len > most {
                    return malformed(TORN);
                }
                (0..at.len).try_for_each(|_| {
                    self.look_at(key, cursor)?;
                    self.look_at(value, cursor)
                })
            }
        }
    }

    fn look_at(&self, ty: Id, cursor: &mut Cursor<'_>) -> Result<(), Malformed> {
        let fields = |fields: &[Field], cursor: &mut Cursor<'_>| {
            let mut types = fields.iter().map(|field| field.ty);
            types.try_for_each(|ty| self.look_at(ty, cursor))
        };
        if self.types.is_empty(ty) {
            return Ok(());
        }
        let signed = |bits: u32, cursor: &mut Cursor<'_>| {
            let value = unzigzag(cursor.number()?);
            match value >> (bits - 1) {
                0 | -1 => Ok(()),
                _ => malformed("a number is too large for its type"),
            }
        };
        let unsigned = |bits: u32, cursor: &mut Cursor<'_>| match cursor.number()? >> bits {
            0 => Ok(()),
            _ => malformed("a number is too large for its type"),
        };
        match &self.types.get(ty).shape {
            Shape::I8 | Shape::U8 => cursor.byte().map(drop),
            Shape::I16 => signed(16, cursor),
            Shape::I32 => signed(32, cursor),
            Shape::U16 => unsigned(16, cursor),
            Shape::U32 => unsigned(32, cursor),
            Shape::I64 | Shape::U64 => cursor.number().map(drop),
            Shape::F32 => cursor.take(4).map(drop),
            Shape::F64 => cursor.take(8).map(drop),
            Shape::Bool => match cursor.byte()? {
                0 | 1 => Ok(()),
                _ => malformed("a `bool` is neither true nor false"),
            },
            Shape::Char => {
                let found = u32::try_from(cursor.number()?).ok();
                match found.and_then(char::from_u32) {
                    Some(_) => Ok(()),
                    None => malformed("a `char` is no character"),
                }
            }
            Shape::Unit => Ok(()),
            shape @ (Shape::Str | Shape::Array(_) | Shape::Box(_) | Shape::Map(..)) => {
                let back = cursor.number()?;
                if back == 0 {
                    return match shape {
                        Shape::Box(_) => malformed("a box is empty"),
                        _ => Ok(()),
                    };
                }
                let found = (self.blocks.len() as u64).checked_sub(back);
                match found.map(|index| self.blocks[index as usize].ty == ty) {
                    Some(true) => Ok(()),
                    _ => malformed("a value leads to no block of its type"),
                }
            }
            Shape::Tuple(all) | Shape::Struct(all) => fields(all, cursor),
            Shape::Enum(variants) => match variants.get(cursor.number()? as usize) {
                Some(variant) => fields(&variant.fields, cursor),
                None => malformed("an enum has no such variant"),
            },
            Shape::Option(inner) => match cursor.number()? {
                0 => Ok(()),
                1 => self.look_at(*inner, cursor),
                _ => malformed("an optional is neither `some` nor `none`"),
            },
            Shape::Result(ok, err) => match cursor.number()? {
                0 => self.look_at(*ok, cursor),
                1 => self.look_at(*err, cursor),
                _ => malformed("a result is neither `ok` nor `err`"),
            },
            Shape::Fixed(elem, count) | Shape::Lanes(elem, count) => {
                if *count > cursor.left() {
                    return malformed(TORN);
                }
                (0..*count).try_for_each(|_| self.look_at(*elem, cursor))
            }
            Shape::Set(map) => self.look_at(*map, cursor),
            Shape::Closed => malformed("there is a value of a type that cannot be saved"),
        }
    }

    /// The element of an array that has one, so many blocks before: of which block, and where it stands.
    pub(super) fn only_element(&self, here: usize, back: usize) -> Option<(usize, Cursor<'_>)> {
        let index = here.checked_sub(back).filter(|_| back > 0)?;
        let block = &self.blocks[index];
        (block.len == 1).then(|| (index, self.cursor(block.start)))
    }

    /// Goes past a value.
    pub(super) fn skip(&self, ty: Id, cursor: &mut Cursor<'_>) {
        if self.types.is_empty(ty) {
            return;
        }
        match &self.types.get(ty).shape {
            Shape::I8 | Shape::U8 | Shape::Bool => cursor.at += 1,
            Shape::F32 => cursor.at += 4,
            Shape::F64 => cursor.at += 8,
            Shape::I16
            | Shape::I32
            | Shape::I64
            | Shape::U16
            | Shape::U32
            | Shape::U64
            | Shape::Char
            | Shape::Str
            | Shape::Array(_)
            | Shape::Box(_)
            | Shape::Map(..) => drop(cursor.known()),
            Shape::Unit | Shape::Closed => {}
            Shape::Tuple(fields) | Shape::Struct(fields) => self.skip_fields(fields, cursor),
            Shape::Enum(variants) => {
                let tag = cursor.known() as usize;
                self.skip_fields(&variants[tag].fields, cursor);
            }
            Shape::Option(inner) => {
                if cursor.known() == 1 {
                    self.skip(*inner, cursor);
                }
            }
            Shape::Result(ok, err) => {
                let ty = [*ok, *err][cursor.known() as usize];
                self.skip(ty, cursor);
            }
            Shape::Fixed(elem, count) | Shape::Lanes(elem, count) => {
                (0..*count).for_each(|_| self.skip(*elem, cursor));
            }
            Shape::Set(map) => self.skip(*map, cursor),
        }
    }

    fn skip_fields(&self, fields: &[Field], cursor: &mut Cursor<'_>) {
        for field in fields {
            self.skip(field.ty, cursor);
        }
    }

    pub(super) fn cursor(&self, at: usize) -> Cursor<'_> {
        Cursor {
            bytes: &self.bytes,
            at,
        }
    }

    /// Whether a value is of another kind of type now: a number, or a `T` that becomes a `T?`. Whether it is boxed does not count.
    pub(super) fn is_retyped(&self, ty: Id, desc: &TypeDesc) -> bool {
        let shape = match &self.types.get(ty).shape {
            Shape::Box(inner) => &self.types.get(*inner).shape,
            shape => shape,
        };
        let kind = match desc.kind {
            // SAFETY: a box has the descriptor of what it holds, a constant.
            Kind::Box => unsafe { (*desc.elem).kind },
            kind => kind,
        };
        match shape.number() {
            Some(number) => number != kind,
            None => kind == Kind::Option && !matches!(shape, Shape::Option(_)),
        }
    }
}

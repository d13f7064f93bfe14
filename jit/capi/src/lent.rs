//! What C lends to functions of scripts: plain data where they are.

use jit::AskedParam;
use jit::untyped::MOST_PARAMS;
use stdlib::desc::TypeDesc;

use crate::value::{
    Bytes, Checked, DATA, SumiValue, check, check_data, elem, make_elements, place_of,
};

/// The arguments of a call that are lent, by their numbers.
#[derive(Default)]
pub(crate) struct Lent {
    places: [Bytes; MOST_PARAMS],
    /// Of elements that C has not side by side, or not aligned.
    copies: Vec<Vec<u128>>,
}

impl Lent {
    /// # Safety
    /// What C has put into the value is there, as long as this.
    pub(crate) unsafe fn add(
        &mut self,
        index: usize,
        param: &AskedParam,
        given: &SumiValue,
    ) -> Checked {
        let part = part_of(param);
        // SAFETY: the caller's promise; what is read of the union is what its kind says.
        unsafe {
            let bytes = given.held.bytes;
            let is_in_place =
                given.kind == DATA && (bytes.data as usize).is_multiple_of(part.align as usize);
            if !is_in_place && param.is_mut {
                return Err(format!(
                    "`mut {}` is changed where it is, so it is given as data, aligned as a `{}` is",
                    param.ty.name(),
                    part.name()
                ));
            }
            match param.is_view {
                true => check(param.ty, given)?,
                false => check_data(part, given, 1)?,
            }
            self.places[index] = match is_in_place {
                true => bytes,
                false => self.copied(part, given),
            };
        }
        Ok(())
    }

    /// # Safety
    /// It is an array of such elements.
    unsafe fn copied(&mut self, part: &TypeDesc, given: &SumiValue) -> Bytes {
        // SAFETY: of both kinds of arrays the length is there; the room is large enough.
        unsafe {
            let length = given.held.bytes.length;
            let mut room = vec![0_u128; (length * part.size as usize).div_ceil(16)];
            make_elements(part, given, length, room.as_mut_ptr().cast());
            let data = room.as_mut_ptr().cast();
            self.copies.push(room);
            Bytes { data, length }
        }
    }

    /// As a function takes it: of an array the address of its slice.
    pub(crate) fn address(&self, index: usize, param: &AskedParam) -> *const u8 {
        match param.is_view {
            true => (&raw const self.places[index]).cast(),
            false => self.places[index].data.cast_const().cast(),
        }
    }

    /// Where it begins, and how many bytes it has: none if it is not lent.
    pub(crate) fn range(&self, index: usize, param: &AskedParam) -> (usize, usize) {
        let Bytes { data, length } = self.places[index];
        (data as usize, length * part_of(param).size as usize)
    }
}

fn part_of(param: &AskedParam) -> &TypeDesc {
    match param.is_view {
        true => elem(param.ty),
        false => param.ty,
    }
}

/// The value of a `sumi_slice`.
///
/// # Safety
/// There is one, of an array of this type.
pub(crate) unsafe fn slice_of(array: &TypeDesc, slice: *const Bytes) -> SumiValue {
    // SAFETY: the caller's promise.
    let Bytes { data, length } = unsafe { slice.read() };
    place_of(elem(array), data.cast(), length)
}

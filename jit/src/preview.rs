//! What is seen of a large value at a glance, and parts of it as text: read off the value in memory by its descriptor, whatever its size.

use std::ops::Range;

use stdlib::value::{self, View};
use stdlib::{FieldDesc, Kind, TypeDesc};

use crate::report::{Page, Preview};
use crate::session::Showing;

/// So many parts of a long array of numbers are told apart.
const PARTS: usize = 512;
/// So many numbers are looked at in each of them.
const LOOKED_AT: usize = 512;
/// Fewer numbers are seen at once.
const LEAST_NUMBERS: usize = 3;
const LEAST_ROWS: usize = 2;
const ROWS: usize = 100;
/// Bytes of the text of one cell of a table, and of a part that was asked for.
const CELL: usize = 80;
const PART: usize = 2048;
/// Rows that are given at once.
const PAGE: usize = 1000;

/// A value with its type.
type Item<'d> = (&'d TypeDesc, *const u8);

/// A value as rows.
struct Rows<'d> {
    columns: Vec<String>,
    len: usize,
    /// Of those that were asked for.
    rows: Vec<Vec<Item<'d>>>,
}

/// What is seen of a value at a glance, if its text does not show that.
pub(crate) fn preview(by: &impl Showing, (desc, value): Item<'_>) -> Option<Preview> {
    let inner = opened((desc, value));
    if let Some(numbers) = numbers(inner) {
        return Some(numbers);
    }
    let table = rows(inner, 0..ROWS)?;
    if table.columns.is_empty() || table.len < LEAST_ROWS {
        return None;
    }
    Some(Preview::Table {
        len: table.len,
        rows: texts(by, &table.rows, CELL),
        columns: table.columns,
    })
}

/// Some of the rows, elements or lines of a value, if it has any.
pub(crate) fn page(by: &impl Showing, item: Item<'_>, wanted: Range<usize>) -> Option<Page> {
    let wanted = wanted.start..wanted.end.min(wanted.start.saturating_add(PAGE));
    let inner = opened(item);
    // SAFETY: it is a valid value.
    if let View::Text(text) = unsafe { value::view(inner.0, inner.1) } {
        let lines = text.lines().skip(wanted.start).take(wanted.len());
        let lines = lines.map(|line| vec![line[..line.floor_char_boundary(PART)].to_owned()]);
        return Some(Page {
            from: wanted.start,
            len: text.lines().count(),
            columns: Vec::new(),
            rows: lines.collect(),
        });
    }
    let found = rows(inner, wanted.clone())?;
    Some(Page {
        from: wanted.start.min(found.len),
        len: found.len,
        rows: texts(by, &found.rows, PART),
        columns: found.columns,
    })
}

/// What is in a box, or a value of any type.
fn opened(mut item: Item<'_>) -> Item<'_> {
    // SAFETY: it is a valid value, and so is what is in it.
    while let View::Inner(desc, inner) = unsafe { value::view(item.0, item.1) } {
        item = (desc, inner);
    }
    item
}

fn numbers((desc, address): Item<'_>) -> Option<Preview> {
    // SAFETY: it is a valid value.
    let View::Elements { elem, first, len } = (unsafe { value::view(desc, address) }) else {
        return None;
    };
    let is_number = (elem.kind as u32) <= Kind::F64 as u32;
    if len < LEAST_NUMBERS || !is_number {
        return None;
    }
    let number = |index: usize| {
        // SAFETY: the index is one of the elements.
        match unsafe { value::view(elem, first.add(index * elem.size as usize)) } {
            View::Int(number) => number as f64,
            View::Float(number) => number,
            _ => f64::NAN,
        }
    };
    let count = len.min(PARTS);
    let begin = |part: usize| (part as u128 * len as u128 / count as u128) as usize;
    let bounds = |part: usize| {
        let (start, end) = (begin(part), begin(part + 1));
        let step = (end - start).div_ceil(LOOKED_AT);
        let finite = (start..end).step_by(step).map(number);
        let finite = finite.filter(|number| number.is_finite());
        finite.fold(None, |known: Option<[f64; 2]>, number| {
            let [least, most] = known.unwrap_or([number; 2]);
            Some([least.min(number), most.max(number)])
        })
    };
    Some(Preview::Numbers {
        len,
        parts: (0..count).map(bounds).collect(),
    })
}

/// The rows of an array or map, one for each element; without names of columns if those are no structs or tuples.
fn rows<'d>((desc, address): Item<'d>, wanted: Range<usize>) -> Option<Rows<'d>> {
    if desc.kind == Kind::Map {
        return Some(entries(desc, address, wanted));
    }
    // SAFETY: it is a valid value.
    let View::Elements { elem, first, len } = (unsafe { value::view(desc, address) }) else {
        return None;
    };
    let wanted = wanted.start.min(len)..wanted.end.min(len);
    let has_fields = matches!(elem.kind, Kind::Struct | Kind::Tuple) && elem.show.is_none();
    let fields = match has_fields {
        true => elem.fields(),
        false => &[],
    };
    let row = |index: usize| {
        // SAFETY: the index is one of the elements.
        let element = unsafe { first.add(index * elem.size as usize) };
        match fields {
            [] => vec![(elem, element)],
            fields => fields.iter().map(|field| part(field, element)).collect(),
        }
    };
    let name = |(index, field): (usize, &FieldDesc)| match field.name() {
        Some(name) => name.to_owned(),
        None => index.to_string(),
    };
    Some(Rows {
        columns: fields.iter().enumerate().map(name).collect(),
        len,
        rows: wanted.map(row).collect(),
    })
}

fn part<'d>(field: &'d FieldDesc, whole: *const u8) -> Item<'d> {
    // SAFETY: the field is one of the value's.
    (field.ty(), unsafe { whole.add(field.offset as usize) })
}

/// Keys and values.
fn entries(desc: &TypeDesc, map: *const u8, wanted: Range<usize>) -> Rows<'_> {
    let mut found = Rows {
        columns: vec!["key".to_owned(), "value".to_owned()],
        len: 0,
        rows: Vec::new(),
    };
    let (entries, array) = part(&desc.fields()[1], map);
    // SAFETY: the second field of a map is an array of optional pairs; those that are none were removed.
    unsafe {
        let View::Elements { elem, first, len } = value::view(entries, array) else {
            return found;
        };
        for index in 0..len {
            let entry = first.add(index * elem.size as usize);
            let View::Variant(_, _, [pair]) = value::view(elem, entry) else {
                continue;
            };
            if wanted.contains(&found.len) {
                let (pair, place) = part(pair, entry);
                let fields = pair.fields().iter();
                found
                    .rows
                    .push(fields.map(|field| part(field, place)).collect());
            }
            found.len += 1;
        }
    }
    found
}

fn texts(by: &impl Showing, rows: &[Vec<Item<'_>>], limit: usize) -> Vec<Vec<String>> {
    let items: Vec<Item<'_>> = rows.iter().flatten().copied().collect();
    let mut texts = by.texts_of(&items, limit).into_iter();
    let rows = rows.iter();
    rows.map(|row| texts.by_ref().take(row.len()).collect())
        .collect()
}

#[cfg(test)]
mod tests;

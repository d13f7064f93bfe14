//! The primitives on text and characters; what they mean stands in the package `text`.

use text::unicode;

use super::call::Arguments;
use super::heap::Data;
use super::value::Value;
use super::{Interpreter, Run};

impl Interpreter<'_> {
    pub(super) fn text_intrinsic(&mut self, name: &str, args: &Arguments) -> Run<Option<Value>> {
        if let Some(value) = self.text_question(name, args) {
            return Ok(Some(value));
        }
        if let Some(value) = self.text_from_text(name, args)? {
            return Ok(Some(value));
        }
        Ok(self.text_and_arrays(name, args))
    }

    /// Text in, scalars out.
    fn text_question(&mut self, name: &str, args: &Arguments) -> Option<Value> {
        let of = |at: usize| self.text(args.value(at));
        Some(match name {
            "str_len" => Value::Int(of(0).len() as i128),
            "str_byte" => Value::Int(i128::from(of(0).as_bytes()[args.index(1)])),
            "str_is_boundary" => Value::Bool(of(0).is_char_boundary(args.index(1))),
            "str_find" => {
                let from = args.index(2);
                position(of(0)[from..].find(of(1)).map(|at| at + from))
            }
            "str_find_last" => position(of(0).rfind(of(1))),
            "char_class" => Value::Bool(class(args.value(0).character(), args.int(1))),
            "char_upper" => Value::Char(unicode::char_upper(args.value(0).character())),
            "char_lower" => Value::Char(unicode::char_lower(args.value(0).character())),
            "parse_int" => {
                let radix = u32::try_from(args.int(1)).unwrap_or(0);
                let (bits, signed) = (args.int(2) as u32, args.value(3).truth());
                let parsed = text::parse_int(of(0), radix, bits, signed);
                if let Some(value) = parsed {
                    // The bits, as an `i64`.
                    self.set_out(args.place(4), Value::Int(i128::from(value as i64)));
                }
                Value::Bool(parsed.is_some())
            }
            "parse_float" => {
                let parsed = text::parse_f64(of(0));
                if let Some(value) = parsed {
                    self.set_out(args.place(1), Value::Float(value));
                }
                Value::Bool(parsed.is_some())
            }
            _ => return None,
        })
    }

    /// Text in, text out.
    fn text_from_text(&mut self, name: &str, args: &Arguments) -> Run<Option<Value>> {
        let of = |at: usize| self.text(args.value(at));
        let made = match name {
            "str_slice" => of(0)[args.index(1)..args.index(2)].to_string(),
            "str_concat" => format!("{}{}", of(0), of(1)),
            "str_replace" if of(1).is_empty() => of(0).to_string(),
            "str_replace" => of(0).replace(of(1), of(2)),
            "str_trim" => {
                let mut rest = of(0);
                if args.value(1).truth() {
                    rest = unicode::trim_start(rest);
                }
                if args.value(2).truth() {
                    rest = unicode::trim_end(rest);
                }
                rest.to_string()
            }
            "str_upper" => unicode::upper(of(0)),
            "str_lower" => unicode::lower(of(0)),
            "str_repeat" => {
                let count = args.index(1);
                let size = of(0).len().saturating_mul(count);
                self.burn_many(size)?;
                self.text(args.value(0)).repeat(count)
            }
            "str_reversed" => of(0).chars().rev().collect(),
            "str_push" => {
                let added = of(1).as_bytes().to_vec();
                self.push_bytes(args, &added);
                return Ok(Some(Value::unit()));
            }
            "str_push_char" => {
                let added = args.value(1).character().to_string();
                self.push_bytes(args, added.as_bytes());
                return Ok(Some(Value::unit()));
            }
            _ => return Ok(None),
        };
        Ok(Some(self.heap.text(made)))
    }

    /// Between text and arrays.
    fn text_and_arrays(&mut self, name: &str, args: &Arguments) -> Option<Value> {
        let owned = |texts: Vec<&str>| texts.into_iter().map(str::to_string).collect();
        let of = |at: usize| self.text(args.value(at));
        let pieces: Vec<String> = match name {
            "str_bytes" => {
                let bytes = of(0).bytes().map(|b| Value::Int(i128::from(b))).collect();
                return Some(self.heap.allocate(Data::Values(bytes)));
            }
            "str_chars" => {
                let chars = of(0).chars().map(Value::Char).collect();
                return Some(self.heap.allocate(Data::Values(chars)));
            }
            "str_is_utf8" => {
                return Some(Value::Bool(String::from_utf8(self.bytes_of(args)).is_ok()));
            }
            "str_from_utf8" => {
                let bytes = self.bytes_of(args);
                return Some(self.heap.allocate(Data::Bytes(bytes)));
            }
            "str_from_chars" => {
                let values = self.heap.values(args.value(0).block());
                let text: String = values.iter().map(Value::character).collect();
                return Some(self.heap.text(text));
            }
            "str_join" => {
                let parts = self.heap.values(args.value(0).block());
                let parts: Vec<&str> = parts.iter().map(|part| self.text(part)).collect();
                let joined = parts.join(of(1));
                return Some(self.heap.text(joined));
            }
            "str_split" if of(1).is_empty() => of(0).chars().map(String::from).collect(),
            "str_split" => owned(of(0).split(of(1)).collect()),
            "str_split_whitespace" => owned(unicode::split_whitespace(of(0)).collect()),
            "str_lines" => owned(unicode::lines(of(0)).collect()),
            _ => return None,
        };
        Some(self.texts(pieces))
    }

    fn bytes_of(&self, args: &Arguments) -> Vec<u8> {
        let values = self.heap.values(args.value(0).block());
        values.iter().map(|value| value.int() as u8).collect()
    }

    fn push_bytes(&mut self, args: &Arguments, added: &[u8]) {
        let block = self.at_mut(args.place(0)).block();
        match self.heap.data_mut(block) {
            Data::Bytes(bytes) => bytes.extend_from_slice(added),
            Data::Values(_) => panic!("compiler bug: an array is used as text"),
        }
    }
}

fn position(found: Option<usize>) -> Value {
    Value::Int(found.map_or(-1, |at| at as i128))
}

fn class(c: char, class: i128) -> bool {
    match class {
        0 => unicode::is_digit(c),
        1 => unicode::is_alpha(c),
        2 => unicode::is_alnum(c),
        3 => unicode::is_space(c),
        4 => unicode::is_upper(c),
        5 => unicode::is_lower(c),
        _ => false,
    }
}

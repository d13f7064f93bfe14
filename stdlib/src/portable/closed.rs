//! Where in a value there is something that has no meaning outside of its engine.

use rustc_hash::FxHashSet;

use crate::block::{Block, elements};
use crate::desc::{FieldDesc, Kind, TypeDesc};
use crate::map::Map;
use crate::walk::Root;

/// A part of a value that cannot be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closed {
    /// The way to it: `.enemies[3].think`.
    pub path: String,
    /// What it is: `a function`.
    pub what: &'static str,
    /// Its type as it is printed.
    pub ty: String,
}

fn what(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::Fn => Some("a function"),
        Kind::Any => Some("an `any`"),
        Kind::Opaque => Some("a handle"),
        Kind::Ptr | Kind::CStr => Some("a pointer"),
        _ => None,
    }
}

/// The first of them, if there is one.
///
/// # Safety
/// A valid value, which nothing writes meanwhile.
pub unsafe fn closed_part((desc, value): Root) -> Option<Closed> {
    // SAFETY: the caller's promise; descriptors are constants.
    unsafe {
        if !may_be_closed(&*desc) {
            return None;
        }
        let mut search = Search::default();
        search.push(None, Step::None, &*desc, value);
        while let Some(at) = search.waiting.pop() {
            if let Some(found) = search.look(at) {
                return Some(found);
            }
        }
    }
    None
}

/// Whether values of the type can have such parts.
fn may_be_closed(desc: &TypeDesc) -> bool {
    let reached = desc.reached();
    reached.iter().any(|part| what(part.kind).is_some())
}

#[derive(Clone, Copy)]
enum Step {
    None,
    Name(*const FieldDesc),
    Position(usize),
    Element(usize),
    Key(usize),
    Value(usize),
}

struct Node {
    parent: Option<usize>,
    step: Step,
    desc: *const TypeDesc,
    value: *const u8,
}

#[derive(Default)]
struct Search {
    nodes: Vec<Node>,
    waiting: Vec<usize>,
    seen: FxHashSet<*mut Block>,
}

impl Search {
    fn push(&mut self, parent: Option<usize>, step: Step, desc: &TypeDesc, value: *const u8) {
        self.waiting.push(self.nodes.len());
        self.nodes.push(Node {
            parent,
            step,
            desc,
            value,
        });
    }

    /// Looks at one value; its parts wait, the first of them on top.
    unsafe fn look(&mut self, at: usize) -> Option<Closed> {
        let Node { desc, value, .. } = self.nodes[at];
        // SAFETY: parts of a valid value, as the descriptors say.
        unsafe {
            let desc = &*desc;
            if let Some(what) = what(desc.kind) {
                return Some(Closed {
                    path: self.path(at),
                    what,
                    ty: desc.name().to_owned(),
                });
            }
            let first = self.waiting.len();
            let block = || value.cast::<*mut Block>().read();
            match desc.kind {
                Kind::Struct | Kind::Tuple | Kind::Set => self.fields(at, desc.fields(), value),
                Kind::Enum | Kind::Option | Kind::Result => {
                    if let Some(variant) = desc.variants().get(desc.tag(value)) {
                        self.fields(at, variant.fields(), value);
                    }
                }
                Kind::Array | Kind::Box if self.is_new(block()) => {
                    let (elem, block) = (&*desc.elem, block());
                    for index in 0..(*block).len as usize {
                        let step = match desc.kind {
                            Kind::Box => Step::None,
                            _ => Step::Element(index),
                        };
                        let place = elements(block).add(index * elem.size as usize);
                        self.push(Some(at), step, elem, place);
                    }
                }
                Kind::FixedArray => {
                    let elem = &*desc.elem;
                    for index in 0..desc.count as usize {
                        let place = value.add(index * elem.size as usize);
                        self.push(Some(at), Step::Element(index), elem, place);
                    }
                }
                Kind::Map => {
                    let map = Map::read(desc, value);
                    if self.is_new(map.entries) {
                        for index in 0..map.len() {
                            let Some(pair) = map.pair_at(index) else {
                                continue;
                            };
                            let index = index as usize;
                            for (step, part) in [
                                (Step::Key(index), map.key()),
                                (Step::Value(index), map.value()),
                            ] {
                                let place = pair.add(part.offset as usize);
                                self.push(Some(at), step, part.ty(), place);
                            }
                        }
                    }
                }
                _ => {}
            }
            self.waiting[first..].reverse();
        }
        None
    }

    fn is_new(&mut self, block: *mut Block) -> bool {
        self.seen.insert(block)
    }

    unsafe fn fields(&mut self, at: usize, fields: &[FieldDesc], value: *const u8) {
        for (position, field) in fields.iter().enumerate() {
            let step = match (field.name(), fields.len()) {
                (Some(_), _) => Step::Name(field),
                (None, 1) => Step::None,
                (None, _) => Step::Position(position),
            };
            // SAFETY: offsets count from the whole value.
            let place = unsafe { value.add(field.offset as usize) };
            self.push(Some(at), step, field.ty(), place);
        }
    }

    fn path(&self, at: usize) -> String {
        let mut steps = Vec::new();
        let mut at = Some(at);
        while let Some(index) = at {
            let node = &self.nodes[index];
            steps.push(match node.step {
                Step::None => String::new(),
                Step::Name(field) => {
                    // SAFETY: a constant.
                    let field = unsafe { &*field };
                    format!(".{}", field.name().unwrap_or_default())
                }
                Step::Position(index) => format!(".{index}"),
                Step::Element(index) => format!("[{index}]"),
                Step::Key(index) => format!(".keys()[{index}]"),
                Step::Value(index) => format!(".values()[{index}]"),
            });
            at = node.parent;
        }
        steps.reverse();
        shortened(steps.concat())
    }
}

/// A way through a long chain is of no use to anybody.
pub(super) fn shortened(path: String) -> String {
    const MOST: usize = 400;
    if path.len() <= MOST {
        return path;
    }
    let cut = |at: usize| (at..path.len()).find(|at| path.is_char_boundary(*at));
    let head = cut(MOST / 2).unwrap_or(0);
    let tail = cut(path.len() - MOST / 2).unwrap_or(head);
    format!("{}…{}", &path[..head], &path[tail..])
}

//! What a cell printed, kept for its report: the first and the last part of it, however much it was.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

const KEPT: usize = 1 << 20;

#[derive(Clone, Default)]
pub(crate) struct Captured(Rc<RefCell<Ends>>);

#[derive(Default)]
struct Ends {
    first: Vec<u8>,
    last: VecDeque<u8>,
    omitted: usize,
}

impl Captured {
    pub(crate) fn sink(&self) -> stdlib::Sink {
        let ends = Rc::clone(&self.0);
        Box::new(move |bytes| ends.borrow_mut().add(bytes))
    }

    /// What came since the last call.
    pub(crate) fn take(&self) -> String {
        let ends = std::mem::take(&mut *self.0.borrow_mut());
        let mut text = String::from_utf8_lossy(&ends.first).into_owned();
        if ends.omitted > 0 {
            text.push_str(&format!("\n… {} bytes …\n", ends.omitted));
        }
        let last: Vec<u8> = ends.last.into();
        text.push_str(&String::from_utf8_lossy(&last));
        text
    }
}

impl Ends {
    fn add(&mut self, bytes: &[u8]) {
        let room = KEPT - self.first.len();
        let (first, rest) = bytes.split_at(bytes.len().min(room));
        self.first.extend_from_slice(first);
        self.last.extend(rest);
        let excess = self.last.len().saturating_sub(KEPT);
        self.last.drain(..excess);
        self.omitted += excess;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ends_are_kept() {
        let captured = Captured::default();
        let mut sink = captured.sink();
        sink(b"begin");
        sink(&vec![b'x'; 3 * KEPT]);
        sink(b"end");
        let text = captured.take();
        assert!(text.starts_with("begin") && text.ends_with("end") && text.contains(" bytes "));
        assert_eq!(captured.take(), "");
    }
}

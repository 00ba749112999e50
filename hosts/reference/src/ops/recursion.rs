//! Texts of containers that contain themselves.

use crate::heap::{Obj, Res, Thread};
use std::cell::RefCell;

thread_local! {
    /// The objects whose text is being made by this thread, by their `id`.
    static SHOWN: RefCell<Vec<u64>> = const { RefCell::new(Vec::new()) };
}

/// The text of a container, or `again` inside of itself.
pub(super) fn shown(t: &mut Thread, obj: &Obj, again: &str, f: impl FnOnce(&mut Thread) -> Res) -> Res {
    let id = t.read(obj, |object, _| object.id);
    if SHOWN.with_borrow(|shown| shown.contains(&id)) {
        return Ok(t.str(again));
    }
    SHOWN.with_borrow_mut(|shown| shown.push(id));
    let made = f(t);
    SHOWN.with_borrow_mut(Vec::pop);
    made
}

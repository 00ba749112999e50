//! Handles: which object has which, and how often each was sent (docs/adr/0001).
//!
//! An object knows its own handle, which makes the identity map; this table knows the object of each handle.

use super::lifetimes;
use crate::heap::{Escapes, Obj, Ref, Still, Thread, Traced};
use gimbal_host::Release;
use parking_lot::Mutex;
use std::sync::atomic::Ordering;

/// What the shim knows of the items of a list: which objects it was sent.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Seen {
    /// Nothing
    Nothing,
    /// The items' identities, and the number of this state
    Items(Vec<u64>, i64),
}

impl Escapes for Seen {}

struct Row {
    object: Option<Ref>,
    wire: i64,
    sent: i64,
    seen: Seen,
    /// Does something else decide whether the object lives? See [`super::lifetimes`].
    demoted: bool,
}

/// The rows: the index of a handle is the index of its row.
pub(super) struct Rows {
    rows: Vec<Row>,
    free: Vec<u32>,
}

pub(super) static ROWS: Mutex<Rows> = Mutex::new(Rows {
    rows: Vec::new(),
    free: Vec::new(),
});

/// The row of a handle. Row 0 stays empty: no handle is 0.
fn index(wire: i64) -> usize {
    (wire & 0xffff_ffff) as usize
}

impl Rows {
    fn send(&mut self, object: &Ref, still: &Still) -> (i64, bool) {
        let known = object.peek(still).handle.load(Ordering::Relaxed);
        if known != 0 {
            self.rows[index(known)].sent += 1;
            return (known, false);
        }
        if self.rows.is_empty() {
            self.rows.push(Row {
                object: None,
                wire: 0,
                sent: 0,
                seen: Seen::Nothing,
                demoted: false,
            });
        }
        let i = self.free.pop().unwrap_or_else(|| {
            let i = self.rows.len() as u32;
            self.rows.push(Row {
                object: None,
                wire: i64::from(i),
                sent: 0,
                seen: Seen::Nothing,
                demoted: false,
            });
            i
        });
        let row = &mut self.rows[i as usize];
        row.object = Some(still.copy(object));
        row.sent = 1;
        object.peek(still).handle.store(row.wire, Ordering::Relaxed);
        (row.wire, true)
    }

    fn release(&mut self, releases: &[Release], still: &Still) {
        for release in releases {
            let i = index(release.handle);
            let row = &mut self.rows[i];
            if row.wire == release.handle && row.sent == release.received {
                if let Some(object) = row.object.take() {
                    let _ = object.peek(still).handle.compare_exchange(
                        row.wire,
                        0,
                        Ordering::Relaxed,
                        Ordering::Relaxed,
                    );
                }
                row.wire += 1 << 32;
                row.sent = 0;
                row.seen = Seen::Nothing;
                row.demoted = false;
                self.free.push(i as u32);
            }
        }
    }

    /// Shows the objects of the rows that are demoted, or of the others.
    pub(super) fn trace(&mut self, demoted: bool, visit: &mut dyn FnMut(&mut Ref)) {
        let rows = self.rows.iter_mut().filter(|row| row.demoted == demoted);
        rows.for_each(|row| row.object.trace(visit));
    }

    fn row(&mut self, wire: i64) -> Option<&mut Row> {
        self.rows.get_mut(index(wire)).filter(|row| row.wire == wire)
    }
}

/// The handle of an object, which counts as sent; true when the shim has not seen it before.
pub(super) fn send(t: &mut Thread, obj: &Obj) -> (i64, bool) {
    let (wire, fresh, demoted) = t.with_still(|still| {
        let mut rows = ROWS.lock();
        let (wire, fresh) = rows.send(&still.get(obj), still);
        (wire, fresh, rows.rows[index(wire)].demoted)
    });
    if demoted {
        lifetimes::wake_object(t, wire);
    }
    (wire, fresh)
}

/// The object behind a handle; a stale one is a bug of the shim, and gives no object.
pub(super) fn object(t: &mut Thread, wire: i64) -> Obj {
    let found = t.with_still(|still| {
        let mut rows = ROWS.lock();
        let row = rows.row(wire)?;
        let object = still.hold(row.object.as_ref()?);
        Some((object, row.demoted))
    });
    let Some((object, demoted)) = found else {
        panic!("handle {wire:#x} is closed")
    };
    if demoted {
        lifetimes::wake_object(t, wire);
    }
    object
}

/// The object behind a handle, if it is still open, as it is.
pub(super) fn current(t: &mut Thread, wire: i64) -> Option<Obj> {
    t.with_still(|still| {
        let mut rows = ROWS.lock();
        Some(still.hold(rows.row(wire)?.object.as_ref()?))
    })
}

/// The object in the row with this number, which is in use.
pub(super) fn at(t: &mut Thread, row: i32) -> Obj {
    let wire = ROWS.lock().rows[row as u32 as usize].wire;
    object(t, wire)
}

/// Leaves an object to others.
pub(super) fn demote(wire: i64) {
    if let Some(row) = ROWS.lock().row(wire) {
        row.demoted = true;
        row.seen = Seen::Nothing;
    }
}

/// Holds an object again; the object when it was not held.
pub(super) fn promote(t: &mut Thread, wire: i64) -> Option<Obj> {
    t.with_still(|still| {
        let mut rows = ROWS.lock();
        let row = rows.row(wire)?;
        if !std::mem::take(&mut row.demoted) {
            return None;
        }
        Some(still.hold(row.object.as_ref()?))
    })
}

/// Holds all of them again.
pub(super) fn promote_all() {
    ROWS.lock().rows.iter_mut().for_each(|row| row.demoted = false);
}

/// The handle of an object, if it has one, without sending it.
pub(super) fn known(t: &mut Thread, obj: &Obj) -> Option<i64> {
    let wire = t.with_still(|still| still.get(obj).peek(still).handle.load(Ordering::Relaxed));
    (wire != 0).then_some(wire)
}

/// The shim has closed handles.
pub(super) fn release(t: &mut Thread, releases: &[Release]) {
    t.with_still(|still| ROWS.lock().release(releases, still));
}

/// Makes `new` the object behind the handle of `old`.
pub fn rebind(t: &mut Thread, old: &Obj, new: &Obj) {
    t.with_still(|still| {
        let mut rows = ROWS.lock();
        let (old, new) = (still.get(old), still.get(new));
        let wire = old.peek(still).handle.swap(0, Ordering::Relaxed);
        if wire != 0 {
            new.peek(still).handle.store(wire, Ordering::Relaxed);
            rows.rows[index(wire)].object = Some(new);
        }
    });
}

/// Notes what the shim knows of a list.
pub(super) fn set_seen(wire: i64, seen: Seen) {
    if let Some(row) = ROWS.lock().rows.get_mut(index(wire)) {
        row.seen = seen;
    }
}

/// What the shim knows of a list.
pub(super) fn seen(wire: i64) -> Seen {
    let rows = ROWS.lock();
    rows.rows
        .get(index(wire))
        .map_or(Seen::Nothing, |row| row.seen.clone())
}

/// How many handles are open.
pub fn live() -> usize {
    let rows = ROWS.lock();
    rows.rows.len().saturating_sub(1 + rows.free.len())
}

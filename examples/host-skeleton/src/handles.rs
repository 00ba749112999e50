//! Handles: small numbers that name objects which the shim knows. While an object has a handle it keeps it.

use crate::object::{Ref, lock};
use gimbal_host::Release;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};

struct Row {
    object: Option<Ref>,
    /// Changes when the row is used again, so that an old handle is told from a new one.
    generation: i64,
    /// How often the handle was sent since it was opened.
    sent: i64,
}

struct Table {
    rows: Vec<Row>,
    free: Vec<usize>,
    /// Identity: the row of an object. A host whose objects move hangs this on something that does not.
    places: Option<HashMap<usize, usize>>,
}

static TABLE: Mutex<Table> = Mutex::new(Table {
    rows: Vec::new(),
    free: Vec::new(),
    places: None,
});

const INDEX: i64 = 0xffff_ffff;

/// The handle of an object, which counts as sent, and whether the shim sees it for the first time.
pub fn open(object: &Ref) -> (i64, bool) {
    let mut table = lock(&TABLE);
    let table = &mut *table;
    if table.rows.is_empty() {
        // Index 0 is no handle.
        table.rows.push(Row {
            object: None,
            generation: 0,
            sent: 0,
        });
    }
    let places = table.places.get_or_insert_default();
    let address = Arc::as_ptr(object).addr();
    let fresh = !places.contains_key(&address);
    let index = *places.entry(address).or_insert_with(|| {
        table.free.pop().unwrap_or_else(|| {
            table.rows.push(Row {
                object: None,
                generation: 0,
                sent: 0,
            });
            table.rows.len() - 1
        })
    });
    let row = &mut table.rows[index];
    row.object = Some(object.clone());
    row.sent += 1;
    (index as i64 | row.generation << 32, fresh)
}

/// The object behind a handle that the shim has sent.
pub fn resolve(handle: i64) -> Option<Ref> {
    lock(&TABLE).rows.get((handle & INDEX) as usize)?.object.clone()
}

/// The shim lets go of handles. One that it has received less often than we sent it is on its way to it again, and stays. One of an
/// earlier generation was closed before: its row may be another object's by now.
pub fn close(releases: &[Release]) {
    let mut dead = Vec::new();
    let mut table = lock(&TABLE);
    for release in releases {
        let index = (release.handle & INDEX) as usize;
        let row = &mut table.rows[index];
        if row.generation == release.handle >> 32
            && row.sent == release.received
            && let Some(object) = row.object.take()
        {
            row.sent = 0;
            row.generation += 1;
            let address = Arc::as_ptr(&object).addr();
            table.places.get_or_insert_default().remove(&address);
            table.free.push(index);
            dead.push(object);
        }
    }
    // What dies with its handle may come back here.
    drop(table);
    drop(dead);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::text;

    #[test]
    fn an_old_handle_does_not_close_the_row_of_another_object() {
        let (first, second) = (text("first"), text("second"));
        let (old, _) = open(&first);
        let release = |handle| Release { handle, received: 1 };
        close(&[release(old)]);
        assert!(resolve(old).is_none());
        let (new, fresh) = open(&second);
        assert!(fresh && new != old && new & INDEX == old & INDEX);
        close(&[release(old)]);
        assert!(resolve(new).is_some_and(|object| Arc::ptr_eq(&object, &second)));
        close(&[release(new)]);
        assert!(resolve(new).is_none());
    }
}

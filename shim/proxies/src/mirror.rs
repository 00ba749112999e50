//! Host lists that C holds: what compiled code writes into `ob_item` in place must reach the host before host code looks.
//!
//! Each mirrored list that has references is listed here with a copy of the items it had when it was last in step. Before a
//! crossing and at the end of a call the two are compared, and differences are written to the host. Nothing is listed
//! while C holds no list, which is the usual case.
//!
//! The other direction: after Python code may have run, the host compares its lists with what it sent of them last, and
//! sends again those that differ. That is one more crossing for all of them, in which the host looks
//! at every item. Its cost is bounded: of very many lists the latest are asked for and some of the others, in turns, and a host may
//! look at the items of a very long one less often when there are very many calls of Python code in one stay in C (ADR 21).
//!
//! A list that C has let go rests: it is not compared, and when the host says that it is what it was, C may have it again as it
//! is. Lists that only instances hold which nobody uses are not listed: see [`forget`].

use crate::state::Locked;
use crate::type_flags;
use crate::{Obj, Op, arena, crossing, decref, dict, err, int, new_ref, refcount, seq, types, xdecref};
use std::sync::atomic::{AtomicI64, Ordering};

struct Mirror {
    op: Obj,
    shadow: Vec<Obj>,
    /// The number of the state that the host has sent. Threads may ask for a list at the same time, and what was sent first may
    /// arrive last.
    state: i64,
    /// C has changed it itself when this was the latest number: what the host has read earlier lacks the change.
    changed: i64,
    /// So many threads compare it just now, each with a reference.
    compared: u32,
}

impl Mirror {
    /// Has C written into the list in place? Compared in groups, which processors do at once: a call of `memcmp` takes several times as long.
    #[inline]
    unsafe fn is_written(&self) -> bool {
        const GROUP: usize = 8;
        let differ = |now: &[Obj], before: &[Obj]| {
            let pairs = now.iter().zip(before);
            pairs.fold(0, |bits, (now, before)| bits | (now.addr() ^ before.addr())) != 0
        };
        // SAFETY: a mirrored list.
        let items = unsafe { seq::list_slice(self.op) };
        let (now, before) = (items.chunks_exact(GROUP), self.shadow.chunks_exact(GROUP));
        items.len() != self.shadow.len()
            || differ(now.remainder(), before.remainder())
            || now.zip(before).any(|(now, before)| differ(now, before))
    }
}

/// So many lists, the latest, are asked for after each stay at the host, and so many of the others, in turns.
const LATEST: usize = 256;
const OLDER: usize = 32;
/// What it takes to ask for a list, in comparisons of one here.
const ASKING: u64 = 8;

/// First those that C holds, of which the last are the latest, then those that rest.
struct Mirrors {
    rows: Vec<Mirror>,
    held: usize,
    /// The next of the latest to give its place to one that comes up, and the next of the older to be asked for.
    turn: usize,
    asked: usize,
    /// So many have been compared since the start; one that was asked for counts as several.
    compared: u64,
}

static MIRRORS: Locked<Mirrors> = Locked::new(Mirrors {
    rows: Vec::new(),
    held: 0,
    turn: 0,
    asked: 0,
    compared: 0,
});

/// What [`told`] shows: a number that changes whenever what C knows of the lists that it holds does, and how many those are.
static TOLD: [AtomicI64; 2] = [AtomicI64::new(0), AtomicI64::new(0)];

/// Where a host reads these two at any time.
pub extern "C" fn told() -> *const i64 {
    TOLD.as_ptr().cast()
}

impl Mirrors {
    /// Something is known that was not known before, or is known no more.
    fn tell(&self) {
        TOLD[0].store(TOLD[0].load(Ordering::Relaxed) + 1, Ordering::Relaxed);
        TOLD[1].store(self.held as i64, Ordering::Relaxed);
    }

    /// The row of a mirrored list, from 0. Numbers of other blocks, and of instances of an extension's own lists, mean something else.
    unsafe fn find(&self, op: Obj) -> Option<usize> {
        // SAFETY: an object; the lock is held.
        let row = unsafe { arena::number(op) as usize }.wrapping_sub(1);
        (self.rows.get(row)?.op == op).then_some(row)
    }

    /// What is known of a mirrored list.
    unsafe fn get(&mut self, op: Obj) -> Option<&mut Mirror> {
        // SAFETY: as `find`.
        unsafe { self.find(op).map(|row| &mut self.rows[row]) }
    }

    /// Those that C holds.
    fn held(&self) -> &[Mirror] {
        &self.rows[..self.held]
    }

    unsafe fn swap(&mut self, a: usize, b: usize) {
        self.rows.swap(a, b);
        for row in [a, b] {
            // SAFETY: a mirrored list.
            unsafe { arena::set_number(self.rows[row].op, row as u32 + 1) };
        }
    }

    /// How many of those that C holds are not among the latest.
    fn older(&self) -> usize {
        self.held.saturating_sub(LATEST)
    }

    /// C holds it, and it is one of the latest. The row where it is now.
    unsafe fn wake(&mut self, row: usize) -> usize {
        let older = self.older();
        let place = if row >= self.held {
            self.held += 1;
            self.held - 1
        } else if row < older {
            self.turn = (self.turn + 1) % LATEST;
            older + self.turn
        } else {
            return row;
        };
        // SAFETY: as `swap`.
        unsafe { self.swap(row, place) };
        self.tell();
        place
    }

    /// C holds it no more. The row where it is now.
    unsafe fn rest(&mut self, row: usize) -> usize {
        if row >= self.held {
            return row;
        }
        let older = self.older();
        self.held -= 1;
        // SAFETY: as `swap`.
        unsafe {
            // The last of the older takes its place: the latest stay what they are.
            let gap = if row < older { older - 1 } else { row };
            self.swap(row, gap);
            self.swap(gap, self.held);
        }
        self.tell();
        self.held
    }

    /// Those to be asked for: the latest, and some of the others.
    fn choose(&mut self) -> impl Iterator<Item = &mut Mirror> {
        let older = self.older();
        let begin = if self.asked < older { self.asked } else { 0 };
        self.asked = begin + OLDER;
        self.compared += ASKING * (self.held.min(LATEST + OLDER)) as u64;
        let (before, latest) = self.rows[..self.held].split_at_mut(older);
        let end = older.min(self.asked);
        latest.iter_mut().chain(&mut before[begin..end])
    }
}

/// The list is in step with the host's: remember its items.
pub unsafe fn track(op: Obj) {
    // SAFETY: `op` is a list proxy with a handle; its number in the table is kept in the prefix, from 1.
    unsafe {
        let mirrors = MIRRORS.get();
        let row = mirrors.find(op).unwrap_or_else(|| {
            mirrors.rows.push(Mirror {
                op,
                shadow: Vec::new(),
                state: 0,
                changed: 0,
                compared: 0,
            });
            arena::set_number(op, mirrors.rows.len() as u32);
            mirrors.rows.len() - 1
        });
        let row = mirrors.wake(row);
        let shadow = &mut mirrors.rows[row].shadow;
        shadow.clear();
        shadow.extend_from_slice(seq::list_slice(op));
        mirrors.tell();
    }
}

/// C has a reference to a list again that has not changed since the host sent this state. False when the mirror is in another state.
pub unsafe fn resume(op: Obj, state: i64) -> bool {
    // SAFETY: as `track`.
    unsafe {
        let mirrors = MIRRORS.get();
        match mirrors.find(op) {
            Some(row) if mirrors.rows[row].state == state => {
                mirrors.wake(row);
                true
            }
            _ => false,
        }
    }
}

static NUMBERS: AtomicI64 = AtomicI64::new(0);

/// A number higher than all before: the host asks for one before it reads a list.
pub extern "C" fn next_number() -> i64 {
    NUMBERS.fetch_add(1, Ordering::Relaxed) + 1
}

/// The latest number with these low 31 bits; 0 when they are 0.
pub fn whole_number(low: i64) -> i64 {
    const BITS: i64 = (1 << 31) - 1;
    let latest = NUMBERS.load(Ordering::Relaxed);
    if low == 0 {
        0
    } else {
        latest - ((latest - low) & BITS)
    }
}

/// C has changed the list, and the host's as well.
pub unsafe fn changed_here(op: Obj) {
    // SAFETY: as `track`.
    unsafe {
        let mirrors = MIRRORS.get();
        if let Some(mirror) = mirrors.get(op) {
            mirror.changed = next_number();
            mirrors.tell();
        }
    }
}

/// Has the host read what it sends before another thread read the list again, or C changed it? Hosts without threads number nothing.
pub unsafe fn is_late(op: Obj, state: i64) -> bool {
    // SAFETY: as `track`.
    unsafe {
        let Some(mirror) = MIRRORS.get().get(op).filter(|_| state != 0) else {
            return false;
        };
        let late = state < mirror.state.max(mirror.changed);
        err::thread().was_late |= late;
        late
    }
}

/// Reads the list again. False when the host failed.
pub unsafe fn refresh(op: Obj) -> bool {
    /// Another thread can change the list each time, but not for ever.
    const TRIES: u32 = 100;
    // SAFETY: as `track`.
    unsafe {
        for _ in 0..TRIES {
            err::thread().was_late = false;
            if !crossing::op_unit(Op::ListRefresh, &[op]) {
                return false;
            }
            if !err::thread().was_late {
                break;
            }
        }
        true
    }
}

/// The host has sent this state of the list, which is in step now.
pub unsafe fn arrived(op: Obj, state: i64) {
    // SAFETY: as `track`.
    unsafe {
        let mirrors = MIRRORS.get();
        if let Some(mirror) = mirrors.get(op) {
            mirror.state = state;
            mirrors.tell();
        }
    }
}

/// C has dropped its last reference.
pub unsafe fn untrack(op: Obj) {
    // SAFETY: as `track`.
    unsafe {
        if MIRRORS.get().find(op).is_some() {
            write_back_one(op);
            let mirrors = MIRRORS.get();
            if let Some(row) = mirrors.find(op) {
                mirrors.rest(row);
            }
        }
    }
}

/// Has C written into the list in place since it was last in step?
pub unsafe fn is_written(op: Obj) -> bool {
    // SAFETY: as `track`.
    unsafe {
        let mirror = MIRRORS.get().get(op);
        mirror.is_some_and(|mirror| mirror.is_written())
    }
}

/// The list had these items when it was last in step.
pub unsafe fn was(op: Obj, items: &[Obj]) {
    // SAFETY: as `track`.
    unsafe {
        let mirrors = MIRRORS.get();
        if let Some(mirror) = mirrors.get(op) {
            mirror.shadow = items.to_vec();
            mirrors.tell();
        }
    }
}

/// Tells the host what C has written, and reads the list again.
pub unsafe fn write_back(op: Obj) {
    // SAFETY: as `track`.
    unsafe {
        write_back_one(op);
        follow(op);
    }
}

/// The mirror goes out of step: C cannot look at it before the host sends the list again.
pub unsafe fn forget(op: Obj) {
    // SAFETY: as `track`; the last entry takes the place of the one that goes.
    unsafe {
        let mirrors = MIRRORS.get();
        if let Some(row) = mirrors.find(op) {
            let row = mirrors.rest(row);
            mirrors.rows.swap_remove(row);
            if let Some(moved) = mirrors.rows.get(row) {
                arena::set_number(moved.op, row as u32 + 1);
            }
            arena::set_number(op, 0);
        }
    }
}

/// After an operation that may have changed a host list: the mirror follows. False when the host failed.
pub unsafe fn follow(op: Obj) -> bool {
    // SAFETY: `op` is an object.
    unsafe {
        let ty = (*op).ob_type;
        type_flags::of(ty) & crate::Py_TPFLAGS_LIST_SUBCLASS == 0 || types::is_native(ty) || refresh(op)
    }
}

/// How many comparisons of lists there have been: what many lists cost that C holds, perhaps by garbage of which the host's collector
/// does not know yet.
pub unsafe fn comparisons() -> u64 {
    // SAFETY: the lock is held.
    unsafe { MIRRORS.get() }.compared
}

/// Control goes to the host: writes to it what C has changed in place.
#[inline]
pub unsafe fn leave() {
    // SAFETY: the lock is held.
    unsafe {
        if MIRRORS.get().held > 0 {
            write_back_all();
        }
    }
}

/// Control is back from Python code: reads again what that has changed. False when an exception came up meanwhile (a
/// signal handler's, say) and is set now.
#[inline]
pub unsafe fn enter() -> bool {
    // SAFETY: the lock is held.
    unsafe { enter_with(false) }
}

/// The same; when the lists are `compared` the host has found all unchanged that C holds.
#[inline]
pub unsafe fn enter_with(compared: bool) -> bool {
    // SAFETY: the lock is held.
    unsafe {
        dict::outdate();
        MIRRORS.get().held == 0 || compared || err::thread().mirroring || read_again()
    }
}

#[cold]
unsafe fn read_again() -> bool {
    // SAFETY: the lock is held; the lists are kept alive while the host is asked. An error that was pending survives.
    unsafe {
        // A list that only other threads hold, for the same purpose, is garbage: they would keep it alive in turns.
        let mut lists: Vec<Obj> = Vec::with_capacity(LATEST + OLDER);
        let mut known: Vec<[i64; 2]> = Vec::with_capacity(LATEST + OLDER);
        for mirror in MIRRORS.get().choose() {
            if refcount::count(mirror.op) > mirror.compared as isize {
                mirror.compared += 1;
                lists.push(new_ref(mirror.op));
                known.push([arena::handle(mirror.op), mirror.state]);
            }
        }
        err::thread().mirroring = true;
        let pending = err::fetch();
        let mut at = 0;
        while at < lists.len() {
            // How many are unchanged?
            let rest = [
                int::from_i64(known[at..].as_ptr() as i64),
                int::from_i64((lists.len() - at) as i64),
            ];
            let same = crossing::op_int(Op::ListsUnchanged, &rest);
            rest.into_iter().for_each(|op| decref(op));
            let Ok(same) = usize::try_from(same) else { break };
            at += same;
            if let Some(&changed) = lists.get(at) {
                refresh(changed);
            }
            at += 1;
        }
        let raised = !err::occurred().is_null() && pending.0.is_null();
        if !raised {
            err::restore(pending.0, pending.1, pending.2);
        }
        err::thread().mirroring = false;
        for op in lists {
            if let Some(mirror) = MIRRORS.get().get(op) {
                mirror.compared = mirror.compared.saturating_sub(1);
            }
            decref(op);
        }
        !raised
    }
}

#[cold]
unsafe fn write_back_all() {
    // SAFETY: the lock is held. A crossing made here does not come back here; the pending error survives.
    unsafe {
        if err::thread().mirroring {
            return;
        }
        MIRRORS.get().compared += MIRRORS.get().held as u64;
        let held = MIRRORS.get().held().iter();
        // Writing one back may bring others into step, or out of it. Nothing is allocated when there is none.
        let written: Vec<Obj> = held
            .filter(|mirror| mirror.is_written())
            .map(|mirror| new_ref(mirror.op))
            .collect();
        err::thread().mirroring = true;
        for &op in &written {
            write_back_one(op);
        }
        err::thread().mirroring = false;
        written.into_iter().for_each(|op| decref(op));
    }
}

unsafe fn write_back_one(op: Obj) {
    // SAFETY: `op` is tracked.
    unsafe {
        let Some(mirror) = MIRRORS.get().get(op).filter(|mirror| mirror.is_written()) else {
            return;
        };
        let shadow = &mut mirror.shadow;
        // Another thread may read the list again meanwhile, which drops them.
        let items: Vec<Obj> = seq::list_slice(op)
            .iter()
            .map(|&item| if item.is_null() { item } else { new_ref(item) })
            .collect();
        let old = std::mem::replace(shadow, items.clone());
        let pending = err::fetch();
        let changed = |at: usize| old[at] != items[at] && !items[at].is_null();
        if old.len() == items.len() {
            for at in (0..items.len()).filter(|&at| changed(at)) {
                let index = int::from_i64(at as i64);
                crossing::op_unit(Op::ListSetItem, &[op, index, items[at]]);
                decref(index);
            }
        } else {
            let whole = seq::new_list(items.len());
            for (at, &item) in items.iter().enumerate().filter(|(_, item)| !item.is_null()) {
                *(*whole.cast::<crate::PyListObject>()).ob_item.add(at) = new_ref(item);
            }
            let bounds = [int::from_i64(0), int::from_i64(old.len() as i64)];
            crossing::op_unit(Op::ListSetSlice, &[op, bounds[0], bounds[1], whole]);
            decref(bounds[0]);
            decref(bounds[1]);
            decref(whole);
        }
        items.into_iter().for_each(|item| xdecref(item));
        changed_here(op);
        err::clear();
        err::restore(pending.0, pending.1, pending.2);
    }
}

//! Calling the host. The count of these calls is the speed of everything else. What performs one takes the lock.

use crate::encode::{self, Scratch, encode_argument, encode_plain};
use crate::state::{self, Locked};
use crate::{
    Obj, PyBytes_Type, PyDict_Type, PyFloat_Type, PyFrozenSet_Type, PyLong_Type, PySet_Type, PyUnicode_Type,
    arena, bytearray, decode, err, hold, lent, mirror, refcount, slots, text,
};
use gimbal_handles::{Handle, Received, Table};
use gimbal_host::{Cell, GIMBAL_HOST_TAKES_MARSHAL, GIMBAL_HOST_TAKES_PACKED, HostTable, Op, Release, Tag};
use std::mem::MaybeUninit;

static HOST: Locked<Option<&'static HostTable>> = Locked::new(None);
static TABLE: Locked<Table<crate::PyObject>> = Locked::new(Table::new());

/// Most operations take few arguments; more go to the heap.
const INLINE: usize = 8;

/// Attaches the host. Once.
pub unsafe fn attach(host: &'static HostTable) {
    // SAFETY: called by `gimbal_attach` with the lock held.
    unsafe { *HOST.get() = Some(host) }
}

/// Is a host attached? That happens once, before any extension code runs, so the lock is not needed to ask.
pub fn is_attached() -> bool {
    // SAFETY: as stated.
    unsafe { HOST.get() }.is_some()
}

/// The host.
#[inline]
pub unsafe fn host() -> &'static HostTable {
    // SAFETY: the lock is held.
    match unsafe { *HOST.get() } {
        Some(host) => host,
        None => no_host(),
    }
}

/// Does the host take containers made by C in the packed forms?
#[inline]
pub unsafe fn takes_packed() -> bool {
    // SAFETY: the lock is held.
    unsafe { host().flags & GIMBAL_HOST_TAKES_PACKED != 0 }
}

/// Does the host read streams of Python's `marshal`?
#[inline]
pub unsafe fn takes_marshal() -> bool {
    // SAFETY: the lock is held.
    unsafe { host().flags & GIMBAL_HOST_TAKES_MARSHAL != 0 }
}

#[cold]
fn no_host() -> ! {
    eprintln!("Gimbal: the C API was used before a host interpreter was attached");
    std::process::abort()
}

/// Counts an arrival of a handle; one that is fresh counts from [`open`] on.
pub unsafe fn receive(handle: i64) -> Received<crate::PyObject> {
    // SAFETY: the lock is held.
    unsafe {
        let received = TABLE.get().receive(Handle::unpack(handle));
        if matches!(received, Received::Fresh)
            && let Some(op) = encode::adopt_early(handle)
        {
            return Received::Open(op);
        }
        received
    }
}

/// Counts the arrival of a fresh handle for which another thread has opened a proxy meanwhile.
pub unsafe fn count(handle: i64) {
    // SAFETY: the lock is held.
    unsafe { TABLE.get() }.count(Handle::unpack(handle));
}

/// Records the proxy of a fresh handle.
pub unsafe fn open(handle: i64, proxy: Obj) {
    // SAFETY: the lock is held.
    unsafe { TABLE.get() }.open(Handle::unpack(handle), proxy);
}

/// Offers the proxy of a fresh handle; the one that another thread has opened meanwhile, if one has.
pub unsafe fn tie(handle: i64, proxy: Obj) -> Option<Obj> {
    // SAFETY: the lock is held.
    unsafe { TABLE.get() }.tie(Handle::unpack(handle), proxy)
}

/// Forgets the proxy of a handle; how often the handle was received.
pub unsafe fn close(handle: i64) -> i64 {
    // SAFETY: the lock is held.
    unsafe { TABLE.get() }.close(Handle::unpack(handle))
}

/// Forgets a proxy that was put aside, unless it is in use again; how often its handle was received.
pub unsafe fn close_dead(handle: i64, in_use: bool) -> Option<i64> {
    // SAFETY: the lock is held.
    unsafe { TABLE.get() }.close_dead(Handle::unpack(handle), in_use)
}

/// The proxy of a handle, when it has one.
pub unsafe fn peek(handle: i64) -> Option<Obj> {
    // SAFETY: the lock is held.
    unsafe { TABLE.get() }.peek(Handle::unpack(handle))
}

/// Calls `f` for every open proxy; it must not cross.
pub unsafe fn for_each_proxy(f: impl FnMut(Obj)) {
    // SAFETY: the lock is held.
    unsafe { TABLE.get() }.proxies().for_each(f);
}

/// Open proxies with handles.
pub unsafe fn live() -> usize {
    // SAFETY: the lock is held.
    unsafe { TABLE.get() }.live()
}

/// Tells the host which handles are closed.
pub unsafe fn release(releases: &[Release]) {
    if !releases.is_empty() {
        // SAFETY: the slice outlives the call.
        unsafe {
            let host = host();
            state::without_lock(false, || (host.release)(releases.len() as i32, releases.as_ptr()));
        }
    }
}

/// Runs an entry of the host on encoded arguments; false when it failed, with the indicator set.
#[inline]
unsafe fn cross(
    args: &[Obj],
    out: &mut Cell,
    runs_code: bool,
    looks_at_lists: bool,
    entry: impl FnOnce(&'static HostTable, *mut Cell, *mut Cell) -> i32,
) -> bool {
    // SAFETY: cells live on this frame during the call; arguments are objects or NULL.
    unsafe {
        if err::thread().depth == 0 {
            // a program that no host has called: no outermost call ends that would do it
            refcount::flush_if_due();
        }
        lent::keep_all();
        if looks_at_lists {
            mirror::leave();
        }
        let mut inline = [const { MaybeUninit::<Cell>::uninit() }; INLINE];
        let mut heap = Vec::new();
        let cells: &mut [MaybeUninit<Cell>] = if args.len() <= INLINE {
            &mut inline[..args.len()]
        } else {
            heap.resize(args.len(), MaybeUninit::uninit());
            &mut heap
        };
        *out = Cell::new(Tag::Error);
        let host = host();
        let mut all = cells.iter_mut().zip(args);
        let tag = if all.all(|(cell, &arg)| encode_plain(arg, cell.write(Cell::new(Tag::Null)))) {
            state::without_lock(runs_code, || entry(host, cells.as_mut_ptr().cast(), out))
        } else {
            let mut scratch = Scratch::new();
            for (cell, &arg) in cells.iter_mut().zip(args) {
                encode_argument(arg, cell.write(Cell::new(Tag::Null)), &mut scratch);
            }
            scratch.begin();
            let tag = state::without_lock(runs_code, || entry(host, cells.as_mut_ptr().cast(), out));
            scratch.adopt();
            tag
        };
        let intact = !runs_code || mirror::enter();
        bytearray::refresh_held();
        if tag == Tag::Error as i32 {
            err::from_host(out);
            return false;
        }
        out.tag = tag;
        if !intact {
            let result = decode::decode(out);
            crate::xdecref(result);
        }
        intact
    }
}

/// Performs an operation; false when it failed, with the indicator set.
#[inline]
unsafe fn perform(code: Op, args: &[Obj], out: &mut Cell) -> bool {
    // SAFETY: as `cross`.
    unsafe {
        if code != Op::InternName {
            args.iter().for_each(|&arg| know_name(arg));
        }
        let quiet = is_quiet(code, args);
        cross(
            args,
            out,
            code.runs_code() && !quiet,
            code.looks_at_lists() && !quiet,
            |host, cells, out| (host.op)(code as i32, args.len() as i32, cells, out),
        )
    }
}

/// Is it an operation on a builtin container or on a string that runs no code of the program, what keys are compared with aside? Compiled
/// programs do little else for long stretches, and the lists that they hold need not be looked at each time.
#[inline]
unsafe fn is_quiet(code: Op, args: &[Obj]) -> bool {
    // SAFETY: objects or NULL.
    unsafe {
        match (code, args) {
            (Op::Len | Op::IsTrue | Op::Contains | Op::SetAdd | Op::SetDiscard, &[container, ..]) => {
                let ty = (*container).ob_type;
                ty == &raw mut PySet_Type || ty == &raw mut PyFrozenSet_Type || ty == &raw mut PyDict_Type
            }
            (Op::NewSet | Op::NewFrozenSet, &[items]) => items.is_null(),
            (Op::StrMethod, _) => args
                .iter()
                .all(|&arg| !arg.is_null() && text::is_exactly(arg, &raw mut PyUnicode_Type)),
            _ => false,
        }
    }
}

/// A string that C has interned is a name: the host is told once, and sent the handle from then on.
#[inline]
unsafe fn know_name(arg: Obj) {
    // SAFETY: an object or NULL; what is interned never dies.
    unsafe {
        if !arg.is_null()
            && text::is_exactly(arg, &raw mut PyUnicode_Type)
            && text::is_interned(arg)
            && arena::in_range(arg.cast())
            && arena::handle(arg) == arena::NO_HANDLE
        {
            slots::name_handle(arg);
        }
    }
}

/// Performs an operation. A new reference; NULL with the indicator set on failure, without it when there is no result.
pub unsafe fn op(code: Op, args: &[Obj]) -> Obj {
    let _held = hold();
    let mut out = Cell::new(Tag::Error);
    // SAFETY: as `cross`.
    unsafe {
        if !perform(code, args, &mut out) {
            return std::ptr::null_mut();
        }
        let result = decode::decode(&mut out);
        if matches!(
            code,
            Op::GetAttr | Op::LookupAttr | Op::GenericGetAttr | Op::GetItem | Op::DictGet
        ) {
            keep_for_a_while(result);
        }
        result
    }
}

/// Performs an operation whose result is an int or a bool; -1 with the indicator set on failure.
pub unsafe fn op_int(code: Op, args: &[Obj]) -> i64 {
    let _held = hold();
    let mut out = Cell::new(Tag::Error);
    // SAFETY: as `cross`.
    unsafe {
        if !perform(code, args, &mut out) {
            return -1;
        }
        match out.tag {
            t if t == Tag::Int as i32 => out.i,
            t if t == Tag::True as i32 => 1,
            t if t == Tag::False as i32 || t == Tag::None as i32 || t == Tag::Null as i32 => 0,
            _ => {
                let other = decode::decode(&mut out);
                crate::xdecref(other);
                err::set(
                    crate::PyExc_SystemError,
                    &format!("Gimbal: {:?} did not return a small int", code.name()),
                );
                -1
            }
        }
    }
}

/// Performs an operation whose result is a bool; None with the indicator set on failure.
pub unsafe fn op_bool(code: Op, args: &[Obj]) -> Option<bool> {
    // SAFETY: as `op_int`.
    match unsafe { op_int(code, args) } {
        -1 => None,
        value => Some(value != 0),
    }
}

/// Performs an operation for its effect; false with the indicator set on failure.
pub unsafe fn op_unit(code: Op, args: &[Obj]) -> bool {
    let _held = hold();
    let mut out = Cell::new(Tag::Error);
    // SAFETY: as `cross`.
    unsafe {
        if !perform(code, args, &mut out) {
            return false;
        }
        keep_stored(code, args);
        let result = decode::decode(&mut out);
        crate::xdecref(result);
        true
    }
}

/// Calls a host object: positional arguments, then keyword values, then the tuple of names when there are any.
pub unsafe fn call(callable: i64, args: &[Obj], keywords: usize) -> Obj {
    let _held = hold();
    let mut out = Cell::new(Tag::Error);
    let positional = args.len() - if keywords > 0 { keywords + 1 } else { 0 };
    // SAFETY: as `cross`.
    unsafe {
        if !cross(args, &mut out, true, true, |host, cells, out| {
            (host.call)(callable, positional as i32, keywords as i32, cells, out)
        }) {
            return std::ptr::null_mut();
        }
        decode::decode(&mut out)
    }
}

/// `getattr` of a host object by an interned name.
pub unsafe fn getattr(object: i64, name: i64) -> Obj {
    let _held = hold();
    let mut out = Cell::new(Tag::Error);
    // SAFETY: as `cross`.
    unsafe {
        if !cross(&[], &mut out, true, true, |host, _, out| {
            (host.getattr)(object, name, out)
        }) {
            return std::ptr::null_mut();
        }
        keep_for_a_while(decode::decode(&mut out))
    }
}

/// Makes the outermost call on this thread the owner of a new reference, so that it can be lent. NULL is passed on.
pub unsafe fn lend_to_call(op: Obj) -> Obj {
    if !op.is_null() {
        // SAFETY: the lock is held.
        unsafe {
            let thread = err::thread();
            thread.borrowed.push(op);
            if thread.depth == 0 {
                keep_once(&mut thread.borrowed);
            }
        }
    }
    op
}

/// A value that a host object holds is native only as long as C holds it, but C knows that the object holds it and may use what the
/// value shows after it has given its reference back. So the latest ones live on, at most until the outermost call ends.
#[inline]
unsafe fn keep_for_a_while(op: Obj) -> Obj {
    // SAFETY: `op` is an object or NULL; the lock is held.
    unsafe {
        if !op.is_null()
            && ((*op).ob_type == &raw mut PyUnicode_Type || (*op).ob_type == &raw mut PyBytes_Type)
        {
            crate::xdecref(err::thread().kept.push(crate::new_ref(op)));
        }
    }
    op
}

/// The same for what C has just stored in a host object: it often gives its reference back and then returns the value itself.
#[inline]
unsafe fn keep_stored(code: Op, args: &[Obj]) {
    if !matches!(
        code,
        Op::DictSet
            | Op::SetItem
            | Op::SetAttr
            | Op::GenericSetAttr
            | Op::ListAppend
            | Op::ListInsert
            | Op::ListSetItem
            | Op::SetAdd
    ) {
        return;
    }
    for &arg in args.iter().skip(1).filter(|arg| !arg.is_null()) {
        // SAFETY: as `keep_for_a_while`.
        unsafe {
            if (*arg).ob_type == &raw mut PyLong_Type || (*arg).ob_type == &raw mut PyFloat_Type {
                crate::xdecref(err::thread().kept.push(crate::new_ref(arg)));
            } else {
                keep_for_a_while(arg);
            }
        }
    }
}

/// A program that no host has called is in no outermost call that would end: what it borrows again and again is kept once.
unsafe fn keep_once(borrowed: &mut Vec<Obj>) {
    const MANY: usize = 1024;
    if borrowed.len() < MANY || !borrowed.len().is_power_of_two() {
        return;
    }
    let mut all = std::mem::take(borrowed);
    all.sort_unstable();
    let mut last = std::ptr::null_mut();
    for op in all {
        if op == last {
            // SAFETY: each entry is a reference; the first one stays.
            unsafe { crate::decref(op) };
        } else {
            borrowed.push(op);
            last = op;
        }
    }
}

//! The host calls extension code: the functions of [`ShimTable`].
//!
//! Every entry takes the extension lock, runs, describes the result in `out` and gives the lock back. `out` has three
//! cells: two for the result (an error needs both), and one in which the shim keeps what the result points at
//! until the host uses the same cells for its next call.

mod run_slot;

pub(crate) use run_slot::adjusted;
use run_slot::status;

use crate::callee::{RETURNED_NULL, checked};
use crate::construct::{
    fill_floats, fill_ints, fill_items, fill_tree, fill_value, new_bytes, new_complex, new_int, new_str,
    new_tuple,
};
use crate::direct::{self, direct, text as text_entry};
use crate::encode::Scratch;
use crate::services::{clear, collect, dunder_name, finalize, flush, forget, op_name, stat, survey, touch};
use crate::state::{self, Entered, Thread};
use crate::{
    Obj, PyTypeObject, arena, bytearray, crossing, decode, decref, encode, err, lent, loader, marshal,
    mirror, modules, refcount, seq, text, types, xdecref,
};
use gimbal_host::{
    CallKind, Cell, GIMBAL_HOST_ABI, GIMBAL_HOST_TAKES_INSTANCES, GIMBAL_LISTS_COMPARED,
    GIMBAL_NOTHING_TO_ADOPT, HostTable, ShimTable, SlotKind, Tag,
};
use std::ffi::{CStr, c_int, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Native stack that nested calls between host and extension may use before `RecursionError`. PyPy's own limit is 768 KiB
/// and cannot be caught inside a call-back.
const STACK_LIMIT: usize = 400 << 10;

#[repr(C)]
struct Interpreter {
    id: i64,
}

/// The one interpreter: an address that extension code only compares.
pub fn interpreter() -> *mut c_void {
    static INTERPRETER: Interpreter = Interpreter { id: 0 };
    (&raw const INTERPRETER).cast_mut().cast()
}

/// Begins an entry: takes the lock.
#[inline(always)]
pub(crate) unsafe fn enter() -> (&'static mut Thread, Entered) {
    let mine = state::mine();
    let entered = state::enter(mine);
    // SAFETY: the lock is held, the state is this thread's.
    let thread = unsafe { &mut *mine };
    thread.depth += 1;
    (thread, entered)
}

/// Ends an entry: an outermost one closes the handles of the dead; then the lock is free.
#[inline(always)]
pub(crate) unsafe fn leave(thread: &mut Thread, _entered: Entered) {
    // SAFETY: the lock is held.
    unsafe {
        thread.depth -= 1;
        if thread.depth == 0 {
            while let Some(op) = thread.pop_lent() {
                decref(op);
            }
            refcount::flush_if_due();
        }
    }
}

/// Is there stack left for another level?
#[inline(always)]
fn stack_left(thread: &mut Thread) -> bool {
    let here = std::hint::black_box(0u8);
    let here = (&raw const here) as usize;
    if thread.depth <= 1 {
        thread.stack_base = here;
    }
    thread.stack_base.wrapping_sub(here) < STACK_LIMIT || here > thread.stack_base
}

/// What Python has changed is read again. False, with an error set, when extension code must not be called.
#[inline(always)]
pub(crate) unsafe fn may_begin(thread: &mut Thread, compared: bool) -> bool {
    // SAFETY: the lock is held.
    unsafe {
        let intact = mirror::enter_with(compared);
        bytearray::refresh_held();
        if intact && !stack_left(thread) {
            err::set(crate::PyExc_RecursionError, "maximum recursion depth exceeded");
            return false;
        }
        intact
    }
}

/// Releases what the previous result in these cells pointed at.
#[inline(always)]
pub(crate) unsafe fn release_kept(out: *mut Cell) {
    // SAFETY: `out` has three cells, the third is ours.
    unsafe {
        let kept = &mut *out.add(2);
        if kept.i != 0 {
            decref(kept.i as Obj);
            kept.i = 0;
        }
        if kept.n != 0 {
            let scratch = Box::from_raw(kept.n as *mut Scratch);
            kept.n = 0;
            scratch.give_back();
        }
    }
}

/// Describes a result (whose reference is taken over) and returns its tag.
#[inline(always)]
pub(crate) unsafe fn finish(result: Obj, out: *mut Cell) -> i32 {
    // SAFETY: `out` has three cells.
    unsafe {
        mirror::leave();
        if result.is_null() {
            return failed(out);
        }
        if !err::occurred().is_null() {
            decref(result);
            contradiction();
            return failed(out);
        }
        if encode::encode_small(result, &mut *out) {
            decref(result);
            return (*out).tag;
        }
        if encode::encode_known(result, &mut *out) {
            (*out.add(2)).i = result as i64;
            return (*out).tag;
        }
        if text::is_exactly(result, &raw mut crate::PyUnicode_Type) {
            encode::encode_text(result, &mut *out);
            (*out.add(2)).i = result as i64;
            return (*out).tag;
        }
        if is_new(result) {
            encode::give(result, &mut *out);
            return Tag::Instance as i32;
        }
        let mut scratch = Scratch::take();
        if !marshal::encode(result, &mut *out, &mut scratch) {
            encode::encode(result, &mut *out, &mut scratch);
        }
        let tag = (*out).tag;
        if tag <= Tag::Float as i32 {
            decref(result);
        } else {
            (*out.add(2)).i = result as i64;
            if (Tag::Tuple as i32..=Tag::Dict as i32).contains(&tag)
                && scratch.promotes_nothing()
                && crossing::takes_packed()
            {
                (*out).aux |= GIMBAL_NOTHING_TO_ADOPT;
            }
        }
        if scratch.is_empty() {
            scratch.give_back();
        } else {
            (*out.add(2)).n = Box::into_raw(scratch) as i64;
        }
        tag
    }
}

/// Is it an instance that has no wrapper yet, and does the host take a reference for that with it?
#[inline(always)]
pub(crate) unsafe fn is_new(op: Obj) -> bool {
    // SAFETY: `op` is an object.
    unsafe {
        let ty = (*op).ob_type;
        types::is_native(ty)
            && arena::in_range(op.cast())
            && arena::number(op) == 0
            && !types::is_metatype(ty)
            && crossing::host().flags & GIMBAL_HOST_TAKES_INSTANCES != 0
    }
}

/// Sets the error of a function that has both returned a result and raised.
#[cold]
pub(crate) unsafe fn contradiction() -> Obj {
    // SAFETY: sets the indicator.
    unsafe { err::set_from("a function returned a result with an exception set") };
    std::ptr::null_mut()
}

/// Describes the exception that is set; a missing one is an error of its own.
#[cold]
unsafe fn failed(out: *mut Cell) -> i32 {
    // SAFETY: `out` has three cells.
    unsafe {
        if err::occurred().is_null() {
            err::set(crate::PyExc_SystemError, &format!("a function {RETURNED_NULL}"));
        }
        let mut scratch = Box::new(Scratch::new());
        err::to_host(std::slice::from_raw_parts_mut(out, 2), &mut scratch);
        (*out.add(2)).n = Box::into_raw(scratch) as i64;
        Tag::Error as i32
    }
}

/// Runs a function with a self: as on CPython, its caller holds that. What it refers to is C's own meanwhile.
#[inline]
unsafe fn entry_of(
    f: *mut u8,
    me: *mut u8,
    out: *mut Cell,
    compared: bool,
    body: impl FnOnce() -> Obj,
) -> i32 {
    // SAFETY: `me` is an object or NULL; a panic is caught inside.
    unsafe {
        entry(out, compared, || {
            crate::xincref(me.cast());
            let result = checked(body(), f, me.cast());
            xdecref(me.cast());
            result
        })
    }
}

/// What a call is, and whether the host says that lists are what they were.
#[inline(always)]
fn lists_compared(kind: i32) -> (i32, bool) {
    (kind & !GIMBAL_LISTS_COMPARED, kind & GIMBAL_LISTS_COMPARED != 0)
}

/// Runs an entry: lock, stack check, panic guard, result. `compared`: the host has just compared the lists that C holds.
#[inline]
unsafe fn entry(out: *mut Cell, compared: bool, body: impl FnOnce() -> Obj) -> i32 {
    // SAFETY: `out` has three cells.
    unsafe {
        let (thread, entered) = enter();
        release_kept(out);
        let result = if may_begin(thread, compared) {
            catch_unwind(AssertUnwindSafe(body)).unwrap_or_else(|_| {
                err::set(
                    crate::PyExc_SystemError,
                    "Gimbal: internal error (panic) in extension code's call",
                );
                std::ptr::null_mut()
            })
        } else {
            std::ptr::null_mut()
        };
        let tag = finish(result, out);
        leave(thread, entered);
        tag
    }
}

/// Arguments of one call: new references, released at the end.
struct Args {
    inline: [Obj; 8],
    heap: Vec<Obj>,
    len: usize,
}

impl Args {
    #[inline]
    unsafe fn decode(cells: *mut Cell, n: usize) -> Self {
        let mut args = Args {
            inline: [std::ptr::null_mut(); 8],
            heap: Vec::new(),
            len: n,
        };
        if n > 8 {
            args.heap.resize(n, std::ptr::null_mut());
        }
        for i in 0..n {
            // SAFETY: the host passed `n` cells.
            let op = unsafe { decode::decode(&mut *cells.add(i)) };
            args.slice()[i] = op;
        }
        args
    }

    #[inline]
    fn slice(&mut self) -> &mut [Obj] {
        if self.len > 8 {
            &mut self.heap
        } else {
            &mut self.inline[..self.len]
        }
    }
}

impl Drop for Args {
    #[inline]
    fn drop(&mut self) {
        for &mut op in self.slice() {
            // SAFETY: the references are ours, the lock is held.
            unsafe { xdecref(op) };
        }
        // SAFETY: the lock is held.
        unsafe { lent::end() };
    }
}

/// Added to a [`CallKind`]: the first argument cell is the function's self.
const SELF_FIRST: i32 = 16;

pub(crate) type F0 = unsafe extern "C" fn(Obj, Obj) -> Obj;
pub(crate) type F3 = unsafe extern "C" fn(Obj, Obj, Obj) -> Obj;
pub(crate) type FFast = unsafe extern "C" fn(Obj, *const Obj, isize) -> Obj;
pub(crate) type FFastKw = unsafe extern "C" fn(Obj, *const Obj, isize, Obj) -> Obj;
type FMethod = unsafe extern "C" fn(Obj, *mut PyTypeObject, *const Obj, isize, Obj) -> Obj;

/// Reads a C function pointer of the given type.
macro_rules! as_fn {
    ($f:expr, $ty:ty) => {
        std::mem::transmute::<*mut u8, $ty>($f)
    };
}
pub(crate) use as_fn;

unsafe extern "C" fn call0(f: *mut u8, me: *mut u8, out: *mut Cell) -> i32 {
    // SAFETY: the host got `f` and `me` from the shim.
    unsafe {
        entry_of(f, me, out, false, || {
            state::outside(|| as_fn!(f, F0)(me.cast(), std::ptr::null_mut()))
        })
    }
}

unsafe extern "C" fn calln(
    kind: i32,
    f: *mut u8,
    me: *mut u8,
    nargs: i32,
    nkw: i32,
    args: *mut Cell,
    out: *mut Cell,
) -> i32 {
    let (kind, compared) = lists_compared(kind);
    // SAFETY: as `call0`; `args` has the cells that `kind` asks for.
    unsafe {
        entry_of(f, me, out, compared, || {
            let (positional, keywords) = (nargs as usize, nkw as usize);
            let total = positional + if keywords > 0 { keywords + 1 } else { 0 };
            let mut args = Args::decode(args, total);
            let slice = args.slice();
            if !err::occurred().is_null() {
                return std::ptr::null_mut();
            }
            let names = if keywords > 0 {
                text::intern_all(slice[total - 1]);
                slice[total - 1]
            } else {
                std::ptr::null_mut()
            };
            let (me, slice, positional): (Obj, &[Obj], usize) = if kind & SELF_FIRST != 0 {
                (slice[0], &slice[1..], positional - 1)
            } else {
                (me.cast(), slice, positional)
            };
            match kind & !SELF_FIRST {
                k if k == CallKind::NoArgs as i32 => {
                    state::outside(|| as_fn!(f, F0)(me, std::ptr::null_mut()))
                }
                k if k == CallKind::One as i32 => state::outside(|| as_fn!(f, F0)(me, slice[0])),
                k if k == CallKind::Fast as i32 => {
                    state::outside(|| as_fn!(f, FFast)(me, slice.as_ptr(), positional as isize))
                }
                k if k == CallKind::FastKeywords as i32 => {
                    state::outside(|| as_fn!(f, FFastKw)(me, slice.as_ptr(), positional as isize, names))
                }
                k if k == CallKind::Method as i32 => state::outside(|| {
                    as_fn!(f, FMethod)(
                        me,
                        slice[0].cast(),
                        slice.as_ptr().add(1),
                        positional as isize - 1,
                        names,
                    )
                }),
                k => {
                    let tuple = seq::tuple_of(&slice[..positional]);
                    if k == CallKind::VarArgs as i32 {
                        let result = state::outside(|| as_fn!(f, F0)(me, tuple));
                        decref(tuple);
                        return result;
                    }
                    let kwargs = keyword_dict(&slice[positional..], names);
                    let result = if k == CallKind::Init as i32 {
                        status(state::outside(|| {
                            as_fn!(f, unsafe extern "C" fn(Obj, Obj, Obj) -> c_int)(me, tuple, kwargs)
                        }))
                    } else {
                        state::outside(|| as_fn!(f, F3)(me, tuple, kwargs))
                    };
                    xdecref(kwargs);
                    decref(tuple);
                    result
                }
            }
        })
    }
}

/// Keyword values and names as a dict; NULL when there are none.
pub unsafe fn keyword_dict(values: &[Obj], names: Obj) -> Obj {
    // SAFETY: `names` is a tuple of strings, as long as the values before it.
    unsafe {
        if names.is_null() {
            return std::ptr::null_mut();
        }
        let dict = crate::dict::new();
        for (&name, &value) in seq::tuple_slice(names).iter().zip(values) {
            crate::dict::set(dict, name, value);
        }
        dict
    }
}

/// Is this result of an iteration step the end? That is no error.
pub(crate) unsafe fn is_end(result: Obj) -> bool {
    // SAFETY: the lock is held.
    unsafe {
        if !result.is_null() {
            return false;
        }
        if !err::occurred().is_null() {
            if !err::matches(err::occurred(), crate::PyExc_StopIteration) || err::stops_with_value() {
                return false;
            }
            err::clear();
        }
        true
    }
}

/// Describes the end of an iteration.
pub(crate) unsafe fn end(out: *mut Cell) -> i32 {
    // SAFETY: `out` has three cells.
    unsafe { (*out).tag = Tag::Null as i32 };
    Tag::Null as i32
}

unsafe extern "C" fn slot(kind: i32, f: *mut u8, nargs: i32, args: *mut Cell, out: *mut Cell) -> i32 {
    let (kind, compared) = lists_compared(kind);
    // no code of the extension runs
    let compared = compared || kind == SlotKind::PlainValue as i32;
    // SAFETY: as `calln`.
    unsafe {
        if kind == SlotKind::IterNext as i32 {
            let (thread, entered) = enter();
            release_kept(out);
            let begin = may_begin(thread, compared);
            let mut decoded = Args::decode(args, nargs as usize);
            let me = decoded.slice()[0];
            let result = if begin {
                state::outside(|| as_fn!(f, unsafe extern "C" fn(Obj) -> Obj)(me))
            } else {
                std::ptr::null_mut()
            };
            drop(decoded);
            let tag = if is_end(result) {
                end(out)
            } else {
                finish(result, out)
            };
            leave(thread, entered);
            return tag;
        }
        entry(out, compared, || {
            let mut decoded = Args::decode(args, nargs as usize);
            if !err::occurred().is_null() {
                return std::ptr::null_mut();
            }
            run_slot::run_slot(kind, f, decoded.slice())
        })
    }
}

/// Runs an entry that has no result.
pub(crate) unsafe fn quietly(body: impl FnOnce()) {
    // SAFETY: the lock is free when the host calls.
    unsafe {
        let (thread, _entered) = enter();
        if catch_unwind(AssertUnwindSafe(body)).is_err() {
            eprintln!("Gimbal: internal error (panic) in a host's call");
        }
        // not `leave`: such calls come from finalizers and in the middle of encoding, and must close no handle
        thread.depth -= 1;
    }
}

unsafe extern "C" fn incref(op: *mut u8) {
    // SAFETY: the host passes a native instance.
    unsafe {
        quietly(|| {
            crate::incref(op.cast());
            count_wrapper(op.cast(), 1);
            crate::growth::note();
        });
    }
}

unsafe extern "C" fn refer_entry(op: *mut u8, n: i64) {
    // SAFETY: as `decref_entry`.
    unsafe {
        quietly(|| {
            (0..n).for_each(|_| crate::incref(op.cast()));
            (n..0).for_each(|_| decref(op.cast()));
        });
    }
}

unsafe extern "C" fn decref_entry(op: *mut u8) {
    // SAFETY: the host gives back the reference of a wrapper; a pending error of the thread survives it.
    unsafe {
        quietly(|| {
            let (class, value, traceback) = err::fetch();
            count_wrapper(op.cast(), -1);
            decref(op.cast());
            err::restore(class, value, traceback);
        });
    }
}

unsafe extern "C" fn drop_entry(n: i64, objects: *const i64) {
    // SAFETY: as `decref_entry`, for `n` of them.
    unsafe {
        quietly(|| {
            let (class, value, traceback) = err::fetch();
            // What is freed last is given out first: so new instances come one after the other, and the host finds neighbours together.
            let mut addresses = std::slice::from_raw_parts(objects, n as usize).to_vec();
            addresses.sort_unstable_by(|a, b| b.cmp(a));
            for address in addresses {
                let op = address as Obj;
                count_wrapper(op, -1);
                decref(op);
            }
            err::restore(class, value, traceback);
        });
    }
}

unsafe extern "C" fn refcount_entry(op: *mut u8) -> i64 {
    // SAFETY: the host passes a native instance; a stale answer does no harm.
    unsafe { crate::refcount::count(op.cast()) as i64 }
}

unsafe extern "C" fn adopt(out: *mut Cell) {
    // SAFETY: `out` is the first of the three cells of a result.
    unsafe {
        quietly(|| {
            let kept = (*out.add(2)).n as *mut Scratch;
            if !kept.is_null() {
                (*kept).adopt();
            }
        });
    }
}

unsafe extern "C" fn load(path: *const u8, name: *const u8, out: *mut Cell) -> i32 {
    // SAFETY: both are C strings.
    unsafe {
        entry(out, false, || {
            loader::load(CStr::from_ptr(path.cast()), CStr::from_ptr(name.cast()))
        })
    }
}

unsafe extern "C" fn create_module(def: *mut u8, spec: *mut Cell, out: *mut Cell) -> i32 {
    // SAFETY: `def` came from `load`.
    unsafe {
        entry(out, false, || {
            let mut spec = Args::decode(spec, 1);
            modules::create_from_spec(def.cast(), spec.slice()[0])
        })
    }
}

unsafe extern "C" fn exec_module(def: *mut u8, module: *mut Cell, out: *mut Cell) -> i32 {
    // SAFETY: as `create_module`.
    unsafe {
        entry(out, false, || {
            let mut module = Args::decode(module, 1);
            status(modules::exec(module.slice()[0], def.cast()))
        })
    }
}

/// Counts the references that wrappers have on a native instance, for [`cycles`].
unsafe fn count_wrapper(op: Obj, change: i32) {
    // SAFETY: `op` is an object.
    unsafe {
        if types::is_wrapped(op) {
            arena::set_number(op, arena::number(op).saturating_add_signed(change));
        }
    }
}

/// A builtin that the shim exports: its name and how to tie it.
#[repr(C)]
pub struct Builtin {
    /// `PyLong_Type` or `PyExc_ValueError`.
    pub name: &'static CStr,
    /// The exported static, or NULL for an exception (which is a pointer to a class).
    pub ty: *mut PyTypeObject,
    /// The exported pointer to an exception class.
    pub exception: *mut Obj,
}

// SAFETY: the pointers name statics.
unsafe impl Sync for Builtin {}

static BUILTINS: std::sync::OnceLock<Vec<&'static Builtin>> = std::sync::OnceLock::new();

fn builtins() -> &'static [&'static Builtin] {
    BUILTINS.get().map_or(&[], Vec::as_slice)
}

unsafe extern "C" fn builtin_name(i: i32) -> *const u8 {
    usize::try_from(i)
        .ok()
        .and_then(|i| builtins().get(i))
        .map_or(std::ptr::null(), |b| b.name.as_ptr().cast())
}

/// Ties builtin `i`; `i` past the end completes all of them.
unsafe extern "C" fn bind_builtin(i: i32, cell: *mut Cell) {
    // SAFETY: the host passes the class's handle cell.
    unsafe {
        quietly(|| match usize::try_from(i).ok().and_then(|i| builtins().get(i)) {
            Some(builtin) if !builtin.ty.is_null() => types::bind_builtin(builtin.ty, (*cell).i),
            Some(builtin) => *builtin.exception = decode::decode(&mut *cell),
            None => builtins()
                .iter()
                .filter(|b| !b.ty.is_null())
                .for_each(|b| types::complete_builtin(b.ty)),
        });
    }
}

static SHIM: ShimTable = ShimTable {
    abi_version: GIMBAL_HOST_ABI,
    flags: 0,
    size: size_of::<ShimTable>(),
    call0,
    calln,
    direct,
    direct_int: direct::direct_int,
    fetch: direct::fetch,
    text: text_entry,
    slot,
    incref,
    decref: decref_entry,
    refer: refer_entry,
    drop: drop_entry,
    next_number: crate::mirror::next_number,
    lists: crate::mirror::told,
    grown: crate::growth::grown,
    trim: crate::growth::trim,
    refcount: refcount_entry,
    new_str,
    new_bytes,
    new_int,
    new_complex,
    new_tuple,
    fill_items,
    fill_ints,
    fill_floats,
    fill_value,
    adopt,
    load,
    create_module,
    exec_module,
    op_name,
    dunder_name,
    builtin_name,
    bind_builtin,
    forget,
    collect,
    survey,
    finalize,
    clear,
    touch,
    stat,
    flush,
    fill_tree,
};

/// Attaches a host and returns the shim's table; NULL when the versions do not fit. `exported` are the statics that the
/// host will tie to its own builtins.
pub unsafe fn attach(host: &'static HostTable, exported: Vec<&'static Builtin>) -> *const ShimTable {
    if host.abi_version != GIMBAL_HOST_ABI || host.size != size_of::<HostTable>() {
        return std::ptr::null();
    }
    BUILTINS.get_or_init(|| exported);
    // SAFETY: called once, before any extension code runs.
    unsafe { quietly(|| crossing::attach(host)) };
    state::guard_forks();
    &raw const SHIM
}

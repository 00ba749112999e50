//! Calls whose arguments fit the machine's registers: one or two values beside self, none of them in a cell. Part of
//! [`gimbal_host::ShimTable`], like [`crate::guest`], and the way in which the host makes most calls.

use crate::callee::checked;
use crate::guest::{
    F0, F3, FFast, FFastKw, adjusted, as_fn, contradiction, end, enter, finish, is_end, keyword_dict, leave,
    may_begin, release_kept,
};
use crate::state::Thread;
use crate::{Obj, decode, decref, err, int, seq, state, text, xdecref, xincref};
use gimbal_host::{CallKind, Cell, GIMBAL_LISTS_COMPARED, SlotKind, Tag};
use std::ffi::{c_int, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Added to a [`CallKind`], which would be a [`SlotKind`] otherwise.
const CALL: i32 = 64;
const NO_ARGS: i32 = CALL + CallKind::NoArgs as i32;
const ONE: i32 = CALL + CallKind::One as i32;

/// The registers that a call comes in.
struct Registers {
    code: i32,
    a: i64,
    b: i64,
    x: f64,
    y: f64,
    names: i64,
}

/// What a C function has returned.
enum Outcome {
    /// A new reference, or NULL.
    Object(Obj),
    /// A size or hash, of which -1 may mean an error.
    Number(isize),
    /// 0, 1 or -1.
    Truth(c_int),
    /// 0 or -1.
    Status(c_int),
    /// An item, or NULL without an error at the end.
    Step(Obj),
}

impl Registers {
    fn tag(&self, shift: u32) -> i32 {
        self.code >> shift & 0xff
    }

    fn keywords(&self) -> usize {
        (self.code >> 24 & 0x3f) as usize
    }

    fn lists_compared(&self) -> bool {
        self.code & GIMBAL_LISTS_COMPARED != 0
    }

    /// A new reference to the first value; NULL when there is none.
    #[inline(always)]
    unsafe fn first(&self) -> Obj {
        // SAFETY: the host filled the registers by the rules of a cell.
        unsafe { value(self.tag(8), self.a, self.x) }
    }

    /// The same for the second one.
    #[inline(always)]
    unsafe fn second(&self) -> Obj {
        // SAFETY: as `first`.
        unsafe { value(self.tag(16), self.b, self.y) }
    }
}

/// A new reference to a value in registers.
#[inline(always)]
pub(crate) unsafe fn value(tag: i32, i: i64, d: f64) -> Obj {
    // SAFETY: the host's promise.
    unsafe {
        if tag == 0 {
            return std::ptr::null_mut();
        }
        if tag == Tag::Int as i32 {
            return int::from_i64(i);
        }
        if tag == Tag::Float as i32 {
            return decode::float(d);
        }
        decode::decode(&mut Cell {
            tag,
            aux: 0,
            i,
            d,
            n: 0,
            t: 0,
        })
    }
}

pub(crate) unsafe extern "C" fn direct(
    code: i32,
    f: *mut u8,
    me: *mut u8,
    a: i64,
    b: i64,
    out: *mut Cell,
    x: f64,
    y: f64,
    names: i64,
) -> i32 {
    let registers = Registers {
        code,
        a,
        b,
        x,
        y,
        names,
    };
    // SAFETY: as `guest::calln`; `me` is an object or NULL.
    unsafe {
        let (thread, entered) = enter();
        release_kept(out);
        let me: Obj = me.cast();
        let tag = match registers.code & 0xff {
            NO_ARGS | ONE => finish(object(thread, &registers, f, me, || one(&registers, f, me)), out),
            kind if kind >= CALL => finish(
                object(thread, &registers, f, me, || call(&registers, kind - CALL, f, me)),
                out,
            ),
            _ => describe(slot(thread, &registers, f, me), out),
        };
        leave(thread, entered);
        tag
    }
}

/// Runs a slot.
#[inline(always)]
unsafe fn slot(thread: &mut Thread, registers: &Registers, f: *mut u8, me: Obj) -> Outcome {
    // SAFETY: the lock is held; a panic is caught.
    unsafe {
        if !may_begin(thread, registers.lists_compared()) {
            return Outcome::Object(std::ptr::null_mut());
        }
        xincref(me);
        let outcome = catch_unwind(AssertUnwindSafe(|| run(registers, f, me)));
        xdecref(me);
        outcome.unwrap_or_else(|_| Outcome::Object(panicked()))
    }
}

/// Results of [`direct_int`] from here on are no ints, up to [`NO_INT_END`]: this plus a tag, or plus the address of a [`Parked`] result.
const NO_INT: i64 = i64::MIN;
/// Addresses have fewer bits.
const NO_INT_END: i64 = NO_INT + (1 << 48);

pub(crate) unsafe extern "C" fn direct_int(
    code: i32,
    f: *mut u8,
    me: *mut u8,
    a: i64,
    b: i64,
    x: f64,
    y: f64,
    names: i64,
) -> i64 {
    let registers = Registers {
        code,
        a,
        b,
        x,
        y,
        names,
    };
    // SAFETY: as `direct`.
    unsafe {
        let (thread, entered) = enter();
        let me: Obj = me.cast();
        let value = match registers.code & 0xff {
            NO_ARGS | ONE => brief(object(thread, &registers, f, me, || one(&registers, f, me))),
            kind if kind >= CALL => brief(object(thread, &registers, f, me, || {
                call(&registers, kind - CALL, f, me)
            })),
            _ => brief_outcome(slot(thread, &registers, f, me)),
        };
        leave(thread, entered);
        value
    }
}

/// Runs a function: its result, or NULL with an error set.
#[inline(always)]
unsafe fn object(
    thread: &mut Thread,
    registers: &Registers,
    f: *mut u8,
    me: Obj,
    body: impl FnOnce() -> Obj,
) -> Obj {
    // SAFETY: as `slot`.
    unsafe {
        if !may_begin(thread, registers.lists_compared()) {
            return std::ptr::null_mut();
        }
        xincref(me);
        let result = match catch_unwind(AssertUnwindSafe(body)) {
            Ok(result) => checked(result, f, me),
            Err(_) => panicked(),
        };
        xdecref(me);
        result
    }
}

/// What `direct_int` returns of a result, which is taken over. Most are ints that fit, or None.
#[inline(always)]
unsafe fn brief(result: Obj) -> i64 {
    // SAFETY: an object, or NULL with an error set; the lock is held.
    unsafe {
        if !result.is_null() && err::occurred().is_null() {
            crate::mirror::leave();
            if std::ptr::addr_eq(result, crate::none()) {
                decref(result);
                return NO_INT + Tag::None as i64;
            }
            if (*result).ob_type == &raw mut crate::PyLong_Type
                && let Some(value) = int::as_i64(result)
                && value >= NO_INT_END
            {
                decref(result);
                return value;
            }
        }
        park(result)
    }
}

/// The same for a slot.
#[inline(always)]
unsafe fn brief_outcome(outcome: Outcome) -> i64 {
    // SAFETY: as `brief`.
    unsafe {
        let raised = || !err::occurred().is_null();
        match outcome {
            Outcome::Object(result) => brief(result),
            Outcome::Step(result) => {
                if is_end(result) {
                    crate::mirror::leave();
                    NO_INT + Tag::Null as i64
                } else {
                    brief(result)
                }
            }
            Outcome::Number(-1) if raised() => brief(std::ptr::null_mut()),
            Outcome::Truth(-1) | Outcome::Status(-1) => brief(std::ptr::null_mut()),
            _ if raised() => brief(contradiction()),
            Outcome::Number(number) if (number as i64) < NO_INT_END => brief(int::from_i64(number as i64)),
            plain => {
                crate::mirror::leave();
                match plain {
                    Outcome::Number(number) => number as i64,
                    Outcome::Truth(0) => NO_INT + Tag::False as i64,
                    Outcome::Truth(_) => NO_INT + Tag::True as i64,
                    _ => NO_INT + Tag::None as i64,
                }
            }
        }
    }
}

/// A result that the host has to fetch: a reference, or NULL; and the exception that was set.
struct Parked {
    result: Obj,
    error: (Obj, Obj, Obj),
}

#[inline(never)]
unsafe fn park(result: Obj) -> i64 {
    // SAFETY: the lock is held.
    let error = unsafe { err::fetch() };
    NO_INT + Box::into_raw(Box::new(Parked { result, error })) as i64
}

pub(crate) unsafe extern "C" fn fetch(result: i64, out: *mut Cell) -> i32 {
    // SAFETY: `park` made the number, the host asks once; `out` has three cells.
    unsafe {
        let (thread, entered) = enter();
        release_kept(out);
        let parked = Box::from_raw((result - NO_INT) as *mut Parked);
        let (class, value, traceback) = parked.error;
        err::restore(class, value, traceback);
        let tag = finish(parked.result, out);
        leave(thread, entered);
        tag
    }
}

/// Sets the error for it.
#[cold]
unsafe fn panicked() -> Obj {
    // SAFETY: sets the indicator.
    unsafe {
        err::set(
            crate::PyExc_SystemError,
            "Gimbal: internal error (panic) in extension code's call",
        );
    }
    std::ptr::null_mut()
}

#[inline(always)]
unsafe fn describe(outcome: Outcome, out: *mut Cell) -> i32 {
    // SAFETY: `out` has three cells.
    unsafe {
        let raised = || !err::occurred().is_null();
        match outcome {
            Outcome::Object(result) => finish(result, out),
            Outcome::Number(-1) if raised() => finish(std::ptr::null_mut(), out),
            Outcome::Truth(-1) | Outcome::Status(-1) => finish(std::ptr::null_mut(), out),
            Outcome::Number(number) => {
                crate::mirror::leave();
                (*out).i = number as i64;
                plain(Tag::Int, out)
            }
            Outcome::Truth(value) => plain(if value != 0 { Tag::True } else { Tag::False }, out),
            Outcome::Status(_) => plain(Tag::None, out),
            Outcome::Step(result) if is_end(result) => end(out),
            Outcome::Step(result) => finish(result, out),
        }
    }
}

/// A result that is no object here.
#[inline(always)]
unsafe fn plain(tag: Tag, out: *mut Cell) -> i32 {
    // SAFETY: `out` has three cells.
    unsafe {
        crate::mirror::leave();
        if !err::occurred().is_null() {
            return finish(contradiction(), out);
        }
        (*out).tag = tag as i32;
        tag as i32
    }
}

#[inline(always)]
unsafe fn run(r: &Registers, f: *mut u8, me: Obj) -> Outcome {
    // SAFETY: the host passes what the kind asks for; `f` has that signature.
    unsafe {
        let kind = r.code & 0xff;
        let is = |k: SlotKind| kind == k as i32;
        if is(SlotKind::Item) || is(SlotKind::SsizeArg) {
            let i = position(r.a, is(SlotKind::Item), me);
            state::outside(|| Outcome::Object(as_fn!(f, unsafe extern "C" fn(Obj, isize) -> Obj)(me, i)))
        } else if is(SlotKind::Len) || is(SlotKind::Hash) {
            state::outside(|| Outcome::Number(as_fn!(f, unsafe extern "C" fn(Obj) -> isize)(me)))
        } else if is(SlotKind::Unary) {
            state::outside(|| Outcome::Object(as_fn!(f, unsafe extern "C" fn(Obj) -> Obj)(me)))
        } else if is(SlotKind::IterNext) {
            state::outside(|| Outcome::Step(as_fn!(f, unsafe extern "C" fn(Obj) -> Obj)(me)))
        } else if is(SlotKind::Inquiry) {
            state::outside(|| Outcome::Truth(as_fn!(f, unsafe extern "C" fn(Obj) -> c_int)(me)))
        } else if is(SlotKind::Getter) {
            let closure = r.a as *mut c_void;
            state::outside(|| {
                Outcome::Object(as_fn!(f, unsafe extern "C" fn(Obj, *mut c_void) -> Obj)(
                    me, closure,
                ))
            })
        } else if is(SlotKind::SsizeObjArg) {
            let i = position(r.a, true, me);
            with_values(r.second(), std::ptr::null_mut(), |value, _| {
                Outcome::Status(as_fn!(f, unsafe extern "C" fn(Obj, isize, Obj) -> c_int)(
                    me, i, value,
                ))
            })
        } else if is(SlotKind::Setter) {
            let closure = r.b as *mut c_void;
            with_values(r.first(), std::ptr::null_mut(), |value, _| {
                Outcome::Status(as_fn!(f, unsafe extern "C" fn(Obj, Obj, *mut c_void) -> c_int)(
                    me, value, closure,
                ))
            })
        } else if is(SlotKind::RichCompare) {
            let operator = r.b as c_int;
            with_values(r.first(), std::ptr::null_mut(), |other, _| {
                Outcome::Object(as_fn!(f, unsafe extern "C" fn(Obj, Obj, c_int) -> Obj)(
                    me, other, operator,
                ))
            })
        } else {
            with_values(r.first(), r.second(), |first, second| {
                if is(SlotKind::Binary) {
                    Outcome::Object(as_fn!(f, F0)(me, first))
                } else if is(SlotKind::Contains) {
                    Outcome::Truth(as_fn!(f, unsafe extern "C" fn(Obj, Obj) -> c_int)(me, first))
                } else if is(SlotKind::ObjObjArg) {
                    Outcome::Status(as_fn!(f, unsafe extern "C" fn(Obj, Obj, Obj) -> c_int)(
                        me, first, second,
                    ))
                } else {
                    unknown(kind)
                }
            })
        }
    }
}

#[cold]
unsafe fn unknown(kind: i32) -> Outcome {
    // SAFETY: sets the indicator.
    unsafe {
        err::set(
            crate::PyExc_SystemError,
            &format!("Gimbal: the host asked for slot kind {kind} with its arguments in registers"),
        );
    }
    Outcome::Object(std::ptr::null_mut())
}

/// Runs extension code with two values (or NULL), whose references are ours. A value that could not be made has set an error.
#[inline(always)]
unsafe fn with_values(first: Obj, second: Obj, f: impl FnOnce(Obj, Obj) -> Outcome) -> Outcome {
    // SAFETY: as `run`.
    unsafe {
        let outcome = if err::occurred().is_null() {
            state::outside(|| f(first, second))
        } else {
            Outcome::Object(std::ptr::null_mut())
        };
        xdecref(first);
        xdecref(second);
        outcome
    }
}

/// An index; a negative one may be counted from the end.
#[inline(always)]
unsafe fn position(i: i64, from_end: bool, me: Obj) -> isize {
    if from_end && i < 0 {
        // SAFETY: `me` is an object.
        unsafe { adjusted(i as isize, me) }
    } else {
        i as isize
    }
}

/// Calls a function with its first value, or none.
#[inline(always)]
unsafe fn one(r: &Registers, f: *mut u8, me: Obj) -> Obj {
    // SAFETY: as `run`.
    unsafe {
        let value = r.first();
        if value.is_null() && r.tag(8) != 0 {
            return value;
        }
        let result = state::outside(|| as_fn!(f, F0)(me, value));
        xdecref(value);
        result
    }
}

/// Calls a function by its calling convention, with as many of the two values as there are.
#[inline(always)]
unsafe fn call(r: &Registers, kind: i32, f: *mut u8, me: Obj) -> Obj {
    // SAFETY: as `run`.
    unsafe {
        let values = [r.first(), r.second()];
        let total = usize::from(r.tag(8) != 0) + usize::from(r.tag(16) != 0);
        let keywords = r.keywords();
        let names = r.names as Obj;
        let positional = total - keywords;
        if keywords > 0 {
            crate::text::intern_all(names);
        }
        let result = if !err::occurred().is_null() {
            std::ptr::null_mut()
        } else if kind == CallKind::Fast as i32 {
            state::outside(|| as_fn!(f, FFast)(me, values.as_ptr(), positional as isize))
        } else if kind == CallKind::FastKeywords as i32 {
            state::outside(|| as_fn!(f, FFastKw)(me, values.as_ptr(), positional as isize, names))
        } else {
            let tuple = seq::tuple_of(&values[..positional]);
            if tuple.is_null() {
                tuple
            } else {
                let result = with_tuple(kind, f, me, tuple, &values[positional..total], names);
                decref(tuple);
                result
            }
        };
        xdecref(values[0]);
        xdecref(values[1]);
        checked(result, f, me)
    }
}

#[inline(always)]
unsafe fn with_tuple(kind: i32, f: *mut u8, me: Obj, tuple: Obj, values: &[Obj], names: Obj) -> Obj {
    // SAFETY: as `run`.
    unsafe {
        if kind == CallKind::VarArgs as i32 {
            return state::outside(|| as_fn!(f, F0)(me, tuple));
        }
        let kwargs = keyword_dict(values, names);
        let result = if kind == CallKind::Init as i32 {
            let status =
                state::outside(|| as_fn!(f, unsafe extern "C" fn(Obj, Obj, Obj) -> c_int)(me, tuple, kwargs));
            if status < 0 {
                std::ptr::null_mut()
            } else {
                crate::new_ref(crate::none())
            }
        } else {
            state::outside(|| as_fn!(f, F3)(me, tuple, kwargs))
        };
        xdecref(kwargs);
        result
    }
}

/// Makes a `str`, or `bytes` when `points` is -1, that the host passes on at once, as a [`Tag::Proxy`]; 0 when memory is out.
pub(crate) unsafe extern "C" fn text(s: *const u8, n: i64, points: i64) -> i64 {
    let mut made = 0;
    // SAFETY: `s` has `n` bytes, of a `str` in UTF-8.
    unsafe {
        crate::guest::quietly(|| {
            let bytes = std::slice::from_raw_parts(s, n as usize);
            made = match usize::try_from(points) {
                Ok(points) => text::from_utf8(bytes, points),
                Err(_) => text::bytes_from(bytes),
            } as i64;
        });
    }
    made
}

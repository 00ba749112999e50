//! The border: fills [`HostTable`], uses [`ShimTable`].
//!
//! Every entry comes inside ([`Thread::enter`]), decodes, performs, encodes. Nothing unwinds out of it.

pub mod buffers;
mod cells;
pub mod extension_types;
pub mod functions;
mod handles;
mod lifetimes;
mod load;
mod start;
mod struct_sequences;
mod types;
mod wrappers;

pub use cells::list_changed_by_c;
pub use handles::rebind;
pub use load::{import_file, load};
pub(crate) use struct_sequences::{
    METHODS, define as new_struct_sequence, field_name, make as make_struct_sequence,
};
pub(crate) use wrappers::pin;

use crate::heap::{Death, Holder, Obj, Payload, Raised, Ref, Res, Thread, heap};
use crate::ops::{self, Operation};
use crate::types::Builtin;
use gimbal_host::{Cell, GIMBAL_HOST_ABI, HostTable, Op, Release, ShimTable, Tag};
use parking_lot::Mutex;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::OnceLock;

static SHIM: OnceLock<&'static ShimTable> = OnceLock::new();

/// The shim's functions.
pub(crate) fn shim() -> &'static ShimTable {
    SHIM.get().unwrap_or_else(|| panic!("no shim is attached"))
}

/// The host, as the shim knows it.
pub static HOST: HostTable = HostTable {
    abi_version: GIMBAL_HOST_ABI,
    flags: 0,
    size: size_of::<HostTable>(),
    op: op_entry,
    call: call_entry,
    getattr: getattr_entry,
    release: release_entry,
};

/// Remembers the shim and ties the classes that it exports to the builtins. The shim has attached [`HOST`] before.
pub fn attach(table: &'static ShimTable) {
    SHIM.get_or_init(|| table);
    heap().set_holder(&Border);
    let mut t = Thread::enter();
    load::bind_builtins(&mut t);
}

/// The interface's own references.
struct Border;

impl Holder for Border {
    fn trace(&self, visit: &mut dyn FnMut(&mut Ref)) {
        handles::ROWS.lock().trace(false, visit);
        lifetimes::trace(visit);
    }

    fn trace_late(&self, visit: &mut dyn FnMut(&mut Ref)) {
        handles::ROWS.lock().trace(true, visit);
        lifetimes::trace_demoted(visit);
    }

    fn sweep(&self, moved: &dyn Fn(&Ref) -> Option<Ref>, is_late: &dyn Fn(&Ref) -> bool) {
        lifetimes::sweep(moved, is_late);
    }
}

/// Operations that are about the border itself. `Op::Resend` is performed where its result is encoded.
pub(crate) const OPS: &[(Op, Operation)] = &[
    (Op::InternName, |t, a| {
        let name = t.attribute_name(&a[0])?;
        let interned = t.intern(&name);
        let wire = handles::send(t, &interned).0;
        Ok(t.int(wire))
    }),
    (Op::TypeOfHandle, |t, a| {
        let object = by_handle(t, &a[0]);
        Ok(t.class_of(&object))
    }),
    (Op::TypeInfo, |t, a| {
        let class = by_handle(t, &a[0]);
        types::info(t, &class)
    }),
    (Op::TypeDict, |t, a| Ok(t.namespace(&a[0]))),
    (Op::TypeLookup, |t, a| {
        let name = t.attribute_name(&a[1])?;
        let found = t.lookup(&a[0], &name);
        Ok(t.or_absent(found))
    }),
    (Op::NewClass, crate::types::new_class),
    (Op::MakeType, extension_types::make),
    (Op::MakeWrapper, extension_types::make_wrapper),
    (Op::TieWrapper, extension_types::tie_wrapper),
    (Op::NewFunction, functions::new),
    (Op::NewDescriptor, |t, a| {
        Ok(extension_types::attribute(t, &a[1], Some(&a[0]))?.1)
    }),
    (Op::NewStructSequence, struct_sequences::new_class),
    (Op::NewModule, |t, a| {
        let name = t.as_string(&a[0]).unwrap_or_default();
        let address = t.as_i64(&a[1]).unwrap_or(0) as usize;
        let module = t.module(&name);
        wrappers::tie(t, &module, address);
        wrappers::pin(address);
        Ok(t.none())
    }),
    (Op::ListRefresh, |_, a| Ok(a[0].clone())),
    (Op::ListsUnchanged, |t, a| {
        let address = t.as_i64(&a[0]).unwrap_or(0) as *const i64;
        let n = t.as_i64(&a[1]).unwrap_or(0) as usize;
        // SAFETY: the shim passes the address of as many pairs with open handles, which outlive the operation.
        let states = unsafe { std::slice::from_raw_parts(address.cast::<[i64; 2]>(), n) };
        let changed = states.iter().position(|&[wire, state]| {
            let list = handles::object(t, wire);
            !cells::unchanged(t, &list, state)
        });
        Ok(t.int(changed.unwrap_or(n)))
    }),
];

fn by_handle(t: &mut Thread, number: &Obj) -> Obj {
    let wire = t.as_i64(number).unwrap_or(0);
    handles::object(t, wire)
}

/// Host code has changed the namespace of a module, which compiled code may have cached.
pub(crate) fn globals_changed(t: &mut Thread, dict: &Obj) {
    if let Some(wire) = handles::known(t, dict) {
        t.outside(|| {
            // SAFETY: the handle is open.
            unsafe { (shim().touch)(wire) }
        });
    }
}

// --- entries ---------------------------------------------------------------------------------------------------------

/// Runs an entry's work, and describes its result or the exception.
unsafe fn entry(out: *mut Cell, work: impl FnOnce(&mut Thread, &mut Cell) -> Res<Option<Obj>>) -> i32 {
    let mut t = Thread::enter();
    // SAFETY: the shim passes a cell.
    let out = unsafe { &mut *out };
    let depth = t.state.depth.get();
    let done = catch_unwind(AssertUnwindSafe(|| {
        let result = work(&mut t, out)?;
        if let Some(result) = result {
            cells::encode(&mut t, out, &result);
        }
        Ok(out.tag)
    }));
    let error: Raised = match done {
        Ok(Ok(tag)) => return tag,
        Ok(Err(error)) => error,
        Err(panic) => {
            t.state.depth.set(depth);
            let text = panic.downcast_ref::<String>().map(String::as_str);
            let text = text.or(panic.downcast_ref::<&str>().copied()).unwrap_or("?");
            let message = format!("the reference host panicked: {text}");
            t.system_error(message)
        }
    };
    cells::encode(&mut t, out, &error.0);
    Tag::Error as i32
}

unsafe extern "C" fn op_entry(code: i32, nargs: i32, args: *mut Cell, out: *mut Cell) -> i32 {
    // SAFETY: the shim passes `nargs` cells.
    unsafe {
        entry(out, |t, out| {
            let args = cells::decode_all(t, args, nargs as usize)?;
            let op = usize::try_from(code).ok().and_then(|code| Op::ALL.get(code));
            if op.is_some_and(|op| op.runs_code()) {
                tidy(t);
            }
            if op == Some(&Op::Resend) {
                let object = by_handle(t, &args[0]);
                cells::resend(t, out, &object);
                return Ok(None);
            }
            ops::perform(t, code, &args).map(Some)
        })
    }
}

unsafe extern "C" fn call_entry(callable: i64, nargs: i32, nkw: i32, args: *mut Cell, out: *mut Cell) -> i32 {
    // SAFETY: the shim passes positional cells, keyword values and the tuple of their names.
    unsafe {
        entry(out, |t, _| {
            let f = handles::object(t, callable);
            let (positional, n) = (nargs as usize, nkw as usize);
            let values = cells::decode_all(t, args, positional + n)?;
            let mut keywords = Vec::new();
            if n > 0 {
                let names = cells::decode(t, args.add(positional + n))?;
                for (name, value) in t
                    .items(&names)
                    .unwrap_or_default()
                    .iter()
                    .zip(&values[positional..])
                {
                    keywords.push((t.attribute_name(name)?, value.clone()));
                }
            }
            tidy(t);
            t.call_with(&f, &values[..positional], &keywords).map(Some)
        })
    }
}

unsafe extern "C" fn getattr_entry(object: i64, name: i64, out: *mut Cell) -> i32 {
    // SAFETY: the shim passes open handles.
    unsafe {
        entry(out, |t, _| {
            let (object, name) = (handles::object(t, object), handles::object(t, name));
            let name = t.attribute_name(&name)?;
            t.getattr(&object, &name).map(Some)
        })
    }
}

unsafe extern "C" fn release_entry(n: i32, releases: *const Release) {
    let mut t = Thread::enter();
    // SAFETY: the shim passes `n` rows.
    let releases = unsafe { std::slice::from_raw_parts(releases, n as usize) };
    handles::release(&mut t, releases);
}

// --- calls of the shim -----------------------------------------------------------------------------------------------

/// Calls a function of the shim that describes its result in cells; None when there is no object (the end of an iteration).
pub(crate) fn call_shim(
    t: &mut Thread,
    f: impl FnOnce(&'static ShimTable, *mut Cell) -> i32,
) -> Res<Option<Obj>> {
    let mut frame = [Cell::new(Tag::Error); 3];
    frame[2] = Cell::new(Tag::Null);
    let out = frame.as_mut_ptr();
    let tag = t.outside(|| f(shim(), out));
    // SAFETY: the shim has filled the cells.
    let result = unsafe {
        match tag {
            tag if tag == Tag::Error as i32 => {
                let class = cells::decode(t, out)?;
                let value = cells::decode(t, out.add(1))?;
                Err(exception(t, &class, &value))
            }
            tag if tag == Tag::Null as i32 => Ok(None),
            tag => {
                let result = cells::decode(t, out).map(Some);
                if tag >= Tag::Tuple as i32 {
                    t.outside(|| (shim().adopt)(out));
                }
                result
            }
        }
    };
    if frame[2].i != 0 || frame[2].n != 0 {
        t.outside(|| {
            // SAFETY: the cells are those of the call.
            unsafe { (shim().forget)(frame.as_mut_ptr()) }
        });
    }
    tidy(t);
    result
}

/// An exception from what C left in the error indicator, a class and a value, by CPython's rules.
fn exception(t: &mut Thread, class: &Obj, value: &Obj) -> Raised {
    let is_exception = |t: &mut Thread, x: &Obj| t.is_instance(x, Builtin::BaseException);
    if is_exception(t, value) && (!t.is_class(class) || t.is_a(value, class)) {
        return Raised(value.clone());
    }
    if is_exception(t, class) {
        return Raised(class.clone());
    }
    let base = t.class(Builtin::BaseException);
    if !t.is_class(class) || !t.derives(class, &base) {
        return t.type_error("exceptions must derive from BaseException");
    }
    let args = if t.is_absent(value) || t.is_none(value) {
        Vec::new()
    } else if t.is_instance(value, Builtin::Tuple) {
        t.items(value).unwrap_or_default()
    } else {
        vec![value.clone()]
    };
    match t.call(class, &args) {
        Err(error) => error,
        Ok(made) if is_exception(t, &made) => Raised(made),
        Ok(made) => {
            let (class, given) = (t.repr_string(class).unwrap_or_default(), t.type_name(&made));
            t.type_error(format!(
                "calling {class} should have returned an instance of BaseException, not {given}"
            ))
        }
    }
}

// --- housekeeping ----------------------------------------------------------------------------------------------------

/// Does what collections have left to be done: gives back what the dead held, calls the callbacks of weak references, and
/// looks what keeps pinned wrappers alive. At moments when any code may run.
pub(crate) fn tidy(t: &mut Thread) {
    bury(t);
    if SHIM.get().is_some() && lifetimes::is_due() {
        keep_house(t);
    }
}

/// Gives back what the dead held, and calls the callbacks of weak references.
fn bury(t: &mut Thread) {
    for death in heap().deaths() {
        t.outside(|| {
            // SAFETY: the dead held a reference on what is named here.
            unsafe {
                match death {
                    Death::Wrapper(address) | Death::Count(address) => (shim().decref)(address as *mut u8),
                    Death::Buffer(view) => buffers::release_dead(view),
                }
            }
        });
    }
    for (weak, callback) in t.take_callbacks() {
        if let Err(error) = t.call(&callback, &[weak]) {
            let absent = t.absent();
            let code = Op::WriteUnraisable as i32;
            let _ = ops::perform(t, code, &[error.0, callback, absent]);
        }
    }
}

/// What is to be done after a collection. True when another collection would find more. One thread does it at a time; what
/// it calls may come here again.
fn keep_house(t: &mut Thread) -> bool {
    static AT_WORK: Mutex<()> = Mutex::new(());
    let Some(_at_work) = AT_WORK.try_lock() else {
        return false;
    };
    let progress = lifetimes::look(t);
    t.outside(|| {
        // SAFETY: nothing is being encoded.
        unsafe {
            (shim().flush)(0);
            (shim().collect)();
        }
    });
    lifetimes::settle(t);
    // SAFETY: as above.
    t.outside(|| unsafe { (shim().flush)(1) });
    progress
}

/// Collections that it takes at most until what a cycle holds is freed.
const ROUNDS: usize = 8;

/// A full collection: everything that nobody holds is gone afterwards, cycles across the border included.
pub fn collect_garbage(t: &mut Thread) {
    if SHIM.get().is_none() {
        return t.collect();
    }
    let mut quiet = 0;
    for _ in 0..ROUNDS {
        // SAFETY: nothing is being encoded.
        t.outside(|| unsafe { (shim().flush)(2) });
        let before = (lifetimes::live(), handles::live());
        t.collect();
        bury(t);
        let progress = keep_house(t) || before != (lifetimes::live(), handles::live());
        quiet = if progress { 0 } else { quiet + 1 };
        if quiet == 2 {
            break;
        }
    }
}

/// Figures for tests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Open handles
    pub handles: usize,
    /// Live proxies
    pub proxies: usize,
    /// Live wrappers
    pub wrappers: usize,
    /// Bytes of native memory that the shim has given out
    pub bytes: usize,
    /// Releases that wait in the shim
    pub queued: usize,
}

/// How things stand.
pub fn stats(t: &mut Thread) -> Stats {
    let stat = |t: &mut Thread, what| {
        t.outside(|| {
            // SAFETY: reading figures.
            unsafe { (shim().stat)(what) }
        }) as usize
    };
    Stats {
        handles: handles::live(),
        proxies: stat(t, 0),
        wrappers: lifetimes::live(),
        bytes: stat(t, 1),
        queued: stat(t, 2),
    }
}

/// The native address of a wrapper, 0 for any other object.
pub(crate) fn native(t: &mut Thread, obj: &Obj) -> usize {
    t.read(obj, |object, _| object.native)
}

/// The state of a C function object.
pub(crate) fn extension<R: crate::heap::Escapes>(
    t: &mut Thread,
    obj: &Obj,
    f: impl FnOnce(&crate::types::function::Extension, &crate::heap::Still) -> R,
) -> R {
    t.read(obj, |object, still| match &object.payload {
        Payload::Extension(function) => f(function, still),
        _ => unreachable!("a C function was found here"),
    })
}

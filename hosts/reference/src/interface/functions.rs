//! C functions as callables, for every calling convention.

use super::{call_shim, cells, extension, handles, lifetimes, native, shim, wrappers};
use crate::heap::{Obj, Payload, Raised, Res, Thread};
use crate::types::function::{Extension, How};
use crate::types::{Builtin, Keywords};
use gimbal_host::{CallKind, Cell, SlotKind, Tag};
use parking_lot::Mutex;
use std::collections::HashMap;
use std::ffi::{CStr, c_char};

const KEYWORDS: i64 = 2;
const NOARGS: i64 = 4;
const O: i64 = 8;
const CLASS: i64 = 0x10;
const STATIC: i64 = 0x20;
const COEXIST: i64 = 0x40;
const FAST: i64 = 0x80;
const METHOD: i64 = 0x200;

/// Added to a [`CallKind`]: the first argument cell is the function's self.
const SELF_FIRST: i32 = 16;

/// The [`CallKind`] for the flags of a method.
fn convention(t: &mut Thread, flags: i64) -> Res<i32> {
    const FAST_KEYWORDS: i64 = FAST | KEYWORDS;
    const METHOD_FAST: i64 = METHOD | FAST | KEYWORDS;
    Ok(match flags & !(CLASS | STATIC | COEXIST) {
        NOARGS => CallKind::NoArgs,
        O => CallKind::One,
        1 => CallKind::VarArgs,
        2 | 3 => CallKind::VarKeywords,
        FAST => CallKind::Fast,
        FAST_KEYWORDS => CallKind::FastKeywords,
        METHOD_FAST => CallKind::Method,
        other => return Err(t.system_error(format!("bad call flags {other:#x}"))),
    } as i32)
}

fn takes_keywords(convention: i32) -> bool {
    [
        CallKind::VarKeywords,
        CallKind::FastKeywords,
        CallKind::Method,
        CallKind::Init,
    ]
    .iter()
    .any(|&kind| kind as i32 == convention)
}

// --- calling ---------------------------------------------------------------------------------------------------------

/// Calls a C function object.
pub fn call(t: &mut Thread, f: &Obj, args: &[Obj], keywords: &Keywords) -> Res {
    let (how, convention, address, me, name, module, owner) = {
        let (parts, rest) = extension(t, f, |function, still| {
            let owner = function.owner.as_ref().map(|o| still.hold(o));
            (
                (function.how, function.convention, function.function, function.me),
                (function.name.clone(), function.module.clone(), owner),
            )
        });
        (parts.0, parts.1, parts.2, parts.3, rest.0, rest.1, rest.2)
    };
    let full = |t: &mut Thread| match (&how, &owner, &module) {
        (How::Method | How::ClassMethod, Some(owner), _) => format!("{}.{name}", t.class_name(owner)),
        (How::Function, _, Some(module)) => format!("{module}.{name}"),
        _ => name.clone(),
    };
    match how {
        How::Function => {
            let full = full(t);
            check(t, &full, convention, args, keywords)?;
            if let Some(class) = owner.filter(|_| convention == CallKind::Method as i32) {
                let all: Vec<Obj> = std::iter::once(class).chain(args.iter().cloned()).collect();
                return many(t, convention, address, me, &all, keywords);
            }
            many(t, convention, address, me, args, keywords)
        }
        How::Method | How::ClassMethod => {
            // Instances of a class that is not an extension type have no native address: self crosses as an argument, as the
            // class of a class method does.
            let me = if how == How::Method {
                checked_self(t, &name, owner.as_ref(), args)?
            } else {
                0
            };
            let full = full(t);
            check(t, &full, convention, &args[1..], keywords)?;
            let mut all: Vec<Obj> = args[..usize::from(me == 0)].to_vec();
            if convention == CallKind::Method as i32 {
                all.extend(owner);
            }
            all.extend_from_slice(&args[1..]);
            let convention = if me == 0 {
                convention | SELF_FIRST
            } else {
                convention
            };
            many(t, convention, address, me, &all, keywords)
        }
        How::New => {
            let (Some(class), Some(owner)) = (args.first(), &owner) else {
                return Err(t.type_error("__new__(): not enough arguments"));
            };
            if !t.is_class(class) || !t.derives(class, owner) {
                let (owner, given) = (t.class_name(owner), t.repr_string(class)?);
                return Err(t.type_error(format!("{owner}.__new__({given}): not a subtype")));
            }
            many(
                t,
                CallKind::VarKeywords as i32 | SELF_FIRST,
                address,
                0,
                args,
                keywords,
            )
        }
        How::NoNew => Err(t.type_error(format!("cannot create '{}' instances", module.unwrap_or(name)))),
        How::NoSubclass => {
            let full = module.unwrap_or(name);
            Err(t.type_error(format!("type '{full}' is not an acceptable base type")))
        }
        How::Slot(kind, extra) => {
            let me = checked_self(t, &name, owner.as_ref(), args)?;
            special(t, (kind, extra), &name, address, me, args, keywords)
        }
        How::Buffer | How::GetSet(..) | How::Member => Err(t.type_error("the descriptor is not callable")),
    }
}

fn checked_self(t: &mut Thread, name: &str, owner: Option<&Obj>, args: &[Obj]) -> Res<usize> {
    let Some(owner) = owner else {
        return Err(t.system_error("a method without an owner"));
    };
    let Some(me) = args.first() else {
        let class = t.class_name(owner);
        return Err(t.type_error(format!("unbound method {class}.{name}() needs an argument")));
    };
    if !t.is_a(me, owner) {
        return Err(t.wrong_self(name, owner, me));
    }
    Ok(native(t, me))
}

fn check(t: &mut Thread, full: &str, convention: i32, args: &[Obj], keywords: &Keywords) -> Res<()> {
    if !keywords.is_empty() && !takes_keywords(convention) {
        return Err(t.type_error(format!("{full}() takes no keyword arguments")));
    }
    let n = args.len();
    if convention == CallKind::NoArgs as i32 && n != 0 {
        return Err(t.type_error(format!("{full}() takes no arguments ({n} given)")));
    }
    if convention == CallKind::One as i32 && n != 1 {
        return Err(t.type_error(format!("{full}() takes exactly one argument ({n} given)")));
    }
    Ok(())
}

static NAMES: Mutex<Option<HashMap<Vec<String>, i64>>> = Mutex::new(None);

/// The native tuple of keyword names, made once for each set of names.
fn names_address(t: &mut Thread, keywords: &Keywords) -> i64 {
    let key: Vec<String> = keywords.iter().map(|(name, _)| name.clone()).collect();
    if let Some(&known) = NAMES.lock().get_or_insert_default().get(&key) {
        return known;
    }
    let mut names = Vec::new();
    for name in &key {
        names.push(t.intern(name));
    }
    let mut items = cells::cells(t, &names);
    let mut made = Cell::new(Tag::Null);
    let (cell, n, start) = (&raw mut made, items.len() as i64, items.as_mut_ptr());
    t.outside(|| {
        // SAFETY: the cells outlive the call.
        unsafe { (shim().new_tuple)(cell, n, start) }
    });
    *NAMES.lock().get_or_insert_default().entry(key).or_insert(made.i)
}

/// Calls a C function with any arguments.
fn many(t: &mut Thread, kind: i32, f: usize, me: usize, args: &[Obj], keywords: &Keywords) -> Res {
    let mut all = cells::cells(t, args);
    for (_, value) in keywords {
        all.push(cells::cell(t, value));
    }
    if !keywords.is_empty() {
        let i = names_address(t, keywords);
        all.push(Cell {
            i,
            ..Cell::new(Tag::Instance)
        });
    }
    if me != 0 {
        lifetimes::wake_wrapper(t, me);
    }
    let (nargs, nkw, start) = (args.len() as i32, keywords.len() as i32, all.as_mut_ptr());
    let result = call_shim(t, |shim, out| {
        // SAFETY: function and self come from the shim; the cells are what the kind asks for.
        unsafe {
            if kind == CallKind::NoArgs as i32 {
                (shim.call0)(f as *mut u8, me as *mut u8, out)
            } else {
                (shim.calln)(kind, f as *mut u8, me as *mut u8, nargs, nkw, start, out)
            }
        }
    })?;
    Ok(t.or_none(result))
}

/// Calls a slot; None when there is no result (the end of an iteration).
pub(super) fn slot(t: &mut Thread, kind: SlotKind, f: usize, args: &[Obj]) -> Res<Option<Obj>> {
    slot_by_number(t, kind as i32, f, args)
}

fn slot_by_number(t: &mut Thread, kind: i32, f: usize, args: &[Obj]) -> Res<Option<Obj>> {
    let mut all = cells::cells(t, args);
    let (n, start) = (args.len() as i32, all.as_mut_ptr());
    call_shim(t, |shim, out| {
        // SAFETY: as `many`.
        unsafe { (shim.slot)(kind, f as *mut u8, n, start, out) }
    })
}

/// Calls a special method of an extension type: its slot, with arguments as the method has them.
fn special(
    t: &mut Thread,
    (kind, extra): (i32, i64),
    name: &str,
    f: usize,
    me: usize,
    args: &[Obj],
    keywords: &Keywords,
) -> Res {
    let is = |k: SlotKind| kind == k as i32;
    let variadic = [
        (SlotKind::Call, CallKind::VarKeywords),
        (SlotKind::Init, CallKind::Init),
    ];
    if let Some((_, convention)) = variadic.into_iter().find(|(slot, _)| is(*slot)) {
        // A class of an extension's metatype has no native address, either: see `call`.
        let (convention, rest) = if me == 0 {
            (convention as i32 | SELF_FIRST, args)
        } else {
            (convention as i32, &args[1..])
        };
        return many(t, convention, f, me, rest, keywords);
    }
    if !keywords.is_empty() {
        return Err(t.type_error(format!("wrapper {name}() takes no keyword arguments")));
    }
    let deletes = extra == 2 && (is(SlotKind::ObjObjArg) || is(SlotKind::SsizeObjArg));
    let (least, most) = if is(SlotKind::Binary)
        || is(SlotKind::SsizeArg)
        || is(SlotKind::Item)
        || is(SlotKind::Contains)
        || is(SlotKind::RichCompare)
        || is(SlotKind::GetAttrString)
        || deletes
    {
        (1, 1)
    } else if is(SlotKind::SsizeObjArg) || is(SlotKind::ObjObjArg) || is(SlotKind::SetAttrString) {
        (2, 2)
    } else if is(SlotKind::Ternary) || is(SlotKind::DescrGet) {
        (1, 2)
    } else {
        (0, 0)
    };
    let given = args.len() - 1;
    if given < least || given > most {
        let plural = if least == 1 { "" } else { "s" };
        return Err(t.type_error(format!("expected {least} argument{plural}, got {given}")));
    }
    let mut all = args.to_vec();
    let absent = t.absent();
    if is(SlotKind::Binary) && extra == 1 {
        all.swap(0, 1);
    } else if is(SlotKind::Ternary) {
        let third = t.none();
        all.resize(3, third);
        if extra == 1 {
            all.swap(0, 1);
        }
    } else if is(SlotKind::SsizeArg) || is(SlotKind::Item) || is(SlotKind::SsizeObjArg) {
        let index = t.index(&all[1])?;
        all[1] = t.int(index);
        if deletes {
            all.push(absent);
        }
    } else if deletes {
        all.push(absent);
    } else if is(SlotKind::RichCompare) {
        all.push(t.int(extra));
    } else if is(SlotKind::DescrGet) {
        all.resize(3, absent.clone());
        for argument in &mut all[1..] {
            if t.is_none(argument) {
                *argument = absent.clone();
            }
        }
    }
    match slot_by_number(t, kind, f, &all)? {
        Some(result) => Ok(result),
        None if is(SlotKind::IterNext) => Err(t.raise_with(Builtin::StopIteration, &[])),
        None => Ok(t.none()),
    }
}

// --- making ----------------------------------------------------------------------------------------------------------

/// CPython keeps a signature in front of the docstring: `name(signature)\n--\n\n`. The rest, and the signature.
pub(super) fn split_doc(name: &str, doc: Option<String>) -> (Option<String>, Option<String>) {
    if let Some(text) = &doc
        && let Some(rest) = text.strip_prefix(name)
        && rest.starts_with('(')
        && let Some((signature, rest)) = rest.split_once(")\n--\n\n")
    {
        return (Some(rest.to_owned()), Some(format!("{signature})")));
    }
    (doc, None)
}

/// What a method entry `("method", name, flags, address, doc, definition)` says.
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) flags: i64,
    pub(super) function: usize,
    pub(super) doc: Option<String>,
}

impl Entry {
    pub(super) fn read(t: &mut Thread, entry: &Obj) -> Self {
        let fields = t.items(entry).unwrap_or_default();
        Entry {
            name: t.as_string(&fields[1]).unwrap_or_default(),
            flags: t.as_i64(&fields[2]).unwrap_or(0),
            function: t.as_i64(&fields[3]).unwrap_or(0) as usize,
            doc: t.as_string(&fields[4]),
        }
    }

    /// A function object that is called so.
    pub(super) fn make(self, t: &mut Thread, how: How, class: Builtin) -> Res<(Obj, i64)> {
        let convention = convention(t, self.flags)?;
        let (doc, signature) = split_doc(&self.name, self.doc);
        let made = Extension {
            how,
            convention,
            function: self.function,
            me: 0,
            held: None,
            counted: false,
            owner: None,
            qualname: self.name.clone(),
            name: self.name,
            module: None,
            doc,
            signature,
        };
        Ok((t.alloc(class, |_| Payload::Extension(Box::new(made))), self.flags))
    }
}

/// Changes the state of a C function object that has just been made.
pub(super) fn change(t: &mut Thread, f: &Obj, change: impl FnOnce(&mut Extension, &crate::heap::Still)) {
    t.write(f, |object, still| {
        if let Payload::Extension(function) = &mut object.payload {
            change(function, still);
        }
    });
}

/// Gives a function its self: it holds the wrapper, so that the collector sees cycles, or a count when there is none.
fn give_self(t: &mut Thread, f: &Obj, me: usize, class: Option<Obj>) {
    if me == 0 {
        return;
    }
    let wrapper = match class {
        Some(class) => Some(wrappers::instance_of(t, me, &class)),
        None => wrappers::find(t, me),
    };
    if wrapper.is_none() {
        t.outside(|| {
            // SAFETY: the shim named a live object.
            unsafe { (shim().incref)(me as *mut u8) }
        });
    }
    change(t, f, |function, still| {
        function.me = me;
        function.counted = wrapper.is_none();
        function.held = wrapper.as_ref().map(|w| still.get(w));
    });
}

/// `Op::NewFunction`: `(method entry, self address, module name or absent, class or absent)`.
pub(super) fn new(t: &mut Thread, a: &[Obj]) -> Res {
    let entry = Entry::read(t, &a[0]);
    let (f, _) = entry.make(t, How::Function, Builtin::BuiltinFunction)?;
    let me = t.as_i64(&a[1]).unwrap_or(0) as usize;
    give_self(t, &f, me, None);
    let module = t.as_string(&a[2]);
    change(t, &f, |function, _| function.module = module);
    Ok(f)
}

/// The host's side of a `PyCFunctionObject` made by C: its proxy stays the one that C holds.
///
/// # Safety
/// The cell has the tag `Function`.
pub(super) unsafe fn from_native(t: &mut Thread, cell: &Cell) -> Res {
    // SAFETY: the shim says where definition (three pointers and an int) and self are.
    let (entry, me) = unsafe {
        let place = cell.d.to_bits() as *const i64;
        let words = *place as *const i64;
        let text = |word: i64| {
            let text = (word != 0).then(|| CStr::from_ptr(word as *const c_char));
            text.map(|text| text.to_string_lossy().into_owned())
        };
        let entry = Entry {
            name: text(*words).unwrap_or_default(),
            function: *words.add(1) as usize,
            flags: i64::from(*words.add(2).cast::<i32>()),
            doc: text(*words.add(3)),
        };
        (entry, *place.add(1) as usize)
    };
    let (f, flags) = entry.make(t, How::Function, Builtin::BuiltinFunction)?;
    if flags & STATIC == 0 {
        let class = (cell.aux != 0).then(|| handles::at(t, cell.aux));
        give_self(t, &f, me, class);
    }
    if cell.n != 0 {
        let class = handles::object(t, cell.n);
        change(t, &f, |function, still| function.owner = Some(still.get(&class)));
    }
    Ok(f)
}

/// How a method of an extension type is called, by its flags: also whether it is a static method.
pub(super) fn how_of(flags: i64) -> (How, Builtin) {
    if flags & STATIC != 0 {
        (How::Function, Builtin::BuiltinFunction)
    } else if flags & CLASS != 0 {
        (How::ClassMethod, Builtin::ClassMethodDescriptor)
    } else {
        (How::Method, Builtin::MethodDescriptor)
    }
}

/// An error for a descriptor that was read through an object that it is not for.
pub(super) fn wrong_self(t: &mut Thread, f: &Obj, me: &Obj) -> Option<Raised> {
    let (name, owner) = extension(t, f, |function, still| {
        (
            function.name.clone(),
            function.owner.as_ref().map(|o| still.hold(o)),
        )
    });
    let owner = owner?;
    (!t.is_a(me, &owner)).then(|| t.wrong_self(&name, &owner, me))
}

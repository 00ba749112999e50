//! Objects become cells and cells become objects.

use super::{handles, lifetimes, shim, wrappers};
use crate::heap::{Escapes, Obj, Object, Payload, Res, Still, Text, Thread};
use crate::types::Builtin;
use gimbal_host::{Cell, Tag};
use handles::Seen;
use num_bigint::BigInt;
use num_traits::ToPrimitive;
use std::cell::RefCell;

thread_local! {
    /// Identities of what is being filled: an object that contains itself must end.
    static BUSY: RefCell<Vec<u64>> = const { RefCell::new(Vec::new()) };
}

/// How an object crosses.
enum Way {
    Constant(Tag),
    Int(BigInt),
    Float(f64),
    Complex(f64, f64),
    Str(Text),
    Bytes(Vec<u8>),
    Native(usize),
    /// By handle, with the items of a tuple
    Tuple,
    /// By handle, with the items, each time
    List,
    /// By handle, with what C reads in place of some builtins
    Fields,
    /// By handle, with the value of a subclass
    Value,
    Handle,
}

impl Escapes for Way {}

/// The builtin that is exactly the class of an object.
fn exact(object: &Object, still: &Still) -> Option<Builtin> {
    match &object.class.peek(still).payload {
        Payload::Class(class) => class.traits.builtin,
        _ => None,
    }
}

fn way(object: &Object, still: &Still) -> Way {
    let is = |builtin| exact(object, still) == Some(builtin);
    if object.native != 0 {
        return Way::Native(object.native);
    }
    match &object.payload {
        Payload::None => Way::Constant(Tag::None),
        Payload::Bool(value) => Way::Constant(if *value { Tag::True } else { Tag::False }),
        Payload::NotImplemented => Way::Constant(Tag::NotImplemented),
        Payload::Ellipsis => Way::Constant(Tag::Ellipsis),
        Payload::Absent => Way::Constant(Tag::Null),
        Payload::Int(value) if is(Builtin::Int) => Way::Int(value.clone()),
        Payload::Float(value) if is(Builtin::Float) => Way::Float(*value),
        Payload::Complex(real, imaginary) if is(Builtin::Complex) => Way::Complex(*real, *imaginary),
        Payload::Str(text) if is(Builtin::Str) => Way::Str(text.clone()),
        Payload::Bytes(data) if is(Builtin::Bytes) => Way::Bytes(data.clone()),
        Payload::Int(_) | Payload::Float(_) | Payload::Str(_) | Payload::Bytes(_) => Way::Value,
        Payload::Tuple(_) => Way::Tuple,
        Payload::List(_) => Way::List,
        Payload::Slice(_) | Payload::Exception(_) => Way::Fields,
        Payload::Cell(_) if is(Builtin::Cell) || is(Builtin::InstanceMethod) => Way::Fields,
        Payload::Method(_) if is(Builtin::Method) => Way::Fields,
        _ => Way::Handle,
    }
}

/// Fills a cell with an object.
pub(super) fn encode(t: &mut Thread, c: &mut Cell, x: &Obj) {
    let cell: *mut Cell = c;
    match t.read(x, way) {
        Way::Constant(tag) => *c = Cell::new(tag),
        Way::Int(value) => match value.to_i64() {
            Some(value) => {
                *c = Cell {
                    i: value,
                    ..Cell::new(Tag::Int)
                }
            }
            None => {
                let data = value.to_signed_bytes_le();
                t.outside(|| {
                    // SAFETY: the data outlives the call; so it is for each of these.
                    unsafe { (shim().new_int)(cell, data.as_ptr(), data.len() as i64) }
                });
            }
        },
        Way::Float(value) => {
            *c = Cell {
                d: value,
                ..Cell::new(Tag::Float)
            }
        }
        Way::Complex(real, imaginary) => t.outside(|| {
            // SAFETY: what is passed outlives the call.
            unsafe { (shim().new_complex)(cell, real, imaginary) }
        }),
        Way::Str(text) => {
            let (data, points) = (text.to_wide_utf8(), text.0.len() as i64);
            t.outside(|| {
                // SAFETY: what is passed outlives the call.
                unsafe { (shim().new_str)(cell, data.as_ptr(), data.len() as i64, points) }
            });
        }
        Way::Bytes(data) => {
            t.outside(|| {
                // SAFETY: what is passed outlives the call.
                unsafe { (shim().new_bytes)(cell, data.as_ptr(), data.len() as i64) }
            })
        }
        Way::Native(address) => {
            wrappers::pin_if_stateful(t, x, address);
            lifetimes::wake_wrapper(t, address);
            *c = Cell {
                i: address as i64,
                ..Cell::new(Tag::Instance)
            };
        }
        Way::Handle => drop(put_handle(t, c, x)),
        Way::List => {
            put_handle(t, c, x);
            send_list(t, c, x);
        }
        way => {
            if put_handle(t, c, x) {
                send_contents(t, c, x, &way);
            }
        }
    }
}

/// A cell for an object.
pub(super) fn cell(t: &mut Thread, x: &Obj) -> Cell {
    let mut c = Cell::new(Tag::Null);
    encode(t, &mut c, x);
    c
}

/// Cells for objects.
pub(super) fn cells(t: &mut Thread, items: &[Obj]) -> Vec<Cell> {
    items.iter().map(|item| cell(t, item)).collect()
}

/// Fills a cell with an object's handle; true when the shim has not seen it before.
fn put_handle(t: &mut Thread, c: &mut Cell, x: &Obj) -> bool {
    let (wire, fresh) = handles::send(t, x);
    let mut class = 0;
    if fresh {
        let cls = t.class_of(x);
        class = handles::send(t, &cls).0;
    }
    *c = Cell {
        i: wire,
        t: class,
        ..Cell::new(Tag::Handle)
    };
    fresh
}

/// Runs something with an object marked as being filled; not when it is already.
fn filling(t: &mut Thread, x: &Obj, f: impl FnOnce(&mut Thread)) {
    let id = t.read(x, |object, _| object.id);
    if BUSY.with_borrow(|busy| busy.contains(&id)) {
        return;
    }
    BUSY.with_borrow_mut(|busy| busy.push(id));
    f(t);
    BUSY.with_borrow_mut(|busy| busy.retain(|&other| other != id));
}

fn fill(t: &mut Thread, c: &mut Cell, items: &[Obj]) {
    let mut cells = cells(t, items);
    let cell: *mut Cell = c;
    let (n, start) = (cells.len() as i64, cells.as_mut_ptr());
    t.outside(|| {
        // SAFETY: the cells outlive the call.
        unsafe { (shim().fill_items)(cell, n, start) }
    });
}

/// Sends what the proxy of an object that has just got its handle needs.
fn send_contents(t: &mut Thread, c: &mut Cell, x: &Obj, way: &Way) {
    match way {
        Way::Tuple => {
            let items = t.items(x).unwrap_or_default();
            fill(t, c, &items);
        }
        Way::Fields => filling(t, x, |t| {
            let fields = fields(t, x);
            fill(t, c, &fields);
        }),
        Way::Value => {
            let plain = plain_value(t, x);
            let mut value = cell(t, &plain);
            let (cell, value): (*mut Cell, *mut Cell) = (c, &raw mut value);
            t.outside(|| {
                // SAFETY: both cells outlive the call.
                unsafe { (shim().fill_value)(cell, value) }
            });
        }
        _ => {}
    }
}

/// The builtin value inside an instance of a subclass; `None` for any other object.
pub(super) fn plain_value(t: &mut Thread, x: &Obj) -> Obj {
    if let Some(text) = t.as_text(x) {
        return t.text(text);
    }
    if let Some(value) = t.as_float(x) {
        return t.float(value);
    }
    if let Some(value) = t.as_int(x) {
        return t.int(value);
    }
    let (bytes, tuple) = t.read(x, |object, still| match &object.payload {
        Payload::Bytes(data) => (Some(data.clone()), None),
        Payload::Tuple(items) => (None, Some(still.hold_all(items))),
        _ => (None, None),
    });
    match (bytes, tuple) {
        (Some(data), _) => t.bytes(data),
        (_, Some(items)) => t.tuple(&items),
        _ => t.none(),
    }
}

/// What C reads in place of some builtins, in the order of their C structs.
fn fields(t: &mut Thread, x: &Obj) -> Vec<Obj> {
    let absent = t.absent();
    let (known, is_exception) = t.read(x, |object, still| match &object.payload {
        Payload::Slice(bounds) => (still.hold_all(bounds), false),
        Payload::Method(parts) => (still.hold_all(parts), false),
        Payload::Cell(content) => (content.iter().map(|r| still.hold(r)).collect(), false),
        Payload::Exception(state) => (vec![still.hold(&state.args)], true),
        _ => (Vec::new(), false),
    });
    if !is_exception {
        return if known.is_empty() { vec![absent] } else { known };
    }
    // Instance dictionary, arguments, notes, traceback, context and cause, of which C gets the arguments; what a generator
    // returned, or the status of an exit, stands behind a flag.
    let mut all = vec![absent.clone(); 6];
    all[1] = known[0].clone();
    for (class, field) in [(Builtin::StopIteration, "value"), (Builtin::SystemExit, "code")] {
        if t.is_instance(x, class) {
            let value = t.exception_field(x, field);
            all.push(absent.clone());
            all.push(t.or_none(value));
        }
    }
    all
}

/// What every item of a list is, when C can have them without blocks of their own.
enum Items {
    Ints(Vec<i64>),
    Floats(Vec<f64>),
    Mixed(Vec<Obj>),
}

impl Escapes for Items {}

/// A list goes with its items each time: the mirror that C reads shows what the list holds now.
fn send_list(t: &mut Thread, c: &mut Cell, x: &Obj) {
    // Before the items are read: what is read later has no lower number.
    let number = (shim().next_number)();
    let (seen, items) = t.read(x, |object, still| {
        let Payload::List(items) = &object.payload else {
            return (Seen::Nothing, Items::Mixed(Vec::new()));
        };
        let ids = items.iter().map(|r| r.peek(still).id).collect();
        let seen = Seen::Items(ids, number);
        let ints: Option<Vec<i64>> = items
            .iter()
            .map(|r| match &r.peek(still).payload {
                Payload::Int(value) if exact(r.peek(still), still) == Some(Builtin::Int) => value.to_i64(),
                _ => None,
            })
            .collect();
        let floats = || {
            let value = |r: &crate::heap::Ref| match r.peek(still).payload {
                Payload::Float(value) if exact(r.peek(still), still) == Some(Builtin::Float) => Some(value),
                _ => None,
            };
            items.iter().map(value).collect()
        };
        let items = match ints.filter(|ints| !ints.is_empty()) {
            Some(ints) => Items::Ints(ints),
            None => match floats() {
                Some(floats) if !items.is_empty() => Items::Floats(floats),
                _ => Items::Mixed(still.hold_all(items)),
            },
        };
        (seen, items)
    });
    c.d = number as f64;
    handles::set_seen(c.i, seen);
    let cell: *mut Cell = c;
    match items {
        Items::Ints(values) => {
            t.outside(|| {
                // SAFETY: the numbers outlive the calls.
                unsafe { (shim().fill_ints)(cell, values.len() as i64, values.as_ptr()) }
            });
        }
        Items::Floats(values) => {
            t.outside(|| {
                // SAFETY: what is passed outlives the call.
                unsafe { (shim().fill_floats)(cell, values.len() as i64, values.as_ptr()) }
            });
        }
        Items::Mixed(items) => filling(t, x, |t| fill(t, c, &items)),
    }
}

/// Sends a list that C sees and that nobody has kept in step for a while.
pub(super) fn send_again(t: &mut Thread, x: &Obj) {
    let c = cell(t, x);
    if c.tag == Tag::Proxy as i32 {
        t.outside(|| {
            // SAFETY: the reference that the cell stands for is given back.
            unsafe { (shim().decref)(c.i as *mut u8) }
        });
    }
}

/// Does a list hold what was sent of it last, and does the shim have that state?
pub(super) fn unchanged(t: &mut Thread, x: &Obj, state: i64) -> bool {
    let Some(wire) = handles::known(t, x) else {
        return true;
    };
    let seen = handles::seen(wire);
    t.read(x, |object, still| match (&object.payload, &seen) {
        (Payload::List(items), Seen::Items(known, number)) => {
            *number == state && items.iter().map(|r| r.peek(still).id).eq(known.iter().copied())
        }
        _ => false,
    })
}

/// C has changed a list itself: what it knows of the list follows.
pub fn list_changed_by_c(t: &mut Thread, x: &Obj) {
    let Some(wire) = handles::known(t, x) else {
        return;
    };
    let now = t.read(x, |object, still| match &object.payload {
        Payload::List(items) => items.iter().map(|r| r.peek(still).id).collect(),
        _ => Vec::new(),
    });
    if let Seen::Items(_, number) = handles::seen(wire) {
        handles::set_seen(wire, Seen::Items(now, number));
    }
}

/// Sends an object again whose proxy was closed while its handle was on the way.
pub(super) fn resend(t: &mut Thread, c: &mut Cell, x: &Obj) {
    put_handle(t, c, x);
    let class = t.class_of(x);
    c.t = handles::send(t, &class).0;
    let way = t.read(x, way);
    match way {
        Way::List => send_list(t, c, x),
        way => send_contents(t, c, x, &way),
    }
}

// --- native to host ----------------------------------------------------------------------------------------------

/// The object in a cell.
///
/// # Safety
/// The cell and what it points at were filled by the shim and are still there.
pub(super) unsafe fn decode(t: &mut Thread, c: *mut Cell) -> Res {
    // SAFETY: as stated.
    unsafe {
        let cell = &mut *c;
        let is = |tag: Tag| cell.tag == tag as i32;
        Ok(if is(Tag::Handle) {
            handles::object(t, cell.i)
        } else if is(Tag::Int) {
            t.int(cell.i)
        } else if is(Tag::Str) {
            let text = Text::from_wide_utf8(data(cell));
            t.text(text)
        } else if is(Tag::Instance) {
            wrappers::instance(t, cell.i as usize, cell.t)?
        } else if is(Tag::None) {
            t.none()
        } else if is(Tag::Float) {
            t.float(cell.d)
        } else if is(Tag::True) || is(Tag::False) {
            t.bool(cell.tag == Tag::True as i32)
        } else if is(Tag::Tuple) || is(Tag::List) || is(Tag::Dict) {
            return tree(t, c);
        } else if is(Tag::Bytes) {
            t.bytes(data(cell).to_vec())
        } else if is(Tag::Null) {
            t.absent()
        } else if is(Tag::BigInt) {
            t.int(BigInt::from_signed_bytes_le(data(cell)))
        } else if is(Tag::Complex) {
            t.complex(cell.d, f64::from_bits(cell.i as u64))
        } else if is(Tag::Function) {
            let function = super::functions::from_native(t, cell)?;
            cell.t = handles::send(t, &function).0;
            function
        } else if is(Tag::NotImplemented) {
            t.not_implemented()
        } else if is(Tag::Ellipsis) {
            t.single(crate::types::Single::Ellipsis)
        } else {
            return Err(t.system_error(format!("Gimbal: unknown tag {}", cell.tag)));
        })
    }
}

/// The bytes that a cell points at.
unsafe fn data(cell: &Cell) -> &[u8] {
    if cell.n == 0 {
        return &[];
    }
    // SAFETY: the shim says so.
    unsafe { std::slice::from_raw_parts(cell.i as *const u8, cell.n as usize) }
}

/// Decodes cells that lie one behind the other.
///
/// # Safety
/// As [`decode`].
pub(super) unsafe fn decode_all(t: &mut Thread, cells: *mut Cell, n: usize) -> Res<Vec<Obj>> {
    // SAFETY: as stated.
    (0..n).map(|i| unsafe { decode(t, cells.add(i)) }).collect()
}

/// A container whose items are being decoded.
struct Level {
    cell: *mut Cell,
    next: i64,
    count: i64,
    items: Vec<Obj>,
    /// A list or dict exists before its items, so that a tree may name it; so does the class of a struct sequence.
    container: Option<Obj>,
}

unsafe fn begin(t: &mut Thread, cell: *mut Cell) -> Level {
    // SAFETY: the shim filled the cell.
    unsafe {
        let c = &mut *cell;
        let container = match c.tag {
            tag if tag == Tag::List as i32 => Some(t.list(&[])),
            tag if tag == Tag::Dict as i32 => Some(t.dict()),
            _ => None,
        };
        if c.aux != 0
            && let Some(container) = &container
        {
            c.t = handles::send(t, container).0;
        }
        Level {
            cell,
            next: 0,
            count: if c.tag == Tag::Dict as i32 { 2 * c.n } else { c.n },
            items: Vec::new(),
            container,
        }
    }
}

unsafe fn end(t: &mut Thread, level: Level) -> Res {
    let Level {
        cell,
        items,
        container,
        ..
    } = level;
    // SAFETY: the shim filled the cell.
    let c = unsafe { &mut *cell };
    match container {
        None if c.aux != 0 => {
            let made = super::struct_sequences::make(t, &items)?;
            c.t = handles::send(t, &made).0;
            Ok(made)
        }
        None => Ok(t.tuple(&items)),
        Some(list) if c.tag == Tag::List as i32 => {
            t.write(&list, |object, still| {
                if let Payload::List(old) = &mut object.payload {
                    old.extend(still.get_all(&items));
                }
            });
            Ok(list)
        }
        Some(dict) => {
            for pair in items.chunks_exact(2) {
                t.dict_set(&dict, &pair[0], &pair[1])?;
            }
            Ok(dict)
        }
    }
}

/// A container that C built, of any depth: no recursion, since documents are deeper than stacks.
unsafe fn tree(t: &mut Thread, root: *mut Cell) -> Res {
    // SAFETY: the shim filled the cells.
    unsafe {
        let elsewhere = |c: *mut Cell| ((*c).n == -1).then(|| (*((*c).i as *mut Cell)).t);
        if let Some(wire) = elsewhere(root) {
            return Ok(handles::object(t, wire));
        }
        let mut stack = vec![begin(t, root)];
        loop {
            let Some(level) = stack.last_mut() else {
                return Err(t.system_error("Gimbal: a tree without a root"));
            };
            if level.next < level.count {
                let child = ((*level.cell).i as *mut Cell).add(level.next as usize);
                level.next += 1;
                let is_container = matches!((*child).tag, 16..=18);
                if !is_container {
                    let item = decode(t, child)?;
                    level.items.push(item);
                } else if let Some(wire) = elsewhere(child) {
                    let item = handles::object(t, wire);
                    level.items.push(item);
                } else {
                    let level = begin(t, child);
                    stack.push(level);
                }
                continue;
            }
            let Some(done) = stack.pop() else { continue };
            let made = end(t, done)?;
            match stack.last_mut() {
                Some(level) => level.items.push(made),
                None => return Ok(made),
            }
        }
    }
}

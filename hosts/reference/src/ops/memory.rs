//! Memory views, and the buffers of host objects that C opens.
//!
//! The bytes of a `bytes` object move with it, so C gets a copy of them that stays; those of a bytearray are pinned when C
//! asks for their address; those of an extension's instance are where its type says.

use super::Operation;
use super::memory_items::{pack, size_of_format, unpack};
use crate::contents;
use crate::heap::{Escapes, Lease, Obj, Payload, Ref, Res, Rooted, Thread};
use crate::interface::buffers::{self, Export};
use crate::types::{Builtin, Def, getter, keyword_function, keyword_method, method};
use gimbal_host::Op;
use parking_lot::Mutex;
use std::collections::HashMap;

const WRITABLE: i64 = 0x01;
const FORMAT: i64 = 0x04;
const ND: i64 = 0x08;
const STRIDES: i64 = 0x18;
const CONTIGUOUS: i64 = 0x20 | 0x40 | 0x80;
/// Everything that an exporter can say, for reading.
const FULL: i64 = 0x11c;

pub(super) const OPS: &[(Op, Operation)] = &[
    (Op::NewMemoryView, |t, a| view_of(t, &a[0])),
    (Op::MemoryFromAddress, |t, a| {
        let figure = |t: &mut Thread, i: usize| t.as_i64(&a[i]).unwrap_or(0) as usize;
        let (address, length) = (figure(t, 0), figure(t, 1));
        let readonly = !t.truth(&a[2])?;
        let memory = Memory::Native {
            address,
            _export: None,
        };
        Ok(new_view(t, View::bytes(memory, None, length, readonly)))
    }),
    (Op::GetBuffer, get_buffer),
    (Op::ReleaseBuffer, |t, a| {
        let key = t.as_i64(&a[0]).unwrap_or(0);
        OPEN.lock().get_or_insert_default().remove(&key);
        Ok(t.none())
    }),
    (Op::BytesOf, |t, a| {
        if t.builtin_of(&a[0]) == Some(Builtin::Bytes) {
            return Ok(a[0].clone());
        }
        let data = super::bytes::worded(t, |t| super::bytes::bytes_of(t, &a[0]))?;
        Ok(t.bytes(data))
    }),
];

pub(super) const METHODS: &[(Builtin, &[Def])] = &[(
    Builtin::MemoryView,
    &[
        keyword_function("__new__", |t, a, k| match (a, k) {
            ([_, object], []) => view_of(t, object),
            ([_], [(name, object)]) if name == "object" => view_of(t, object),
            _ => Err(t.type_error("memoryview() missing required argument 'object' (pos 1)")),
        }),
        keyword_method("__init__", |t, _, _| Ok(t.none())),
        method("__len__", 0, 0, |t, a| {
            let shape = shape(t, &a[0])?;
            Ok(t.int(shape.shape.first().copied().unwrap_or(1)))
        }),
        method("__getitem__", 1, 1, get_item),
        method("__setitem__", 2, 2, set_item),
        method("__eq__", 1, 1, |t, a| {
            let mine = shape(t, &a[0])?;
            let mine = (gather(t, &a[0], &mine)?, mine.shape);
            let other = match contents_of(t, &a[1])? {
                Some(data) => data,
                None => return Ok(t.not_implemented()),
            };
            let extents = if t.builtin_of(&a[1]) == Some(Builtin::MemoryView) {
                shape(t, &a[1])?.shape
            } else {
                vec![other.len() as isize]
            };
            Ok(t.bool(mine.0 == other && mine.1 == extents))
        }),
        method("__hash__", 0, 0, |t, a| {
            let view = shape(t, &a[0])?;
            if !view.readonly {
                return Err(t.value_error("cannot hash writable memoryview object"));
            }
            let data = gather(t, &a[0], &view)?;
            let data = t.bytes(data);
            let hash = t.hash(&data)?;
            Ok(t.int(hash))
        }),
        method("__repr__", 0, 0, |t, a| {
            let id = t.read(&a[0], |object, _| object.id) << 4;
            let released = shape(t, &a[0]).is_err();
            let kind = if released { "released memory" } else { "memory" };
            Ok(t.str(&format!("<{kind} at {id:#x}>")))
        }),
        method("tobytes", 0, 1, |t, a| {
            let view = shape(t, &a[0])?;
            let data = gather(t, &a[0], &view)?;
            Ok(t.bytes(data))
        }),
        method("tolist", 0, 0, |t, a| {
            let view = shape(t, &a[0])?;
            let data = gather(t, &a[0], &view)?;
            nested(t, &view, &view.shape, &data)
        }),
        keyword_method("hex", |t, a, keywords| {
            let [separator, every] = t.arguments("hex", ["sep", "bytes_per_sep"], 0, &a[1..], keywords)?;
            let view = shape(t, &a[0])?;
            let data = gather(t, &a[0], &view)?;
            super::bytes::hex_text(t, &data, separator.as_ref(), every.as_ref())
        }),
        method("cast", 1, 2, cast),
        method("release", 0, 0, release),
        method("__enter__", 0, 0, |_, a| Ok(a[0].clone())),
        method("__exit__", 0, 3, release),
        getter("nbytes", |t, a| {
            let view = shape(t, &a[0])?;
            Ok(t.int(view.nbytes()))
        }),
        getter("itemsize", |t, a| {
            let view = shape(t, &a[0])?;
            Ok(t.int(view.itemsize))
        }),
        getter("ndim", |t, a| {
            let view = shape(t, &a[0])?;
            Ok(t.int(view.shape.len()))
        }),
        getter("format", |t, a| {
            let view = shape(t, &a[0])?;
            Ok(t.str(&view.format))
        }),
        getter("shape", |t, a| {
            let view = shape(t, &a[0])?;
            Ok(sizes(t, &view.shape))
        }),
        getter("strides", |t, a| {
            let view = shape(t, &a[0])?;
            Ok(sizes(t, &view.strides))
        }),
        getter("suboffsets", |t, _| Ok(t.tuple(&[]))),
        getter("readonly", |t, a| {
            let view = shape(t, &a[0])?;
            Ok(t.bool(view.readonly))
        }),
        getter("c_contiguous", |t, a| {
            let view = shape(t, &a[0])?;
            Ok(t.bool(view.is_contiguous()))
        }),
        getter("f_contiguous", |t, a| {
            let view = shape(t, &a[0])?;
            Ok(t.bool(view.is_contiguous() && view.shape.len() <= 1))
        }),
        getter("contiguous", |t, a| {
            let view = shape(t, &a[0])?;
            Ok(t.bool(view.is_contiguous()))
        }),
        getter("obj", |t, a| {
            shape(t, &a[0])?;
            let owner = t.read(&a[0], |object, still| {
                object
                    .payload
                    .other::<View>()
                    .and_then(|view| view.owner.as_ref().map(|r| still.hold(r)))
            });
            Ok(t.or_none(owner))
        }),
    ],
)];

/// Where the memory of a view is.
enum Memory {
    /// In a `bytes`, the owner: read-only, and it moves.
    Bytes,
    /// In a bytearray, the owner, whose size is fixed meanwhile.
    ByteArray { _lease: Lease },
    /// At an address; an extension's buffer is closed with the view.
    Native { address: usize, _export: Option<Export> },
    /// In another view, the owner's owner.
    Gone,
}

/// The contents of a memory view.
struct View {
    memory: Memory,
    /// The object whose memory it is.
    owner: Option<Ref>,
    /// The view that this one is a part of, which keeps the buffer open.
    parent: Option<Ref>,
    start: isize,
    shape: Shape,
}

contents!(View, owner, parent);

/// How the bytes of a view are to be read.
#[derive(Clone)]
struct Shape {
    readonly: bool,
    itemsize: usize,
    format: String,
    shape: Vec<isize>,
    strides: Vec<isize>,
}

impl Escapes for Shape {}

impl Shape {
    fn count(&self) -> usize {
        self.shape.iter().product::<isize>().max(0) as usize
    }

    fn nbytes(&self) -> usize {
        self.count() * self.itemsize
    }

    fn is_contiguous(&self) -> bool {
        self.count() == 0 || self.strides == buffers::contiguous(&self.shape, self.itemsize as isize)
    }

    /// Where each item is, from the view's start.
    fn places(&self) -> Vec<isize> {
        let mut places = vec![0];
        for (extent, stride) in self.shape.iter().zip(&self.strides) {
            places = places
                .iter()
                .flat_map(|place| (0..*extent).map(move |i| place + i * stride))
                .collect();
        }
        places
    }
}

impl View {
    fn bytes(memory: Memory, owner: Option<Ref>, length: usize, readonly: bool) -> Self {
        View {
            memory,
            owner,
            parent: None,
            start: 0,
            shape: Shape {
                readonly,
                itemsize: 1,
                format: "B".to_owned(),
                shape: vec![length as isize],
                strides: vec![1],
            },
        }
    }
}

fn new_view(t: &mut Thread, view: View) -> Obj {
    t.alloc(Builtin::MemoryView, |_| Payload::Other(Box::new(view)))
}

/// `memoryview(object)`
fn view_of(t: &mut Thread, object: &Obj) -> Res {
    if t.builtin_of(object) == Some(Builtin::MemoryView) {
        let shape = shape(t, object)?;
        return Ok(part(t, object, 0, shape));
    }
    if let Some(export) = buffers::export(t, object, FULL)? {
        return Ok(exported(t, object, export));
    }
    let known = t.read(object, |object, _| match &object.payload {
        Payload::Bytes(data) => Some((data.len(), None)),
        Payload::ByteArray(array) => Some((array.data.len(), Some(array.exports.lease()))),
        _ => None,
    });
    let Some((length, lease)) = known else {
        let given = t.type_name(object);
        let message = format!("memoryview: a bytes-like object is required, not '{given}'");
        return Err(t.type_error(message));
    };
    Ok(t.alloc(Builtin::MemoryView, |still| {
        let readonly = lease.is_none();
        let memory = lease.map_or(Memory::Bytes, |lease| Memory::ByteArray { _lease: lease });
        Payload::Other(Box::new(View::bytes(
            memory,
            Some(still.get(object)),
            length,
            readonly,
        )))
    }))
}

fn exported(t: &mut Thread, object: &Obj, mut export: Export) -> Obj {
    let shape = Shape {
        readonly: export.readonly,
        itemsize: export.itemsize,
        format: std::mem::take(&mut export.format),
        shape: std::mem::take(&mut export.shape),
        strides: std::mem::take(&mut export.strides),
    };
    t.alloc(Builtin::MemoryView, |still| {
        Payload::Other(Box::new(View {
            memory: Memory::Native {
                address: export.address,
                _export: Some(export),
            },
            owner: Some(still.get(object)),
            parent: None,
            start: 0,
            shape,
        }))
    })
}

/// A view of a part of a view, `start` bytes behind its start.
fn part(t: &mut Thread, whole: &Obj, start: isize, shape: Shape) -> Obj {
    t.alloc(Builtin::MemoryView, |still| {
        let of = still.get(whole);
        let (before, owner) = match of.peek(still).payload.other::<View>() {
            Some(view) => (view.start, view.owner.as_ref().map(|r| still.copy(r))),
            None => (0, None),
        };
        Payload::Other(Box::new(View {
            memory: Memory::Gone,
            owner,
            parent: Some(of),
            start: before + start,
            shape,
        }))
    })
}

/// The view that has the memory itself: parts ask what they are parts of.
fn root(t: &mut Thread, view: &Obj) -> Res {
    let mut at = view.clone();
    loop {
        let parent = t.read(&at, |object, still| {
            let view = object.payload.other::<View>();
            let gone = view.is_none_or(|view| view.parent.is_none() && matches!(view.memory, Memory::Gone));
            (
                gone,
                view.and_then(|view| view.parent.as_ref().map(|r| still.hold(r))),
            )
        });
        match parent {
            (true, _) => return Err(t.value_error("operation forbidden on released memoryview object")),
            (false, Some(parent)) => at = parent,
            (false, None) => return Ok(at),
        }
    }
}

fn shape(t: &mut Thread, view: &Obj) -> Res<Shape> {
    root(t, view)?;
    let shape = t.read(view, |object, _| {
        object.payload.other::<View>().map(|view| view.shape.clone())
    });
    match shape {
        Some(shape) => Ok(shape),
        None => Err(t.type_error("a memoryview was expected")),
    }
}

fn start(t: &mut Thread, view: &Obj) -> isize {
    t.read(view, |object, _| {
        object.payload.other::<View>().map_or(0, |view| view.start)
    })
}

/// Runs something on the memory behind a view, from the beginning of its owner's.
fn with_memory<R: Escapes>(t: &mut Thread, view: &Obj, f: impl FnOnce(&mut [u8]) -> R) -> Res<R> {
    let root = root(t, view)?;
    let (address, owner, length) = t.read(&root, |object, still| match object.payload.other::<View>() {
        Some(view) => {
            let address = match view.memory {
                Memory::Native { address, .. } => Some(address),
                _ => None,
            };
            let extent: isize = view
                .shape
                .shape
                .iter()
                .zip(&view.shape.strides)
                .map(|(n, step)| (n - 1).max(0) * step.abs())
                .sum();
            let length = extent as usize + view.shape.itemsize;
            (address, view.owner.as_ref().map(|r| still.hold(r)), length)
        }
        None => (None, None, 0),
    });
    if let Some(address) = address {
        // SAFETY: whoever gave the address promised that so much memory is there as long as the view is.
        return Ok(f(unsafe {
            std::slice::from_raw_parts_mut(address as *mut u8, length)
        }));
    }
    let Some(owner) = owner else {
        return Err(t.system_error("a memoryview without memory"));
    };
    Ok(t.write(&owner, |object, _| match &mut object.payload {
        Payload::Bytes(data) => f(&mut data.clone()),
        Payload::ByteArray(array) => f(&mut array.data),
        _ => f(&mut []),
    }))
}

/// The items of a view, one behind the other.
fn gather(t: &mut Thread, view: &Obj, shape: &Shape) -> Res<Vec<u8>> {
    let (start, size) = (start(t, view), shape.itemsize);
    let places = shape.places();
    with_memory(t, view, |memory| {
        let item = |place: &isize| {
            let at = (start + place) as usize;
            memory.get(at..at + size).unwrap_or_default().to_vec()
        };
        places.iter().flat_map(item).collect()
    })
}

/// The bytes of anything that has a buffer; None for anything else.
pub(super) fn contents_of(t: &mut Thread, object: &Obj) -> Res<Option<Vec<u8>>> {
    if let Some(data) = t.as_bytes(object) {
        return Ok(Some(data));
    }
    let view = if t.builtin_of(object) == Some(Builtin::MemoryView) {
        object.clone()
    } else {
        match buffers::export(t, object, FULL)? {
            Some(export) => exported(t, object, export),
            None => return Ok(None),
        }
    };
    let shape = shape(t, &view)?;
    gather(t, &view, &shape).map(Some)
}

fn sizes(t: &mut Thread, sizes: &[isize]) -> Obj {
    let items: Vec<Obj> = sizes.iter().map(|&size| t.int(size)).collect();
    t.tuple(&items)
}

// --- items -----------------------------------------------------------------------------------------------------------

/// An index counted from the start, when it is in range.
fn position(t: &mut Thread, index: &Obj, length: isize) -> Res<isize> {
    let at = t.index(index)?;
    let at = isize::try_from(&at)
        .ok()
        .map(|at| if at < 0 { at + length } else { at });
    match at.filter(|at| (0..length).contains(at)) {
        Some(at) => Ok(at),
        None => Err(t.index_error("index out of bounds on dimension 1")),
    }
}

/// A slice as CPython counts it: start, step and number of items.
fn bounds(t: &mut Thread, slice: &Obj, length: isize) -> Res<(isize, isize, isize)> {
    let length = t.int(length);
    let indices = t.call_method(slice, "indices", &[length])?;
    let parts = t.items(&indices).unwrap_or_default();
    let part = |t: &mut Thread, i: usize| t.as_i64(&parts[i]).unwrap_or(0) as isize;
    let (from, to, step) = (part(t, 0), part(t, 1), part(t, 2));
    let count = if step > 0 {
        (to - from + step - 1) / step
    } else {
        (to - from + step + 1) / step
    };
    Ok((from, step, count.max(0)))
}

fn get_item(t: &mut Thread, a: &[Obj]) -> Res {
    let view = shape(t, &a[0])?;
    if t.slice_parts(&a[1]).is_some() {
        if view.shape.len() != 1 {
            let message = "multi-dimensional slicing is not implemented";
            return Err(t.raise(Builtin::NotImplementedError, message));
        }
        let (from, step, count) = bounds(t, &a[1], view.shape[0])?;
        let offset = from * view.strides[0];
        let strides = vec![view.strides[0] * step];
        return Ok(part(
            t,
            &a[0],
            offset,
            Shape {
                shape: vec![count],
                strides,
                ..view
            },
        ));
    }
    let (offset, one) = item_place(t, a, &view)?;
    let inner = part(t, &a[0], offset, one.clone());
    let data = gather(t, &inner, &one)?;
    unpack(t, &view.format, &data)
}

/// Where one item is, and a shape that has nothing but it.
fn item_place(t: &mut Thread, a: &[Obj], view: &Shape) -> Res<(isize, Shape)> {
    let indices = match t.items(&a[1]) {
        Some(items) => items,
        None => vec![a[1].clone()],
    };
    if indices.len() != view.shape.len() {
        let message = "sub-views are not implemented";
        return Err(t.raise(Builtin::NotImplementedError, message));
    }
    let mut offset = 0;
    for (index, (extent, stride)) in indices.iter().zip(view.shape.iter().zip(&view.strides)) {
        let class = t.class_of(index);
        if t.as_int(index).is_none() && t.lookup(&class, "__index__").is_none() {
            return Err(t.type_error("memoryview: invalid slice key"));
        }
        offset += position(t, index, *extent)? * stride;
    }
    let one = Shape {
        shape: vec![1],
        strides: vec![view.itemsize as isize],
        ..view.clone()
    };
    Ok((offset, one))
}

fn set_item(t: &mut Thread, a: &[Obj]) -> Res {
    let view = shape(t, &a[0])?;
    if view.readonly {
        return Err(t.type_error("cannot modify read-only memory"));
    }
    let (start, places, data) = if t.slice_parts(&a[1]).is_some() {
        let target = get_item(t, &a[..2])?;
        let shape = shape(t, &target)?;
        let data = match contents_of(t, &a[2])? {
            Some(data) => data,
            None => {
                let given = t.type_name(&a[2]);
                return Err(t.type_error(format!("a bytes-like object is required, not '{given}'")));
            }
        };
        if data.len() != shape.nbytes() {
            let message = "memoryview assignment: lvalue and rvalue have different structures";
            return Err(t.value_error(message));
        }
        (self::start(t, &target), shape.places(), data)
    } else {
        let (offset, _) = item_place(t, a, &view)?;
        let data = pack(t, &view.format, &a[2])?;
        (self::start(t, &a[0]) + offset, vec![0], data)
    };
    let size = view.itemsize;
    with_memory(t, &a[0], |memory| {
        for (place, item) in places.iter().zip(data.chunks(size)) {
            let at = (start + place) as usize;
            if let Some(old) = memory.get_mut(at..at + item.len()) {
                old.copy_from_slice(item);
            }
        }
    })?;
    Ok(t.none())
}

/// Items as lists of lists.
fn nested(t: &mut Thread, view: &Shape, extents: &[isize], data: &[u8]) -> Res {
    let Some((&extent, inner)) = extents.split_first() else {
        return unpack(t, &view.format, data);
    };
    let step = inner.iter().product::<isize>() as usize * view.itemsize;
    let mut items = Vec::new();
    for i in 0..extent as usize {
        items.push(nested(
            t,
            view,
            inner,
            data.get(i * step..(i + 1) * step).unwrap_or_default(),
        )?);
    }
    Ok(t.list(&items))
}

fn cast(t: &mut Thread, a: &[Obj]) -> Res {
    let view = shape(t, &a[0])?;
    let format = t.as_string(&a[1]).unwrap_or_default();
    let Some(itemsize) = size_of_format(&format) else {
        let message = "memoryview: destination format must be a native single character format prefixed with an \
                       optional '@'";
        return Err(t.value_error(message));
    };
    if !view.is_contiguous() {
        return Err(t.type_error("memoryview: casts are restricted to C-contiguous views"));
    }
    let length = view.nbytes();
    if length % itemsize != 0 {
        return Err(t.type_error("memoryview: length is not a multiple of itemsize"));
    }
    let mut extents = vec![(length / itemsize) as isize];
    if let Some(given) = a.get(2) {
        extents.clear();
        for extent in t.collect_items(given)? {
            let extent = t.index(&extent)?;
            extents.push(isize::try_from(&extent).unwrap_or(0));
        }
        if extents.iter().product::<isize>() as usize * itemsize != length {
            return Err(t.type_error("memoryview: product(shape) * itemsize != buffer size"));
        }
    }
    let strides = buffers::contiguous(&extents, itemsize as isize);
    let shape = Shape {
        itemsize,
        format,
        shape: extents,
        strides,
        ..view
    };
    Ok(part(t, &a[0], 0, shape))
}

fn release(t: &mut Thread, a: &[Obj]) -> Res {
    let memory = t.write(&a[0], |object, _| {
        let view = object.payload.other_mut::<View>()?;
        view.parent = None;
        match std::mem::replace(&mut view.memory, Memory::Gone) {
            Memory::ByteArray { _lease } => Some(_lease),
            _ => None,
        }
    });
    drop(memory);
    crate::interface::tidy(t);
    Ok(t.none())
}

// --- buffers for C -----------------------------------------------------------------------------------------------------

/// What stays while C has a buffer open: copies of bytes that move, the bytearray's lease.
#[derive(Default)]
struct Open {
    _copy: Vec<u8>,
    _lease: Option<Lease>,
    _owner: Option<Rooted>,
}

static OPEN: Mutex<Option<HashMap<i64, Open>>> = Mutex::new(None);

/// `Op::GetBuffer`: `(object, flags)`; address, length, read-only, item size, format, shape, strides, key.
fn get_buffer(t: &mut Thread, a: &[Obj]) -> Res {
    let flags = t.as_i64(&a[1]).unwrap_or(0);
    let view = match view_of(t, &a[0]) {
        Ok(view) => view,
        Err(error) if t.raised(&error, Builtin::TypeError) => {
            let given = t.type_name(&a[0]);
            return Err(t.type_error(format!("a bytes-like object is required, not '{given}'")));
        }
        Err(error) => return Err(error),
    };
    let shape = shape(t, &view)?;
    if flags & WRITABLE != 0 && shape.readonly {
        return Err(t.buffer_error("Object is not writable."));
    }
    let is_view = t.builtin_of(&a[0]) == Some(Builtin::MemoryView);
    if is_view && flags & FORMAT != 0 && flags & ND == 0 {
        let message = "memoryview: cannot cast to unsigned bytes if the format flag is present";
        return Err(t.buffer_error(message));
    }
    if !shape.is_contiguous()
        && (shape.shape.len() != 1 || flags & CONTIGUOUS != 0 || flags & STRIDES != STRIDES)
    {
        return Err(t.buffer_error("memoryview: underlying buffer is not C-contiguous"));
    }
    let (address, open) = pinned(t, &view)?;
    let key = {
        let mut all = OPEN.lock();
        let all = all.get_or_insert_default();
        let mut key = address as i64;
        while all.contains_key(&key) {
            key += 1;
        }
        all.insert(key, open);
        key
    };
    let fields = [
        t.int(address),
        t.int(shape.nbytes()),
        t.bool(shape.readonly),
        t.int(shape.itemsize),
        t.str(&shape.format),
        sizes(t, &shape.shape),
        sizes(t, &shape.strides),
        t.int(key),
    ];
    Ok(t.tuple(&fields))
}

/// The address of a view's first item, and what keeps it valid.
fn pinned(t: &mut Thread, view: &Obj) -> Res<(usize, Open)> {
    let root = root(t, view)?;
    let start = start(t, view);
    let (native, owner) = t.read(&root, |object, still| match object.payload.other::<View>() {
        Some(view) => {
            let native = match view.memory {
                Memory::Native { address, .. } => Some(address),
                _ => None,
            };
            (native, view.owner.as_ref().map(|r| still.hold(r)))
        }
        None => (None, None),
    });
    let kept = t.root(view);
    if let Some(address) = native {
        let open = Open {
            _owner: Some(kept),
            ..Open::default()
        };
        return Ok((address.wrapping_add_signed(start), open));
    }
    let Some(owner) = owner else {
        return Err(t.system_error("a memoryview without memory"));
    };
    let (address, copy, lease) = t.write(&owner, |object, _| match &mut object.payload {
        Payload::ByteArray(array) => {
            array.pinned = true;
            (
                array.data.as_ptr() as usize,
                Vec::new(),
                Some(array.exports.lease()),
            )
        }
        Payload::Bytes(data) => {
            let copy = data.clone();
            (copy.as_ptr() as usize, copy, None)
        }
        _ => (0, Vec::new(), None),
    });
    let open = Open {
        _copy: copy,
        _lease: lease,
        _owner: Some(kept),
    };
    Ok((address.wrapping_add_signed(start), open))
}

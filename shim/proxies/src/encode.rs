//! Native to host: an object becomes a cell. Values go by value, containers made by C as trees, the rest by handle.

use crate::{
    Obj, PyBool_Type, PyBytes_Type, PyComplex_Type, PyComplexObject, PyDict_Type, PyFloat_Type,
    PyFloatObject, PyList_Type, PyLong_Type, PyTuple_Type, PyUnicode_Type, arena, crossing, decref, dict,
    int, iterators, marshal::Stream, refcount, seq, state::Locked, text, types,
};
use gimbal_handles::Received;
use gimbal_host::{Cell, GIMBAL_KEYS_JOINED, GIMBAL_PACKED_FLOATS, GIMBAL_PACKED_INTS, Tag};
use std::ptr::addr_eq;

/// A container that has been put into the tree of the crossing under way.
const IN_TREE: u16 = 2;

/// Blocks of cells are this long, unless a container needs more; some are kept for the next tree.
const BLOCK: usize = 256;
const SPARES: usize = 8;
static SPARE: Locked<Vec<Box<[Cell]>>> = Locked::new(Vec::new());
#[expect(clippy::vec_box, reason = "the host has their addresses meanwhile")]
static POOL: Locked<Vec<Box<Scratch>>> = Locked::new(Vec::new());

/// What must outlive the cells of one crossing, and the containers that the host will own after it.
#[derive(Default)]
pub struct Scratch {
    cells: Vec<Box<[Cell]>>,
    /// Cells in use of the last block.
    used: usize,
    bytes: Vec<Vec<u8>>,
    promoted: Vec<(Obj, *mut Cell)>,
    held: Vec<Obj>,
    /// The result, when it goes as one stream.
    pub stream: Stream,
    /// Do the cells describe a result, with which the host takes references to new instances?
    gives: bool,
}

impl Scratch {
    /// Nothing yet; allocates nothing.
    pub const fn new() -> Self {
        Scratch {
            cells: Vec::new(),
            used: 0,
            bytes: Vec::new(),
            promoted: Vec::new(),
            held: Vec::new(),
            stream: Stream::new(),
            gives: false,
        }
    }

    /// An empty one for a result, which outlives the call: from those that were given back.
    pub unsafe fn take() -> Box<Self> {
        // SAFETY: the lock is held.
        let mut scratch = unsafe { POOL.get() }.pop().unwrap_or_default();
        scratch.gives = true;
        scratch
    }

    /// The host is done with what is in it.
    pub unsafe fn give_back(mut self: Box<Self>) {
        // SAFETY: the lock is held.
        unsafe {
            self.drop_held();
            self.bytes.clear();
            self.stream.end();
            if POOL.get().len() < SPARES {
                POOL.get().push(self);
            }
        }
    }

    /// Keeps a reference until the cells are done with.
    pub fn hold(&mut self, op: Obj) {
        self.held.push(op);
    }

    /// Nothing to keep?
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
            && self.bytes.is_empty()
            && self.promoted.is_empty()
            && self.held.is_empty()
            && self.stream.is_empty()
    }

    /// Cells that stay where they are as long as this.
    unsafe fn cells<'a>(&mut self, n: usize) -> &'a mut [Cell] {
        // SAFETY: the lock is held. Boxes do not move when the vector of boxes grows.
        unsafe {
            if self.cells.last().is_none_or(|block| block.len() - self.used < n) {
                let spare = if n <= BLOCK { SPARE.get().pop() } else { None };
                self.cells.push(
                    spare.unwrap_or_else(|| vec![Cell::new(Tag::Null); n.max(BLOCK)].into_boxed_slice()),
                );
                self.used = 0;
            }
            let at = self.used;
            self.used += n;
            match self.cells.last_mut() {
                Some(block) => std::slice::from_raw_parts_mut(block.as_mut_ptr().add(at), n),
                None => &mut [],
            }
        }
    }

    /// Has the host been given no container, so that [`Scratch::adopt`] would do nothing?
    pub fn promotes_nothing(&self) -> bool {
        self.promoted.is_empty()
    }

    /// Announces what the host is about to be given, until [`Scratch::adopt`]: it may send such an object back meanwhile.
    pub unsafe fn begin(&mut self) {
        if !self.promoted.is_empty() {
            // SAFETY: the lock is held.
            unsafe { ON_THE_WAY.get() }.push(&raw const *self);
        }
    }

    /// Ties the containers to the handles that the host has written into their cells.
    pub unsafe fn adopt(&mut self) {
        if self.promoted.is_empty() {
            return;
        }
        let me = &raw const *self;
        // SAFETY: the lock is held.
        unsafe { ON_THE_WAY.get() }.retain(|&other| other != me);
        for (op, cell) in self.promoted.drain(..) {
            // SAFETY: the cells are alive as long as the scratch; the lock is held.
            unsafe {
                arena::set_flags(op, arena::flags(op) & !IN_TREE);
                let handle = (*cell).t;
                if handle == 0 {
                    continue;
                }
                let received = crossing::receive(handle);
                if !seq::is_host(op) && matches!(received, Received::Fresh) {
                    tie(op, handle);
                }
            }
        }
    }

    /// Gives back what was held.
    pub unsafe fn drop_held(&mut self) {
        // SAFETY: the references are ours; the lock is held.
        unsafe {
            for (op, _) in self.promoted.drain(..) {
                arena::set_flags(op, arena::flags(op) & !IN_TREE);
            }
            for op in self.held.drain(..) {
                decref(op);
            }
            let blocks = self.cells.drain(..).filter(|block| block.len() == BLOCK);
            SPARE
                .get()
                .extend(blocks.take(SPARES.saturating_sub(SPARE.get().len())));
        }
    }
}

/// Containers and functions made by C that the host is being given, by the crossings that give them.
static ON_THE_WAY: Locked<Vec<*const Scratch>> = Locked::new(Vec::new());

/// The object behind a handle that the host has just made for it, when it sends it back before the crossing that brings it
/// has ended.
#[cold]
pub unsafe fn adopt_early(handle: i64) -> Option<Obj> {
    // SAFETY: crossings take themselves off the list before their scratch and their cells are gone; the lock is held.
    unsafe {
        let given = ON_THE_WAY.get().iter().flat_map(|&scratch| &(*scratch).promoted);
        let &(op, _) = given
            .into_iter()
            .find(|&&(op, cell)| (*cell).t == handle && !seq::is_host(op))?;
        tie(op, handle);
        Some(op)
    }
}

/// Makes the host the owner of an object that C has made.
pub(crate) unsafe fn tie(op: Obj, handle: i64) {
    // SAFETY: the handle is fresh and `op` has none; the lock is held.
    unsafe {
        crossing::open(handle, op);
        arena::set_handle(op, handle);
        if text::is_exactly(op, &raw mut PyList_Type) {
            seq::seal(op);
        }
    }
}

/// Encodes an argument of a host operation: whatever container it brings is the host's from then on.
#[inline]
pub unsafe fn encode_argument(op: Obj, cell: &mut Cell, scratch: &mut Scratch) {
    // SAFETY: `op` is an object or NULL.
    unsafe { encode_as(op, cell, scratch, true) }
}

/// Encodes a result: a container that C holds on to (count above one) becomes the host's, another stays a plain value.
#[inline]
pub unsafe fn encode(op: Obj, cell: &mut Cell, scratch: &mut Scratch) {
    // SAFETY: `op` is an object or NULL.
    unsafe { encode_as(op, cell, scratch, false) }
}

/// Encodes what most functions return and what needs nothing kept: constants, floats, and ints of a word. False for anything else.
#[inline]
pub unsafe fn encode_small(op: Obj, cell: &mut Cell) -> bool {
    // SAFETY: `op` is an object; the struct is read after the type is checked.
    unsafe {
        if addr_eq(op, crate::none()) {
            cell.tag = Tag::None as i32;
            return true;
        }
        let ty = (*op).ob_type;
        if ty == &raw mut PyLong_Type
            && let Some(value) = int::as_i64(op)
        {
            cell.tag = Tag::Int as i32;
            cell.i = value;
            return true;
        }
        if ty == &raw mut PyFloat_Type {
            cell.tag = Tag::Float as i32;
            cell.d = (*op.cast::<PyFloatObject>()).ob_fval;
            return true;
        }
        if ty == &raw mut PyBool_Type {
            cell.tag = if addr_eq(op, crate::true_object()) {
                Tag::True
            } else {
                Tag::False
            } as i32;
            return true;
        }
        false
    }
}

/// Encodes an object that the host has a handle for. False for anything else.
#[inline]
pub unsafe fn encode_known(op: Obj, cell: &mut Cell) -> bool {
    // SAFETY: `op` is an object.
    unsafe {
        let handle = arena::handle(op);
        if handle == arena::NO_HANDLE || types::is_type(op) {
            return false;
        }
        set_handle(cell, handle);
        true
    }
}

/// The longest string in bytes that a program is thought to look for with `is`: those are names.
pub(crate) const LOOKED_FOR: i64 = 64;

/// Encodes an exact string. One that C uses as a name has the handle of that.
#[inline]
pub unsafe fn encode_text(op: Obj, cell: &mut Cell) {
    // SAFETY: `op` is a string.
    unsafe {
        if arena::in_range(op.cast()) && arena::handle(op) != arena::NO_HANDLE {
            set_handle(cell, arena::handle(op));
            return;
        }
        set_bytes(cell, Tag::Str, text::utf8(op));
        let kept = refcount::count(op) > 1 && cell.n <= LOOKED_FOR;
        cell.aux = i32::from(text::is_ascii(op)) | i32::from(kept) << 1;
        cell.t = op as i64;
    }
}

/// Encodes what needs nothing kept: no object, what functions return mostly, strings, and objects of the host. False for anything else.
#[inline]
pub unsafe fn encode_plain(op: Obj, cell: &mut Cell) -> bool {
    // SAFETY: an object has a type; a string is one when its type says so.
    unsafe {
        if op.is_null() {
            cell.tag = Tag::Null as i32;
            return true;
        }
        if text::is_exactly(op, &raw mut PyUnicode_Type) {
            encode_text(op, cell);
            return true;
        }
        encode_small(op, cell) || encode_known(op, cell)
    }
}

#[inline]
unsafe fn encode_as(op: Obj, cell: &mut Cell, scratch: &mut Scratch, shared: bool) {
    // SAFETY: an object has a type; each arm reads the struct of the type it has checked.
    unsafe {
        if encode_plain(op, cell) {
            return;
        }
        if text::is_exactly(op, &raw mut PyLong_Type) {
            let bytes = int::to_bytes(op);
            set_bytes(cell, Tag::BigInt, &bytes);
            scratch.bytes.push(bytes);
        } else {
            encode_object(op, cell, scratch, shared);
        }
    }
}

unsafe fn encode_object(op: Obj, cell: &mut Cell, scratch: &mut Scratch, shared: bool) {
    // SAFETY: as `encode_as`.
    unsafe {
        let ty = (*op).ob_type;
        if types::is_type(op) {
            set_handle(cell, types::handle(op.cast()));
            return;
        }
        if ty == &raw mut PyBytes_Type {
            set_bytes(cell, Tag::Bytes, text::as_bytes(op));
            cell.t = op as i64;
        } else if ty == &raw mut PyTuple_Type {
            let shared_items = shared || refcount::count(op) > 1;
            tree(
                op,
                cell,
                Tag::Tuple,
                Items::Slice(seq::tuple_slice(op)),
                shared_items,
                false,
                scratch,
            );
        } else if ty == &raw mut PyList_Type {
            let shared = shared || refcount::count(op) > 1;
            tree(
                op,
                cell,
                Tag::List,
                Items::Slice(seq::list_slice(op)),
                shared,
                shared,
                scratch,
            );
        } else if ty == &raw mut PyDict_Type {
            let shared = shared || refcount::count(op) > 1;
            tree(op, cell, Tag::Dict, Items::Dict(op), shared, shared, scratch);
        } else if ty == &raw mut PyComplex_Type {
            let value = (*op.cast::<PyComplexObject>()).cval;
            cell.tag = Tag::Complex as i32;
            cell.d = value.real;
            cell.i = value.imag.to_bits() as i64;
        } else if addr_eq(op, crate::not_implemented()) {
            cell.tag = Tag::NotImplemented as i32;
        } else if addr_eq(op, crate::ellipsis()) {
            cell.tag = Tag::Ellipsis as i32;
        } else if iterators::is_native(op) {
            match iterators::promote(op) {
                host if host.is_null() => cell.tag = Tag::Null as i32,
                host => set_handle(cell, arena::handle(host)),
            }
        } else if crate::call_cfunction::is_function(ty) {
            let function = op.cast::<crate::PyCFunctionObject>();
            cell.tag = Tag::Function as i32;
            cell.i = op as i64;
            cell.d = f64::from_bits(&raw const (*function).m_ml as u64);
            cell.aux = self_type(op) as i32;
            cell.t = 0;
            cell.n = crate::call_cfunction::class_of(op).map_or(0, |class| types::handle(class));
            scratch.promoted.push((op, cell));
        } else if crate::structseq::shape(ty).is_some() {
            let class: Obj = ty.cast();
            let items = Items::Record(class, crate::structseq::items(op));
            tree(op, cell, Tag::Tuple, items, true, true, scratch);
        } else if scratch.gives && crate::guest::is_new(op) {
            crate::incref(op);
            give(op, cell);
        } else if !types::is_native(ty)
            && let Some(host) = crate::views::promote(op)
        {
            match host.is_null() {
                true => cell.tag = Tag::Null as i32,
                false => set_handle(cell, arena::handle(host)),
            }
        } else {
            encode_instance(op, cell);
        }
    }
}

/// Gives a new instance to the host, with a reference for its wrapper.
#[inline]
pub unsafe fn give(op: Obj, cell: &mut Cell) {
    // SAFETY: as `encode_as`.
    unsafe {
        encode_instance(op, cell);
        cell.aux = 1;
        arena::set_number(op, 1);
        crate::growth::note();
    }
}

/// Encodes an instance of an extension type.
pub unsafe fn encode_instance(op: Obj, cell: &mut Cell) {
    // SAFETY: as `encode_as`.
    unsafe {
        cell.tag = Tag::Instance as i32;
        cell.aux = 0;
        cell.i = op as i64;
        cell.t = types::handle((*op).ob_type);
    }
}

/// The handle of the type of a function's self when that is an instance of an extension type, else 0.
unsafe fn self_type(function: Obj) -> i64 {
    // SAFETY: `function` is a PyCFunctionObject.
    unsafe {
        let me = (*function.cast::<crate::PyCFunctionObject>()).m_self;
        if me.is_null() || types::is_type(me) || !types::is_native((*me).ob_type) {
            0
        } else {
            types::handle((*me).ob_type)
        }
    }
}

fn set_bytes(cell: &mut Cell, tag: Tag, bytes: &[u8]) {
    cell.tag = tag as i32;
    cell.i = bytes.as_ptr() as i64;
    cell.n = bytes.len() as i64;
}

fn set_handle(cell: &mut Cell, handle: i64) {
    cell.tag = Tag::Handle as i32;
    cell.i = handle;
}

/// Fewer items are not packed.
const FEW: usize = 4;

/// What a container holds.
enum Items<'a> {
    Slice(&'a [Obj]),
    /// The class of a struct sequence comes first.
    Record(Obj, &'a [Obj]),
    /// A native dict.
    Dict(Obj),
}

/// A container made by C, as a flat array of cells. A container that is already in the tree is named by its cell, which
/// the host has given a handle by then (`n` is -1): shared parts and cycles keep their identity.
unsafe fn tree(
    op: Obj,
    cell: &mut Cell,
    tag: Tag,
    items: Items<'_>,
    shared_items: bool,
    promote: bool,
    scratch: &mut Scratch,
) {
    // SAFETY: the cells of a scratch stay where they are.
    unsafe {
        cell.tag = tag as i32;
        cell.t = 0;
        cell.aux = i32::from(promote);
        if promote {
            if arena::flags(op) & IN_TREE != 0 {
                cell.n = -1;
                cell.i = scratch
                    .promoted
                    .iter()
                    .find(|p| p.0 == op)
                    .map_or(0, |p| p.1 as i64);
                return;
            }
            arena::set_flags(op, arena::flags(op) | IN_TREE);
            scratch.promoted.push((op, cell));
        }
        match items {
            Items::Slice(items) => {
                cell.n = items.len() as i64;
                if let Some(packed) = crossing::takes_packed().then(|| pack(items, scratch)).flatten() {
                    (cell.aux, cell.i) = (cell.aux | packed.0, packed.1 as i64);
                    return;
                }
                let cells = scratch.cells(items.len());
                cell.i = cells.as_mut_ptr() as i64;
                for (child, &item) in cells.iter_mut().zip(items) {
                    encode_as(item, child, scratch, shared_items);
                }
            }
            Items::Record(class, items) => {
                cell.n = items.len() as i64 + 1;
                let cells = scratch.cells(items.len() + 1);
                cell.i = cells.as_mut_ptr() as i64;
                encode_as(class, &mut cells[0], scratch, shared_items);
                for (child, &item) in cells[1..].iter_mut().zip(items) {
                    encode_as(item, child, scratch, shared_items);
                }
            }
            Items::Dict(dict) => {
                let n = dict::native_len(dict);
                cell.n = n as i64;
                if crossing::takes_packed()
                    && let Some(keys) = dict::joined_keys(dict)
                {
                    let cells = scratch.cells(n + 1);
                    cell.aux |= GIMBAL_KEYS_JOINED;
                    cell.i = cells.as_mut_ptr() as i64;
                    set_bytes(&mut cells[0], Tag::Bytes, &keys);
                    scratch.bytes.push(keys);
                    for (child, (_, value)) in cells[1..].iter_mut().zip(dict::entries(dict)) {
                        encode_as(value, child, scratch, shared_items);
                    }
                    return;
                }
                let cells = scratch.cells(2 * n);
                cell.i = cells.as_mut_ptr() as i64;
                for (pair, (key, value)) in cells.chunks_exact_mut(2).zip(dict::entries(dict)) {
                    encode_as(key, &mut pair[0], scratch, shared_items);
                    encode_as(value, &mut pair[1], scratch, shared_items);
                }
            }
        }
    }
}

/// Items that are all ints of a word, or all floats, as an array of those.
unsafe fn pack(items: &[Obj], scratch: &mut Scratch) -> Option<(i32, *const Cell)> {
    // SAFETY: exact types have the struct that is read; cells have room for words, and alignment.
    unsafe {
        let &first = items.first()?;
        if items.len() < FEW || first.is_null() {
            return None;
        }
        let ty = (*first).ob_type;
        let is_int = ty == &raw mut PyLong_Type;
        if !is_int && ty != &raw mut PyFloat_Type {
            return None;
        }
        if items.iter().any(|&item| item.is_null() || (*item).ob_type != ty) {
            return None;
        }
        let words = items.len().div_ceil(size_of::<Cell>() / size_of::<i64>());
        let place = scratch.cells(words).as_mut_ptr();
        for (i, &item) in items.iter().enumerate() {
            if is_int {
                *place.cast::<i64>().add(i) = int::as_i64(item)?;
            } else {
                *place.cast::<f64>().add(i) = (*item.cast::<PyFloatObject>()).ob_fval;
            }
        }
        Some((
            if is_int {
                GIMBAL_PACKED_INTS
            } else {
                GIMBAL_PACKED_FLOATS
            },
            place,
        ))
    }
}

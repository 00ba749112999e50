//! Native to host: an object becomes a cell. Values go by value, containers made by C as trees, the rest by handle.

use crate::{
    Obj, PyBool_Type, PyBytes_Type, PyComplex_Type, PyComplexObject, PyDict_Type, PyFloat_Type,
    PyFloatObject, PyList_Type, PyLong_Type, PyTuple_Type, PyUnicode_Type, arena, crossing, decref, dict,
    int, refcount, seq, state::Locked, text, types,
};
use gimbal_handles::Received;
use gimbal_host::{Cell, Tag};
use std::ptr::addr_eq;

/// A container that has been put into the tree of the crossing under way.
const IN_TREE: u16 = 2;

/// What must outlive the cells of one crossing, and the containers that the host will own after it.
#[derive(Default)]
pub struct Scratch {
    cells: Vec<Box<[Cell]>>,
    bytes: Vec<Vec<u8>>,
    promoted: Vec<(Obj, *mut Cell)>,
    held: Vec<Obj>,
}

impl Scratch {
    /// Nothing yet; allocates nothing.
    pub const fn new() -> Self {
        Scratch {
            cells: Vec::new(),
            bytes: Vec::new(),
            promoted: Vec::new(),
            held: Vec::new(),
        }
    }

    /// Keeps a reference until the cells are done with.
    pub fn hold(&mut self, op: Obj) {
        self.held.push(op);
    }

    /// Nothing to keep?
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty() && self.bytes.is_empty() && self.promoted.is_empty() && self.held.is_empty()
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
unsafe fn tie(op: Obj, handle: i64) {
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

/// Encodes what most functions return and what needs nothing kept: None and ints of a word. False for anything else.
#[inline]
pub unsafe fn encode_small(op: Obj, cell: &mut Cell) -> bool {
    // SAFETY: `op` is an object; the struct is read after the type is checked.
    unsafe {
        if addr_eq(op, crate::none()) {
            cell.tag = Tag::None as i32;
            return true;
        }
        if (*op).ob_type == &raw mut PyLong_Type
            && let Some(value) = int::as_i64(op)
        {
            cell.tag = Tag::Int as i32;
            cell.i = value;
            return true;
        }
        false
    }
}

#[inline]
unsafe fn encode_as(op: Obj, cell: &mut Cell, scratch: &mut Scratch, shared: bool) {
    // SAFETY: an object has a type; each arm reads the struct of the type it has checked.
    unsafe {
        if op.is_null() {
            cell.tag = Tag::Null as i32;
            return;
        }
        let ty = (*op).ob_type;
        if ty == &raw mut PyLong_Type {
            if let Some(value) = int::as_i64(op) {
                cell.tag = Tag::Int as i32;
                cell.i = value;
            } else {
                let bytes = int::to_bytes(op);
                set_bytes(cell, Tag::BigInt, &bytes);
                scratch.bytes.push(bytes);
            }
        } else if ty == &raw mut PyUnicode_Type {
            set_bytes(cell, Tag::Str, text::utf8(op));
            cell.aux = i32::from(text::is_ascii(op));
        } else if ty == &raw mut PyFloat_Type {
            cell.tag = Tag::Float as i32;
            cell.d = (*op.cast::<PyFloatObject>()).ob_fval;
        } else if ty == &raw mut PyBool_Type {
            cell.tag = if addr_eq(op, crate::true_object()) {
                Tag::True
            } else {
                Tag::False
            } as i32;
        } else if addr_eq(op, crate::none()) {
            cell.tag = Tag::None as i32;
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
        let handle = arena::handle(op);
        if handle != arena::NO_HANDLE {
            set_handle(cell, handle);
        } else if ty == &raw mut PyBytes_Type {
            set_bytes(cell, Tag::Bytes, text::as_bytes(op));
        } else if ty == &raw mut PyTuple_Type {
            let shared_items = shared || refcount::count(op) > 1;
            tree(
                op,
                cell,
                Tag::Tuple,
                seq::tuple_slice(op).iter().copied(),
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
                seq::list_slice(op).iter().copied(),
                shared,
                shared,
                scratch,
            );
        } else if ty == &raw mut PyDict_Type {
            let shared = shared || refcount::count(op) > 1;
            tree(
                op,
                cell,
                Tag::Dict,
                dict::entries(op).flat_map(|(k, v)| [k, v]),
                shared,
                shared,
                scratch,
            );
            cell.n /= 2;
        } else if ty == &raw mut PyComplex_Type {
            let value = (*op.cast::<PyComplexObject>()).cval;
            cell.tag = Tag::Complex as i32;
            cell.d = value.real;
            cell.i = value.imag.to_bits() as i64;
        } else if addr_eq(op, crate::not_implemented()) {
            cell.tag = Tag::NotImplemented as i32;
        } else if addr_eq(op, crate::ellipsis()) {
            cell.tag = Tag::Ellipsis as i32;
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
            let items = std::iter::once(class).chain(crate::structseq::items(op).iter().copied());
            tree(op, cell, Tag::Tuple, items, true, true, scratch);
        } else {
            cell.tag = Tag::Instance as i32;
            cell.i = op as i64;
            cell.t = types::handle(ty);
        }
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

/// A container made by C, as a flat array of cells. A container that is already in the tree is named by its cell, which
/// the host has given a handle by then (`n` is -1): shared parts and cycles keep their identity.
unsafe fn tree(
    op: Obj,
    cell: &mut Cell,
    tag: Tag,
    items: impl Iterator<Item = Obj>,
    shared_items: bool,
    promote: bool,
    scratch: &mut Scratch,
) {
    // SAFETY: boxes do not move when the vector of boxes grows, so cell addresses stay valid.
    unsafe {
        cell.tag = tag as i32;
        cell.t = 0;
        cell.aux = i32::from(promote);
        if promote {
            if arena::flags(op) & IN_TREE != 0 {
                cell.n = -2; // halves to -1 for dicts
                cell.i = scratch
                    .promoted
                    .iter()
                    .find(|p| p.0 == op)
                    .map_or(0, |p| p.1 as i64);
                if !matches!(tag, Tag::Dict) {
                    cell.n = -1;
                }
                return;
            }
            arena::set_flags(op, arena::flags(op) | IN_TREE);
            scratch.promoted.push((op, cell));
        }
        let items: Vec<Obj> = items.collect();
        let mut cells = vec![Cell::new(Tag::Null); items.len()].into_boxed_slice();
        cell.i = cells.as_mut_ptr() as i64;
        cell.n = cells.len() as i64;
        let slice: *mut [Cell] = &raw mut *cells;
        scratch.cells.push(cells);
        for (child, item) in (*slice).iter_mut().zip(items) {
            encode_as(item, child, scratch, shared_items);
        }
    }
}

//! What native blocks refer to, for [`crate::cycles`]: instances of extension types by `tp_traverse`, mirrors of the host's
//! containers and containers that C made by their items.

use crate::{
    Obj, PyCFunction_Type, PyCFunctionObject, PyObject, PyUnicode_Type, arena, crossing, dict, fields, idle,
    iterators, refcount, seq, structseq, text, types,
};
use std::collections::HashMap;
use std::ffi::{c_int, c_void};
use std::hash::{BuildHasherDefault, Hasher};

/// What a block is to the host.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// An instance of an extension type; wrappers may hold it.
    Instance,
    /// The proxy of an object of the host.
    Object,
    /// A container that C made and that has not crossed.
    Between,
}

/// One block.
pub struct Node {
    /// The block.
    pub op: Obj,
    /// What it is.
    pub kind: Kind,
    /// Blocks that it refers to, by index, once for each reference.
    pub refers_to: Vec<u32>,
    /// References that other blocks explain.
    pub explained: isize,
}

impl Node {
    /// References that wrappers have.
    pub unsafe fn wrappers(&self) -> isize {
        // SAFETY: the block is alive.
        unsafe {
            if self.kind == Kind::Instance {
                arena::number(self.op) as isize
            } else {
                0
            }
        }
    }

    /// References that neither other blocks nor wrappers explain: C's own.
    pub unsafe fn roots(&self) -> isize {
        // SAFETY: as `wrappers`.
        unsafe { refcount::count(self.op) - self.explained - self.wrappers() }
    }
}

/// Addresses are their own hash, but for the low bits.
#[derive(Default)]
pub struct AddressHasher(u64);

impl Hasher for AddressHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.write_usize(byte.into());
        }
    }

    fn write_usize(&mut self, address: usize) {
        self.0 = (self.0 ^ address as u64)
            .wrapping_mul(0x9e37_79b9_7f4a_7c15)
            .rotate_left(32);
    }
}

/// Blocks and the references between them.
#[derive(Default)]
pub struct Graph {
    /// The blocks.
    pub nodes: Vec<Node>,
    index: HashMap<usize, u32, BuildHasherDefault<AddressHasher>>,
}

type Visit = unsafe extern "C" fn(*mut PyObject, *mut c_void) -> c_int;

unsafe extern "C" fn collect_child(child: *mut PyObject, list: *mut c_void) -> c_int {
    // SAFETY: `list` is the vector that `children` passes.
    unsafe { (*list.cast::<Vec<Obj>>()).push(child) };
    0
}

/// What a block refers to, once for each reference that it owns.
unsafe fn children(op: Obj, kind: Kind, list: &mut Vec<Obj>) {
    // SAFETY: an instance is complete once it is tracked; containers have the struct that their type says.
    unsafe {
        let ty = (*op).ob_type;
        let flags = crate::type_flags::of(ty);
        if kind == Kind::Instance {
            if arena::flags(op) & arena::TRACKED != 0
                && let Some(traverse) = (*ty).tp_traverse
            {
                let before = list.len();
                traverse(op, collect_child as Visit, std::ptr::from_mut(list).cast());
                // Not every type visits itself, and C may ask an instance for its type at any time: that is C's own reference.
                if let Some(at) = list[before..].iter().position(|&child| child == ty.cast()) {
                    list.swap_remove(before + at);
                }
            }
            return;
        }
        if types::is_type(op) {
            idle::references(op.cast(), list);
            return;
        }
        list.push(ty.cast());
        if flags & crate::Py_TPFLAGS_LIST_SUBCLASS != 0 {
            list.extend_from_slice(seq::list_slice(op));
        } else if flags & crate::Py_TPFLAGS_TUPLE_SUBCLASS != 0 {
            list.extend_from_slice(structseq::items(op));
        } else if flags & crate::Py_TPFLAGS_DICT_SUBCLASS != 0 {
            dict::children(op, list);
        } else if iterators::is_native(op) {
            list.extend(iterators::references(op));
        } else if ty == &raw mut PyCFunction_Type {
            let function = op.cast::<PyCFunctionObject>();
            if (*function).m_self != op {
                list.push((*function).m_self);
            }
            list.push((*function).m_module);
        } else {
            list.extend_from_slice(fields::references(op));
        }
    }
}

/// What a block is; None for what needs no node: plain values, types but for the host's classes, statics. A string is one, too, although it may remember
/// the handle of an attribute's name.
unsafe fn kind(op: Obj) -> Option<Kind> {
    // SAFETY: an object has a type.
    unsafe {
        if op.is_null()
            || refcount::count(op) <= 0
            || (*op).ob_type.is_null()
            || text::is_exactly(op, &raw mut PyUnicode_Type)
        {
            None
        } else if types::is_type(op) {
            idle::is_mortal(op).then_some(Kind::Object)
        } else if types::is_wrapped(op) {
            Some(Kind::Instance)
        } else if seq::is_host(op) {
            Some(Kind::Object)
        } else {
            (fields::may_refer((*op).ob_type) || iterators::is_native(op)).then_some(Kind::Between)
        }
    }
}

impl Graph {
    /// The block's index, made when it is new; None when it needs no node.
    unsafe fn add(&mut self, op: Obj) -> Option<u32> {
        // SAFETY: `op` is an object or NULL.
        unsafe {
            if let Some(&i) = self.index.get(&(op as usize)) {
                return Some(i);
            }
            let kind = kind(op)?;
            let i = self.nodes.len() as u32;
            self.index.insert(op as usize, i);
            self.nodes.push(Node {
                op,
                kind,
                refers_to: Vec::new(),
                explained: 0,
            });
            Some(i)
        }
    }

    /// All tracked instances, all containers of the host that C holds, these instances, and whatever those refer to.
    pub unsafe fn new(also: impl Iterator<Item = Obj>) -> Self {
        // SAFETY: the lock is held; blocks with the flag are live instances, the table has live proxies.
        unsafe {
            let mut graph = Graph::default();
            arena::for_each(arena::TRACKED, |op| {
                graph.add(op);
            });
            crossing::for_each_proxy(|op| {
                if fields::may_refer((*op).ob_type) {
                    graph.add(op);
                }
            });
            also.for_each(|op| {
                graph.add(op);
            });
            let (mut i, mut list) = (0, Vec::new());
            while let Some(node) = graph.nodes.get(i) {
                children(node.op, node.kind, &mut list);
                let targets: Vec<u32> = list.drain(..).filter_map(|child| graph.add(child)).collect();
                for &target in &targets {
                    graph.nodes[target as usize].explained += 1;
                }
                graph.nodes[i].refers_to = targets;
                i += 1;
            }
            graph
        }
    }

    /// The node of a block.
    pub fn find(&self, op: Obj) -> Option<u32> {
        self.index.get(&(op as usize)).copied()
    }

    /// Marks everything that can be reached from these nodes.
    pub fn reach(&self, mut work: Vec<u32>) -> Vec<bool> {
        let mut reached = vec![false; self.nodes.len()];
        while let Some(i) = work.pop() {
            if !std::mem::replace(&mut reached[i as usize], true) {
                work.extend(&self.nodes[i as usize].refers_to);
            }
        }
        reached
    }

    /// The nodes that fulfil a condition.
    pub fn select(&self, condition: impl Fn(u32, &Node) -> bool) -> Vec<u32> {
        (0..self.nodes.len() as u32)
            .filter(|&i| condition(i, &self.nodes[i as usize]))
            .collect()
    }
}

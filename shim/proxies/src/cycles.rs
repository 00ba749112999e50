//! Cycles among native instances, and what keeps pinned wrappers alive.
//!
//! The host calls both functions after a collection of its own. Counts tell everything: of the references that an
//! instance has, some are explained by other instances (`tp_traverse` names them), one by its wrapper; the rest are roots.
//!
//! * [`collect`] is CPython's trial deletion over tracked native instances: a cycle that nothing else refers to is cleared.
//! * [`survey`] answers for pinned wrappers: an instance without roots need not be pinned; its wrapper is kept alive by
//!   edges from the wrappers of the instances that refer to it, and then the host's collector decides.

use crate::{Obj, PyObject, PyTypeObject, arena, decref, incref, refcount, types};
use std::collections::HashMap;
use std::ffi::{c_int, c_void};

/// One tracked native instance.
struct Node {
    op: Obj,
    /// Instances that it refers to, by index.
    refers_to: Vec<u32>,
    /// References that other instances explain.
    explained: isize,
}

impl Node {
    /// References that neither other instances nor wrappers explain.
    unsafe fn roots(&self) -> isize {
        // SAFETY: the instance is alive; its wrappers are counted in the prefix.
        unsafe { refcount::count(self.op) - self.explained - arena::number(self.op) as isize }
    }
}

type Visit = unsafe extern "C" fn(*mut PyObject, *mut c_void) -> c_int;

unsafe extern "C" fn collect_child(child: *mut PyObject, list: *mut c_void) -> c_int {
    // SAFETY: `list` is the vector that `children` passes.
    unsafe { (*list.cast::<Vec<Obj>>()).push(child) };
    0
}

/// What `tp_traverse` of an instance names.
unsafe fn children(op: Obj) -> Vec<Obj> {
    let mut list: Vec<Obj> = Vec::new();
    // SAFETY: the instance is complete once it is tracked.
    unsafe {
        if let Some(traverse) = (*(*op).ob_type).tp_traverse {
            traverse(op, collect_child as Visit, (&raw mut list).cast());
        }
    }
    list
}

/// All tracked native instances and the references between them.
unsafe fn graph() -> Vec<Node> {
    // SAFETY: the lock is held; blocks of the arena with the flag are live instances.
    unsafe {
        let mut nodes: Vec<Node> = Vec::new();
        let mut index: HashMap<usize, u32> = HashMap::new();
        arena::for_each(arena::TRACKED, |op| {
            let ty: *mut PyTypeObject = (*op).ob_type;
            if refcount::count(op) > 0 && !ty.is_null() && types::is_wrapped(op) {
                index.insert(op as usize, nodes.len() as u32);
                nodes.push(Node {
                    op,
                    refers_to: Vec::new(),
                    explained: 0,
                });
            }
        });
        for i in 0..nodes.len() {
            let targets: Vec<u32> = children(nodes[i].op)
                .iter()
                .filter_map(|&child| index.get(&(child as usize)).copied())
                .collect();
            for &target in &targets {
                nodes[target as usize].explained += 1;
            }
            nodes[i].refers_to = targets;
        }
        nodes
    }
}

/// Marks everything that the instances in `work` refer to.
fn reach(nodes: &[Node], mut work: Vec<u32>) -> Vec<bool> {
    let mut reached = vec![false; nodes.len()];
    while let Some(i) = work.pop() {
        if !std::mem::replace(&mut reached[i as usize], true) {
            work.extend(&nodes[i as usize].refers_to);
        }
    }
    reached
}

/// Clears the cycles of tracked instances that only they themselves refer to. Returns how many instances were in them.
pub unsafe fn collect() -> usize {
    // SAFETY: the lock is held. Garbage is held by an extra reference until all of it is cleared.
    unsafe {
        let nodes = graph();
        let alive = |node: &Node| node.roots() + arena::number(node.op) as isize > 0;
        let roots = (0..nodes.len() as u32)
            .filter(|&i| alive(&nodes[i as usize]))
            .collect();
        let reached = reach(&nodes, roots);
        let garbage: Vec<&Node> = nodes
            .iter()
            .zip(&reached)
            .filter(|(_, r)| !**r)
            .map(|(n, _)| n)
            .collect();
        let before: Vec<isize> = garbage.iter().map(|node| refcount::count(node.op)).collect();
        garbage.iter().for_each(|node| incref(node.op));
        for node in &garbage {
            finalize(node.op);
        }
        // A finalizer may have brought one back to life; then all wait for another time.
        let revived = garbage
            .iter()
            .zip(&before)
            .any(|(node, &count)| refcount::count(node.op) > count + 1);
        for node in &garbage {
            if !revived && let Some(clear) = (*(*node.op).ob_type).tp_clear {
                clear(node.op);
            }
        }
        garbage.iter().for_each(|node| decref(node.op));
        if revived { 0 } else { garbage.len() }
    }
}

/// Runs `tp_finalize` once in an instance's life.
unsafe fn finalize(op: Obj) {
    // SAFETY: the instance is held by the caller.
    unsafe {
        if let Some(finalize) = (*(*op).ob_type).tp_finalize
            && arena::flags(op) & arena::FINALIZED == 0
        {
            arena::set_flags(op, arena::flags(op) | arena::FINALIZED);
            finalize(op);
        }
    }
}

/// An edge for the host: the wrapper of `holder` must keep the wrapper of `target` alive.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Edge {
    /// Address of the instance that refers.
    pub holder: i64,
    /// Handle of its type, in case it has no wrapper yet.
    pub holder_type: i64,
    /// Non-zero: C itself refers to the holder, so its wrapper has to be pinned.
    pub holder_is_rooted: i64,
    /// Address of the instance that is referred to.
    pub target: i64,
}

/// For the instances with pinned wrappers: which ones C itself still refers to (their addresses become negative), and the
/// edges that keep the others' wrappers alive, directly and through instances in between.
pub unsafe fn survey(pinned: &mut [i64]) -> Vec<Edge> {
    // SAFETY: the lock is held; the addresses are live instances with wrappers.
    unsafe {
        let nodes = graph();
        let mut holders: Vec<Vec<u32>> = vec![Vec::new(); nodes.len()];
        let mut index: HashMap<i64, u32> = HashMap::new();
        for (i, node) in nodes.iter().enumerate() {
            index.insert(node.op as i64, i as u32);
            for &target in &node.refers_to {
                holders[target as usize].push(i as u32);
            }
        }
        let mut work = Vec::new();
        for address in pinned {
            let rooted = match index.get(address) {
                Some(&i) if nodes[i as usize].roots() <= 0 => {
                    work.push(i);
                    false
                }
                Some(_) => true,
                // not tracked: nothing can be explained, only its count speaks
                None => refcount::count(*address as Obj) > arena::number(*address as Obj) as isize,
            };
            if rooted {
                *address = -*address;
            }
        }
        let mut edges = Vec::new();
        let mut done = vec![false; nodes.len()];
        while let Some(i) = work.pop() {
            if std::mem::replace(&mut done[i as usize], true) {
                continue;
            }
            for &h in &holders[i as usize] {
                let holder = &nodes[h as usize];
                let rooted = holder.roots() > 0;
                edges.push(Edge {
                    holder: holder.op as i64,
                    holder_type: types::handle((*holder.op).ob_type),
                    holder_is_rooted: i64::from(rooted),
                    target: nodes[i as usize].op as i64,
                });
                if !rooted {
                    work.push(h);
                }
            }
        }
        edges
    }
}

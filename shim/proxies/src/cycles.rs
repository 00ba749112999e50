//! Cycles across the border: what only native instances hold, and native cycles that nothing holds.
//!
//! The host calls these functions after a collection of its own. Counts tell everything: of the references that a block
//! has, some are explained by other blocks ([`crate::graph`]), an instance's wrapper has one; the rest are C's own, roots.
//!
//! * [`collect`] is CPython's trial deletion: a cycle that neither C nor a wrapper refers to is cleared.
//! * [`survey`] finds what is held by wrappers alone, through the instances behind them. The host stops holding it for us
//!   and ties it to those wrappers instead; then its own collector decides (docs/adr/0004 and 0006).
//! * [`finalize`] and [`clear`] are for instances whose wrappers the host has found to be dead.

use crate::graph::{Graph, Kind, Node};
use crate::{
    Obj, Py_TPFLAGS_HAVE_GC, PyModule_Type, arena, decref, incref, mirror, refcount, seq, state, type_flags,
    types,
};

/// Clears the cycles that neither C nor a wrapper refers to. Returns how many instances were in them.
pub unsafe fn collect() -> usize {
    // SAFETY: the lock is held. Garbage is held by an extra reference until all of it is cleared.
    unsafe {
        if !state::stop() {
            return 0; // another time
        }
        let graph = Graph::new(std::iter::empty());
        let held = graph.reach(graph.select(|_, node| node.roots() + node.wrappers() > 0));
        let garbage: Vec<&Node> = graph
            .select(|i, _| !held[i as usize])
            .into_iter()
            .map(|i| &graph.nodes[i as usize])
            .collect();
        let count = |node: &&Node| refcount::count(node.op);
        let before: Vec<isize> = garbage.iter().map(count).collect();
        garbage.iter().for_each(|node| incref(node.op));
        for node in instances(&garbage) {
            finalize(node.op);
        }
        // A finalizer may have brought one back to life; then all wait for another time.
        let revived = garbage
            .iter()
            .zip(&before)
            .any(|(node, &before)| count(node) > before + 1);
        if !revived {
            instances(&garbage).for_each(|node| clear(node.op));
            for node in garbage.iter().filter(|node| node.kind != Kind::Instance) {
                empty(node.op);
            }
        }
        garbage.iter().for_each(|node| decref(node.op));
        if revived { 0 } else { instances(&garbage).count() }
    }
}

fn instances<'a>(nodes: &'a [&Node]) -> impl Iterator<Item = &'a Node> {
    nodes.iter().copied().filter(|node| node.kind == Kind::Instance)
}

/// Runs `tp_finalize`, once in the life of an instance that the collector knows.
pub unsafe fn finalize(op: Obj) {
    // SAFETY: the instance is held by the caller.
    unsafe {
        let flags = arena::flags(op);
        if let Some(finalize) = (*(*op).ob_type).tp_finalize
            && flags & arena::TRACKED != 0
            && flags & arena::FINALIZED == 0
        {
            arena::set_flags(op, flags | arena::FINALIZED);
            crate::outside(|| finalize(op));
        }
    }
}

/// Calls `tp_finalize`, once for an instance of a type that is part of the collector.
pub unsafe fn call_finalizer(op: Obj) {
    // SAFETY: the instance is held by the caller.
    unsafe {
        let ty = (*op).ob_type;
        let Some(finalize) = (*ty).tp_finalize else {
            return;
        };
        if type_flags::of(ty) & Py_TPFLAGS_HAVE_GC != 0 {
            let flags = arena::flags(op);
            if flags & arena::FINALIZED != 0 {
                return;
            }
            arena::set_flags(op, flags | arena::FINALIZED);
        }
        crate::outside(|| finalize(op));
    }
}

/// The same from `tp_dealloc`: false when somebody has taken a new reference meanwhile.
pub unsafe fn finalize_from_dealloc(op: Obj) -> bool {
    // SAFETY: the count of the instance is zero, and nobody else knows of it.
    unsafe {
        refcount::set_count(op, 1);
        call_finalizer(op);
        refcount::drop_silently(op);
        refcount::count(op) == 0
    }
}

/// Runs `tp_clear` of an instance that the collector knows.
pub unsafe fn clear(op: Obj) {
    // SAFETY: the instance is held by the caller.
    unsafe {
        if arena::flags(op) & arena::TRACKED != 0
            && let Some(clear) = (*(*op).ob_type).tp_clear
        {
            crate::outside(|| clear(op));
        }
    }
}

/// Takes out what a native container, or the mirror of one that C does not see any more, refers to.
unsafe fn empty(op: Obj) {
    // SAFETY: nobody but other garbage refers to the block, which is held by the caller.
    unsafe {
        let flags = type_flags::of((*op).ob_type);
        if flags & crate::Py_TPFLAGS_LIST_SUBCLASS != 0 {
            mirror::untrack(op);
            mirror::forget(op);
            seq::resize(op, 0, 0);
        } else if flags & crate::Py_TPFLAGS_DICT_SUBCLASS != 0 {
            crate::dict::forget(op);
        }
    }
}

/// In [`survey`]'s list: the wrapper of the instance has state of its own. In its answer: C itself holds the instance.
pub const STATEFUL: i64 = 1;
/// In [`survey`]'s list: take the instance as held by C, since the host uses it all the time.
pub const BUSY: i64 = 2;

/// For the host: while `holder` is alive, so is `target`.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edge {
    /// 0: the wrapper of the instance at address `holder`. 1: the object with handle `holder`. 2: what is between them in
    /// native memory, by a number.
    pub holder_kind: i64,
    /// See `holder_kind`.
    pub holder: i64,
    /// As `holder_kind`.
    pub target_kind: i64,
    /// See `target_kind`.
    pub target: i64,
}

/// How the host knows a node.
unsafe fn identify(i: u32, node: &Node) -> (i64, i64) {
    // SAFETY: the block is alive.
    unsafe {
        match node.kind {
            Kind::Object if types::is_type(node.op) => (1, types::handle(node.op.cast())),
            Kind::Object => (1, arena::handle(node.op)),
            Kind::Instance if node.wrappers() > 0 => (0, node.op as i64),
            _ => (2, i64::from(i)),
        }
    }
}

/// What wrappers alone hold. `known` are addresses of instances with flags in the low bits, [`STATEFUL`] and [`BUSY`]; only
/// those that C itself holds, directly or through other blocks, have [`STATEFUL`] afterwards. The host need not hold the
/// targets of the edges itself any more. Mirrors among them are out of step from now on until the host sends them again.
pub unsafe fn survey(known: &mut [i64]) -> Vec<Edge> {
    const FLAGS: i64 = STATEFUL | BUSY;
    // SAFETY: the lock is held; the addresses are live instances.
    unsafe {
        mirror::leave();
        if !state::stop() {
            // Nothing is known for sure: all stay pinned.
            known
                .iter_mut()
                .for_each(|word| *word = *word & !FLAGS | STATEFUL);
            return Vec::new();
        }
        let graph = Graph::new(known.iter().map(|word| (word & !FLAGS) as Obj));
        let (mut stateful, mut busy) = (vec![false; graph.nodes.len()], vec![false; graph.nodes.len()]);
        let node_of = |word: i64| graph.find((word & !FLAGS) as Obj).map(|i| i as usize);
        for &mut word in &mut *known {
            if let Some(i) = node_of(word) {
                stateful[i] |= word & STATEFUL != 0;
                busy[i] |= word & BUSY != 0;
            }
        }
        // A module lives long, and its functions are called without a look at what it refers to.
        let is_module = |node: &Node| (*node.op).ob_type == &raw mut PyModule_Type;
        let by_c = graph.reach(graph.select(|i, node| {
            busy[i as usize] || node.roots() > 0 || is_module(node) && node.wrappers() > 0
        }));
        for word in known {
            let held = node_of(*word)
                .is_some_and(|i| by_c[i] && (!is_module(&graph.nodes[i]) || graph.nodes[i].roots() > 0));
            *word = *word & !FLAGS | if held { STATEFUL } else { 0 };
        }
        let by_wrappers = graph.reach(graph.select(|i, node| !by_c[i as usize] && node.wrappers() > 0));
        let free = |i: u32| by_wrappers[i as usize] && !by_c[i as usize];
        // What is of interest: objects, wrappers with state, and all that leads to them.
        let mut holders: Vec<Vec<u32>> = vec![Vec::new(); graph.nodes.len()];
        for i in graph.select(|i, _| free(i)) {
            for &target in &graph.nodes[i as usize].refers_to {
                holders[target as usize].push(i);
            }
        }
        let mut work = graph.select(|i, node| free(i) && (node.kind == Kind::Object || stateful[i as usize]));
        let mut matters = vec![false; graph.nodes.len()];
        while let Some(i) = work.pop() {
            if !std::mem::replace(&mut matters[i as usize], true) {
                work.extend(&holders[i as usize]);
            }
        }
        let mut edges = Vec::new();
        for i in graph.select(|i, _| matters[i as usize]) {
            let node = &graph.nodes[i as usize];
            if node.kind == Kind::Object {
                mirror::forget(node.op);
            }
            let (holder_kind, holder) = identify(i, node);
            let mut targets = node.refers_to.clone();
            targets.sort_unstable();
            targets.dedup();
            for target in targets.into_iter().filter(|&target| matters[target as usize]) {
                let (target_kind, target) = identify(target, &graph.nodes[target as usize]);
                edges.push(Edge {
                    holder_kind,
                    holder,
                    target_kind,
                    target,
                });
            }
        }
        edges
    }
}

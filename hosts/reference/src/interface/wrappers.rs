//! Wrappers of native instances: which object stands for which instance, and what keeps a wrapper with state alive while C
//! holds the instance (docs/adr/0004).

use super::{handles, shim};
use crate::heap::{Obj, Payload, Ref, Still, Thread, heap};
use crate::types::Builtin;
use parking_lot::Mutex;
use std::collections::{HashMap, HashSet};

struct Entry {
    wrapper: Ref,
    pinned: bool,
}

/// Wrappers by the address of their instances.
pub(super) struct Wrappers {
    by_address: HashMap<usize, Entry>,
    /// Addresses of instances whose wrappers others keep alive, by the last survey.
    edged: HashSet<usize>,
    /// Addresses of instances whose wrappers keep others alive.
    holders: HashSet<usize>,
}

pub(super) static WRAPPERS: Mutex<Option<Wrappers>> = Mutex::new(None);

fn with<R>(f: impl FnOnce(&mut Wrappers) -> R) -> R {
    let mut guard = WRAPPERS.lock();
    f(guard.get_or_insert_with(|| Wrappers {
        by_address: HashMap::new(),
        edged: HashSet::new(),
        holders: HashSet::new(),
    }))
}

pub(super) fn trace(visit: &mut dyn FnMut(&mut Ref)) {
    with(|w| {
        for entry in w.by_address.values_mut().filter(|entry| entry.pinned) {
            visit(&mut entry.wrapper);
        }
    });
}

pub(super) fn sweep(moved: &dyn Fn(&Ref) -> Option<Ref>) {
    with(|w| {
        w.by_address.retain(|_, entry| {
            if entry.pinned {
                return true; // moved with the roots
            }
            match moved(&entry.wrapper) {
                Some(wrapper) => {
                    entry.wrapper = wrapper;
                    true
                }
                None => false,
            }
        });
    });
}

/// Live wrappers, for tests.
pub fn live() -> usize {
    with(|w| w.by_address.len())
}

pub(super) fn find(t: &mut Thread, address: usize) -> Option<Obj> {
    t.with_still(|still: &Still| with(|w| w.by_address.get(&address).map(|e| still.hold(&e.wrapper))))
}

/// Makes `wrapper` the wrapper of the instance at `address`; the one that is there already when another thread was faster.
pub(super) fn tie(t: &mut Thread, wrapper: &Obj, address: usize) -> Obj {
    t.outside(|| {
        // SAFETY: the shim named the instance, which is alive.
        unsafe { (shim().incref)(address as *mut u8) }
    });
    t.write(wrapper, |object, _| {
        object.native = address;
        object.is_wrapper = true;
    });
    t.with_still(|still| {
        with(|w| {
            let entry = w.by_address.entry(address).or_insert_with(|| Entry {
                wrapper: still.get(wrapper),
                pinned: false,
            });
            still.hold(&entry.wrapper)
        })
    })
}

/// The wrapper of an instance, made when there is none.
pub(super) fn instance(t: &mut Thread, address: usize, class: i64) -> Obj {
    if let Some(wrapper) = find(t, address) {
        return wrapper;
    }
    let class = handles::object(t, class);
    let wrapper = empty(t, &class);
    tie(t, &wrapper, address)
}

/// An instance of a class without calling anything: the builtin's part is empty.
pub(super) fn empty(t: &mut Thread, class: &Obj) -> Obj {
    let shape = t.traits(class).shape;
    let nothing = t.tuple(&[]);
    t.alloc_of(class, |still| match shape {
        Builtin::List => Payload::List(Vec::new()),
        Builtin::Tuple => Payload::Tuple(Vec::new()),
        Builtin::Dict | Builtin::OrderedDict => Payload::Dict(Box::default()),
        Builtin::Set | Builtin::FrozenSet => Payload::Set(Box::default()),
        Builtin::Int => Payload::Int(num_bigint::BigInt::ZERO),
        Builtin::Float => Payload::Float(0.0),
        Builtin::Complex => Payload::Complex(0.0, 0.0),
        Builtin::Str => Payload::Str(crate::heap::Text::default()),
        Builtin::Bytes => Payload::Bytes(Vec::new()),
        Builtin::ByteArray => Payload::ByteArray(crate::heap::ByteArray::default()),
        Builtin::Module => Payload::Module,
        shape if shape.is_exception() => Payload::Exception(Box::new(
            crate::types::exception::Exception::new(still.get(&nothing)),
        )),
        _ => Payload::Plain,
    })
}

/// Keeps a wrapper alive that has state of its own, as long as native code holds the instance.
pub(super) fn pin_if_stateful(t: &mut Thread, wrapper: &Obj, address: usize) {
    let class = t.class_of(wrapper);
    if t.traits(&class).has_dict {
        pin(address);
    }
}

/// The same for any wrapper.
pub(super) fn pin(address: usize) {
    with(|w| {
        if let Some(entry) = w.by_address.get_mut(&address) {
            entry.pinned = true;
        }
    });
}

/// An edge of a survey: the wrapper of the holder must keep the wrapper of the target alive.
struct Edge {
    holder: usize,
    class: i64,
    rooted: bool,
    target: usize,
}

/// Lets go of the pinned wrappers whose instances only other instances hold, and lets these keep them alive instead.
pub(super) fn settle(t: &mut Thread) {
    // All wrappers in question are held until the edges are in place.
    let asked: Vec<(usize, Obj)> = t.with_still(|still| {
        with(|w| {
            let Wrappers {
                by_address, edged, ..
            } = w;
            let in_question = |(address, entry): &(&usize, &Entry)| entry.pinned || edged.contains(address);
            by_address
                .iter()
                .filter(in_question)
                .map(|(&address, entry)| (address, still.hold(&entry.wrapper)))
                .collect()
        })
    });
    if asked.is_empty() {
        return;
    }
    let mut addresses: Vec<i64> = asked.iter().map(|(address, _)| *address as i64).collect();
    let (edges, n) = (&mut Vec::new(), addresses.len() as i64);
    let start = addresses.as_mut_ptr();
    t.outside(|| {
        let mut count = 0;
        // SAFETY: `n` addresses of live instances; the answer is valid until the next survey.
        unsafe {
            let rows = (shim().survey)(n, start, &raw mut count);
            for i in 0..count as usize {
                let row = std::slice::from_raw_parts(rows.add(4 * i), 4);
                edges.push(Edge {
                    holder: row[0] as usize,
                    class: row[1],
                    rooted: row[2] != 0,
                    target: row[3] as usize,
                });
            }
        }
    });
    let classes: HashMap<usize, i64> = edges.iter().map(|edge| (edge.holder, edge.class)).collect();
    // The wrapper of an instance, made when it never had one.
    let surviving = |t: &mut Thread, address: usize| {
        find(t, address).or_else(|| classes.get(&address).map(|&class| instance(t, address, class)))
    };
    let mut keeps: HashMap<usize, (Obj, Vec<Obj>)> = HashMap::new();
    let mut roots: Vec<usize> = Vec::new();
    for edge in edges.iter() {
        let (Some(holder), Some(target)) = (surviving(t, edge.holder), surviving(t, edge.target)) else {
            continue;
        };
        if edge.rooted {
            roots.push(edge.holder);
        }
        keeps
            .entry(edge.holder)
            .or_insert_with(|| (holder, Vec::new()))
            .1
            .push(target);
    }
    for (wrapper, kept) in keeps.values() {
        t.write(wrapper, |object, still| object.edges = still.get_all(kept));
    }
    let before = with(|w| std::mem::replace(&mut w.holders, keeps.keys().copied().collect()));
    for address in before.into_iter().filter(|address| !keeps.contains_key(address)) {
        if let Some(wrapper) = find(t, address) {
            t.write(&wrapper, |object, _| object.edges.clear());
        }
    }
    with(|w| {
        w.edged = edges.iter().map(|edge| edge.target).collect();
        for answer in addresses {
            if let Some(entry) = w.by_address.get_mut(&(answer.unsigned_abs() as usize)) {
                entry.pinned = answer < 0;
            }
        }
        for address in roots {
            if let Some(entry) = w.by_address.get_mut(&address) {
                entry.pinned = true;
            }
        }
    });
    drop(asked);
}

/// Is it time to look again what keeps pinned wrappers alive? After a collection, or in stress mode after many.
pub(super) fn is_due() -> bool {
    use std::sync::atomic::{AtomicU64, Ordering};
    static LAST: AtomicU64 = AtomicU64::new(0);
    let heap = heap();
    let (now, last) = (heap.collections(), LAST.load(Ordering::Relaxed));
    let period = if heap.is_stressed() { 4096 } else { 1 };
    now >= last + period
        && LAST
            .compare_exchange(last, now, Ordering::Relaxed, Ordering::Relaxed)
            .is_ok()
}

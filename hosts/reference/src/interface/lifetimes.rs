//! What lives and dies with native instances (docs/adr/0004 and 0006).
//!
//! A wrapper with state is *pinned* while C holds its instance. After a collection the shim says (`survey`) which objects and
//! wrappers native code holds only through instances that wrappers hold. [`settle`] makes those wrappers keep them alive,
//! by edges between objects, and *demotes* their handles: the collector does not take them as roots any more.
//!
//! None of it dies unseen. The collector marks in two steps: what is reachable otherwise, and then what is demoted. A wrapper
//! that the second step alone has reached is *lost*: its instance is finalized, and at the next survey its wrapper is not
//! protected any more, but what it refers to is. Then it dies, or what it refers to refers to it: it is cleared.

use super::wrappers::{self, Entry};
use super::{cells, handles, shim};
use crate::heap::{Obj, Payload, Ref, Thread, heap};
use crate::types::Builtin;
use parking_lot::Mutex;
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// Added to an address for `survey`, and the answer.
const STATEFUL: i64 = 1;

/// What an edge connects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Node {
    /// The wrapper of the instance at an address
    Wrapper(usize),
    /// The object with a handle
    Object(i64),
    /// Something in between, by a number
    Between(i64),
}

impl Node {
    fn read(kind: i64, name: i64) -> Self {
        match kind {
            0 => Node::Wrapper(name as usize),
            1 => Node::Object(name),
            _ => Node::Between(name),
        }
    }
}

/// What a collection has found of a wrapper that only demoted things reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Found {
    Lost,
    Stuck,
}

/// Wrappers, and who keeps whom alive.
#[derive(Default)]
pub(super) struct Lives {
    pub(super) by_address: HashMap<usize, Entry>,
    /// Instances whose wrappers have state and that C itself does not hold, by the last survey.
    loose: HashSet<usize>,
    /// The edges of the last survey.
    graph: HashMap<Node, Vec<Node>>,
    /// The objects that stand for what is in between.
    between: HashMap<i64, Ref>,
    /// Holders among the wrappers: true while the second step reaches the wrapper itself, and not only its targets.
    protected: HashMap<usize, bool>,
    found: Vec<(usize, Found)>,
    /// Found dead; not protected by the next survey, nor by another one before the collection after it.
    dying: HashSet<usize>,
    /// Has there been a survey since they were found?
    surveyed: bool,
}

pub(super) static LIVES: LazyLock<Mutex<Lives>> = LazyLock::new(Mutex::default);

/// Live wrappers, for tests.
pub fn live() -> usize {
    LIVES.lock().by_address.len()
}

// --- for the collector -----------------------------------------------------------------------------------------------

/// The first step: what is held for good.
pub(super) fn trace(visit: &mut dyn FnMut(&mut Ref)) {
    for entry in LIVES.lock().by_address.values_mut().filter(|entry| entry.pinned) {
        visit(&mut entry.wrapper);
    }
}

/// The second step: what must not die unseen.
pub(super) fn trace_demoted(visit: &mut dyn FnMut(&mut Ref)) {
    let lives = &mut *LIVES.lock();
    lives.between.values_mut().for_each(&mut *visit);
    for (address, _) in lives.protected.iter().filter(|(_, protected)| **protected) {
        if let Some(entry) = lives.by_address.get(address) {
            // The entry goes on naming the old place: `sweep` says where the wrapper is, if it is anywhere.
            visit(&mut entry.wrapper.alias());
        }
    }
}

/// Afterwards: forgets the dead, and notes what only the second step has reached.
pub(super) fn sweep(moved: &dyn Fn(&Ref) -> Option<Ref>, is_late: &dyn Fn(&Ref) -> bool) {
    let lives = &mut *LIVES.lock();
    if std::mem::take(&mut lives.surveyed) {
        lives.dying.clear();
    }
    lives.by_address.retain(|_, entry| {
        if entry.pinned {
            return true; // moved with the roots
        }
        let place = moved(&entry.wrapper);
        place.map(|wrapper| entry.wrapper = wrapper).is_some()
    });
    for (&address, &protected) in &lives.protected {
        if let Some(entry) = lives.by_address.get(&address)
            && is_late(&entry.wrapper)
        {
            lives
                .found
                .push((address, if protected { Found::Lost } else { Found::Stuck }));
        }
    }
    for (address, _) in &lives.found {
        lives.protected.remove(address);
    }
    lives
        .protected
        .retain(|address, _| lives.by_address.contains_key(address));
}

// --- waking ------------------------------------------------------------------------------------------------------------

/// Native code is about to see this wrapper's instance: what it refers to is held for good again.
pub(super) fn wake_wrapper(t: &mut Thread, address: usize) {
    if LIVES.lock().graph.contains_key(&Node::Wrapper(address)) {
        wake(t, Node::Wrapper(address));
    }
}

/// Native code is about to see the object with this handle, which was demoted.
pub(super) fn wake_object(t: &mut Thread, wire: i64) {
    wake(t, Node::Object(wire));
}

fn wake(t: &mut Thread, node: Node) {
    let mut awake = Vec::new();
    {
        let lives = &mut *LIVES.lock();
        let mut work = vec![node];
        while let Some(node) = work.pop() {
            match node {
                Node::Wrapper(address) => {
                    lives.protected.remove(&address);
                    lives.dying.remove(&address);
                    if lives.loose.remove(&address)
                        && let Some(entry) = lives.by_address.get_mut(&address)
                    {
                        entry.pinned = true;
                    }
                }
                Node::Object(wire) => awake.push(wire),
                Node::Between(_) => {}
            }
            work.extend(lives.graph.remove(&node).unwrap_or_default());
        }
    }
    for wire in awake {
        // A list that nobody has kept in step for a while is sent again.
        if let Some(object) = handles::promote(t, wire)
            && t.is_instance(&object, Builtin::List)
        {
            cells::send_again(t, &object);
        }
    }
}

// --- housekeeping ------------------------------------------------------------------------------------------------------

/// Looks at what the last collection has found. True when something has died.
pub(super) fn look(t: &mut Thread) -> bool {
    let found = std::mem::take(&mut LIVES.lock().found);
    if found.is_empty() {
        return false;
    }
    // All of it is there while C is asked to take it apart.
    let held: Vec<Option<Obj>> = found
        .iter()
        .map(|(address, _)| wrappers::find(t, *address))
        .collect();
    for (address, _) in &found {
        wake(t, Node::Wrapper(*address));
    }
    LIVES
        .lock()
        .dying
        .extend(found.iter().map(|(address, _)| *address));
    let of = |kind| {
        let matching = found.iter().filter(|(_, found)| *found == kind);
        matching.map(|(address, _)| *address as i64).collect::<Vec<i64>>()
    };
    let (lost, stuck) = (of(Found::Lost), of(Found::Stuck));
    t.outside(|| {
        // SAFETY: the wrappers are held, so the instances are alive.
        unsafe {
            (shim().finalize)(lost.len() as i64, lost.as_ptr());
            (shim().clear)(stuck.len() as i64, stuck.as_ptr());
        }
    });
    drop(held);
    true
}

/// Ties to wrappers what native code holds through their instances alone.
pub(super) fn settle(t: &mut Thread) {
    // Wrappers must not die meanwhile.
    let asked: Vec<(usize, Obj)> = t.with_still(|still| {
        let lives = LIVES.lock();
        let with_state = |(address, entry): &(&usize, &Entry)| entry.pinned || lives.loose.contains(address);
        let entries = lives.by_address.iter().filter(with_state);
        entries
            .map(|(&address, entry)| (address, still.hold(&entry.wrapper)))
            .collect()
    });
    let mut known: Vec<i64> = asked
        .iter()
        .map(|(address, _)| *address as i64 + STATEFUL)
        .collect();
    let (n, start) = (known.len() as i64, known.as_mut_ptr());
    let rows = t.outside(|| {
        let mut count = 0;
        // SAFETY: `n` live instances; the answer is valid until the next survey.
        unsafe {
            let rows = (shim().survey)(n, start, &raw mut count);
            if count == 0 {
                return Vec::new();
            }
            std::slice::from_raw_parts(rows, 4 * count as usize).to_vec()
        }
    });
    forget(t);
    let mut graph: HashMap<Node, Vec<Node>> = HashMap::new();
    for row in rows.chunks_exact(4) {
        let target = Node::read(row[2], row[3]);
        graph.entry(Node::read(row[0], row[1])).or_default().push(target);
    }
    let nodes: HashSet<Node> = graph
        .iter()
        .flat_map(|(&holder, targets)| targets.iter().copied().chain([holder]))
        .collect();
    let mut objects: HashMap<Node, Obj> = HashMap::new();
    for &node in &nodes {
        let object = match node {
            Node::Wrapper(address) => wrappers::find(t, address),
            Node::Object(wire) => handles::current(t, wire),
            Node::Between(_) => Some(t.alloc(Builtin::Absent, |_| Payload::Plain)),
        };
        if let Some(object) = object {
            objects.insert(node, object);
        }
    }
    for (holder, targets) in &graph {
        let kept: Vec<Obj> = targets
            .iter()
            .filter_map(|node| objects.get(node).cloned())
            .collect();
        if let Some(holder) = objects.get(holder) {
            t.write(holder, |object, still| object.edges = still.get_all(&kept));
        }
    }
    t.with_still(|still| {
        let lives = &mut *LIVES.lock();
        for (&node, object) in &objects {
            match node {
                Node::Wrapper(address) if graph.contains_key(&node) => {
                    lives.protected.insert(address, !lives.dying.contains(&address));
                }
                Node::Wrapper(_) => {}
                Node::Object(wire) => handles::demote(wire),
                Node::Between(number) => {
                    lives.between.insert(number, still.get(object));
                }
            }
        }
        for answer in known {
            let address = (answer & !3) as usize;
            let rooted = answer & STATEFUL != 0;
            if let Some(entry) = lives.by_address.get_mut(&address) {
                entry.pinned = rooted;
            }
            if !rooted {
                lives.loose.insert(address);
            }
        }
        lives.graph = graph;
        lives.surveyed = true;
    });
    drop(asked);
}

/// Takes back what the last survey said.
fn forget(t: &mut Thread) {
    let holders: Vec<Node> = {
        let lives = &mut *LIVES.lock();
        lives.protected.clear();
        lives.between.clear();
        lives.loose.clear();
        std::mem::take(&mut lives.graph).into_keys().collect()
    };
    for holder in holders {
        let object = match holder {
            Node::Wrapper(address) => wrappers::find(t, address),
            Node::Object(wire) => handles::current(t, wire),
            Node::Between(_) => None,
        };
        if let Some(object) = object {
            t.write(&object, |object, _| object.edges.clear());
        }
    }
    handles::promote_all();
}

/// Is it time to ask again? After a collection, or in stress mode after many.
pub(super) fn is_due() -> bool {
    static LAST: AtomicU64 = AtomicU64::new(0);
    let heap = heap();
    let (now, last) = (heap.collections(), LAST.load(Ordering::Relaxed));
    let period = if heap.is_stressed() { 4096 } else { 1 };
    now >= last + period
        && LAST
            .compare_exchange(last, now, Ordering::Relaxed, Ordering::Relaxed)
            .is_ok()
}

//! The host's end of a handle: which object it names. For hosts written in Rust.
//!
//! While a handle is open the same object always gets the same one. The host counts how often it has sent a handle; a
//! release says how often the shim has received it, and frees the handle only when the two agree (ADR 1): else it is still on
//! its way. A freed index comes back with the next generation.
//!
//! Three strengths: a handle keeps its object alive; a [`Weak`] one does not, and asks ([`Exports::upgrade`]); an
//! immortal one is never freed, lies apart, and costs no count.

use crate::Handle;
use crate::identity::{Identity, IdentityMap, Map, new_map};
use crate::sync::{Mutex, or_mutant};

#[cfg(not(loom))]
const SHARDS: usize = 64;
#[cfg(loom)]
const SHARDS: usize = 2;

/// What the map keeps for an object: its handle while it has one.
#[derive(Default)]
pub struct Entry {
    handle: Option<Handle>,
    sent: i64,
}

struct Row<O> {
    generation: u32,
    object: Option<(Identity, O)>,
}

struct Shard<O> {
    rows: Vec<Row<O>>,
    free: Vec<usize>,
}

/// A handle that is about to be sent. It has been counted: whoever gets one must send it.
#[must_use]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sent {
    /// The handle.
    pub handle: Handle,
    /// The shim does not know the object yet.
    pub first: bool,
}

/// Names an object without keeping it alive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weak(Handle);

/// The objects that have handles. `O` is how the host refers to an object from its own memory, a root of its collector.
/// A host that has room for an [`Entry`] in its objects may bring a map of its own.
pub struct Exports<O, M = Map<Entry>> {
    entries: M,
    shards: [Mutex<Shard<O>>; SHARDS],
    immortals: Mutex<Vec<O>>,
}

impl<O: Clone> Default for Exports<O> {
    fn default() -> Self {
        Self::new(new_map())
    }
}

impl<O: Clone, M: IdentityMap<Entry>> Exports<O, M> {
    /// No object has a handle; `entries` is empty.
    #[must_use]
    pub fn new(entries: M) -> Self {
        Exports {
            entries,
            shards: std::array::from_fn(|_| {
                Mutex::new(Shard {
                    // Index 0 is no handle.
                    rows: vec![Row {
                        generation: 0,
                        object: None,
                    }],
                    free: Vec::new(),
                })
            }),
            immortals: Mutex::new(Vec::new()),
        }
    }

    /// The handle of an object, counted as sent.
    pub fn send(&self, identity: Identity, object: &O) -> Sent {
        self.entries.visit(identity, |entry| match entry.handle {
            Some(handle) => {
                or_mutant!(entry.sent += 1, SendWithoutCounting => ());
                Sent { handle, first: false }
            }
            None => {
                let handle = self.place(identity, object.clone());
                *entry = Entry {
                    handle: Some(handle),
                    sent: 1,
                };
                Sent { handle, first: true }
            }
        })
    }

    /// Puts an object into a row that is free.
    fn place(&self, identity: Identity, object: O) -> Handle {
        let number = identity as usize % SHARDS;
        let mut shard = self.shards[number].lock();
        let at = shard.free.pop().unwrap_or_else(|| {
            shard.rows.push(Row {
                generation: 0,
                object: None,
            });
            shard.rows.len() - 1
        });
        let row = &mut shard.rows[at];
        row.object = Some((identity, object));
        Handle {
            index: (at * SHARDS + number) as u32,
            generation: row.generation,
        }
    }

    /// Runs `f` on the row of a handle, unless the handle is closed.
    fn row<R>(&self, handle: Handle, f: impl FnOnce(&mut Shard<O>, usize) -> R) -> Option<R> {
        let index = handle.index as usize;
        let mut shard = self.shards[index % SHARDS].lock();
        let at = index / SHARDS;
        let open = shard.rows.get(at).is_some_and(|row| {
            or_mutant!(row.generation == handle.generation, ResolveAnyGeneration => true)
                && row.object.is_some()
        });
        open.then(|| f(&mut shard, at))
    }

    /// The object behind a handle; None when the handle is closed.
    #[must_use]
    pub fn resolve(&self, handle: Handle) -> Option<O> {
        if let Some(number) = handle.immortal() {
            return self.immortals.lock().get(number).cloned();
        }
        self.row(handle, |shard, at| {
            shard.rows[at].object.as_ref().map(|object| object.1.clone())
        })?
    }

    /// The shim has no use for the handle, having received it so often. True when that ended it.
    pub fn release(&self, handle: Handle, received: i64) -> bool {
        let mut ended = false;
        self.revisit(handle, |entry| {
            if entry.handle != Some(handle)
                || or_mutant!(entry.sent != received, ReleaseWithoutCounting => false)
            {
                return true;
            }
            self.row(handle, |shard, at| {
                let row = &mut shard.rows[at];
                row.object = None;
                row.generation += 1;
                // A row whose generations are used up stays empty.
                if row.generation < u32::MAX {
                    shard.free.push(at);
                }
            });
            ended = true;
            false
        });
        ended
    }

    /// Visits the entry of the object behind a handle. Between the look at the row and the visit the handle may be closed
    /// and the object have another.
    fn revisit(&self, handle: Handle, stays: impl FnOnce(&mut Entry) -> bool) {
        let identity = self.row(handle, |shard, at| {
            shard.rows[at].object.as_ref().map(|object| object.0)
        });
        if let Some(identity) = identity.flatten() {
            self.entries.revisit(identity, stays);
        }
    }

    /// A name for the object of an open handle that does not keep it alive.
    #[must_use]
    pub fn weaken(&self, handle: Handle) -> Weak {
        Weak(handle)
    }

    /// The handle again, counted as sent, when its object still has it.
    #[must_use]
    pub fn upgrade(&self, weak: Weak) -> Option<Sent> {
        let mut upgraded = None;
        self.revisit(weak.0, |entry| {
            if entry.handle == Some(weak.0) {
                or_mutant!(entry.sent += 1, UpgradeWithoutCounting => ());
                upgraded = Some(Sent {
                    handle: weak.0,
                    first: false,
                });
            }
            true
        });
        upgraded
    }

    /// A handle for good. The caller remembers it: an immortal object has no entry in the map.
    pub fn immortal(&self, object: O) -> Handle {
        let mut immortals = self.immortals.lock();
        immortals.push(object);
        Handle {
            index: (immortals.len() - 1) as u32 | Handle::IMMORTAL,
            generation: 0,
        }
    }

    /// Shows a stopped world's collector every root: objects with handles, then immortal ones.
    pub fn for_each_root(&self, mut visit: impl FnMut(&mut O)) {
        for shard in &self.shards {
            let mut shard = shard.lock();
            shard
                .rows
                .iter_mut()
                .filter_map(|row| row.object.as_mut())
                .for_each(|object| visit(&mut object.1));
        }
        self.immortals.lock().iter_mut().for_each(visit);
    }

    /// Number of open handles, immortal ones left out.
    #[must_use]
    pub fn live(&self) -> usize {
        let open = |shard: &Mutex<Shard<O>>| {
            let shard = shard.lock();
            shard.rows.iter().filter(|row| row.object.is_some()).count()
        };
        self.shards.iter().map(open).sum()
    }
}

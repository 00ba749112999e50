//! Wrappers of native instances: what a host shows of an extension's object. For hosts written in Rust.
//!
//! An instance has one wrapper at a time, known by its address. Normally the table knows it weakly, the program keeps it
//! alive, and its death gives one native reference back. Two things make that a protocol:
//!
//! * The news of a **death** may come when the instance has been shown again and has another wrapper. Each wrapper is a
//!   numbered life, and only the death of the present one empties the entry.
//! * A wrapper with state of its own is **pinned**, known strongly, while native code refers to the instance. A scan unpins
//!   it when the native count says that nobody else does. Between the moment a host passes an instance and the
//!   moment native code has counted its reference, the count says nothing yet: an entry that is being passed is left alone.

use crate::identity::{Identity, IdentityMap, Map, new_map};
use crate::sync::or_mutant;

/// A wrapper of one instance: the first, the second ...
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Life {
    address: usize,
    number: u64,
}

enum Known<W: Weaken> {
    No,
    Weakly(W::Weak, u64),
    Strongly(W, u64),
}

/// A reference to a wrapper that can be made weak.
pub trait Weaken: Clone {
    /// A reference that does not keep the wrapper alive.
    type Weak;
    /// A weak reference to the same wrapper.
    fn weaken(&self) -> Self::Weak;
    /// The wrapper, unless it has died.
    fn upgrade(weak: &Self::Weak) -> Option<Self>;
}

struct Entry<W: Weaken> {
    known: Known<W>,
    /// How many calls are passing the instance to native code.
    passing: usize,
}

impl<W: Weaken> Default for Entry<W> {
    fn default() -> Self {
        Entry {
            known: Known::No,
            passing: 0,
        }
    }
}

impl<W: Weaken> Entry<W> {
    fn stays(&self) -> bool {
        self.passing > 0 || !matches!(self.known, Known::No)
    }

    fn wrapper(&self) -> Option<W> {
        match &self.known {
            Known::No => None,
            Known::Weakly(weak, _) => W::upgrade(weak),
            Known::Strongly(wrapper, _) => Some(wrapper.clone()),
        }
    }
}

/// The wrappers by the address of their instances.
pub struct Wrappers<W: Weaken> {
    entries: Map<Entry<W>>,
    lives: crate::sync::AtomicUsize,
}

impl<W: Weaken> Default for Wrappers<W> {
    fn default() -> Self {
        Self::new()
    }
}

impl<W: Weaken> Wrappers<W> {
    /// No instance has a wrapper.
    #[must_use]
    pub fn new() -> Self {
        Wrappers {
            entries: new_map(),
            lives: crate::sync::AtomicUsize::new(1),
        }
    }

    /// The wrapper of the instance at `address`. When there is none, `make` makes one for this life; it takes one native
    /// reference, which whoever hears of the life's death gives back.
    pub fn expose(&self, address: usize, make: impl FnOnce(Life) -> W) -> W {
        self.entries.visit(address as Identity, |entry| {
            entry.wrapper().unwrap_or_else(|| {
                let number = self.lives.fetch_add(1, crate::sync::Ordering::Relaxed) as u64;
                let wrapper = make(Life { address, number });
                entry.known = Known::Weakly(wrapper.weaken(), number);
                wrapper
            })
        })
    }

    /// A wrapper has died. The caller then gives back the native reference of that life.
    pub fn died(&self, life: Life) {
        self.entries.revisit(life.address as Identity, |entry| {
            if let Known::Weakly(_, number) = entry.known
                && or_mutant!(number == life.number, DeathOfAnother => true)
            {
                entry.known = Known::No;
            }
            entry.stays()
        });
    }

    /// Passes a wrapper that has state to native code: it stays known strongly. To be followed by [`Self::passed`].
    pub fn pass(&self, address: usize, wrapper: &W) {
        self.entries.visit(address as Identity, |entry| {
            or_mutant!(entry.passing += 1, PassUnseen => ());
            if let Known::Weakly(_, number) = entry.known {
                entry.known = Known::Strongly(wrapper.clone(), number);
            }
        });
    }

    /// The call that passed it has ended: what native code kept, it has counted.
    pub fn passed(&self, address: usize) {
        self.entries.revisit(address as Identity, |entry| {
            or_mutant!(entry.passing -= 1, PassUnseen => ());
            entry.stays()
        });
    }

    /// Unpins a wrapper unless `held` says that native code refers to the instance. The scan calls this for each address.
    /// What it returns dies, if at all, when the caller drops it, outside the entry.
    #[must_use = "the wrapper may die when this is dropped"]
    pub fn unpin(&self, address: usize, held: impl FnOnce() -> bool) -> Option<W> {
        self.entries.visit(address as Identity, |entry| {
            if entry.passing > 0 || held() {
                return None;
            }
            let Known::Strongly(wrapper, number) = &entry.known else {
                return None;
            };
            let (wrapper, number) = (wrapper.clone(), *number);
            entry.known = Known::Weakly(wrapper.weaken(), number);
            Some(wrapper)
        })
    }
}

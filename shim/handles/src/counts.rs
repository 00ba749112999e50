//! Reference counts of free-threaded flavours, biased to one thread.
//!
//! An object has an owner, a local count that only the owner changes, and a shared count, an atomic, for all others.
//! Compiled code does all that stays above zero by itself; the rest comes here:
//!
//! * The owner's local count is zero: the two are **merged**. The object has no owner any more, and the shared count is
//!   the whole truth.
//! * Another thread gives back more than was ever added to the shared count: what it gives back the owner has counted. The
//!   object is **queued** to the owner, who merges it when it comes by ([`crate::merging`]). The queue keeps the reference.
//! * A merged count is zero: the object is dead. That is final; nobody takes a reference from zero.

use crate::sync::{AtomicIsize, AtomicU32, AtomicUsize, Ordering, or_mutant};

// The two low bits of the shared word, below the count.
/// Weak references may exist, so a shared count of zero is not the end for others who look.
const MAYBE_WEAK: isize = 0b01;
/// The object waits for its owner to merge it.
const QUEUED: isize = 0b10;
/// The shared count is the whole truth.
const MERGED: isize = 0b11;
/// One reference in the shared word.
const ONE: isize = 1 << 2;

/// The local count of objects that never die.
pub const IMMORTAL: u32 = u32::MAX;

/// What is left when a reference was given back.
#[must_use]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Left {
    /// Others have references.
    Some,
    /// Nobody has: the caller frees the object.
    None,
    /// The caller hands the object (and the reference) to the queue of this owner.
    Queue(usize),
}

/// The three words of one object. A thread is named by its thread pointer, which is never 0.
#[derive(Clone, Copy)]
pub struct Counts<'a> {
    /// The thread that counts locally; 0 when merged.
    pub owner: &'a AtomicUsize,
    /// The owner's count.
    pub local: &'a AtomicU32,
    /// Everybody else's count, and two flags.
    pub shared: &'a AtomicIsize,
}

impl Counts<'_> {
    /// Gives a new object to thread `me`, with one reference.
    pub fn own(self, me: usize) {
        self.owner.store(me, Ordering::Relaxed);
        self.local.store(1, Ordering::Relaxed);
        self.shared.store(0, Ordering::Relaxed);
    }

    /// Makes an object that nobody else knows one without owner, with `count` references.
    pub fn publish(self, count: isize) {
        self.owner.store(0, Ordering::Relaxed);
        self.local.store(0, Ordering::Relaxed);
        self.shared.store((count * ONE) | MERGED, Ordering::Relaxed);
    }

    /// Will the object never die?
    #[must_use]
    pub fn is_immortal(self) -> bool {
        self.local.load(Ordering::Relaxed) == IMMORTAL
    }

    /// Takes a reference; the caller has one, or has borrowed one.
    #[inline]
    pub fn incref(self, me: usize) {
        let local = self.local.load(Ordering::Relaxed);
        if local == IMMORTAL {
            return;
        }
        if self.owner.load(Ordering::Relaxed) == me {
            self.local.store(local + 1, Ordering::Relaxed);
        } else {
            self.shared.fetch_add(ONE, Ordering::Relaxed);
        }
    }

    /// Gives a reference back.
    #[inline]
    pub fn decref(self, me: usize) -> Left {
        let local = self.local.load(Ordering::Relaxed);
        if local == IMMORTAL {
            return Left::Some;
        }
        if self.owner.load(Ordering::Relaxed) != me {
            return self.decref_shared();
        }
        self.local.store(local - 1, Ordering::Relaxed);
        if local == 1 {
            self.merge_zero_local()
        } else {
            Left::Some
        }
    }

    /// Gives a reference back if that needs nobody's attention: others are left, and known. False: nothing was done.
    #[inline]
    pub fn decref_quickly(self, me: usize) -> bool {
        let local = self.local.load(Ordering::Relaxed);
        if local == IMMORTAL {
            return true;
        }
        if self.owner.load(Ordering::Relaxed) == me {
            if local > 1 {
                self.local.store(local - 1, Ordering::Relaxed);
            }
            return local > 1;
        }
        let mut shared = self.shared.load(Ordering::Relaxed);
        // At least two in the shared word, so that one stays there whatever the flags say: zero is for the lock's holder.
        while or_mutant!(shared >= 2 * ONE, DropTheLastQuickly => shared >= ONE) {
            match self.shared.compare_exchange_weak(
                shared,
                shared - ONE,
                Ordering::Release,
                Ordering::Relaxed,
            ) {
                Ok(_) => return true,
                Err(now) => shared = now,
            }
        }
        false
    }

    /// Gives back a reference on a thread that is not the owner.
    pub fn decref_shared(self) -> Left {
        let mut shared = self.shared.load(Ordering::Relaxed);
        loop {
            // A count of zero here, not merged: the reference is one that the owner has counted.
            let owners = shared == 0 || shared == MAYBE_WEAK;
            let new = if owners { QUEUED } else { shared - ONE };
            match self
                .shared
                .compare_exchange_weak(shared, new, Ordering::AcqRel, Ordering::Relaxed)
            {
                // The owner's word is written only by the owner, who has still to find the mark.
                Ok(_) if owners => return Left::Queue(self.owner.load(Ordering::Relaxed)),
                Ok(_) if new == MERGED => return Left::None,
                Ok(_) => return Left::Some,
                Err(now) => shared = now,
            }
        }
    }

    /// Has no other thread a reference, or may ask for one? The owner asks, whose local count is zero now: then the object
    /// is its alone, and nobody will see what it does with it.
    #[inline]
    #[must_use]
    pub fn is_alone(self) -> bool {
        let shared = self.shared.load(Ordering::Acquire);
        or_mutant!(shared == 0, DieUnseen => shared & !MAYBE_WEAK == 0)
    }

    /// The owner's local count is zero now: from here on there is no owner.
    pub fn merge_zero_local(self) -> Left {
        if self.is_alone() {
            return Left::None;
        }
        let mut shared = self.shared.load(Ordering::Acquire);
        // Before the mark: who finds a merged count must not find an owner.
        self.owner.store(0, Ordering::Relaxed);
        loop {
            let new = shared | MERGED;
            let merged = or_mutant!(
                self.shared
                    .compare_exchange_weak(shared, new, Ordering::AcqRel, Ordering::Acquire),
                MergeWithoutLooking => Ok(self.shared.swap(new, Ordering::AcqRel))
            );
            match merged {
                Ok(_) if new == MERGED => return Left::None,
                Ok(_) => return Left::Some,
                Err(now) => shared = now,
            }
        }
    }

    /// Merges the two counts and adds `more`. Only the owner may do this, or anybody once the owner has ended. Returns
    /// the references that are left; at zero the caller frees the object.
    pub fn merge(self, more: isize) -> isize {
        let local = self.local.load(Ordering::Relaxed) as isize;
        let mut shared = self.shared.load(Ordering::Relaxed);
        // What merged itself since it was queued has no local count, and an owner no more.
        self.local.store(0, Ordering::Relaxed);
        self.owner.store(0, Ordering::Relaxed);
        loop {
            let count = (shared >> 2) + local + more;
            match self.shared.compare_exchange_weak(
                shared,
                (count * ONE) | MERGED,
                Ordering::AcqRel,
                Ordering::Relaxed,
            ) {
                Ok(_) => return count,
                Err(now) => shared = now,
            }
        }
    }

    /// Takes a reference of an object that may be dead by now (the memory is still there): a weak reference becomes a
    /// strong one. False when it is dead. For objects that were published, or of which [`Self::allow_weak`] was said.
    pub fn try_incref(self, me: usize) -> bool {
        let local = self.local.load(Ordering::Relaxed);
        if local == IMMORTAL {
            return true;
        }
        if self.owner.load(Ordering::Relaxed) == me {
            if local > 0 {
                self.local.store(local + 1, Ordering::Relaxed);
            }
            return local > 0;
        }
        let mut shared = self.shared.load(Ordering::Relaxed);
        loop {
            // Without flags and without a count, the owner may be freeing it without looking here again.
            if or_mutant!(shared == 0 || shared == MERGED, UpgradeTheDead => false) {
                return false;
            }
            match self.shared.compare_exchange_weak(
                shared,
                shared + ONE,
                Ordering::Acquire,
                Ordering::Relaxed,
            ) {
                Ok(_) => return true,
                Err(now) => shared = now,
            }
        }
    }

    /// Says that others may ask by [`Self::try_incref`]. Only whoever has a reference may.
    pub fn allow_weak(self) {
        let mut shared = self.shared.load(Ordering::Relaxed);
        // With any flag the owner looks at the shared word before it frees the object.
        while shared & MERGED == 0 {
            match self.shared.compare_exchange_weak(
                shared,
                shared | MAYBE_WEAK,
                Ordering::Relaxed,
                Ordering::Relaxed,
            ) {
                Ok(_) => return,
                Err(now) => shared = now,
            }
        }
    }
}

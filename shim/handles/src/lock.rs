//! The extension lock: one thread at a time runs extension code, as CPython's GIL promises.
//!
//! * While one thread only has ever run extension code the lock is **biased** to it: taking it is a plain store to
//!   `inside` and a look at `mode`.
//! * A second thread ends the bias for good: it sets `mode`, makes every running thread pass a barrier, and from then on the
//!   lock is a compare-and-swap to take and a plain store to release. Whoever takes it also waits until the former
//!   owner is out of a section that it entered under the bias.
//! * A waiter sleeps with a time-out, so that nobody pays for waking.
//!
//! Why the bias is sound: the owner stores `inside`, then loads `mode`; the other stores `mode`, passes the barrier, then
//! loads `inside`. The barrier puts a full fence into the owner's instruction stream, so one of them sees the other.

use crate::sync::{AtomicU32, AtomicUsize, Ordering, UnsafeCell, constructor, hint, or_mutant};
use std::marker::PhantomData;

/// What the lock needs of the operating system.
pub trait Kernel {
    /// A number that names the running thread; not 0.
    fn thread() -> usize;

    /// Keeps the compiler from reordering: all that the owner pays. In models, the fence that [`Self::barrier`] makes of it.
    fn light_barrier();

    /// Prepares [`Self::barrier`]; false when there is no such thing here.
    fn prepare_barrier() -> bool;

    /// Makes every running thread of the process pass a full barrier.
    fn barrier();

    /// Sleeps for a moment, for so many times in a row before.
    fn nap(times: u32);
}

const UNUSED: u32 = 0;
const BIASED: u32 = 1;
const SHARED: u32 = 2;

/// How often a waiter looks again before it sleeps.
#[cfg(not(loom))]
const SPINS: u32 = 64;
#[cfg(loom)]
const SPINS: u32 = 1;

/// See the module documentation.
pub struct ExtensionLock<K> {
    mode: AtomicU32,
    /// The owner, while biased and after.
    owner: AtomicUsize,
    /// The owner is in a section that it entered under the bias.
    inside: AtomicU32,
    locked: AtomicU32,
    /// Did the holder enter under the bias? Only the holder looks.
    by_bias: UnsafeCell<bool>,
    kernel: PhantomData<K>,
}

// SAFETY: `by_bias` is only touched by the holder of the lock.
unsafe impl<K> Sync for ExtensionLock<K> {}

impl<K: Kernel> ExtensionLock<K> {
    constructor! {
        /// A lock that nobody has used.
        pub fn new() -> Self {
            ExtensionLock {
                mode: AtomicU32::new(UNUSED),
                owner: AtomicUsize::new(0),
                inside: AtomicU32::new(0),
                locked: AtomicU32::new(0),
                by_bias: UnsafeCell::new(false),
                kernel: PhantomData,
            }
        }
    }

    /// Takes the lock.
    #[inline]
    pub fn take(&self) {
        if self.mode.load(Ordering::Relaxed) == BIASED && self.owner.load(Ordering::Relaxed) == K::thread() {
            self.inside.store(1, Ordering::Relaxed);
            or_mutant!(K::light_barrier(), BiasWithoutBarrier => ());
            if or_mutant!(self.mode.load(Ordering::Relaxed) == BIASED, BiasWithoutLook => true) {
                self.set_by_bias(true);
                return;
            }
            self.inside.store(0, Ordering::Release);
        }
        self.take_shared();
    }

    /// Gives it back; the caller holds it.
    #[inline]
    pub fn give(&self) {
        if self.set_by_bias(false) {
            self.inside.store(0, Ordering::Release);
        } else {
            self.locked
                .store(0, or_mutant!(Ordering::Release, GiveRelaxed => Ordering::Relaxed));
        }
    }

    #[inline]
    fn set_by_bias(&self, value: bool) -> bool {
        // SAFETY: the caller holds the lock.
        self.by_bias.with_mut(|place| unsafe { place.replace(value) })
    }

    /// Is it held by any thread?
    pub fn is_taken(&self) -> bool {
        self.locked.load(Ordering::Relaxed) == 1 || self.inside.load(Ordering::Relaxed) == 1
    }

    #[inline(never)]
    fn take_shared(&self) {
        if self.mode.load(Ordering::Acquire) != SHARED && !self.begin_or_end_bias() {
            return self.take();
        }
        let try_lock = || {
            self.locked
                .compare_exchange(0, 1, Ordering::Acquire, Ordering::Relaxed)
                .is_ok()
        };
        if !try_lock() {
            sleep_until::<K>(try_lock);
        }
        let is_out = || self.inside.load(Ordering::Acquire) == 0;
        if or_mutant!(!is_out(), EnterBesideTheOwner => false) {
            sleep_until::<K>(is_out);
        }
    }

    /// The first thread becomes the owner (false: take it by the bias); any other ends the bias (true).
    #[cold]
    fn begin_or_end_bias(&self) -> bool {
        if self.mode.load(Ordering::Acquire) == UNUSED
            && self
                .owner
                .compare_exchange(0, K::thread(), Ordering::AcqRel, Ordering::Relaxed)
                .is_ok()
        {
            let mode = if K::prepare_barrier() { BIASED } else { SHARED };
            // A second thread may have ended the bias before it began.
            let begun = self
                .mode
                .compare_exchange(UNUSED, mode, Ordering::AcqRel, Ordering::Relaxed);
            return begun.is_err() || mode == SHARED;
        }
        if self.mode.swap(SHARED, Ordering::SeqCst) == BIASED {
            K::barrier();
        }
        true
    }
}

impl<K: Kernel> Default for ExtensionLock<K> {
    fn default() -> Self {
        Self::new()
    }
}

/// Spins a little, then sleeps between looks.
#[cold]
fn sleep_until<K: Kernel>(mut done: impl FnMut() -> bool) {
    for turn in 0u32.. {
        if done() {
            return;
        }
        if turn < SPINS {
            hint::spin_loop();
        } else {
            K::nap(turn - SPINS);
        }
    }
}

//! What threads share in the shim, and in hosts written in Rust: handles, counts, the extension lock. No Python, no FFI.
//!
//! Each protocol is a small state machine in a module of its own, and this is the code that runs in production:
//!
//! | module | what it is | who uses it |
//! |---|---|---|
//! | [`table`] | from a handle to its proxy | the shim |
//! | [`counts`], [`merging`] | reference counts biased to one thread | the shim, free-threaded flavours |
//! | [`lock`] | the extension lock | the shim |
//! | [`exports`] | from an object to its handle and back | hosts |
//! | [`wrappers`] | from a native instance to its wrapper | hosts |
//!
//! Atomics and locks come from [`sync`] only, so that `--cfg loom` puts loom's in their place. `tests/races.rs` names each
//! race, lets loom try the interleavings of it, and shows for each that a recorded mutation of the code above
//! ([`sync::mutation`]) is noticed; the same scenarios run on real threads.
//!
//! A handle is `index | generation << 32`. The host assigns it.

pub mod counts;
#[cfg(feature = "dashmap")]
pub mod exports;
#[cfg(feature = "dashmap")]
pub mod identity;
pub mod lock;
pub mod merging;
pub mod sync;
pub mod table;
#[cfg(feature = "dashmap")]
pub mod wrappers;

pub use table::{Received, Table};

/// A host's handle, split into its two halves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Handle {
    /// Row of the table.
    pub index: u32,
    /// Which life of that row; a handle kept beyond its release does not match the next one.
    pub generation: u32,
}

impl Handle {
    /// Set in the index of handles that are never closed.
    pub const IMMORTAL: u32 = 1 << 31;

    /// From the wire form.
    #[inline]
    #[must_use]
    pub const fn unpack(wire: i64) -> Self {
        Handle {
            index: wire as u32,
            generation: (wire >> 32) as u32,
        }
    }

    /// To the wire form.
    #[inline]
    #[must_use]
    pub const fn pack(self) -> i64 {
        self.index as i64 | (self.generation as i64) << 32
    }

    /// The number of an immortal handle among its kind.
    #[must_use]
    pub const fn immortal(self) -> Option<usize> {
        if self.index & Self::IMMORTAL != 0 {
            Some((self.index & !Self::IMMORTAL) as usize)
        } else {
            None
        }
    }
}

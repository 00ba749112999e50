//! The only door to atomics and locks: std's and parking_lot's, or loom's when the protocols are model-checked.
//!
//! Also the two macros that let one source serve both: [`constructor!`] and [`or_mutant!`].

#[cfg(not(loom))]
mod primitives {
    pub use parking_lot::{Mutex, MutexGuard};
    pub use std::sync::atomic::{AtomicIsize, AtomicPtr, AtomicU32, AtomicUsize, Ordering, fence};
    pub use std::{hint, sync::Arc, thread};

    /// A cell that says of each access whether it is exclusive, so that models can check it.
    pub struct UnsafeCell<T>(std::cell::UnsafeCell<T>);

    impl<T> UnsafeCell<T> {
        /// Wraps a value.
        pub const fn new(value: T) -> Self {
            UnsafeCell(std::cell::UnsafeCell::new(value))
        }

        /// Shows the place, to which nobody else has access meanwhile.
        #[inline(always)]
        pub fn with_mut<R>(&self, f: impl FnOnce(*mut T) -> R) -> R {
            f(self.0.get())
        }
    }
}

#[cfg(loom)]
mod primitives {
    pub use loom::cell::UnsafeCell;
    pub use loom::sync::atomic::{AtomicIsize, AtomicPtr, AtomicU32, AtomicUsize, Ordering, fence};
    pub use loom::sync::{Arc, MutexGuard};
    pub use loom::{hint, thread};

    /// parking_lot's interface: a panic while it is held poisons nothing.
    pub struct Mutex<T>(loom::sync::Mutex<T>);

    impl<T> Mutex<T> {
        /// Wraps a value.
        pub fn new(value: T) -> Self {
            Mutex(loom::sync::Mutex::new(value))
        }

        /// Takes the lock.
        pub fn lock(&self) -> MutexGuard<'_, T> {
            self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
        }
    }
}

pub use primitives::*;

/// A function that is `const` outside models; loom's types are made at run time.
macro_rules! constructor {
    ($(#[$meta:meta])* $vis:vis fn $name:ident($($arg:ident: $ty:ty),*) -> $result:ty $body:block) => {
        #[cfg(not(loom))]
        $(#[$meta])*
        $vis const fn $name($($arg: $ty),*) -> $result $body

        #[cfg(loom)]
        $(#[$meta])*
        $vis fn $name($($arg: $ty),*) -> $result $body
    };
}
pub(crate) use constructor;

/// The first expression. In a model that runs with the named mutation it is the second, which is wrong: the model must
/// notice. So each place that a protocol stands or falls with is marked, and known to be checked.
macro_rules! or_mutant {
    ($right:expr, $name:ident => $wrong:expr) => {{
        #[cfg(not(loom))]
        {
            $right
        }
        #[cfg(loom)]
        {
            if $crate::sync::mutation::is_on(stringify!($name)) {
                $wrong
            } else {
                $right
            }
        }
    }};
}
pub(crate) use or_mutant;

/// Which mutation a model runs with. All threads of a model are run by one real thread, so a thread-local will do.
#[cfg(loom)]
pub mod mutation {
    use std::cell::Cell;

    thread_local! {
        static ON: Cell<&'static str> = const { Cell::new("") };
    }

    /// Is this the one?
    #[must_use]
    pub fn is_on(name: &str) -> bool {
        ON.get() == name
    }

    /// Switches one mutation on, or with an empty name all off.
    pub fn switch_on(name: &'static str) {
        ON.set(name);
    }
}

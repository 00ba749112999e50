//! Objects that are made when they are first asked for and then live for good: small ints, single characters, what is empty.

use crate::{Obj, PyObject, hold, new_ref, refcount};
use std::sync::atomic::{AtomicPtr, Ordering};

/// A table of them. What is there is read without the lock; what is not is made under it, once.
pub struct Immortals<const N: usize>([AtomicPtr<PyObject>; N]);

impl<const N: usize> Immortals<N> {
    /// Nothing is made yet.
    pub const fn new() -> Self {
        Immortals([const { AtomicPtr::new(std::ptr::null_mut()) }; N])
    }

    /// A new reference to the object of a row; NULL when `make`, which gives a new object, fails.
    #[inline]
    pub unsafe fn get(&self, row: usize, make: impl FnOnce() -> Obj) -> Obj {
        // Whoever finds the object finds it whole.
        let op = self.0[row].load(Ordering::Acquire);
        // SAFETY: the object never dies.
        unsafe {
            if op.is_null() {
                self.first(row, make)
            } else {
                new_ref(op)
            }
        }
    }

    #[cold]
    #[inline(never)]
    unsafe fn first(&self, row: usize, make: impl FnOnce() -> Obj) -> Obj {
        let _held = hold();
        // SAFETY: the lock is held; nobody else knows the new object.
        unsafe {
            let mut op = self.0[row].load(Ordering::Relaxed);
            if op.is_null() {
                op = make();
                if op.is_null() {
                    return op;
                }
                refcount::immortalize(op);
                self.0[row].store(op, Ordering::Release);
            }
            new_ref(op)
        }
    }
}

impl<const N: usize> Default for Immortals<N> {
    fn default() -> Self {
        Self::new()
    }
}

//! Objects that wait for their owner to merge its count ([`crate::counts`]): one queue for each thread that owns objects.
//!
//! A thread announces itself, comes by now and then, and says when it ends. What is handed in for a thread that has ended
//! is merged on the spot, under the lock of the queues, so that no new thread of the same name can come up meanwhile.

use crate::sync::{Mutex, constructor, or_mutant};

struct Queue<T> {
    owner: usize,
    waiting: Vec<T>,
}

/// The queues. Threads are few and what is queued is rare, so one list under one lock will do.
pub struct MergeQueues<T> {
    queues: Mutex<Vec<Queue<T>>>,
}

impl<T> MergeQueues<T> {
    constructor! {
        /// No thread owns anything.
        pub fn new() -> Self {
            MergeQueues { queues: Mutex::new(Vec::new()) }
        }
    }

    /// Thread `owner` may own objects from now on.
    pub fn attach(&self, owner: usize) {
        self.queues.lock().push(Queue {
            owner,
            waiting: Vec::new(),
        });
    }

    /// Hands an object to its owner. When that has ended, `orphan` merges it at once, and what it returns is returned.
    pub fn hand<R>(&self, owner: usize, object: T, orphan: impl FnOnce(T) -> R) -> Option<R> {
        let mut queues = self.queues.lock();
        if let Some(queue) = queues.iter_mut().find(|queue| queue.owner == owner) {
            queue.waiting.push(object);
            return None;
        }
        Some(orphan(object))
    }

    /// What waits for thread `owner`, which is the caller.
    pub fn come_by(&self, owner: usize) -> Vec<T> {
        let mut queues = self.queues.lock();
        let queue = queues.iter_mut().find(|queue| queue.owner == owner);
        queue.map_or_else(Vec::new, |queue| std::mem::take(&mut queue.waiting))
    }

    /// Thread `owner` (the caller) owns nothing any more: `merge` is for what still waits.
    pub fn detach(&self, owner: usize, merge: impl FnMut(T)) {
        let last = {
            let mut queues = self.queues.lock();
            let at = queues.iter().position(|queue| queue.owner == owner);
            at.map_or_else(Vec::new, |at| queues.swap_remove(at).waiting)
        };
        or_mutant!(last, ForgetWhatWaits => Vec::new())
            .into_iter()
            .for_each(merge);
    }
}

impl<T> Default for MergeQueues<T> {
    fn default() -> Self {
        Self::new()
    }
}

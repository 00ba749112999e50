//! The shim's end of a handle: where its proxy is. It is for one thread at a time: the shim holds the extension lock, which it gives
//! back while it asks the host for what a new proxy needs, so that threads meet here all the same.
//!
//! The host assigns handles; the table remembers, for each index, which generation is alive, where its proxy is and how
//! often the handle was received. A host frees a handle only when it has sent it as often as the shim says.
//!
//! Immortal handles lie apart, in the upper half of the indexes: they are neither counted nor closed.

use crate::Handle;
use crate::sync::or_mutant;

/// One row: the proxy (a null pointer when none is open) and the bookkeeping of the current generation.
struct Row<P> {
    proxy: *mut P,
    generation: u32,
    received: i64,
}

/// What [`Table::receive`] found.
#[derive(Debug, PartialEq, Eq)]
pub enum Received<P> {
    /// The object has a proxy.
    Open(*mut P),
    /// The object has none yet (or no longer): the caller makes one and calls [`Table::open`]. The arrival counts from then on:
    /// until there is a proxy, the handle is still on its way, and the host must not free it.
    Fresh,
    /// The handle belongs to a generation that ended: a bug of the host.
    Stale,
}

/// See the module documentation. `P` is the proxy type; the table never looks behind the pointer.
pub struct Table<P> {
    rows: Vec<Row<P>>,
    immortals: Vec<*mut P>,
    open: usize,
}

impl<P> Default for Table<P> {
    fn default() -> Self {
        Self::new()
    }
}

impl<P> Table<P> {
    /// An empty table.
    #[must_use]
    pub const fn new() -> Self {
        Table {
            rows: Vec::new(),
            immortals: Vec::new(),
            open: 0,
        }
    }

    /// Says what stands behind `handle`, which has arrived, and counts that unless it is [`Received::Fresh`].
    #[inline]
    pub fn receive(&mut self, handle: Handle) -> Received<P> {
        let index = handle.index as usize;
        if index >= self.rows.len() {
            if let Some(number) = handle.immortal() {
                return match self.immortals.get(number) {
                    Some(proxy) if !proxy.is_null() => Received::Open(*proxy),
                    _ => Received::Fresh,
                };
            }
            self.grow(index);
        }
        let row = &mut self.rows[index];
        if row.generation != handle.generation {
            // Generations only grow; a new one may start only when the old one has no proxy any more.
            if !row.proxy.is_null() || handle.generation.wrapping_sub(row.generation) > u32::MAX / 2 {
                return Received::Stale;
            }
            row.generation = handle.generation;
            row.received = 0;
        }
        if row.proxy.is_null() {
            Received::Fresh
        } else {
            row.received += 1;
            Received::Open(row.proxy)
        }
    }

    #[cold]
    fn grow(&mut self, index: usize) {
        self.rows.resize_with(index + 1, || Row {
            proxy: std::ptr::null_mut(),
            generation: 0,
            received: 0,
        });
    }

    /// Counts an arrival that was [`Received::Fresh`] although the caller opens no proxy for it, because another thread has.
    pub fn count(&mut self, handle: Handle) {
        if handle.immortal().is_none() {
            self.rows[handle.index as usize].received += 1;
        }
    }

    /// Puts the proxy of a handle that was received as [`Received::Fresh`], and counts that arrival.
    pub fn open(&mut self, handle: Handle, proxy: *mut P) {
        self.open += 1;
        if let Some(number) = handle.immortal() {
            if number >= self.immortals.len() {
                self.immortals.resize(number + 1, std::ptr::null_mut());
            }
            self.immortals[number] = proxy;
            return;
        }
        let row = &mut self.rows[handle.index as usize];
        debug_assert!(row.proxy.is_null() && row.generation == handle.generation);
        row.proxy = proxy;
        row.received += 1;
    }

    /// Forgets the proxy of `handle` and returns how often the handle was received in this generation. The count
    /// stays, so that a later arrival of the same generation goes on counting.
    pub fn close(&mut self, handle: Handle) -> i64 {
        let row = &mut self.rows[handle.index as usize];
        debug_assert!(!row.proxy.is_null() && row.generation == handle.generation);
        row.proxy = std::ptr::null_mut();
        self.open -= 1;
        row.received
    }

    /// Offers the proxy of a handle that was received as [`Received::Fresh`]. When another thread was first, that one's is returned,
    /// and the caller frees its own. The arrival counts either way.
    pub fn tie(&mut self, handle: Handle, proxy: *mut P) -> Option<*mut P> {
        let first = or_mutant!(self.peek(handle), OpenTwice => None);
        if first.is_some() {
            self.count(handle);
        } else {
            self.open(handle, proxy);
        }
        first
    }

    /// [`Self::close`] for a proxy that was dead when it was put aside, unless it has arrived again and is in use.
    pub fn close_dead(&mut self, handle: Handle, in_use: bool) -> Option<i64> {
        or_mutant!(!in_use, CloseWithoutLooking => true).then(|| self.close(handle))
    }

    /// The proxy of a handle, without counting an arrival.
    #[must_use]
    pub fn peek(&self, handle: Handle) -> Option<*mut P> {
        if let Some(number) = handle.immortal() {
            return self
                .immortals
                .get(number)
                .copied()
                .filter(|proxy| !proxy.is_null());
        }
        let row = self.rows.get(handle.index as usize)?;
        (row.generation == handle.generation && !row.proxy.is_null()).then_some(row.proxy)
    }

    /// All open proxies of handles that can be closed.
    pub fn proxies(&self) -> impl Iterator<Item = *mut P> {
        self.rows
            .iter()
            .map(|row| row.proxy)
            .filter(|proxy| !proxy.is_null())
    }

    /// Number of open proxies.
    #[must_use]
    pub fn live(&self) -> usize {
        self.open
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn wire_form_round_trips() {
        for handle in [
            Handle {
                index: 0,
                generation: 0,
            },
            Handle {
                index: u32::MAX,
                generation: 7,
            },
        ] {
            assert_eq!(Handle::unpack(handle.pack()), handle);
        }
    }

    #[test]
    fn a_handle_keeps_its_proxy_until_it_is_closed() {
        let mut table = Table::<u8>::new();
        let handle = Handle {
            index: 5,
            generation: 1,
        };
        let mut block = 0u8;
        assert_eq!(table.receive(handle), Received::Fresh);
        table.open(handle, &raw mut block);
        assert_eq!(table.receive(handle), Received::Open(&raw mut block));
        assert_eq!(table.close(handle), 2);
        assert_eq!(table.live(), 0);
    }

    #[test]
    fn an_arrival_after_the_release_counts_on_in_the_same_generation() {
        let mut table = Table::<u8>::new();
        let handle = Handle {
            index: 1,
            generation: 0,
        };
        let mut block = 0u8;
        assert_eq!(table.receive(handle), Received::Fresh);
        table.open(handle, &raw mut block);
        assert_eq!(table.close(handle), 1);
        assert_eq!(table.receive(handle), Received::Fresh);
        table.open(handle, &raw mut block);
        assert_eq!(table.close(handle), 2);
    }

    #[test]
    fn who_makes_a_proxy_is_not_overtaken_by_the_release() {
        let mut table = Table::<u8>::new();
        let handle = Handle {
            index: 1,
            generation: 0,
        };
        let (mut first, mut second) = (0u8, 0u8);
        assert_eq!(table.receive(handle), Received::Fresh); // a slow thread
        assert_eq!(table.receive(handle), Received::Fresh);
        table.open(handle, &raw mut first);
        assert_eq!(table.close(handle), 1); // of two that were sent
        table.open(handle, &raw mut second);
        assert_eq!(table.close(handle), 2);
    }

    #[test]
    fn an_immortal_handle_shares_no_row_with_others() {
        let mut table = Table::<u8>::new();
        let immortal = Handle {
            index: Handle::IMMORTAL,
            generation: 0,
        };
        let other = Handle {
            index: 0,
            generation: 0,
        };
        let mut block = 0u8;
        assert_eq!(table.receive(immortal), Received::Fresh);
        table.open(immortal, &raw mut block);
        assert_eq!(table.receive(other), Received::Fresh);
        assert_eq!(table.receive(immortal), Received::Open(&raw mut block));
        assert_eq!(table.peek(immortal), Some(&raw mut block));
    }

    #[test]
    fn an_old_generation_is_stale() {
        let mut table = Table::<u8>::new();
        assert_eq!(
            table.receive(Handle {
                index: 1,
                generation: 3
            }),
            Received::Fresh
        );
        assert_eq!(
            table.receive(Handle {
                index: 1,
                generation: 2
            }),
            Received::Stale
        );
    }
}

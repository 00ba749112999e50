//! The handle table: from a host's handle to the native proxy that stands for it.
//!
//! A handle is `index | generation << 32`. The host assigns it; the table remembers, for each index, which
//! generation is alive, where its proxy is and how often the handle was received. Nothing here knows Python.
//!
//! Who touches it: in a GIL flavour only the holder of the extension lock, so the table itself needs no lock.

/// A host's handle, split into its two halves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Handle {
    /// Row of the table.
    pub index: u32,
    /// Which life of that row; a handle kept beyond its release does not match the next one.
    pub generation: u32,
}

impl Handle {
    /// From the wire form.
    #[must_use]
    pub const fn unpack(wire: i64) -> Self {
        Handle {
            index: wire as u32,
            generation: (wire >> 32) as u32,
        }
    }

    /// To the wire form.
    #[must_use]
    pub const fn pack(self) -> i64 {
        self.index as i64 | (self.generation as i64) << 32
    }
}

/// One row: the proxy (a null pointer when none is open) and the bookkeeping of the current generation.
struct Slot<P> {
    proxy: *mut P,
    generation: u32,
    received: i64,
}

/// What [`Table::receive`] found.
#[derive(Debug, PartialEq, Eq)]
pub enum Received<P> {
    /// The object has a proxy.
    Open(*mut P),
    /// The object has none yet (or no longer): the caller makes one and calls [`Table::open`].
    Fresh,
    /// The handle belongs to a generation that ended: a bug of the host.
    Stale,
}

/// See the module documentation. `P` is the proxy type; the table never looks behind the pointer.
pub struct Table<P> {
    slots: Vec<Slot<P>>,
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
            slots: Vec::new(),
            open: 0,
        }
    }

    /// Counts one arrival of `handle` and says what stands behind it.
    pub fn receive(&mut self, handle: Handle) -> Received<P> {
        let index = handle.index as usize;
        if index >= self.slots.len() {
            self.slots.resize_with(index + 1, || Slot {
                proxy: std::ptr::null_mut(),
                generation: 0,
                received: 0,
            });
        }
        let slot = &mut self.slots[index];
        if slot.generation != handle.generation {
            // Generations only grow; a new one may start only when the old one has no proxy any more.
            if !slot.proxy.is_null() || handle.generation.wrapping_sub(slot.generation) > u32::MAX / 2 {
                return Received::Stale;
            }
            slot.generation = handle.generation;
            slot.received = 0;
        }
        slot.received += 1;
        if slot.proxy.is_null() {
            Received::Fresh
        } else {
            Received::Open(slot.proxy)
        }
    }

    /// Puts the proxy of a handle that was received as [`Received::Fresh`].
    pub fn open(&mut self, handle: Handle, proxy: *mut P) {
        let slot = &mut self.slots[handle.index as usize];
        debug_assert!(slot.proxy.is_null() && slot.generation == handle.generation);
        slot.proxy = proxy;
        self.open += 1;
    }

    /// Forgets the proxy of `handle` and returns how often the handle was received in this generation. The count
    /// stays, so that a later arrival of the same generation goes on counting.
    pub fn close(&mut self, handle: Handle) -> i64 {
        let slot = &mut self.slots[handle.index as usize];
        debug_assert!(!slot.proxy.is_null() && slot.generation == handle.generation);
        slot.proxy = std::ptr::null_mut();
        self.open -= 1;
        slot.received
    }

    /// The proxy of a handle, without counting an arrival.
    #[must_use]
    pub fn peek(&self, handle: Handle) -> Option<*mut P> {
        let slot = self.slots.get(handle.index as usize)?;
        (slot.generation == handle.generation && !slot.proxy.is_null()).then_some(slot.proxy)
    }

    /// Number of open proxies.
    #[must_use]
    pub fn live(&self) -> usize {
        self.open
    }
}

#[cfg(test)]
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

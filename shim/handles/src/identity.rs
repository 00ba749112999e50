//! Which entry an object has: a map keyed by the identity of a host object, behind a trait of two methods.
//!
//! Hosts written in Rust use dashmap (feature `dashmap`). Models use a map under one lock of loom's, which promises the
//! same: while a method runs, nobody else is at the entry.

/// What does not change when an object moves. No two objects that live at the same time have the same.
pub type Identity = u64;

/// The two things that the protocols need of a map.
pub trait IdentityMap<V: Default> {
    /// Visits the entry of an object, which is made when there is none.
    fn visit<R>(&self, identity: Identity, visit: impl FnOnce(&mut V) -> R) -> R;

    /// Visits the entry of an object when there is one, and removes it unless the visit says that it stays.
    fn revisit(&self, identity: Identity, stays: impl FnOnce(&mut V) -> bool);
}

/// Identities are small numbers that follow each other or addresses: one multiplication spreads both.
#[derive(Default)]
pub struct IdentityHasher(u64);

impl std::hash::Hasher for IdentityHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|&byte| self.write_u64(u64::from(byte)));
    }

    fn write_u64(&mut self, value: u64) {
        let spread = (self.0 ^ value).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 = spread ^ spread >> 32;
    }
}

type BuildHasher = std::hash::BuildHasherDefault<IdentityHasher>;

/// The map of production.
#[cfg(all(feature = "dashmap", not(loom)))]
pub type Map<V> = dashmap::DashMap<Identity, V, BuildHasher>;

#[cfg(all(feature = "dashmap", not(loom)))]
impl<V: Default> IdentityMap<V> for Map<V> {
    fn visit<R>(&self, identity: Identity, visit: impl FnOnce(&mut V) -> R) -> R {
        visit(self.entry(identity).or_default().value_mut())
    }

    fn revisit(&self, identity: Identity, stays: impl FnOnce(&mut V) -> bool) {
        self.remove_if_mut(&identity, |_, entry| !stays(entry));
    }
}

/// Its twin in models.
#[cfg(loom)]
pub type Map<V> = crate::sync::Mutex<std::collections::HashMap<Identity, V, BuildHasher>>;

#[cfg(loom)]
impl<V: Default> IdentityMap<V> for Map<V> {
    fn visit<R>(&self, identity: Identity, visit: impl FnOnce(&mut V) -> R) -> R {
        visit(self.lock().entry(identity).or_default())
    }

    fn revisit(&self, identity: Identity, stays: impl FnOnce(&mut V) -> bool) {
        let mut map = self.lock();
        if map.get_mut(&identity).is_some_and(|entry| !stays(entry)) {
            map.remove(&identity);
        }
    }
}

/// An empty map.
#[must_use]
pub fn new_map<V>() -> Map<V> {
    #[cfg(not(loom))]
    {
        Map::default()
    }
    #[cfg(loom)]
    {
        Map::new(std::collections::HashMap::default())
    }
}

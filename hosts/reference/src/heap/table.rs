//! The hash table of dicts and sets: entries in the order of insertion, and an index of them by hash.
//!
//! It knows nothing of Python's equality, which may run code: who looks for a key compares the [`Table::candidates`].

use super::object::Ref;
use hashbrown::HashTable;

/// A key with its hash and value. A set's value is its key.
pub struct Entry {
    /// The key's hash.
    pub hash: i64,
    /// The key.
    pub key: Ref,
    /// The value.
    pub value: Ref,
}

/// The entries of a dict or a set.
#[derive(Default)]
pub struct Table {
    entries: Vec<Option<Entry>>,
    index: HashTable<u32>,
    /// Changes with each insertion and removal, so that an iteration notices.
    pub changes: u64,
}

impl Table {
    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.index.len()
    }

    /// Are there none?
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Places of the entries with this hash.
    pub fn candidates(&self, hash: i64) -> impl Iterator<Item = (usize, &Entry)> {
        self.index
            .iter_hash(hash as u64)
            .map(|&at| at as usize)
            .filter_map(|at| Some((at, self.entry(at)?)))
            .filter(move |(_, entry)| entry.hash == hash)
    }

    /// The entry at a place, when it is there.
    pub fn entry(&self, at: usize) -> Option<&Entry> {
        self.entries.get(at)?.as_ref()
    }

    /// The entry at a place, to replace its value.
    pub fn entry_mut(&mut self, at: usize) -> Option<&mut Entry> {
        self.entries.get_mut(at)?.as_mut()
    }

    /// Every entry, in order, with its place.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (usize, &Entry)> {
        let numbered = self.entries.iter().enumerate();
        numbered.filter_map(|(at, entry)| Some((at, entry.as_ref()?)))
    }

    /// The first entry at this place or behind it.
    pub fn next(&self, from: usize) -> Option<(usize, &Entry)> {
        let rest = self.entries.get(from..)?;
        let (skipped, entry) = rest
            .iter()
            .enumerate()
            .find_map(|(i, e)| Some((i, e.as_ref()?)))?;
        Some((from + skipped, entry))
    }

    /// Adds an entry whose key is not in the table.
    pub fn insert(&mut self, hash: i64, key: Ref, value: Ref) {
        if self.entries.len() > 2 * self.index.len() + 8 {
            self.compact();
        }
        let entries = &self.entries;
        let at = entries.len() as u32;
        self.index.insert_unique(hash as u64, at, |&i| {
            entries[i as usize].as_ref().map_or(0, |entry| entry.hash as u64)
        });
        self.entries.push(Some(Entry { hash, key, value }));
        self.changes += 1;
    }

    /// Removes the entry at a place.
    pub fn remove(&mut self, at: usize) -> Option<Entry> {
        let entry = self.entries.get_mut(at)?.take()?;
        if let Ok(slot) = self.index.find_entry(entry.hash as u64, |&i| i as usize == at) {
            slot.remove();
        }
        self.changes += 1;
        Some(entry)
    }

    /// Removes everything.
    pub fn clear(&mut self) {
        self.entries.clear();
        self.index.clear();
        self.changes += 1;
    }

    fn compact(&mut self) {
        self.entries.retain(Option::is_some);
        self.index.clear();
        let entries = &self.entries;
        let hash = |i: u32| entries[i as usize].as_ref().map_or(0, |entry| entry.hash as u64);
        for at in 0..entries.len() as u32 {
            self.index.insert_unique(hash(at), at, |&i| hash(i));
        }
    }

    pub(super) fn trace(&mut self, visit: &mut dyn FnMut(&mut Ref)) {
        for entry in self.entries.iter_mut().flatten() {
            visit(&mut entry.key);
            visit(&mut entry.value);
        }
    }

    pub(super) fn relocate(&mut self) {
        super::payload::relocate(&mut self.entries);
    }
}

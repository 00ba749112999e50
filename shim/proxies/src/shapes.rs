//! Keys of dicts that the host has sent. Records have the same keys again and again: those are made once.

use crate::state::Locked;
use crate::{Obj, new_ref, seq, text, xdecref};
use hashbrown::HashMap;

/// Sets of keys that are kept, and bytes of keys in a set that is.
const SETS: usize = 256;
const BYTES: usize = 4096;

/// The keys, with NULs between them, and the native tuple of them.
static KNOWN: Locked<Option<HashMap<Box<[u8]>, Obj>>> = Locked::new(None);

/// A new reference to the tuple of `n` keys, ASCII strings with NULs between them; NULL when one has a NUL in it.
pub unsafe fn keys(joined: &[u8], n: usize) -> Obj {
    // SAFETY: the lock is held; the table owns its tuples.
    unsafe {
        let known = KNOWN.get().get_or_insert_default();
        if let Some(&keys) = known.get(joined) {
            return new_ref(keys);
        }
        if joined.iter().filter(|&&byte| byte == 0).count() + 1 != n {
            return std::ptr::null_mut();
        }
        let keys = seq::new_tuple(n);
        if keys.is_null() {
            return keys;
        }
        for (i, key) in joined.split(|&byte| byte == 0).take(n).enumerate() {
            *seq::tuple_items(keys).add(i) = text::from_ascii(key);
        }
        if joined.len() <= BYTES {
            if known.len() >= SETS {
                known.drain().for_each(|(_, keys)| xdecref(keys));
            }
            known.insert(joined.into(), new_ref(keys));
        }
        keys
    }
}

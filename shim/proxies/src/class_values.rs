//! Host objects that C has put into classes. On CPython the class's dict owns such an object, and compiled code goes on using its pointer;
//! the dict is the host's here and owns no block, so this does, until the attribute is replaced or the proxy of the class is freed.

use crate::state::Locked;
use crate::{Obj, PyTypeObject, decref, new_ref, seq, text};
use std::collections::HashMap;

/// By the class's address: the names, as text, and what was put there.
type Values = HashMap<usize, HashMap<Vec<u8>, Obj>>;

static VALUES: Locked<Option<Values>> = Locked::new(None);

/// C has set an attribute of a class, or deleted it, with a NULL.
pub unsafe fn set(class: *mut PyTypeObject, name: Obj, value: Obj) {
    // SAFETY: the lock is held; the name is a string, the value an object or NULL. What is replaced is dropped last: that may call
    // code that comes here again.
    unsafe {
        let all = VALUES.get().get_or_insert_default();
        let old = if !value.is_null() && seq::is_host(value) {
            let values = all.entry(class as usize).or_default();
            values.insert(text::utf8(name).to_vec(), new_ref(value))
        } else {
            all.get_mut(&(class as usize))
                .and_then(|values| values.remove(text::utf8(name)))
        };
        if let Some(old) = old {
            decref(old);
        }
    }
}

/// The proxy of the class is freed.
pub unsafe fn drop_all(class: *mut PyTypeObject) {
    // SAFETY: as in `set`.
    unsafe {
        let values = VALUES
            .get()
            .as_mut()
            .and_then(|all| all.remove(&(class as usize)));
        for value in values.into_iter().flat_map(HashMap::into_values) {
            decref(value);
        }
    }
}

//! Fields of a type's struct that CPython shows as attributes of the type. A host that has no structs has no such attributes.

use crate::{Obj, PyTypeObject, text};

/// A getter of one field.
type Field = (&'static [u8], unsafe fn(*mut PyTypeObject) -> isize);

/// What CPython's documentation of type objects and `inspect` call them.
// SAFETY: each is called with a type.
const FIELDS: [Field; 4] = [
    (b"__basicsize__", |ty| unsafe { (*ty).tp_basicsize }),
    (b"__itemsize__", |ty| unsafe { (*ty).tp_itemsize }),
    (b"__dictoffset__", |ty| unsafe { (*ty).tp_dictoffset }),
    (b"__weakrefoffset__", |ty| unsafe { (*ty).tp_weaklistoffset }),
];

/// The value if it is a field's name. The host need not be asked: CPython finds these on the metatype, before anything in the
/// type's own dictionary.
pub unsafe fn get(ty: *mut PyTypeObject, name: Obj) -> Option<isize> {
    // SAFETY: `ty` is a type and `name` a string.
    unsafe {
        let name = text::utf8(name);
        FIELDS
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, field)| field(ty))
    }
}

//! What a type proxy needs to know of a class.

use super::shim;
use crate::heap::{Obj, Payload, Res, Thread};
use crate::types::{Builtin, Traits};
use std::ffi::CStr;
use std::sync::OnceLock;

/// The C strings that `f(0)`, `f(1)` ... return, up to NULL.
pub(super) fn names(f: unsafe extern "C" fn(i32) -> *const u8) -> Vec<String> {
    (0..)
        .map_while(|i| {
            // SAFETY: the shim returns C strings that live for good.
            unsafe {
                let text = f(i);
                (!text.is_null()).then(|| CStr::from_ptr(text.cast()).to_string_lossy().into_owned())
            }
        })
        .collect()
}

/// Slot groups and names of the special methods, in the order of the mask's bits.
fn specials() -> &'static [(String, String)] {
    static SPECIALS: OnceLock<Vec<(String, String)>> = OnceLock::new();
    SPECIALS.get_or_init(|| {
        let split = |text: String| text.split_once(' ').map(|(a, b)| (a.to_owned(), b.to_owned()));
        names(shim().dunder_name).into_iter().filter_map(split).collect()
    })
}

const SEQUENCES: [Builtin; 7] = [
    Builtin::List,
    Builtin::Tuple,
    Builtin::Str,
    Builtin::Bytes,
    Builtin::ByteArray,
    Builtin::Range,
    Builtin::MemoryView,
];

/// Was it made with a class of an extension? What is put there later is a special method like any other.
fn is_own(t: &mut Thread, found: &Obj) -> bool {
    t.read(
        found,
        |object, _| matches!(&object.payload, Payload::Extension(f) if f.owner.is_some()),
    )
}

/// Does the class fill this slot with a function that calls the host?
fn fills(t: &mut Thread, class: &Obj, traits: Traits, group: &str, name: &str) -> bool {
    if name == "__del__" {
        return false;
    }
    if !traits.is_native && ["__getattribute__", "__setattr__", "__delattr__"].contains(&name) {
        return true;
    }
    let Some((provider, found)) = t.lookup_where(class, name) else {
        return false;
    };
    let provided = t.traits(&provider);
    if provided.is_extension && is_own(t, &found)
        || provided.builtin == Some(Builtin::Object) && traits.builtin != Some(Builtin::Object)
        || name == "__hash__" && t.is_none(&found)
    {
        return false;
    }
    let sequence = provided
        .builtin
        .is_some_and(|builtin| SEQUENCES.contains(&builtin));
    let concat = ["__add__", "__mul__", "__rmul__", "__iadd__", "__imul__"].contains(&name);
    let item = ["__getitem__", "__setitem__", "__delitem__"].contains(&name);
    match group {
        "sq" if concat || item => sequence || item && provided.builtin.is_none(),
        "nb" if concat => !sequence,
        _ => true,
    }
}

/// `Op::TypeInfo`: `(name, metaclass, base, bases, rest of the mro, mask 0, mask 1, qualname, is exception, exports buffers,
/// struct, is on the heap, has native instances)`; it has no dates and no arrays, which would have a struct of their own.
pub(super) fn info(t: &mut Thread, class: &Obj) -> Res {
    let traits = t.traits(class);
    let mut masks = [0_u64; 2];
    for (i, (group, name)) in specials().iter().enumerate() {
        if fills(t, class, traits, group, name) {
            masks[i / 60] |= 1 << (i % 60);
        }
    }
    let (name, qualname, base, bases) = t.with_class(class, |class, still| {
        let base = class.base.as_ref().map(|base| still.hold(base));
        (
            class.name.clone(),
            class.qualname.clone(),
            base,
            still.hold_all(&class.bases),
        )
    });
    let module = match t.lookup(class, "__module__") {
        Some(module) => t.as_string(&module),
        None => None,
    };
    let full = match module {
        Some(module) if traits.builtin.is_some() && module != "builtins" => format!("{module}.{name}"),
        _ => name,
    };
    let mro = t.mro(class);
    let exception = t.class(Builtin::BaseException);
    let is_exception = t.derives(class, &exception);
    let mut exports = t.lookup(class, "__buffer__").is_some();
    for builtin in [Builtin::ByteArray, Builtin::MemoryView] {
        let exporter = t.class(builtin);
        exports |= t.derives(class, &exporter);
    }
    let fields = [
        t.str(&full),
        t.class_of(class),
        match base {
            Some(base) => base,
            None => t.class(Builtin::Object),
        },
        t.tuple(&bases),
        t.tuple(&mro[1..]),
        t.int(masks[0]),
        t.int(masks[1]),
        t.str(&qualname),
        t.bool(is_exception),
        t.bool(exports),
        t.int(0),
        t.bool(traits.builtin.is_none()),
        t.bool(traits.is_native),
    ];
    Ok(t.tuple(&fields))
}

//! C functions as objects: calling them natively by any of CPython's conventions, and what their blocks hold.

use crate::state::{self, Locked};
use crate::{
    METH_CLASS, METH_COEXIST, METH_FASTCALL, METH_KEYWORDS, METH_METHOD, METH_NOARGS, METH_O, METH_STATIC,
    METH_VARARGS, Obj, PY_VECTORCALL_ARGUMENTS_OFFSET, PyCFunctionObject, PyCMethodObject, PyMethodDef,
    PyTypeObject, dict, err, guest, new_ref, seq, xdecref, xincref,
};
use std::ffi::{CStr, c_void};

type Two = unsafe extern "C" fn(Obj, Obj) -> Obj;
type Three = unsafe extern "C" fn(Obj, Obj, Obj) -> Obj;
type Fast = unsafe extern "C" fn(Obj, *const Obj, isize) -> Obj;
type FastKeywords = unsafe extern "C" fn(Obj, *const Obj, isize, Obj) -> Obj;
type Method = unsafe extern "C" fn(Obj, *mut PyTypeObject, *const Obj, isize, Obj) -> Obj;

/// The calling convention: the flags without those that say how a method is bound.
fn convention(def: &PyMethodDef) -> i32 {
    def.ml_flags & !(METH_CLASS | METH_STATIC | METH_COEXIST)
}

unsafe fn wrong_arguments(def: &PyMethodDef, problem: &str) -> Obj {
    // SAFETY: the name is a C string.
    unsafe {
        let name = CStr::from_ptr(def.ml_name).to_string_lossy();
        err::set(crate::PyExc_TypeError, &format!("{name}() {problem}"));
    }
    std::ptr::null_mut()
}

/// Calls with positional arguments, keyword values behind them and their names (or NULL), as vectorcall passes them.
pub unsafe fn call_def(
    def: *mut PyMethodDef,
    me: Obj,
    class: *mut PyTypeObject,
    args: &[Obj],
    names: Obj,
) -> Obj {
    // SAFETY: the function has the signature that its flags name.
    unsafe {
        let def = &*def;
        let f = *(&raw const def.ml_meth).cast::<*const c_void>();
        let keywords = if names.is_null() { 0 } else { seq::size(names) };
        let positional = args.len() - keywords;
        let convention = convention(def);
        if keywords > 0 && convention & METH_KEYWORDS == 0 {
            return wrong_arguments(def, "takes no keyword arguments");
        }
        macro_rules! f {
            ($ty:ty) => {
                std::mem::transmute::<*const c_void, $ty>(f)
            };
        }
        const FAST_KEYWORDS: i32 = METH_FASTCALL | METH_KEYWORDS;
        const METHOD: i32 = METH_METHOD | METH_FASTCALL | METH_KEYWORDS;
        match convention {
            METH_NOARGS if positional != 0 => {
                wrong_arguments(def, &format!("takes no arguments ({positional} given)"))
            }
            METH_NOARGS => state::outside(|| f!(Two)(me, std::ptr::null_mut())),
            METH_O if positional != 1 => {
                wrong_arguments(def, &format!("takes exactly one argument ({positional} given)"))
            }
            METH_O => state::outside(|| f!(Two)(me, args[0])),
            METH_FASTCALL => state::outside(|| f!(Fast)(me, args.as_ptr(), positional as isize)),
            FAST_KEYWORDS => {
                state::outside(|| f!(FastKeywords)(me, args.as_ptr(), positional as isize, names))
            }
            METHOD => state::outside(|| f!(Method)(me, class, args.as_ptr(), positional as isize, names)),
            other => {
                let tuple = seq::tuple_of(&args[..positional]);
                if tuple.is_null() {
                    return tuple;
                }
                let result = if other & METH_KEYWORDS != 0 {
                    let kwargs = guest::keyword_dict(&args[positional..], names);
                    let result = state::outside(|| f!(Three)(me, tuple, kwargs));
                    xdecref(kwargs);
                    result
                } else {
                    debug_assert!(other & METH_VARARGS != 0);
                    state::outside(|| f!(Two)(me, tuple))
                };
                xdecref(tuple);
                result
            }
        }
    }
}

/// The class that defines a function of the `METH_METHOD` convention.
pub unsafe fn class_of(op: Obj) -> Option<*mut PyTypeObject> {
    // SAFETY: `op` is a C function object; with this flag it has the longer struct.
    unsafe {
        let flags = (*(*op.cast::<PyCFunctionObject>()).m_ml).ml_flags;
        (flags & METH_METHOD != 0).then(|| (*op.cast::<PyCMethodObject>()).mm_class)
    }
}

unsafe fn call_object(op: Obj, args: &[Obj], names: Obj) -> Obj {
    // SAFETY: `op` is a C function object.
    unsafe {
        let function = op.cast::<PyCFunctionObject>();
        let def = (*function).m_ml;
        let class = class_of(op).unwrap_or(std::ptr::null_mut());
        let me = if (*def).ml_flags & METH_STATIC != 0 {
            std::ptr::null_mut()
        } else {
            (*function).m_self
        };
        call_def(def, me, class, args, names)
    }
}

/// The `vectorcall` of C function objects.
pub unsafe extern "C" fn vectorcall(op: Obj, args: *const Obj, nargsf: usize, names: Obj) -> Obj {
    let _held = crate::hold();
    // SAFETY: the vectorcall protocol.
    unsafe {
        let keywords = if names.is_null() { 0 } else { seq::size(names) };
        let total = (nargsf & !PY_VECTORCALL_ARGUMENTS_OFFSET) + keywords;
        let args = if total == 0 {
            &[][..]
        } else {
            std::slice::from_raw_parts(args, total)
        };
        call_object(op, args, names)
    }
}

/// `PyCFunction_Call` and the `tp_call` of C function objects.
pub unsafe extern "C" fn call(op: Obj, args: Obj, kwargs: Obj) -> Obj {
    let _held = crate::hold();
    // SAFETY: `args` is a tuple, `kwargs` a dict or NULL.
    unsafe {
        if seq::is_host(op) {
            return crate::slots::host_call(op, args, kwargs);
        }
        let (all, names) = unpack(args, kwargs);
        let result = call_object(op, &all, names);
        xdecref(names);
        result
    }
}

/// Positional arguments and keyword values in one row, and the tuple of names (a new reference, or NULL).
pub unsafe fn unpack(args: Obj, kwargs: Obj) -> (Vec<Obj>, Obj) {
    // SAFETY: as `call`; the values are borrowed from the tuple and the dict.
    unsafe {
        let mut all = seq::tuple_slice(args).to_vec();
        if kwargs.is_null() || dict::len(kwargs) == 0 {
            return (all, std::ptr::null_mut());
        }
        let (mut names, mut pos) = (Vec::new(), 0);
        while let Some((name, value)) = dict::next(kwargs, &mut pos) {
            names.push(new_ref(name));
            all.push(value);
        }
        (all, seq::tuple_from_owned(&names))
    }
}

// --- function blocks ---------------------------------------------------------------------------------------------

struct HostFunctionDef(PyMethodDef);
// SAFETY: never written.
unsafe impl Sync for HostFunctionDef {}

/// What C sees in a host function that looks like a `PyCFunctionObject`: a call back into the host.
static HOST_FUNCTION: Locked<Option<Box<HostFunctionDef>>> = Locked::new(None);

unsafe extern "C" fn call_host_function(me: Obj, args: Obj, kwargs: Obj) -> Obj {
    let _held = crate::hold();
    // SAFETY: `me` is the function's own proxy.
    unsafe { crate::slots::host_call(me, args, kwargs) }
}

/// Makes the proxy of a host's builtin function callable for code that reads `m_ml` in place.
pub unsafe fn fill_host_function(op: Obj) {
    // SAFETY: `op` has room for a PyCFunctionObject; the definition is made once.
    unsafe {
        let def = HOST_FUNCTION.get().get_or_insert_with(|| {
            Box::new(HostFunctionDef(PyMethodDef {
                ml_name: c"builtin".as_ptr(),
                ml_meth: crate::PyMethodDefPointer {
                    PyCFunctionWithKeywords: call_host_function,
                },
                ml_flags: crate::METH_VARARGS | crate::METH_KEYWORDS,
                ml_doc: std::ptr::null(),
            }))
        });
        let function = op.cast::<PyCFunctionObject>();
        (*function).m_ml = &raw mut def.0;
        (*function).m_self = op; // borrowed from itself: see drop_function
    }
}

/// Makes the proxy of a host's function that stands for a C function what that was: `words` has its definition, its self and
/// the name of its module, of which the last two may be NULL.
pub unsafe fn fill_c_function(op: Obj, words: *const [usize; 3]) {
    // SAFETY: `op` is a whole PyCFunctionObject; the host keeps alive what its function is bound to.
    unsafe {
        let function = op.cast::<PyCFunctionObject>();
        let [definition, me, module] = *words;
        if (*function).m_self == op {
            (*function).m_ml = definition as *mut PyMethodDef;
            (*function).m_self = me as Obj;
            (*function).m_module = module as Obj;
            (*function).vectorcall = Some(vectorcall);
            xincref((*function).m_self);
            xincref((*function).m_module);
        }
    }
}

/// Is this one of the two types of C function objects?
pub fn is_function(ty: *const PyTypeObject) -> bool {
    ty == &raw const crate::PyCFunction_Type || ty == &raw const crate::PyCMethod_Type
}

/// Releases what a function block holds.
pub unsafe fn drop_function(op: Obj) {
    // SAFETY: nobody uses the function any more.
    unsafe {
        let function = op.cast::<PyCFunctionObject>();
        if (*function).m_self != op {
            xdecref((*function).m_self);
        }
        xdecref((*function).m_module);
        if let Some(class) = class_of(op) {
            xdecref(class.cast());
        }
    }
}

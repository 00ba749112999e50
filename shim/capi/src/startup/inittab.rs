//! Modules that a program has inside it (`PyImport_AppendInittab`). The import system finds them through a module of ours,
//! which stands in `sys.meta_path` and has the functions of a finder and of a loader.

use crate::common::Owned;
use gimbal_abi::*;
use gimbal_proxies::state::Locked;
use gimbal_proxies::{Obj, Op, err, int, loader, modules, new_ref, none, op, op_unit, seq, text};
use std::ffi::{CStr, CString, c_char};
use std::ptr::null_mut;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A module's init function.
pub type Init = loader::Init;

/// The program's modules by name; those that came later win.
fn modules_of_program() -> MutexGuard<'static, Vec<(CString, Init)>> {
    static MODULES: Mutex<Vec<(CString, Init)>> = Mutex::new(Vec::new());
    MODULES.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Adds a module.
pub fn add(name: &CStr, init: Init) {
    modules_of_program().push((name.to_owned(), init));
}

fn find(name: &[u8]) -> Option<(CString, Init)> {
    let known = modules_of_program();
    known
        .iter()
        .rev()
        .find(|(known, _)| known.to_bytes() == name)
        .cloned()
}

const FLAGS: i32 = METH_VARARGS;

macro_rules! method {
    ($name:literal, $function:ident) => {
        PyMethodDef {
            ml_name: concat!($name, "\0").as_ptr().cast::<c_char>(),
            ml_meth: PyMethodDefPointer {
                PyCFunction: $function,
            },
            ml_flags: FLAGS,
            ml_doc: std::ptr::null(),
        }
    };
}

static METHODS: Locked<[PyMethodDef; 4]> = Locked::new([
    method!("find_spec", find_spec),
    method!("create_module", create_module),
    method!("exec_module", exec_module),
    PyMethodDef::zeroed(),
]);

/// Our finder, once it has been made.
static FINDER: Locked<Obj> = Locked::new(null_mut());

/// Puts the finder in front of the host's, if there are modules to find and a list of finders to stand in.
pub unsafe fn install() {
    // SAFETY: the lock is held, the host is there.
    unsafe {
        if modules_of_program().is_empty() || !FINDER.get().is_null() {
            return;
        }
        let path = Owned(op(Op::SysGet, &[text::interned("meta_path")]));
        let name = Owned(text::from_str("_gimbal_program"));
        let finder = modules::new(name.0);
        if !path.0.is_null()
            && !finder.is_null()
            && modules::add_functions(finder, METHODS.get().as_mut_ptr())
        {
            let first = Owned(int::from_i64(0));
            op_unit(Op::ListInsert, &[path.0, first.0, finder]);
            *FINDER.get() = finder;
        }
        err::clear();
    }
}

/// `find_spec(name, path, target=None)`
unsafe extern "C" fn find_spec(_me: Obj, arguments: Obj) -> Obj {
    let _held = gimbal_proxies::hold();
    // SAFETY: the import system passes a name first.
    unsafe {
        let Some(&name) = seq::tuple_slice(arguments).first() else {
            return new_ref(none());
        };
        if PyUnicode_Check(name) == 0 || find(text::utf8(name)).is_none() {
            return new_ref(none());
        }
        let (module, class) = (
            text::interned("importlib.machinery"),
            text::interned("ModuleSpec"),
        );
        let class = Owned(op(Op::ImportAttr, &[module, class]));
        if class.0.is_null() {
            return null_mut();
        }
        let positional = Owned(seq::tuple_of(&[name, *FINDER.get()]));
        let keywords = Owned(gimbal_proxies::dict::new());
        gimbal_proxies::dict::set(keywords.0, text::interned("origin"), text::interned("built-in"));
        op(Op::CallObject, &[class.0, positional.0, keywords.0])
    }
}

/// `create_module(spec)`
unsafe extern "C" fn create_module(_me: Obj, arguments: Obj) -> Obj {
    let _held = gimbal_proxies::hold();
    // SAFETY: the import system passes the spec that we made.
    unsafe {
        let Some(&spec) = seq::tuple_slice(arguments).first() else {
            return new_ref(none());
        };
        let name = Owned(op(Op::GetAttr, &[spec, text::interned("name")]));
        if name.0.is_null() {
            return null_mut();
        }
        let Some((name, init)) = find(text::utf8(name.0)) else {
            return new_ref(none());
        };
        let made = loader::initialize(init, &name);
        if made.is_null() || (*made).ob_type != &raw mut PyModuleDef_Type {
            return made;
        }
        modules::create_from_spec(made.cast(), spec)
    }
}

/// `exec_module(module)`
unsafe extern "C" fn exec_module(_me: Obj, arguments: Obj) -> Obj {
    let _held = gimbal_proxies::hold();
    // SAFETY: the import system passes the module that we made.
    unsafe {
        let Some(&module) = seq::tuple_slice(arguments).first() else {
            return new_ref(none());
        };
        let def = crate::moduleobject::PyModule_GetDef(module);
        err::clear();
        if !def.is_null() && !(*def).m_slots.is_null() && modules::exec(module, def) < 0 {
            return null_mut();
        }
        new_ref(none())
    }
}

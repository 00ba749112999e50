//! Modules made by extensions: single-phase and multi-phase initialisation, state, definitions.

use crate::state::Locked;
use crate::{
    ModuleObject, Obj, Op, PyModuleDef, PyModuleDef_Slot, arena, crossing, decref, err, gil, incref, int,
    new_ref, refcount, seq, text, types, xdecref,
};
use hashbrown::HashMap;
use std::ffi::{CStr, CString, c_int, c_void};

const CREATE: c_int = 1;
const EXEC: c_int = 2;
const MULTIPLE_INTERPRETERS: c_int = 3;
/// `Py_mod_gil`.
pub const GIL: c_int = 4;

/// Full dotted names of modules whose init function is running: single-phase modules only say their last part.
static CONTEXT: Locked<Vec<CString>> = Locked::new(Vec::new());

/// Definitions of single-phase modules, for `PyState_FindModule`.
static BY_DEFINITION: Locked<Option<HashMap<usize, usize>>> = Locked::new(None);

/// How many modules are in their second phase.
static EXECUTING: Locked<usize> = Locked::new(0);

/// What a module owns for C, which goes on using pointers to it: on CPython the module's dict owns the objects. The dict here is the host's
/// and owns no block, so this does.
#[derive(Default)]
struct Given {
    /// What the module was given together with C's reference.
    references: Vec<Obj>,
    /// What C has put into its dict since it began to make the module, by name.
    globals: HashMap<Vec<u8>, Obj>,
}

impl Given {
    fn all(&self) -> Vec<Obj> {
        self.references
            .iter()
            .chain(self.globals.values())
            .copied()
            .collect()
    }
}

/// By module.
static GIVEN: Locked<Option<HashMap<usize, Given>>> = Locked::new(None);

/// The modules whose dicts C has asked for, by dict.
static DICTS: Locked<Option<HashMap<usize, usize>>> = Locked::new(None);

/// The module owns this reference of C's from now on.
pub unsafe fn give(module: Obj, reference: Obj) {
    // SAFETY: the lock is held.
    let given = unsafe { GIVEN.get().get_or_insert_default() };
    given
        .entry(module as usize)
        .or_default()
        .references
        .push(reference);
}

/// C has asked for the dict of a module.
pub unsafe fn note_dict(module: Obj, dict: Obj) {
    // SAFETY: the lock is held.
    unsafe {
        DICTS
            .get()
            .get_or_insert_default()
            .insert(dict as usize, module as usize)
    };
}

/// C has put something into a dict of the host. If it is that of a module, and modules are being made, the module owns it.
pub unsafe fn keep_global(dict: Obj, name: Obj, value: Obj) {
    // SAFETY: the lock is held; all are objects.
    unsafe {
        if *EXECUTING.get() == 0 && CONTEXT.get().is_empty() {
            return;
        }
        let module = DICTS.get().as_ref().and_then(|dicts| dicts.get(&(dict as usize)));
        if let Some(&module) = module
            && text::is_exactly(name, &raw mut crate::PyUnicode_Type)
        {
            let given = GIVEN.get().get_or_insert_default().entry(module).or_default();
            let before = given
                .globals
                .insert(text::utf8(name).to_vec(), crate::new_ref(value));
            before.into_iter().for_each(|before| decref(before));
        }
    }
}

/// Drops what a module was given.
unsafe fn drop_given(module: Obj) {
    // SAFETY: the lock is held; a finalizer may run, which finds nothing here.
    unsafe {
        let given = GIVEN
            .get()
            .as_mut()
            .and_then(|given| given.remove(&(module as usize)));
        for reference in given.iter().flat_map(Given::all) {
            decref(reference);
        }
    }
}

/// An init function begins.
pub unsafe fn begin(name: &CStr) {
    // SAFETY: the lock is held.
    unsafe { CONTEXT.get().push(name.to_owned()) }
}

/// It has ended.
pub unsafe fn end() {
    // SAFETY: the lock is held.
    unsafe { CONTEXT.get().pop() };
}

/// The block behind a module: the native struct of one that C made, whose wrapper is a module of the host; the proxy of
/// any other. C never reads it in place.
pub unsafe fn block(module: Obj) -> *mut ModuleObject {
    module.cast()
}

/// `PyModule_NewObject`.
pub unsafe fn new(name: Obj) -> Obj {
    // SAFETY: all-zero is a module without definition, state and dict.
    unsafe {
        let module = arena::alloc_zeroed(size_of::<ModuleObject>()).cast::<crate::PyObject>();
        if module.is_null() {
            return seq::no_memory();
        }
        refcount::begin(module.cast(), &raw mut crate::PyModule_Type);
        let address = int::from_i64(module as i64);
        let made = crossing::op_unit(Op::NewModule, &[name, address]);
        decref(address);
        if !made {
            decref(module);
            return std::ptr::null_mut();
        }
        arena::set_flags(module, arena::TRACKED);
        module
    }
}

unsafe fn new_module(name: &str) -> Obj {
    // SAFETY: the lock is held.
    unsafe {
        let name = text::from_str(name);
        let module = new(name);
        decref(name);
        module
    }
}

/// The definition of a module whose state is there: only then may its functions be called.
unsafe fn living(op: Obj) -> Option<&'static PyModuleDef> {
    // SAFETY: `op` is a module; definitions are statics of their extensions.
    unsafe {
        let module = block(op);
        (*module)
            .md_def
            .as_ref()
            .filter(|def| def.m_size <= 0 || !(*module).md_state.is_null())
    }
}

/// `tp_traverse` of modules.
pub unsafe extern "C" fn traverse(op: Obj, visit: crate::visitproc, arg: *mut c_void) -> c_int {
    let _held = crate::hold();
    // SAFETY: called by a collector on a module.
    unsafe {
        let given = GIVEN.get().as_ref().and_then(|given| given.get(&(op as usize)));
        for reference in given.map(Given::all).unwrap_or_default() {
            let stop = visit(reference, arg);
            if stop != 0 {
                return stop;
            }
        }
        match living(op).and_then(|def| def.m_traverse) {
            Some(traverse) => traverse(op, visit, arg),
            None => 0,
        }
    }
}

/// `tp_clear` of modules.
pub unsafe extern "C" fn clear(op: Obj) -> c_int {
    let _held = crate::hold();
    // SAFETY: called by a collector on a module.
    unsafe {
        let status = match living(op).and_then(|def| def.m_clear) {
            Some(clear) => crate::outside(|| clear(op)),
            None => 0,
        };
        drop_given(op);
        status
    }
}

/// `tp_dealloc` of modules.
pub unsafe extern "C" fn dealloc(op: Obj) {
    let _held = crate::hold();
    // SAFETY: the count is zero.
    unsafe {
        if seq::is_host(op) {
            drop_given(op);
            return refcount::retire(op);
        }
        let module = block(op);
        if let Some(free) = living(op).and_then(|def| def.m_free) {
            crate::outside(|| free(op.cast()));
        }
        drop_given(op);
        if let Some(dicts) = DICTS.get() {
            dicts.remove(&((*module).md_dict as usize));
        }
        arena::free((*module).md_state.cast());
        xdecref((*module).md_dict);
        arena::free(op.cast());
    }
}

/// Names the definition of a module. The proxy of a module that the host made lives for good then.
unsafe fn define(module: Obj, def: *mut PyModuleDef) {
    // SAFETY: `module` is a module.
    unsafe {
        if seq::is_host(module) && (*block(module)).md_def.is_null() {
            refcount::immortalize(module);
        }
        (*block(module)).md_def = def;
    }
}

/// Ties a module to its definition and gives it its state.
unsafe fn adopt(module: Obj, def: *mut PyModuleDef) -> bool {
    // SAFETY: `module` is a module.
    unsafe {
        define(module, def);
        if (*def).m_size > 0 && (*block(module)).md_state.is_null() {
            let state = arena::alloc_zeroed((*def).m_size as usize);
            if state.is_null() {
                seq::no_memory();
                return false;
            }
            (*block(module)).md_state = state;
        }
        true
    }
}

/// Has the definition the head of this flavour's objects? In a file for a Python with a GIL it begins with a count, and in a
/// file for free-threaded Python with the number of its owner, which is 0. There the second word ends in a count of the owner's
/// that is all ones; with a GIL it is an address or 0.
unsafe fn fits(def: *mut PyModuleDef) -> bool {
    // SAFETY: `def` is a module definition, which is longer than two words.
    let [first, second] = unsafe { *def.cast::<[u64; 2]>() };
    if cfg!(Py_GIL_DISABLED) {
        first == 0
    } else {
        first != 0 || second >> 32 != u64::from(u32::MAX)
    }
}

/// `PyModule_Create2`.
pub unsafe fn create(def: *mut PyModuleDef) -> Obj {
    // SAFETY: `def` is a module definition.
    unsafe {
        if !init_def(def) {
            return std::ptr::null_mut();
        }
        if !(*def).m_slots.is_null() {
            let name = CStr::from_ptr((*def).m_name).to_string_lossy();
            err::set(
                crate::PyExc_SystemError,
                &format!("module {name}: PyModule_Create is incompatible with m_slots"),
            );
            return std::ptr::null_mut();
        }
        let short = CStr::from_ptr((*def).m_name);
        let full = CONTEXT
            .get()
            .last()
            .filter(|c| c.to_bytes().rsplit(|&b| b == b'.').next() == Some(short.to_bytes()))
            .cloned()
            .unwrap_or_else(|| short.to_owned());
        let module = new_module(&full.to_string_lossy());
        if module.is_null() || !adopt(module, def) || !fill(module, def) {
            xdecref(module);
            return std::ptr::null_mut();
        }
        module
    }
}

/// Methods and docstring.
unsafe fn fill(module: Obj, def: *mut PyModuleDef) -> bool {
    // SAFETY: both are valid.
    unsafe {
        if !(*def).m_methods.is_null() && !add_functions(module, (*def).m_methods) {
            return false;
        }
        (*def).m_doc.is_null() || set_doc(module, CStr::from_ptr((*def).m_doc))
    }
}

/// `PyModule_SetDocString`.
pub unsafe fn set_doc(module: Obj, doc: &CStr) -> bool {
    // SAFETY: `module` is a module.
    unsafe {
        let doc = text::from_str(&doc.to_string_lossy());
        let done = crossing::op_unit(Op::SetAttr, &[module, text::interned("__doc__"), doc]);
        decref(doc);
        done
    }
}

/// `PyModule_AddFunctions`.
pub unsafe fn add_functions(module: Obj, mut def: *mut crate::PyMethodDef) -> bool {
    // SAFETY: the table ends with a NULL name.
    unsafe {
        let name = crossing::op(Op::GetAttr, &[module, text::interned("__name__")]);
        if name.is_null() {
            return false;
        }
        let mut done = true;
        while done && !(*def).ml_name.is_null() {
            let function = new_function(def, module, name, std::ptr::null_mut());
            let key = text::from_str(&CStr::from_ptr((*def).ml_name).to_string_lossy());
            done = !function.is_null() && crossing::op_unit(Op::SetAttr, &[module, key, function]);
            xdecref(function);
            decref(key);
            def = def.add(1);
        }
        decref(name);
        done
    }
}

/// The host function for a C function: what a module's attribute or a bound builtin is on the other side.
pub unsafe fn new_function(def: *mut crate::PyMethodDef, me: Obj, module: Obj, class: Obj) -> Obj {
    // SAFETY: `def` outlives the function, as CPython asks.
    unsafe {
        let entry = types::method_entry(def);
        let address = int::from_i64(me as i64);
        let result = crossing::op(Op::NewFunction, &[entry, address, module, class]);
        decref(entry);
        decref(address);
        result
    }
}

/// `PyModuleDef_Init`: makes the definition an object. False with an error set when it is none of this flavour.
pub unsafe fn init_def(def: *mut PyModuleDef) -> bool {
    // SAFETY: `def` is a static of the extension.
    unsafe {
        if !fits(def) {
            let name = CONTEXT.get().last().cloned().unwrap_or_default();
            set_import_error(gil::FOREIGN, &name.to_string_lossy(), "");
            return false;
        }
        let head = def.cast::<crate::PyObject>();
        if (*head).ob_type.is_null() {
            (*head).ob_type = &raw mut crate::PyModuleDef_Type;
        }
        incref(head);
        true
    }
}

unsafe fn slots(def: *mut PyModuleDef) -> impl Iterator<Item = *mut PyModuleDef_Slot> {
    // SAFETY: the table ends with slot 0.
    let mut slot = unsafe { (*def).m_slots };
    std::iter::from_fn(move || {
        // SAFETY: as above.
        unsafe {
            if slot.is_null() || (*slot).slot == 0 {
                return None;
            }
            let this = slot;
            slot = slot.add(1);
            Some(this)
        }
    })
}

/// What the definition says in a slot.
pub unsafe fn slot(def: *mut PyModuleDef, number: c_int) -> Option<*mut c_void> {
    // SAFETY: as `slots`.
    unsafe {
        slots(def)
            .find(|&slot| (*slot).slot == number)
            .map(|slot| (*slot).value)
    }
}

/// `PyModule_FromDefAndSpec2`: the first phase.
pub unsafe fn create_from_spec(def: *mut PyModuleDef, spec: Obj) -> Obj {
    // SAFETY: `def` is a module definition, `spec` an object with a name.
    unsafe {
        let name = crossing::op(Op::GetAttr, &[spec, text::interned("name")]);
        if name.is_null() {
            return name;
        }
        let title = text::as_str(name).unwrap_or_default().to_owned();
        decref(name);
        if (*def).m_size < 0 {
            let message =
                format!("module {title}: m_size may not be negative for multi-phase initialization");
            err::set(crate::PyExc_SystemError, &message);
            return std::ptr::null_mut();
        }
        if let Some(reason) = gil::refusal_of_definition(def) {
            set_import_error(&format!("cannot import {title}: {reason}"), &title, "");
            return std::ptr::null_mut();
        }
        let mut create = None;
        for slot in slots(def) {
            match (*slot).slot {
                CREATE if create.is_some() => {
                    err::set(
                        crate::PyExc_SystemError,
                        &format!("module {title} has multiple create slots"),
                    );
                    return std::ptr::null_mut();
                }
                CREATE => {
                    type Create = unsafe extern "C" fn(Obj, *mut PyModuleDef) -> Obj;
                    create = Some(std::mem::transmute::<*mut c_void, Create>((*slot).value));
                }
                EXEC => {}
                MULTIPLE_INTERPRETERS if cfg!(Py_3_12) => {}
                GIL if cfg!(Py_3_13) => {}
                other => {
                    err::set(
                        crate::PyExc_SystemError,
                        &format!("module {title} uses unknown slot ID {other}"),
                    );
                    return std::ptr::null_mut();
                }
            }
        }
        let module = match create {
            Some(create) => crate::outside(|| create(spec, def)),
            None => new_module(&title),
        };
        if module.is_null() {
            if err::occurred().is_null() {
                let message = format!("creation of module {title} failed without setting an exception");
                err::set(crate::PyExc_SystemError, &message);
            }
            return module;
        }
        let is_module = types::is_subtype((*module).ob_type, &raw mut crate::PyModule_Type);
        if is_module {
            define(module, def);
        }
        if !fill(module, def) {
            decref(module);
            return std::ptr::null_mut();
        }
        module
    }
}

/// `PyModule_ExecDef`: the second phase. 0, or -1 with an error set.
pub unsafe fn exec(module: Obj, def: *mut PyModuleDef) -> c_int {
    // SAFETY: as `create_from_spec`.
    unsafe {
        let is_module = types::is_subtype((*module).ob_type, &raw mut crate::PyModule_Type);
        if is_module && !adopt(module, def) {
            return -1;
        }
        for slot in slots(def) {
            if (*slot).slot != EXEC {
                continue;
            }
            let f: unsafe extern "C" fn(Obj) -> c_int = std::mem::transmute((*slot).value);
            *EXECUTING.get() += 1;
            let status = crate::outside(|| f(module));
            *EXECUTING.get() -= 1;
            let name = CStr::from_ptr((*def).m_name).to_string_lossy();
            if status != 0 {
                if err::occurred().is_null() {
                    let message = format!("execution of module {name} failed without setting an exception");
                    err::set(crate::PyExc_SystemError, &message);
                }
                return -1;
            }
            if !err::occurred().is_null() {
                err::set(
                    crate::PyExc_SystemError,
                    &format!("execution of module {name} raised unreported exception"),
                );
                return -1;
            }
        }
        0
    }
}

/// `PyState_FindModule`, borrowed.
pub unsafe fn find(def: *mut PyModuleDef) -> Obj {
    // SAFETY: the lock is held.
    unsafe { BY_DEFINITION.get() }
        .as_ref()
        .and_then(|m| m.get(&(def as usize)))
        .map_or(std::ptr::null_mut(), |&m| m as Obj)
}

/// `PyState_AddModule` and `PyState_RemoveModule` (a NULL module).
pub unsafe fn remember(def: *mut PyModuleDef, module: Obj) {
    // SAFETY: the lock is held.
    unsafe {
        let map = BY_DEFINITION.get().get_or_insert_default();
        let before = if module.is_null() {
            map.remove(&(def as usize))
        } else {
            map.insert(def as usize, new_ref(module) as usize)
        };
        xdecref(before.unwrap_or_default() as Obj);
    }
}

/// Sets `ImportError(message, name=name, path=path)`.
pub unsafe fn set_import_error(message: &str, name: &str, path: &str) {
    // SAFETY: the lock is held.
    unsafe {
        let args = seq::tuple_from_owned(&[text::from_str(message)]);
        let kwargs = crate::dict::new();
        for (key, value) in [("name", name), ("path", path)] {
            let value = text::from_str(value);
            crate::dict::set(kwargs, text::interned(key), value);
            decref(value);
        }
        let error = crossing::op(Op::CallObject, &[crate::PyExc_ImportError, args, kwargs]);
        decref(args);
        decref(kwargs);
        if !error.is_null() {
            err::restore(new_ref(crate::PyExc_ImportError), error, std::ptr::null_mut());
        }
    }
}

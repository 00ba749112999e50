//! A host to copy: everything at the border is here, and behind it an interpreter so small that it is read in minutes.
//!
//! Put your own objects in the place of [`object`], then follow the exceptions: each operation that an extension needs and
//! [`ops`] lacks says its name. `docs/PORTING-A-HOST.md` has the whole way. What this leaves out: keyword arguments, extension
//! types (`Op::MakeType`), buffers, and closing the wrappers of native instances.
//!
//! ```text
//! LD_LIBRARY_PATH=... GIMBAL_HOST=.../libgimbal_host_skeleton.so ./program-that-embeds-python
//! ```

mod border;
mod handles;
mod object;
mod ops;

use gimbal_host::{Cell, GIMBAL_HOST_ABI, HostTable, Op, Release, ShimTable, Start, Tag};
use object::{Object, Ref, Res, as_str, class, exception, get, make_exception};
use std::ffi::CStr;
use std::sync::OnceLock;

static SHIM: OnceLock<&'static ShimTable> = OnceLock::new();

/// The shim's functions.
fn shim() -> &'static ShimTable {
    SHIM.get()
        .expect("the host is attached before anything of it is called")
}

// --- what the shim asks of us ------------------------------------------------------------------------------------------

/// Describes a result in a cell; the tag is what the entry returns.
unsafe fn answer(out: *mut Cell, result: Result<Option<Ref>, Ref>) -> i32 {
    // SAFETY: the shim passes a cell for the result.
    unsafe {
        match result {
            Ok(Some(object)) => border::encode(&mut *out, &object),
            Ok(None) => {
                (*out).tag = Tag::Null as i32;
                Tag::Null as i32
            }
            Err(error) => {
                border::encode(&mut *out, &error);
                Tag::Error as i32
            }
        }
    }
}

unsafe extern "C" fn op(code: i32, n: i32, args: *mut Cell, out: *mut Cell) -> i32 {
    // SAFETY: as many argument cells as are said.
    unsafe {
        let args: Vec<Option<Ref>> = (0..n as usize)
            .map(|i| border::decode(&mut *args.add(i)))
            .collect();
        let result = match Op::ALL.get(code as usize) {
            Some(&op) => ops::perform(op, &args),
            None => Err(exception("SystemError", "an operation of a newer shim")),
        };
        answer(out, result)
    }
}

unsafe extern "C" fn call_entry(
    callable: i64,
    n: i32,
    keywords: i32,
    args: *mut Cell,
    out: *mut Cell,
) -> i32 {
    // SAFETY: as `op`.
    unsafe {
        let result = match handles::resolve(callable) {
            _ if keywords > 0 => Err(exception("TypeError", "this host has no keyword arguments")),
            Some(callable) => call(&callable, &border::decode_all(args, n.into())),
            None => Err(exception("SystemError", "a handle that is closed")),
        };
        answer(out, result.map(Some))
    }
}

unsafe extern "C" fn getattr(object: i64, name: i64, out: *mut Cell) -> i32 {
    // SAFETY: as `op`.
    unsafe {
        let result = match (handles::resolve(object), handles::resolve(name)) {
            (Some(object), Some(name)) => get(&object, as_str(&name)),
            _ => Err(exception("SystemError", "a handle that is closed")),
        };
        answer(out, result.map(Some))
    }
}

unsafe extern "C" fn release(n: i32, releases: *const Release) {
    // SAFETY: as many as are said.
    handles::close(unsafe { std::slice::from_raw_parts(releases, n as usize) });
}

static HOST: HostTable = HostTable {
    abi_version: GIMBAL_HOST_ABI,
    flags: 0,
    size: size_of::<HostTable>(),
    op,
    call: call_entry,
    getattr,
    release,
};

// --- what we ask of the shim -------------------------------------------------------------------------------------------

/// Calls an object.
fn call(callable: &Ref, arguments: &[Ref]) -> Res {
    let Object::Function(native) = &**callable else {
        return Err(exception("TypeError", "object is not callable"));
    };
    // SAFETY: code and self came from the extension's method table; three cells for the result, the last is the shim's.
    unsafe {
        let mut out = [Cell::new(Tag::Error); 3];
        let mut cells = vec![Cell::new(Tag::Null); arguments.len()];
        for (cell, argument) in cells.iter_mut().zip(arguments) {
            border::encode(cell, argument);
        }
        let (code, this) = (native.code as *mut u8, native.this as *mut u8);
        let n = cells.len() as i32;
        let tag = (shim().calln)(
            native.convention,
            code,
            this,
            n,
            0,
            cells.as_mut_ptr(),
            out.as_mut_ptr(),
        );
        let value = border::decode(&mut out[0]);
        let result = if tag == Tag::Error as i32 {
            let class = value.unwrap_or_else(|| class("SystemError", Some("Exception")));
            Err(make_exception(&class, border::decode(&mut out[1])))
        } else {
            value.ok_or_else(|| exception("SystemError", "this host has no such objects"))
        };
        if tag >= Tag::Tuple as i32 {
            // containers with the handles that `decode` has given them
            (shim().adopt)(out.as_mut_ptr());
        }
        (shim().forget)(out.as_mut_ptr());
        result
    }
}

// --- start -------------------------------------------------------------------------------------------------------------

/// Our classes for the types that the shim exports, with their bases.
const BUILTINS: [(&str, &str, Option<&str>); 12] = [
    ("PyBaseObject_Type", "object", None),
    ("PyType_Type", "type", Some("object")),
    ("_PyNone_Type", "NoneType", Some("object")),
    ("PyLong_Type", "int", Some("object")),
    ("PyBool_Type", "bool", Some("int")),
    ("PyFloat_Type", "float", Some("object")),
    ("PyUnicode_Type", "str", Some("object")),
    ("PyTuple_Type", "tuple", Some("object")),
    ("PyList_Type", "list", Some("object")),
    ("PyDict_Type", "dict", Some("object")),
    ("PyModule_Type", "module", Some("object")),
    ("PyCFunction_Type", "builtin_function_or_method", Some("object")),
];

fn builtin(exported: &str) -> Option<Ref> {
    match exported.strip_prefix("PyExc_") {
        Some("BaseException") => Some(class("BaseException", Some("object"))),
        Some("Exception") => Some(class("Exception", Some("BaseException"))),
        Some(name) => Some(class(name, Some("Exception"))),
        None => BUILTINS
            .iter()
            .find(|(known, ..)| *known == exported)
            .map(|(_, name, base)| class(name, *base)),
    }
}

/// Ties our classes to the shim's statics: types, then a call that completes them, then exceptions.
unsafe fn bind() {
    // SAFETY: the shim's functions take what it says.
    unsafe {
        // Bases come before what derives from them.
        let exceptions = ["PyExc_BaseException", "PyExc_Exception"];
        BUILTINS
            .iter()
            .map(|row| row.0)
            .chain(exceptions)
            .for_each(|name| drop(builtin(name)));
        let exported = |i: i32| {
            let name = (shim().builtin_name)(i);
            (!name.is_null()).then(|| CStr::from_ptr(name.cast()).to_string_lossy().into_owned())
        };
        let names: Vec<String> = (0..).map_while(exported).collect();
        for exceptions in [false, true] {
            for (i, name) in names.iter().enumerate() {
                if name.starts_with("PyExc_") == exceptions
                    && let Some(class) = builtin(name)
                {
                    let mut cell = Cell::new(Tag::Null);
                    border::encode(&mut cell, &class);
                    (shim().bind_builtin)(i as i32, &raw mut cell);
                }
            }
            if !exceptions {
                let mut nothing = Cell::new(Tag::Null);
                (shim().bind_builtin)(names.len() as i32, &raw mut nothing);
            }
        }
    }
}

/// The shim starts us here.
///
/// # Safety
/// Called once by the shim, as `gimbal_host::start` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gimbal_host_start(start: *mut Start) -> i32 {
    // SAFETY: as stated.
    unsafe {
        let start = &mut *start;
        let table = if start.abi_version == GIMBAL_HOST_ABI {
            (start.attach)(&raw const HOST).as_ref()
        } else {
            None
        };
        let Some(table) = table else {
            start.problem = c"libpython is of another version than this host".as_ptr();
            return -1;
        };
        SHIM.get_or_init(|| table);
        bind();
        0
    }
}

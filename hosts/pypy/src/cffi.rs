//! A cffi API-mode module, made by hand at start-up instead of by cffi's C generator: the tables that PyPy's
//! `_cffi_backend` reads to know our functions, structs and call-backs.
//!
//! The formats are those of cffi's "recompiler" modules, version 0x2601 (facts from cffi's `parse_c_type.h`).

use std::ffi::{CString, c_char, c_int, c_void};

/// `_CFFI_OP(opcode, arg)`
const fn op(code: usize, arg: usize) -> usize {
    code | arg << 8
}

const PRIMITIVE: usize = 1;
const POINTER: usize = 3;
const STRUCT_UNION: usize = 9;
const FUNCTION: usize = 13;
const FUNCTION_END: usize = 15;
const NOOP: usize = 17;
const BUILTIN_V: usize = 23;
const EXTERN_PYTHON: usize = 41;

/// A C type of our interface. The discriminant is its row in the type table.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Type {
    Void = 0,
    Char = 1,
    Int = 2,
    Int64 = 3,
    Double = 4,
    Cell = 5,
    VoidPtr = 6,
    CharPtr = 7,
    Int64Ptr = 8,
    DoublePtr = 9,
    CellPtr = 10,
}

const BASIC: [usize; 11] = [
    op(PRIMITIVE, 0),
    op(PRIMITIVE, 2),
    op(PRIMITIVE, 7),
    op(PRIMITIVE, 23),
    op(PRIMITIVE, 14),
    op(STRUCT_UNION, 0),
    op(POINTER, Type::Void as usize),
    op(POINTER, Type::Char as usize),
    op(POINTER, Type::Int64 as usize),
    op(POINTER, Type::Double as usize),
    op(POINTER, Type::Cell as usize),
];

/// A function for Python, or a call-back to be defined by Python (`extern "Python"`).
pub struct Global {
    /// Its name in `lib`.
    pub name: &'static str,
    /// Result, then parameters.
    pub types: &'static [Type],
    /// Address of the function; for a call-back, of the C function that C code calls.
    pub address: *const c_void,
    /// For a call-back: what `_cffi_call_python` needs.
    pub extern_python: Option<*const ExternPython>,
}

/// `struct _cffi_externpy_s`
#[repr(C)]
pub struct ExternPython {
    name: *const c_char,
    size_of_result: usize,
    /// Written by the backend when Python defines the call-back, so the static must lie in writable memory.
    reserved: std::cell::UnsafeCell<[*mut c_void; 2]>,
}

// SAFETY: written by the cffi backend under the host's own lock.
unsafe impl Sync for ExternPython {}

impl ExternPython {
    /// For call-back `name` ("module.function") with a result of this size.
    pub const fn new(name: &'static std::ffi::CStr, size_of_result: usize) -> Self {
        ExternPython {
            name: name.as_ptr(),
            size_of_result,
            reserved: std::cell::UnsafeCell::new([std::ptr::null_mut(); 2]),
        }
    }
}

#[repr(C)]
struct CGlobal {
    name: *const c_char,
    address: *const c_void,
    type_op: usize,
    size_or_direct_fn: *const c_void,
}

#[repr(C)]
struct CField {
    name: *const c_char,
    offset: usize,
    size: usize,
    type_op: usize,
}

#[repr(C)]
struct CStruct {
    name: *const c_char,
    type_index: c_int,
    flags: c_int,
    size: usize,
    alignment: c_int,
    first_field: c_int,
    num_fields: c_int,
}

#[repr(C)]
struct CTypename {
    name: *const c_char,
    type_index: c_int,
}

#[repr(C)]
struct Context {
    types: *const usize,
    globals: *const CGlobal,
    fields: *const CField,
    structs: *const CStruct,
    enums: *const c_void,
    typenames: *const CTypename,
    num_globals: c_int,
    num_structs: c_int,
    num_enums: c_int,
    num_typenames: c_int,
    includes: *const c_void,
    num_types: c_int,
    flags: c_int,
}

/// One field of the struct that our interface passes around.
pub struct Field(pub &'static str, pub usize, pub Type);

fn c_name(name: &str) -> *const c_char {
    CString::new(name).unwrap_or_default().into_raw()
}

fn leak<T>(rows: Vec<T>) -> *const T {
    rows.leak().as_ptr()
}

fn size_of_type(ty: Type) -> usize {
    match ty {
        Type::Char => 1,
        Type::Int => 4,
        _ => 8,
    }
}

/// Builds the tables; they live for good. `fields` describe `struct gimbal_cell`, fields may overlap.
pub fn context(mut globals: Vec<Global>, fields: &[Field], size: usize) -> *const c_void {
    globals.sort_by_key(|g| g.name);
    let mut types = BASIC.to_vec();
    let mut rows = Vec::new();
    for global in &globals {
        let index = types.len();
        types.push(op(FUNCTION, global.types[0] as usize));
        types.extend(global.types[1..].iter().map(|&ty| op(NOOP, ty as usize)));
        types.push(op(FUNCTION_END, 0));
        let row = match global.extern_python {
            None => CGlobal {
                name: c_name(global.name),
                address: global.address,
                type_op: op(BUILTIN_V, index),
                size_or_direct_fn: global.address,
            },
            Some(extern_python) => {
                types.push(op(POINTER, index));
                CGlobal {
                    name: c_name(global.name),
                    address: extern_python.cast(),
                    type_op: op(EXTERN_PYTHON, types.len() - 1),
                    size_or_direct_fn: global.address,
                }
            }
        };
        rows.push(row);
    }
    let fields: Vec<CField> = fields
        .iter()
        .map(|f| CField {
            name: c_name(f.0),
            offset: f.1,
            size: size_of_type(f.2),
            type_op: op(NOOP, f.2 as usize),
        })
        .collect();
    let cell = Type::Cell as c_int;
    let structs = vec![CStruct {
        name: c_name("$gimbal_cell"),
        type_index: cell,
        flags: 0,
        size,
        alignment: 8,
        first_field: 0,
        num_fields: fields.len() as c_int,
    }];
    let typenames = vec![CTypename {
        name: c_name("gimbal_cell"),
        type_index: cell,
    }];
    let context = Context {
        num_globals: rows.len() as c_int,
        num_structs: 1,
        num_enums: 0,
        num_typenames: 1,
        num_types: types.len() as c_int,
        flags: 1,
        types: leak(types),
        globals: leak(rows),
        fields: leak(fields),
        structs: leak(structs),
        enums: std::ptr::null(),
        typenames: leak(typenames),
        includes: std::ptr::null(),
    };
    (&raw const *Box::leak(Box::new(context))).cast()
}

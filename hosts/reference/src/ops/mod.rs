//! The operations of the host interface, and the methods of the builtin classes: one file for each section of
//! `gimbal_host::Op`. The crate's documentation tells how to write one.

mod args;
mod builtin_functions;
mod bytes;
mod codec;
pub mod container;
mod context;
mod dict;
mod error;
mod escape;
mod exception;
mod float;
mod format;
mod int;
mod iteration;
mod library;
mod list;
mod memory;
mod memory_items;
mod number;
mod numeric_text;
mod object;
mod operator;
mod percent;
mod range;
mod recursion;
mod runtime;
mod search;
mod set;
mod string;
mod template;
mod text;
mod unicode;
mod warning;

use crate::heap::{Obj, Res, Thread};
use crate::types::{Builtin, Def};
use gimbal_host::Op;
use std::sync::LazyLock;

/// An operation: arguments as the shim sent them, the absent object where there is none.
pub type Operation = fn(&mut Thread, &[Obj]) -> Res;

pub(crate) use builtin_functions::fill_modules;

/// Every table of operations.
const TABLES: &[&[(Op, Operation)]] = &[
    number::OPS,
    text::OPS,
    bytes::OPS,
    container::OPS,
    object::OPS,
    error::OPS,
    memory::OPS,
    context::OPS,
    runtime::OPS,
    crate::interface::OPS,
];

/// Every table of builtin methods.
pub(crate) const METHODS: &[&[(Builtin, &[Def])]] = &[
    int::METHODS,
    float::METHODS,
    text::METHODS,
    bytes::METHODS,
    list::METHODS,
    dict::METHODS,
    set::METHODS,
    range::METHODS,
    iteration::METHODS,
    iteration::WALKERS,
    iteration::ADAPTERS,
    object::METHODS,
    builtin_functions::METHODS,
    context::METHODS,
    error::METHODS,
    exception::METHODS,
    memory::METHODS,
    runtime::METHODS,
    crate::interface::METHODS,
];

/// Every table of modules of the object space: functions by module.
pub(crate) const MODULES: &[&[(&str, &[Def])]] = &[
    runtime::MODULES,
    builtin_functions::MODULES,
    codec::MODULES,
    context::MODULES,
    error::MODULES,
    library::MODULES,
    warning::MODULES,
];

static BY_CODE: LazyLock<Vec<Option<Operation>>> = LazyLock::new(|| {
    let mut by_code = vec![None; Op::ALL.len()];
    for &(op, f) in TABLES.iter().flat_map(|table| table.iter()) {
        debug_assert!(by_code[op as usize].is_none(), "{op:?} is there twice");
        by_code[op as usize] = Some(f);
    }
    by_code
});

/// Performs an operation.
pub fn perform(t: &mut Thread, code: i32, args: &[Obj]) -> Res {
    let found = usize::try_from(code)
        .ok()
        .and_then(|code| Some((*Op::ALL.get(code)?, BY_CODE[code])));
    match found {
        Some((_, Some(f))) => f(t, args),
        Some((op, None)) => Err(t.system_error(format!("the reference host has no operation {op:?}"))),
        None => Err(t.system_error(format!("the reference host knows no operation {code}"))),
    }
}

/// Keyword arguments from a dict, or none when it is absent.
pub(crate) fn keywords(t: &mut Thread, dict: &Obj) -> Res<Vec<(String, Obj)>> {
    let Some(dict) = t.present(dict) else {
        return Ok(Vec::new());
    };
    let mut keywords = Vec::new();
    for (key, value) in t.dict_items(&dict) {
        match t.as_string(&key) {
            Some(name) => keywords.push((name, value)),
            None => return Err(t.type_error("keywords must be strings")),
        }
    }
    Ok(keywords)
}

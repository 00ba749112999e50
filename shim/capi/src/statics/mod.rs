//! Exported data: type objects, exception pointers, singletons.
//!
//! The start values are usable in the file image, because a program that names these symbols gets a copy of them before
//! any of our code runs; everything reaches them through the GOT (docs/adr/0002).

mod exceptions;
mod singletons;
mod types;

pub use singletons::UNNAMED_FIELD;

use gimbal_proxies::guest::Builtin;

/// Every builtin type and exception that a host ties to one of its own.
pub fn builtins() -> impl Iterator<Item = &'static Builtin> {
    types::TABLE.iter().chain(exceptions::TABLE)
}

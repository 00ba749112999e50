//! The object space: classes, values, attributes, calls.
//!
//! Everything is a method of [`Thread`](crate::heap::Thread), because everything may reach a safepoint.

mod attribute;
mod builtin;
mod call;
pub mod class;
mod descriptors;
mod dict;
pub mod exception;
pub mod function;
pub mod hash;
mod methods;
mod module;
pub mod protocol;
mod start;
mod values;

pub use builtin::{Builtin, Single};
pub use class::{Class, NewClass, Traits};
pub use function::{
    Def, Keywords, class_method, function, getter, keyword_function, keyword_method, method, property,
};
pub(crate) use methods::new_class;
pub use protocol::Compare;
pub(crate) use start::start;

/// Methods of the classes that are the object space's own.
pub(crate) const METHODS: &[&[(Builtin, &[Def])]] = &[methods::METHODS, descriptors::METHODS];

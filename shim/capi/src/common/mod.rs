//! What the entries of many modules need.
//!
//! * `raise`: the usual failures, each with its exception and the error value;
//! * `kinds`: what an object is, answered from its type without the host;
//! * `strings`: C strings as objects and as text for messages;
//! * `host`: calls of the host's own methods and library.

mod host;
mod kinds;
mod raise;
mod strings;

pub(crate) use host::*;
pub(crate) use kinds::*;
pub(crate) use raise::*;
pub(crate) use strings::*;

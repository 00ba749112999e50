//! Packages of Debian suites that this machine does not run, unpacked into private prefixes of the user's cache: the PyPys
//! that are hosts, and the CPythons that the tests compare with.
//!
//! [`apt`] gets packages with a configuration of its own, [`sources`] says from where, [`prefix`] makes a folder of them
//! appear whole or not at all, [`cpython`] names the CPythons, [`headers`] gets those of the PyPys.

pub mod apt;
pub mod cpython;
pub mod headers;
pub mod prefix;
pub mod progress;
pub mod sources;

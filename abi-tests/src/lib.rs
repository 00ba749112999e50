//! Tests of the built libpython against the real one.
//!
//! Each test runs one and the same program twice: on CPython 3.11, which is the oracle, and on a host through
//! Gimbal. Standard output and exit status must be equal. What differs between the kinds of test is only
//! where the program comes from: a C extension with a driver (`tests/themes.rs`), a wheel with a script
//! (`tests/wheels.rs`), a package's own test suite (`tests/suites.rs`), or a binary file that must not load
//! (`tests/errors.rs`). `tests/memory.rs` compares nothing: it makes a million calls and looks at the memory.
//! [`bench`] measures what things cost, and asserts nothing; [`instructions`] counts what the shim's native paths take.
//!
//! Environment variables:
//!
//! - `GIMBAL_HOME`: the build to test, instead of `target/gimbal`.
//! - `GIMBAL_CPYTHON`: the oracle, instead of `/usr/bin/python3.11`.
//! - `GIMBAL_QUARANTINE=all`: `tests/quarantine.rs` runs the programs of all packages.
//! - `GIMBAL_SELFTEST=1`: every lane runs CPython too, which tests the tests.

pub mod bench;
pub mod compatibility;
pub mod compile;
pub mod flavours;
pub mod instructions;
pub mod lanes;
pub mod memory;
pub mod paths;
pub mod process;
pub mod programs;
pub mod reference;
pub mod report;
pub mod suite;
pub mod wheels;

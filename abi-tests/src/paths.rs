//! Where things are: the sources, the target directory, the build under test, the oracle.

use std::env;
use std::path::{Path, PathBuf};

/// The directory of this crate's sources (`abi-tests/`).
pub fn sources() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The workspace's target directory, which holds everything that the tests make.
pub fn target() -> PathBuf {
    match env::var_os("CARGO_TARGET_DIR") {
        Some(dir) => sources().join("..").join(dir),
        None => sources().with_file_name("target"),
    }
}

/// The build under test: `target/gimbal`, or what `GIMBAL_HOME` says.
pub fn gimbal_home() -> PathBuf {
    env::var_os("GIMBAL_HOME").map_or_else(|| target().join("gimbal"), PathBuf::from)
}

/// The oracle: Debian's CPython 3.11, or what `GIMBAL_CPYTHON` says.
pub fn cpython() -> PathBuf {
    env::var_os("GIMBAL_CPYTHON").map_or_else(|| PathBuf::from("/usr/bin/python3.11"), PathBuf::from)
}

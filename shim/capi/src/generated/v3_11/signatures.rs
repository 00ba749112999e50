//! Checks at compile time that the functions written for 3.11 have CPython's signatures.
//!
//! DO NOT EDIT: generated from shim/symbols by `cargo run -p gimbal-codegen -- write`.

use std::ffi::*;

use gimbal_abi::*;

signatures! {}

//! The artifact: `libpython` as a shared library. Everything it exports is in `gimbal-capi`; naming that crate is what
//! keeps its symbols in the link.

use gimbal_capi as _;

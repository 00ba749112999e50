//! What things cost on CPython, on Gimbal and on PyPy alone: programs that measure themselves (`benches/`), run in turns, and
//! the document that their figures make.
//!
//! [`run()`] measures, [`record`] keeps, [`document`] and [`plot`] show; [`bars`] says what was to be reached.

pub mod bars;
pub mod document;
pub mod plot;
pub mod record;
mod run;

pub use run::{GROUPS, Settings, run};

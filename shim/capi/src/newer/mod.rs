//! What came with 3.12 to 3.14, by the headers' subjects: mostly functions that hand out references of their own where older
//! ones lend, and that report errors where older ones hide them.

pub mod constants;
pub mod containers;
pub mod errors;
pub mod long;
pub mod long_export;
pub mod objects;
pub mod types;
pub mod unicode;

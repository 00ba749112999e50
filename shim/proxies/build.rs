//! Passes version and build of the flavour on, as `cfg(Py_3_12)` (that version or a later one) and `cfg(Py_GIL_DISABLED)`.

fn main() {
    pyo3_build_config::use_pyo3_cfgs();
}

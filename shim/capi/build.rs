//! Passes version and build of the flavour on, as `cfg(Py_3_12)` (that version or a later one) and `cfg(Py_GIL_DISABLED)`, and
//! compiles the C half of the variadic functions.

fn main() {
    pyo3_build_config::use_pyo3_cfgs();
    println!("cargo::rerun-if-env-changed=GIMBAL_FLAVOUR");

    let variadic_bodies = "src/varargs/va.c";
    println!("cargo::rerun-if-changed={variadic_bodies}");
    cc::Build::new()
        .file(variadic_bodies)
        .std("c11")
        .define("GIMBAL_PYTHON", python().as_str())
        .warnings_into_errors(true)
        .compile("gimbal_va");
}

/// The version as one number: 314 is 3.14.
fn python() -> String {
    let version = pyo3_build_config::get().version();
    format!("{}{:02}", version.major, version.minor)
}

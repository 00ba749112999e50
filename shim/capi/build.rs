//! Passes the flavour (`GIMBAL_FLAVOUR`) on as `cfg(gimbal_flavour = "..")`, and compiles the C half of the variadic
//! functions.

fn main() {
    println!("cargo::rerun-if-env-changed=GIMBAL_FLAVOUR");
    let flavour =
        std::env::var("GIMBAL_FLAVOUR").expect("GIMBAL_FLAVOUR is set by .cargo/config.toml or xtask");
    println!("cargo::rustc-cfg=gimbal_flavour=\"{flavour}\"");

    let variadic_bodies = "src/varargs/va.c";
    println!("cargo::rerun-if-changed={variadic_bodies}");
    cc::Build::new()
        .file(variadic_bodies)
        .std("c11")
        .warnings_into_errors(true)
        .compile("gimbal_va");
}

//! Gives the library the SONAME of the flavour's libpython. Nothing else belongs here: symbol versions would keep
//! extensions from loading on CPython, and `-Bsymbolic` breaks data that the linker copied into an executable.

fn main() {
    println!("cargo::rerun-if-env-changed=GIMBAL_FLAVOUR");
    let flavour =
        std::env::var("GIMBAL_FLAVOUR").expect("GIMBAL_FLAVOUR is set by .cargo/config.toml or xtask");
    println!("cargo::rustc-cdylib-link-arg=-Wl,-soname,libpython{flavour}.so.1.0");
}

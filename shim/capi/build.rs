//! Passes the flavour (`GIMBAL_FLAVOUR`) on as `cfg(gimbal_flavour = "..")`.

fn main() {
    println!("cargo::rerun-if-env-changed=GIMBAL_FLAVOUR");
    let flavour =
        std::env::var("GIMBAL_FLAVOUR").expect("GIMBAL_FLAVOUR is set by .cargo/config.toml or xtask");
    println!("cargo::rustc-cfg=gimbal_flavour=\"{flavour}\"");
}

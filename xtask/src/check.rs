//! `cargo xtask check`: what can be said without running anything. Every check runs; failures are listed at the end.

use std::fs;

use anyhow::{Context as _, Result, bail};
use cargo_metadata::MetadataCommand;

use crate::progress::capture;
use crate::project::{MAIN_FLAVOUR, Part, Project};
use crate::tally::Tally;

/// Which crates of ours each crate may use. The dependencies point one way, as docs/ARCHITECTURE.md draws them:
/// `libpython -> capi -> proxies -> {abi, handles, host}`, `hosts/* -> host`; tools know nothing of the shim but its data.
const ARROWS: &[(&str, &[&str])] = &[
    ("gimbal-libpython", &["gimbal-capi"]),
    (
        "gimbal-capi",
        &["gimbal-proxies", "gimbal-abi", "gimbal-host", "gimbal-macros"],
    ),
    ("gimbal-proxies", &["gimbal-abi", "gimbal-handles", "gimbal-host"]),
    ("gimbal-abi", &[]),
    ("gimbal-handles", &[]),
    ("gimbal-host", &[]),
    ("gimbal-macros", &[]),
    ("gimbal-pypy", &["gimbal-host", "gimbal-handles"]),
    ("gimbal-reference", &["gimbal-host", "gimbal-handles"]),
    ("gimbal-host-skeleton", &["gimbal-host"]),
    ("gimbal-codegen", &[]),
    ("gimbal-debian", &[]),
    ("gimbal-cli", &["gimbal-codegen", "gimbal-debian"]),
    (
        "gimbal-abi-tests",
        &[
            "gimbal-codegen",
            "gimbal-abi",
            "gimbal-debian",
            "gimbal-reference",
        ],
    ),
    ("xtask", &["gimbal-codegen", "gimbal-debian"]),
];

/// Runs all checks. With `write`, formats and regenerates instead of complaining.
pub fn check(project: &Project, write: bool) -> Result<Tally> {
    let mut tally = Tally::default();
    tally.run("formatting", || formatting(project, write));
    tally.run("dependency arrows", || arrows(project));
    tally.run("generated files", || generated(project, write));
    tally.run("published headers", || headers(project, write));
    tally.run("lints, tools", || lints(project, Part::Tools));
    tally.run("lints, tests", || lints(project, Part::AbiTests));
    for flavour in project.flavours()? {
        tally.run(&format!("lints, flavour {}", flavour.name), || {
            let part = if flavour.name == MAIN_FLAVOUR {
                Part::Shim(&flavour)
            } else {
                Part::Flavoured(&flavour)
            };
            lints(project, part)
        });
    }
    Ok(tally)
}

fn formatting(project: &Project, write: bool) -> Result<()> {
    let mut fmt = project.cargo("fmt");
    fmt.arg("--all");
    if !write {
        // Names are enough: the cure is one command.
        fmt.args(["--", "--check", "--files-with-diff"]);
    }
    capture(fmt).map(drop).context("run `cargo fmt --all`")
}

fn lints(project: &Project, part: Part<'_>) -> Result<()> {
    let mut clippy = project.cargo_for_all(part, "clippy");
    clippy.args([
        "--quiet",
        "--keep-going",
        "--all-targets",
        "--",
        "--deny",
        "warnings",
    ]);
    capture(clippy).map(drop)
}

fn generated(project: &Project, write: bool) -> Result<()> {
    let mut codegen = project.cargo("run");
    codegen.args([
        "--quiet",
        "--package",
        "gimbal-codegen",
        "--",
        if write { "write" } else { "check" },
    ]);
    capture(codegen).map(drop)
}

/// `headers/gimbal_host.h` says what `shim/host` says.
fn headers(project: &Project, write: bool) -> Result<()> {
    let source = project.root.join("shim/host");
    let header = project.root.join("headers/gimbal_host.h");
    let config = cbindgen::Config::from_file(source.join("cbindgen.toml")).map_err(anyhow::Error::msg)?;
    let mut fresh = Vec::new();
    cbindgen::generate_with_config(&source, config)?.write(&mut fresh);
    // A link between Rust items means nothing in C; its text does.
    let fresh = String::from_utf8(fresh)?.replace("[`", "`").replace("`]", "`");
    if write {
        fs::create_dir_all(project.root.join("headers"))?;
        return Ok(fs::write(&header, &fresh)?);
    }
    let published =
        fs::read_to_string(&header).with_context(|| format!("cannot read {}", header.display()))?;
    if published != fresh {
        bail!("headers/gimbal_host.h is not what shim/host says; run `cargo xtask check --write`");
    }
    Ok(())
}

/// No crate uses a crate of ours that it should not know, for building or for testing.
fn arrows(project: &Project) -> Result<()> {
    let metadata = MetadataCommand::new()
        .current_dir(&project.root)
        .no_deps()
        .exec()?;
    let members: Vec<_> = metadata.workspace_packages();
    let ours = |name: &str| members.iter().any(|member| member.name.as_str() == name);
    let mut wrong = Vec::new();
    for member in &members {
        let name = member.name.as_str();
        let Some((_, may_use)) = ARROWS.iter().find(|(known, _)| *known == name) else {
            wrong.push(format!(
                "{name} has no place in the table ARROWS of xtask/src/check.rs"
            ));
            continue;
        };
        for dependency in member
            .dependencies
            .iter()
            .map(|dependency| dependency.name.as_str())
        {
            if ours(dependency) && !may_use.contains(&dependency) {
                wrong.push(format!("{name} must not use {dependency}"));
            }
        }
    }
    if !wrong.is_empty() {
        bail!("{}", wrong.join("\n"));
    }
    Ok(())
}

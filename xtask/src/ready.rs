//! `cargo xtask ready`: what CI does, and the licences and the documentation besides.

use crate::shell::{self, Outcome, command, target};
use crate::test;
use clap::Parser;
use std::path::PathBuf;

#[derive(Debug, Parser)]
struct NoArguments {
    #[command(flatten)]
    test: test::Arguments,
}

pub(crate) fn run() -> Outcome {
    test::run(&NoArguments::parse_from(["ready"]).test)?;
    shell::run(
        command("cargo", ["doc", "--locked", "--workspace", "--no-deps", "--quiet"])
            .env("RUSTDOCFLAGS", "--deny warnings"),
    )?;
    deny()
}

/// Licences, sources and duplicates of dependencies. Advisories need a database from the network; where it
/// cannot be had, they are skipped by name.
fn deny() -> Outcome {
    let program = cargo_deny()?;
    shell::run(&mut command(&program, ["check", "bans", "licenses", "sources"]))?;
    if shell::run(&mut command(&program, ["fetch", "db"])).is_err() {
        println!("skipped: advisories: their database could not be fetched");
        return Ok(());
    }
    shell::run(&mut command(&program, ["--offline", "check", "advisories"]))
}

/// The program: the one on the search path, else one of the project's own.
fn cargo_deny() -> Outcome<PathBuf> {
    if command("cargo-deny", ["--version"]).output().is_ok() {
        return Ok("cargo-deny".into());
    }
    let tools = target().join("tools");
    let program = tools.join("bin/cargo-deny");
    if !program.exists() {
        shell::run(command("cargo", ["install", "--locked", "--quiet", "cargo-deny", "--root"]).arg(&tools))?;
    }
    Ok(program)
}

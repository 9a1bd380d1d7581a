//! `cargo xtask ready`: what CI does, and the licences and the documentation besides.

use crate::shell::{self, Outcome, command, target};
use crate::test;
use clap::Parser;

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
    let tools = target().join("tools");
    let program = tools.join("bin/cargo-deny");
    let program = if command("cargo-deny", ["--version"]).output().is_ok() { "cargo-deny".into() } else { program };
    if !program.exists() && program.parent().is_some_and(|it| it.ends_with("bin")) {
        shell::run(command("cargo", ["install", "--locked", "--quiet", "cargo-deny", "--root"]).arg(&tools))?;
    }
    shell::run(&mut command(&program, ["check", "bans", "licenses", "sources"]))?;
    if shell::run(&mut command(&program, ["check", "advisories"])).is_err() {
        println!("skipped: advisories could not be checked, or there are some: see above");
    }
    Ok(())
}

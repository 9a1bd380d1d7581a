//! What tests cannot show by running: every order of threads' steps is allowed (shuttle), and `unsafe` code does what
//! it may (Miri).

use crate::shell::{Outcome, command, run_tests, target};

pub(crate) fn run() -> Outcome {
    shuttle()?;
    miri()
}

/// Runs the single flight of the cache under shuttle's scheduler.
fn shuttle() -> Outcome {
    let mut tests = tests_of_core("cargo", &["test"], "cache::shuttled");
    run_tests(tests.env("RUSTFLAGS", "--cfg shuttle").env("CARGO_TARGET_DIR", target().join("shuttle")))
}

/// Runs the pure part of the core's `unsafe` code in Miri, where the nightly toolchain has it.
fn miri() -> Outcome {
    let is_there = command("cargo", ["+nightly", "miri", "--version"]).output().is_ok_and(|it| it.status.success());
    if !is_there {
        println!("skipped: Miri: `rustup component add miri --toolchain nightly` gives it to the nightly toolchain");
        return Ok(());
    }
    let mut tests = tests_of_core("cargo", &["+nightly", "miri", "test"], "sys::fork");
    // What a child leaves of its parent's is left on purpose.
    run_tests(tests.env("MIRIFLAGS", "-Zmiri-ignore-leaks").env("CARGO_TARGET_DIR", target().join("miri")))
}

/// The unit tests of the core that have this in their names.
fn tests_of_core(program: &str, words: &[&str], filter: &str) -> std::process::Command {
    let mut tests = command(program, words);
    tests.args(["--locked", "--quiet", "--package", "headstart", "--lib", "--no-default-features"]);
    tests.args(["--features", "cache", "--", filter]);
    tests
}

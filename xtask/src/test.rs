//! `cargo xtask test`: what must pass before anything lands.

use crate::shell::{Outcome, command, run as run_program, run_tests, target};
use crate::{bake, criu, functions, generate, node, proofs, python, valkey};
use std::path::PathBuf;

/// The parts, in the order they run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    Style,
    Rust,
    Proofs,
    Python,
    Node,
    Functions,
    Slim,
    Image,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Only this part; may be repeated
    #[arg(long = "only", value_enum)]
    only: Vec<Part>,
}

pub(crate) fn run(arguments: &Arguments) -> Outcome {
    let wanted = |part| arguments.only.is_empty() || arguments.only.contains(&part);
    if wanted(Part::Style) {
        style()?;
    }
    let launcher = build()?;
    if wanted(Part::Rust) {
        rust()?;
    }
    if wanted(Part::Proofs) {
        proofs::run()?;
    }
    if wanted(Part::Python) {
        python::test(&launcher)?;
    }
    if wanted(Part::Node) {
        node::test(&launcher)?;
    }
    if wanted(Part::Functions) {
        functions::verify(&target().join("debug/headstart"), &launcher)?;
    }
    if wanted(Part::Slim) {
        functions::verify_traced(&target().join("debug/headstart"), &launcher)?;
        functions::verify_slimmed(&target().join("debug/headstart"), &launcher)?;
    }
    if wanted(Part::Image) {
        bake::verify(&target().join("debug/headstart"), &launcher)?;
    }
    println!("every part passed");
    Ok(())
}

fn style() -> Outcome {
    run_program(&mut command("cargo", ["fmt", "--all", "--check"]))?;
    generate::run(true)?;
    let clippy = ["clippy", "--locked", "--workspace", "--all-targets", "--quiet", "--", "--deny", "warnings"];
    run_program(&mut command("cargo", clippy))?;
    // With the features of its own and no others.
    let alone = ["clippy", "--locked", "--package", "headstart-native-launcher", "--quiet", "--", "--deny", "warnings"];
    run_program(&mut command("cargo", alone))
}

/// Builds everything that the tests start; gives the native launcher.
fn build() -> Outcome<PathBuf> {
    run_program(&mut command("cargo", ["build", "--locked", "--workspace", "--quiet"]))?;
    Ok(target().join("debug/headstart-native-launcher"))
}

fn rust() -> Outcome {
    criu::set_up_if_possible();
    valkey::set_up_if_possible();
    let mut tests = command("cargo", ["test", "--locked", "--workspace", "--quiet"]);
    tests.env("HEADSTART_STATE_DIR", target().join("state"));
    run_tests(tests.envs(criu::program().map(|program| ("HEADSTART_CRIU", program))))
}

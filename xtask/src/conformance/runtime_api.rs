//! Runtimes as AWS publishes them, installed by lock files and built, as workers of a host: `core/tests/runtimes.rs`.

use super::package;
use crate::criu;
use crate::interpreters::{self, Interpreter};
use crate::python;
use crate::shell::{self, Outcome, command, key, once, root, run as run_program, target};
use headstart::config::environment;
use std::path::{Path, PathBuf};

pub(super) fn run() -> Outcome {
    let (source, into) = (root().join("conformance/runtime_api"), target().join("conformance/runtime_api"));
    // The awslambdaric that benchmarks are compared with.
    let lock = root().join("benches/peers/awslambdaric/requirements.lock");
    package::of_python(&source.join("python"), &lock, &into.join("python"))?;
    node_function(&source.join("node"), &into.join("node"))?;
    rust_function(&source.join("rust"), &into.join("rust"))?;
    criu::set_up_if_possible();
    package::test("runtime-api", "runtimes")
}

/// With aws-lambda-ric, part of which npm builds with `cmake` and a compiler of the machine.
fn node_function(source: &Path, into: &Path) -> Outcome {
    let Some(Interpreter { program, .. }) = interpreters::nodes()?.into_iter().rfind(|node| node.parts().0 >= 22)
    else {
        println!("skipped: aws-lambda-ric needs Node 22");
        return Ok(());
    };
    let locks = ["package-lock.json", "requirements.lock"].map(|name| source.join(name));
    once(into, &key(&locks, &[&program.display().to_string()])?, || {
        let lock = locks[1].display().to_string();
        let tools =
            python::environment(&interpreters::python()?, "cmake", &["install", "--require-hashes", "-r", &lock])?;
        shell::copy(source, into)?;
        let mut install = command("npm", ["ci", "--no-audit", "--no-fund", "--silent", "--foreground-scripts"]);
        run_program(install.current_dir(into).env("PATH", first(&[&tools.join("bin"), parent(&program)])))
    })?;
    std::fs::write(into.join("node"), program.display().to_string()).map_err(|error| shell::about(into, &error))?;
    shell::copy(source, into)
}

fn rust_function(source: &Path, into: &Path) -> Outcome {
    let build = ["build", "--locked", "--quiet", "--manifest-path"];
    let made = target().join("conformance/built");
    run_program(command("cargo", build).arg(source.join("Cargo.toml")).arg("--target-dir").arg(&made))?;
    shell::empty(into)?;
    let program = made.join("debug/bootstrap");
    std::fs::copy(&program, into.join("bootstrap")).map(drop).map_err(|error| shell::about(&program, &error))
}

/// The search path with these directories before all others.
fn first(directories: &[&Path]) -> std::ffi::OsString {
    let all = directories.iter().map(PathBuf::from).chain(environment::search_path());
    std::env::join_paths(all).unwrap_or_default()
}

fn parent(program: &Path) -> &Path {
    program.parent().unwrap_or(program)
}

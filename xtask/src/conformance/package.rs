//! Functions with the programs that run them, installed by lock files.

use crate::interpreters;
use crate::shell::{self, Outcome, command, key, once, run, run_tests};
use crate::{criu, python};
use std::path::Path;

/// A function of Python, with what a lock file names beside it.
pub(super) fn of_python(source: &Path, lock: &Path, into: &Path) -> Outcome {
    let interpreter = interpreters::python()?;
    let key = key(&[lock.to_owned()], &[&interpreter.program.display().to_string()])?;
    once(into, &key, || {
        let environment = python::environment(&interpreter, "install", &[])?;
        let (lock, into) = (lock.display().to_string(), into.display().to_string());
        python::pip(&environment, &["install", "--require-hashes", "--target", &into, "-r", &lock])
    })?;
    shell::copy(source, into)
}

/// A function of Node, with what its own lock file names.
pub(super) fn of_node(source: &Path, into: &Path) -> Outcome {
    once(into, &key(&[source.join("package-lock.json")], &[])?, || {
        shell::copy(source, into)?;
        run(command("npm", ["ci", "--no-audit", "--no-fund", "--silent"]).current_dir(into))
    })?;
    shell::copy(source, into)
}

/// Runs the tests of one file that take what was set up.
pub(super) fn test(features: &str, name: &str) -> Outcome {
    let test = ["test", "--locked", "--quiet", "--package", "headstart", "--features", features, "--test", name];
    let mut test = command("cargo", test);
    run_tests(
        test.args(["--", "--ignored", "--nocapture"]).envs(criu::program().map(|program| ("HEADSTART_CRIU", program))),
    )
}

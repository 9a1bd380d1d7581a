//! boto3, the AWS CLI and a browser against `headstart serve`.

use crate::criu;
use crate::interpreters::python;
use crate::python::environment;
use crate::shell::{Outcome, command, run as run_program, run_tests, target, with_launcher};

const DIRECTORY: &str = "conformance/invoke_api";

pub(crate) fn run() -> Outcome {
    let packages =
        ["build", "--locked", "--quiet", "--package", "cargo-headstart", "--package", "headstart-native-launcher"];
    run_program(&mut command("cargo", packages))?;
    criu::set_up_if_possible();
    let lock = format!("{DIRECTORY}/requirements.lock");
    let clients = environment(&python()?, "invoke-api", &["install", "--require-hashes", "-r", &lock])?;
    let mut tests = command(clients.join("bin/python"), ["-m", "unittest", "discover", "--verbose", "-s", DIRECTORY]);
    let built = target().join("debug");
    tests.env("CONFORMANCE_HEADSTART", built.join("headstart"));
    run_tests(with_launcher(&mut tests, &built.join("headstart-native-launcher")))
}

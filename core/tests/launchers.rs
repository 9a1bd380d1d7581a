//! Launchers that misbehave: every directory of `testdata/launchers` holds one, and the text that a user sees.
//!
//! Each is started beside a well-behaved worker, which must not notice.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

mod support;

use headstart::{Deadline, Error, Function, Host};
use std::path::Path;
use std::time::{Duration, Instant};

/// The text as the command line prints it, without what differs from machine to machine.
fn text(error: &Error) -> String {
    let stderr = error.output().map(|output| String::from_utf8_lossy(&output.stderr).into_owned()).unwrap_or_default();
    format!("failed to {error} [{}]\n{stderr}", error.code())
}

async fn start(directory: &Path, state: &Path) -> Result<(), Error> {
    let builder = Host::builder().state_dir(state).native_launcher(directory.join("launcher.sh"));
    let host = builder.start_timeout(Duration::from_millis(700)).build().await?;
    let function = host.register(Function::from_dir(directory, "lib.handler").name("f").runtime("native")).await?;
    host.invoke(&function, "{}", Deadline::after(Duration::from_secs(10))).await.map(drop)
}

#[tokio::test]
async fn each_ends_with_its_own_error() {
    let state = tempfile::tempdir().expect("a directory");
    let mut wrong = Vec::new();
    for (name, directory) in support::cases(&support::testdata().join("launchers")) {
        let begun = Instant::now();
        let found = text(&start(&directory, state.path()).await.expect_err("it misbehaves"));
        assert!(begun.elapsed() < Duration::from_secs(3), "{name} took {:?}", begun.elapsed());
        let file = directory.join("expected.txt");
        let expected = std::fs::read_to_string(&file).unwrap_or_default();
        if found != expected {
            wrong.push(format!("{name}:\n{found}instead of\n{expected}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

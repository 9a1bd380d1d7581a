//! Files and directories that may not be read. Root may read everything: then the command runs as another user.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

mod support;

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use support::{has, json, shown};

const NOBODY: &str = "65534";

fn write(path: &Path, content: &str, mode: u32) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

/// Runs a copy of the command, which the other user may execute, as one who may not read everything; `None` where
/// that cannot be done.
fn run(directory: &Path, arguments: &[&str]) -> Option<Output> {
    let program = directory.join("headstart");
    if !program.exists() {
        fs::copy(env!("CARGO_BIN_EXE_headstart"), &program).unwrap();
    }
    let is_root = fs::read(directory.join("package/lib/secret.py")).is_ok();
    let mut command = if !is_root {
        Command::new(program)
    } else if has("setpriv") {
        let mut command = Command::new("setpriv");
        command.args(["--reuid", NOBODY, "--regid", NOBODY, "--clear-groups", "--"]).arg(program);
        command
    } else {
        println!("skipped: this user may read all files, and there is no setpriv");
        return None;
    };
    command.args(arguments).current_dir(directory.join("work")).stdin(Stdio::null());
    Some(command.env("HEADSTART_STATE_DIR", directory.join("work/state")).output().unwrap())
}

#[test]
fn what_may_not_be_read_is_told() {
    let directory = tempfile::tempdir().unwrap();
    let package = directory.path().join("package");
    write(&package.join("app.py"), "import lib.secret\ndef handler(event, context): return event\n", 0o644);
    write(&package.join("lib/__init__.py"), "", 0o644);
    write(&package.join("lib/secret.py"), "import other\n", 0o000);
    write(&package.join("closed/inside.py"), "", 0o644);
    fs::set_permissions(package.join("closed"), Permissions::from_mode(0o000)).unwrap();
    fs::set_permissions(directory.path(), Permissions::from_mode(0o755)).unwrap();
    let work = directory.path().join("work");
    fs::create_dir(&work).unwrap();
    fs::set_permissions(&work, Permissions::from_mode(0o777)).unwrap();

    let of = |arguments: &[&str]| {
        let subject = ["../package", "--entry", "app.handler", "--runtime", "python3.12"];
        run(directory.path(), &[&arguments[..1], &subject, &arguments[1..]].concat())
    };
    let Some(analysis) = of(&["analyze", "--format", "json"]) else { return };
    assert!(analysis.status.success(), "{}", shown(&analysis));
    let report = json(&analysis);
    let told = report["findings"].as_array().unwrap().iter().filter(|it| it["rule"] == "unreadable-file");
    let told: Vec<_> = told.map(|it| format!("{} {}", it["file"], it["message"])).collect();
    assert!(told.len() == 2 && told.concat().contains("secret.py") && told.concat().contains("closed"), "{told:?}");

    let slimmed = of(&["slim", "--no-events", "--out", "out"]).unwrap();
    assert_eq!(slimmed.status.code(), Some(2), "{}", shown(&slimmed));
    let text = String::from_utf8(slimmed.stderr).unwrap();
    assert!(text.contains("secret.py") && text.contains("[system.io]"), "{text}");
    let left: Vec<_> = fs::read_dir(&work).unwrap().map(|it| it.unwrap().file_name()).collect();
    assert!(left.iter().all(|name| name == "state"), "{left:?}");
    // So that it can be removed.
    fs::set_permissions(package.join("closed"), Permissions::from_mode(0o755)).unwrap();
}

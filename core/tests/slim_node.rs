//! The slimmer on Node packages, which then run without a launcher.
#![cfg(feature = "node-analyzer")]
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

use headstart::package::{OpenOptions, Package};
use headstart::slim::{Codec, Plan, PlanOptions, SlimOptions, TraceOptions, slim, trace};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Slims a package of these files beside it; the output.
fn slimmed(directory: &Path, files: &[(&str, &str)]) -> PathBuf {
    let root = directory.join("package");
    for (name, text) in files {
        let path = root.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    // Less would be kept.
    fs::write(root.join("node_modules/lib/test/large.js"), "// A line of a test.\n".repeat(8000)).unwrap();
    let mut options = OpenOptions::default();
    options.entry = Some("index.handler".into());
    options.runtime = Some("nodejs".into());
    let package = Package::open(&root, &options).expect("a package");
    let traced = trace(&package, &TraceOptions::default()).expect("a trace");
    let plan = Plan::of(&package, &traced, PlanOptions::default());
    let out = directory.join("out");
    slim(&package, &traced, &plan, &SlimOptions::new(&out), Codec::Zlib, &()).expect("a slimmed package");
    out
}

const LIBRARY: &[(&str, &str)] = &[
    ("node_modules/lib/package.json", r#"{ "name": "lib", "version": "1.0.0" }"#),
    ("node_modules/lib/index.js", "exports.one = 1;"),
    ("node_modules/lib/test/other.js", "other"),
];

#[test]
fn threads_and_processes_have_cold_files() {
    if Command::new("node").arg("--version").output().is_err() {
        println!("skipped: there is no node");
        return;
    }
    let index = "
        const { Worker } = require('worker_threads');
        const { fork } = require('child_process');
        const path = require('path');
        require('lib');
        const told = (it) => new Promise((give, fail) => it.once('message', give).once('error', fail));
        exports.handler = async (file) => [
            await told(new Worker(path.join(__dirname, 'thread.js'), { argv: [file] })),
            await told(fork(path.join(__dirname, 'child.js'), [file])),
        ].join();";
    let read = "require('fs').readFileSync(process.argv[2], 'utf8')";
    let thread = format!("require('worker_threads').parentPort.postMessage({read});");
    let child = format!("process.send({read});");
    let files = [&[("index.js", index), ("thread.js", &thread), ("child.js", &child)][..], LIBRARY].concat();
    let directory = tempfile::tempdir().unwrap();
    let out = slimmed(directory.path(), &files);
    let cold = out.join("node_modules/lib/test/other.js");
    assert!(!cold.exists() && out.join("thread.js").exists() && out.join("child.js").exists());
    let code = "require(process.argv[1]).handler(process.argv[2]).then((it) => console.log(it));";
    let shim = out.join("headstart_shim.cjs");
    let mut node = Command::new("node");
    let output = node.args(["-e", code]).args([&shim, &cold]).env("TMPDIR", directory.path()).output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(String::from_utf8_lossy(&output.stdout), "other,other\n", "{told}");
}

#[test]
fn what_starts_nothing_is_not_prepared_for_it() {
    let directory = tempfile::tempdir().unwrap();
    let files = [&[("index.js", "exports.handler = () => require('lib');")][..], LIBRARY].concat();
    let out = slimmed(directory.path(), &files);
    assert!(out.join(".headstart/cold").exists() && !out.join(".headstart/starts").exists());
    assert!(!out.join(".headstart/esm").exists());
}

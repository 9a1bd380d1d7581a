//! The slimmer on Node packages, which then run without a launcher.
#![cfg(feature = "node-analyzer")]
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

use headstart::package::{OpenOptions, Package};
use headstart::slim::{Codec, Plan, PlanOptions, SlimOptions, TraceOptions, slim, trace};
use headstart::{Code, Error};
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Writes files below a directory.
fn write(root: &Path, files: &[(&str, &str)]) {
    for (name, text) in files {
        let path = root.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

/// Slims a package into `out`; `base`: the directory around it that belongs to it.
fn slim_into(root: &Path, base: Option<&Path>, out: &Path) -> Result<(), Error> {
    let mut options = OpenOptions::default();
    options.entry = Some("index.handler".into());
    options.runtime = Some("nodejs".into());
    options.base = base.map(Path::to_owned);
    let package = Package::open(root, &options)?;
    let traced = trace(&package, &TraceOptions::default())?;
    let plan = Plan::of(&package, &traced, PlanOptions::default());
    slim(&package, &traced, &plan, &SlimOptions::new(out), Codec::Zlib, &()).map(|_| ())
}

/// Slims a package of these files, and of a large one that nothing reaches, beside it; the output.
fn slimmed(directory: &Path, files: &[(&str, &str)]) -> PathBuf {
    let (root, out) = (directory.join("package"), directory.join("out"));
    write(&root, files);
    // Less would be kept.
    write(&root, &[("node_modules/lib/test/large.js", &"// A line of a test.\n".repeat(8000))]);
    slim_into(&root, None, &out).expect("a slimmed package");
    out
}

/// Whether there is a Node to run what was slimmed; says so where there is none.
fn has_node() -> bool {
    let has = Command::new("node").arg("--version").output().is_ok();
    if !has {
        println!("skipped: there is no node");
    }
    has
}

/// What a slimmed function returns, called through its shim.
fn called(out: &Path, event: &str, temporary: &Path) -> String {
    let code = "Promise.resolve(require(process.argv[1]).handler(process.argv[2])).then((it) => console.log(it));";
    let mut node = Command::new("node");
    let shim = out.join("headstart_shim.cjs");
    let output = node.args(["-e", code]).arg(shim).arg(event).env("TMPDIR", temporary).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
}

const LIBRARY: &[(&str, &str)] = &[
    ("node_modules/lib/package.json", r#"{ "name": "lib", "version": "1.0.0" }"#),
    ("node_modules/lib/index.js", "exports.one = 1;"),
    ("node_modules/lib/test/other.js", "other"),
];

#[test]
fn threads_and_processes_have_cold_files() {
    if !has_node() {
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
    assert_eq!(called(&out, cold.to_str().unwrap(), directory.path()), "other,other");
}

#[test]
fn what_starts_nothing_is_not_prepared_for_it() {
    let directory = tempfile::tempdir().unwrap();
    let files = [&[("index.js", "exports.handler = () => require('lib');")][..], LIBRARY].concat();
    let out = slimmed(directory.path(), &files);
    assert!(out.join(".headstart/cold").exists() && !out.join(".headstart/starts").exists());
    assert!(!out.join(".headstart/esm").exists());
}

#[test]
fn two_chains_of_links_lead_to_one_module() {
    if !has_node() {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path().join("package");
    let large = "// A line of a test.\n".repeat(8000);
    let late = "module.exports = require('shared');";
    let store = |name: &str, file: &str| format!("node_modules/.pnpm/{name}@1.0.0/node_modules/{name}/{file}");
    let index = "
        const [a, b] = [require('a'), require('b')];
        exports.handler = (name) => [a.shared === b.shared, require(name) === b.shared, a.shared.count].join();";
    let mut files = vec![("index.js".to_owned(), index.to_owned()), (store("shared", "large.js"), large)];
    for name in ["a", "b", "shared", "late"] {
        files.push((store(name, "package.json"), format!(r#"{{ "name": "{name}", "version": "1.0.0" }}"#)));
    }
    for name in ["a", "b"] {
        files.push((store(name, "index.js"), "exports.shared = require('shared');".into()));
    }
    files.push((store("late", "index.js"), late.into()));
    files.push((store("shared", "index.js"), "exports.count = (exports.count ?? 0) + 1;".into()));
    let files: Vec<_> = files.iter().map(|(name, text)| (&name[..], &text[..])).collect();
    write(&root, &files);
    for name in ["a", "b", "late"] {
        symlink(format!(".pnpm/{name}@1.0.0/node_modules/{name}"), root.join("node_modules").join(name)).unwrap();
        let beside = root.join(format!("node_modules/.pnpm/{name}@1.0.0/node_modules/shared"));
        symlink("../../shared@1.0.0/node_modules/shared", beside).unwrap();
    }
    let out = directory.path().join("out");
    slim_into(&root, None, &out).expect("a slimmed package");
    assert!(!out.join(store("late", "index.js")).exists(), "nothing reaches it");
    assert_eq!(called(&out, "late", directory.path()), "true,true,1");
}

#[test]
fn a_package_of_a_workspace_runs_from_its_directory() {
    if !has_node() {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let base = directory.path().join("base");
    let large = "// A line of a test.\n".repeat(8000);
    write(
        &base,
        &[
            ("package.json", r#"{ "private": true, "workspaces": ["packages/*"] }"#),
            ("packages/api/package.json", r#"{ "name": "api", "dependencies": { "common": "*" } }"#),
            ("packages/api/index.js", "exports.handler = (name) => [require('common').name, require(name)].join();"),
            ("packages/common/package.json", r#"{ "name": "common", "main": "main.js" }"#),
            ("packages/common/main.js", "exports.name = require('hoisted');"),
            ("node_modules/hoisted/package.json", r#"{ "name": "hoisted", "version": "1.0.0" }"#),
            ("node_modules/hoisted/index.js", "module.exports = 'hoisted';"),
            ("node_modules/late/package.json", r#"{ "name": "late", "version": "1.0.0" }"#),
            ("node_modules/late/index.js", "module.exports = 'late';"),
            ("node_modules/late/large.js", &large),
        ],
    );
    symlink("../packages/common", base.join("node_modules/common")).unwrap();
    let (package, out) = (base.join("packages/api"), directory.path().join("out"));
    slim_into(&package, Some(&base), &out).expect("a slimmed package");
    assert!(!out.join("node_modules/late").exists());
    assert_eq!(called(&out.join("packages/api"), "late", directory.path()), "hoisted,late");
    // Neither within the base, nor around it.
    for out in [base.join("dist"), base.join("packages/other"), directory.path().to_owned()] {
        assert_eq!(slim_into(&package, Some(&base), &out).unwrap_err().code(), Code::OutputInside);
    }
}

//! Native packages that these tests write: what is found, and what slimming makes of them.
#![cfg(feature = "analyzer")]
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

mod support;

use headstart::package::{OpenOptions, Package};
use headstart::slim::{
    Analysis, Codec, Plan, PlanOptions, Rule, SlimOptions, Slimmed, Trace, TraceOptions, Why, slim, trace,
};
use std::fs;
use std::path::{Path, PathBuf};
use support::objects::Object;
use tempfile::TempDir;

/// A function with a library beside, data, and a plugin; `more` adds to it.
fn package(more: impl FnOnce(&Path)) -> (TempDir, Package) {
    let root = tempfile::tempdir().unwrap();
    let directory = root.path().join("package");
    fs::create_dir_all(directory.join("lib")).unwrap();
    let binary = Object { needed: vec!["libbig.so".into()], search: Some("$ORIGIN/lib".into()), ..Object::default() };
    fs::write(directory.join("bootstrap"), binary.bytes()).unwrap();
    fs::write(directory.join("lib/libbig.so"), Object::default().bytes()).unwrap();
    fs::write(directory.join("model.bin"), vec![7; 300_000]).unwrap();
    more(&directory);
    let package = Package::open(&directory, &OpenOptions::default()).unwrap();
    (root, package)
}

fn traced(package: &Package) -> Trace {
    trace(package, &TraceOptions::default()).unwrap()
}

fn findings(package: &Package, rule: Rule) -> Vec<(String, u64)> {
    let analysis = Analysis::of(package, Some(&traced(package)), None, None);
    let found = analysis.findings.into_iter().filter(|finding| finding.rule == rule);
    found.map(|finding| (finding.message, finding.saving_bytes)).collect()
}

fn slimmed(package: &Package, out: PathBuf) -> Slimmed {
    let trace = traced(package);
    let plan = Plan::of(package, &trace, PlanOptions::default());
    slim(package, &trace, &plan, &SlimOptions::new(out), Codec::Zlib, &()).unwrap()
}

fn arm() -> Vec<u8> {
    let mut bytes = Object { machine: Some("arm64".into()), ..Object::default() }.bytes();
    bytes.resize(200_000, 0);
    bytes
}

#[test]
fn objects_of_another_machine_are_told_and_left_out() {
    let (root, package) = package(|directory| fs::write(directory.join("lib/arm.so"), arm()).unwrap());
    assert_eq!(findings(&package, Rule::OtherPlatform), [("1 file".to_owned(), 200_000)]);
    assert_eq!(findings(&package, Rule::Unreachable), []);
    let out = root.path().join("out");
    let slimmed = slimmed(&package, out.clone());
    assert!(slimmed.findings.is_empty() && slimmed.cold.is_none(), "{slimmed:?}");
    for name in ["bootstrap", "lib/libbig.so", "model.bin"] {
        assert_eq!(fs::read(out.join(name)).unwrap(), fs::read(package.directory().join(name)).unwrap(), "{name}");
    }
    assert!(!out.join("lib/arm.so").exists());
}

#[test]
fn a_package_that_is_kept_whole_is_told_once() {
    let (root, package) = package(|directory| fs::write(directory.join("README.md"), "kept too").unwrap());
    let slimmed = slimmed(&package, root.path().join("out.zip"));
    let rules: Vec<_> = slimmed.findings.iter().map(|finding| finding.rule).collect();
    assert_eq!(rules, [Rule::KeptWhole]);
    assert!(slimmed.cold.is_none());
    let again = Package::open(&slimmed.out, &OpenOptions::default()).unwrap();
    assert!(again.is_archive());
    let reached: Vec<_> = traced(&again)
        .files(again.tree())
        .map(|file| again.tree().file(file).path.display().to_string())
        .filter(|name| !name.starts_with(".headstart"))
        .collect();
    assert_eq!(reached, ["README.md", "bootstrap", "model.bin", "lib/libbig.so"]);
}

#[test]
fn a_large_library_is_told_where_it_is_needed() {
    let large = |directory: &Path| {
        let mut bytes = Object::default().bytes();
        bytes.resize(2 << 20, 0);
        fs::write(directory.join("lib/libbig.so"), &bytes).unwrap();
        fs::write(directory.join("lib/plugin.so"), &bytes).unwrap();
    };
    let (_root, package) = package(large);
    assert_eq!(findings(&package, Rule::LargeLibrary), [("46 % of the package".to_owned(), 0)]);
}

#[test]
fn a_link_to_a_library_is_kept_with_it() {
    let (root, package) = package(|directory| {
        fs::rename(directory.join("lib/libbig.so"), directory.join("lib/libbig.so.1.2")).unwrap();
        std::os::unix::fs::symlink("libbig.so.1.2", directory.join("lib/libbig.so")).unwrap();
    });
    let trace = traced(&package);
    for name in ["lib/libbig.so", "lib/libbig.so.1.2"] {
        let file = package.tree().at(&package.directory().join(name)).unwrap();
        assert_eq!(trace.reasons(file)[0].why, Why::Needed, "{name}");
    }
    let out = root.path().join("out");
    slimmed(&package, out.clone());
    assert_eq!(fs::read_link(out.join("lib/libbig.so")).unwrap(), Path::new("libbig.so.1.2"));
}

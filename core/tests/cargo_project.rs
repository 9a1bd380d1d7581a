//! Cargo projects: which function is meant, where it was built, and of what. Cargo is asked; nothing is compiled.
#![cfg(feature = "native-analyzer")]
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

mod support;

use headstart::package::{OpenOptions, Package, Product};
use headstart::slim::{Analysis, Rule, TraceOptions, trace};
use headstart::{Code, Error};
use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime};
use support::objects::Object;
use tempfile::TempDir;

const FUNCTION: &str = "[package]\nname = 'prices'\nversion = '1.2.0'\nedition = '2024'\n\
                        [lib]\ncrate-type = ['cdylib']\n";
const PROGRAM: &str = "[package]\nname = 'tool'\nversion = '0.1.0'\nedition = '2024'\n";

/// A project without dependencies.
fn project(manifests: &[(&str, &str)]) -> TempDir {
    let root = tempfile::tempdir().unwrap();
    let mut lock = "version = 4\n".to_owned();
    for (place, manifest) in manifests {
        write(root.path(), &format!("{place}Cargo.toml"), manifest.as_bytes());
        let source = if manifest.contains("[lib]") { "src/lib.rs" } else { "src/main.rs" };
        write(root.path(), &format!("{place}{source}"), b"fn main() {}");
        for line in manifest.lines().filter(|line| line.starts_with("name") || line.starts_with("version")) {
            let start = if line.starts_with("name") { "\n[[package]]\n" } else { "" };
            lock += &format!("{start}{}\n", line.replace('\'', "\""));
        }
    }
    write(root.path(), "Cargo.lock", lock.as_bytes());
    root
}

fn write(root: &Path, name: &str, content: &[u8]) {
    let path = root.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
}

/// Stands for what Cargo built, some seconds ago.
fn built(root: &Path, name: &str, ago: u64) {
    write(root, name, &Object::default().bytes());
    let file = fs::File::options().write(true).open(root.join(name)).unwrap();
    file.set_modified(SystemTime::now() - Duration::from_secs(ago)).unwrap();
}

fn open(path: &Path, set: impl FnOnce(&mut OpenOptions)) -> Result<Package, Error> {
    let mut options = OpenOptions::default();
    set(&mut options);
    Package::open(path, &options)
}

/// The files of a package, by their paths below its root.
fn files(package: &Package) -> Vec<String> {
    package.tree().files().iter().map(|file| file.path.display().to_string()).collect()
}

fn rules(package: &Package) -> Vec<Rule> {
    let trace = trace(package, &TraceOptions::default()).unwrap();
    let analysis = Analysis::of(package, Some(&trace), None, None);
    analysis.findings.iter().map(|finding| finding.rule).collect()
}

#[test]
fn what_was_built_is_the_package() {
    let root = project(&[("", FUNCTION)]);
    built(root.path(), "target/debug/libprices.so", 10);
    built(root.path(), "target/debug/deps/libother.so", 10);
    let package = open(root.path(), |_| {}).unwrap();
    assert_eq!(files(&package), ["libprices.so"]);
    assert_eq!(package.home(), root.path().canonicalize().unwrap());
    let cargo = package.cargo().unwrap();
    assert_eq!((cargo.package.as_str(), cargo.version.as_str()), ("prices", "1.2.0"));
    assert_eq!((cargo.profile.as_str(), cargo.product), ("dev", Product::Library));
    assert_eq!(cargo.versions("prices"), ["1.2.0"]);
    assert!(rules(&package).contains(&Rule::DebugBuild));
    // A release build is what is deployed, however old it is.
    built(root.path(), "target/release/libprices.so", 1000);
    let package = open(root.path(), |_| {}).unwrap();
    assert_eq!(package.cargo().unwrap().profile, "release");
    let found = rules(&package);
    assert!(found.contains(&Rule::ReleaseProfile) && !found.contains(&Rule::DebugBuild), "{found:?}");
}

#[test]
fn what_the_profile_sets_is_not_advised() {
    let best = "[profile.release]\nlto = 'fat'\ncodegen-units = 1\nopt-level = 's'\n";
    let root = project(&[("", &format!("{FUNCTION}{best}"))]);
    built(root.path(), "target/release/libprices.so", 0);
    assert!(!rules(&open(root.path(), |_| {}).unwrap()).contains(&Rule::ReleaseProfile));
    // A program may also abort where it panics.
    let root = project(&[("", &format!("{PROGRAM}{best}"))]);
    built(root.path(), "target/release/tool", 0);
    assert!(rules(&open(root.path(), |_| {}).unwrap()).contains(&Rule::ReleaseProfile));
}

#[test]
fn what_is_not_built_is_told_and_not_built() {
    let root = project(&[("", FUNCTION)]);
    let error = open(root.path(), |_| {}).unwrap_err();
    assert_eq!(error.code(), Code::NotBuilt);
    assert!(error.hint_text().unwrap().contains("cargo build --release"), "{error}");
    let error = open(root.path(), |it| it.target = Some("linux-arm64-musl".parse().unwrap())).unwrap_err();
    assert!(error.hint_text().unwrap().contains("--target aarch64-unknown-linux-musl"), "{:?}", error.hint_text());
    assert!(!root.path().join("target").exists());
}

#[test]
fn a_project_that_cargo_cannot_read_is_told() {
    let root = project(&[("", FUNCTION)]);
    fs::remove_file(root.path().join("Cargo.lock")).unwrap();
    let error = open(root.path(), |_| {}).unwrap_err();
    assert_eq!(error.code(), Code::CargoFailed);
    assert!(!root.path().join("Cargo.lock").exists());
    let root = project(&[("", "[package]\nname = 'prices'\nversion = 'x'\n")]);
    let error = open(root.path(), |_| {}).unwrap_err();
    assert_eq!(error.code(), Code::CargoFailed);
    assert!(error.message().contains("version"), "{error}");
    write(root.path(), "Cargo.toml", b"[package");
    assert_eq!(open(root.path(), |_| {}).unwrap_err().code(), Code::ConfigInvalid);
}

#[test]
fn a_workspace_has_several() {
    let workspace = "[workspace]\nmembers = ['a', 'b']\nresolver = '3'\n";
    let root = project(&[("a/", FUNCTION), ("b/", PROGRAM)]);
    write(root.path(), "Cargo.toml", workspace.as_bytes());
    built(root.path(), "target/release/libprices.so", 0);
    built(root.path(), "target/release/tool", 0);
    let error = open(root.path(), |_| {}).unwrap_err();
    assert_eq!(error.code(), Code::ConfigMissing);
    assert!(error.hint_text().unwrap().contains("prices, tool"), "{:?}", error.hint_text());
    let named = |name: &str| open(root.path(), |it| it.cargo_package = Some(name.into()));
    assert_eq!(files(&named("tool").unwrap()), ["tool"]);
    assert_eq!(files(&named("prices").unwrap()), ["libprices.so"]);
    assert_eq!(named("absent").unwrap_err().code(), Code::ConfigInvalid);
    assert_eq!(files(&open(&root.path().join("b"), |_| {}).unwrap()), ["tool"]);
    // The configuration of a member is its own, and makes it the one that is meant.
    let configured = format!("{FUNCTION}[package.metadata.headstart]\nentry = 'libprices.total'\n");
    write(root.path(), "a/Cargo.toml", configured.as_bytes());
    let package = open(root.path(), |_| {}).unwrap();
    assert_eq!(package.entry().unwrap().as_str(), "libprices.total");
}

#[test]
fn of_several_targets_the_entry_names_one() {
    let root = project(&[("", FUNCTION)]);
    write(root.path(), "src/main.rs", b"fn main() {}");
    built(root.path(), "target/release/libprices.so", 0);
    built(root.path(), "target/release/prices", 0);
    let error = open(root.path(), |_| {}).unwrap_err();
    assert_eq!(error.code(), Code::ConfigMissing);
    assert!(error.hint_text().unwrap().contains("libprices.so, prices"), "{:?}", error.hint_text());
    let package = open(root.path(), |it| it.entry = Some("libprices.handler".into())).unwrap();
    assert_eq!(files(&package), ["libprices.so"]);
    let package = open(&root.path().join("target/release/prices"), |_| {}).unwrap();
    assert_eq!(files(&package), ["prices"]);
}

#[test]
fn the_entry_is_in_what_was_built_whatever_it_is_deployed_as() {
    let root = project(&[("", FUNCTION)]);
    built(root.path(), "target/release/libprices.so", 0);
    let entry = |given: &str| {
        let package = open(root.path(), |it| it.entry = Some(given.into())).unwrap();
        package.entry().unwrap().to_string()
    };
    assert_eq!(entry("libdeployed.total"), "libprices.total");
    assert_eq!(entry("libprices.total"), "libprices.total");
    assert_eq!(entry("prices.total"), "prices.total");
}

#[test]
fn what_cargo_builds_is_no_part_of_a_package() {
    let root = project(&[("", FUNCTION)]);
    built(root.path(), "target/release/libprices.so", 0);
    write(root.path(), "app.py", b"def handler(event, context): pass");
    write(root.path(), "pyproject.toml", b"");
    let package = open(root.path(), |it| it.entry = Some("app.handler".into())).unwrap();
    assert!(package.cargo().is_none());
    let names = files(&package);
    assert!(names.contains(&"app.py".into()) && !names.iter().any(|name| name.starts_with("target/")), "{names:?}");
    // A package of a native function that was put together in the project's directory.
    fs::remove_file(root.path().join("pyproject.toml")).unwrap();
    built(root.path(), "libprices.so", 0);
    let package = open(root.path(), |it| it.entry = Some("libprices.handler".into())).unwrap();
    assert!(package.cargo().is_none() && files(&package).contains(&"libprices.so".into()));
    assert_eq!(open(root.path(), |it| it.runtime = Some("nodejs24".into())).unwrap().cargo().map(|_| ()), None);
}

#[test]
fn of_where_cargo_builds_the_entry_names_the_file() {
    let root = project(&[("", FUNCTION)]);
    built(root.path(), "target/release/libprices.so", 0);
    write(root.path(), "target/release/.cargo-lock", b"");
    write(root.path(), "target/release/deps/libother.rlib", &[0; 1000]);
    let release = root.path().join("target/release");
    let package = open(&release, |it| it.entry = Some("libprices.handler".into())).unwrap();
    assert_eq!(files(&package), ["libprices.so"]);
    for entry in [None, Some("libother.handler".to_owned())] {
        assert_eq!(open(&release, |it| it.entry = entry).unwrap_err().code(), Code::ConfigMissing);
    }
}

#[test]
fn only_cargo_projects_have_packages() {
    let root = tempfile::tempdir().unwrap();
    fs::write(root.path().join("app.py"), "").unwrap();
    let error = open(root.path(), |it| it.cargo_package = Some("prices".into())).unwrap_err();
    assert_eq!(error.code(), Code::ConfigInvalid);
}

#[test]
fn a_crate_in_several_versions_is_told_with_its_dependents() {
    let dependencies = "[dependencies]\none = { path = 'one', package = 'dep' }\nmiddle = { path = 'middle' }\n\
                        [dev-dependencies]\nthree = { path = 'three', package = 'dep' }\n";
    let root = project(&[("", &format!("{FUNCTION}{dependencies}"))]);
    let library = |name: &str, version: &str| {
        format!("[package]\nname = '{name}'\nversion = '{version}'\nedition = '2024'\n[lib]\n")
    };
    let middle = library("middle", "0.5.0") + "[dependencies]\ntwo = { path = '../two', package = 'dep' }\n";
    let packages = [("one", "1.0.0"), ("two", "2.0.0"), ("three", "3.0.0")];
    for (place, manifest) in packages.map(|(place, version)| (place, library("dep", version))) {
        write(root.path(), &format!("{place}/Cargo.toml"), manifest.as_bytes());
        write(root.path(), &format!("{place}/src/lib.rs"), b"");
    }
    write(root.path(), "middle/Cargo.toml", middle.as_bytes());
    write(root.path(), "middle/src/lib.rs", b"");
    let mut lock = std::process::Command::new("cargo");
    let lock = lock.args(["generate-lockfile", "--offline", "--quiet"]).current_dir(root.path()).status();
    assert!(lock.unwrap().success());
    built(root.path(), "target/release/libprices.so", 0);
    let package = open(root.path(), |_| {}).unwrap();
    let analysis = Analysis::of(&package, None, None, None);
    let found = analysis.findings.iter().filter(|finding| finding.rule == Rule::DuplicateCrate);
    let messages: Vec<_> = found.map(|finding| finding.message.as_str()).collect();
    assert_eq!(messages, ["dep: 1.0.0 (for prices 1.2.0); 2.0.0 (for middle 0.5.0)"]);
}

//! The tracer of native functions on the packages below `testdata/trace/native`.
#![cfg(feature = "analyzer")]
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

mod support;

use headstart::Code;
use headstart::package::{OpenOptions, Package};
use headstart::slim::{TraceOptions, trace};
use std::fs;
use std::path::Path;
use support::objects::Object;

#[test]
fn every_case_comes_to_what_it_says() {
    let mut wrong = Vec::new();
    for (name, directory) in support::cases(&support::testdata().join("trace/native")) {
        let (_, found) = support::trace::run(&directory);
        wrong.extend(found.into_iter().map(|it| format!("{name}: {it}")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn object(needed: &[&str], search: Option<&str>) -> Vec<u8> {
    let needed = needed.iter().map(|name| (*name).to_owned()).collect();
    Object { needed, search: search.map(str::to_owned), ..Object::default() }.bytes()
}

fn open(path: &Path) -> Package {
    Package::open(path, &OpenOptions::default()).unwrap()
}

fn reached(package: &Package) -> Vec<String> {
    let trace = trace(package, &TraceOptions::default()).unwrap();
    trace.files(package.tree()).map(|file| package.tree().file(file).path.display().to_string()).collect()
}

#[test]
fn a_binary_that_is_named_brings_what_it_needs_from_beside() {
    let root = tempfile::tempdir().unwrap();
    let at = |name: &str| root.path().join(name);
    fs::create_dir(at("lib")).unwrap();
    fs::write(at("tool"), object(&["liba.so.1", "libc.so.6"], Some("$ORIGIN/lib"))).unwrap();
    fs::write(at("lib/liba.so.1.0"), object(&["../../etc/libb.so"], None)).unwrap();
    std::os::unix::fs::symlink("liba.so.1.0", at("lib/liba.so.1")).unwrap();
    fs::write(at("another"), object(&[], None)).unwrap();
    fs::write(at("notes.txt"), "none of the package's").unwrap();
    let package = open(&at("tool"));
    assert_eq!(package.runtime().to_string(), "native");
    let names: Vec<_> = package.tree().files().iter().map(|file| file.path.display().to_string()).collect();
    assert_eq!(names, ["lib/liba.so.1", "lib/liba.so.1.0", "tool"]);
    assert_eq!(reached(&package), names);
}

#[test]
fn without_an_entry_it_is_bootstrap_or_the_only_object() {
    let root = tempfile::tempdir().unwrap();
    fs::write(root.path().join("libfn.so"), object(&[], None)).unwrap();
    fs::write(root.path().join("data.json"), "{}").unwrap();
    assert_eq!(reached(&open(root.path())), ["data.json", "libfn.so"]);
    fs::write(root.path().join("libother.so"), object(&[], None)).unwrap();
    let error = trace(&open(root.path()), &TraceOptions::default()).unwrap_err();
    assert_eq!(error.code(), Code::ConfigMissing);
    // A script may start the program.
    fs::write(root.path().join("bootstrap"), "#!/bin/sh\nexec ./tool\n").unwrap();
    assert_eq!(reached(&open(root.path())), ["bootstrap", "data.json", "libfn.so", "libother.so"]);
}

#[test]
fn a_damaged_binary_is_an_error() {
    let root = tempfile::tempdir().unwrap();
    let bytes = object(&["liba.so"], None);
    for end in 4..64 {
        fs::write(root.path().join("libfn.so"), &bytes[..end]).unwrap();
        let error = trace(&open(&root.path().join("libfn.so")), &TraceOptions::default()).unwrap_err();
        assert_eq!(error.code(), Code::ObjectInvalid, "{end}");
    }
}

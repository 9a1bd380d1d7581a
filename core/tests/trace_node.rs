//! The JavaScript and TypeScript tracer on the packages below `testdata/trace/node`.
#![cfg(feature = "node-analyzer")]
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

mod support;

use std::collections::BTreeSet;

/// The lines of the list of hazards that a trace answers for.
const HAZARDS: std::ops::RangeInclusive<u32> = 28..=38;

#[test]
fn every_case_comes_to_what_it_says() {
    let mut wrong = Vec::new();
    let mut hazards = BTreeSet::new();
    for (name, directory) in support::cases(&support::testdata().join("trace/node")) {
        let (case, found) = support::trace::run(&directory);
        hazards.insert(case.hazard);
        wrong.extend(found.into_iter().map(|it| format!("{name}: {it}")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let missing: Vec<_> = HAZARDS.filter(|hazard| !hazards.contains(hazard)).collect();
    assert!(missing.is_empty(), "no case stands for hazards {missing:?}");
}

/// Sources that nest a construct thousands of times, or a hundred thousand: what begins, what it holds, what ends.
const NESTED: &[(&str, &str, &str)] = &[
    ("(", "1", ")"),
    ("[", "", "]"),
    ("x={a:", "1", "}"),
    ("!", "1", ""),
    ("a=>", "1", ""),
    ("a?b:", "c", ""),
    ("new ", "a", ""),
    ("if(a)", "b", ""),
    ("if(a){}else ", "b", ""),
    ("(function(){", "require('a')", "})()"),
    ("`${", "1", "}`"),
    ("a.b(", "'c'", ")"),
    ("'a'+", "'b'", ""),
    ("a&&", "b", ""),
    ("var {a:", "b", "}=1"),
    ("<f", "", ""),
];

#[test]
fn nested_sources_are_survived() {
    for times in [5_000, 100_000] {
        for (begin, inner, end) in NESTED {
            for name in ["index.js", "index.ts"] {
                let directory = tempfile::tempdir().expect("a directory");
                let source = format!("{}{inner}{}", begin.repeat(times), end.repeat(times));
                std::fs::write(directory.path().join(name), source).expect("a source");
                let begun = std::time::Instant::now();
                let mut options = headstart::package::OpenOptions::default();
                options.entry = Some("index.handler".into());
                options.runtime = Some("nodejs24".into());
                let package = headstart::package::Package::open(directory.path(), &options).expect("a package");
                headstart::slim::trace(&package, &headstart::slim::TraceOptions::default()).expect("a trace");
                assert!(begun.elapsed().as_secs() < 20, "{begin} {times} times in {name}: {:?}", begun.elapsed());
            }
        }
    }
}

#[test]
fn damaged_sources_and_objects_are_survived() {
    let directory = tempfile::tempdir().expect("a directory");
    let sound = "const { join } = require('path');\nexports.a = require('./b' + x).c(join(__dirname, `d${e}`));\n";
    let object = support::objects::Object { needed: vec!["libx.so".into()], ..Default::default() }.bytes();
    std::fs::write(directory.path().join("index.js"), "exports.handler = 1;").expect("a source");
    for at in 0..sound.len() {
        let mut bytes = sound.as_bytes().to_vec();
        bytes[at] = [b'(', b'\0', 0xff, b'`'][at % 4];
        std::fs::write(directory.path().join(format!("changed{at}.js")), &bytes).expect("a source");
        std::fs::write(directory.path().join(format!("cut{at}.mjs")), &sound[..at]).expect("a source");
    }
    for at in 0..object.len() {
        let mut bytes = object.clone();
        bytes[at] ^= 0xff;
        std::fs::write(directory.path().join(format!("changed{at}.node")), &bytes).expect("an object");
    }
    let mut options = headstart::package::OpenOptions::default();
    options.entry = Some("index.handler".into());
    options.runtime = Some("nodejs24".into());
    let package = headstart::package::Package::open(directory.path(), &options).expect("a package");
    let mut all = headstart::slim::TraceOptions::default();
    all.include.push(".".into());
    let trace = headstart::slim::trace(&package, &all).expect("a trace");
    assert_eq!(trace.files(package.tree()).count(), package.tree().files().len());
}

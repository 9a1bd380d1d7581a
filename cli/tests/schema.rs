//! What commands print as JSON is as `docs/reference/schema` describes it.
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "tests")]

mod support;

use serde_json::Value;
use std::io::Read;
use std::path::{Path, PathBuf};
use support::{command, has, json, shown, testdata};

fn schemas() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/reference/schema").canonicalize().expect("the schemas")
}

fn schema(name: &str) -> Value {
    let text = std::fs::read(schemas().join(format!("{name}.schema.json"))).expect("a schema");
    serde_json::from_slice(&text).expect("JSON")
}

/// Where a value is not as the schema `name` says.
fn faults(name: &str, value: &Value) -> Vec<String> {
    let base = format!("file://{}/{name}.schema.json", schemas().display());
    let validator = jsonschema::options().with_base_uri(base).build(&schema(name)).expect("a sound schema");
    validator.iter_errors(value).map(|error| format!("{name}: {}: {error}", error.instance_path())).collect()
}

fn check(name: &str, value: &Value) {
    let faults = faults(name, value);
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

fn report(packages: &Path, arguments: &[&str]) -> Value {
    let arguments = [arguments, &["--format", "json"]].concat();
    let output = command(env!("CARGO_BIN_EXE_headstart"), &arguments, packages, "schema").output().expect("it runs");
    assert!(output.status.code().is_some_and(|code| code < 2), "{}", shown(&output));
    json(&output)
}

fn manifest(out: &Path) -> Value {
    let file = std::fs::File::open(out.join(".headstart/manifest.json.gz")).expect("a manifest");
    let mut text = String::new();
    flate2::read::GzDecoder::new(file).read_to_string(&mut text).expect("gzip");
    serde_json::from_str(&text).expect("JSON")
}

/// The reports on a package that need none of its code to run.
fn check_static(packages: &Path, package: &[&str], file: &str) {
    let of = |command: &str, more: &[&str]| report(packages, &[&[command], package, more].concat());
    let analysis = of("analyze", &[]);
    check("analyze", &analysis);
    assert!(!analysis["findings"].as_array().unwrap().is_empty() && !analysis["files"].as_array().unwrap().is_empty());
    check("trace", &of("trace", &[]));
    check("trace-why", &of("trace", &["--why", file]));
    let directory = tempfile::tempdir().unwrap();
    let out = directory.path().join("out");
    check("slim", &of("slim", &["--no-events", "--out", out.to_str().unwrap()]));
    check("manifest", &manifest(&out));
}

#[test]
fn reports_on_a_python_function() {
    let package = ["slimming", "--entry", "app.handler", "--runtime", "python3.12"];
    check_static(&testdata("cli"), &package, "lib/__init__.py");
}

#[test]
fn reports_on_a_node_function() {
    let package = ["28_nothing_is_known/package", "--entry", "index.handler", "--runtime", "nodejs24"];
    check_static(&testdata("trace/node"), &package, "index.js");
}

#[test]
fn reports_without_an_entry_and_of_a_platform() {
    let none = ["analyze", "slimming", "--runtime", "python"];
    check("analyze", &report(&testdata("cli"), &none));
    check("analyze", &report(&testdata("cli"), &[&none[..], &["--platform", "lambda"]].concat()));
}

#[test]
fn reports_of_functions_that_run() {
    for (program, language, entry) in [("python3", "python", "app.handler"), ("node", "node", "index.handler")] {
        if has(program) {
            let package = format!("profile/{language}");
            check("profile", &report(&testdata("trial"), &["profile", &package, "--entry", entry, "--runs", "1"]));
        }
    }
    if has("python3") {
        for case in ["result", "noise"] {
            let (a, b) = (format!("verify/{case}/a"), format!("verify/{case}/b"));
            let events = format!("verify/{case}/events.jsonl");
            let arguments = ["verify", &a, &b, "--entry", "app.handler", "--events", &events];
            check("verify", &report(&testdata("trial"), &arguments));
        }
    }
}

#[test]
fn what_is_wrong_is_noticed() {
    let mut analysis = report(&testdata("cli"), &["analyze", "slimming", "--entry", "app.handler"]);
    analysis["bytes"] = "many".into();
    analysis["undescribed"] = 1.into();
    analysis["findings"][0]["level"] = "fatal".into();
    assert_eq!(faults("analyze", &analysis).len(), 3, "{:?}", faults("analyze", &analysis));
}

/// Every field is described, with its unit; nothing is left open.
#[test]
fn schemas_are_complete() {
    for entry in std::fs::read_dir(schemas()).unwrap() {
        let path = entry.unwrap().path();
        let schema: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        let faults = undescribed(&schema, &path.file_name().unwrap().to_string_lossy());
        assert!(faults.is_empty(), "{}", faults.join("\n"));
    }
}

fn undescribed(schema: &Value, place: &str) -> Vec<String> {
    let mut faults = Vec::new();
    for (name, field) in schema["properties"].as_object().into_iter().flatten() {
        let description = field["description"].as_str().unwrap_or_default();
        let units = [("_us", "icroseconds"), ("bytes", "ytes")];
        let is_told = units.iter().all(|(ending, unit)| !name.ends_with(ending) || description.contains(unit));
        if description.is_empty() || !is_told {
            faults.push(format!("{place}/{name} is not described, or without its unit"));
        }
    }
    if schema["type"] == "object" && schema["additionalProperties"] != false {
        faults.push(format!("{place} is open"));
    }
    let below = schema.as_object().into_iter().flatten().map(|(name, below)| (name.clone(), below));
    let items = schema.as_array().into_iter().flatten().enumerate().map(|(at, below)| (at.to_string(), below));
    for (name, below) in below.chain(items) {
        faults.extend(undescribed(below, &format!("{place}/{name}")));
    }
    faults
}

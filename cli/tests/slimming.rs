//! `analyze` and `slim` as people and programs see them: what is printed where, and the exit code.
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "tests")]

mod support;

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Output;
use support::{command, json, shown, snapshot, testdata};

const PACKAGE: &[&str] = &["slimming", "--entry", "app.handler", "--runtime", "python3.12"];

fn packages() -> PathBuf {
    testdata("cli")
}

fn headstart(arguments: &[&str]) -> Output {
    command(env!("CARGO_BIN_EXE_headstart"), arguments, &packages(), "slimming").output().expect("headstart runs")
}

fn analyze(arguments: &[&str]) -> Output {
    headstart(&[&["analyze"], PACKAGE, arguments].concat())
}

/// Runs none of the code of the package.
fn slim(out: &Path, arguments: &[&str]) -> Output {
    let out = out.to_str().expect("UTF-8");
    headstart(&[&["slim"], PACKAGE, &["--no-events", "--out", out], arguments].concat())
}

fn filters() -> insta::Settings {
    let mut settings = insta::Settings::clone_current();
    settings.add_filter(&packages().display().to_string(), "[PACKAGES]");
    settings.add_filter(&format!(r"{}/\.tmp\w+", std::env::temp_dir().display()), "[TEMPORARY]");
    settings
}

#[test]
fn help_of_each_command_has_examples() {
    let examples = |command: &str| support::examples(&headstart(&[command, "--help"]));
    insta::assert_snapshot!(examples("analyze"), @r"
    Examples:
      headstart analyze fn/report
      headstart analyze function.zip --entry index.handler --layer layer.zip --platform lambda
      headstart analyze . --format html --out report.html
      headstart analyze target/release/bootstrap
      cargo headstart analyze --package report
      headstart analyze . --format json > base.json
      headstart analyze . --compare base.json --max-growth 5% --budget 50MB
    ");
    insta::assert_snapshot!(examples("slim"), @r"
    Examples:
      headstart slim . --entry app.handler --out ../slimmed
      headstart slim fn/report --out report.zip
      headstart slim fn/report --out slimmed --keep reached --cold beside
    ");
    insta::assert_snapshot!(examples("trace"), @r"
    Examples:
      headstart trace . --entry app.handler
      headstart trace function.zip --entry index.handler --layer layer.zip --format json
      headstart trace fn/report --why pandas/core/frame.py
      headstart trace fn/report --events fn/report/events
    ");
}

#[test]
fn an_analysis_as_text() {
    snapshot!(analyze(&[]), @r"
    exit code: 0
    --- stdout
    slimming: 508 B in 8 files, 349 B of it reached

     package   version   size    share  reached  files 
     lib       1.0      380 B   74.8 %    221 B      7 
     own code           128 B   25.2 %    128 B      1 
     total              508 B  100.0 %    349 B      8 

    lambda, unzipped: code 508 B of 250.0 MiB (0.0 %)
    google, unzipped: code 508 B of 476.8 MiB (0.0 %)
    vercel, unzipped: code 508 B of 250.0 MiB (0.0 %)

    dynamic-import: An import whose target is computed could not be followed; what it may mean is kept where that can be told.
      app.py:7: the name of an imported module is computed
      name the modules in `include`, or slim with --events that reach them

    missing-bytecode: Modules without bytecode are compiled at every start, where the package cannot be written to.
      app.py: 2 of 2 modules
      `headstart slim` compiles them, or run `python -m compileall --invalidation-mode unchecked-hash` last

    unreachable, 117 B: Files of a distribution that the function does not reach.
      2 files of lib, 117 B
      `headstart slim` moves them to the cold archive

    tests, 32 B: Tests of dependencies, which nothing reaches.
      1 file, 32 B
      `headstart slim` moves them to the cold archive

    documentation, 10 B: Documentation and examples of dependencies, which nothing reaches.
      1 file, 10 B
      `headstart slim` moves them to the cold archive

    late-import: The function's own code imports a module at its start and uses it only inside of functions.
      app.py:3: lib is used only inside of functions
      import it where it is used, or by `headstart.lazy`, if not every invocation needs it
    --- stderr
    ");
    snapshot!(analyze(&["--top", "1"]), @r"
    exit code: 0
    --- stdout
    slimming: 508 B in 8 files, 349 B of it reached

     package     version   size    share  reached  files 
     lib         1.0      380 B   74.8 %    221 B      7 
     and 1 more           128 B   25.2 %    128 B      1 
     total                508 B  100.0 %    349 B      8 

    lambda, unzipped: code 508 B of 250.0 MiB (0.0 %)
    google, unzipped: code 508 B of 476.8 MiB (0.0 %)
    vercel, unzipped: code 508 B of 250.0 MiB (0.0 %)

    dynamic-import: An import whose target is computed could not be followed; what it may mean is kept where that can be told.
      app.py:7: the name of an imported module is computed
      name the modules in `include`, or slim with --events that reach them

    missing-bytecode: Modules without bytecode are compiled at every start, where the package cannot be written to.
      app.py: 2 of 2 modules
      `headstart slim` compiles them, or run `python -m compileall --invalidation-mode unchecked-hash` last

    unreachable, 117 B: Files of a distribution that the function does not reach.
      2 files of lib, 117 B
      `headstart slim` moves them to the cold archive

    tests, 32 B: Tests of dependencies, which nothing reaches.
      1 file, 32 B
      `headstart slim` moves them to the cold archive

    documentation, 10 B: Documentation and examples of dependencies, which nothing reaches.
      1 file, 10 B
      `headstart slim` moves them to the cold archive

    late-import: The function's own code imports a module at its start and uses it only inside of functions.
      app.py:3: lib is used only inside of functions
      import it where it is used, or by `headstart.lazy`, if not every invocation needs it
    --- stderr
    ");
}

#[test]
fn an_analysis_as_annotations() {
    snapshot!(analyze(&["--format", "github"]), @r"
    exit code: 0
    --- stdout
    ::warning title=dynamic-import,file=app.py,line=7::An import whose target is computed could not be followed; what it may mean is kept where that can be told. the name of an imported module is computed Hint: name the modules in `include`, or slim with --events that reach them
    ::warning title=missing-bytecode,file=app.py::Modules without bytecode are compiled at every start, where the package cannot be written to. 2 of 2 modules Hint: `headstart slim` compiles them, or run `python -m compileall --invalidation-mode unchecked-hash` last
    ::notice title=unreachable,file=lib/broken.py::Files of a distribution that the function does not reach. 2 files of lib (117 B) Hint: `headstart slim` moves them to the cold archive
    ::notice title=tests,file=lib/tests/test_lib.py::Tests of dependencies, which nothing reaches. 1 file (32 B) Hint: `headstart slim` moves them to the cold archive
    ::notice title=documentation,file=lib/docs/guide.md::Documentation and examples of dependencies, which nothing reaches. 1 file (10 B) Hint: `headstart slim` moves them to the cold archive
    ::notice title=late-import,file=app.py,line=3::The function's own code imports a module at its start and uses it only inside of functions. lib is used only inside of functions Hint: import it where it is used, or by `headstart.lazy`, if not every invocation needs it
    --- stderr
    ");
}

#[test]
fn an_analysis_as_json() {
    let output = analyze(&["--format", "json"]);
    assert!(output.status.success() && output.stderr.is_empty(), "{}", shown(&output));
    let report = json(&output);
    let size = |path: &Path| path.metadata().unwrap().len();
    let files = ["app.py", "lib/__init__.py", "lib/unused.py", "lib/broken.py", "lib/tests/test_lib.py"];
    let more = ["lib/docs/guide.md", "lib-1.0.dist-info/METADATA", "lib-1.0.dist-info/RECORD"];
    let bytes: u64 = files.iter().chain(&more).map(|name| size(&packages().join("slimming").join(name))).sum();
    assert_eq!(report["schema_version"], 1);
    assert_eq!(report["bytes"], bytes);
    let rules: Vec<_> = report["findings"].as_array().unwrap().iter().map(|it| it["rule"].clone()).collect();
    for rule in ["dynamic-import", "tests", "documentation", "unreachable"] {
        assert!(rules.contains(&rule.into()), "{rule} is not among {rules:?}");
    }
}

#[test]
fn an_analysis_as_sarif() {
    let report = json(&analyze(&["--format", "sarif"]));
    assert_eq!(report["version"], "2.1.0");
    let run = &report["runs"][0];
    let rules: Vec<_> = run["tool"]["driver"]["rules"].as_array().unwrap().iter().map(|it| it["id"].clone()).collect();
    for result in run["results"].as_array().unwrap() {
        assert!(rules.contains(&result["ruleId"]), "{result}");
        assert!(["note", "warning", "error"].map(Value::from).contains(&result["level"]), "{result}");
    }
    let dynamic = run["results"].as_array().unwrap().iter().find(|it| it["ruleId"] == "dynamic-import").unwrap();
    insta::assert_snapshot!(format!("{:#}", dynamic["locations"][0]), @r#"
    {
      "physicalLocation": {
        "artifactLocation": {
          "uri": "app.py"
        },
        "region": {
          "startLine": 7
        }
      }
    }
    "#);
}

#[test]
fn an_analysis_as_a_page() {
    let output = analyze(&["--format", "html"]);
    let page = String::from_utf8(output.stdout).unwrap();
    assert!(page.starts_with("<!doctype html>") || page.starts_with("<!DOCTYPE html>"), "{}", &page[..100]);
    // It loads nothing from elsewhere.
    for reference in ["src=\"http", "href=\"http", "@import", "url(http"] {
        assert!(!page.contains(reference), "{reference}");
    }
    assert!(page.contains("lib/unused.py") || page.contains("unused.py"));
}

#[test]
fn a_report_goes_to_a_file_and_is_compared() {
    let directory = tempfile::tempdir().unwrap();
    let base = directory.path().join("base.json");
    let base_name = base.to_str().unwrap();
    let written = analyze(&["--format", "json", "--out", base_name]);
    assert!(written.status.success() && written.stdout.is_empty(), "{}", shown(&written));
    let same = analyze(&["--compare", base_name, "--max-growth", "0"]);
    assert_eq!(same.status.code(), Some(0), "{}", shown(&same));
    let mut report: Value = serde_json::from_str(&std::fs::read_to_string(&base).unwrap()).unwrap();
    report["bytes"] = 100.into();
    std::fs::write(&base, report.to_string()).unwrap();
    let grown = analyze(&["--format", "github", "--compare", base_name, "--max-growth", "5%"]);
    assert_eq!(grown.status.code(), Some(1), "{}", shown(&grown));
    std::fs::write(&base, "{").unwrap();
    let broken = analyze(&["--compare", base_name]);
    assert_eq!(broken.status.code(), Some(2), "{}", shown(&broken));
}

#[test]
fn a_budget_is_kept_or_not() {
    assert_eq!(analyze(&["--budget", "1MB"]).status.code(), Some(0));
    let output = analyze(&["--budget", "100", "--format", "github"]);
    assert_eq!(output.status.code(), Some(1), "{}", shown(&output));
    insta::assert_snapshot!(String::from_utf8(output.stderr).unwrap(), @"warning: the package has 508 B, over its budget of 100 B");
}

#[test]
fn what_cannot_be_opened_is_told() {
    snapshot!(headstart(&["analyze", "no_such_package"]), @r"
    exit code: 2
    --- stdout

    --- stderr
    error: failed to open the package: No such file or directory (os error 2) (path: no_such_package) [function.not_found]
    hint: check the path of the package
    ");
    snapshot!(headstart(&["analyze", "slimming", "--entry", "absent.handler"]), @r#"
    exit code: 2
    --- stdout

    --- stderr
    error: failed to trace the function: it has no module "absent" (entry: absent.handler, package: slimming) [function.entry_not_found]
    hint: check the entry against the files of the package
    "#);
    snapshot!(analyze(&["--budget", "much"]), @r"
    exit code: 2
    --- stdout

    --- stderr
    error: invalid value 'much' for '--budget <SIZE>': it is not a size such as 512MiB

    For more information, try '--help'.
    ");
}

#[test]
fn slimming_tells_what_came_of_it() {
    let directory = tempfile::tempdir().unwrap();
    let out = directory.path().join("out");
    let output = slim(&out, &["--format", "json"]);
    assert!(output.status.success(), "{}", shown(&output));
    let told = json(&output);
    assert_eq!(told["out"], out.to_str().unwrap());
    assert!(out.join("app.py").is_file() && out.join("lib/__init__.py").is_file());
    let again = slim(&out, &[]);
    snapshot!(again, @r"
    exit code: 2
    --- stdout

    --- stderr
    error: failed to slim the package: something stands at the output (out: [TEMPORARY]/out) [package.output_exists]
    hint: name another output, or pass --force
    ");
    assert!(slim(&out, &["--force"]).status.success());
    let inside = packages().join("slimming/out");
    snapshot!(slim(&inside, &[]), @r"
    exit code: 2
    --- stdout

    --- stderr
    error: failed to slim the package: the output lies inside of it, or around it (out: [PACKAGES]/slimming/out) [package.output_inside]
    hint: name an output outside the package
    ");
    assert!(!inside.exists());
}

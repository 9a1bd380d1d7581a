//! What importing the packages costs, each time in a fresh process, against the standard library.

use super::measured;
use crate::interpreters::{node, python};
use crate::shell::{Outcome, output};
use crate::{node as node_package, python as python_package};
use serde_json::{Value, json};
use std::path::Path;
use std::process::Command;

pub(super) fn measure(runs: u32) -> Outcome<Value> {
    let mut rows = python_rows(runs)?;
    rows.extend(node_rows(runs)?);
    Ok(json!({"schema_version": 1, "rows": rows}))
}

fn python_rows(runs: u32) -> Outcome<Vec<Value>> {
    let wheel = python_package::wheel(true)?.display().to_string();
    let environment = python_package::environment(&python()?, "import", &[])?;
    python_package::pip(&environment, &["install", "--force-reinstall", "--no-deps", &wheel])?;
    let time = |module: &str| {
        let code =
            format!("import time; a = time.perf_counter_ns(); import {module}; print(time.perf_counter_ns() - a)");
        elapsed(Command::new(environment.join("bin/python")).args(["-I", "-c", &code]))
    };
    compare("python", "json", runs, || Ok((time("json")?, time("headstart")?)))
}

fn node_rows(runs: u32) -> Outcome<Vec<Value>> {
    let project = node_package::install(true)?;
    let node = node()?.program;
    let time = |module: &str| {
        let code = format!(
            "const a = process.hrtime.bigint(); require('{module}'); console.log(String(process.hrtime.bigint() - a))"
        );
        elapsed(Command::new(&node).args(["-e", &code]).current_dir(Path::new(&project)))
    };
    compare("nodejs", "http", runs, || Ok((time("http")?, time("headstart")?)))
}

fn elapsed(command: &mut Command) -> Outcome<f64> {
    let text = output(command)?;
    text.trim().parse().map_err(|_| format!("not a time: {text}"))
}

fn compare(
    language: &str,
    standard: &str,
    runs: u32,
    mut pair: impl FnMut() -> Outcome<(f64, f64)>,
) -> Outcome<Vec<Value>> {
    let (mut theirs, mut ours, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..runs {
        let (their, our) = pair()?;
        theirs.push(their / 1000.0);
        ours.push(our / 1000.0);
        ratios.push(our / their);
    }
    Ok(vec![
        json!({"function": "import", "language": language, "arm": standard, "import_us": measured(theirs), "ratio_to_standard": 1.0}),
        json!({"function": "import", "language": language, "arm": "headstart", "import_us": measured(ours), "ratio_to_standard": measured(ratios)}),
    ])
}

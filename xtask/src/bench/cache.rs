//! The caches against their peers, in turns: on the disk that holds `target/` and on a tmpfs.

use crate::interpreters;
use crate::node;
use crate::python;
use crate::shell::{self, Outcome, command, key, once, output, root, run, target};
use serde_json::{Value, json};
use std::path::PathBuf;

const OURS: &str = "headstart";
const TMPFS: &str = "/dev/shm";

/// Rows of all languages.
pub(super) fn measure(rounds: u32) -> Outcome<Value> {
    let rounds = rounds.to_string();
    let mut rows = rows("rust", "memory", &output(command(rust()?, [&rounds]).current_dir(root()))?)?;
    let (python, node) = (python_with_peers()?, node_with_peers()?);
    let package = node::install(true)?.join("node_modules/headstart");
    let programs = [
        ("python", python, root().join("benches/cache/python/bench.py")),
        ("nodejs", interpreters::nodes()?.pop().ok_or("there is no Node")?.program, node.join("bench.cjs")),
    ];
    for (place, base) in [("disk", target()), ("tmpfs", PathBuf::from(TMPFS))] {
        for (language, program, script) in &programs {
            let directory = base.join("headstart-bench-cache");
            shell::empty(&directory)?;
            let mut bench = command(program, [script, &directory]);
            eprintln!("xtask: measuring {language} on {place}");
            let printed = output(bench.arg(&rounds).env("HEADSTART_PACKAGE", &package));
            let _ = std::fs::remove_dir_all(&directory);
            rows.extend(self::rows(language, place, &printed?)?);
        }
    }
    Ok(json!({"schema_version": 1, "rows": rows}))
}

/// A row for each arm, with its times against ours of the same round.
fn rows(language: &str, place: &str, printed: &str) -> Outcome<Vec<Value>> {
    let measures: Vec<Value> = serde_json::from_str(printed).map_err(|error| format!("{error}: {printed}"))?;
    let mut rows = Vec::new();
    for measure in &measures {
        let ours = numbers(&measure["ns"][OURS]);
        for (arm, times) in measure["ns"].as_object().into_iter().flatten() {
            let times = numbers(times);
            let ratios = times.iter().zip(&ours).map(|(theirs, ours)| theirs / ours).collect();
            rows.push(json!({
                "function": title(measure, place),
                "language": language,
                "arm": arm,
                "ns": super::measured(times),
                "times_ours": super::measured(ratios),
                "is_peer": arm != OURS,
            }));
        }
    }
    Ok(rows)
}

/// `node hit, disk, 4 processes`; what is in memory has no place.
fn title(measure: &Value, place: &str) -> String {
    let name = measure["measure"].as_str().unwrap_or_default();
    if name == "process hit" {
        return name.into();
    }
    match measure["processes"].as_u64() {
        Some(1) | None => format!("{name}, {place}"),
        Some(number) => format!("{name}, {place}, {number} processes"),
    }
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().into_iter().flatten().filter_map(Value::as_f64).collect()
}

fn rust() -> Outcome<PathBuf> {
    // Not --locked: what the core itself depends on may have changed since the peers were locked.
    let manifest = root().join("benches/cache/rust/Cargo.toml");
    let into = target().join("cache-bench");
    let mut build = command("cargo", ["build", "--release", "--quiet", "--manifest-path"]);
    run(build.arg(&manifest).arg("--target-dir").arg(&into))?;
    Ok(into.join("release/headstart-bench-cache"))
}

/// Python with the package as users get it, and the peers.
fn python_with_peers() -> Outcome<PathBuf> {
    let wheel = python::wheel(true)?.display().to_string();
    let lock = "benches/cache/python/requirements.lock";
    let environment =
        python::environment(&interpreters::python()?, "cache", &["install", "--require-hashes", "-r", lock])?;
    python::pip(&environment, &["install", "--force-reinstall", "--no-deps", &wheel])?;
    Ok(environment.join("bin/python"))
}

/// A directory with the peers and the program.
fn node_with_peers() -> Outcome<PathBuf> {
    let source = root().join("benches/cache/node");
    let directory = target().join("peers/cache");
    once(&directory, &key(&[source.join("package-lock.json")], &[])?, || {
        shell::copy(&source, &directory)?;
        run(command("npm", ["ci", "--no-audit", "--no-fund", "--silent"]).current_dir(&directory))
    })?;
    let program = source.join("bench.cjs");
    std::fs::copy(&program, directory.join("bench.cjs")).map_err(|error| shell::about(&program, &error))?;
    Ok(directory)
}

//! Slimming: size against installed, the tracers against their peers, and init of packages as they are deployed.

use crate::functions::{self, Function};
use crate::interpreters;
use crate::shell::{self, Outcome, command, once, root, target};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

/// Measures the functions whose names are given, all where none is.
pub(super) fn measure(names: &[String], runs: u32) -> Outcome<Value> {
    super::build_release()?;
    let headstart = target().join("release/headstart");
    let mut rows = Vec::new();
    for function in functions::prepare(names)? {
        eprintln!("xtask: slimming {}/{}", function.language, function.name);
        match function.language {
            "python" => python(&function, &headstart, runs, &mut rows)?,
            "node" => node(&function, &headstart, runs, &mut rows)?,
            _ => {}
        }
    }
    rows.extend(means(&rows));
    Ok(json!({"schema_version": 1, "rows": rows}))
}

/// Slims a function, stripped or not: where to, and the report.
pub(crate) fn slimmed(function: &Function, headstart: &Path, strip: bool) -> Outcome<(PathBuf, Value)> {
    let kind = if strip { "stripped" } else { "slimmed" };
    let out = target().join("slim").join(kind).join(function.language).join(&function.name);
    if out.exists() {
        shell::empty(&out)?;
    }
    let mut slim = command(headstart, ["slim"]);
    slim.arg(&function.package).arg("--out").arg(&out).args(["--format", "json", "--init-timeout", "120s"]);
    if let Some(interpreter) = &function.interpreter {
        slim.arg("--interpreter").arg(interpreter);
    }
    if strip {
        slim.arg("--strip");
    }
    let text = shell::output(slim.env("HEADSTART_STATE_DIR", target().join("state")))?;
    let report =
        serde_json::from_str(&text).map_err(|error| format!("headstart slim printed something else: {error}"))?;
    Ok((out, report))
}

fn size_row(function: &Function, arm: &str, report: &Value, bytes: &str) -> Value {
    let (before, bytes) = (report["before_bytes"].as_f64().unwrap_or(0.0), &report[bytes]);
    let ratio = bytes.as_f64().unwrap_or(0.0) / before.max(1.0);
    json!({"function": function.name, "language": function.language, "arm": arm, "bytes": bytes, "ratio_to_installed": ratio})
}

fn python(function: &Function, headstart: &Path, runs: u32, rows: &mut Vec<Value>) -> Outcome {
    let python = interpreters::python()?.program;
    let (_, stripped) = slimmed(function, headstart, true)?;
    let (out, report) = slimmed(function, headstart, false)?;
    rows.push(size_row(function, "installed", &report, "before_bytes"));
    rows.push(size_row(function, "slim", &report, "after_bytes"));
    rows.push(size_row(function, "slim --strip", &stripped, "after_bytes"));
    let module = module(&function.package)?;
    let (mut ours, mut theirs, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..runs {
        let our = timed(command(headstart, ["trace", "--format", "json"]).arg(&function.package))?;
        let code =
            format!("import sys; sys.path.insert(0, {:?}); import {module}", function.package.display().to_string());
        let their = timed(command(&python, ["-I", "-X", "importtime", "-c", &code]).current_dir(&function.package))?;
        ours.push(our);
        theirs.push(their);
        ratios.push(their / our);
    }
    rows.push(trace_row(function, "importtime", theirs, None));
    let mut row = trace_row(function, "trace", ours, Some(ratios));
    row["peak_bytes"] = json!(peak(&python, command(headstart, ["trace"]).arg(&function.package))?);
    rows.push(row);
    init_rows(function, &out, &python, &module, runs, rows)
}

/// Init of the package as it is commonly deployed, without bytecode and where none can be written, and of the
/// slimmed one; the interpreter alone, no launcher.
fn init_rows(
    function: &Function,
    out: &Path,
    python: &Path,
    module: &str,
    runs: u32,
    rows: &mut Vec<Value>,
) -> Outcome {
    let bare = target().join("slim/bare").join(&function.name);
    shell::empty(&bare)?;
    shell::copy(&function.package, &bare)?;
    let import = |package: &Path| {
        let code = format!("import sys; sys.path.insert(0, {:?}); import {module}", package.display().to_string());
        timed(command(python, ["-I", "-B", "-c", &code]).current_dir(package))
    };
    let (mut before, mut after, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..=runs {
        let (was, is) = (import(&bare)?, import(out)?);
        // The first round brings files into the page cache.
        if round > 0 {
            before.push(was);
            after.push(is);
            ratios.push(was / is);
        }
    }
    let row = |arm: &str, times: Vec<f64>, ratios: Option<Vec<f64>>| json!({"function": function.name, "language": "python", "arm": arm, "init_us": super::measured(times), "init_speedup": ratios.map(super::measured)});
    rows.push(row("no bytecode", before, None));
    rows.push(row("slim, init", after, Some(ratios)));
    Ok(())
}

fn node(function: &Function, headstart: &Path, runs: u32, rows: &mut Vec<Value>) -> Outcome {
    let (_, report) = slimmed(function, headstart, false)?;
    rows.push(size_row(function, "installed", &report, "before_bytes"));
    rows.push(size_row(function, "slim", &report, "after_bytes"));
    let node = interpreters::node()?.program;
    let peer = nft()?;
    let entry = entry(&function.package)?;
    let named = ["js", "mjs", "cjs"].map(|extension| format!("{entry}.{extension}"));
    let entry = named.iter().find(|name| function.package.join(name).exists()).ok_or("no entry file")?;
    let (mut ours, mut theirs, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    let mut list = String::new();
    for _ in 0..runs {
        let our = timed(command(headstart, ["trace", "--format", "json"]).arg(&function.package))?;
        let mut trace = Command::new(&node);
        trace.arg(peer.join("trace.cjs")).arg(&function.package).arg(entry).current_dir(&peer).stdin(Stdio::null());
        let begun = Instant::now();
        list = shell::output(&mut trace)?;
        let their = begun.elapsed().as_secs_f64() * 1e6;
        ours.push(our);
        theirs.push(their);
        ratios.push(their / our);
    }
    let mut row = trace_row(function, "nft", theirs, None);
    row["bytes"] = json!(bytes_of(&function.package, &list)?);
    rows.push(row);
    let mut row = trace_row(function, "trace", ours, Some(ratios));
    let text = shell::output(command(headstart, ["trace", "--format", "json"]).arg(&function.package))?;
    let traced: Value = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    row["bytes"] =
        json!(traced["files"].as_array().into_iter().flatten().filter_map(|it| it["bytes"].as_u64()).sum::<u64>());
    rows.push(row);
    Ok(())
}

fn trace_row(function: &Function, arm: &str, times: Vec<f64>, speedup: Option<Vec<f64>>) -> Value {
    json!({
        "function": function.name,
        "language": function.language,
        "arm": arm,
        "trace_us": super::measured(times),
        "trace_speedup": speedup.map(super::measured),
    })
}

/// Geometric means over the functions of each language.
fn means(rows: &[Value]) -> Vec<Value> {
    let mut found = Vec::new();
    for (language, arm, field) in [
        ("python", "slim", "ratio_to_installed"),
        ("python", "slim --strip", "ratio_to_installed"),
        ("node", "slim", "ratio_to_installed"),
        ("python", "slim, init", "init_speedup"),
        ("python", "trace", "trace_speedup"),
        ("node", "trace", "trace_speedup"),
    ] {
        let values = rows.iter().filter(|row| row["language"] == language && row["arm"] == arm);
        let value = |row: &Value| row[field].get("median").unwrap_or(&row[field]).as_f64();
        let logs: Vec<f64> = values.filter_map(value).map(f64::ln).collect();
        if !logs.is_empty() {
            #[expect(clippy::cast_precision_loss, reason = "a handful of functions")]
            let mean = (logs.iter().sum::<f64>() / logs.len() as f64).exp();
            found.push(json!({"function": "geometric mean", "language": language, "arm": arm, field: mean}));
        }
    }
    found
}

/// The module of the entry.
fn module(package: &Path) -> Outcome<String> {
    Ok(entry(package)?.replace('/', "."))
}

/// The entry's module as the function's configuration writes it.
fn entry(package: &Path) -> Outcome<String> {
    let file = package.join("headstart.toml");
    let text = std::fs::read_to_string(&file).map_err(|error| shell::about(&file, &error))?;
    let entry = text.lines().find_map(|line| line.strip_prefix("entry")?.split('"').nth(1)).ok_or("no entry")?;
    Ok(entry.rsplit_once('.').map_or(entry, |(module, _)| module).to_owned())
}

fn bytes_of(package: &Path, list: &str) -> Outcome<u64> {
    let files: Vec<String> =
        serde_json::from_str(list).map_err(|error| format!("nft printed something else: {error}"))?;
    Ok(files.iter().filter_map(|file| package.join(file).symlink_metadata().ok()).map(|found| found.len()).sum())
}

/// The whole process, in microseconds; what it writes is thrown away.
fn timed(command: &mut Command) -> Outcome<f64> {
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let begun = Instant::now();
    let status = command.status().map_err(|error| error.to_string())?;
    let spent = begun.elapsed().as_secs_f64() * 1e6;
    if status.success() { Ok(spent) } else { Err(format!("{command:?} ended with {status}")) }
}

/// The most memory that a process has resident at once, in bytes; the interpreter asks the kernel for it.
fn peak(python: &Path, measured: &Command) -> Outcome<u64> {
    let code = "import resource, subprocess, sys\n\
                subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)\n\
                print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024)";
    let mut command = command(python, ["-I", "-c", code]);
    let text = shell::output(command.arg(measured.get_program()).args(measured.get_args()))?;
    text.trim().parse().map_err(|error| format!("no number of bytes: {error}"))
}

/// The peer, installed by its lock file.
fn nft() -> Outcome<PathBuf> {
    let source = root().join("benches/peers/nft");
    let directory = target().join("peers/nft");
    let key = shell::key(&shell::files(&source)?, &[])?;
    once(&directory, &key, || {
        shell::copy(&source, &directory)?;
        shell::run(command("npm", ["ci", "--no-audit", "--no-fund", "--silent"]).current_dir(&directory))
    })?;
    Ok(directory)
}

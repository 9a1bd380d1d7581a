//! The start-up of every function: `headstart bench` for each, gathered.

use crate::functions::{self, Function};
use crate::shell::{self, Outcome, target};
use comfy_table::{CellAlignment, Table, presets};
use serde_json::{Value, json};
use std::path::Path;

/// Leaves the choice of arms to `headstart bench`.
pub(crate) const ITS_ARMS: fn(&Function) -> Vec<&'static str> = |_| Vec::new();

/// Measures the functions whose names are given, all where none is, in these arms.
pub(crate) fn measure(names: &[String], runs: u32, arms: fn(&Function) -> Vec<&'static str>) -> Outcome<Value> {
    let launcher = super::build_release()?;
    let (mut machine, mut rows) = (Value::Null, Vec::new());
    for function in functions::prepare(names)? {
        let mut report = one(&function, runs, &arms(&function), &launcher)?;
        machine = report["machine"].take();
        rows.extend(report["rows"].as_array_mut().map(std::mem::take).unwrap_or_default());
    }
    Ok(json!({"schema_version": 1, "machine": machine, "rows": rows}))
}

fn one(function: &Function, runs: u32, arms: &[&str], launcher: &Path) -> Outcome<Value> {
    let arguments = ["bench", "--format", "json", "--runs", &runs.to_string()];
    let mut bench = function.command(&target().join("release/headstart"), &arguments, launcher);
    bench.args(arms.iter().flat_map(|arm| ["--arm", arm]));
    eprintln!("xtask: measuring {}/{}", function.language, function.name);
    let text = shell::output(&mut bench)?;
    serde_json::from_str(&text).map_err(|error| format!("headstart bench printed something else: {error}"))
}

/// The rows for reading.
pub(crate) fn table(report: &Value) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header([
        "function",
        "language",
        "tier",
        "init",
        "first reply",
        "total",
        "against plain",
        "private memory",
        "in swap",
    ]);
    for column in table.column_iter_mut().skip(3) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    for row in report["rows"].as_array().into_iter().flatten().filter(|row| row["total_us"].is_object()) {
        let text = |name: &str| row[name].as_str().unwrap_or("").to_owned();
        let time = |name: &str| milliseconds(row[name]["median"].as_f64().unwrap_or(0.0) / 1000.0);
        table.add_row([
            text("function"),
            text("language"),
            text("arm"),
            time("init_us"),
            time("first_us"),
            time("total_us"),
            row["ratio_to_plain"]["median"].as_f64().map_or_else(|| "-".to_owned(), against),
            mebibytes(&row["private_bytes"]),
            mebibytes(&row["swap_bytes"]),
        ]);
    }
    table.to_string()
}

fn mebibytes(measured: &Value) -> String {
    format!("{:.1} MiB", measured["median"].as_f64().unwrap_or(0.0) / f64::from(1 << 20))
}

fn milliseconds(value: f64) -> String {
    if value < 10.0 { format!("{value:.2} ms") } else { format!("{value:.0} ms") }
}

fn against(ratio: f64) -> String {
    match ratio {
        ..0.1 => format!("{:.0}x faster", 1.0 / ratio),
        ..0.95 => format!("{:.1}x faster", 1.0 / ratio),
        _ => format!("{ratio:.2}x the time"),
    }
}

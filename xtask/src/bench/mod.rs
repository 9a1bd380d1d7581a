//! `cargo xtask bench NAME`: one comparison, its arms interleaved in one run.

mod bundles;
mod cache;
mod check;
mod image;
mod import;
mod lambda;
mod mean;
mod on_host;
pub(crate) mod peers;
pub(crate) mod slim;
pub(crate) mod startup;
mod tiers;
mod zygotes;

use crate::chart;
use crate::shell::{self, Outcome, command, target};
use serde_json::Value;
use std::path::PathBuf;

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Name {
    /// Every function, tier by tier, against plain
    Startup,
    /// A warm call of 1 KiB against a bare echo, in every language
    Roundtrip,
    /// 200 live workers against 2
    Density,
    /// A warm call over HTTP against the same host embedded and a bare echo
    Serve,
    /// Importing the packages, against the standard library
    Import,
    /// Sizes after slimming; the tracers against @vercel/nft and `-X importtime`; init without bytecode
    Slim,
    /// Cold starts with an init image, against plain, the peers, and an image that does not fit
    Image,
    /// Instances that were ready: frozen, paged out, forked, restored; and what many of them cost
    Tiers,
    /// 30 Python functions with a tree of zygotes, against a zygote for each, in a quarter of its memory
    Zygotes,
    /// The launcher as a runtime of AWS Lambda, against AWS's own clients on the same Runtime API
    Lambda,
    /// The caches against their peers: hits in the process and on the node, writes, the first use
    Cache,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    Table,
    Json,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Which comparison
    #[arg(value_enum)]
    name: Name,
    /// startup, slim, image, tiers: only this function; may be repeated: report, or python/report
    #[arg(long = "function")]
    functions: Vec<String>,
    /// How often each arm is run
    #[arg(long)]
    runs: Option<u32>,
    /// tiers: how many frozen instances of one function are counted
    #[arg(long, default_value_t = 500)]
    instances: u32,
    /// image: starts find their files on disk, not in memory
    #[arg(long)]
    cold_disk: bool,
    /// How the rows are written
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
    /// startup: also draws the rows as a chart
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
    /// Fails where a figure that the project promises is missed
    #[arg(long)]
    check: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Outcome {
    let report = match arguments.name {
        Name::Startup => startup::measure(&arguments.functions, arguments.runs.unwrap_or(15), startup::ITS_ARMS)?,
        Name::Roundtrip => program("roundtrip", arguments.runs.map(|runs| runs.to_string()).as_slice())?,
        Name::Density => program("density", arguments.runs.map(|runs| runs.to_string()).as_slice())?,
        Name::Serve => program("serve", arguments.runs.map(|runs| runs.to_string()).as_slice())?,
        Name::Slim => slim::measure(&arguments.functions, arguments.runs.unwrap_or(5))?,
        Name::Image => image::measure(&arguments.functions, arguments.runs.unwrap_or(10), arguments.cold_disk)?,
        Name::Tiers => tiers::measure(&arguments.functions, arguments.runs.unwrap_or(10), arguments.instances)?,
        Name::Zygotes => zygotes::measure(arguments.runs.unwrap_or(5))?,
        Name::Lambda => {
            let mut report = lambda::measure(&arguments.functions, arguments.runs.unwrap_or(10))?;
            let rows = on_host::measure(arguments.runs.unwrap_or(10))?;
            report["rows"].as_array_mut().into_iter().for_each(|all| all.extend(rows.iter().cloned()));
            report
        }
        Name::Cache => cache::measure(arguments.runs.unwrap_or(7))?,
        Name::Import => import::measure(arguments.runs.unwrap_or(30))?,
    };
    match (arguments.format, arguments.name) {
        (Format::Json, _) => println!("{report:#}"),
        (Format::Table, Name::Startup) => println!("{}", startup::table(&report)),
        (Format::Table, Name::Image | Name::Tiers) => {
            println!("{}\n\n{}", startup::table(&report), mean::table(&report));
        }
        (Format::Table, _) => println!("{}", rows_table(&report)),
    }
    if let Some(file) = &arguments.svg {
        chart::draw(&report, file)?;
    }
    if arguments.check { check::check(&report) } else { Ok(()) }
}

/// Median and 90th percentile.
fn measured(mut values: Vec<f64>) -> Value {
    values.sort_by(f64::total_cmp);
    let at = |percent: usize| values.get((values.len().saturating_sub(1) * percent).div_ceil(100)).copied();
    serde_json::json!({"median": at(50), "p90": at(90), "n": values.len()})
}

/// Runs one of the programs in `benches/`, which prints its rows as JSON.
fn program(name: &str, arguments: &[String]) -> Outcome<Value> {
    let launcher = build_release()?;
    shell::run(&mut command(
        "cargo",
        ["build", "--locked", "--release", "--package", "headstart-benches", "--package", "headstart-bench-echo"],
    ))?;
    let mut bench = command(target().join("release").join(name), arguments);
    let text = shell::output(shell::with_launcher(&mut bench, &launcher))?;
    serde_json::from_str(&text).map_err(|error| format!("{name} printed something else: {error}"))
}

/// Builds what is measured as users get it; gives the native launcher.
pub(crate) fn build_release() -> Outcome<PathBuf> {
    shell::run(&mut command("cargo", ["build", "--locked", "--release", "--quiet", "--package", "cargo-headstart"]))?;
    let launcher = ["build", "--locked", "--quiet", "--profile", "launcher", "--package", "headstart-native-launcher"];
    shell::run(&mut command("cargo", launcher))?;
    Ok(target().join("launcher/headstart-native-launcher"))
}

/// Rows of any form: all their fields as columns, medians for measured values.
fn rows_table(report: &Value) -> String {
    let empty = Vec::new();
    let rows = report["rows"].as_array().unwrap_or(&empty);
    let mut table = comfy_table::Table::new();
    table.load_style(comfy_table::presets::NOTHING);
    let mut columns: Vec<&String> = Vec::new();
    for field in rows.iter().filter_map(Value::as_object).flat_map(serde_json::Map::keys) {
        if !columns.contains(&field) {
            columns.push(field);
        }
    }
    table.set_header(&columns);
    for row in rows {
        table.add_row(columns.iter().map(|column| cell(&row[column.as_str()])));
    }
    table.to_string()
}

fn cell(value: &Value) -> String {
    match value.get("median").unwrap_or(value) {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Number(number) if number.is_f64() => format!("{:.2}", number.as_f64().unwrap_or(0.0)),
        other => other.to_string(),
    }
}

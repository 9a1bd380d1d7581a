//! What the comparisons share: where the echo function stands, and sums.

pub mod memory;
pub mod plain;

use headstart::{Error, Function, FunctionId, Host};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// The languages that are compared, and the echo function's entry in each.
pub const LANGUAGES: [(&str, &str); 3] =
    [("python", "app.handler"), ("nodejs", "index.handler"), ("native", "libheadstart_bench_echo.handler")];

/// Where the echo function stands: its sources, or for native functions the build directory.
pub fn echo_directory(language: &str) -> PathBuf {
    if language == "native" {
        return std::env::current_exe().ok().and_then(|path| Some(path.parent()?.to_owned())).unwrap_or_default();
    }
    Path::new(env!("CARGO_MANIFEST_DIR")).join("echo")
}

/// Registers the echo function.
pub async fn register_echo(host: &Host, language: &str, entry: &str) -> Result<FunctionId, Error> {
    host.register(Function::from_dir(echo_directory(language), entry).name("echo").runtime(language)).await
}

/// An event of about 1 KiB that is mostly text, as a message with a body is.
pub fn text_event() -> Vec<u8> {
    json!({"id": "a-1", "kind": "order.placed", "attempt": 1, "body": "x".repeat(950)}).to_string().into_bytes()
}

/// An event of 1 KiB with many small values: twelve rows of three fields.
pub fn rows_event() -> Vec<u8> {
    let rows: Vec<Value> =
        (0..12).map(|id| json!({"id": id, "name": format!("row number {id}"), "price": 9.75})).collect();
    let mut event = json!({"kind": "order", "rows": rows, "note": ""});
    let missing = 1024_usize.saturating_sub(event.to_string().len());
    event["note"] = Value::String("x".repeat(missing));
    event.to_string().into_bytes()
}

/// As many open files as this user may have: many workers have several each.
pub fn raise_open_files() -> std::io::Result<()> {
    use rustix::process::{Resource, getrlimit, setrlimit};
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    Ok(setrlimit(Resource::Nofile, limit)?)
}

/// Median, 90th percentile and count, in the form of the benchmark reports.
pub fn measured(mut values: Vec<f64>) -> Value {
    values.sort_by(f64::total_cmp);
    let at = |percent: usize| values.get((values.len().saturating_sub(1) * percent).div_ceil(100)).copied();
    json!({"median": at(50), "p90": at(90), "n": values.len()})
}

/// The middle one.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

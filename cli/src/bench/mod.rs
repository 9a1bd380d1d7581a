//! Measuring start-up: arms run interleaved, each as a fresh process, init and first invocation counted.

mod arms;
mod baking;
mod comparison;
mod lane;
mod peer;
mod plain;
mod row;
mod statistics;

pub(crate) use comparison::Comparison;
pub(crate) use row::{Row, table};

use serde_json::{Value, json};

/// What the figures were measured on.
pub(crate) fn machine() -> Value {
    let cpus = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    let information = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = information.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let kernel = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    json!({
        "architecture": std::env::consts::ARCH,
        "cpus": cpus,
        "model": model.map(|(_, model)| model),
        "kernel": kernel.trim(),
    })
}

//! The tiers that are ready before a request, against plain; and what many frozen instances cost.

use super::startup;
use crate::criu;
use crate::functions::{self, Function};
use crate::shell::Outcome;
use crate::swap::CompressedSwap;
use serde_json::Value;

/// The function of which many instances are frozen.
const DENSE: &str = "python/report";

/// Measures the functions whose names are given, all where none is, and `instances` frozen ones of `report`.
pub(super) fn measure(names: &[String], runs: u32, instances: u32) -> Outcome<Value> {
    // Until the end, for what is paged out to have a place.
    let _swap = CompressedSwap::on()?;
    criu::set_up_if_possible();
    let mut report = startup::measure(names, runs, arms)?;
    let means = super::mean::of(report["rows"].as_array().map_or(&[], Vec::as_slice), "ratio_to_plain", "speedup");
    let dense = density(instances)?;
    if let Some(rows) = report["rows"].as_array_mut() {
        rows.extend(means);
        rows.extend(dense["rows"].as_array().cloned().unwrap_or_default());
    }
    Ok(report)
}

fn arms(function: &Function) -> Vec<&'static str> {
    let forks = function.language != "node";
    let all = ["plain", "cold", "stem", "snapshot", "zygote", "warm", "frozen", "frozen-paged", "frozen-paged-in"];
    all.into_iter().filter(|arm| forks || *arm != "zygote").collect()
}

/// What frozen instances cost, alone and many at once.
fn density(instances: u32) -> Outcome<Value> {
    let function = functions::prepare(&[DENSE.to_owned()])?.remove(0);
    let mut arguments = vec![instances.to_string(), function.package.display().to_string()];
    arguments.extend(function.interpreter.map(|path| path.display().to_string()));
    super::program("frozen", &arguments)
}

//! Warm calls on one host, by our launcher and by AWS's clients.

use super::{lambda, program};
use crate::functions::{self, Function};
use crate::lambda::runtimes::Runtime;
use crate::shell::Outcome;
use headstart::config::FunctionConfig;
use serde_json::{Value, json};

const FUNCTIONS: [&str; 2] = ["python/hello", "node/hello"];

/// A row for each language.
pub(super) fn measure(rounds: u32) -> Outcome<Vec<Value>> {
    let mut rows = Vec::new();
    for function in functions::prepare(&FUNCTIONS.map(str::to_owned))? {
        rows.extend(one(&function, rounds)?);
    }
    Ok(rows)
}

fn one(function: &Function, rounds: u32) -> Outcome<Vec<Value>> {
    let config = FunctionConfig::load(&function.package).map_err(|error| error.to_string())?;
    let entry = config.entry.ok_or_else(|| format!("{} names no entry", function.name))?;
    let Some(client) = Runtime::awss(function, &entry)? else { return Ok(Vec::new()) };
    let mut configuration = client.described();
    let (event, _) = lambda::event(function)?;
    configuration["rounds"] = json!(rounds);
    configuration["entry"] = json!(entry);
    configuration["event"] = serde_json::from_slice(&event).map_err(|error| error.to_string())?;
    let mut rows = program("on_host", &[configuration.to_string()])?;
    for row in rows.as_array_mut().into_iter().flatten() {
        let is_peer = row["arm"] == "theirs";
        row["function"] = json!(function.name);
        row["language"] = json!(if function.language == "node" { "nodejs" } else { function.language });
        row["arm"] = json!(format!("{}, on the host", if is_peer { client.name } else { "headstart" }));
        row["is_peer"] = json!(is_peer);
    }
    Ok(rows.as_array().cloned().unwrap_or_default())
}

//! Warm calls of one function on one host: by our launcher, and by AWS's client for its language, unmodified.
//!
//! `on_host CONFIGURATION`, where that is JSON: `{"rounds", "event", "package", "entry", "interpreter", "arguments",
//! "environment"}`; the last three start AWS's client. Both are instances of the same host; calls take turns.
#![expect(clippy::print_stdout, reason = "prints its rows as JSON")]

use headstart::adapters::runtime_api::RuntimeApi;
use headstart::instance::Command;
use headstart::{Function, FunctionId, Host};
use headstart_benches::{measured, median};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

const WITHIN: Duration = Duration::from_secs(10);
/// Calls that are not counted, and those of each round that are.
const WARM_UP: usize = 100;
const CALLS: usize = 400;

struct Configuration(Value);

impl Configuration {
    fn text(&self, name: &str) -> Outcome<&str> {
        self.0[name].as_str().ok_or_else(|| format!("the configuration has no {name}").into())
    }

    /// The function with its interpreter.
    fn function(&self) -> Outcome<Function> {
        let package = PathBuf::from(self.text("package")?);
        Ok(Function::from_dir(package, self.text("entry")?).interpreter(self.text("interpreter")?))
    }

    /// The same with AWS's client.
    fn by_client(&self) -> Outcome<Function> {
        let arguments: Vec<String> = serde_json::from_value(self.0["arguments"].clone())?;
        let environment: BTreeMap<String, String> = serde_json::from_value(self.0["environment"].clone())?;
        let command = Command { program: Some(self.text("interpreter")?.into()), arguments };
        Ok(self.function()?.envs(environment).protocol(Arc::new(RuntimeApi::new().command(command))))
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Outcome<()> {
    let text = std::env::args().nth(1).ok_or("usage: on_host CONFIGURATION")?;
    let configuration = Configuration(serde_json::from_str(&text)?);
    let (event, rounds) = (configuration.0["event"].to_string(), configuration.0["rounds"].as_u64().unwrap_or(10));
    let host = Host::builder().build().await?;
    let ours = host.register(configuration.function()?).await?;
    let theirs = host.register(configuration.by_client()?).await?;
    let mut medians = [Vec::new(), Vec::new()];
    for round in 0..=rounds {
        let mut times = [Vec::new(), Vec::new()];
        for _ in 0..if round == 0 { WARM_UP } else { CALLS } {
            let (by_ours, result) = call(&host, &ours, &event).await?;
            let (by_theirs, same) = call(&host, &theirs, &event).await?;
            if result != same {
                return Err(format!("{result} is not {same}").into());
            }
            times[0].push(by_ours);
            times[1].push(by_theirs);
        }
        // The first round starts them.
        for (medians, times) in medians.iter_mut().zip(times).take(if round == 0 { 0 } else { 2 }) {
            medians.push(median(times));
        }
    }
    let ratios = medians[1].iter().zip(&medians[0]).map(|(theirs, ours)| theirs / ours).collect();
    let [ours, theirs] = medians;
    println!(
        "{}",
        json!([
            {"arm": "ours", "p50_us": measured(ours)},
            {"arm": "theirs", "p50_us": measured(theirs), "times_ours": measured(ratios)},
        ])
    );
    host.stop(Duration::from_secs(1)).await;
    Ok(())
}

async fn call(host: &Host, function: &FunctionId, event: &str) -> Outcome<(f64, Value)> {
    let begun = Instant::now();
    let reply = host.invoke(function, event, WITHIN).await?;
    let time = begun.elapsed().as_secs_f64() * 1e6;
    Ok((time, serde_json::from_slice(reply.payload())?))
}

//! `headstart bench`: the start-up of a function, tier by tier.

use super::SCHEMA_VERSION;
use crate::arguments::{BenchArguments, Format};
use crate::bench::{Comparison, Row, table};
use crate::{Outcome, talk};
use headstart::Error;
use serde_json::json;

pub(crate) async fn run(arguments: BenchArguments) -> Result<Outcome, Error> {
    let comparison = Comparison::prepare(&arguments).await?;
    let rows = comparison.run(arguments.runs).await?;
    match arguments.format {
        Format::Json => talk::json(&json!({
            "schema_version": SCHEMA_VERSION,
            "machine": crate::bench::machine(),
            "cold_disk": arguments.cold_disk,
            "rows": rows,
        }))?,
        Format::Text => talk::data(table(&rows).as_bytes())?,
    }
    let wrong: Vec<&Row> = rows.iter().filter(|row| !row.same_result).collect();
    if !wrong.is_empty() {
        let names: Vec<_> = wrong.iter().map(|row| row.name()).collect();
        talk::say(format!("these arms gave another result than the first: {}\n", names.join(", ")).as_bytes());
    }
    Ok(if wrong.iter().all(|row| row.is_peer) { Outcome::Fine } else { Outcome::CheckFailed })
}

//! Adds up an order: a native function with a `prewarm` hook.
#![expect(clippy::print_stdout, reason = "what a function prints goes to its log")]

use headstart::native::Context;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::OnceLock;

static PRICES: OnceLock<HashMap<&'static str, u64>> = OnceLock::new();

/// What would be read from a database: it is ready before the first event, where the host prewarms.
fn prices() -> &'static HashMap<&'static str, u64> {
    PRICES.get_or_init(|| HashMap::from([("tea", 350), ("cake", 420)]))
}

#[expect(clippy::unnecessary_wraps, reason = "the form of a hook")]
fn connect() -> Result<(), String> {
    println!("{} prices are ready", prices().len());
    Ok(())
}

#[derive(Deserialize)]
struct Order {
    items: Vec<String>,
}

#[derive(Serialize)]
struct Total {
    cents: u64,
}

fn add_up(event: &[u8], _context: &Context<'_>) -> Result<Vec<u8>, String> {
    let order: Order = serde_json::from_slice(event).map_err(|error| error.to_string())?;
    let price = |item: &String| prices().get(item.as_str()).copied().ok_or_else(|| format!("no price for {item}"));
    let cents = order.items.iter().map(price).sum::<Result<u64, _>>()?;
    serde_json::to_vec(&Total { cents }).map_err(|error| error.to_string())
}

headstart::export_handler!(handler = add_up, prewarm = connect);

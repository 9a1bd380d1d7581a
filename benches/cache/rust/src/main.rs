//! Times hits in the process, ours and moka's in turns: `headstart-bench-cache ROUNDS` prints rows as JSON.

use headstart::cache::{Cache, Policy};
use serde_json::json;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

const KEYS: usize = 10_000;
const PASSES: usize = 20;
const TTL: Duration = Duration::from_secs(3600);

type Value = Arc<[u8]>;

fn main() {
    let rounds: usize = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(10);
    let keys: Vec<String> = (0..KEYS).map(|number| format!("key {number}")).collect();
    let value: Value = (0..1024).map(|number| number as u8).collect();

    let ours = Cache::builder("bench").bytes();
    let theirs: moka::sync::Cache<String, Value> =
        moka::sync::Cache::builder().max_capacity(2 * KEYS as u64).time_to_live(TTL).build();
    for key in &keys {
        ours.put(key, &Policy::ttl(TTL), Arc::clone(&value));
        theirs.insert(key.clone(), Arc::clone(&value));
    }
    theirs.run_pending_tasks();

    let (mut ours_ns, mut theirs_ns) = (Vec::new(), Vec::new());
    for round in 0..=rounds {
        let mut arms: [(&mut Vec<f64>, &dyn Fn() -> f64); 2] = [
            (&mut ours_ns, &|| time(&keys, |key| ours.get(key).is_some())),
            (&mut theirs_ns, &|| time(&keys, |key| theirs.get(key).is_some())),
        ];
        // In an order of its own.
        if RandomState::new().hash_one(round) % 2 == 0 {
            arms.reverse();
        }
        for (times, run) in arms {
            let took = run();
            // The first round warms up.
            if round > 0 {
                times.push(took);
            }
        }
    }
    let rows = json!([{"measure": "process hit", "processes": 1, "ns": {"headstart": ours_ns, "moka": theirs_ns}}]);
    println!("{rows}");
}

/// Nanoseconds of one hit.
fn time(keys: &[String], hit: impl Fn(&str) -> bool) -> f64 {
    let begun = Instant::now();
    for _ in 0..PASSES {
        for key in keys {
            assert!(black_box(hit(black_box(key))), "{key} is not there");
        }
    }
    begun.elapsed().as_nanos() as f64 / (KEYS * PASSES) as f64
}

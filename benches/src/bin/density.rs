//! 200 live workers against 2: invocations a second, errors, and the host's own memory.
//!
//! Every worker has a caller of its own that calls it again as soon as it has answered. The two arms take
//! turns, in periods that sum up to the time that is measured.
#![expect(clippy::print_stdout, clippy::cast_precision_loss, reason = "prints its rows as JSON; counts are small")]

use headstart::sys::memory::Memory;
use headstart::{Error, FunctionId, Host, Prewarm};
use headstart_benches::{register_echo, text_event};
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

const FEW: usize = 2;
const MANY: usize = 200;
/// How many periods each arm has.
const PERIODS: u32 = 6;

#[derive(Default)]
struct Tally {
    calls: AtomicU64,
    errors: AtomicU64,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let seconds: u64 = std::env::args().nth(1).map_or(Ok(30), |text| text.parse())?;
    let period = Duration::from_secs(seconds) / PERIODS;
    let (few, many) = (arm(FEW).await?, arm(MANY).await?);
    let (few_tally, many_tally) = (Arc::new(Tally::default()), Arc::new(Tally::default()));
    drive(&many, &many_tally, MANY, Duration::from_secs(1)).await;
    let before = own_memory();
    for _ in 0..PERIODS {
        drive(&few, &few_tally, FEW, period).await;
        drive(&many, &many_tally, MANY, period).await;
    }
    let growth = own_memory() / before;
    let rate = |tally: &Tally, extra: u64| tally.calls.load(Ordering::Relaxed) as f64 / (seconds + extra) as f64;
    let (few_rate, many_rate) = (rate(&few_tally, 0), rate(&many_tally, 1));
    let row = |arm: &str, tally: &Tally, rate: f64| {
        json!({
            "function": "echo", "language": "python", "arm": arm, "calls_per_second": rate,
            "throughput_ratio": rate / few_rate, "errors": tally.errors.load(Ordering::Relaxed),
            "host_memory_growth": growth,
        })
    };
    let rows = [row("2 workers", &few_tally, few_rate), row("200 workers", &many_tally, many_rate)];
    println!("{}", json!({"schema_version": 1, "rows": rows}));
    Ok(())
}

/// A host with this many instances, forked from one zygote.
async fn arm(workers: usize) -> Result<(Arc<Host>, FunctionId), Error> {
    let host = Host::builder().max_workers(workers).build().await?;
    let function = register_echo(&host, "python", "app.handler").await?;
    host.prewarm(&function, Prewarm::zygote()).await?;
    host.prewarm(&function, Prewarm::warm(workers)).await?;
    Ok((Arc::new(host), function))
}

async fn drive((host, function): &(Arc<Host>, FunctionId), tally: &Arc<Tally>, callers: usize, period: Duration) {
    let until = Instant::now() + period;
    let event = text_event();
    let callers = (0..callers).map(|_| {
        let (host, function, tally, event) = (Arc::clone(host), function.clone(), Arc::clone(tally), event.clone());
        tokio::spawn(async move {
            while Instant::now() < until {
                let outcome = host.invoke(&function, event.clone(), Duration::from_secs(10)).await;
                let counter = if outcome.is_ok() { &tally.calls } else { &tally.errors };
                counter.fetch_add(1, Ordering::Relaxed);
            }
        })
    });
    for caller in callers.collect::<Vec<_>>() {
        if caller.await.is_err() {
            tally.errors.fetch_add(1, Ordering::Relaxed);
        }
    }
}

fn own_memory() -> f64 {
    Memory::of(std::process::id()).unwrap_or_default().private as f64
}

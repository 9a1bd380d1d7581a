//! Functions with a zygote each, with a tree of zygotes, and without: their starts, and the memory of the zygotes.
//!
//! `zygotes each DIR` prints the bytes that one zygote for each function takes; `zygotes compare DIR PLAN RUNS` runs
//! the arms in turns and prints rows.
#![expect(clippy::print_stdout, clippy::cast_precision_loss, reason = "prints JSON; times are far below 2^53")]

use headstart::host::FunctionReport;
use headstart::prewarm::ZygotePlan;
use headstart::sys::memory::Memory;
use headstart::{Function, FunctionId, Host, Prewarm};
use headstart_benches::{measured, plain};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

const EVENT: &str = "{}";
const TIMEOUT: Duration = Duration::from_mins(1);
const ARMS: [&str; 4] = ["plain", "cold", "zygote", "tree"];

type Failure = Box<dyn std::error::Error>;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["each", directory] => {
            let (_, bytes) = each(directory.as_ref()).await?;
            println!("{}", json!({"bytes": bytes}));
        }
        ["compare", directory, plan, runs] => {
            let plan = ZygotePlan::parse(&std::fs::read(plan)?)?;
            println!("{}", compare(directory.as_ref(), plan, runs.parse()?).await?);
        }
        _ => return Err("zygotes each DIR | zygotes compare DIR PLAN RUNS".into()),
    }
    Ok(())
}

/// A host, and its functions by name.
struct Functions {
    host: Host,
    known: BTreeMap<String, FunctionId>,
}

impl Functions {
    async fn new(directory: &Path) -> Result<Self, Failure> {
        let host = Host::builder().build().await?;
        let mut paths: Vec<PathBuf> = std::fs::read_dir(directory)?.flatten().map(|entry| entry.path()).collect();
        paths.sort();
        let mut known = BTreeMap::new();
        for path in paths {
            let function = host.register(Function::from_config(&path)?.init_timeout(TIMEOUT)).await?;
            known.insert(function.name().to_owned(), function);
        }
        Ok(Self { host, known })
    }

    /// One start: ready after, answered after, the answer, and the tier.
    async fn start(&self, name: &str) -> Result<Start, Failure> {
        let function = &self.known[name];
        let begun = Instant::now();
        let reply = self.host.invoke(function, EVENT, TIMEOUT).await?;
        let total = begun.elapsed();
        let first = Duration::from_micros(reply.timings().invoke_us);
        let (result, tier) = (reply.payload().to_vec(), reply.tier().name());
        self.host.retire(function)?;
        Ok(Start { init: total.saturating_sub(first), total, result, tier })
    }

    fn report(&self, name: &str) -> Result<FunctionReport, Failure> {
        Ok(self.host.report(&self.known[name])?)
    }
}

struct Start {
    init: Duration,
    total: Duration,
    result: Vec<u8>,
    tier: &'static str,
}

/// Every function with a zygote of its own, which forks when it is asked to, as a tree does; and what they hold.
async fn each(directory: &Path) -> Result<(Functions, u64), Failure> {
    let functions = Functions::new(directory).await?;
    for function in functions.known.values() {
        functions.host.prewarm(function, Prewarm::zygote().without_spare()).await?;
    }
    let names = functions.known.keys();
    let pids = names.filter_map(|name| functions.report(name).ok()?.zygote.map(|zygote| zygote.pid));
    let bytes = held(pids);
    Ok((functions, bytes))
}

fn held(pids: impl Iterator<Item = u32>) -> u64 {
    pids.filter_map(|pid| Memory::of(pid).ok()).map(|memory| memory.pss).sum()
}

async fn compare(directory: &Path, plan: ZygotePlan, runs: usize) -> Result<Value, Failure> {
    // Each by itself: side by side they would share pages.
    let each_bytes = each(directory).await?.1;
    let tree = Functions::new(directory).await?;
    tree.host.plant(plan).await?;
    let zygotes = tree.host.zygotes();
    let tree_bytes = held(zygotes.iter().flat_map(|zygote| zygote.pids.clone()));
    let (each, _) = each(directory).await?;
    let cold = Functions::new(directory).await?;
    let mut times = Times::default();
    // The first round brings files into memory.
    for round in 0..=runs {
        for name in cold.known.keys() {
            let mut one = BTreeMap::new();
            for arm in ARMS {
                one.insert(arm, run(arm, name, &cold, &each, &tree).await?);
            }
            if round > 0 {
                times.add(name, round, &one);
            }
        }
    }
    let mut rows = times.rows();
    rows.push(json!({
        "function": format!("{} functions", cold.known.len()), "language": "python", "arm": "tree",
        "gain_ratio": measured(times.gain_ratios()),
        "memory_ratio": tree_bytes as f64 / each_bytes as f64,
        "zygotes": zygotes.iter().filter(|zygote| !zygote.pids.is_empty()).count(),
        "zygote_bytes": tree_bytes, "each_bytes": each_bytes, "same_result": times.wrong.is_empty(),
    }));
    Ok(json!({"schema_version": 1, "rows": rows}))
}

async fn run(arm: &str, name: &str, cold: &Functions, each: &Functions, tree: &Functions) -> Result<Start, Failure> {
    match arm {
        "plain" => {
            let plain::Plain { init, first, result } = plain::run(&cold.report(name)?, EVENT.as_bytes())?;
            Ok(Start { init, total: init + first, result, tier: "plain" })
        }
        "cold" => cold.start(name).await,
        "zygote" => each.start(name).await,
        _ => tree.start(name).await,
    }
}

/// What was measured.
#[derive(Default)]
struct Times {
    /// Init and total by function and arm, in microseconds, one for each round.
    all: BTreeMap<(String, &'static str), Vec<(f64, f64)>>,
    /// Sums of a round: plain, zygote, tree.
    rounds: BTreeMap<usize, [f64; 3]>,
    /// Functions that gave another result than plain, or came from another tier than was meant.
    wrong: Vec<String>,
}

impl Times {
    fn add(&mut self, name: &str, round: usize, one: &BTreeMap<&'static str, Start>) {
        let micros = |time: Duration| time.as_secs_f64() * 1e6;
        for (arm, start) in one {
            let times = self.all.entry((name.to_owned(), arm)).or_default();
            times.push((micros(start.init), micros(start.total)));
            let is_meant = start.tier == if *arm == "tree" { "zygote" } else { arm };
            if !is_meant || !same(&start.result, &one["plain"].result) {
                self.wrong.push(format!("{name} {arm}"));
            }
        }
        let sums = self.rounds.entry(round).or_default();
        for (sum, arm) in sums.iter_mut().zip(["plain", "zygote", "tree"]) {
            *sum += micros(one[arm].total);
        }
    }

    /// What the tree saves, by what one zygote for each function saves, round by round.
    fn gain_ratios(&self) -> Vec<f64> {
        self.rounds.values().map(|[plain, zygote, tree]| (plain - tree) / (plain - zygote)).collect()
    }

    fn rows(&self) -> Vec<Value> {
        let row = |((name, arm), times): (&(String, &str), &Vec<(f64, f64)>)| {
            let plain = &self.all[&(name.clone(), "plain")];
            let ratios = times.iter().zip(plain).map(|(one, plain)| one.1 / plain.1).collect();
            json!({
                "function": name, "language": "python", "arm": arm,
                "init_us": measured(times.iter().map(|it| it.0).collect()),
                "total_us": measured(times.iter().map(|it| it.1).collect()),
                "ratio_to_plain": measured(ratios),
                "same_result": !self.wrong.contains(&format!("{name} {arm}")),
            })
        };
        self.all.iter().map(row).collect()
    }
}

/// Whether two texts are the same JSON value.
fn same(one: &[u8], other: &[u8]) -> bool {
    let read = |text: &[u8]| serde_json::from_slice::<Value>(text).ok();
    read(one).is_some() && read(one) == read(other)
}

//! The launcher as a runtime of AWS Lambda against AWS's own clients: ready times, warm events, memory.

use crate::bake::baked;
use crate::functions::{self, Function};
use crate::lambda::runtimes::{OURS, Runtime, Started};
use crate::lambda::server::{Asked, Manner, Server};
use crate::lambda::tree;
use crate::shell::{Outcome, about, target};
use headstart::config::FunctionConfig;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

/// Measured where no function is named: the floor of each language, and one that imports much.
const FUNCTIONS: [&str; 3] = ["python/hello", "python/report", "node/hello"];
/// The function whose images are measured, and many of which are counted.
const LARGE: &str = "report";
/// Events before those that count.
const WARM_UP: usize = 100;
/// Events that count, in each round.
const EVENTS: usize = 400;
/// Events at once, where memory is counted.
const AT_ONCE: usize = 16;
/// What the platform says with each event.
const HEADERS: &[(&str, &str)] = &[
    ("Content-Type", "application/json"),
    ("Lambda-Runtime-Deadline-Ms", "4102444800000"),
    ("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:eu-west-1:1:function:f"),
    ("Lambda-Runtime-Trace-Id", "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1"),
];
/// How long those that wait for events may take to be all there.
const SETTLED: Duration = Duration::from_millis(500);

/// Rows for each function: ready times, the first event, warm events.
pub(super) fn measure(names: &[String], rounds: u32) -> Outcome<Value> {
    let launcher = super::build_release()?;
    let headstart = target().join("release/headstart");
    let names = if names.is_empty() { FUNCTIONS.map(str::to_owned).to_vec() } else { names.to_vec() };
    let mut rows = Vec::new();
    for function in functions::prepare(&names)? {
        eprintln!("xtask: measuring {}/{}", function.language, function.name);
        let runtimes = runtimes(&function, &headstart, &launcher)?;
        rows.extend(one(&function, &runtimes, rounds)?);
        if function.name == LARGE && function.language == "python" {
            rows.push(at_once(&function, &runtimes)?);
        }
    }
    Ok(json!({"schema_version": 1, "rows": rows}))
}

fn runtimes(function: &Function, headstart: &Path, launcher: &Path) -> Outcome<Vec<Runtime>> {
    let config = FunctionConfig::load(&function.package).map_err(|error| error.to_string())?;
    let entry = config.entry.ok_or_else(|| format!("{} names no entry", function.name))?;
    let mut runtimes: Vec<_> = Runtime::awss(function, &entry)?.into_iter().collect();
    runtimes.push(Runtime::ours(function, &entry, launcher, None)?);
    if function.language == "python" && function.name == LARGE {
        let image = baked(function, &[], headstart, launcher)?;
        runtimes.push(Runtime::ours(function, &entry, launcher, Some(&image))?);
    }
    Ok(runtimes)
}

/// Microseconds of one start.
#[derive(Debug, Clone, Copy)]
struct Sample {
    ready: f64,
    first: f64,
    warm: f64,
}

/// Rows of one function; the rounds take the runtimes in turns.
fn one(function: &Function, runtimes: &[Runtime], rounds: u32) -> Outcome<Vec<Value>> {
    let (event, expected) = event(function)?;
    let mut samples: BTreeMap<usize, Vec<Sample>> = BTreeMap::new();
    for _ in 0..rounds {
        for (number, runtime) in runtimes.iter().enumerate() {
            samples.entry(number).or_default().push(sample(runtime, &event, &expected)?);
        }
    }
    let peers = runtimes.iter().position(|it| it.name != OURS && it.name != "image").and_then(|at| samples.get(&at));
    let rows = runtimes.iter().enumerate().flat_map(|(number, runtime)| {
        samples.get(&number).into_iter().flat_map(|own| rows_of(function, runtime, own, peers.map(Vec::as_slice)))
    });
    Ok(rows.collect())
}

fn sample(runtime: &Runtime, event: &[u8], expected: &Value) -> Outcome<Sample> {
    let server = Server::start(Manner::Length);
    let begun = Instant::now();
    let _started = runtime.start(&server, &[])?;
    server.asked();
    let ready = microseconds(begun.elapsed());
    server.event("first", HEADERS, event);
    let told = server.told();
    if told.json() != *expected {
        return Err(format!("{} gave {} instead of {expected}", runtime.name, String::from_utf8_lossy(&told.body)));
    }
    for number in 0..WARM_UP + EVENTS {
        server.event(&number.to_string(), HEADERS, event);
    }
    let warm: Vec<Asked> = (0..WARM_UP + EVENTS).map(|_| server.told()).collect();
    let mut warm: Vec<f64> = warm[WARM_UP..].iter().map(|it| microseconds(it.since)).collect();
    warm.sort_by(f64::total_cmp);
    Ok(Sample { ready, first: microseconds(told.since), warm: warm[EVENTS / 2] })
}

/// A row for the start and one for warm events.
fn rows_of(function: &Function, runtime: &Runtime, own: &[Sample], peers: Option<&[Sample]>) -> [Value; 2] {
    let values = |of: fn(&Sample) -> f64| super::measured(own.iter().map(of).collect());
    let against = |of: fn(&Sample, &Sample) -> f64| {
        peers.map(|peers| super::measured(peers.iter().zip(own).map(|(theirs, ours)| of(theirs, ours)).collect()))
    };
    let is_peer = runtime.name != OURS && runtime.name != "image";
    let row = |kind: &str| {
        json!({
            "function": function.name,
            "language": if function.language == "node" { "nodejs" } else { function.language },
            "arm": format!("{}, {kind}", runtime.name),
            "is_peer": is_peer,
        })
    };
    let (mut ready, mut warm) = (row("ready"), row("warm"));
    ready["init_us"] = values(|it| it.ready);
    ready["first_us"] = values(|it| it.first);
    ready["total_us"] = values(|it| it.ready + it.first);
    ready["ratio_to_peer"] = json!(against(|theirs, ours| ours.ready / theirs.ready));
    ready["total_ratio_to_peer"] =
        json!(against(|theirs, ours| (ours.ready + ours.first) / (theirs.ready + theirs.first)));
    warm["p50_us"] = values(|it| it.warm);
    warm["times_ours"] = json!(against(|theirs, ours| theirs.warm / ours.warm));
    [ready, warm]
}

/// Memory of many instances at once: forked from one import, against as many imports.
fn at_once(function: &Function, runtimes: &[Runtime]) -> Outcome<Value> {
    let (event, _) = event(function)?;
    let mut memory = BTreeMap::new();
    for runtime in runtimes.iter().filter(|it| it.name != "image") {
        let server = Server::start(Manner::Length);
        let started = runtime.start(&server, &[("AWS_LAMBDA_MAX_CONCURRENCY", &AT_ONCE.to_string())])?;
        (0..AT_ONCE).for_each(|_| drop(server.asked()));
        memory.insert(runtime.name, settled(&started)?);
        for number in 0..AT_ONCE {
            server.event(&number.to_string(), HEADERS, &event);
        }
        (0..AT_ONCE).for_each(|_| drop(server.told()));
    }
    let of = |name: &str| memory.get(name).copied().unwrap_or((0, 0));
    let (ours, theirs) = (of(OURS), of("awslambdaric"));
    #[expect(clippy::cast_precision_loss, reason = "bytes of memory are far below 2^53")]
    let ratio = (ours.0 as f64) / (theirs.0 as f64);
    Ok(json!({
        "function": function.name,
        "language": function.language,
        "arm": format!("{AT_ONCE} at once"),
        "pss_bytes": ours.0,
        "processes": ours.1,
        "awslambdaric_pss_bytes": theirs.0,
        "awslambdaric_processes": theirs.1,
        "memory_ratio": ratio,
    }))
}

fn settled(started: &Started) -> Outcome<(u64, usize)> {
    std::thread::sleep(SETTLED);
    tree::memory(started.pid())
}

/// The first of a function's events, and what comes of it.
pub(super) fn event(function: &Function) -> Outcome<(Vec<u8>, Value)> {
    let events = function.package.join("events");
    let mut names: Vec<_> = std::fs::read_dir(&events).map_err(|error| about(&events, &error))?.flatten().collect();
    names.retain(|it| it.path().is_file());
    names.sort_by_key(std::fs::DirEntry::file_name);
    let name = names.first().ok_or_else(|| format!("{} has no events", function.name))?.file_name();
    let read = |directory: &str| {
        let path = function.package.join(directory).join(&name);
        std::fs::read(&path).map_err(|error| about(&path, &error))
    };
    let expected = serde_json::from_slice(&read("expected")?).map_err(|error| error.to_string())?;
    Ok((read("events")?, expected))
}

fn microseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

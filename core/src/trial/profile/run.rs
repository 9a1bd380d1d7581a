//! Running a function to be timed.

use super::report::Report;
use super::summary::{Profile, micros, modules};
use super::tree::{lift_packages, median, merge};
use crate::error::{Code, Error, Result};
use crate::instance::Interpreter;
use crate::package::{Language, Package};
use crate::trial::options::TrialOptions;
use crate::trial::session::{Session, interpreter};
use std::time::Duration;

/// How a function is profiled.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ProfileOptions {
    /// How it is run; of the events the first is used.
    pub trial: TrialOptions,
    /// How often it is run with the profiler, and as often without. Default: 3.
    pub runs: u32,
}

impl Default for ProfileOptions {
    fn default() -> Self {
        Self { trial: TrialOptions::default(), runs: 3 }
    }
}

/// Times the modules that a function loads while its entry is imported and, where there is an event, while it
/// handles the first one; each run is a new process, so that files are in memory but for the first, which is not
/// counted. One more run measures memory. `step` is called with how many of how many runs are done.
///
/// Python: every import is timed where the interpreter does it, from looking for the module until it is there, and
/// so are those that fail. Node: a module of `require` from there until it has run; of an ES module its evaluation,
/// not what its loader does before for a whole graph at once.
///
/// To be called within a tokio runtime with time and I/O enabled. Fails with what the function's import or its
/// first event fails with, `worker.exited` where a run leaves no report, `system.unsupported` for native functions.
pub async fn profile(package: &Package, options: &ProfileOptions, mut step: impl FnMut(u32, u32)) -> Result<Profile> {
    if package.runtime().language() == Language::Native {
        let text = "a native function has no modules to time";
        return Err(Error::new(Code::SystemUnsupported, "profile the function", text)
            .hint("`headstart analyze` tells where its bytes are, `headstart bench` how long it takes to start"));
    }
    let trial = &options.trial;
    let runs = options.runs.max(1);
    let all = 2 * runs + 2;
    let (mut plain, mut times) = (Vec::new(), Vec::new());
    step(0, all);
    let interpreter = interpreter(package, trial).await?;
    let instrument = instrument(package, &run_profiled(package, trial, "profile").await?);
    for run in 0..runs {
        step(2 * run + 1, all);
        plain.push(run_plain(package, trial).await?);
        step(2 * run + 2, all);
        times.push(run_profiled(package, trial, instrument).await?);
    }
    step(all - 1, all);
    let memory = run_profiled(package, trial, "memory").await?;
    step(all, all);
    Ok(sum_up(package, interpreter, &plain, &times, &memory))
}

/// The script for the runs that count, after a first one: hooks for ES modules cost more than all the rest.
fn instrument(package: &Package, first: &Report) -> &'static str {
    let is_plain = package.runtime().language() == Language::Node && first.es_modules == 0;
    if is_plain { "requires" } else { "profile" }
}

/// What importing the entry and handling the first event took.
type Spans = (u64, Option<u64>);

pub(super) async fn run_plain(package: &Package, options: &TrialOptions) -> Result<Spans> {
    let session = Session::plain(package, options).await?;
    let spans = run(&session, options).await?;
    session.drain()?;
    Ok(spans)
}

async fn run_profiled(package: &Package, options: &TrialOptions, instrument: &str) -> Result<Report> {
    let session = Session::instrumented(package, options, instrument).await?;
    run(&session, options).await?;
    session.end().await;
    let failed = |message: String| Error::new(Code::WorkerExited, "profile the function", message);
    let mut report = Report::read(&session.directory().join("profile.json"))
        .map_err(|error| failed(format!("its process left no sound report: {error}")).caused_by(error))?;
    if package.runtime().language() == Language::Python {
        lift_packages(&mut report.rows);
    }
    Ok(report)
}

async fn run(session: &Session, options: &TrialOptions) -> Result<Spans> {
    match options.events.first() {
        Some(event) => {
            let timings = session.invoke(0, event, Duration::ZERO).await?.timings();
            Ok((timings.import_us, Some(timings.invoke_us)))
        }
        None => Ok((session.import_only().await?.import_us, None)),
    }
}

fn sum_up(package: &Package, interpreter: Interpreter, plain: &[Spans], times: &[Report], memory: &Report) -> Profile {
    let rows = merge(times, Some(memory));
    let spans = |of: fn(&Report) -> Option<u64>| -> Vec<u64> { times.iter().filter_map(of).collect() };
    let first = spans(|report| report.phases.first);
    let outside: Vec<_> = times.iter().map(outside_ns).collect();
    Profile {
        modules: modules(package, &rows),
        init_us: median(&spans(|report| report.phases.init)) / 1_000,
        first_us: (!first.is_empty()).then(|| median(&first) / 1_000),
        outside_us: micros(median(&outside)),
        plain_init_us: plain.iter().map(|(init, _)| *init).min().unwrap_or(0),
        plain_first_us: plain.iter().filter_map(|(_, first)| *first).min(),
        runs: u32::try_from(times.len()).unwrap_or(u32::MAX),
        interpreter,
    }
}

/// What one run spent in no module; where threads import side by side, their times are more than the whole.
fn outside_ns(report: &Report) -> i64 {
    let whole = [report.phases.init, report.phases.first].into_iter().flatten().sum::<u64>();
    let modules: i64 = report.rows.iter().map(|row| row.self_ns).sum();
    (i64::try_from(whole).unwrap_or(i64::MAX) - modules).max(0)
}

/// What becomes of a report, without the package that it tells of.
#[cfg(feature = "fuzzing")]
pub(in crate::trial) fn read_report(bytes: &[u8]) {
    let Ok(mut report) = Report::parse(bytes) else { return };
    lift_packages(&mut report.rows);
    let rows = merge(&[report.clone(), report.clone()], Some(&report));
    super::tree::cumulate(&rows, |row| row.self_ns);
    super::tree::cumulate(&rows, |row| row.self_bytes);
    micros(outside_ns(&report));
}

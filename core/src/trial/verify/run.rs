//! Running both packages, event by event.

use super::capture::{Capture, Subject};
use super::compare::{compare, unstable};
use super::comparison::{Comparison, Difference, Worker};
use crate::error::{Area, Code, Error, Result};
use crate::package::{Language, Package};
use crate::trial::event::Event;
use crate::trial::options::TrialOptions;
use std::path::Path;
use std::time::Duration;

/// Output may come after the answer, from threads and timers. An event is over once nothing was written for this long.
const SETTLE: Duration = Duration::from_millis(20);
/// The same, where runs did not write as much: a busy machine may have been too slow.
const SETTLE_LONG: Duration = Duration::from_millis(400);

/// The first package twice, to know what differs from run to run, and the second.
struct Trio {
    a: [Subject; 2],
    b: Subject,
}

/// Runs two packages of one function on the same events and compares what they do: what they return, raise, write
/// and leave on disk. Every event is handled by a fresh worker, and once more by one that has handled those before
/// it; each run has a directory of its own for temporary files (`TMPDIR`).
///
/// The first package is run twice: what it differs in from itself is not compared. Left out are also the paths of
/// package and temporary files, and, in what is written or raised, times, durations, addresses, UUIDs and process
/// numbers. What is written shortly after the answer belongs to the event. `step` is called with how many of how many
/// steps are done.
///
/// To be called within a tokio runtime with time and I/O enabled. Fails with `config.missing` where there are no
/// events, and with what importing the first package fails with; what the second fails with is a difference.
pub async fn verify(
    a: &Package,
    b: &Package,
    options: &TrialOptions,
    step: impl FnMut(usize, usize),
) -> Result<Comparison> {
    run((a, options), (b, options), true, step).await
}

/// The same for one package, without and with an init image.
pub(in crate::trial) async fn verify_image(
    package: &Package,
    image: &Path,
    options: &TrialOptions,
    step: impl FnMut(usize, usize),
) -> Result<Comparison> {
    let with_image = TrialOptions { image: Some(image.to_owned()), ..options.clone() };
    // What Node may begin as is tied to its environment.
    let temporary = package.runtime().language() != Language::Node;
    run((package, options), (package, &with_image), temporary, step).await
}

async fn run(
    a: (&Package, &TrialOptions),
    b: (&Package, &TrialOptions),
    temporary: bool,
    mut step: impl FnMut(usize, usize),
) -> Result<Comparison> {
    let options = a.1;
    if options.events.is_empty() {
        return Err(Error::new(Code::ConfigMissing, "compare the packages", "there are no events"));
    }
    let trio = Trio::begin(a, b, temporary).await?;
    let mut comparison = Comparison { events: options.events.len(), ..Comparison::default() };
    let workers = if options.events.len() > 1 { &[Worker::Fresh, Worker::Shared][..] } else { &[Worker::Fresh] };
    let all = workers.len() * options.events.len();
    for (round, worker) in workers.iter().enumerate() {
        let mut tell = |number| step(round * options.events.len() + number, all);
        let (mut found, is_settled) = trio.round(*worker, &options.events, SETTLE, &mut tell).await?;
        if !is_settled {
            (found, _) = trio.round(*worker, &options.events, SETTLE_LONG, &mut tell).await?;
        }
        comparison.differences.append(&mut found.differences);
        comparison.unstable.append(&mut found.unstable);
    }
    step(all, all);
    Ok(comparison)
}

impl Trio {
    async fn begin(a: (&Package, &TrialOptions), b: (&Package, &TrialOptions), temporary: bool) -> Result<Self> {
        let first = Subject::begin(a.0, a.1, temporary).await?;
        let interpreter = first.interpreter()?;
        let (mut again, mut other) = (a.1.clone(), b.1.clone());
        // One that lies in the package brings the package's own libraries with it.
        if !interpreter.starts_with(a.0.directory()) {
            again.interpreter = Some(interpreter.clone());
            other.interpreter = Some(interpreter);
        }
        let second = Subject::begin(a.0, &again, temporary).await?;
        Ok(Self { a: [first, second], b: Subject::begin(b.0, &other, temporary).await? })
    }

    /// Lets the next event be handled by new workers.
    fn forget(&self) -> Result<()> {
        self.a.iter().chain([&self.b]).try_for_each(Subject::forget)
    }

    /// Every event once, in order; whether all runs wrote as much, so that nothing is likely to have come too late.
    async fn round(
        &self,
        worker: Worker,
        events: &[Event],
        settle: Duration,
        tell: &mut impl FnMut(usize),
    ) -> Result<(Comparison, bool)> {
        let mut is_settled = true;
        let mut found = Comparison::default();
        self.forget()?;
        for (number, event) in events.iter().enumerate() {
            tell(number);
            is_settled &= self.event(worker, (number, event), settle, &mut found).await?;
        }
        Ok((found, is_settled))
    }

    async fn event(
        &self,
        worker: Worker,
        (number, event): (usize, &Event),
        settle: Duration,
        comparison: &mut Comparison,
    ) -> Result<bool> {
        if worker == Worker::Fresh {
            self.forget()?;
        }
        let mut runs = Vec::new();
        for subject in &self.a {
            runs.push(importable(subject.run(number, event, settle).await?)?);
        }
        let (other, _) = self.b.run(number, event, settle).await?;
        let is_settled = runs.iter().all(|run| run.wrote_as_much(&other));
        let mut found = compare(&runs, &other);
        if worker == Worker::Fresh && found.iter().any(|found| found.aspect.counts()) {
            // A third look at what may differ from run to run.
            self.a[0].forget()?;
            runs.push(importable(self.a[0].run(number, event, settle).await?)?);
            found = compare(&runs, &other);
        }
        comparison.unstable.extend(unstable(&runs).into_iter().map(|aspect| (event.name.clone(), aspect)));
        comparison.differences.extend(found.into_iter().map(|found| Difference {
            event: event.name.clone(),
            worker,
            aspect: found.aspect,
            place: found.place,
            a: found.a,
            b: found.b,
        }));
        Ok(is_settled)
    }
}

/// A first package that cannot be imported is nothing to compare with.
fn importable((capture, error): (Capture, Option<Error>)) -> Result<Capture> {
    match error {
        Some(error) if is_of_import(&error) => Err(error),
        _ => Ok(capture),
    }
}

fn is_of_import(error: &Error) -> bool {
    let codes = [
        Code::EntryInvalid,
        Code::EntryNotFound,
        Code::HandlerNotFound,
        Code::HandlerNotCallable,
        Code::ImportFailed,
        Code::SyntaxError,
        Code::WorkerInitTimedOut,
        Code::WorkerSpawnFailed,
        Code::WorkerStartTimedOut,
    ];
    codes.contains(&error.code())
        || error.code().area() == Area::Runtime
        || error.context().any(|context| context == ("phase", "import"))
}

//! Watching a function: which files it opens while it handles its events.

use super::mapped;
use super::options::TrialOptions;
use super::record::Seen;
use super::session::Session;
use crate::error::{Error, Result};
use crate::instance::Interpreter;
use crate::package::Package;
use crate::slim::Observation;
use crate::sys::opened::Opened;
use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How much of a record is read.
const MOST_RECORD: u64 = 256 << 20;

/// What was seen of a function.
#[derive(Debug)]
#[non_exhaustive]
pub struct Observed {
    /// The files that it opened, its start and its end included.
    pub observation: Observation,
    /// What ran it.
    pub interpreter: Interpreter,
    /// Events that it failed on, by name; what it opened until then was seen.
    pub failures: Vec<(String, Error)>,
    /// Why something may be missing, where that is known.
    pub gaps: Vec<String>,
}

/// Runs a function on its events and records which files it opens: in a fresh process, and one after the other in
/// the same one, as a platform does; an event that ends the process leaves the next one to another.
///
/// Two observers look: a script in the interpreter, which sees what its language opens, and the kernel's
/// notifications about the directories of the package (`inotify`, on Linux), which see what any code opens, be
/// it a library's own or another program's. To be called within a tokio runtime with time and I/O enabled.
///
/// Fails with what importing the function fails with, and with `system.io`. That it fails on events is no error:
/// what it does then is of interest too.
pub async fn observe(package: &Package, options: &TrialOptions) -> Result<Observed> {
    let session = Session::instrumented(package, options, "observe").await?;
    let interpreter = session.report()?.interpreter;
    let mut seen = Seen::default();
    let mut gaps = Vec::new();
    let failures = match Opened::watch(directories(package)) {
        Ok(mut opened) => {
            let failures = tokio::select! {
                failures = run(&session, options, &mut seen) => failures?,
                never = opened.follow() => match never {},
            };
            let (files, is_complete) = opened.finish();
            seen.add_files(files);
            if !is_complete {
                gaps.push("more files were opened at once than the kernel could tell of".to_owned());
            }
            failures
        }
        Err(error) => {
            gaps.push(format!("the directories of the package cannot be watched: {error}"));
            run(&session, options, &mut seen).await?
        }
    };
    seen.add_record(&record(&session.directory().join("record")).unwrap_or_default());
    Ok(Observed { observation: seen.finish(), interpreter, failures, gaps })
}

/// What the script in the function's process wrote down, which may have been the function.
fn record(file: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(file)?.take(MOST_RECORD).read_to_end(&mut bytes)?;
    Ok(bytes)
}

async fn run(session: &Session, options: &TrialOptions, seen: &mut Seen) -> Result<Vec<(String, Error)>> {
    session.import().await?;
    look(session, seen)?;
    let mut failures = Vec::new();
    for (number, event) in options.events.iter().enumerate() {
        if let Err(error) = session.invoke(number, event, Duration::ZERO).await {
            failures.push((event.name.clone(), error));
        }
        look(session, seen)?;
    }
    session.end().await;
    Ok(failures)
}

/// Adds what the instances hold, which is also what their libraries opened before anything was asked to look.
fn look(session: &Session, seen: &mut Seen) -> Result<()> {
    for worker in session.report()?.idle {
        seen.add_files(mapped::held_by(worker.pid));
    }
    Ok(())
}

/// Every directory of the package that has files.
fn directories(package: &Package) -> BTreeSet<PathBuf> {
    let files = package.tree().iter();
    files.filter_map(|(file, _)| package.tree().absolute(file).parent().map(PathBuf::from)).collect()
}

//! A comparison: all arms of one function, round by round.

use super::baking::{Baked, package};
use super::lane::Lane;
use super::peer;
use super::row::{Row, Run};
use crate::arguments::{Arm, BenchArguments, TargetArguments};
use crate::{talk, target};
use headstart::instance::Interpreter;
use headstart::package::Package;
use headstart::{Code, Error, Host};
use std::path::PathBuf;
use std::time::Duration;

/// The arm that others are compared with.
const PLAIN: &str = "plain";
/// How long processes may finish what they do before the next step.
pub(super) const SETTLE: Duration = Duration::from_millis(20);

/// What a start from a cold disk must not find in memory.
#[derive(Debug)]
struct ColdDisk {
    package: Package,
    interpreter: Interpreter,
    images: Vec<PathBuf>,
}

/// One function, ready to be measured.
#[derive(Debug)]
pub(crate) struct Comparison {
    host: Host,
    name: String,
    language: &'static str,
    lanes: Vec<Lane>,
    event: Vec<u8>,
    timeout: Duration,
    /// Whose files are forgotten before each run, where that is asked for.
    cold_disk: Option<ColdDisk>,
    /// Holds the images.
    _images: Vec<Baked>,
}

impl Comparison {
    /// Registers the function and prepares its arms.
    pub(crate) async fn prepare(arguments: &BenchArguments) -> Result<Self, Error> {
        let target = &arguments.target;
        let host = target::host().build().await?;
        let event = one_line(&event(target)?)?;
        let timeout = target::timeout(target)?;
        let first = host.register(target::function(target)?).await?;
        let report = host.report(&first)?;
        let chosen = chosen(&arguments.arms, report.language);
        let (mut lanes, mut images) = (Vec::new(), Vec::new());
        for arm in chosen {
            let baked = Baked::of(arm, arguments, &report.interpreter.program).await?;
            lanes.extend(Lane::prepare(&host, arm, target, &report, (baked.as_ref(), &event)).await?);
            images.extend(baked);
        }
        let peers = peer::read(arguments.peers.as_deref())?;
        lanes.extend(peers.iter().filter_map(|peer| Lane::of_peer(&report, peer, &event, timeout)));
        let cold_disk = if arguments.cold_disk {
            let images = images.iter().map(|baked| baked.image.clone()).collect();
            Some(ColdDisk { package: package(target)?, interpreter: report.interpreter, images })
        } else {
            None
        };
        let (name, language) = (report.name, report.language);
        Ok(Self { host, name, language, lanes, event, timeout, cold_disk, _images: images })
    }

    /// Runs every arm once a round. A first round is not counted: it brings files into the page cache.
    pub(crate) async fn run(&self, rounds: u32) -> Result<Vec<Row>, Error> {
        let progress = talk::progress(u64::from(rounds + 1) * self.lanes.len() as u64, &self.name);
        let mut runs: Vec<Vec<Run>> = vec![Vec::new(); self.lanes.len()];
        for round in 0..=rounds {
            for (lane, runs) in self.lanes.iter().zip(&mut runs) {
                let run = self.once(lane).await?;
                if round > 0 {
                    runs.push(run);
                }
                progress.inc(1);
                tokio::time::sleep(SETTLE).await;
            }
        }
        progress.finish_and_clear();
        Ok(self.sum_up(&runs))
    }

    async fn once(&self, lane: &Lane) -> Result<Run, Error> {
        if let Some(ColdDisk { package, interpreter, images }) = &self.cold_disk {
            headstart::trial::forget_files(package, interpreter, images);
        }
        lane.run(&self.host, &self.event, self.timeout).await
    }

    fn sum_up(&self, runs: &[Vec<Run>]) -> Vec<Row> {
        let plain = self.lanes.iter().position(|lane| lane.name == PLAIN).map(|at| &runs[at][..]);
        let expected = runs.iter().flatten().next().map_or(&[][..], |run| &run.result);
        let row = |(lane, runs): (&Lane, &Vec<Run>)| {
            let mut row = Row::of((&self.name, self.language), &lane.name, runs, plain, expected)?;
            row.is_peer = lane.is_peer;
            Some(row)
        };
        self.lanes.iter().zip(runs).filter_map(row).collect()
    }
}

/// The arms that were asked for, else all that the language has.
fn chosen(asked: &[Arm], language: &str) -> Vec<Arm> {
    if !asked.is_empty() {
        return asked.to_vec();
    }
    // Deferral takes minutes to bake, and snapshots take a right machine: they are for those who ask.
    let mut all = vec![Arm::Plain, Arm::Cold, Arm::Image, Arm::Stem, Arm::Fork, Arm::Zygote, Arm::Warm, Arm::Frozen];
    all.retain(|arm| !matches!(arm, Arm::Zygote | Arm::Fork) || language != "nodejs");
    all.retain(|arm| *arm != Arm::Image || language != "native");
    all
}

/// The event that was typed, else the first file in the package's `events` directory, else an empty object.
fn event(target: &TargetArguments) -> Result<Vec<u8>, Error> {
    if target.event.is_some() {
        return target::event(target);
    }
    let files = std::fs::read_dir(target.path.join("events")).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> =
        files.map(|file| file.path()).filter(|path| path.extension().is_some_and(|it| it == "json")).collect();
    files.sort();
    files.first().map_or_else(|| target::event(target), |file| target::read_file(file))
}

/// JSON without line breaks, as the plain arm reads it.
fn one_line(event: &[u8]) -> Result<Vec<u8>, Error> {
    let value: serde_json::Value = serde_json::from_slice(event)
        .map_err(|error| Error::new(Code::PayloadInvalidJson, "read the event", error.to_string()).caused_by(error))?;
    Ok(value.to_string().into_bytes())
}

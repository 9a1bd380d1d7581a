//! A comparison: all arms of one function, round by round.

use super::arms::HostArm;
use super::plain::Plain;
use super::row::{Row, Run, name};
use crate::arguments::{Arm, BenchArguments, TargetArguments};
use crate::{talk, target};
use headstart::error::Area;
use headstart::instance::Interpreter;
use headstart::package::{OpenOptions, Package};
use headstart::trial::BakeOptions;
use headstart::{Code, Error, Host};
use std::path::PathBuf;
use std::time::Duration;
use tempfile::TempDir;

/// What a start from a cold disk must not find in memory.
#[derive(Debug)]
struct ColdDisk {
    package: Package,
    interpreter: Interpreter,
    image: Vec<PathBuf>,
}

/// How long processes may finish what they do before the next step.
pub(super) const SETTLE: Duration = Duration::from_millis(20);

/// One function, ready to be measured.
#[derive(Debug)]
pub(crate) struct Comparison {
    host: Host,
    name: String,
    language: &'static str,
    plain: Plain,
    arms: Vec<(Arm, Option<HostArm>)>,
    event: Vec<u8>,
    timeout: Duration,
    /// Whose files are forgotten before each run, where that is asked for.
    cold_disk: Option<ColdDisk>,
    /// Holds the image that was baked for the comparison.
    _baked: Option<TempDir>,
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
        let plain = Plain::new(&report)?;
        let chosen = chosen(&arguments.arms, report.language);
        let (image, baked) = match &target.image {
            Some(image) => (Some(image.clone()), None),
            None if chosen.contains(&Arm::Image) => {
                bake(target, report.interpreter.program.clone(), arguments.cold_disk).await?
            }
            None => (None, None),
        };
        let mut arms = Vec::new();
        for arm in chosen {
            if arm == Arm::Plain {
                arms.push((arm, None));
                continue;
            }
            let function = match &image {
                Some(image) if arm == Arm::Image => target::function(target)?.image(image),
                _ => target::function(target)?.without_image(),
            };
            let function = host.register(function).await?;
            match HostArm::prepare(&host, arm, function, &event).await {
                Ok(prepared) => arms.push((arm, Some(prepared))),
                // A function whose preload set does not allow a fork has its other tiers.
                Err(error) if error.code().area() == Area::Zygote => {
                    talk::say(format!("skipped: {}: failed to {error}\n", name(arm)).as_bytes());
                }
                Err(error) => return Err(error),
            }
        }
        let cold_disk =
            ColdDisk { package: package(target)?, interpreter: report.interpreter, image: image.into_iter().collect() };
        let cold_disk = arguments.cold_disk.then_some(cold_disk);
        Ok(Self {
            host,
            cold_disk,
            name: report.name,
            language: report.language,
            plain,
            arms,
            event,
            timeout,
            _baked: baked,
        })
    }

    /// Runs every arm once a round. A first round is not counted: it brings files into the page cache.
    pub(crate) async fn run(&self, rounds: u32) -> Result<Vec<Row>, Error> {
        let progress = talk::progress(u64::from(rounds + 1) * self.arms.len() as u64, &self.name);
        let mut runs: Vec<Vec<Run>> = vec![Vec::new(); self.arms.len()];
        for round in 0..=rounds {
            for ((_, arm), runs) in self.arms.iter().zip(&mut runs) {
                let run = self.once(arm.as_ref()).await?;
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

    async fn once(&self, arm: Option<&HostArm>) -> Result<Run, Error> {
        if let Some(ColdDisk { package, interpreter, image }) = &self.cold_disk {
            headstart::trial::forget_files(package, interpreter, image);
        }
        match arm {
            Some(arm) => arm.run(&self.host, &self.event, self.timeout).await,
            None => self.plain.run(&self.event, self.timeout),
        }
    }

    fn sum_up(&self, runs: &[Vec<Run>]) -> Vec<Row> {
        let plain = self.arms.iter().position(|(arm, _)| *arm == Arm::Plain).map(|at| &runs[at][..]);
        let expected = runs.iter().flatten().next().map_or(&[][..], |run| &run.result);
        let row =
            |((arm, _), runs): (&(Arm, _), &Vec<Run>)| Row::of(&self.name, self.language, *arm, runs, plain, expected);
        self.arms.iter().zip(runs).filter_map(row).collect()
    }
}

/// An image from the package's own events, in a directory that holds it.
async fn bake(
    target: &TargetArguments,
    interpreter: PathBuf,
    cold_disk: bool,
) -> Result<(Option<PathBuf>, Option<TempDir>), Error> {
    let failed = |error: std::io::Error| Error::new(Code::SystemIo, "bake the function", error.to_string());
    let directory = tempfile::tempdir().map_err(failed)?;
    let image = directory.path().join("image");
    let package = package(target)?;
    let mut options = BakeOptions::default();
    options.trial = crate::trial::of_target(&package, target)?;
    options.trial.interpreter = Some(interpreter);
    options.reads = cold_disk;
    headstart::trial::bake(&package, &options, &image, |_, _, _| ()).await?;
    Ok((Some(image), Some(directory)))
}

fn package(target: &TargetArguments) -> Result<Package, Error> {
    let mut options = OpenOptions::default();
    options.entry.clone_from(&target.entry);
    options.runtime.clone_from(&target.runtime);
    Package::open(&target.path, &options)
}

/// The arms that were asked for, else all that the language has.
fn chosen(asked: &[Arm], language: &str) -> Vec<Arm> {
    if !asked.is_empty() {
        return asked.to_vec();
    }
    let mut all = vec![Arm::Plain, Arm::Cold, Arm::Image, Arm::Stem, Arm::Fork, Arm::Zygote, Arm::Warm];
    all.retain(|arm| !matches!(arm, Arm::Zygote | Arm::Fork) || language != "nodejs");
    all.retain(|arm| *arm != Arm::Image || language == "python");
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

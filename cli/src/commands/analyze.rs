//! `headstart analyze`: where the bytes are, what can go and why.

use crate::arguments::{AnalyzeArguments, ReportFormat};
use crate::report::{self, Growth, Subject};
use crate::trial::{self, Events};
use crate::{Outcome, in_runtime, subject, talk};
use headstart::package::Package;
use headstart::slim::{self, Analysis, Trace, TraceOptions};
use headstart::trial::{Profile, ProfileOptions, bytecode_saving};
use headstart::{Code, Error};
use std::path::Path;

pub(crate) fn run(arguments: &AnalyzeArguments) -> Result<Outcome, Error> {
    let subject = analyze(arguments)?;
    let text = match arguments.format {
        ReportFormat::Text => report::table(&subject, arguments.top),
        ReportFormat::Tree => report::tree(&subject, arguments.top),
        ReportFormat::Json => format!("{:#}\n", report::json(&subject)),
        ReportFormat::Html => report::html(&subject),
        ReportFormat::Github => report::github(&subject),
        ReportFormat::Sarif => format!("{:#}\n", report::sarif(&subject)),
    };
    match &arguments.out {
        Some(file) => write(file, &text)?,
        None => talk::data(text.as_bytes())?,
    }
    checks(&subject, arguments)
}

fn analyze(arguments: &AnalyzeArguments) -> Result<Subject, Error> {
    let package = subject::open(&arguments.subject)?;
    let platform = arguments.platform.as_deref().map(str::parse).transpose()?;
    let mut options = subject::trace_options(&arguments.subject)?;
    trial::add_observation(&mut options, &package, &arguments.trial, Events::Named)?;
    let profiled = arguments.profile.then(|| in_runtime(profile(&package, arguments))).transpose()?;
    options.version = options.version.or(profiled.as_ref().map(|it| it.profile.interpreter.release()));
    let trace = trace(&package, &options)?;
    let version = options.version.or_else(|| package.version());
    let mut analysis = Analysis::of(&package, trace.as_ref(), version, platform);
    if let Some(profiled) = &profiled {
        analysis.add_times(&package, trace.as_ref(), &profiled.profile.loaded(&package));
        in_runtime(add_bytecode_saving(&mut analysis, &package, profiled))?;
    }
    let archive = package.is_archive().then(|| package.source());
    let zip_bytes = archive.and_then(|path| path.metadata().ok()).map(|found| found.len());
    Ok(Subject { package, analysis, trace, platform, zip_bytes })
}

struct Profiled {
    options: ProfileOptions,
    profile: Profile,
}

async fn profile(package: &Package, arguments: &AnalyzeArguments) -> Result<Profiled, Error> {
    let mut options = ProfileOptions::default();
    options.trial = trial::options_with_events(package, &arguments.trial)?;
    let profile = trial::profile(package, &options).await?;
    Ok(Profiled { options, profile })
}

/// Measures what valid bytecode would save, where some is not.
async fn add_bytecode_saving(analysis: &mut Analysis, package: &Package, profiled: &Profiled) -> Result<(), Error> {
    if analysis.lacks_bytecode()
        && let Some(saving) = bytecode_saving(package, &profiled.options, &profiled.profile).await?
    {
        analysis.add_bytecode_saving(saving);
    }
    Ok(())
}

/// The trace, where the entry is known; sizes can be told without.
fn trace(package: &Package, options: &TraceOptions) -> Result<Option<Trace>, Error> {
    if package.entry().is_none() && package.binary().is_none() {
        talk::warning("without --entry nothing tells what the function reaches");
        return Ok(None);
    }
    match slim::trace(package, options) {
        Err(error) if error.code() == Code::SystemUnsupported => {
            talk::warning(&format!("nothing tells what the function reaches: failed to {error}"));
            Ok(None)
        }
        other => other.map(Some),
    }
}

/// Budgets and comparisons: each that fails is told.
fn checks(subject: &Subject, arguments: &AnalyzeArguments) -> Result<Outcome, Error> {
    let mut outcome = Outcome::Fine;
    if let Some(budget) = arguments.budget.filter(|budget| subject.analysis.bytes > *budget) {
        let (bytes, budget) = (talk::bytes(subject.analysis.bytes), talk::bytes(budget));
        talk::warning(&format!("the package has {bytes}, over its budget of {budget}"));
        outcome = Outcome::CheckFailed;
    }
    if let Some(base) = &arguments.compare {
        let most = arguments.max_growth.or(Some(Growth::Bytes(u64::MAX)));
        let (told, is_allowed) = report::compare(subject, base, most)?;
        talk::say(told.as_bytes());
        if !is_allowed {
            talk::warning("the package has grown by more than --max-growth");
            outcome = Outcome::CheckFailed;
        }
    }
    if subject.platform.is_some() && report::check(subject).iter().any(report::Checked::is_over) {
        talk::warning("the package is over a limit of the platform");
        outcome = Outcome::CheckFailed;
    }
    Ok(outcome)
}

fn write(file: &Path, text: &str) -> Result<(), Error> {
    std::fs::write(file, text).map_err(|error| {
        Error::new(Code::SystemIo, "write the report", error.to_string()).with("file", file.display()).caused_by(error)
    })
}

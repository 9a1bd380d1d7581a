//! `headstart slim`: a smaller package that behaves the same.

use super::SCHEMA_VERSION;
use crate::arguments::{ColdArgument, Format, KeepArgument, SlimArguments, SourcesArgument};
use crate::trial::{self, Events};
use crate::working::Working;
use crate::{Outcome, in_runtime, subject, talk};
use headstart::Error;
use headstart::instance::Interpreter;
use headstart::package::{Language, Package};
use headstart::slim::{
    self, BytecodeCheck, Codec, ColdPlace, Decision, Keep, Plan, PlanOptions, SlimOptions, Slimmed, Sources,
};
use serde_json::{Value, json};
use std::process::Stdio;
use std::sync::Arc;

pub(crate) fn run(arguments: &SlimArguments) -> Result<Outcome, Error> {
    let (package, slimmed) = slim(arguments)?;
    match arguments.format {
        Format::Json => talk::json(&as_json(&package, &slimmed))?,
        Format::Text => talk::data(told(&slimmed).as_bytes())?,
    }
    for finding in &slimmed.findings {
        talk::warning(&format!("{}: {}", finding.rule, finding.message));
    }
    Ok(Outcome::Fine)
}

fn slim(arguments: &SlimArguments) -> Result<(Package, Slimmed), Error> {
    let package = subject::open(&arguments.subject)?;
    let mut trace_options = subject::trace_options(&arguments.subject)?;
    let mut interpreter = None;
    if !arguments.no_events {
        interpreter = trial::add_observation(&mut trace_options, &package, &arguments.trial, Events::Default)?;
    }
    if interpreter.is_none() {
        interpreter = find_interpreter(&package, arguments)?;
    }
    let (mut options, mut plan_options) = (options(arguments), plan_options(arguments));
    plan_options.was_observed = trace_options.observation.is_some();
    options.interpreter = interpreter.as_ref().map(|it| it.program.clone());
    if let Some(interpreter) = &interpreter {
        trace_options.version = Some(interpreter.release());
    }
    let codec = codec(&package, interpreter.as_ref());
    let working = Arc::new(Working::new());
    in_runtime(async move {
        let watched = Arc::clone(&working);
        // Files are read and written on a thread of their own, so that an interrupt is heard.
        let work = tokio::task::spawn_blocking(move || {
            let trace = slim::trace(&package, &trace_options)?;
            let plan = Plan::of(&package, &trace, plan_options);
            let slimmed = slim::slim(&package, &trace, &plan, &options, codec, &*watched)?;
            Ok((package, slimmed))
        });
        working.finish(work).await
    })
}

/// The interpreter that compiles bytecode; without one a Python function is slimmed without.
fn find_interpreter(package: &Package, arguments: &SlimArguments) -> Result<Option<Interpreter>, Error> {
    if package.runtime().language() == Language::Native {
        return Ok(None);
    }
    let trial = trial::options(package, &arguments.trial)?;
    match in_runtime(headstart::trial::interpreter(package, &trial)) {
        Ok(found) => Ok(Some(found)),
        Err(error) if arguments.trial.interpreter.is_none() => {
            talk::warning(&format!("no bytecode is compiled: failed to {error}"));
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

fn options(arguments: &SlimArguments) -> SlimOptions {
    let mut options = SlimOptions::new(&arguments.out);
    options.force = arguments.force;
    options.strip = arguments.strip;
    options.cold = match arguments.cold {
        ColdArgument::In => ColdPlace::In,
        ColdArgument::Beside => ColdPlace::Beside,
        ColdArgument::Drop => ColdPlace::Drop,
    };
    options.check = if arguments.check_bytecode { BytecodeCheck::Always } else { BytecodeCheck::Never };
    options
}

fn plan_options(arguments: &SlimArguments) -> PlanOptions {
    let mut options = PlanOptions::default();
    options.keep = match arguments.keep {
        KeepArgument::Auto => Keep::Auto,
        KeepArgument::Reached => Keep::Reached,
        KeepArgument::Observed => Keep::Observed,
    };
    options.sources = match arguments.sources {
        SourcesArgument::Auto => Sources::Auto,
        SourcesArgument::Keep => Sources::Keep,
        SourcesArgument::Cold => Sources::Cold,
    };
    options
}

/// The best compression that the function's interpreter reads without a package.
fn codec(package: &Package, interpreter: Option<&Interpreter>) -> Codec {
    let version = interpreter.map(Interpreter::release).or_else(|| package.version());
    match (package.runtime().language(), version) {
        (Language::Node, Some(version)) if version >= (22, 15) => Codec::Zstd,
        (Language::Python, Some(version)) if version >= (3, 14) => Codec::Zstd,
        (Language::Python, _) if interpreter.is_some_and(reads_xz) => Codec::Xz,
        _ => Codec::Zlib,
    }
}

/// Some builds of Python lack the module.
fn reads_xz(interpreter: &Interpreter) -> bool {
    let mut command = std::process::Command::new(&interpreter.program);
    command.args(["-I", "-S", "-c", "import lzma"]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

fn told(slimmed: &Slimmed) -> String {
    let saved = slimmed.before_bytes.saturating_sub(slimmed.after_bytes);
    let mut lines = vec![format!(
        "{}: {} in {} files, {} before ({} smaller)",
        slimmed.out.display(),
        talk::bytes(slimmed.after_bytes),
        slimmed.files,
        talk::bytes(slimmed.before_bytes),
        percent(saved, slimmed.before_bytes),
    )];
    lines.extend(slimmed.zip_bytes.map(|zip| format!("zipped: {}", talk::bytes(zip))));
    lines.extend(slimmed.cold.as_ref().map(|cold| {
        let (bytes, files) = (talk::bytes(slimmed.cold_bytes), slimmed.cold_files);
        format!("cold archive: {bytes} for {files} files, at {}", cold.display())
    }));
    if slimmed.stripped_files > 0 {
        let (objects, bytes) = (slimmed.stripped_files, talk::bytes(slimmed.stripped_bytes));
        lines.push(format!("stripped: {objects} shared objects, {bytes} smaller"));
    }
    lines.join("\n") + "\n"
}

#[expect(clippy::cast_precision_loss, reason = "two digits are printed")]
fn percent(part: u64, whole: u64) -> String {
    format!("{:.0} %", part as f64 / whole.max(1) as f64 * 100.0)
}

fn as_json(package: &Package, slimmed: &Slimmed) -> Value {
    let plan = &slimmed.plan;
    let decisions =
        [Decision::Keep, Decision::Strip, Decision::Compiled, Decision::Cold, Decision::Renew, Decision::LeaveOut];
    let by_decision: serde_json::Map<_, _> = decisions
        .iter()
        .map(|it| {
            let files = plan.files(package, *it).count();
            (it.name().to_owned(), json!({"files": files, "bytes": plan.bytes(package, *it)}))
        })
        .collect();
    json!({
        "schema_version": SCHEMA_VERSION,
        "out": slimmed.out,
        "before_bytes": slimmed.before_bytes,
        "after_bytes": slimmed.after_bytes,
        "zip_bytes": slimmed.zip_bytes,
        "cold": slimmed.cold,
        "cold_bytes": slimmed.cold_bytes,
        "cold_files": slimmed.cold_files,
        "files": slimmed.files,
        "stripped_files": slimmed.stripped_files,
        "stripped_bytes": slimmed.stripped_bytes,
        "decisions": by_decision,
        "findings": slimmed.findings.iter().map(|it| subject::finding(package, it)).collect::<Vec<_>>(),
    })
}

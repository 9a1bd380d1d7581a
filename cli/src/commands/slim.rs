//! `headstart slim`: a smaller package that behaves the same.

use super::SCHEMA_VERSION;
use crate::arguments::{ColdArgument, Format, KeepArgument, SlimArguments};
use crate::working::Working;
use crate::{Outcome, subject, talk};
use headstart::Error;
use headstart::package::{Language, Package};
use headstart::slim::{self, BytecodeCheck, Codec, ColdPlace, Decision, Keep, Plan, SlimOptions, Slimmed};
use serde_json::{Value, json};
use std::sync::Arc;

pub(crate) async fn run(arguments: SlimArguments) -> Result<Outcome, Error> {
    let prepared = subject::prepare(&arguments.subject).await?;
    let mut options = options(&arguments);
    if prepared.package.runtime().language() == Language::Python {
        options.interpreter = prepared.interpreter.as_ref().map(|it| it.program.clone());
    }
    let codec = codec(&prepared);
    let working = Arc::new(Working::new());
    let format = arguments.format;
    // Files are read and written on a thread of their own, so that an interrupt is heard.
    let work = {
        let working = Arc::clone(&working);
        tokio::task::spawn_blocking(move || {
            let trace = slim::trace(&prepared.package, &prepared.trace_options)?;
            let was_observed = prepared.trace_options.observation.is_some();
            let plan = Plan::of(&prepared.package, &trace, options.keep, was_observed);
            let slimmed = slim::slim(&prepared.package, &trace, &plan, &options, codec, &*working)?;
            Ok::<_, Error>((prepared.package, plan, slimmed))
        })
    };
    let (package, plan, slimmed) = working.finish(work).await?;
    match format {
        Format::Json => talk::json(&as_json(&package, &plan, &slimmed))?,
        Format::Text => talk::data(told(&slimmed).as_bytes())?,
    }
    for finding in &slimmed.findings {
        talk::say(format!("{}: {}\n", finding.rule, finding.message).as_bytes());
    }
    Ok(Outcome::Fine)
}

fn options(arguments: &SlimArguments) -> SlimOptions {
    let mut options = SlimOptions::new(&arguments.out);
    options.force = arguments.force;
    options.keep = match arguments.keep {
        KeepArgument::Auto => Keep::Auto,
        KeepArgument::Reached => Keep::Reached,
        KeepArgument::Observed => Keep::Observed,
    };
    options.cold = match arguments.cold {
        ColdArgument::In => ColdPlace::In,
        ColdArgument::Beside => ColdPlace::Beside,
        ColdArgument::Drop => ColdPlace::Drop,
    };
    options.check = if arguments.check_bytecode { BytecodeCheck::Always } else { BytecodeCheck::Never };
    options
}

/// The best compression that the function's interpreter reads without a package.
fn codec(prepared: &subject::Prepared) -> Codec {
    let version = prepared.trace_options.version.or_else(|| prepared.package.version());
    match (prepared.package.runtime().language(), version) {
        (Language::Node, Some(version)) if version >= (22, 15) => Codec::Zstd,
        (Language::Python, Some(version)) if version >= (3, 14) => Codec::Zstd,
        (Language::Python, _) if prepared.reads_xz => Codec::Xz,
        _ => Codec::Zlib,
    }
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
    lines.join("\n") + "\n"
}

#[expect(clippy::cast_precision_loss, reason = "two digits are printed")]
fn percent(part: u64, whole: u64) -> String {
    format!("{:.0} %", part as f64 / whole.max(1) as f64 * 100.0)
}

fn as_json(package: &Package, plan: &Plan, slimmed: &Slimmed) -> Value {
    let decisions = [Decision::Keep, Decision::Cold, Decision::Renew, Decision::LeaveOut];
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
        "decisions": by_decision,
        "findings": slimmed.findings.iter().map(|it| subject::finding(package, it)).collect::<Vec<_>>(),
    })
}

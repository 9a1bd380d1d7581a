//! `headstart bake`: an init image.

use super::SCHEMA_VERSION;
use crate::arguments::{BakeArguments, CheckArgument, Format};
use crate::{Outcome, subject, talk, trial};
use headstart::package::Package;
use headstart::preload::IN_PACKAGE;
use headstart::trial::{BakeOptions, Baked, Deferral, ImageForm, SourceCheck};
use headstart::{Code, Error};
use serde_json::{Value, json};
use std::path::PathBuf;

pub(crate) async fn run(arguments: BakeArguments) -> Result<Outcome, Error> {
    let package = subject::open(&arguments.subject)?;
    let options = options(&package, &arguments)?;
    let progress = talk::progress(0, "bake");
    let step = |what: &'static str, done: usize, all: usize| {
        progress.set_message(what);
        progress.set_length(all as u64);
        progress.set_position(done as u64);
    };
    let baked = headstart::trial::bake(&package, &options, &out(&package, &arguments), step).await;
    progress.finish_and_clear();
    let baked = baked?;
    match arguments.format {
        Format::Json => talk::json(&as_json(&baked))?,
        Format::Text => talk::data(told(&baked).as_bytes())?,
    }
    for note in &baked.notes {
        talk::warning(note);
    }
    for (event, error) in &baked.failures {
        talk::warning(&format!("event {event}: failed to {error}"));
    }
    if options.trial.events.is_empty() {
        talk::warning("there were no events: the image has what an import needs, and what it does was not compared");
    }
    Ok(Outcome::Fine)
}

fn options(package: &Package, arguments: &BakeArguments) -> Result<BakeOptions, Error> {
    let mut options = BakeOptions::default();
    options.trial = if arguments.no_events {
        trial::options(package, &arguments.trial)?
    } else {
        trial::options_with_events(package, &arguments.trial)?
    };
    options.reads = !arguments.no_reads;
    options.defer = arguments.defer;
    options.keep_slower = arguments.keep_slower;
    if options.defer && options.trial.events.is_empty() {
        return Err(Error::new(
            Code::ConfigMissing,
            "bake the function",
            "there are no events to see what is needed on",
        )
        .hint("pass --events PATH, or keep some in the `events` directory of the package"));
    }
    options.check = match arguments.check {
        CheckArgument::Stat => SourceCheck::Stat,
        CheckArgument::Digest => SourceCheck::Digest,
        CheckArgument::Trusted => SourceCheck::Trusted,
    };
    Ok(options)
}

fn out(package: &Package, arguments: &BakeArguments) -> PathBuf {
    arguments.out.clone().unwrap_or_else(|| package.directory().join(IN_PACKAGE))
}

fn told(baked: &Baked) -> String {
    let mut lines = vec![
        format!("{}: {} with {} modules", baked.out.display(), talk::bytes(baked.bytes), baked.modules),
        format!("start: {} with it, {} without", talk::time(baked.with_us), talk::time(baked.without_us)),
    ];
    match baked.form {
        ImageForm::Snapshot => lines.push("form: a process begins as a snapshot".to_owned()),
        ImageForm::Empty => lines.push("form: empty, since the function starts no faster with an image".to_owned()),
        _ => {}
    }
    lines.extend(baked.deferral.as_ref().map(|it| deferred(it, baked.form)));
    if baked.reads_bytes > 0 {
        lines.push(format!("read ahead from a cold disk: {}", talk::bytes(baked.reads_bytes)));
    }
    if baked.compared > 0 {
        lines.push(format!("no difference on {}", talk::count(baked.compared, "event")));
    }
    lines.join("\n") + "\n"
}

/// What waits, what it saves, and what the first use costs.
fn deferred(deferral: &Deferral, form: ImageForm) -> String {
    let (modules, saved) = (talk::count(deferral.deferred.len(), "module"), talk::time(deferral.saved_us));
    let Some(longest) = deferral.first_uses.first() else {
        return "deferred: nothing, since nothing can be shown to be able to wait".to_owned();
    };
    if form != ImageForm::Deferred {
        return "deferred: nothing, since the function does not start faster with it".to_owned();
    }
    let median = &deferral.first_uses[deferral.first_uses.len() / 2];
    format!(
        "deferred: {modules}, which saves {saved}; a first use costs {}, at most {} ({})",
        talk::time(median.us),
        talk::time(longest.us),
        longest.from
    )
}

fn as_json(baked: &Baked) -> Value {
    let left: Vec<_> = baked.left.iter().map(|(module, why)| json!({"module": module, "why": why})).collect();
    json!({
        "schema_version": SCHEMA_VERSION,
        "out": baked.out,
        "bytes": baked.bytes,
        "form": baked.form,
        "modules": baked.modules,
        "left": left,
        "notes": baked.notes,
        "deferral": baked.deferral,
        "reads_bytes": baked.reads_bytes,
        "start_with_us": baked.with_us,
        "start_without_us": baked.without_us,
        "events_compared": baked.compared,
    })
}

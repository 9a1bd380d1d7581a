//! `headstart verify`: whether two packages of a function do the same.

use super::SCHEMA_VERSION;
use crate::arguments::{Format, VerifyArguments};
use crate::{Outcome, talk, trial};
use anstyle::{AnsiColor, Style};
use headstart::package::{OpenOptions, Package};
use headstart::trial::{Comparison, Difference, Worker};
use headstart::{Code, Error};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::Path;

const RED: Style = AnsiColor::Red.on_default();
const GREEN: Style = AnsiColor::Green.on_default();
const BOLD: Style = Style::new().bold();

pub(crate) async fn run(arguments: VerifyArguments) -> Result<Outcome, Error> {
    let (a, b) = open(&arguments)?;
    let options = trial::options_with_events(&a, &arguments.trial)?;
    if options.events.is_empty() {
        return Err(Error::new(Code::ConfigMissing, "compare the packages", "there are no events")
            .hint("pass --events PATH, or keep some in the `events` directory of the package"));
    }
    let progress = talk::progress(0, "verify");
    let step = |done, all| {
        progress.set_length(count(all));
        progress.set_position(count(done));
    };
    let compared = headstart::trial::verify(&a, &b, &options, step).await;
    progress.finish_and_clear();
    let comparison = compared?;
    match arguments.format {
        Format::Text => talk::data(as_text(&comparison).as_bytes())?,
        Format::Json => talk::json(&as_json(&comparison))?,
    }
    Ok(if comparison.is_same() { Outcome::Fine } else { Outcome::CheckFailed })
}

/// Both packages; what the second does not say of itself is as the first has it.
fn open(arguments: &VerifyArguments) -> Result<(Package, Package), Error> {
    let mut options = OpenOptions::default();
    options.entry.clone_from(&arguments.entry);
    options.runtime.clone_from(&arguments.runtime);
    options.layers.clone_from(&arguments.layers);
    let a = Package::open(&arguments.a, &options)?;
    options.entry = Some(a.need_entry()?.as_str().to_owned());
    options.runtime = Some(a.runtime().to_string());
    Ok((a, Package::open(Path::new(&arguments.b), &options)?))
}

fn as_text(comparison: &Comparison) -> String {
    let mut text = String::new();
    for difference in &comparison.differences {
        add(&mut text, difference);
    }
    for (event, aspects) in unstable(comparison) {
        let verb = if aspects.len() == 1 { ("differs", "is") } else { ("differ", "are") };
        let aspects = aspects.join(", ");
        let _ = writeln!(text, "{event}: {aspects} {} from run to run and {} compared in part", verb.0, verb.1);
    }
    let _ = writeln!(text, "{}", verdict(comparison));
    text
}

fn add(text: &mut String, difference: &Difference) {
    let Difference { event, worker, aspect, place, a, b, .. } = difference;
    let at = if place.is_empty() { String::new() } else { format!(" at {place}") };
    let after = if *worker == Worker::Shared { ", after the events before it" } else { "" };
    let weight = if aspect.counts() { "differs" } else { "differs, which does not count" };
    let _ = writeln!(text, "{BOLD}{event}{after}: {}{at} {weight}{BOLD:#}", aspect.name());
    for (sign, style, lines) in [('-', RED, a), ('+', GREEN, b)] {
        for line in lines.iter().flat_map(|line| line.lines()) {
            let _ = writeln!(text, "  {style}{sign} {}{style:#}", printable(line));
        }
    }
}

/// What a function wrote must not move the cursor or change colours.
fn printable(line: &str) -> String {
    line.chars().map(|c| if c.is_control() && c != '\t' { '\u{fffd}' } else { c }).collect()
}

fn unstable(comparison: &Comparison) -> Vec<(&str, Vec<&'static str>)> {
    let mut events: Vec<(&str, Vec<&'static str>)> = Vec::new();
    let mut seen = BTreeSet::new();
    for (event, aspect) in &comparison.unstable {
        if !seen.insert((event, aspect.name())) {
            continue;
        }
        match events.iter_mut().find(|(name, _)| name == event) {
            Some((_, aspects)) => aspects.push(aspect.name()),
            None => events.push((event, vec![aspect.name()])),
        }
    }
    events
}

fn verdict(comparison: &Comparison) -> String {
    let different = different(comparison).len();
    let events = |count: usize| if count == 1 { "1 event".to_owned() } else { format!("{count} events") };
    match different {
        0 => format!("the same on {}", events(comparison.events)),
        _ => format!("different on {different} of {}", events(comparison.events)),
    }
}

fn different(comparison: &Comparison) -> BTreeSet<&str> {
    let counted = comparison.differences.iter().filter(|difference| difference.aspect.counts());
    counted.map(|difference| difference.event.as_str()).collect()
}

fn as_json(comparison: &Comparison) -> Value {
    let unstable: Vec<_> =
        unstable(comparison).into_iter().map(|(event, aspects)| json!({"event": event, "aspects": aspects})).collect();
    let difference = |it: &Difference| {
        json!({
            "event": it.event,
            "worker": it.worker,
            "aspect": it.aspect,
            "counts": it.aspect.counts(),
            "place": it.place,
            "a": it.a,
            "b": it.b,
        })
    };
    json!({
        "schema_version": SCHEMA_VERSION,
        "same": comparison.is_same(),
        "events": comparison.events,
        "different_events": different(comparison).len(),
        "differences": comparison.differences.iter().map(difference).collect::<Vec<_>>(),
        "unstable": unstable,
    })
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

//! From what several runs of one package and a run of another led to, to their differences. Pure.

use super::capture::{Capture, Outcome};
use super::comparison::Aspect;
use super::json::{self, Place};
use super::lines::{Changed, changed, changed_contents};
use super::normal;
use serde_json::Value;
use std::collections::BTreeMap;

/// How much of one line is told.
const MOST_CHARACTERS: usize = 1_000;

/// What differs, where in it, and what both sides gave.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) aspect: Aspect,
    pub(super) place: String,
    pub(super) a: Vec<String>,
    pub(super) b: Vec<String>,
}

/// What `b` differs in from all of `runs`.
pub(super) fn compare(runs: &[Capture], b: &Capture) -> Vec<Found> {
    let mut found = outcome(runs, b);
    let mut add = |aspect, Changed { a, b }: Changed| {
        if !(a.is_empty() && b.is_empty()) {
            found.push(Found { aspect, place: String::new(), a, b });
        }
    };
    for (aspect, of) in WRITTEN {
        add(aspect, changed(&collect(runs, of), of(b)));
    }
    for (aspect, of) in LEFT {
        add(aspect, changed_contents(&runs.iter().map(of).collect::<Vec<_>>(), of(b)));
    }
    found.into_iter().map(shortened).collect()
}

/// What the runs of one package differ in among themselves.
pub(super) fn unstable(runs: &[Capture]) -> Vec<Aspect> {
    let Some((first, others)) = runs.split_first() else { return Vec::new() };
    let differs = |of: Written| others.iter().any(|run| of(run) != of(first));
    let written = WRITTEN.into_iter().filter(|(_, of)| differs(*of)).map(|(aspect, _)| aspect);
    let differs = |of: Left| others.iter().any(|run| of(run) != of(first));
    let left = LEFT.into_iter().filter(|(_, of)| differs(*of)).map(|(aspect, _)| aspect);
    let results = returned(runs).is_none_or(|values| values.iter().any(|value| values[0] != *value));
    let raises = failures(runs).is_none_or(|all| all.iter().any(|failure| *failure != all[0]));
    let outcome = match (returned(runs).is_some(), failures(runs).is_some()) {
        (true, _) => results.then_some(Aspect::Result),
        _ => raises.then_some(Aspect::Exception),
    };
    outcome.into_iter().chain(written.chain(left).filter(|aspect| aspect.counts())).collect()
}

type Written = fn(&Capture) -> &[String];

type Left = fn(&Capture) -> &BTreeMap<String, String>;

const WRITTEN: [(Aspect, Written); 3] = [
    (Aspect::Trace, |capture| &capture.trace),
    (Aspect::Stdout, |capture| &capture.stdout),
    (Aspect::Stderr, |capture| &capture.stderr),
];

const LEFT: [(Aspect, Left); 2] =
    [(Aspect::Files, |capture| &capture.files), (Aspect::Package, |capture| &capture.package)];

fn collect(runs: &[Capture], of: Written) -> Vec<Vec<String>> {
    runs.iter().map(|run| of(run).to_vec()).collect()
}

fn outcome(runs: &[Capture], b: &Capture) -> Vec<Found> {
    if let (Some(values), Outcome::Returned(value)) = (returned(runs), &b.outcome) {
        return results(&values, value);
    }
    let raised = |a, b| vec![Found { aspect: Aspect::Exception, place: String::new(), a, b }];
    match (failures(runs), &b.outcome) {
        (Some(all), Outcome::Failed(lines)) => {
            let all: Vec<_> = all.into_iter().map(<[String]>::to_vec).collect();
            let differ = changed(&all, lines);
            if differ.is_empty() { Vec::new() } else { raised(all[0].clone(), lines.clone()) }
        }
        (Some(all), Outcome::Returned(value)) => raised(all[0].to_vec(), vec![format!("returned {value}")]),
        (None, Outcome::Failed(lines)) => match returned(runs) {
            Some(values) => raised(vec![format!("returned {}", values[0])], lines.clone()),
            // The first package returned once and failed once.
            None => Vec::new(),
        },
        (None, Outcome::Returned(_)) => Vec::new(),
    }
}

/// The values, where every run returned one.
fn returned(runs: &[Capture]) -> Option<Vec<&Value>> {
    let mut values = Vec::new();
    for run in runs {
        let Outcome::Returned(value) = &run.outcome else { return None };
        values.push(value);
    }
    Some(values)
}

/// The failures, where every run failed.
fn failures(runs: &[Capture]) -> Option<Vec<&[String]>> {
    let mut failures = Vec::new();
    for run in runs {
        let Outcome::Failed(lines) = &run.outcome else { return None };
        failures.push(&lines[..]);
    }
    Some(failures)
}

/// The places where `b` differs from a value that every run gave, or from the text that they have in common.
fn results(values: &[&Value], b: &Value) -> Vec<Found> {
    let known: Vec<Place<'_>> =
        values[1..].iter().flat_map(|value| json::differences(values[0], value, usize::MAX)).collect();
    let told = |value: Option<&Value>| value.map(Value::to_string).into_iter().collect();
    json::differences(values[0], b, json::MOST_PLACES)
        .into_iter()
        .filter(|(place, a, b)| !is_known(&known, place, *a, *b))
        .map(|(place, a, b)| Found { aspect: Aspect::Result, place, a: told(a), b: told(b) })
        .collect()
}

/// Whether runs of the first package differ in this place themselves. Texts that differ there in nothing but
/// times and the like have to differ in nothing else here either.
fn is_known(known: &[Place<'_>], place: &str, a: Option<&Value>, b: Option<&Value>) -> bool {
    let covers = |outer: &str| place.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    let text = |value: Option<&Value>| value.and_then(Value::as_str).map(normal::without_times);
    known.iter().filter(|(outer, ..)| covers(outer)).any(|(_, first, other)| {
        let alike = text(*first).is_some() && text(*first) == text(*other);
        !alike || text(a) == text(b)
    })
}

fn shortened(found: Found) -> Found {
    let short = |lines: Vec<String>| lines.into_iter().map(shorten).collect();
    Found { a: short(found.a), b: short(found.b), ..found }
}

fn shorten(line: String) -> String {
    match line.char_indices().nth(MOST_CHARACTERS) {
        Some((at, _)) => format!("{}... ({} bytes)", &line[..at], line.len()),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn capture(outcome: Outcome) -> Capture {
        let nothing = Vec::new;
        Capture {
            outcome,
            trace: nothing(),
            stdout: nothing(),
            stderr: nothing(),
            files: BTreeMap::new(),
            package: BTreeMap::new(),
        }
    }

    fn value(value: Value) -> Capture {
        capture(Outcome::Returned(value))
    }

    fn failure(text: &str) -> Capture {
        capture(Outcome::Failed(text.lines().map(str::to_owned).collect()))
    }

    fn places(runs: &[Capture], b: &Capture) -> Vec<(Aspect, String)> {
        compare(runs, b).into_iter().map(|found| (found.aspect, found.place)).collect()
    }

    #[test]
    fn what_differs_between_runs_of_the_first_does_not_count() {
        let runs = [value(json!({"n": 1, "id": "a"})), value(json!({"n": 1, "id": "b"}))];
        assert_eq!(places(&runs, &value(json!({"n": 1, "id": "c"}))), []);
        assert_eq!(places(&runs, &value(json!({"n": 2, "id": "c"}))), [(Aspect::Result, "/n".to_owned())]);
        assert_eq!(unstable(&runs), [Aspect::Result]);
    }

    #[test]
    fn a_text_with_a_time_in_it_is_still_compared() {
        let body = |time: &str, rows: u32| value(json!({"body": format!("at 03:04:{time} {rows} rows")}));
        let runs = [body("05", 3), body("06", 3)];
        assert_eq!(places(&runs, &body("07", 3)), []);
        assert_eq!(places(&runs, &body("07", 4)), [(Aspect::Result, "/body".to_owned())]);
    }

    #[test]
    fn returning_and_raising_differ() {
        let returns = || [value(json!(1)), value(json!(1))];
        let raises = || [failure("E [code]\ntext"), failure("E [code]\ntext")];
        assert_eq!(compare(&returns(), &failure("E [code]\ntext"))[0].a, ["returned 1"]);
        assert_eq!(compare(&raises(), &value(json!(1)))[0].b, ["returned 1"]);
        assert_eq!(places(&raises(), &failure("E [code]\nother")), [(Aspect::Exception, String::new())]);
        assert_eq!(places(&raises(), &failure("E [code]\ntext")), []);
        let [either, or] = [value(json!(1)), failure("E [code]\ntext")];
        assert_eq!(places(&[either, or], &value(json!(2))), []);
    }

    #[test]
    fn long_lines_are_cut() {
        let long = value(json!("x".repeat(5_000)));
        let line = &compare(&[value(json!(1)), value(json!(1))], &long)[0].b[0];
        assert!(line.len() < 1_100 && line.ends_with("... (5002 bytes)"), "{line}");
    }
}

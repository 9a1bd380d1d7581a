//! Text without what differs from run to run by nature.

use regex::{Regex, RegexSet};
use std::path::Path;
use std::sync::LazyLock;

/// What is replaced in what a function writes, in this order. In results nothing but paths is: a result that
/// holds a time differs between two runs of the same package too, and is known by that.
const PATTERNS: &[(&str, &str)] = &[
    (r"\b[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\b", "[uuid]"),
    (r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d)?(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?", "[time]"),
    (r"\b\d{1,2}:\d\d:\d\d(?:[.,]\d+)?\b", "[time]"),
    // Seconds or milliseconds since 1970, from 2017 to 2033.
    (r"\b1[5-9]\d{8}(?:\d{3}|\.\d+)?\b", "[time]"),
    (r"\b\d+(?:\.\d+)?(?:e-?\d+)? ?(?:ns|us|µs|ms|s|sec|secs|seconds|milliseconds|microseconds)\b", "[duration]"),
    (r"\b0x[0-9a-fA-F]{5,16}\b", "[address]"),
    (r#"(?i)\b((?:pid|process)"?[ =:#]{0,3})\d+\b"#, "${1}[pid]"),
    // How Node begins its warnings.
    (r"(?m)^\(node:\d+\)", "(node:[pid])"),
];

static COMPILED: LazyLock<(RegexSet, Vec<Regex>)> = LazyLock::new(|| {
    let set = RegexSet::new(PATTERNS.iter().map(|(pattern, _)| pattern));
    let each = PATTERNS.iter().map(|(pattern, _)| Regex::new(pattern));
    // A pattern that does not compile is a defect that the test below finds.
    (set.unwrap_or_else(|_| RegexSet::empty()), each.filter_map(Result::ok).collect())
});

/// Knows one run's own paths.
#[derive(Debug, Clone)]
pub(super) struct Normal {
    /// Paths as text and what they are called, the longest first.
    paths: Vec<(String, &'static str)>,
}

impl Normal {
    /// For a run of the package in `package`, with this directory for temporary files.
    pub(super) fn new(package: &Path, temporary: &Path) -> Self {
        let mut paths = vec![(package.display().to_string(), "[package]"), (temporary.display().to_string(), "[tmp]")];
        if let Ok(real) = temporary.canonicalize() {
            paths.push((real.display().to_string(), "[tmp]"));
        }
        paths.sort_by_key(|(path, _)| std::cmp::Reverse(path.len()));
        Self { paths }
    }

    /// Text of a result: without the run's own paths.
    pub(super) fn paths(&self, text: &str) -> String {
        let replace = |text: String, (path, name): &(String, &str)| {
            if text.contains(path.as_str()) { text.replace(path.as_str(), name) } else { text }
        };
        self.paths.iter().fold(text.to_owned(), replace)
    }

    /// Text that a function writes or raises: also without times, addresses and numbers of processes.
    pub(super) fn text(&self, text: &str) -> String {
        without_times(&self.paths(text))
    }
}

/// Text without times, durations, addresses, UUIDs and numbers of processes.
pub(super) fn without_times(text: &str) -> String {
    let (set, each) = &*COMPILED;
    let replace = |text: String, at: usize| each[at].replace_all(&text, PATTERNS[at].1).into_owned();
    set.matches(text).into_iter().fold(text.to_owned(), replace)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_by_nature_is_left_out() {
        let normal = Normal::new(Path::new("/srv/fn"), Path::new("/srv/fn-tmp"));
        let cases = [
            ("/srv/fn/app.py wrote /srv/fn-tmp/x", "[package]/app.py wrote [tmp]/x"),
            ("2026-01-02T03:04:05.678Z INFO ready", "[time] INFO ready"),
            ("2026-01-02 03:04:05,678 ready at 03:04:05", "[time] ready at [time]"),
            ("at 1767322800 and 1767322800.25 and 1767322800123", "at [time] and [time] and [time]"),
            ("took 12.5 ms, 3s, 1.2e-05 seconds", "took [duration], [duration], [duration]"),
            ("<object at 0x7f12ab34cd56>", "<object at [address]>"),
            ("id 123e4567-e89b-12d3-a456-426614174000", "id [uuid]"),
            ("process 4711, pid=12, {\"pid\": 12}", "process [pid], pid=[pid], {\"pid\": [pid]}"),
            ("(node:12) Warning: old", "(node:[pid]) Warning: old"),
            ("3 rows, 12 items, version 1.2.3, 0x1f", "3 rows, 12 items, version 1.2.3, 0x1f"),
        ];
        for (text, expected) in cases {
            assert_eq!(normal.text(text), expected);
        }
        assert_eq!(normal.paths("/srv/fn at 03:04:05"), "[package] at 03:04:05");
    }

    #[test]
    fn every_pattern_compiles() {
        assert_eq!(COMPILED.1.len(), PATTERNS.len());
        assert_eq!(COMPILED.0.len(), PATTERNS.len());
    }
}

//! From the reports of several runs to one tree. Pure.

use super::report::{Report, Row};
use std::collections::HashMap;

/// Gives packages that were imported on the way to a submodule to whoever wanted the submodule: importing `a.b`
/// imports `a` first, which is no part of `a.b`. The sums around them stay what they were.
pub(super) fn lift_packages(rows: &mut [Row]) {
    for at in 0..rows.len() {
        while let Some(parent) = rows[at].parent
            && rows[parent].name.strip_prefix(rows[at].name.as_str()).is_some_and(|rest| rest.starts_with('.'))
        {
            rows[at].parent = rows[parent].parent;
        }
    }
}

/// The rows of the quickest run, with the median of what each module took by itself in all runs; memory as in
/// `memory`, a run that measured it.
pub(super) fn merge(times: &[Report], memory: Option<&Report>) -> Vec<Row> {
    let Some(quickest) = times.iter().min_by_key(|report| report.phases.init) else { return Vec::new() };
    let mut seen: HashMap<Key<'_>, Vec<i64>> = HashMap::new();
    for report in times {
        for (key, row) in keys(&report.rows) {
            seen.entry(key).or_default().push(row.self_ns);
        }
    }
    let grown: HashMap<_, _> = memory.iter().flat_map(|report| keys(&report.rows)).collect();
    let merged = keys(&quickest.rows).map(|(key, row)| Row {
        self_ns: seen.get(&key).map_or(row.self_ns, |values| median(values)),
        self_bytes: grown.get(&key).map_or(0, |row| row.self_bytes),
        ..row.clone()
    });
    merged.collect()
}

/// A module's name, and how many rows of that name were before it: a module that cannot be imported may be tried
/// more than once.
type Key<'a> = (&'a str, usize);

fn keys(rows: &[Row]) -> impl Iterator<Item = (Key<'_>, &Row)> {
    let mut count: HashMap<&str, usize> = HashMap::new();
    rows.iter().map(move |row| {
        let number = count.entry(&row.name).or_default();
        *number += 1;
        ((row.name.as_str(), *number), row)
    })
}

/// The middle value, of an even number the lower of the two.
pub(super) fn median<T: Copy + Ord + Default>(values: &[T]) -> T {
    let mut values = values.to_vec();
    values.sort_unstable();
    values.get((values.len().max(1) - 1) / 2).copied().unwrap_or_default()
}

/// The sum of what each row and those below it give; no row is above itself ([`Report::parse`]).
pub(super) fn cumulate<T: Copy + std::ops::AddAssign>(rows: &[Row], own: impl Fn(&Row) -> T) -> Vec<T> {
    let mut sums: Vec<T> = rows.iter().map(&own).collect();
    for row in rows {
        let mut above = row.parent;
        while let Some(parent) = above {
            sums[parent] += own(row);
            above = rows[parent].parent;
        }
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::super::report::{Phase, Phases};
    use super::*;

    fn row(name: &str, parent: Option<usize>, self_ns: i64) -> Row {
        Row { name: name.into(), file: None, parent, phase: Phase::Init, failed: false, self_ns, self_bytes: 0 }
    }

    #[test]
    fn packages_stand_beside_their_submodules() {
        let mut rows = [row("app", None, 1), row("a.b.c", Some(0), 2), row("a.b", Some(1), 4), row("a", Some(2), 8)];
        lift_packages(&mut rows);
        assert_eq!(rows.iter().map(|row| row.parent).collect::<Vec<_>>(), [None, Some(0), Some(0), Some(0)]);
        assert_eq!(cumulate(&rows, |row| row.self_ns), [15, 2, 4, 8]);
        let mut unrelated = [row("ab", None, 1), row("a", Some(0), 1)];
        lift_packages(&mut unrelated);
        assert_eq!(unrelated[1].parent, Some(0));
    }

    #[test]
    fn runs_are_merged_by_module() {
        let report = |init, times: &[(&str, i64)]| Report {
            rows: times.iter().map(|(name, time)| row(name, None, *time)).collect(),
            phases: Phases { init: Some(init), first: None },
            es_modules: 0,
        };
        let runs = [
            report(30, &[("a", 1), ("x", 5), ("x", 7), ("late", 1)]),
            report(20, &[("x", 6), ("a", 3), ("x", 9)]),
            report(40, &[("a", 2), ("x", 1), ("x", 8)]),
        ];
        let merged: Vec<_> = merge(&runs, None).into_iter().map(|row| (row.name, row.self_ns)).collect();
        assert_eq!(merged, [("x".into(), 5), ("a".into(), 2), ("x".into(), 8)]);
        assert_eq!(merge(&[], None).len(), 0);
    }
}

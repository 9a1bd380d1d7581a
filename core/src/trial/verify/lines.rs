//! Where two texts differ, line by line, past what the first differs in from itself.

use std::collections::BTreeMap;

/// How many lines of one difference are told.
const MOST_LINES: usize = 40;
/// How many lines are compared in any order but the given one: the effort grows with the square.
const MOST_COMPARED: usize = 2_000;

/// Lines of the first text and of the second that the other has not.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Changed {
    pub(super) a: Vec<String>,
    pub(super) b: Vec<String>,
}

impl Changed {
    pub(super) fn is_empty(&self) -> bool {
        self.a.is_empty() && self.b.is_empty()
    }
}

/// What `b` lacks and adds, where several runs of the other package gave `runs`.
///
/// A line that not every run has does not count. Where runs differ in it, `b` may have as many lines of its own
/// as the run that has most of them.
pub(super) fn changed(runs: &[Vec<String>], b: &[String]) -> Changed {
    let Some((first, others)) = runs.split_first() else { return Changed::default() };
    let stable = others.iter().fold(first.clone(), |stable, run| common(&stable, run));
    let kept = common(&stable, b);
    let (missing, added) = (without(&stable, &kept), without(b, &kept));
    let room = runs.iter().map(|run| run.len() - stable.len()).max().unwrap_or(0);
    let added = if added.len() <= room { Vec::new() } else { added };
    Changed { a: cut(missing), b: cut(added) }
}

/// What `b` lacks, adds and has otherwise of named contents, where several runs of the other package gave `runs`.
/// A content that differs between those runs does not count, a name as in [`changed`].
pub(super) fn changed_contents(runs: &[&BTreeMap<String, String>], b: &BTreeMap<String, String>) -> Changed {
    let names = |files: &BTreeMap<String, String>| files.keys().cloned().collect::<Vec<_>>();
    let all: Vec<_> = runs.iter().map(|run| names(run)).collect();
    let mut found = changed(&all, &names(b));
    let Some((first, others)) = runs.split_first() else { return found };
    let agreed = first.iter().filter(|(name, content)| others.iter().all(|run| run.get(*name) == Some(content)));
    for (name, content) in agreed {
        if let Some(other) = b.get(name).filter(|other| *other != content) {
            found.a.push(format!("{name}: {content}"));
            found.b.push(format!("{name}: {other}"));
        }
    }
    Changed { a: cut(found.a), b: cut(found.b) }
}

/// The longest common subsequence.
fn common(a: &[String], b: &[String]) -> Vec<String> {
    let before = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let (head, a, b) = (&a[..before], &a[before..], &b[before..]);
    let after = a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count();
    let (a, tail) = a.split_at(a.len() - after);
    let b = &b[..b.len() - after];
    [head, &middle(&a[..a.len().min(MOST_COMPARED)], &b[..b.len().min(MOST_COMPARED)]), tail].concat()
}

fn middle(a: &[String], b: &[String]) -> Vec<String> {
    let mut lengths = vec![vec![0_u16; b.len() + 1]; a.len() + 1];
    for i in (0..a.len()).rev() {
        for j in (0..b.len()).rev() {
            lengths[i][j] =
                if a[i] == b[j] { lengths[i + 1][j + 1] + 1 } else { lengths[i + 1][j].max(lengths[i][j + 1]) };
        }
    }
    let (mut i, mut j, mut found) = (0, 0, Vec::new());
    while i < a.len() && j < b.len() {
        if a[i] == b[j] {
            found.push(a[i].clone());
            (i, j) = (i + 1, j + 1);
        } else if lengths[i + 1][j] >= lengths[i][j + 1] {
            i += 1;
        } else {
            j += 1;
        }
    }
    found
}

/// The lines of `all` that are not in `part`, one of its subsequences.
fn without(all: &[String], part: &[String]) -> Vec<String> {
    let mut part = part.iter().peekable();
    all.iter().filter(|line| part.next_if(|next| next == line).is_none()).cloned().collect()
}

fn cut(mut lines: Vec<String>) -> Vec<String> {
    if lines.len() > MOST_LINES {
        let more = lines.len() - MOST_LINES;
        lines.truncate(MOST_LINES);
        lines.push(format!("... and {more} more lines"));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    fn told(runs: &[&str], b: &str) -> (String, String) {
        let runs: Vec<_> = runs.iter().map(|run| lines(run)).collect();
        let Changed { a, b } = changed(&runs, &lines(b));
        (a.join(" "), b.join(" "))
    }

    #[test]
    fn what_is_missing_and_what_is_added() {
        assert_eq!(told(&["a b c", "a b c"], "a b c"), (String::new(), String::new()));
        assert_eq!(told(&["a b c", "a b c"], "a x c"), ("b".into(), "x".into()));
        assert_eq!(told(&["a b", "a b"], "b a"), ("a".into(), "a".into()));
        assert_eq!(told(&["", ""], "x"), (String::new(), "x".into()));
    }

    #[test]
    fn what_differs_between_runs_does_not_count() {
        assert_eq!(told(&["a r1 c", "a r2 c"], "a r3 c"), (String::new(), String::new()));
        assert_eq!(told(&["a r1 c", "a r2 c"], "a r3"), ("c".into(), String::new()));
        assert_eq!(told(&["a r1 c", "a r2 c"], "a r3 c x"), (String::new(), "r3 x".into()));
    }
}

//! Which module was loaded for which.

use super::{name, share, whole_us};
use crate::talk;
use headstart::trial::Profile;
use std::fmt::Write;

/// What takes less than this part of the whole is summed up.
const LEAST_PART: u64 = 200;
/// How deep lines are indented.
const DEEPEST: usize = 40;

/// The tree, of each module's children those that took longest first.
pub(crate) fn tree(profile: &Profile) -> String {
    let mut text = String::from("\ncumulative  share  self\n");
    let mut left = vec![Line::Children { of: None, depth: 0 }];
    while let Some(line) = left.pop() {
        match line {
            Line::Module { at, depth } => {
                let module = &profile.modules[at];
                add(&mut text, module.cumulative_us, profile, &talk::time(module.self_us), depth, &name(module));
                left.push(Line::Children { of: Some(at), depth: depth + 1 });
            }
            Line::Rest { count, spent, depth } => {
                add(&mut text, spent, profile, "", depth, &format!("and {count} more"));
            }
            Line::Children { of, depth } => left.extend(children(profile, of, depth).into_iter().rev()),
        }
    }
    text
}

/// What is still to be written.
enum Line {
    Module { at: usize, depth: usize },
    Rest { count: usize, spent: u64, depth: usize },
    Children { of: Option<usize>, depth: usize },
}

fn children(profile: &Profile, of: Option<usize>, depth: usize) -> Vec<Line> {
    let modules = &profile.modules;
    let mut below: Vec<_> = (0..modules.len()).filter(|at| modules[*at].parent == of).collect();
    below.sort_by_key(|at| std::cmp::Reverse(modules[*at].cumulative_us));
    let long = below.partition_point(|at| modules[*at].cumulative_us * LEAST_PART >= whole_us(profile));
    let rest = below.split_off(long);
    let mut lines: Vec<_> = below.into_iter().map(|at| Line::Module { at, depth }).collect();
    let spent = rest.iter().map(|at| modules[*at].cumulative_us).sum();
    if !rest.is_empty() && depth < DEEPEST {
        lines.push(Line::Rest { count: rest.len(), spent, depth });
    }
    lines
}

fn add(text: &mut String, cumulative: u64, profile: &Profile, own: &str, depth: usize, name: &str) {
    let share = share(cumulative, whole_us(profile));
    let indent = "  ".repeat(depth.min(DEEPEST));
    let _ = writeln!(text, "{:>10} {share:>6} {own:>8}  {indent}{name}", talk::time(cumulative));
}

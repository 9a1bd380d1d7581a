//! The modules that took longest, and the distributions that they belong to.

use super::{memory, name, share, whole_us};
use crate::talk;
use comfy_table::{CellAlignment, Table, presets};
use headstart::trial::{ModuleProfile, Profile, Share};

/// How many distributions are listed.
const MOST_DISTRIBUTIONS: usize = 10;

/// Distributions and modules, those that took longest first, `top` modules of them.
pub(crate) fn table(profile: &Profile, top: usize) -> String {
    let shares = profile.distributions();
    let by_distribution =
        if shares.len() > 1 { format!("\n{}\n", distributions(profile, &shares).trim_fmt()) } else { String::new() };
    format!(
        "{by_distribution}\n{}\n{}not in any module: {}\n",
        modules(profile, top).trim_fmt(),
        rest(profile, top),
        talk::time(profile.outside_us)
    )
}

fn distributions(profile: &Profile, shares: &[Share]) -> Table {
    let mut table = headed(["self", "share", "memory", "modules", "distribution"]);
    for share_of in shares.iter().take(MOST_DISTRIBUTIONS) {
        table.add_row([
            talk::time(share_of.self_us),
            share(share_of.self_us, whole_us(profile)),
            memory(share_of.self_bytes),
            share_of.modules.to_string(),
            share_of.distribution.clone().unwrap_or_else(|| "(own code and standard library)".into()),
        ]);
    }
    table
}

fn modules(profile: &Profile, top: usize) -> Table {
    let mut table = headed(["self", "share", "cumulative", "memory", "module"]);
    for module in by_self(profile).into_iter().take(top) {
        table.add_row([
            talk::time(module.self_us),
            share(module.self_us, whole_us(profile)),
            talk::time(module.cumulative_us),
            memory(module.self_bytes),
            name(module),
        ]);
    }
    table
}

fn by_self(profile: &Profile) -> Vec<&ModuleProfile> {
    let mut modules: Vec<_> = profile.modules.iter().collect();
    modules.sort_by_key(|module| std::cmp::Reverse(module.self_us));
    modules
}

/// The line for the modules that are not listed.
fn rest(profile: &Profile, top: usize) -> String {
    let rest: Vec<_> = by_self(profile).into_iter().skip(top).collect();
    let spent = rest.iter().map(|module| module.self_us).sum();
    if rest.is_empty() { String::new() } else { format!("and {} more: {}\n", rest.len(), talk::time(spent)) }
}

fn headed<const N: usize>(names: [&str; N]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(names);
    for column in table.column_iter_mut().take(N - 1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

//! A profile for reading.

mod table;
mod tree;

pub(crate) use table::table;
pub(crate) use tree::tree;

use crate::talk;
use headstart::trial::{ModuleProfile, Phase, Profile};
use std::fmt::Write;

/// What stands above the table and the tree: what each phase took, and what it takes without the profiler.
pub(crate) fn heading(profile: &Profile) -> String {
    let mut text = String::new();
    let init = Some((profile.init_us, profile.plain_init_us));
    let first = profile.first_us.zip(profile.plain_first_us);
    for (name, phase, spans) in [("import", Phase::Init, init), ("first event", Phase::First, first)] {
        let Some((measured, plain)) = spans else { continue };
        let modules = profile.modules.iter().filter(|module| module.phase == phase).count();
        let (measured, plain) = (talk::time(measured), talk::time(plain));
        let _ = writeln!(text, "{name}: {measured} with {modules} modules, {plain} without the profiler");
    }
    text
}

/// A module as it is called in both.
fn name(module: &ModuleProfile) -> String {
    let late = if module.phase == Phase::First { " (first event)" } else { "" };
    let failed = if module.failed { " (failed)" } else { "" };
    format!("{}{late}{failed}", module.name)
}

/// Everything that was measured.
fn whole_us(profile: &Profile) -> u64 {
    profile.init_us + profile.first_us.unwrap_or(0)
}

#[expect(clippy::cast_precision_loss, reason = "two digits are printed")]
fn share(part: u64, whole: u64) -> String {
    format!("{:.0} %", part as f64 / whole.max(1) as f64 * 100.0)
}

/// Growth of memory, which may be negative; nothing where there is next to none.
fn memory(bytes: i64) -> String {
    let sign = if bytes < 0 { "-" } else { "" };
    match bytes.unsigned_abs() {
        0..52_429 => String::new(),
        some => format!("{sign}{}", talk::bytes(some)),
    }
}

//! What a Cargo project could build otherwise. What that would save is known only once it is built.

use super::subject::Subject;
use crate::package::{CargoCrate, CargoProject, Product};
use crate::slim::{Finding, Rule};
use std::collections::BTreeMap;

/// The profile that is built without optimization unless it is told otherwise.
const DEVELOPMENT: &str = "dev";

pub(super) fn find(subject: &Subject<'_>) -> Vec<Finding> {
    let Some(project) = subject.package.cargo() else { return Vec::new() };
    profile(project).into_iter().chain(duplicates(project)).collect()
}

fn profile(project: &CargoProject) -> Vec<Finding> {
    if project.profile == DEVELOPMENT {
        return vec![Finding::new(Rule::DebugBuild, format!("{} was built with profile dev", project.package))];
    }
    let option = |text: String| Finding::new(Rule::ReleaseProfile, text);
    unset(project).into_iter().map(|text| option(format!("profile {}: {text}", project.profile))).collect()
}

/// The options that are left at a default which is not the smallest or the fastest to load
/// (<https://doc.rust-lang.org/cargo/reference/profiles.html#default-profiles>).
fn unset(project: &CargoProject) -> Vec<&'static str> {
    let settings = &project.settings;
    let mut unset = Vec::new();
    if settings.lto.as_deref().is_none_or(|value| ["false", "off"].contains(&value)) {
        unset.push("`lto` is off; \"fat\" leaves out code that crates do not use of each other");
    }
    if settings.codegen_units.as_deref() != Some("1") {
        unset.push("`codegen-units` is not 1; fewer units are optimized together better");
    }
    if settings.opt_level.as_deref().is_none_or(|level| !["s", "z"].contains(&level)) {
        unset.push("`opt-level` is for speed; \"s\" makes less code, if the function does not compute much");
    }
    // A library has to answer with an error where its handler panics, which takes unwinding.
    if project.product == Product::Program && settings.panic.as_deref() != Some("abort") {
        unset.push("`panic` unwinds; \"abort\" takes out the code for it, and ends the process where it panics");
    }
    unset
}

fn duplicates(project: &CargoProject) -> Vec<Finding> {
    let mut by_package: BTreeMap<&str, Vec<&CargoCrate>> = BTreeMap::new();
    for it in &project.crates {
        by_package.entry(&it.package).or_default().push(it);
    }
    let told = |(name, mut crates): (&str, Vec<&CargoCrate>)| {
        crates.dedup_by_key(|it| &it.version);
        let versions: Vec<_> =
            crates.iter().map(|it| format!("{} (for {})", it.version, it.dependents.join(", "))).collect();
        (versions.len() > 1).then(|| Finding::new(Rule::DuplicateCrate, format!("{name}: {}", versions.join("; "))))
    };
    by_package.into_iter().filter_map(told).collect()
}

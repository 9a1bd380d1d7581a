//! The JavaScript and TypeScript tracer on the packages below `testdata/trace/node`.
#![cfg(feature = "node-analyzer")]
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

mod support;

use std::collections::BTreeSet;

/// The lines of the list of hazards that a trace answers for.
const HAZARDS: std::ops::RangeInclusive<u32> = 28..=38;

#[test]
fn every_case_comes_to_what_it_says() {
    let mut wrong = Vec::new();
    let mut hazards = BTreeSet::new();
    for (name, directory) in support::cases(&support::testdata().join("trace/node")) {
        let (case, found) = support::trace::run(&directory);
        hazards.insert(case.hazard);
        wrong.extend(found.into_iter().map(|it| format!("{name}: {it}")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let missing: Vec<_> = HAZARDS.filter(|hazard| !hazards.contains(hazard)).collect();
    assert!(missing.is_empty(), "no case stands for hazards {missing:?}");
}

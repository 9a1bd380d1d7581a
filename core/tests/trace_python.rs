//! The Python tracer on the packages below `testdata/trace/python`.
#![cfg(feature = "python-analyzer")]
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

mod support;

use std::collections::BTreeSet;

/// The lines of the list of hazards that a trace answers for.
const HAZARDS: &[u32] = &[1, 2, 3, 4, 5, 6, 7, 11, 12, 16, 18];

#[test]
fn every_case_comes_to_what_it_says() {
    let mut wrong = Vec::new();
    let mut hazards = BTreeSet::new();
    for (name, directory) in support::cases(&support::testdata().join("trace/python")) {
        let (case, found) = support::trace::run(&directory);
        hazards.insert(case.hazard);
        wrong.extend(found.into_iter().map(|it| format!("{name}: {it}")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let missing: Vec<_> = HAZARDS.iter().filter(|hazard| !hazards.contains(*hazard)).collect();
    assert!(missing.is_empty(), "no case stands for hazards {missing:?}");
}

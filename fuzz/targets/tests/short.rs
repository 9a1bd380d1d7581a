//! Every target on its seeds and on inputs made from them, for a few seconds: what breaks at the first touch.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

use headstart_fuzz_targets::mutate::Mutator;
use headstart_fuzz_targets::{TARGETS, seeds};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::Path;
use std::time::{Duration, Instant};

const EACH: Duration = Duration::from_secs(2);
/// No input takes longer, on a busy machine and without optimization.
const MOST: Duration = Duration::from_secs(20);

fn run(name: &str, target: fn(&[u8]), input: &[u8]) {
    let begun = Instant::now();
    if let Err(panic) = catch_unwind(AssertUnwindSafe(|| target(input))) {
        println!("{name} panics on b\"{}\"", input.escape_ascii());
        resume_unwind(panic);
    }
    assert!(begun.elapsed() < MOST, "{name} takes {:?} on b\"{}\"", begun.elapsed(), input.escape_ascii());
}

fn fuzz(name: &str) {
    let (_, target) = TARGETS.iter().find(|(it, _)| *it == name).expect("a target");
    let seeds = seeds::of(name, &Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata"));
    assert!(!seeds.is_empty(), "{name} has no seeds");
    let begun = Instant::now();
    seeds.iter().take_while(|_| begun.elapsed() < EACH).for_each(|seed| run(name, *target, seed));
    let mut mutator = Mutator::new(1);
    while begun.elapsed() < 2 * EACH {
        run(name, *target, &mutator.next(&seeds));
    }
}

macro_rules! each {
    ($( $name:ident )*) => {
        $(
            #[test]
            fn $name() {
                fuzz(stringify!($name));
            }
        )*

        #[test]
        fn every_target_is_run() {
            let run = [$( stringify!($name), )*];
            assert_eq!(run.to_vec(), TARGETS.iter().map(|(name, _)| *name).collect::<Vec<_>>());
        }
    };
}

each! {
    archive bake_report baseline binary cache_entry cold_archive compiled configuration decoder elf events http_events image javascript
    package_json profile_report python python_metadata python_path record runtime_api zygote_plan
}

//! Writes the seeds of every target below a directory, for libFuzzer.
#![expect(clippy::expect_used, reason = "a tool")]

use headstart_fuzz_targets::{TARGETS, seeds};
use std::path::Path;

fn main() {
    let into = std::env::args_os().nth(1).expect("a directory to write to");
    let testdata = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata");
    for (name, _) in TARGETS {
        let directory = Path::new(&into).join(name);
        std::fs::create_dir_all(&directory).expect("a directory");
        for (number, seed) in seeds::of(name, &testdata).iter().enumerate() {
            std::fs::write(directory.join(format!("seed-{number}")), seed).expect("a seed");
        }
    }
}

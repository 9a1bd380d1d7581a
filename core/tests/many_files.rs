//! A package of 200,000 files is looked into in bounded time and memory. Alone in its file: the process is measured.
#![cfg(feature = "python-analyzer")]
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

use headstart::package::{OpenOptions, Package};
use headstart::slim::{Analysis, Plan, PlanOptions, TraceOptions, trace};
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

const DIRECTORIES: usize = 400;
const FILES: usize = 500;
/// Without optimization, on a busy machine.
const MOST_TIME: Duration = Duration::from_secs(90);
const MOST_MEMORY: u64 = 1 << 30;

/// Half modules, of which each imports the next, half data.
fn make(directory: &Path) {
    fs::write(directory.join("app.py"), "import pkg.d0.m0\ndef handler(event, context): return event\n").unwrap();
    for number in 0..DIRECTORIES {
        let below = directory.join(format!("pkg/d{number}"));
        fs::create_dir_all(&below).unwrap();
        let data = below.join("0.bin");
        fs::write(&data, "data").unwrap();
        for file in 0..FILES / 2 {
            let next = if number % 40 == 0 { format!("import pkg.d{number}.m{}\n", file + 1) } else { String::new() };
            fs::write(below.join(format!("m{file}.py")), next).unwrap();
            fs::hard_link(&data, below.join(format!("{}.bin", file + 1))).unwrap();
        }
    }
}

/// The largest size that this process has had in memory.
fn peak_memory() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().strip_suffix(" kB")?.parse::<u64>().ok()? * 1024)
}

#[test]
fn two_hundred_thousand_files() {
    let directory = tempfile::tempdir().unwrap();
    make(directory.path());
    let begun = Instant::now();
    let mut options = OpenOptions::default();
    options.entry = Some("app.handler".into());
    options.runtime = Some("python3.12".into());
    let package = Package::open(directory.path(), &options).unwrap();
    assert!(package.tree().files().len() > 200_000);
    let traced = trace(&package, &TraceOptions::default()).unwrap();
    assert!(traced.parsed() >= FILES / 2);
    let analysis = Analysis::of(&package, Some(&traced), package.version(), None);
    assert_eq!(analysis.files, package.tree().files().len());
    Plan::of(&package, &traced, PlanOptions::default());
    assert!(begun.elapsed() < MOST_TIME, "{:?}", begun.elapsed());
    match peak_memory() {
        Some(peak) => assert!(peak < MOST_MEMORY, "{} MiB", peak >> 20),
        None => println!("skipped: memory is not told on this system"),
    }
}

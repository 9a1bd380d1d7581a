//! `cargo xtask fuzz`: the targets below fuzz/, driven by libFuzzer on the stable toolchain.
//!
//! The flags are those of `cargo fuzz` without a sanitizer: the core has no `unsafe` code where it reads files, and
//! what is looked for are panics, hangs and memory without end.

use crate::shell::{Outcome, command, empty, output, root, run as run_program, target};
use std::path::{Path, PathBuf};

/// Coverage for libFuzzer (`cargo-fuzz`, src/project.rs).
const FLAGS: &str = "--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
                     -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
                     -Cllvm-args=-sanitizer-coverage-trace-compares";
/// What an input may take: seconds, and MiB of the whole process.
const LIMITS: &[&str] = &["-timeout=20", "-rss_limit_mb=2048", "-max_len=65536", "-print_final_stats=1"];

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Only these; all where none is named
    targets: Vec<String>,
    /// For how long each runs
    #[arg(long, default_value_t = 60)]
    seconds: u32,
}

pub(crate) fn run(arguments: &Arguments) -> Outcome {
    let seeds = target().join("fuzz/seeds");
    empty(&seeds)?;
    let packed = ["run", "--locked", "--quiet", "-p", "headstart-fuzz-targets", "--example", "seeds", "--"];
    run_program(command("cargo", packed).arg(&seeds))?;
    let programs = build()?;
    let all = names(&seeds)?;
    for name in if arguments.targets.is_empty() { &all } else { &arguments.targets } {
        if !all.contains(name) {
            return Err(format!("there is no target {name}; there are {}", all.join(", ")));
        }
        fuzz(&programs.join(name), name, &seeds.join(name), arguments.seconds)?;
    }
    println!("nothing was found");
    Ok(())
}

/// The targets: each has a directory of seeds.
fn names(seeds: &Path) -> Outcome<Vec<String>> {
    let entries = std::fs::read_dir(seeds).map_err(|error| crate::shell::about(seeds, &error))?;
    let mut names: Vec<_> = entries.flatten().map(|it| it.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    Ok(names)
}

/// Builds the programs, which need a C++ compiler; the directory that they are in.
fn build() -> Outcome<PathBuf> {
    let version = output(&mut command("rustc", ["-vV"]))?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).ok_or("rustc names no host")?.to_owned();
    let directory = target().join("fuzz");
    // With a target named, the flags are not those of build scripts and macros.
    let mut build =
        command("cargo", ["build", "--locked", "--quiet", "--manifest-path", "fuzz/Cargo.toml", "--target"]);
    run_program(build.arg(&host).env("RUSTFLAGS", FLAGS).env("CARGO_TARGET_DIR", &directory))?;
    Ok(directory.join(host).join("debug"))
}

/// Runs one target; what breaks it is left in fuzz/artifacts, what covers new code in fuzz/corpus.
fn fuzz(program: &Path, name: &str, seeds: &Path, seconds: u32) -> Outcome {
    let corpus = root().join("fuzz/corpus").join(name);
    let artifacts = root().join("fuzz/artifacts").join(name);
    for directory in [&corpus, &artifacts] {
        std::fs::create_dir_all(directory).map_err(|error| crate::shell::about(directory, &error))?;
    }
    let mut fuzz = command(program, LIMITS);
    fuzz.arg(format!("-max_total_time={seconds}")).arg(format!("-artifact_prefix={}/", artifacts.display()));
    run_program(fuzz.arg(&corpus).arg(seeds)).map_err(|error| format!("{error}; see {}", artifacts.display()))
}

//! Running programs, and saying what runs.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

/// How long the tests of one command may take, many times what they take: as `timeout` has it.
const TESTS_AT_MOST: &str = "25m";

/// What a task fails with: a sentence for people.
pub(crate) type Outcome<T = ()> = Result<T, String>;

/// The repository.
pub(crate) fn root() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.parent().unwrap_or(manifest).to_owned()
}

/// Where tasks put what they make.
pub(crate) fn target() -> PathBuf {
    root().join("target")
}

/// A program to be run in the repository; what Cargo builds for it goes into `target`, whatever is usual on this machine.
pub(crate) fn command<S: AsRef<OsStr>>(program: impl AsRef<OsStr>, arguments: impl IntoIterator<Item = S>) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(root()).stdin(Stdio::null()).env_remove("CARGO_TARGET_DIR");
    command
}

/// Gives a program that starts workers the project's own state directory, native launcher and CRIU.
pub(crate) fn with_launcher<'a>(command: &'a mut Command, native_launcher: &Path) -> &'a mut Command {
    command.envs(crate::criu::program().map(|program| ("HEADSTART_CRIU", program)));
    command.env("HEADSTART_STATE_DIR", target().join("state")).env("HEADSTART_NATIVE_LAUNCHER", native_launcher)
}

/// Makes an empty directory, whatever stood there.
pub(crate) fn empty(directory: &Path) -> Outcome {
    if directory.exists() {
        std::fs::remove_dir_all(directory).map_err(|error| about(directory, &error))?;
    }
    std::fs::create_dir_all(directory).map_err(|error| about(directory, &error))
}

/// Runs a program to its end; fails where it fails.
pub(crate) fn run(command: &mut Command) -> Outcome {
    let line = line(command);
    eprintln!("xtask: {line}");
    let begun = Instant::now();
    let status = command.status().map_err(|error| format!("failed to start `{line}`: {error}"))?;
    eprintln!("xtask: {:.1}s", begun.elapsed().as_secs_f64());
    if status.success() { Ok(()) } else { Err(format!("`{line}` ended with {status}")) }
}

/// Runs tests to their end; ends them, and what they started, where that does not come. They end with this process too.
pub(crate) fn run_tests(tests: &Command) -> Outcome {
    let mut limited = command("setpriv", ["--pdeathsig", "TERM", "timeout", "--kill-after=10", TESTS_AT_MOST]);
    limited.arg(tests.get_program()).args(tests.get_args());
    for (name, value) in tests.get_envs() {
        match value {
            Some(value) => limited.env(name, value),
            None => limited.env_remove(name),
        };
    }
    run(limited.current_dir(tests.get_current_dir().unwrap_or(&root())))
}

/// Runs a program and gives what it wrote to standard output.
pub(crate) fn output(command: &mut Command) -> Outcome<String> {
    let (text, ended) = told(command)?;
    ended.map(|()| text)
}

/// Runs a program; what it wrote to standard output, however it ended, and how.
pub(crate) fn told(command: &mut Command) -> Outcome<(String, Outcome)> {
    let line = line(command);
    let output =
        command.stderr(Stdio::inherit()).output().map_err(|error| format!("failed to start `{line}`: {error}"))?;
    let text = String::from_utf8(output.stdout).map_err(|_| format!("`{line}` wrote something that is not text"))?;
    let ended = if output.status.success() { Ok(()) } else { Err(format!("`{line}` ended with {}", output.status)) };
    Ok((text, ended))
}

fn line(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let words: Vec<_> = words.map(|word| word.to_string_lossy()).collect();
    words.join(" ").replace(&format!("{}/", root().display()), "")
}

/// Runs `make` unless it was run for the same key before; the key stands in a file in `directory`.
pub(crate) fn once(directory: &Path, key: &str, make: impl FnOnce() -> Outcome) -> Outcome {
    let stamp = directory.join(".stamp");
    if std::fs::read_to_string(&stamp).is_ok_and(|found| found == key) {
        return Ok(());
    }
    empty(directory)?;
    make()?;
    std::fs::write(&stamp, key).map_err(|error| about(&stamp, &error))
}

/// A digest of files and texts, to tell whether something is to be made again.
pub(crate) fn key(files: &[PathBuf], texts: &[&str]) -> Outcome<String> {
    let mut hasher = blake3::Hasher::new();
    for file in files {
        hasher.update(&std::fs::read(file).map_err(|error| about(file, &error))?);
        hasher.update(&[0]);
    }
    for text in texts {
        hasher.update(text.as_bytes()).update(&[0]);
    }
    Ok(hasher.finalize().to_hex().to_string())
}

/// Every file below a directory, without what running it left, in order.
pub(crate) fn files(directory: &Path) -> Outcome<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut left = vec![directory.to_owned()];
    while let Some(directory) = left.pop() {
        for entry in std::fs::read_dir(&directory).map_err(|error| about(&directory, &error))? {
            let path = entry.map_err(|error| about(&directory, &error))?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            match path.is_dir() {
                true if !["__pycache__", "node_modules", "target"].contains(&name.as_str()) => left.push(path),
                true => {}
                false => found.push(path),
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Copies a directory, without what running it left.
pub(crate) fn copy(from: &Path, to: &Path) -> Outcome {
    for file in files(from)? {
        let target = to.join(file.strip_prefix(from).map_err(|error| error.to_string())?);
        std::fs::create_dir_all(target.parent().unwrap_or(to)).map_err(|error| about(&target, &error))?;
        std::fs::copy(&file, &target).map_err(|error| about(&file, &error))?;
    }
    Ok(())
}

/// An error of the file system, with the file.
pub(crate) fn about(path: &Path, error: &std::io::Error) -> String {
    format!("{}: {error}", path.display())
}

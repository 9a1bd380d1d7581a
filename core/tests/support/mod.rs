//! What integration tests share.
#![allow(dead_code, unused_imports, unused_macros, reason = "not every test uses every part")]

pub(crate) mod children;
#[cfg(feature = "serve")]
pub(crate) mod http;
#[cfg(feature = "analyzer")]
pub(crate) mod objects;
pub(crate) mod remains;
#[cfg(feature = "redis-store")]
pub(crate) mod server;
pub(crate) mod setting;
#[cfg(feature = "analyzer")]
pub(crate) mod trace;

use headstart::Host;
use headstart::host::HostBuilder;
use std::path::{Path, PathBuf};

/// The directory of test data.
pub(crate) fn testdata() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../testdata").canonicalize().expect("testdata")
}

/// The directories below `path`, by name.
pub(crate) fn cases(path: &Path) -> Vec<(String, PathBuf)> {
    let mut found: Vec<_> = std::fs::read_dir(path)
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()))
        .map(|entry| entry.expect("entry").path())
        .filter(|path| path.is_dir() && !path.ends_with("__pycache__"))
        .map(|path| (path.file_name().expect("name").to_string_lossy().into_owned(), path))
        .collect();
    found.sort();
    assert!(!found.is_empty(), "no cases in {}", path.display());
    found
}

/// A host with a state directory of its own, and the native launcher that was built beside the tests.
pub(crate) fn host(state: &Path) -> HostBuilder {
    let tests = std::env::current_exe().expect("the test's program");
    let launcher = tests.ancestors().nth(2).expect("target/debug").join("headstart-native-launcher");
    Host::builder().state_dir(state).native_launcher(launcher)
}

/// Whether the search path has a program; says so where it has not.
pub(crate) fn has(program: &str) -> bool {
    let found = std::process::Command::new(program).arg("--version").output().is_ok();
    if !found {
        println!("skipped: {program} is not on this machine");
    }
    found
}

/// Tests that need a Python; skipped by name where there is none.
macro_rules! python_tests {
    ($($(#[$attribute:meta])* async fn $name:ident() $body:block)*) => {
        $($(#[$attribute])* #[tokio::test]
        async fn $name() {
            if $crate::support::has("python3") { $body }
        })*
    };
}
pub(crate) use python_tests;

/// Compiles the native handler of a case into a package of its own.
pub(crate) fn compile(case: &Path, package: &Path) -> Result<(), String> {
    let root = testdata().join("..");
    let mut compiler = std::process::Command::new("cc");
    compiler.args(["-shared", "-fPIC", "-O1", "-Wall", "-Wextra", "-Werror", "-Wno-null-dereference"]);
    compiler.arg("-I").arg(root.join("runtimes/native")).arg("-I").arg(testdata().join("include"));
    compiler.arg("-o").arg(package.join("libhandler.so")).arg(case.join("handler.c"));
    let status = compiler.status().map_err(|error| error.to_string())?;
    if status.success() { Ok(()) } else { Err("it does not compile".into()) }
}

/// Numbers that look random (xorshift), the same in every run.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }

    /// A place in something of that length, or its end; every place where it is empty.
    pub(crate) fn at_most(&mut self, length: usize) -> usize {
        usize::try_from(self.below(length as u64 + 1)).expect("no longer than a length")
    }
}

/// What callers that run at once come to together: replies and errors.
pub(crate) async fn total<C>(callers: impl Iterator<Item = C>) -> [u32; 2]
where
    C: Future<Output = [u32; 2]> + Send + 'static,
{
    let running: Vec<_> = callers.map(tokio::spawn).collect();
    let mut total = [0, 0];
    for caller in running {
        let [replies, errors] = caller.await.expect("no panic");
        total = [total[0] + replies, total[1] + errors];
    }
    total
}

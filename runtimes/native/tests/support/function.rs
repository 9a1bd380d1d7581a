//! Functions, and the launcher that runs them as the platform would start it.

use super::server::Server;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// The repository.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the repository")
}

/// An interpreter of the search path; says so where there is none.
pub(crate) fn interpreter(name: &str, words: [&str; 2]) -> Option<PathBuf> {
    let told = Command::new(name).args(words).output().ok().filter(|it| it.status.success());
    let found = told.map(|it| PathBuf::from(String::from_utf8_lossy(&it.stdout).trim().to_owned()));
    if found.is_none() {
        println!("skipped: {name} is not on this machine");
    }
    found
}

pub(crate) fn python() -> Option<PathBuf> {
    interpreter("python3", ["-c", "import sys; print(sys.executable)"])
}

pub(crate) fn node() -> Option<PathBuf> {
    interpreter("node", ["-p", "process.execPath"])
}

/// A package with these files.
pub(crate) fn package(files: &[(&str, &str)]) -> TempDir {
    let directory = tempfile::tempdir().expect("a directory");
    for (name, text) in files {
        let path = directory.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
        std::fs::write(path, text).expect("a file");
    }
    directory
}

/// A handler library in C; nothing where there is no compiler, which is said.
pub(crate) fn library(source: &str) -> Option<TempDir> {
    let directory = package(&[("handler.c", source)]);
    let mut compiler = Command::new("cc");
    compiler.args(["-shared", "-fPIC", "-o", "libfn.so", "handler.c", "-I"]);
    compiler.arg(root().join("runtimes/native")).current_dir(directory.path());
    let Ok(status) = compiler.status() else {
        println!("skipped: cc is not on this machine");
        return None;
    };
    assert!(status.success(), "the handler does not compile");
    Some(directory)
}

/// The command that the platform starts.
pub(crate) fn launcher(server: &Server, package: &Path, handler: &str, interpreter: Option<&Path>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_headstart-native-launcher"));
    command.arg("lambda").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.env("AWS_LAMBDA_RUNTIME_API", &server.address).env("_HANDLER", handler);
    command.env("LAMBDA_TASK_ROOT", package).env("HEADSTART_LAUNCHERS", root().join("runtimes"));
    command.env("AWS_LAMBDA_FUNCTION_NAME", "fn").env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512");
    command.envs(interpreter.map(|path| ("HEADSTART_INTERPRETER", path)));
    command
}

/// A launcher that runs; dropped, it is killed.
pub(crate) struct Running(Option<Child>);

impl Running {
    pub(crate) fn start(mut command: Command) -> Self {
        Self(Some(command.spawn().expect("the launcher starts")))
    }

    pub(crate) fn pid(&self) -> i32 {
        self.0.as_ref().expect("it runs").id().cast_signed()
    }

    /// Asks it to end.
    pub(crate) fn terminate(&self) {
        let pid = rustix::process::Pid::from_raw(self.pid()).expect("a process");
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).expect("it runs");
    }

    /// Waits for its end: exit code, and output.
    pub(crate) fn ended(mut self) -> (Option<i32>, String, String) {
        let child = self.0.as_mut().expect("it runs");
        let begun = Instant::now();
        while child.try_wait().expect("it can be waited for").is_none() {
            assert!(begun.elapsed() < Duration::from_secs(20), "it does not end");
            std::thread::sleep(Duration::from_millis(5));
        }
        let Output { status, stdout, stderr } = self.0.take().expect("it runs").wait_with_output().expect("its output");
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        (status.code(), text(stdout), text(stderr))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(child) = &mut self.0 {
            // It may have ended.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

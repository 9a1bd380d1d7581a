//! Whether shared objects can be loaded, found out by loading them.

use crate::config::environment;
use crate::error::{Code, Error, Result};
use crate::package::Language;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

const PYTHON: &str = include_str!("../../../launchers/python/headstart_slim/load.py");
const NODE: &str = include_str!("../../../launchers/node/slim/load.cjs");
const LOADED: &[u8] = b"headstart: loaded";
const NOT_LOADED: &[u8] = b"headstart: not loaded";
/// One object may take this long: some build tables or start threads when they are loaded.
const TIMEOUT: Duration = Duration::from_secs(30);

/// What loads objects as the function's own interpreter does.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Loader<'a> {
    pub(crate) language: Language,
    pub(crate) interpreter: &'a Path,
}

impl Loader<'_> {
    /// For each of `paths`, absolute, whether it can be loaded; `told` hears of each answer, and may stop the work.
    ///
    /// One that ends the process, or takes longer than 30 seconds, cannot. Fails with `runtime.not_found` where the
    /// interpreter does not start.
    pub(crate) fn load(self, paths: &[PathBuf], told: &dyn Fn() -> Result<()>) -> Result<Vec<bool>> {
        let mut answers = Vec::new();
        while answers.len() < paths.len() {
            let rest = &paths[answers.len()..];
            let mut process = self.start(rest)?;
            while let Some(answer) = process.answer() {
                told()?;
                answers.push(answer);
            }
            if answers.len() < paths.len() {
                told()?;
                answers.push(false);
            }
        }
        answers.truncate(paths.len());
        Ok(answers)
    }

    fn start(self, paths: &[PathBuf]) -> Result<Process> {
        let mut command = Command::new(self.interpreter);
        match self.language {
            Language::Node => command.args(["-e", NODE]),
            _ => command.args(["-I", "-S", "-B", "-c", PYTHON]),
        };
        command.env_clear().envs(environment::passed_on());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().map_err(|error| {
            Error::new(Code::RuntimeNotFound, "load shared objects", error.to_string())
                .with("interpreter", self.interpreter.display())
                .caused_by(error)
        })?;
        let mut list = Vec::new();
        for path in paths {
            list.extend_from_slice(path.as_os_str().as_bytes());
            list.push(b'\n');
        }
        let (sender, answers) = channel();
        let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
        // Both end with the process.
        std::thread::spawn(move || stdin.map(|mut stdin| stdin.write_all(&list)));
        std::thread::spawn(move || {
            for line in stdout.into_iter().flat_map(|stdout| BufReader::new(stdout).split(b'\n')).flatten() {
                let is_heard = match &*line {
                    LOADED => sender.send(true).is_ok(),
                    NOT_LOADED => sender.send(false).is_ok(),
                    _ => true,
                };
                if !is_heard {
                    break;
                }
            }
        });
        Ok(Process { child, answers })
    }
}

/// A process that loads objects, ended with this.
struct Process {
    child: Child,
    answers: Receiver<bool>,
}

impl Process {
    /// The next answer; `None` where there is none in time, or none any more.
    fn answer(&mut self) -> Option<bool> {
        self.answers.recv_timeout(TIMEOUT).ok()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It has ended, or is not wanted any longer.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[cfg(test)]
#[expect(clippy::print_stdout, reason = "tests that are skipped say so")]
mod tests {
    use super::*;

    fn python() -> Option<PathBuf> {
        let output = Command::new("python3").args(["-I", "-c", "import sys; print(sys.executable)"]).output().ok()?;
        let text = String::from_utf8(output.stdout).ok()?;
        output.status.success().then(|| text.trim().into())
    }

    #[test]
    fn what_cannot_be_loaded_is_told_and_the_rest_goes_on() {
        let Some(python) = python() else { return println!("skipped: python3 is not on this machine") };
        let code = "import _ctypes; print(_ctypes.__file__)";
        let output = Command::new(&python).args(["-I", "-c", code]).output().unwrap();
        let good = PathBuf::from(String::from_utf8(output.stdout).unwrap().trim());
        let directory = tempfile::tempdir().unwrap();
        let text = directory.path().join("text.so");
        std::fs::write(&text, "no object").unwrap();
        let paths = [text.clone(), good.clone(), text, good];
        let loader = Loader { language: Language::Python, interpreter: &python };
        assert_eq!(loader.load(&paths, &|| Ok(())).unwrap(), [false, true, false, true]);
        let stopped = || Err(Error::new(Code::HostStopped, "slim the package", "it was interrupted"));
        assert_eq!(loader.load(&paths, &stopped).unwrap_err().code(), Code::HostStopped);
    }

    #[test]
    fn an_object_that_ends_the_process_cannot_be_loaded() {
        // A program in the interpreter's place that answers once and dies.
        let directory = tempfile::tempdir().unwrap();
        let program = directory.path().join("python");
        std::fs::write(&program, "#!/bin/sh\nread path\necho 'headstart: loaded'\nkill -9 $$\n").unwrap();
        std::fs::set_permissions(&program, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        let loader = Loader { language: Language::Python, interpreter: &program };
        let paths = ["a", "b", "c"].map(PathBuf::from);
        assert_eq!(loader.load(&paths, &|| Ok(())).unwrap(), [true, false, true]);
    }
}

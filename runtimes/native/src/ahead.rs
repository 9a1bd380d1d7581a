//! Reading ahead of a start: what an image says is read from a cold disk is asked of the kernel while the interpreter
//! begins.

use headstart::error::{Code, Error, Result};
use headstart::preload::Reads;
use headstart::sys::fork::{Forked, fork};
use std::convert::Infallible;
use std::ffi::OsString;
use std::io;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

const USAGE: &str = "usage: --ahead IMAGE PACKAGE PROGRAM [ARGUMENT ...]";

/// Becomes a program, with the image, the package and the command as arguments. An image that cannot be read is told of
/// by the program that uses it.
pub(crate) fn run(mut arguments: impl Iterator<Item = OsString>) -> Result<Infallible> {
    let mut next = || arguments.next().ok_or_else(|| Error::new(Code::ConfigMissing, "read ahead", USAGE));
    let (image, package, program) = (PathBuf::from(next()?), PathBuf::from(next()?), next()?);
    // Without it the program starts all the same.
    let _ = read(&image, &package);
    let error = Command::new(&program).args(arguments).exec();
    Err(Error::new(Code::WorkerSpawnFailed, "start the program", error.to_string()).with("program", program.display()))
}

/// Leaves the reading to a process that is no child of the program to come, which waits for its own.
fn read(image: &Path, package: &Path) -> io::Result<()> {
    if let Forked::Parent(child) = fork()? {
        let child = i32::try_from(child).ok().and_then(rustix::process::Pid::from_raw);
        rustix::process::waitpid(child, rustix::process::WaitOptions::empty())?;
        return Ok(());
    }
    if matches!(fork(), Ok(Forked::Child)) {
        // Whoever reads the program's output is not to wait for this process.
        let nothing = std::fs::File::options().read(true).write(true).open("/dev/null");
        if nothing.is_ok_and(|nothing| silence(&nothing).is_ok()) {
            Reads::at(image, package).bring();
        }
    }
    std::process::exit(0)
}

fn silence(nothing: &std::fs::File) -> io::Result<()> {
    rustix::stdio::dup2_stdin(nothing)?;
    rustix::stdio::dup2_stdout(nothing)?;
    Ok(rustix::stdio::dup2_stderr(nothing)?)
}

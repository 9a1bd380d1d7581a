//! The plain arm of native functions: loads the library, says so, reads one event, calls the handler. Nothing
//! of the protocol; what benchmarks compare workers with.

use crate::library::Handler;
use headstart::bootstrap::Invocation;
use headstart::error::{Code, Error, Result};
use std::ffi::OsString;
use std::io::{self, BufRead, Write};

/// Runs with the package and the entry as arguments.
pub(crate) fn run(mut arguments: impl Iterator<Item = OsString>) -> Result<()> {
    let mut next = || {
        arguments
            .next()
            .and_then(|text| text.into_string().ok())
            .ok_or_else(|| Error::new(Code::ConfigMissing, "run a plain invocation", "usage: --plain PACKAGE ENTRY"))
    };
    let (package, entry) = (next()?, next()?);
    std::env::set_current_dir(&package).map_err(|error| failed(&error))?;
    let handler = Handler::load(&package, &entry.parse()?)?;
    say(b"ready")?;
    let mut event = Vec::new();
    let mut stdin = io::stdin().lock();
    stdin.read_until(b'\n', &mut event).map_err(|error| failed(&error))?;
    say(&handler.call(&Invocation { budget_us: 0, context: b"", payload: event.trim_ascii() }, 1)?)?;
    stdin.read_until(b'\n', &mut event).map_err(|error| failed(&error))?;
    Ok(())
}

fn say(text: &[u8]) -> Result<()> {
    let mut stdout = io::stdout().lock();
    let line = [b"\n\x1e", text, b"\n"].concat();
    stdout.write_all(&line).and_then(|()| stdout.flush()).map_err(|error| failed(&error))
}

fn failed(error: &io::Error) -> Error {
    Error::new(Code::SystemIo, "run a plain invocation", error.to_string())
}

//! The native launcher: a worker that runs functions in machine code.
//!
//! A library, so that the command line can act as its own launcher where the small program is not installed.

mod ahead;
mod hooks;
mod lambda;
mod library;
mod plain;
mod preload;
mod serve;
mod zygote;

use headstart::bootstrap::blocking::Channel;
use headstart::bootstrap::message::{self, Hello};
use headstart::bootstrap::{Kind, VERSIONS};
use headstart::error::{Code, Error, Result};
use headstart::sys::{clock, descriptor};
use std::ffi::OsString;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

/// The exit code after an error of the protocol.
const EXIT_PROTOCOL: u8 = 70;
/// The exit code where the launcher was started by hand.
const EXIT_USAGE: u8 = 64;
/// The exit code where a program could not be started, as shells have it.
const EXIT_NOT_STARTED: u8 = 127;

/// The name under which platforms start a program that is a runtime, and the subcommand that says the same.
const LAMBDA: [&str; 2] = ["bootstrap", "lambda"];

/// Runs the program: as a runtime of AWS Lambda where that is its name or the first of its arguments, else as
/// [`main`] does. The arguments begin with the program's name.
pub fn program(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let mut arguments = arguments.into_iter().peekable();
    let name = arguments.next().map(PathBuf::from).unwrap_or_default();
    let [bootstrap, subcommand] = LAMBDA;
    if name.file_name() == Some(bootstrap.as_ref()) {
        return lambda::run(arguments);
    }
    match arguments.next_if(|it| it == subcommand) {
        Some(_) => lambda::run(arguments),
        None => main(arguments),
    }
}

/// Runs a worker on the descriptor that the first argument names, until the host ends it; with `--plain`, one
/// invocation without a host; with `--ahead IMAGE PACKAGE PROGRAM ...`, becomes a program, whose reads are asked of the
/// kernel ahead.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let (entered, entered_ns) = (Instant::now(), clock::monotonic_ns());
    let mut arguments = arguments.into_iter();
    let first = arguments.next();
    if first.as_deref() == Some("--plain".as_ref()) {
        return match plain::run(arguments) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => complain(&error, EXIT_USAGE),
        };
    }
    if first.as_deref() == Some("--ahead".as_ref()) {
        return match ahead::run(arguments) {
            Ok(never) => match never {},
            Err(error) => complain(&error, EXIT_NOT_STARTED),
        };
    }
    match connect(first) {
        Ok(channel) => finish(run(channel, entered, entered_ns)),
        Err(error) => complain(&error, EXIT_USAGE),
    }
}

fn connect(argument: Option<OsString>) -> Result<Channel> {
    let refuse = |message: String| Error::new(Code::ConfigInvalid, "take over the host's socket", message);
    let number = argument.and_then(|text| text.to_str()?.parse::<i32>().ok());
    let number = number.ok_or_else(|| refuse("this program is started by a headstart host".into()))?;
    let socket = descriptor::inherited(number).map_err(|error| refuse(error.to_string()).caused_by(error))?;
    descriptor::close_on_exec(&socket).map_err(|error| refuse(error.to_string()).caused_by(error))?;
    Ok(Channel::new(UnixStream::from(socket)))
}

fn run(mut channel: Channel, entered: Instant, entered_ns: u64) -> Result<()> {
    let hello = Hello {
        versions: VERSIONS.to_vec(),
        runtime: "native".into(),
        runtime_version: env!("CARGO_PKG_VERSION").into(),
        launcher: env!("CARGO_PKG_VERSION").into(),
        pid: std::process::id(),
        entered_ns,
    };
    channel.send(Kind::Hello, 0, &message::encode(&hello))?;
    serve::welcome(channel, microseconds(entered))
}

fn finish(outcome: Result<()>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => complain(&error, EXIT_PROTOCOL),
    }
}

fn complain(error: &Error, code: u8) -> ExitCode {
    say(&format!("failed to {error}"));
    ExitCode::from(code)
}

#[expect(clippy::print_stderr, reason = "standard error is where a launcher says what it has to say")]
fn say(text: &str) {
    eprintln!("headstart: {text}");
}

fn microseconds(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_micros()).unwrap_or(u64::MAX)
}

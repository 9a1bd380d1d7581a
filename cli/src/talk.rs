//! Talking to people: standard error, colours only on a terminal, hints last.

use crate::arguments::LogFormat;
use crate::traces::Traces;
use anstyle::{AnsiColor, Style};
use headstart::Error;
use headstart::config::environment;
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;
use std::io::{BufWriter, Write};
use tracing_subscriber::fmt::format::FmtSpan;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, fmt};

const RED: Style = AnsiColor::Red.on_default().bold();
const YELLOW: Style = AnsiColor::Yellow.on_default().bold();
const CYAN: Style = AnsiColor::Cyan.on_default().bold();
const DIM: Style = Style::new().dimmed();

/// Sends what the library says to standard error, by `HEADSTART_LOG` or else by how often -v was given.
pub(crate) fn start_logging(verbose: u8) {
    let filter = filter(verbose, "headstart=warn");
    let logging = tracing_subscriber::fmt().with_env_filter(filter).with_writer(anstream::stderr);
    let logging = logging.with_span_events(FmtSpan::CLOSE).without_time();
    // Only fails where logging was started before, as tests may do.
    let _ = logging.try_init();
}

/// The same for a server, with the time, and with what functions write and what callers are told; and its traces.
pub(crate) fn start_serving_logs(verbose: u8, format: LogFormat, traces: Option<&Traces>) {
    let filter = filter(verbose, "headstart=warn,headstart::serve=info,headstart::function=info");
    let lines = match format {
        LogFormat::Text => fmt::layer().with_writer(anstream::stderr).with_filter(filter).boxed(),
        LogFormat::Json => {
            fmt::layer().json().flatten_event(true).with_writer(std::io::stderr).with_filter(filter).boxed()
        }
    };
    // Only fails where logging was started before, as tests may do.
    let _ = tracing_subscriber::registry().with(traces.map(Traces::layer)).with(lines).try_init();
}

fn filter(verbose: u8, quiet: &str) -> EnvFilter {
    let default = [quiet, "headstart=info,headstart_cli=info", "headstart=debug", "trace"];
    let default = default[usize::from(verbose).min(default.len() - 1)].to_owned();
    EnvFilter::new(environment::log_filter().unwrap_or(default))
}

/// Says what failed, what user code raised, and what to do next.
pub(crate) fn error(error: &Error) {
    let mut text = format!("{RED}error{RED:#}: failed to {error} {DIM}[{}]{DIM:#}\n", error.code());
    for line in error.exception().iter().flat_map(|exception| &exception.trace) {
        text.extend(["  ", line, "\n"]);
    }
    if let Some(hint) = error.hint_text() {
        text.extend([format!("{CYAN}hint{CYAN:#}: "), format!("{hint}\n")]);
    }
    say(text.as_bytes());
}

/// Says what did not stop the command and should be known.
pub(crate) fn warning(text: &str) {
    say(format!("{YELLOW}warning{YELLOW:#}: {text}\n").as_bytes());
}

/// A bar on standard error, where that is a terminal.
pub(crate) fn progress(steps: u64, name: &str) -> ProgressBar {
    let bar = ProgressBar::new(steps).with_message(name.to_owned());
    let style = ProgressStyle::with_template("{msg} {bar:30} {pos}/{len} {eta}");
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

/// Writes to standard error as it is; that nobody reads it is nobody's loss.
pub(crate) fn say(bytes: &[u8]) {
    let _ = anstream::stderr().write_all(bytes);
}

/// Writes data to standard output, colours only where that is a terminal.
pub(crate) fn data(bytes: &[u8]) -> Result<(), Error> {
    let mut stdout = anstream::stdout().lock();
    written(stdout.write_all(bytes).and_then(|()| stdout.flush()))
}

/// Writes a value as JSON to standard output.
pub(crate) fn json<T: Serialize + ?Sized>(value: &T) -> Result<(), Error> {
    let mut stdout = BufWriter::with_capacity(1 << 16, std::io::stdout().lock());
    let told = serde_json::to_writer_pretty(&mut stdout, value).map_err(std::io::Error::from);
    written(told.and_then(|()| stdout.write_all(b"\n")).and_then(|()| stdout.flush()))
}

fn written(outcome: std::io::Result<()>) -> Result<(), Error> {
    match outcome {
        // Whoever reads has seen enough, as `head` does.
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        other => other.map_err(|error| {
            Error::new(headstart::Code::SystemIo, "write the result", error.to_string()).caused_by(error)
        }),
    }
}

/// `1 file`, `12 files`.
pub(crate) fn count(number: usize, thing: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {thing}{plural}")
}

/// Microseconds as people read them.
pub(crate) fn time(microseconds: u64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "three digits are printed")]
    let milliseconds = microseconds as f64 / 1000.0;
    match milliseconds {
        0.0..10.0 => format!("{milliseconds:.2} ms"),
        10.0..1000.0 => format!("{milliseconds:.0} ms"),
        _ => format!("{:.2} s", milliseconds / 1000.0),
    }
}

/// Bytes as people read them.
pub(crate) fn bytes(count: u64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "one digit after the point is printed")]
    let kibibytes = count as f64 / 1024.0;
    match count {
        0..1024 => format!("{count} B"),
        1024..0x10_0000 => format!("{kibibytes:.1} KiB"),
        _ => format!("{:.1} MiB", kibibytes / 1024.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_read_well() {
        assert_eq!([time(950), time(12_300), time(2_345_000)], ["0.95 ms", "12 ms", "2.35 s"]);
        assert_eq!([count(1, "file"), count(2, "file")], ["1 file", "2 files"]);
        assert_eq!([bytes(7), bytes(1536), bytes(3 << 19)], ["7 B", "1.5 KiB", "1.5 MiB"]);
    }
}

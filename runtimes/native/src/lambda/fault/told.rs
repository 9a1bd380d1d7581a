//! One fault: how it is told to the Runtime API, to X-Ray and in the log.

use super::super::instance::Ended;
use super::places::Place;
use headstart::error::Error;
use headstart::sys::process::Exit;
use serde_json::{Value, json};
use std::fmt;
use std::io::Write;

/// The longest cause that X-Ray is told: the longest header that AWS's clients send.
const MOST_CAUSE: usize = 1 << 20;
/// What stands in place of the spaces that a line of a trace begins with, so that log viewers keep them.
const NO_BREAK_SPACE: &str = "\u{a0}";

/// In whose form it is told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Style {
    /// As the platform tells of runtimes.
    #[default]
    Plain,
    /// As awslambdaric does.
    Python,
    /// As aws-lambda-ric does.
    Node,
}

/// What went wrong.
#[derive(Debug, Clone, Default)]
pub(crate) struct Fault {
    pub(super) style: Style,
    /// `ValueError`, `Runtime.ImportModuleError`.
    pub(super) kind: String,
    pub(super) message: String,
    /// In the form of its style.
    pub(super) trace: Vec<String>,
    pub(super) places: Vec<Place>,
}

impl Fault {
    /// One that AWS has a name for.
    pub(crate) fn runtime(name: &str, message: impl Into<String>) -> Self {
        Self { kind: format!("Runtime.{name}"), message: message.into(), ..Self::default() }
    }

    /// The end of the function's process, in the platform's own words.
    pub(crate) fn of_exit(exit: Exit, request: Option<&str>) -> Self {
        let how = match exit {
            Exit::Code(0) | Exit::Unknown => "Runtime exited without providing a reason".to_owned(),
            Exit::Code(code) => format!("Runtime exited with error: exit status {code}"),
            Exit::Signal(9) => "Runtime exited with error: signal: killed".to_owned(),
            Exit::Signal(number) => format!("Runtime exited with error: signal: {number}"),
        };
        let whose = request.map(|id| format!("RequestId: {id} ")).unwrap_or_default();
        Self::runtime("ExitError", format!("{whose}Error: {how}"))
    }

    /// Something that went wrong in this process.
    pub(crate) fn of_error(error: &Error) -> Self {
        Self::runtime("Unknown", format!("failed to {error}"))
    }

    /// Why an instance is of no more use.
    pub(crate) fn of_end(ended: &Ended, request: Option<&str>) -> Self {
        match ended {
            Ended::Exited(exit) => Self::of_exit(*exit, request),
            Ended::Interrupted => Self::runtime("ExitError", "it was asked to end"),
            Ended::Failed(error) => Self::of_error(error),
        }
    }

    /// The name as a header's value.
    pub(crate) fn header(&self) -> String {
        self.kind.chars().map(|it| if it.is_ascii_graphic() { it } else { '_' }).collect()
    }

    /// The body that the Runtime API takes.
    pub(crate) fn body(&self, request: Option<&str>) -> Vec<u8> {
        let Self { kind, message, trace, .. } = self;
        let body = match self.style {
            Style::Plain => json!({"errorType": kind, "errorMessage": message}),
            Style::Python => json!({
                "errorMessage": message,
                "errorType": kind,
                "requestId": request.unwrap_or_default(),
                "stackTrace": trace,
            }),
            Style::Node => json!({"errorType": kind, "errorMessage": message, "trace": trace}),
        };
        body.to_string().into_bytes()
    }

    /// What X-Ray is told, as a header's value; nothing where it is too long for one.
    pub(crate) fn x_ray(&self) -> Option<String> {
        let stack: Vec<_> =
            self.places.iter().map(|it| json!({"label": it.label, "path": it.path, "line": it.line})).collect();
        let mut paths: Vec<_> = self.places.iter().map(|it| it.path.as_str()).collect();
        paths.sort_unstable();
        paths.dedup();
        let directory = std::env::current_dir().unwrap_or_default();
        let cause = json!({
            "working_directory": directory,
            "exceptions": [{"type": self.kind, "message": self.message, "stack": stack}],
            "paths": paths,
        });
        Some(in_ascii(&cause)).filter(|cause| cause.len() < MOST_CAUSE)
    }

    /// Writes it into the log, where AWS's clients do and as they do.
    pub(crate) fn tell(&self, request: &str) {
        let line = match self.style {
            Style::Node => self.line_of_node(request),
            _ => self.lines_of_python(),
        };
        // A log that nobody reads keeps nothing from going on.
        let mut log = std::io::stdout().lock();
        let _ = log.write_all(line.as_bytes()).and_then(|()| log.flush());
    }

    fn lines_of_python(&self) -> String {
        let mut lines = vec![format!("[ERROR] {self}"), "Traceback (most recent call last):".into()];
        for line in self.trace.iter().flat_map(|it| it.lines()) {
            let text = line.trim_start_matches(' ');
            lines.push(NO_BREAK_SPACE.repeat(line.len() - text.len()) + text);
        }
        lines.join("\r") + "\n"
    }

    fn line_of_node(&self, request: &str) -> String {
        let now = humantime::format_rfc3339_millis(std::time::SystemTime::now());
        let what = if request.is_empty() { "Init" } else { "Invoke" };
        let error = json!({"errorType": self.kind, "errorMessage": self.message, "stack": self.trace});
        format!("{now}\t{}\tERROR\t{what} Error \t{error}\n", if request.is_empty() { "undefined" } else { request })
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.kind, self.message)
    }
}

/// JSON in ASCII, for a header.
fn in_ascii(value: &Value) -> String {
    let mut text = String::new();
    for it in value.to_string().chars() {
        match it {
            it if it.is_ascii() => text.push(it),
            it => it.encode_utf16(&mut [0; 2]).iter().for_each(|unit| text.push_str(&format!("\\u{unit:04x}"))),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_ascii_and_one_line() {
        let fault = Fault { kind: "Ä b\r\nX: y".into(), message: "ü\n𝄞".into(), ..Fault::default() };
        assert_eq!(fault.header(), "__b__X:_y");
        let cause = fault.x_ray().unwrap();
        assert!(
            cause.contains(r"\u00fc\n\ud834\udd1e") && cause.bytes().all(|it| it.is_ascii_graphic() || it == b' '),
            "{cause}"
        );
        assert_eq!(Fault { message: "x".repeat(MOST_CAUSE), ..fault }.x_ray(), None);
    }

    #[test]
    fn ends_are_told_as_the_platform_does() {
        let told = |exit| Fault::of_exit(exit, Some("r")).message;
        assert_eq!(told(Exit::Code(7)), "RequestId: r Error: Runtime exited with error: exit status 7");
        assert_eq!(told(Exit::Signal(9)), "RequestId: r Error: Runtime exited with error: signal: killed");
        assert_eq!(told(Exit::Code(0)), "RequestId: r Error: Runtime exited without providing a reason");
    }
}

//! The one error of the crate, and the stable codes it carries.
//!
//! Text reads as a fragment after "failed to ": `invoke report: handler did not answer within 3s`. Programs
//! match on [`Error::code`]; the same strings appear in Python, in Node, in the command line's JSON and in
//! `docs/reference/errors.md`, which is generated from [`Code::ALL`].

mod code;
mod output;

pub use code::{Area, Code};
pub use output::Output;

use std::fmt;

/// What every fallible operation of this crate returns.
pub type Result<T, E = Error> = std::result::Result<T, E>;

type Source = Box<dyn std::error::Error + Send + Sync + 'static>;

/// A failed operation: a stable code, the operation, what it was about, and what to do next.
///
/// The type is one pointer wide, so that `Result<T, Error>` stays small.
///
/// ```
/// use headstart::{Code, Error};
///
/// let error = Error::new(Code::FunctionNotFound, "register report", "no such directory")
///     .with("path", "/srv/report")
///     .hint("build the package first");
/// assert_eq!(error.code().as_str(), "function.not_found");
/// assert_eq!(error.to_string(), "register report: no such directory (path: /srv/report)");
/// assert_eq!(error.hint_text(), Some("build the package first"));
/// ```
pub struct Error(Box<Inner>);

struct Inner {
    code: Code,
    operation: String,
    message: String,
    context: Vec<(&'static str, String)>,
    hint: Option<String>,
    exception: Option<Exception>,
    output: Option<Output>,
    source: Option<Source>,
}

/// What user code raised, as its own language describes it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Exception {
    /// The class, `ValueError` or `TypeError`; empty where the language gives none.
    pub type_name: String,
    /// The frames of user code as lines of text, outermost first.
    pub trace: Vec<String>,
}

impl Error {
    /// An error with `code`, of the operation that was tried ("invoke report"), and what went wrong with it.
    pub fn new(code: Code, operation: impl Into<String>, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            code,
            operation: operation.into(),
            message: message.into(),
            context: Vec::new(),
            hint: None,
            exception: None,
            output: None,
            source: None,
        }))
    }

    /// Adds a name and value that say what the error was about.
    pub fn with(mut self, name: &'static str, value: impl fmt::Display) -> Self {
        self.0.context.push((name, value.to_string()));
        self
    }

    /// Says what the reader can do next; replaces the code's general advice.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.0.hint = Some(hint.into());
        self
    }

    /// Keeps the error that caused this one.
    pub fn caused_by(mut self, source: impl Into<Source>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// Attaches what user code raised.
    pub fn raised(mut self, type_name: impl Into<String>, trace: Vec<String>) -> Self {
        self.0.exception = Some(Exception { type_name: type_name.into(), trace });
        self
    }

    /// Attaches what the function wrote while it failed.
    pub fn wrote(mut self, output: Output) -> Self {
        self.0.output = Some(output);
        self
    }

    /// The same error, told of another operation.
    pub fn during(mut self, operation: impl Into<String>) -> Self {
        self.0.operation = operation.into();
        self
    }

    /// The stable code.
    pub fn code(&self) -> Code {
        self.0.code
    }

    /// What was tried, as a fragment after "failed to ".
    pub fn operation(&self) -> &str {
        &self.0.operation
    }

    /// What went wrong, without the operation and the context.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// Names and values that say what the error was about, in the order they were added.
    pub fn context(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.0.context.iter().map(|(name, value)| (*name, value.as_str()))
    }

    /// What to do next: this error's own hint, else its code's general advice.
    pub fn hint_text(&self) -> Option<&str> {
        self.0.hint.as_deref().or(self.0.code.advice())
    }

    /// What user code raised, where it did.
    pub fn exception(&self) -> Option<&Exception> {
        self.0.exception.as_ref()
    }

    /// What the function wrote during the failed operation, where anything was captured.
    pub fn output(&self) -> Option<&Output> {
        self.0.output.as_ref()
    }

    /// Whether the same call may succeed if it is made again.
    pub fn is_retryable(&self) -> bool {
        self.0.code.is_retryable()
    }

    /// The error as JSON, the form that the command line and the Node binding hand on.
    ///
    /// Fields: `code`, `operation`, `message`, `context`, `hint`, `type`, `trace`, `retryable`.
    pub fn to_json(&self) -> serde_json::Value {
        let context: serde_json::Map<_, _> =
            self.context().map(|(name, value)| (name.to_owned(), value.into())).collect();
        serde_json::json!({
            "code": self.code().as_str(),
            "operation": self.operation(),
            "message": self.message(),
            "context": context,
            "hint": self.hint_text(),
            "type": self.exception().map(|exception| &exception.type_name),
            "trace": self.exception().map(|exception| &exception.trace),
            "retryable": self.is_retryable(),
        })
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.0.operation)?;
        if let Some(Exception { type_name, .. }) = self.exception().filter(|it| !it.type_name.is_empty()) {
            write!(f, "{type_name}: ")?;
        }
        f.write_str(&self.0.message)?;
        for (position, (name, value)) in self.context().enumerate() {
            write!(f, "{}{name}: {value}", if position == 0 { " (" } else { ", " })?;
        }
        f.write_str(if self.0.context.is_empty() { "" } else { ")" })
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("code", &self.0.code.as_str())
            .field("text", &self.to_string())
            .field("exception", &self.0.exception)
            .field("source", &self.0.source)
            .finish_non_exhaustive()
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_ref().map(|source| &**source as _)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_names_operation_exception_and_context() {
        let error = Error::new(Code::FunctionRaised, "invoke report", "no rows")
            .with("function", "report")
            .with("request", 7)
            .raised("ValueError", vec!["app.py:3 in handler".into()]);
        assert_eq!(error.to_string(), "invoke report: ValueError: no rows (function: report, request: 7)");
        assert_eq!(error.to_json()["type"], "ValueError");
    }

    #[test]
    fn source_is_kept() {
        let error = Error::new(Code::SystemIo, "open x", "it failed").caused_by(std::io::Error::other("why"));
        assert_eq!(std::error::Error::source(&error).expect("source").to_string(), "why");
    }
}

//! What a runtime says of an error.

use crate::bootstrap::message::Failure;
use crate::error::Code;
use serde_json::Value;

/// The type of an error whose body does not say one.
const UNKNOWN: &str = "Runtime.Unknown";

/// An error as a runtime tells of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Raised {
    pub(super) kind: String,
    message: String,
    trace: Vec<String>,
}

impl Raised {
    /// Reads a body, `{"errorMessage", "errorType", "stackTrace"}`, in which anything may be missing; `kind` is that of
    /// the header `Lambda-Runtime-Function-Error-Type`.
    pub(super) fn read(kind: Option<&str>, body: &[u8]) -> Self {
        let fields: Value = serde_json::from_slice(body).unwrap_or(Value::Null);
        let text = |name: &str| fields[name].as_str().map(ToOwned::to_owned);
        // `stackTrace` is what Python's and Java's runtimes write, `trace` what Node's does.
        let trace = fields["stackTrace"].as_array().or(fields["trace"].as_array());
        let line = |line: &Value| line.as_str().map_or_else(|| line.to_string(), ToOwned::to_owned);
        Self {
            kind: text("errorType").or(kind.map(ToOwned::to_owned)).unwrap_or_else(|| UNKNOWN.into()),
            message: text("errorMessage").unwrap_or_default(),
            trace: trace.into_iter().flatten().map(line).collect(),
        }
    }

    /// The message for the host of an event that failed.
    pub(super) fn of_event(self) -> Failure {
        self.with(Code::FunctionRaised)
    }

    /// The message for the host of a function that could not be initialized; the types are those of AWS's runtimes.
    pub(super) fn of_init(self) -> Failure {
        let code = match self.kind.as_str() {
            "Runtime.HandlerNotFound" => Code::HandlerNotFound,
            "Runtime.UserCodeSyntaxError" => Code::SyntaxError,
            "Runtime.MalformedHandlerName" => Code::EntryInvalid,
            _ => Code::ImportFailed,
        };
        self.with(code)
    }

    /// The message for the host of a hook that failed after a restore.
    pub(super) fn of_hook(self) -> Failure {
        self.with(Code::HookFailed)
    }

    fn with(self, code: Code) -> Failure {
        Failure {
            code: code.to_string(),
            message: self.message,
            type_name: Some(self.kind),
            trace: self.trace,
            ..Failure::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_or_wrong_is_made_up_for() {
        for body in [&b""[..], b"[]", b"\xff", b"{\"errorType\": 3, \"stackTrace\": {}}"] {
            let raised = Raised::read(None, body);
            assert_eq!((raised.kind.as_str(), raised.message.as_str()), (UNKNOWN, ""));
            assert!(raised.trace.is_empty());
        }
        assert_eq!(Raised::read(Some("Function.Odd"), b"{}").kind, "Function.Odd");
    }

    #[test]
    fn both_kinds_of_trace_are_read() {
        let python =
            Raised::read(None, br#"{"errorMessage": "no", "errorType": "KeyError", "stackTrace": ["a", ["f.py", 3]]}"#);
        assert_eq!(python.trace, ["a", "[\"f.py\",3]"]);
        let node = Raised::read(None, br#"{"errorType": "TypeError", "trace": ["TypeError: no", "at x"]}"#);
        assert_eq!((node.kind.as_str(), node.trace.len()), ("TypeError", 2));
    }
}

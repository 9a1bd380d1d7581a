//! Whose Runtime API it is: AWS Lambda's, or that of a platform that took its idea over.

use super::http::Response;
use headstart::sys::clock;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, PercentEncode, utf8_percent_encode};

/// A way to speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    Lambda,
    /// Tencent's Serverless Cloud Function ("Custom Runtime"): no version in paths, an answer names no event, and nothing is
    /// streamed; a function that cannot be started just ends.
    Scf,
}

/// Where Lambda is asked for the restore from its snapshot.
pub(super) const RESTORE: &str = "/2018-06-01/runtime/restore/next";
/// Before every path of Lambda's: the version of the API.
const ROOT: &str = "/2018-06-01/runtime";

impl Dialect {
    /// The variable that is missing where it is not known where the API is.
    pub(super) fn address_variable(self) -> &'static str {
        match self {
            Dialect::Lambda => "AWS_LAMBDA_RUNTIME_API",
            Dialect::Scf => "SCF_RUNTIME_API_PORT",
        }
    }

    /// Where the next event is.
    pub(super) fn next(self) -> &'static str {
        match self {
            Dialect::Lambda => "/2018-06-01/runtime/invocation/next",
            Dialect::Scf => "/runtime/invocation/next",
        }
    }

    /// Where the answer to an event goes: a `response` or an `error`.
    pub(super) fn answer(self, id: &str, what: &str) -> String {
        match self {
            Dialect::Lambda => format!("{ROOT}/invocation/{}/{what}", encoded(id)),
            Dialect::Scf => format!("/runtime/invocation/{what}"),
        }
    }

    /// Where the platform is told of an error of this phase.
    pub(super) fn error(self, phase: &str) -> Option<String> {
        (self == Dialect::Lambda).then(|| format!("{ROOT}/{phase}/error"))
    }

    /// Where the platform wants to be told that the function is ready.
    pub(super) fn ready(self) -> Option<&'static str> {
        (self == Dialect::Scf).then_some("/runtime/init/ready")
    }

    /// Whether a result can be handed over in pieces.
    pub(super) fn streams(self) -> bool {
        self == Dialect::Lambda
    }

    /// Which event an answer of the platform's has.
    pub(super) fn id(self, answer: &Response) -> Option<&str> {
        let name = match self {
            Dialect::Lambda => "Lambda-Runtime-Aws-Request-Id",
            Dialect::Scf => "Request_id",
        };
        answer.header(name).filter(|id| !id.is_empty())
    }

    /// When its time is over, in microseconds since 1970.
    pub(super) fn deadline_us(self, answer: &Response) -> Option<u64> {
        let number =
            |name| answer.header(name).and_then(|text| text.parse::<u64>().ok()).map(|it| it.saturating_mul(1000));
        match self {
            Dialect::Lambda => number("Lambda-Runtime-Deadline-Ms"),
            Dialect::Scf => number("Time_limit_in_ms").map(|limit| limit.saturating_add(clock::wall_clock_ns() / 1000)),
        }
    }
}

/// A part of a path, as RFC 3986 has it.
fn encoded(text: &str) -> PercentEncode<'_> {
    const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
    utf8_percent_encode(text, ENCODED)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stays_one_part_of_the_path() {
        let path = |id| Dialect::Lambda.answer(id, "error");
        assert_eq!(path("8476a536-e9f4-11e8"), "/2018-06-01/runtime/invocation/8476a536-e9f4-11e8/error");
        assert_eq!(path("../a b\r\n?ä"), "/2018-06-01/runtime/invocation/..%2Fa%20b%0D%0A%3F%C3%A4/error");
        assert_eq!(Dialect::Scf.answer("a", "response"), "/runtime/invocation/response");
    }
}

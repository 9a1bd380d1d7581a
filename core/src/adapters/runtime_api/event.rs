//! One event, as a runtime and its extensions get it.

use super::facts::Facts;
use super::reply::Reply;
use crate::bootstrap::Invocation;
use crate::error::Result;
use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use http_body_util::Full;
use serde_json::{Value, json};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use uuid::Uuid;

/// An event that a runtime is to handle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Event {
    pub(super) id: String,
    deadline_ms: u128,
    arn: String,
    trace_id: String,
    client_context: Option<String>,
    identity: Option<String>,
    payload: Bytes,
    budget_ms: u64,
    memory_mib: Option<u64>,
}

impl Event {
    /// Reads the body of an `invoke`.
    ///
    /// Fails with `protocol.bad_body`.
    pub(super) fn read(body: &[u8], facts: &Facts) -> Result<Self> {
        let Invocation { budget_us, context, payload } = Invocation::decode(body)?;
        let context: Value = serde_json::from_slice(context).unwrap_or(Value::Null);
        let text = |name: &str| context[name].as_str().map(ToOwned::to_owned);
        let object = |name: &str| Some(&context[name]).filter(|it| !it.is_null()).map(in_ascii);
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Ok(Self {
            // What stands in a path has to be found there again.
            id: text("request_id").filter(|id| is_plain(id)).unwrap_or_else(|| Uuid::new_v4().to_string()),
            deadline_ms: (now + Duration::from_micros(budget_us)).as_millis(),
            arn: text("invoked_function_arn").unwrap_or_else(|| facts.arn.clone()),
            trace_id: text("trace_id").unwrap_or_else(|| new_trace(now)),
            client_context: object("client_context"),
            identity: object("identity"),
            payload: Bytes::copy_from_slice(payload),
            budget_ms: budget_us / 1_000,
            memory_mib: facts.memory_limit.map(|bytes| bytes >> 20),
        })
    }

    /// The answer to `invocation/next`.
    pub(super) fn reply(&self) -> Reply {
        let mut reply = Reply::new(Full::new(self.payload.clone()));
        let mut set = |name: &'static str, value: &str| {
            // What no header can hold, a line break for example, is left out.
            if let Ok(value) = HeaderValue::from_bytes(value.as_bytes()) {
                reply.headers_mut().insert(HeaderName::from_static(name), value);
            }
        };
        set(CONTENT_TYPE.as_str(), "application/json");
        set("lambda-runtime-aws-request-id", &self.id);
        set("lambda-runtime-deadline-ms", &self.deadline_ms.to_string());
        set("lambda-runtime-invoked-function-arn", &self.arn);
        set("lambda-runtime-trace-id", &self.trace_id);
        // Tencent's names.
        set("request_id", &self.id);
        set("time_limit_in_ms", &self.budget_ms.to_string());
        self.memory_mib.iter().for_each(|memory| set("memory_limit_in_mb", &memory.to_string()));
        self.client_context.iter().for_each(|context| set("lambda-runtime-client-context", context));
        self.identity.iter().for_each(|identity| set("lambda-runtime-cognito-identity", identity));
        reply
    }

    /// What extensions are told.
    pub(super) fn announcement(&self) -> Value {
        json!({
            "eventType": "INVOKE",
            "deadlineMs": self.deadline_ms,
            "requestId": self.id,
            "invokedFunctionArn": self.arn,
            "tracing": {"type": "X-Amzn-Trace-Id", "value": self.trace_id},
        })
    }
}

fn is_plain(id: &str) -> bool {
    !id.is_empty() && id.len() <= 128 && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte))
}

/// JSON that any client reads from a header, whatever it takes headers to be encoded as.
fn in_ascii(value: &Value) -> String {
    let mut units = [0; 2];
    value.to_string().chars().fold(String::new(), |mut text, character| {
        if character.is_ascii() {
            text.push(character);
        } else {
            text.extend(character.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")));
        }
        text
    })
}

/// A trace of its own, not sampled (AWS X-Ray Developer Guide, "Tracing header").
fn new_trace(now: Duration) -> String {
    let (root, parent) = (Uuid::new_v4().simple().to_string(), Uuid::new_v4().simple().to_string());
    format!("Root=1-{:08x}-{};Parent={};Sampled=0", now.as_secs(), &root[..24], &parent[..16])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(context: &str) -> Event {
        let invocation = Invocation { budget_us: 2_000_000, context: context.as_bytes(), payload: b"{}" };
        let body = [&invocation.prefix().unwrap()[..], context.as_bytes(), b"{}"].concat();
        Event::read(&body, &Facts { arn: "arn:x".into(), ..Facts::default() }).unwrap()
    }

    #[test]
    fn every_header_is_there() {
        let event = event(
            r#"{"request_id": "a-1", "trace_id": "Root=1-2", "client_context": {"ä": "𝄞"}, "identity": {"id": "x"}}"#,
        );
        let reply = event.reply();
        let header = |name: &str| String::from_utf8_lossy(reply.headers()[name].as_bytes()).into_owned();
        assert_eq!(header("lambda-runtime-aws-request-id"), "a-1");
        assert_eq!(header("lambda-runtime-invoked-function-arn"), "arn:x");
        assert_eq!(header("lambda-runtime-trace-id"), "Root=1-2");
        assert_eq!(header("lambda-runtime-client-context"), r#"{"\u00e4":"\ud834\udd1e"}"#);
        assert_eq!(header("lambda-runtime-cognito-identity"), "{\"id\":\"x\"}");
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis();
        let left = header("lambda-runtime-deadline-ms").parse::<u128>().unwrap() - now;
        assert!((1_000..=2_000).contains(&left), "{left}");
    }

    #[test]
    fn an_id_that_no_path_can_hold_is_replaced() {
        for id in ["", "a/b", "a b", "é", "a\\nb", &"a".repeat(129)] {
            let event = event(&format!(r#"{{"request_id": "{id}"}}"#));
            assert!(Uuid::parse_str(&event.id).is_ok(), "{id}");
        }
    }

    #[test]
    fn a_header_cannot_be_broken_out_of() {
        let reply = event(r#"{"trace_id": "a\r\nX-Evil: 1"}"#).reply();
        assert!(reply.headers().get("lambda-runtime-trace-id").is_none() && reply.headers().get("x-evil").is_none());
    }
}

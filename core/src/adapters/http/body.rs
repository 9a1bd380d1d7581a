//! Bytes as JSON has them: text, or base64.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

/// A body as text, or in base64 where it is none; and whether it is.
pub(super) fn written(body: &[u8]) -> (String, bool) {
    match std::str::from_utf8(body) {
        Ok(text) => (text.to_owned(), false),
        Err(_) => (STANDARD.encode(body), true),
    }
}

/// The bytes of a body in an event or a result; what is no text stands as JSON.
pub(super) fn bytes(body: &Value, is_base64: bool) -> Result<Vec<u8>, String> {
    match body {
        Value::Null => Ok(Vec::new()),
        Value::String(text) if is_base64 => STANDARD.decode(text).map_err(|error| format!("its body: {error}")),
        Value::String(text) => Ok(text.as_bytes().to_vec()),
        other => Ok(other.to_string().into_bytes()),
    }
}

//! Headers as JSON has them.

use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;

/// What belongs to the connection and not to the message is the server's or the client's to say.
const OF_THE_CONNECTION: [&str; 6] =
    ["connection", "content-length", "host", "keep-alive", "transfer-encoding", "upgrade"];

/// Adds one; what is no text stands as JSON.
pub(super) fn add(headers: &mut HeaderMap, name: &str, value: &Value) -> Result<(), String> {
    let text = value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned);
    let key = HeaderName::try_from(name).map_err(|_| format!("its header is named {name:?}"))?;
    let value = HeaderValue::try_from(text).map_err(|_| format!("its header {name} has no value that HTTP allows"))?;
    if !OF_THE_CONNECTION.contains(&key.as_str()) {
        headers.append(key, value);
    }
    Ok(())
}

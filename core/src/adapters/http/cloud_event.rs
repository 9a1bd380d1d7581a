//! From a request to a CloudEvent.

use super::body::written;
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use serde_json::{Map, Value};

/// What attributes begin with in headers.
const PREFIX: &str = "ce-";
const STRUCTURED: &str = "application/cloudevents+json";

/// Whether a request carries a CloudEvent, in its binary or its structured form.
pub fn is_cloud_event(headers: &HeaderMap) -> bool {
    is_structured(headers) || headers.contains_key("ce-specversion")
}

/// The event in its JSON form.
///
/// Fails, with what is wrong, where an attribute is missing that every event has.
///
/// ```
/// use headstart::adapters::http::cloud_event;
///
/// let mut headers = http::HeaderMap::new();
/// for (name, value) in [("ce-specversion", "1.0"), ("ce-id", "7"), ("ce-source", "/x"), ("ce-type", "made")] {
///     headers.insert(name, value.parse().unwrap());
/// }
/// headers.insert("content-type", "application/json".parse().unwrap());
/// let event = cloud_event(&headers, br#"{"n": 1}"#).unwrap();
/// assert_eq!((&event["type"], &event["data"]["n"]), (&"made".into(), &1.into()));
/// ```
pub fn cloud_event(headers: &HeaderMap, body: &[u8]) -> Result<Value, String> {
    let event = if is_structured(headers) {
        serde_json::from_slice(body).map_err(|error| format!("the event is no JSON: {error}"))?
    } else {
        Value::Object(binary(headers, body))
    };
    let is_there = |name: &str| event[name].as_str().is_some_and(|value| !value.is_empty());
    match ["specversion", "id", "source", "type"].into_iter().find(|name| !is_there(name)) {
        Some(missing) => Err(format!("the event has no {missing}")),
        None => Ok(event),
    }
}

fn is_structured(headers: &HeaderMap) -> bool {
    content_type(headers).is_some_and(|kind| kind == STRUCTURED)
}

/// Without its parameters, in small letters.
fn content_type(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(CONTENT_TYPE)?.to_str().ok()?;
    Some(value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase())
}

fn binary(headers: &HeaderMap, body: &[u8]) -> Map<String, Value> {
    let attributes = headers.iter().filter_map(|(name, value)| {
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        Some((name.as_str().strip_prefix(PREFIX)?.to_owned(), Value::String(value)))
    });
    let mut event: Map<_, _> = attributes.collect();
    if let Some(kind) = headers.get(CONTENT_TYPE) {
        event.insert("datacontenttype".into(), String::from_utf8_lossy(kind.as_bytes()).into());
    }
    let is_json = content_type(headers).is_some_and(|kind| kind.ends_with("/json") || kind.ends_with("+json"));
    match serde_json::from_slice(body) {
        _ if body.is_empty() => {}
        Ok(data) if is_json => drop(event.insert("data".into(), data)),
        _ => {
            let (text, is_base64) = written(body);
            event.insert(if is_base64 { "data_base64" } else { "data" }.into(), text.into());
        }
    }
    event
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn headers(all: &[(&'static str, &'static str)]) -> HeaderMap {
        all.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    #[test]
    fn a_structured_event_is_taken_as_it_is() {
        let structured = headers(&[("content-type", "application/cloudevents+json; charset=utf-8")]);
        assert!(is_cloud_event(&structured) && !is_cloud_event(&headers(&[("content-type", "application/json")])));
        let event = json!({"specversion": "1.0", "id": "1", "source": "s", "type": "t", "data_base64": "/w=="});
        assert_eq!(cloud_event(&structured, event.to_string().as_bytes()).unwrap(), event);
        assert!(cloud_event(&structured, b"{").is_err());
        assert!(cloud_event(&structured, br#"{"specversion": "1.0", "id": ""}"#).unwrap_err().contains("no id"));
        assert!(cloud_event(&structured, b"[]").unwrap_err().contains("specversion"));
    }

    #[test]
    fn data_is_json_text_or_base64() {
        let with = |kind| {
            let of_all =
                [("ce-specversion", "1.0"), ("ce-id", "1"), ("ce-source", "s"), ("ce-type", "t"), ("ce-x", "y")];
            headers(&[&of_all[..], &[("content-type", kind)]].concat())
        };
        let event = |kind, body: &[u8]| cloud_event(&with(kind), body).unwrap();
        assert_eq!(event("text/plain", b"a")["data"], "a");
        assert_eq!(event("application/x+json", b"[1]")["data"], json!([1]));
        assert_eq!(event("application/json", b"{")["data"], "{", "what only says that it is JSON");
        assert_eq!(event("image/png", b"\xff")["data_base64"], "/w==");
        assert_eq!((&event("image/png", b"")["x"], event("image/png", b"").get("data")), (&json!("y"), None));
    }
}

//! From an answer to a result, for workers that are servers.

use super::body::written;
use http::header::{CONTENT_TYPE, SET_COOKIE};
use http::response::Parts;
use serde_json::{Map, Value, json};

/// The result that an answer stands for. `is_http`: the event was a request, and whoever made it wants the answer whole:
/// `statusCode`, `headers`, `cookies`, `body`, `isBase64Encoded`. Else it is the body: JSON where it is that, a text
/// otherwise.
pub fn result(parts: &Parts, body: &[u8], is_http: bool) -> Vec<u8> {
    if is_http {
        return whole(parts, body).to_string().into_bytes();
    }
    match serde_json::from_slice::<serde::de::IgnoredAny>(body) {
        _ if body.is_empty() => b"null".to_vec(),
        Ok(_) => body.to_vec(),
        Err(_) => Value::String(String::from_utf8_lossy(body).into_owned()).to_string().into_bytes(),
    }
}

fn whole(parts: &Parts, body: &[u8]) -> Value {
    let (body, is_base64) = written(body);
    let text = |value: &http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let values = |name| parts.headers.get_all(name).iter().map(text).collect::<Vec<_>>();
    let names = parts.headers.keys().filter(|name| **name != SET_COOKIE);
    let mut headers: Map<_, _> =
        names.map(|name| (name.as_str().to_owned(), Value::String(values(name).join(",")))).collect();
    headers.entry(CONTENT_TYPE.as_str()).or_insert_with(|| "application/octet-stream".into());
    json!({
        "statusCode": parts.status.as_u16(),
        "headers": headers,
        "cookies": values(&SET_COOKIE),
        "body": body,
        "isBase64Encoded": is_base64,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::Response;

    #[test]
    fn a_whole_answer_becomes_one_again() {
        let answered = Response::builder().status(418).header("X-A", "1").header("Set-Cookie", "a=1").body(()).unwrap();
        let (parts, ()) = answered.into_parts();
        let again = super::super::answer(&result(&parts, b"\xff", true)).unwrap();
        assert_eq!((again.status().as_u16(), &again.body()[..]), (418, &b"\xff"[..]));
        assert_eq!(
            (&again.headers()["x-a"], &again.headers()["set-cookie"]),
            (&"1".parse().unwrap(), &"a=1".parse().unwrap())
        );
    }

    #[test]
    fn a_body_is_json_or_text() {
        let (parts, ()) = Response::new(()).into_parts();
        for (body, expected) in
            [(&b"{\"a\": 1}"[..], "{\"a\": 1}"), (b"", "null"), (b"ok", "\"ok\""), (b"\xff", "\"\u{fffd}\"")]
        {
            assert_eq!(result(&parts, body, false), expected.as_bytes());
        }
    }
}

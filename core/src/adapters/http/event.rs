//! From a request to an event.

use super::body::written;
use http::header::{COOKIE, USER_AGENT};
use http::{HeaderMap, request::Parts};
use serde_json::{Map, Value, json};
use std::time::{SystemTime, UNIX_EPOCH};

/// The event of a request, in the payload format 2.0 of API Gateway. `id` names the request; `source` is the address that it
/// came from.
///
/// ```
/// use headstart::adapters::http::event;
///
/// let (parts, ()) = http::Request::get("/a/b?x=1&x=2").header("Accept", "text/plain").body(()).unwrap().into_parts();
/// let event = event(&parts, b"", "id-1", "127.0.0.1");
/// assert_eq!(event["rawPath"], "/a/b");
/// assert_eq!(event["queryStringParameters"]["x"], "1,2");
/// assert_eq!(event["requestContext"]["http"]["method"], "GET");
/// ```
pub fn event(parts: &Parts, body: &[u8], id: &str, source: &str) -> Value {
    let (path, query) = (parts.uri.path(), parts.uri.query().unwrap_or_default());
    let (body, is_base64) = written(body);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let mut event = json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": query,
        "headers": headers(&parts.headers),
        "requestContext": {
            "requestId": id,
            "routeKey": "$default",
            "stage": "$default",
            "timeEpoch": u64::try_from(now.as_millis()).unwrap_or(u64::MAX),
            "http": {
                "method": parts.method.as_str(),
                "path": path,
                "protocol": format!("{:?}", parts.version),
                "sourceIp": source,
                "userAgent": parts.headers.get(USER_AGENT).map(|value| text(value.as_bytes())),
            },
        },
        "isBase64Encoded": is_base64,
    });
    let others = [
        ("cookies", cookies(&parts.headers)),
        ("queryStringParameters", Some(parameters(query)).filter(|found| !found.is_empty()).map(Value::Object)),
        ("body", Some(body).filter(|body| !body.is_empty()).map(Value::String)),
    ];
    for (name, value) in others.into_iter().filter_map(|(name, value)| Some((name, value?))) {
        event[name] = value;
    }
    event
}

/// By their names in small letters; several of one name with commas between. Cookies stand by themselves.
fn headers(headers: &HeaderMap) -> Map<String, Value> {
    let names = headers.keys().filter(|name| **name != COOKIE);
    let values = |name| headers.get_all(name).iter().map(|value| text(value.as_bytes())).collect::<Vec<_>>();
    names.map(|name| (name.as_str().to_owned(), values(name).join(",").into())).collect()
}

fn cookies(headers: &HeaderMap) -> Option<Value> {
    let all = headers.get_all(COOKIE).iter().map(|value| text(value.as_bytes())).collect::<Vec<_>>().join("; ");
    let cookies: Vec<_> = all.split("; ").filter(|cookie| !cookie.is_empty()).map(Value::from).collect();
    (!cookies.is_empty()).then_some(Value::Array(cookies))
}

/// Decoded; several of one name with commas between.
fn parameters(query: &str) -> Map<String, Value> {
    let mut found: Map<String, Value> = Map::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        match found.get_mut(&*name) {
            Some(Value::String(values)) => *values = format!("{values},{value}"),
            _ => drop(found.insert(name.into_owned(), value.into_owned().into())),
        }
    }
    found
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::Request;

    fn of(request: Request<&[u8]>) -> Value {
        let (parts, body) = request.into_parts();
        event(&parts, body, "id", "::1")
    }

    #[test]
    fn what_comes_twice_is_joined() {
        let request = Request::post("/%C3%A4?q=a%20b&q=c&empty=&flag")
            .header("X-Twice", "1")
            .header("x-twice", "2")
            .header("Cookie", "a=1; b=2")
            .header("Cookie", "c=3");
        let event = of(request.body(&b"{}"[..]).unwrap());
        assert_eq!(event["rawPath"], "/%C3%A4");
        assert_eq!(event["headers"], json!({"x-twice": "1,2"}));
        assert_eq!(event["cookies"], json!(["a=1", "b=2", "c=3"]));
        assert_eq!(event["queryStringParameters"], json!({"q": "a b,c", "empty": "", "flag": ""}));
        assert_eq!((&event["body"], &event["isBase64Encoded"]), (&json!("{}"), &json!(false)));
    }

    #[test]
    fn what_is_no_text_is_in_base64_and_nothing_is_absent() {
        let event = of(Request::put("/").body(&b"\xff\x00"[..]).unwrap());
        assert_eq!((&event["body"], &event["isBase64Encoded"]), (&json!("/wA="), &json!(true)));
        let bare = of(Request::get("/").body(&b""[..]).unwrap());
        assert!(["body", "cookies", "queryStringParameters"].iter().all(|name| bare.get(name).is_none()), "{bare}");
    }
}

//! From an event to a request, for workers that are servers.

use super::body::bytes;
use super::headers::add;
use bytes::Bytes;
use http::header::{CONTENT_TYPE, COOKIE, HeaderValue};
use http::{Method, Request};
use http_body_util::Full;
use serde_json::Value;

/// The request that an event stands for: one in API Gateway's payload format 2.0 says method, path, headers and body; a
/// CloudEvent is posted as one; any other event is posted to `/` as JSON.
///
/// Fails, with what is wrong, where an event of the first kind cannot be a request.
///
/// ```
/// let event = br#"{"requestContext": {"http": {"method": "GET"}}, "rawPath": "/a", "rawQueryString": "b=1"}"#;
/// let request = headstart::adapters::http::request(event).unwrap();
/// assert_eq!((request.method().as_str(), request.uri().to_string()), ("GET", "/a?b=1".to_owned()));
/// ```
pub fn request(event: &[u8]) -> Result<Request<Full<Bytes>>, String> {
    request_of(event, &serde_json::from_slice(event).unwrap_or(Value::Null))
}

/// The same of an event whose fields have been read.
pub(in crate::adapters) fn request_of(event: &[u8], fields: &Value) -> Result<Request<Full<Bytes>>, String> {
    if let Some(method) = method_of(fields) {
        return described(method, fields);
    }
    let is_cloud_event = fields["specversion"].is_string() && fields["type"].is_string();
    let kind = if is_cloud_event { "application/cloudevents+json" } else { "application/json" };
    let mut request = Request::new(Full::from(Bytes::copy_from_slice(event)));
    *request.method_mut() = Method::POST;
    request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    Ok(request)
}

/// The method of an event that is a request in API Gateway's form.
pub(in crate::adapters) fn method_of(fields: &Value) -> Option<&str> {
    fields["requestContext"]["http"]["method"].as_str()
}

fn described(method: &str, fields: &Value) -> Result<Request<Full<Bytes>>, String> {
    let is_base64 = fields["isBase64Encoded"].as_bool().unwrap_or(false);
    let mut request = Request::new(Full::from(bytes(&fields["body"], is_base64)?));
    *request.method_mut() = method.parse().map_err(|_| format!("its method is {method:?}"))?;
    let path = fields["rawPath"].as_str().filter(|path| path.starts_with('/')).unwrap_or("/");
    let query = fields["rawQueryString"].as_str().filter(|query| !query.is_empty());
    let target = query.map_or_else(|| path.to_owned(), |query| format!("{path}?{query}"));
    *request.uri_mut() = target.parse().map_err(|_| format!("its path is {target:?}"))?;
    for (name, value) in fields["headers"].as_object().into_iter().flatten() {
        add(request.headers_mut(), name, value)?;
    }
    let cookies: Vec<_> = fields["cookies"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    if !cookies.is_empty() {
        add(request.headers_mut(), COOKIE.as_str(), &cookies.join("; ").into())?;
    }
    Ok(request)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_event_of_a_request_becomes_it_again() {
        let original = Request::post("/%C3%A4/b?q=a%20b&q=c").header("X-Two", "1").header("Cookie", "a=1; b=2");
        let (parts, ()) = original.body(()).unwrap().into_parts();
        let event = super::super::event(&parts, b"\xff\x00", "id", "::1");
        let again = request(event.to_string().as_bytes()).unwrap();
        assert_eq!((again.method(), again.uri()), (&parts.method, &parts.uri));
        assert_eq!(again.headers(), &parts.headers);
    }

    #[test]
    fn what_is_no_request_is_posted_or_says_why() {
        let posted = request(b"[1, 2]").unwrap();
        assert_eq!((posted.method().as_str(), posted.uri().path()), ("POST", "/"));
        assert_eq!(posted.headers()["content-type"], "application/json");
        let cloud = request(br#"{"specversion": "1.0", "type": "t"}"#).unwrap();
        assert_eq!(cloud.headers()["content-type"], "application/cloudevents+json");
        let of = |fields: Value| {
            let mut event = json!({"requestContext": {"http": {"method": "GET"}}});
            event.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
            request(event.to_string().as_bytes())
        };
        assert!(of(json!({"rawPath": "/ x"})).unwrap_err().contains("path"));
        assert!(of(json!({"headers": {"a": "b\r\nc"}})).unwrap_err().contains("header a"));
        assert!(of(json!({"headers": {"Host": "other", "Content-Length": "9"}})).unwrap().headers().is_empty());
    }
}

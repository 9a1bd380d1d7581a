//! Requests as events and results as answers: whatever it is, it becomes one, or says why not.

use headstart::adapters::http;

pub(crate) fn run(data: &[u8]) {
    // What is an answer or a request is one that can be sent.
    if let Ok(answer) = http::answer(data) {
        assert!(!answer.status().is_informational());
    }
    if let Ok(request) = http::request(data) {
        let (parts, _) = request.into_parts();
        assert!(parts.uri.path().starts_with('/') || parts.uri.path() == "*", "{}", parts.uri);
        let event = http::event(&parts, data, "id", "source").to_string();
        let again = http::request(event.as_bytes()).map(|request| request.into_parts().0);
        assert_eq!(again.map(|parts| parts.method), Ok(parts.method), "an event of a request is one again");
    }
    for kind in ["application/cloudevents+json", "application/json", "image/png"] {
        let mut headers = ::http::HeaderMap::new();
        headers.insert("content-type", ::http::HeaderValue::from_static(kind));
        headers.insert("ce-id", ::http::HeaderValue::from_static("1"));
        if let Ok(event) = http::cloud_event(&headers, data) {
            assert!(event["id"].is_string());
        }
    }
}

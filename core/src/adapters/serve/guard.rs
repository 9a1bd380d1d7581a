//! What every request passes: who may call, what the answer is marked with, and what is counted and logged of it.
//!
//! Pages of other sites can have a browser send requests to a server on its machine. They are told by the `Origin` that
//! browsers add, and, where callers need neither token nor key, by a `Host` that is not this machine's (DNS rebinding).

use super::body::{MOST_CODE, MOST_JSON, MOST_PAYLOAD, Place};
use super::fault::{Fault, Kind};
use super::reply::Reply;
use super::server::Shared;
use super::signature::Key;
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::IntoResponse;
use http::{HeaderMap, HeaderValue, header};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::SystemTime;
use uuid::Uuid;

/// What is answered without a token: the page itself, which asks for one, and what load balancers ask.
const OPEN: [&str; 5] = ["/", "/_headstart/page.js", "/_headstart/style.css", "/healthz", "/readyz"];

/// The number of a request, which its caller finds in the answer.
#[derive(Debug, Clone, Copy)]
pub(super) struct RequestId(pub(super) Uuid);

/// A fault that an answer tells of, for the log.
#[derive(Debug, Clone)]
struct Told(Fault);

/// Who may call a server.
#[derive(Debug)]
pub(super) struct Guard {
    token: Option<blake3::Hash>,
    key: Option<Key>,
    /// Whether a `Host` has to be this machine's.
    is_local: bool,
}

impl Guard {
    /// With a token or a key it may be called by any name; `is_open`: without one too.
    pub(super) fn new(token: Option<&str>, key: Option<Key>, is_open: bool) -> Self {
        let is_local = token.is_none() && key.is_none() && !is_open;
        Self { token: token.map(|token| blake3::hash(token.as_bytes())), key, is_local }
    }

    /// What is to be done of a request before it is answered, by its head.
    fn check(&self, path: &str, headers: &HeaderMap) -> Result<Passes<'_>, Fault> {
        let text = |name| headers.get(name).map(|value: &HeaderValue| value.to_str().unwrap_or_default());
        let host = text(header::HOST);
        if let Some(origin) = text(header::ORIGIN)
            && host.is_none_or(|host| !is_origin_of(origin, host))
        {
            return Err(Fault::new(Kind::Denied, "Pages of other sites may not call this server."));
        }
        if self.is_local && host.is_some_and(|host| !is_local(host)) {
            let text = "Without a token this server answers to localhost and to addresses only, not to names.";
            return Err(Fault::new(Kind::Denied, text));
        }
        if self.token.is_none() && self.key.is_none() || OPEN.contains(&path) {
            return Ok(Passes::AsItIs);
        }
        let authorization = text(header::AUTHORIZATION).unwrap_or_default();
        let shown = blake3::hash(credential(authorization).unwrap_or_default().as_bytes());
        match &self.key {
            // Digests are compared in constant time.
            _ if self.token == Some(shown) => Ok(Passes::AsItIs),
            Some(key) if key.is_named(authorization) => Ok(Passes::Signed(key)),
            _ => Err(Fault::new(Kind::Unrecognized, "The security token included in the request is invalid.")),
        }
    }
}

/// How a request passes.
#[derive(Debug)]
enum Passes<'a> {
    AsItIs,
    /// Once its signature was found to be this key's.
    Signed(&'a Key),
}

/// The request, once all of it was read and found signed, and its place among the bodies that were.
async fn checked(shared: &Shared, request: Request, matched: Option<&str>) -> Result<(Request, Option<Place>), Fault> {
    let Passes::Signed(key) = shared.guard.check(request.uri().path(), request.headers())? else {
        return Ok((request, None));
    };
    let (parts, body) = request.into_parts();
    let pending = key.begin(&parts, SystemTime::now())?;
    let taken = shared.signed.read(body, most(matched), "signed").await?;
    pending.check(&taken.bytes)?;
    let (bytes, place) = taken.into_parts();
    Ok((Request::from_parts(parts, bytes.into()), place))
}

/// Bytes of the largest body of a request to this route.
fn most(matched: Option<&str>) -> usize {
    match matched.unwrap_or_default() {
        route if route.ends_with("/code") || route.trim_end_matches('/').ends_with("/functions") => MOST_CODE,
        route if route.contains("/invo") || route.contains("/response-streaming-") => MOST_PAYLOAD,
        _ => MOST_JSON,
    }
}

/// Checks a request, has it answered, and counts and logs what came of it.
pub(super) async fn pass(State(shared): State<Arc<Shared>>, mut request: Request, next: Next) -> Reply {
    let id = Uuid::new_v4();
    request.extensions_mut().insert(RequestId(id));
    let matched = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let operation = format!("{} {}", method(request.method()), matched.as_deref().unwrap_or("other"));
    let is_chunked = request.headers().contains_key(header::TRANSFER_ENCODING);
    let mut reply = match checked(&shared, request, matched.as_deref()).await {
        Ok((request, _place)) => to_its_end(next.run(request)).await,
        Err(fault) => fault.into_response(),
    };
    if let Ok(id) = id.to_string().parse() {
        reply.headers_mut().insert("x-amzn-requestid", id);
    }
    if is_chunked {
        // A proxy that goes by a length in the same head, as RFC 9112 forbids, sees another end of this request: nothing
        // that follows on the connection is taken for a request.
        reply.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    shared.metrics.answered(&operation, reply.status().as_u16());
    if let Some(Told(fault)) = reply.extensions().get() {
        let status = reply.status().as_u16();
        if fault.is_ours() {
            tracing::warn!(target: "headstart::serve", %operation, request = %id, status, "{fault}");
        } else {
            tracing::info!(target: "headstart::serve", %operation, request = %id, status, "{fault}");
        }
    }
    reply
}

/// A request that was begun is finished, whatever becomes of its caller: a change is made as a whole, and a function that was
/// invoked goes on, as on Lambda.
async fn to_its_end(answering: impl Future<Output = Reply> + Send + 'static) -> Reply {
    let answered = tokio::spawn(answering).await;
    answered.unwrap_or_else(|error| Fault::new(Kind::Service, error.to_string()).into_response())
}

impl IntoResponse for Fault {
    fn into_response(self) -> Reply {
        let told = Told(self.clone());
        let mut reply = self.into_reply();
        reply.extensions_mut().insert(told);
        reply
    }
}

/// A method for a label: a caller may send any text as one.
fn method(method: &http::Method) -> &'static str {
    match *method {
        http::Method::GET => "GET",
        http::Method::HEAD => "HEAD",
        http::Method::POST => "POST",
        http::Method::PUT => "PUT",
        http::Method::DELETE => "DELETE",
        _ => "OTHER",
    }
}

/// The token in `Bearer TOKEN`, or shown as the access key of a signed request.
fn credential(authorization: &str) -> Option<&str> {
    match authorization.split_once(' ')? {
        ("Bearer", token) => Some(token.trim()),
        ("AWS4-HMAC-SHA256", rest) => rest.split("Credential=").nth(1)?.split(['/', ',']).next(),
        _ => None,
    }
}

fn is_origin_of(origin: &str, host: &str) -> bool {
    origin.split_once("://").is_some_and(|(_, authority)| authority.eq_ignore_ascii_case(host))
}

/// Whether a host is an address, or `localhost` or below it: names that nobody else can lead here.
fn is_local(host: &str) -> bool {
    let without_port = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    let name = without_port.trim_start_matches('[').trim_end_matches(']').to_ascii_lowercase();
    name.parse::<IpAddr>().is_ok() || name == "localhost" || name.ends_with(".localhost")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(token: Option<&str>, path: &str, headers: &[(&'static str, &str)]) -> Option<Kind> {
        let headers = headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
        Guard::new(token, None, false).check(path, &headers).err().map(|fault| fault.kind())
    }

    #[test]
    fn other_sites_and_names_are_turned_away() {
        let path = "/2015-03-31/functions";
        for host in ["localhost:9001", "127.0.0.1:9001", "[::1]:9001", "a.localhost"] {
            assert_eq!(checked(None, path, &[("host", host)]), None, "{host}");
        }
        for host in ["evil.example", "localhost.evil.example:9001", ""] {
            assert_eq!(checked(None, path, &[("host", host)]), Some(Kind::Denied), "{host}");
        }
        let own = [("host", "127.0.0.1:9001"), ("origin", "http://127.0.0.1:9001")];
        assert_eq!(checked(None, path, &own), None);
        for origin in ["http://evil.example", "null", "http://127.0.0.1:9002"] {
            assert_eq!(checked(None, path, &[own[0], ("origin", origin)]), Some(Kind::Denied), "{origin}");
        }
    }

    #[test]
    fn a_token_is_asked_for_where_there_is_one() {
        let path = "/2015-03-31/functions";
        let signed = "AWS4-HMAC-SHA256 Credential=secret/20260101/us-east-1/lambda/aws4_request, SignedHeaders=host";
        for authorization in ["Bearer secret", signed] {
            assert_eq!(checked(Some("secret"), path, &[("authorization", authorization)]), None);
        }
        for authorization in ["", "Bearer", "Bearer ", "Bearer secre", "Basic secret", "AWS4-HMAC-SHA256 x"] {
            let outcome = checked(Some("secret"), path, &[("authorization", authorization)]);
            assert_eq!(outcome, Some(Kind::Unrecognized), "{authorization}");
        }
        assert_eq!(checked(Some("secret"), path, &[]), Some(Kind::Unrecognized));
        assert_eq!(checked(Some("secret"), "/healthz", &[]), None);
    }
}

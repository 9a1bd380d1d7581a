//! What the server tells of itself: its page, its state, health and metrics.

use super::fault::{Fault, Kind};
use super::observed;
use super::reply::{self, Reply};
use super::server::Shared;
use axum::extract::State;
use http::{HeaderValue, StatusCode};
use std::sync::Arc;

const PAGE: &str = include_str!("page/index.html");
const SCRIPT: &str = include_str!("page/page.js");
const STYLE: &str = include_str!("page/style.css");

/// The page may load what this server gives and nothing else, and be shown in no other page.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; \
                      form-action 'none'; frame-ancestors 'none'";

pub(super) async fn page() -> Reply {
    file("text/html; charset=utf-8", PAGE)
}

pub(super) async fn script() -> Reply {
    file("text/javascript; charset=utf-8", SCRIPT)
}

pub(super) async fn style() -> Reply {
    file("text/css; charset=utf-8", STYLE)
}

fn file(kind: &'static str, text: &'static str) -> Reply {
    let mut reply = reply::with(StatusCode::OK, HeaderValue::from_static(kind), text);
    for (name, value) in [
        ("content-security-policy", POLICY),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cache-control", "no-cache"),
    ] {
        reply.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    reply
}

/// What runs now, as JSON.
pub(super) async fn state(State(shared): State<Arc<Shared>>) -> Result<Reply, Fault> {
    let text = observed::state(&shared).await?;
    let mut reply = reply::json_text(StatusCode::OK, text.to_vec());
    reply.headers_mut().insert("cache-control", HeaderValue::from_static("no-store"));
    Ok(reply)
}

/// Whether the process answers.
pub(super) async fn healthy() -> Reply {
    file("text/plain; charset=utf-8", "healthy\n")
}

/// Whether requests are to be sent here: not while the server is being stopped.
pub(super) async fn ready(State(shared): State<Arc<Shared>>) -> Result<Reply, Fault> {
    if shared.is_stopping() {
        return Err(Fault::new(Kind::Unavailable, "The server is being stopped."));
    }
    Ok(file("text/plain; charset=utf-8", "ready\n"))
}

/// Figures for Prometheus, in the text format of `OpenMetrics`.
pub(super) async fn metrics(State(shared): State<Arc<Shared>>) -> Result<Reply, Fault> {
    let text = observed::metrics(&shared).await?;
    let kind = HeaderValue::from_static("application/openmetrics-text; version=1.0.0; charset=utf-8");
    Ok(reply::with(StatusCode::OK, kind, text))
}

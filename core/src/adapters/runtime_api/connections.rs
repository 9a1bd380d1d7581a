//! Connections that a snapshot is to know of: each with what is asked on it and not answered yet.

use http::header::CONNECTION;
use http::{HeaderMap, Method, Version};
use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The connections of one worker, by the address at its end.
#[derive(Debug, Clone, Default)]
pub(in super::super) struct Connections(Arc<Mutex<HashMap<SocketAddr, Option<String>>>>);

impl Connections {
    /// Takes note of one for as long as the guard lives.
    pub(super) fn begin(&self, from: SocketAddr) -> Open {
        self.lock().insert(from, None);
        Open { connections: self.clone(), from }
    }

    /// All there are, with the heads of requests that wait.
    pub(super) fn list(&self) -> Vec<(SocketAddr, Option<String>)> {
        self.lock().iter().map(|(from, asks)| (*from, asks.clone())).collect()
    }

    fn set(&self, from: SocketAddr, asks: Option<String>) {
        if let Some(found) = self.lock().get_mut(&from) {
            *found = asks;
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<SocketAddr, Option<String>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection that lasts.
#[derive(Debug)]
pub(super) struct Open {
    connections: Connections,
    from: SocketAddr,
}

impl Open {
    /// Takes note of a request for as long as the guard lives: until then it is not answered.
    pub(super) fn asks(&self, head: String) -> Asking<'_> {
        self.connections.set(self.from, Some(head));
        Asking(self)
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.connections.lock().remove(&self.from);
    }
}

/// A request that is not answered yet.
#[derive(Debug)]
pub(super) struct Asking<'a>(&'a Open);

impl Drop for Asking<'_> {
    fn drop(&mut self) {
        self.0.connections.set(self.0.from, None);
    }
}

/// The head of a request without a body, as far as it matters to how it is answered.
pub(super) fn head(method: &Method, path: &str, version: Version, headers: &HeaderMap) -> String {
    let kept = headers.get(CONNECTION).and_then(|value| value.to_str().ok());
    let kept = kept.map(|value| format!("Connection: {value}\r\n")).unwrap_or_default();
    format!("{method} {path} {version:?}\r\n{kept}\r\n")
}

/// Whether it is the head of a request for the next event, or for a restore.
pub(super) fn waits(head: &str) -> bool {
    head.starts_with("GET ") && head.split(' ').nth(1).is_some_and(|path| path.ends_with("/next"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waits_is_known_until_it_is_answered() {
        let (connections, from) = (Connections::default(), SocketAddr::from(([127, 0, 0, 1], 1)));
        let open = connections.begin(from);
        let asking = open.asks(head(&Method::GET, "/next", Version::HTTP_11, &HeaderMap::new()));
        assert!(waits("GET /next HTTP/1.1") && !waits("POST /next HTTP/1.1") && !waits("GET /response HTTP/1.1"));
        assert_eq!(connections.list(), [(from, Some("GET /next HTTP/1.1\r\n\r\n".to_owned()))]);
        drop(asking);
        assert_eq!(connections.list(), [(from, None)]);
        drop(open);
        assert_eq!(connections.list(), []);
    }
}

//! The Extensions API: who is registered, and what is to be told to whom.

use super::facts::Facts;
use super::reply::{self, Reply};
use http::{HeaderValue, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::{HashMap, VecDeque};
use tokio::sync::oneshot::Sender;
use uuid::Uuid;

/// How many there may be (Developer Guide, "Lambda quotas").
const MOST: usize = 10;
/// Events that wait for an extension that does not ask; older ones are dropped.
const MOST_WAITING: usize = 1_000;

/// What an extension can ask to be told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum Topic {
    Invoke,
    Shutdown,
}

#[derive(Debug)]
struct Extension {
    name: String,
    topics: Vec<Topic>,
    events: VecDeque<Value>,
    /// Its `event/next` that waits.
    asking: Option<Sender<Reply>>,
}

/// The extensions of one worker.
#[derive(Debug, Default)]
pub(super) struct Extensions(HashMap<String, Extension>);

impl Extensions {
    /// Takes one in; what it is told.
    pub(super) fn register(&mut self, name: &str, body: &[u8], facts: &Facts) -> Reply {
        #[derive(Deserialize)]
        struct Wanted {
            #[serde(default)]
            events: Vec<Topic>,
        }
        let refuse = |kind: &str, message: &str| reply::refused(StatusCode::BAD_REQUEST, kind, message);
        if name.is_empty() {
            return refuse("Extension.InvalidExtensionName", "the header Lambda-Extension-Name is missing");
        }
        let Ok(Wanted { events }) = serde_json::from_slice(body) else {
            return refuse("InvalidEventType", "the body is not {\"events\": [...]} with INVOKE and SHUTDOWN");
        };
        if self.0.values().any(|extension| extension.name == name) {
            return reply::refused(
                StatusCode::FORBIDDEN,
                "Extension.AlreadyRegistered",
                "an extension of this name is registered",
            );
        }
        if self.0.len() >= MOST {
            return reply::refused(StatusCode::FORBIDDEN, "Extension.TooMany", "there may be ten extensions");
        }
        let id = Uuid::new_v4().to_string();
        let mut taken = reply::of(
            StatusCode::OK,
            &json!({
                "functionName": facts.name,
                "functionVersion": facts.version,
                "handler": facts.handler,
                "accountId": facts.account,
            }),
        );
        if let Ok(id) = HeaderValue::try_from(&id) {
            taken.headers_mut().insert("lambda-extension-identifier", id);
        }
        let extension = Extension { name: name.to_owned(), topics: events, events: VecDeque::new(), asking: None };
        self.0.insert(id, extension);
        taken
    }

    /// Whether there is any.
    pub(super) fn are_there(&self) -> bool {
        !self.0.is_empty()
    }

    /// Answers an extension that asks for its next event, now or later.
    pub(super) fn ask(&mut self, id: &str, asking: Sender<Reply>) {
        match self.0.get_mut(id) {
            Some(extension) => {
                extension.asking = Some(asking);
                extension.tell();
            }
            None => answer(asking, unknown()),
        }
    }

    /// Takes note that one failed.
    pub(super) fn failed(&mut self, id: &str, kind: &str) -> Reply {
        match self.0.remove(id) {
            Some(extension) => {
                tracing::warn!(extension = %extension.name, kind, "an extension reported that it failed");
                reply::accepted()
            }
            None => unknown(),
        }
    }

    /// Tells all who want to know.
    pub(super) fn announce(&mut self, topic: Topic, event: &Value) {
        for extension in self.0.values_mut().filter(|extension| extension.topics.contains(&topic)) {
            extension.events.push_back(event.clone());
            if extension.events.len() > MOST_WAITING {
                extension.events.pop_front();
            }
            extension.tell();
        }
    }
}

impl Extension {
    fn tell(&mut self) {
        let Some(asking) = self.asking.take_if(|_| !self.events.is_empty()) else { return };
        if let Some(event) = self.events.pop_front() {
            answer(asking, reply::of(StatusCode::OK, &event));
        }
    }
}

fn unknown() -> Reply {
    reply::refused(
        StatusCode::FORBIDDEN,
        "Extension.UnknownExtensionIdentifier",
        "the header Lambda-Extension-Identifier names no extension",
    )
}

/// Whoever asked may be gone.
fn answer(asking: Sender<Reply>, reply: Reply) {
    let _ = asking.send(reply);
}

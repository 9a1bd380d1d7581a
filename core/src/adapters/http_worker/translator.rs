//! One worker's translator: messages of the host on one side, requests to a server on the other.

use super::super::speaking::{Said, failed, have_run, hello, is_initialized, is_stem, plain, unexpected};
use super::client::Client;
use super::manner::{Call, Function, Manner, Sent};
use crate::bootstrap::answering::Answering;
use crate::bootstrap::message::Failure;
use crate::bootstrap::{Frame, Invocation, Kind};
use crate::error::{Code, Result};
use crate::sys::process;
use serde_json::Value;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What a conversation begins with.
#[derive(Debug)]
pub(super) struct Translating<M> {
    pub(super) manner: Arc<M>,
    pub(super) function: Function,
    pub(super) port: u16,
}

/// How long a server that does not answer has to have ended, so that its end is what the host is told.
const LAST_BREATH: Duration = Duration::from_millis(200);

impl<M: Manner> Translating<M> {
    /// Speaks for a process until the host lets go of it.
    pub(super) async fn run(self, host: Answering, pid: u32) {
        if let Err(error) = self.converse(host, pid).await {
            tracing::warn!(pid, protocol = self.manner.name(), "a worker is given up: {error}");
        }
    }

    async fn converse(&self, mut host: Answering, pid: u32) -> Result<()> {
        let client = Client::new(self.port, host.limits().max_payload());
        host.send(Kind::Hello, 0, &[&hello(self.manner.name(), pid)]).await?;
        while let Some(frame) = host.receive().await? {
            let request = frame.request;
            if frame.kind == Kind::Shutdown {
                self.end(&client, pid).await;
                continue;
            }
            // Whoever waits for the answer may go away meanwhile.
            let (kind, body) = tokio::select! {
                said = self.answer(&client, frame) => said?,
                _ = host.receive() => return Ok(()),
            };
            host.send(kind, request, &[&body]).await?;
        }
        Ok(())
    }

    async fn answer(&self, client: &Client, frame: Frame) -> Result<Said> {
        match frame.kind {
            Kind::Welcome => Ok(is_stem()),
            Kind::Specialize => Ok(self.initialize(client).await),
            Kind::Invoke => self.invoke(client, &frame.body).await,
            Kind::BeforeFreeze => Ok(have_run(self.before_freeze(client).await)),
            Kind::Prewarm | Kind::AfterThaw | Kind::BeforeSnapshot | Kind::AfterRestore => Ok(have_run(None)),
            other => Err(unexpected(other)),
        }
    }

    async fn initialize(&self, client: &Client) -> Said {
        let begun = Instant::now();
        client.connected().await;
        match self.ask_to_initialize(client).await {
            Ok(()) => is_initialized(begun),
            Err(failure) => failed(*failure),
        }
    }

    async fn ask_to_initialize(&self, client: &Client) -> Result<(), Box<Failure>> {
        let unusable = |message: String| plain(Code::ImportFailed, message);
        let requests = self.manner.initialize(&self.function).map_err(unusable)?;
        for request in requests {
            let (parts, body) = whole(client, request).await.map_err(unusable)?;
            if let Some(outcome) = self.manner.is_initialized(&parts, &body) {
                return outcome;
            }
        }
        Ok(())
    }

    async fn invoke(&self, client: &Client, body: &[u8]) -> Result<Said> {
        let Invocation { budget_us, context, payload } = Invocation::decode(body)?;
        let context: Value = serde_json::from_slice(context).unwrap_or(Value::Null);
        let id = context["request_id"].as_str().map_or_else(|| uuid::Uuid::new_v4().to_string(), ToOwned::to_owned);
        let call = Call::new(id, payload.to_vec(), budget_us, context);
        let request = match self.manner.invoke(&self.function, &call) {
            Ok(request) => request,
            Err(message) => return Ok(failed(*plain(Code::PayloadInvalidJson, message))),
        };
        let answered = match client.ask(request).await {
            Ok(Some((parts, body))) => self.manner.result(&call, &parts, &body).and_then(|result| {
                // A result is larger than the answer that it was: base64, and JSON's escapes.
                if result.len() > client.most() { Err(too_large()) } else { Ok(result) }
            }),
            Ok(None) => Err(too_large()),
            Err(message) => {
                tokio::time::sleep(LAST_BREATH).await;
                Err(plain(Code::FunctionRaised, format!("its server did not answer: {message}")))
            }
        };
        Ok(answered.map_or_else(|failure| failed(*failure), |result| (Kind::Result, result)))
    }

    /// Gives what went wrong: the worker is frozen all the same.
    async fn before_freeze(&self, client: &Client) -> Option<Box<Failure>> {
        let request = self.manner.before_freeze()?;
        let outcome = whole(client, request).await.and_then(|(parts, _)| {
            if parts.status.is_success() { Ok(()) } else { Err(format!("it answered {}", parts.status)) }
        });
        let of_hook = |message| Failure { hook: Some("before_freeze".into()), ..*plain(Code::HookFailed, message) };
        outcome.err().map(|message: String| Box::new(of_hook(message)))
    }

    async fn end(&self, client: &Client, pid: u32) {
        if let Some(request) = self.manner.before_end() {
            // It ends whatever it says.
            let _ = client.ask(request).await;
        }
        // Where it has ended already there is nobody to tell.
        let _ = process::end_group(pid);
    }
}

fn too_large() -> Box<Failure> {
    plain(Code::PayloadTooLarge, "the answer is over the payload limit")
}

async fn whole(client: &Client, request: Sent) -> Result<(http::response::Parts, bytes::Bytes), String> {
    client.ask(request).await?.ok_or_else(|| "the answer is over the payload limit".to_owned())
}

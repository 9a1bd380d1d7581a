//! An answer that is sent while the function writes it.

use super::fault::{Fault, Kind};
use super::invocation::{Answer, Invocation};
use super::record::Which;
use super::reply::{self, Reply};
use super::server::Shared;
use super::stream;
use axum::body::Body;
use bytes::Bytes;
use http::{HeaderValue, StatusCode};
use http_body_util::channel::{Channel, Sender};
use std::convert::Infallible;
use std::sync::Arc;
use tokio::sync::mpsc::{self, Receiver};
use tokio::task::JoinHandle;

/// Pieces that wait for a caller who is slower than the function.
const AHEAD: usize = 4;

const EVENT_STREAM: HeaderValue = HeaderValue::from_static("application/vnd.amazon.eventstream");

type Asked = JoinHandle<Result<Answer, Fault>>;

/// Runs an invocation; the reply begins with the first piece that the function writes, or else with the whole. Which version
/// serves it is told too.
///
/// Fails where the function was not asked, or where that is not its fault.
pub(super) async fn answer(shared: Arc<Shared>, mut invocation: Invocation) -> Result<(Which, Reply), Fault> {
    let which = shared.resolve(&invocation.reference, invocation.id)?;
    let (reader, mut pieces) = mpsc::channel(AHEAD);
    invocation.reader = Some(reader);
    let asked = tokio::spawn(async move { shared.invoke(&invocation).await });
    let Some(first) = pieces.recv().await else {
        let answer = whole(asked).await?;
        return Ok((answer.which, of(stream::encode(answer))));
    };
    let (caller, body) = Channel::<Bytes, Infallible>::new(AHEAD);
    tokio::spawn(pass_on(first, pieces, asked, caller));
    Ok((which, of(Body::new(body))))
}

/// Sends what comes. A caller who has gone away wants no more, and the function ends as if it were read.
async fn pass_on(first: Vec<u8>, mut pieces: Receiver<Vec<u8>>, asked: Asked, mut caller: Sender<Bytes, Infallible>) {
    let mut next = Some(first);
    while let Some(piece) = next {
        if caller.send_data(stream::chunk(&piece).into()).await.is_err() {
            return;
        }
        next = pieces.recv().await;
    }
    let end = match whole(asked).await {
        Ok(answer) => stream::encode(answer),
        Err(fault) => stream::broken(&fault),
    };
    // The last that is said; whoever wanted it may have gone.
    let _ = caller.send_data(end.into()).await;
}

async fn whole(asked: Asked) -> Result<Answer, Fault> {
    asked.await.unwrap_or_else(|_| Err(Fault::new(Kind::Service, "The invocation ended without an answer.")))
}

fn of(body: impl Into<Body>) -> Reply {
    reply::with(StatusCode::OK, EVENT_STREAM, body)
}

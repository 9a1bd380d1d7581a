//! Taking connections of callers who may be slow, many, or gone.

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use rustix::net::sockopt::set_tcp_user_timeout;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::Instant;

/// How many callers may be connected at once.
const MOST_CONNECTIONS: usize = 4_096;
/// How long a caller may take nothing of an answer, in milliseconds.
const UNREAD_MILLISECONDS: u32 = 60_000;
/// Bytes of a request's head.
const MOST_HEAD: usize = 64 << 10;
/// How long nothing is accepted after an error such as too many open files.
const PAUSE: Duration = Duration::from_millis(50);

/// Connections that are answered; dropped, they end.
#[derive(Default)]
pub(super) struct Connections {
    graceful: GracefulShutdown,
    answering: JoinSet<()>,
}

impl Connections {
    /// Has requests answered until `until` comes true. `patience`: how long a connection may be without a whole head of a
    /// request.
    pub(super) async fn accept(
        &mut self,
        router: Router,
        listener: &TcpListener,
        patience: Duration,
        until: impl Future<Output = ()>,
    ) {
        let service = TowerToHyperService::new(router);
        let places = Arc::new(Semaphore::new(MOST_CONNECTIONS));
        let mut http = http1::Builder::new();
        http.timer(TokioTimer::new()).header_read_timeout(patience).max_buf_size(MOST_HEAD);
        let mut until = pin!(until);
        loop {
            let next = async {
                let place = Arc::clone(&places).acquire_owned().await;
                (place, listener.accept().await)
            };
            let (place, accepted) = tokio::select! {
                next = next => next,
                Some(_) = self.answering.join_next() => continue,
                () = &mut until => return,
            };
            match accepted {
                Ok((stream, _)) => {
                    prepare(&stream);
                    let connection = http.serve_connection(TokioIo::new(stream), service.clone());
                    let connection = self.graceful.watch(connection);
                    self.answering.spawn(async move {
                        let _place = place;
                        if let Err(error) = connection.await {
                            tracing::debug!(target: "headstart::serve", "a connection ends: {error}");
                        }
                    });
                }
                Err(error) => {
                    tracing::warn!(target: "headstart::serve", "a connection is not taken: {error}");
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }

    /// Lets requests in flight end until then; gives those that have not.
    pub(super) async fn finish(self, by: Instant) -> JoinSet<()> {
        let Self { graceful, answering } = self;
        let _ = tokio::time::timeout_at(by, graceful.shutdown()).await;
        answering
    }
}

/// Answers are sent at once, and a caller that takes none of them is given up. Where the kernel refuses, it is only slower.
fn prepare(stream: &TcpStream) {
    let _ = stream.set_nodelay(true);
    let _ = set_tcp_user_timeout(stream, UNREAD_MILLISECONDS);
}

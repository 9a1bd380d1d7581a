//! What tells a server to end.

use super::failed;
use crate::talk;
use headstart::Error;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// Ctrl-C and SIGTERM, the first and the second time.
pub(super) struct Signals {
    first: Pair,
    second: Pair,
}

struct Pair {
    interrupt: Signal,
    end: Signal,
}

impl Signals {
    /// From now on they end nothing by themselves.
    pub(super) fn listen() -> Result<Self, Error> {
        Ok(Self { first: Pair::listen()?, second: Pair::listen()? })
    }

    /// When to finish, and when to end at once.
    pub(super) fn split(self) -> (impl Future<Output = ()>, impl Future<Output = ()>) {
        let Self { mut first, mut second } = self;
        let finish = async move {
            first.next().await;
            talk::say(b"finishing what runs; interrupt again to end at once\n");
        };
        let end = async move {
            second.next().await;
            second.next().await;
        };
        (finish, end)
    }
}

impl Pair {
    fn listen() -> Result<Self, Error> {
        let listen = |kind| signal(kind).map_err(failed);
        Ok(Self { interrupt: listen(SignalKind::interrupt())?, end: listen(SignalKind::terminate())? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.end.recv() => {}
        }
    }
}

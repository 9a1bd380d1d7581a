//! Requests to one worker.

use super::super::bodies::{self, Unread};
use super::manner::Sent;
use bytes::Bytes;
use http::response::Parts;
use http::uri::{Authority, Scheme};
use http_body_util::Full;
use hyper_util::client::legacy::Client as Pool;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use std::error::Error;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;
use tokio::net::TcpStream;

/// How often a process that does not listen yet is tried.
const PAUSE: Duration = Duration::from_millis(2);

/// A worker's server, from outside.
#[derive(Debug)]
pub(super) struct Client {
    pool: Pool<HttpConnector, Full<Bytes>>,
    address: SocketAddr,
    /// The same, as requests name it.
    authority: Option<Authority>,
    /// Bytes of the largest answer.
    most: usize,
}

impl Client {
    pub(super) fn new(port: u16, most: u32) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        let pool = Pool::builder(TokioExecutor::new()).build(connector);
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        Self { pool, address, authority: Authority::try_from(address.to_string()).ok(), most: most as usize }
    }

    /// Bytes of the largest answer.
    pub(super) fn most(&self) -> usize {
        self.most
    }

    /// Waits until the worker takes connections.
    pub(super) async fn connected(&self) {
        while TcpStream::connect(self.address).await.is_err() {
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Asks, and takes the whole answer; `None` where that is over the limit.
    pub(super) async fn ask(&self, mut request: Sent) -> Result<Option<(Parts, Bytes)>, String> {
        let mut target = std::mem::take(request.uri_mut()).into_parts();
        target.scheme = Some(Scheme::HTTP);
        target.authority.clone_from(&self.authority);
        *request.uri_mut() = http::Uri::from_parts(target).map_err(|error| error.to_string())?;
        let (parts, mut body) = self.pool.request(request).await.map_err(|error| chain(&error))?.into_parts();
        match bodies::whole(&mut body, self.most).await {
            Ok(body) => Ok(Some((parts, body))),
            Err(Unread::TooLarge) => Ok(None),
            Err(Unread::Broken(why)) => Err(why),
        }
    }
}

/// An error with what it came of.
fn chain(error: &dyn Error) -> String {
    let causes = std::iter::successors(error.source(), |&cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}

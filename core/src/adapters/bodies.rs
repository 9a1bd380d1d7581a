//! Bodies, read whole as far as they may go.

use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::Body;
use std::error::Error;

/// How much of a body that is too large is taken and thrown away, in bytes.
///
/// Its sender reads the answer only when it has sent all; a connection that is closed before loses it (RFC 9112, 9.6).
pub(super) const TOLERATED: usize = 128 << 20;

/// Why there is no body.
#[derive(Debug)]
pub(super) enum Unread {
    TooLarge,
    /// It broke off.
    Broken(String),
}

/// A body of at most `most` bytes. Of a larger one the rest is left.
pub(super) async fn whole<B>(body: &mut B, most: usize) -> Result<Bytes, Unread>
where
    B: Body<Data = Bytes, Error: Into<Box<dyn Error + Send + Sync>>> + Unpin,
{
    match Limited::new(body, most).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(Unread::TooLarge),
        Err(error) => Err(Unread::Broken(error.to_string())),
    }
}

/// The same of a request; of one that is too large the rest is taken too, so that its sender reads what it is told.
pub(super) async fn received<B>(mut body: B, most: usize) -> Result<Bytes, Unread>
where
    B: Body<Data = Bytes, Error: Into<Box<dyn Error + Send + Sync>>> + Unpin,
{
    let received = whole(&mut body, most).await;
    if matches!(received, Err(Unread::TooLarge)) {
        pass_over(&mut body).await;
    }
    received
}

/// Throws away what is left of a body, as far as that is tolerated.
pub(super) async fn pass_over(body: &mut (impl Body<Data = Bytes> + Unpin)) {
    let mut left = TOLERATED;
    while let Some(Ok(frame)) = body.frame().await {
        let passed = frame.data_ref().map_or(0, Bytes::len);
        match left.checked_sub(passed) {
            Some(rest) => left = rest,
            None => return,
        }
    }
}

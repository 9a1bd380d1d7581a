//! Bodies of requests: read as far as they may go, within the time and the memory that there is for them.

use super::super::bodies::TOLERATED;
use super::fault::{Fault, Kind};
use axum::body::Body;
use http_body_util::BodyExt;
use serde::de::DeserializeOwned;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Bytes that the bodies of all requests may take together, and those that are read before it is known whose they are.
const BUDGET: usize = 512 << 20;
const SIGNED_BUDGET: usize = 256 << 20;
/// What a place in the budget stands for.
const UNIT: usize = 1 << 10;
/// How long all of a body may take.
const WHOLE: Duration = Duration::from_mins(5);

/// The largest bodies: of an invocation, of one that is answered before it runs, and of an archive in JSON (AWS's quotas).
pub(super) const MOST_PAYLOAD: usize = 6 << 20;
pub(super) const MOST_EVENT: usize = 1 << 20;
pub(super) const MOST_CODE: usize = 69_905_067;
/// Of everything else.
pub(super) const MOST_JSON: usize = 1 << 20;

/// The memory and the time for bodies.
#[derive(Debug)]
pub(super) struct Bodies {
    budget: Arc<Semaphore>,
    /// How long a caller may send nothing.
    patience: Duration,
}

/// A part of the budget.
pub(super) type Place = OwnedSemaphorePermit;

/// A body, and its place in the budget, which it has for as long as it lives.
#[derive(Debug, Default)]
pub(super) struct Taken {
    pub(super) bytes: Vec<u8>,
    place: Option<Place>,
}

impl Taken {
    /// The bytes, and what is to be kept for as long as they are.
    pub(super) fn into_parts(self) -> (Vec<u8>, Option<Place>) {
        (self.bytes, self.place)
    }

    /// Gives its place in the budget back: what keeps it counts it by itself.
    pub(super) fn release(&mut self) {
        self.place = None;
    }
}

impl Bodies {
    pub(super) fn new(patience: Duration) -> Self {
        Self { budget: Arc::new(Semaphore::new(BUDGET / UNIT)), patience }
    }

    /// For requests whose signature is still to be checked, so that others have room whoever sends them.
    pub(super) fn signed(patience: Duration) -> Self {
        Self { budget: Arc::new(Semaphore::new(SIGNED_BUDGET / UNIT)), patience }
    }

    /// Reads a body of at most `most` bytes.
    pub(super) async fn read(&self, body: Body, most: usize, operation: &str) -> Result<Taken, Fault> {
        let reading = self.read_in_time(body, most, operation);
        tokio::time::timeout(WHOLE, reading).await.unwrap_or_else(|_| Err(slow()))
    }

    async fn read_in_time(&self, mut body: Body, most: usize, operation: &str) -> Result<Taken, Fault> {
        let mut taken = Taken::default();
        let mut excess = 0;
        while let Some(frame) = tokio::time::timeout(self.patience, body.frame()).await.map_err(|_| slow())? {
            let frame =
                frame.map_err(|error| Fault::new(Kind::InvalidContent, format!("Could not read the body: {error}")))?;
            let Ok(data) = frame.into_data() else { continue };
            if excess > 0 || taken.bytes.len() + data.len() > most {
                taken = Taken::default();
                excess += data.len();
                if excess > TOLERATED {
                    break;
                }
                continue;
            }
            taken.bytes.extend_from_slice(&data);
            self.make_room(&mut taken)?;
        }
        if excess > 0 {
            let text = format!("Request must be smaller than {most} bytes for the {operation} operation");
            return Err(Fault::new(Kind::TooLarge, text));
        }
        Ok(taken)
    }

    /// Takes as much more of the budget as a body has grown, however small its pieces are.
    fn make_room(&self, taken: &mut Taken) -> Result<(), Fault> {
        let had = taken.place.as_ref().map_or(0, OwnedSemaphorePermit::num_permits);
        let units = u32::try_from(taken.bytes.len().div_ceil(UNIT).saturating_sub(had)).unwrap_or(u32::MAX);
        let full = |_| Fault::new(Kind::Unavailable, "Too many bytes are being sent to this server at once.");
        let place = Arc::clone(&self.budget).try_acquire_many_owned(units).map_err(full)?;
        match &mut taken.place {
            Some(own) => own.merge(place),
            none => *none = Some(place),
        }
        Ok(())
    }

    /// Reads a body as JSON; an empty one is an empty object.
    pub(super) async fn json<T: DeserializeOwned>(&self, body: Body, most: usize, operation: &str) -> Result<T, Fault> {
        let taken = self.read(body, most, operation).await?;
        let text = if taken.bytes.is_empty() { b"{}" } else { &taken.bytes[..] };
        serde_json::from_slice(text).map_err(|error| unreadable(&error))
    }
}

/// What a body that is no JSON, or not the right one, is answered with.
pub(super) fn unreadable(error: &serde_json::Error) -> Fault {
    Fault::new(Kind::InvalidContent, format!("Could not parse request body into json: {error}"))
}

fn slow() -> Fault {
    Fault::new(Kind::Timeout, "The body did not come in time.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_pieces_take_no_more_room_than_large_ones() {
        let bodies = Bodies::new(Duration::from_secs(1));
        let mut taken = Taken::default();
        for _ in 0..3 * UNIT {
            taken.bytes.push(b'x');
            bodies.make_room(&mut taken).unwrap();
        }
        assert_eq!(taken.place.as_ref().unwrap().num_permits(), 3);
        drop(taken);
        assert_eq!(bodies.budget.available_permits(), BUDGET / UNIT);
    }
}

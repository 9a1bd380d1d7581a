//! What keeps entries beyond a process: files on the node, or something else in their place.

use super::key::KeyHash;
use super::life::Life;
use super::tags::TagMark;
use super::tally::Tally;
use std::fmt::Debug;
use std::io;
use std::sync::Arc;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// An entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// How long it is good.
    pub life: Life,
    /// What it is invalidated with.
    pub tags: Vec<TagMark>,
    /// The encoded value; `None` where it is known that there is none.
    pub value: Option<Arc<[u8]>>,
}

/// Held by the one who computes a value that others wait for; dropped, it is let go.
pub trait Turn: Debug + Send {}

/// Keeps entries of one namespace for all processes that share it.
///
/// An error costs the caller a computation and is counted; no method panics or waits for more than it says.
pub trait Store: Debug + Send + Sync {
    /// The entry of a key; a damaged one is an error, and removed.
    fn read(&self, key: &KeyHash) -> io::Result<Option<Stored>>;

    /// Keeps an entry, in place of the one that there may be; readers see one or the other.
    fn write(&self, key: &KeyHash, stored: &Stored) -> io::Result<()>;

    /// Removes an entry; whether there was one.
    fn remove(&self, key: &KeyHash) -> io::Result<bool>;

    /// Removes all of them.
    fn clear(&self) -> io::Result<()>;

    /// The generation of a tag: the same as long as it is not invalidated, and then one that it never had.
    fn generation(&self, tag: &[u8; 16]) -> io::Result<u64>;

    /// Gives a tag another generation.
    fn invalidate(&self, tag: &[u8; 16]) -> io::Result<()>;

    /// The turn to compute a key's value, among all processes; `None` where another had it for so long.
    fn turn(&self, key: &KeyHash, within: Duration) -> io::Result<Option<Box<dyn Turn>>>;

    /// Adds to what all processes together have done, and waits for others who do so for no longer than `within`. Default:
    /// that is kept nowhere.
    fn add(&self, _counts: &Tally, _within: Duration) -> io::Result<()> {
        Ok(())
    }

    /// Lets go of what a process may not have open when a snapshot is taken of it.
    fn before_snapshot(&self) {}
}

/// Tries until something is there, for no longer than `within`, with pauses that grow from the first to the last.
pub(super) fn try_for<T>(
    within: Duration,
    (first, last): (Duration, Duration),
    attempt: impl Fn() -> io::Result<Option<T>>,
) -> io::Result<Option<T>> {
    let (begun, mut pause) = (Instant::now(), first);
    loop {
        if let Some(found) = attempt()? {
            return Ok(Some(found));
        }
        let left = within.saturating_sub(begun.elapsed());
        if left.is_zero() {
            return Ok(None);
        }
        sleep(pause.min(left));
        pause = (pause * 2).min(last);
    }
}

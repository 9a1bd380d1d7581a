//! Caches that survive: values kept in the process, and in files that all workers of one user on a machine share.
//!
//! [`Cache`] puts both together. A value is looked up in the process, then on the node, and else computed, once for all
//! who ask: the others wait for it, in this process and in others. What the cache cannot do, for want of space or because
//! a file is damaged, costs a computation and never an error.
//!
//! ```
//! use headstart::cache::{Cache, Policy};
//! use std::time::Duration;
//!
//! # fn main() {
//! # let directory = tempfile::tempdir().unwrap();
//! let cache = Cache::builder("report").directory(directory.path()).bytes();
//! let policy = Policy::ttl(Duration::from_secs(300)).stale_while_revalidate(Duration::from_secs(3600));
//! let rows = cache.get_or_compute("rows", &policy, || Ok::<_, std::io::Error>(Some(b"slow"[..].into())));
//! assert_eq!(rows.unwrap().as_deref(), Some(&b"slow"[..]));
//! assert_eq!(cache.statistics().misses, 1);
//! # }
//! ```

mod builder;
mod clearing;
mod codec;
mod compute;
mod entry;
mod flight;
mod kept;
mod key;
mod life;
mod node;
mod policy;
mod process;
#[cfg(feature = "redis-store")]
mod redis;
#[cfg(all(test, shuttle))]
mod shuttled;
mod statistics;
mod steps;
mod store;
mod tags;
mod tally;
mod tiers;
mod time;

#[cfg(feature = "redis-store")]
pub use self::redis::RedisStore;
pub use builder::CacheBuilder;
pub use clearing::Clearing;
pub use codec::{Bytes, Codec, Json, MessagePack};
pub use entry::Damage;
pub use flight::Outcome;
pub use kept::Kept;
pub use key::KeyHash;
pub use key::Namespace;
pub use life::{Life, State};
pub use node::{NodeTier, Usage, clear, usage};
pub use policy::Policy;
pub use statistics::Statistics;
pub use steps::{Claim, Step, Waiting, Work};
pub use store::{Store, Stored, Turn};
pub use tags::{TagHash, TagMark};
pub use tally::Tally;
pub use tiers::Cache;
pub use time::{Moment, epoch, restored};

/// Reads an entry, for the fuzz target: whatever the bytes are, it ends, and says what they are.
#[cfg(feature = "fuzzing")]
pub fn read_entry(bytes: &[u8], key: &KeyHash) -> Result<Stored, Damage> {
    entry::decode(bytes, key)
}

//! A store on a Redis or Valkey server, for what nodes share or what outlives them.
//!
//! All keys begin with `headstart:{NAMESPACE}:`; for the braces they are on one node of a cluster.
//!
//! | key | what is in it | lives |
//! |---|---|---|
//! | `entry:KEY` | the generation of everything (8 bytes, little-endian), then an entry as in a file | as long as it is good for anything, 30 days at most |
//! | `tag:TAG` | a tag's generation, a random number: every invalidation sets another | 60 days |
//! | `turn:KEY` | a random number of the one who computes | 10 seconds at most |
//!
//! Everything is a tag too, and clearing sets its generation: what has another one is not there. A generation that the
//! server has lost becomes one that it never was, so that nothing is good that was invalidated.

mod link;
mod store;
mod turn;

pub(super) use link::{PATIENCE, Server};
pub use store::RedisStore;

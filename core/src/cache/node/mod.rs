//! The node's tier: a file for each entry, below a directory that only this user may look into.
//!
//! ```text
//! DIRECTORY/1/NAMESPACE/name        whose it is, for people
//! DIRECTORY/1/NAMESPACE/lock        bytes that are locked by who computes a value
//! DIRECTORY/1/NAMESPACE/figures     what all processes together have done
//! DIRECTORY/1/NAMESPACE/tags/TAG    a tag's generation
//! DIRECTORY/1/NAMESPACE/00..3f/KEY  entries
//! ```
//!
//! A new file is written without a name and then given one (`O_TMPFILE`, `linkat(2)`), so that a reader sees all of it and
//! a writer that is killed leaves nothing; one that is there is written over, which its checksum shows to who reads it at
//! that moment. Files are read, never mapped: one that shrinks is short, and no signal.

mod directory;
mod figures;
mod file;
mod locks;
mod outdated;
mod room;
mod sweep;
mod tier;
mod usage;

pub use tier::NodeTier;
pub use usage::{Usage, clear, usage};

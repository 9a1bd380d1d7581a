//! Tags: what is invalidated together.

use super::key::Namespace;

/// At most so many of one value.
pub(super) const MOST_TAGS: usize = 16;

/// The tag that everything of a namespace has.
pub(super) const EVERYTHING: TagHash = [0; 16];

/// What a tag is called in files.
pub(super) type TagHash = [u8; 16];

/// A tag of a value, and the generation that it had when the value was computed: the value is good as long as it has
/// that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TagMark {
    /// A digest of the tag.
    pub tag: [u8; 16],
    /// A number that every invalidation raises.
    pub generation: u64,
}

pub(super) fn hash(namespace: &Namespace, tag: &str) -> TagHash {
    let key = super::key::KeyHash::of(namespace, format!("tag {tag}").as_bytes());
    let [first, _] = key.0.as_chunks::<16>().0 else { unreachable!("32 bytes are two chunks of 16") };
    *first
}

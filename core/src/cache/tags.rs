//! Tags: what is invalidated together.

use super::key::Namespace;
use std::collections::HashMap;
use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// At most so many of one value.
pub(super) const MOST_TAGS: usize = 16;

/// The tag that everything of a namespace has.
pub(super) const EVERYTHING: TagHash = [0; 16];

/// Beyond so many tags that were invalidated, a process forgets everything that has one.
const MOST_RAISED: usize = 100_000;

/// What a tag is called in files: a digest of it and of the namespace.
pub type TagHash = [u8; 16];

/// A tag of a value, and the generation that it had when the value was computed: the value is good as long as it has
/// that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TagMark {
    /// The tag.
    pub tag: TagHash,
    /// A number that every invalidation raises.
    pub generation: u64,
}

pub(super) fn hash(namespace: &Namespace, tag: &str) -> TagHash {
    let key = super::key::KeyHash::of(namespace, format!("tag {tag}").as_bytes());
    let [first, _] = key.0.as_chunks::<16>().0 else { unreachable!("32 bytes are two chunks of 16") };
    *first
}

/// A number that nobody else has, also among processes that were restored from one snapshot; never 0.
pub(super) fn another() -> io::Result<u64> {
    // Half of them, so that servers that count have them too.
    getrandom::u64().map(|number| number >> 1 | 1).map_err(io::Error::other)
}

/// The generations of tags for values that are in this process alone; with a store, the invalidations that it has not
/// taken.
#[derive(Debug, Default)]
pub(super) struct Generations(Mutex<Raised>);

#[derive(Debug, Default)]
struct Raised {
    /// That of every tag that is not below.
    floor: u64,
    last: u64,
    tags: HashMap<TagHash, u64>,
}

impl Generations {
    /// That of every tag is this one, until it is raised.
    pub(super) fn above(floor: u64) -> Self {
        Self(Mutex::new(Raised { floor, last: floor, tags: HashMap::new() }))
    }

    pub(super) fn of(&self, tag: &TagHash) -> u64 {
        let raised = self.raised();
        raised.tags.get(tag).copied().unwrap_or(raised.floor)
    }

    pub(super) fn raise(&self, tag: &TagHash) {
        let mut raised = self.raised();
        raised.last += 1;
        let next = raised.last;
        if raised.tags.len() >= MOST_RAISED {
            raised.floor = next;
            raised.tags.clear();
        }
        raised.tags.insert(*tag, next);
    }

    /// As if the tag had never been raised beyond this generation.
    pub(super) fn settle(&self, tag: &TagHash, generation: u64) {
        let mut raised = self.raised();
        if raised.tags.get(tag).copied().unwrap_or(raised.floor) == generation {
            raised.tags.insert(*tag, 0);
        }
    }

    fn raised(&self) -> MutexGuard<'_, Raised> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_raised_tag_never_has_a_generation_again_that_it_had() {
        let generations = Generations::default();
        let (one, other) = ([1; 16], [2; 16]);
        let mut seen = vec![(generations.of(&one), generations.of(&other))];
        generations.raise(&one);
        seen.push((generations.of(&one), generations.of(&other)));
        for number in 0..=MOST_RAISED as u64 {
            generations.raise(&u128::from(number + 1_000).to_le_bytes());
        }
        seen.push((generations.of(&one), generations.of(&other)));
        let [(0, 0), (first, 0), (second, floor)] = seen[..] else { panic!("{seen:?}") };
        assert!(0 < first && first < second && 0 < floor);
    }

    #[test]
    fn what_is_settled_is_as_if_never_raised() {
        let (generations, tag) = (Generations::default(), [1; 16]);
        generations.raise(&tag);
        let seen = generations.of(&tag);
        generations.raise(&tag);
        generations.settle(&tag, seen);
        assert_ne!(generations.of(&tag), 0, "it was raised again");
        generations.settle(&tag, generations.of(&tag));
        assert_eq!(generations.of(&tag), 0);
    }
}

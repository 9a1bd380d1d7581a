//! An entry as bytes, of version 1. Numbers are little-endian.
//!
//! | offset | bytes | what |
//! |---|---|---|
//! | 0 | 4 | `HSCE` |
//! | 4 | 2 | version |
//! | 6 | 1 | flags: 1 there is no value, 2 good in its epoch alone |
//! | 7 | 1 | number of tags |
//! | 8 | 32 | the key's digest |
//! | 40 | 8 each | created, due, fresh until, stale until, error until: nanoseconds since 1970 |
//! | 80 | 8 | restore epoch |
//! | 88 | 4 | length of the value |
//! | 92 | 4 | zero |
//! | 96 | 8 | XXH3 of all other bytes: of 64 bits, since one that is read while it is written over is a part of each |
//! | 104 | 24 each | tags: digest (16), generation (8) |
//! | | | the value |

use super::key::KeyHash;
use super::life::Life;
use super::store::Stored;
use super::tags::{MOST_TAGS, TagMark};
use std::fmt;
use std::io;
use xxhash_rust::xxh3::Xxh3Default;

const MAGIC: [u8; 4] = *b"HSCE";
const VERSION: u16 = 1;
const NO_VALUE: u8 = 1;
const ONE_EPOCH: u8 = 2;
pub(super) const HEAD: usize = 104;
const SUM: usize = 8;
const TAG: usize = 24;
/// What tags and head take at most.
pub(super) const MOST_HEAD: usize = HEAD + MOST_TAGS * TAG;

/// What is wrong with an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Damage {
    /// It is shorter or longer than it says.
    Length,
    /// It is no entry, or of another version.
    Foreign,
    /// It is another key's.
    Key,
    /// Its bytes have changed.
    Checksum,
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Length => "it is shorter or longer than it says",
            Self::Foreign => "it is no entry of this version",
            Self::Key => "it is another key's",
            Self::Checksum => "its bytes have changed",
        })
    }
}

/// The bytes of an entry whose value may have at most so many; fails with `FileTooLarge`.
pub(super) fn encode_within(key: &KeyHash, stored: &Stored, most: usize) -> io::Result<Vec<u8>> {
    let fits = stored.value.as_ref().is_none_or(|value| value.len() <= most);
    let too_large = || io::Error::new(io::ErrorKind::FileTooLarge, "the value is larger than an entry may be");
    fits.then(|| encode(key, stored)).flatten().ok_or_else(too_large)
}

/// The bytes of an entry; `None` where it is larger than entries can be.
fn encode(key: &KeyHash, stored: &Stored) -> Option<Vec<u8>> {
    let value = stored.value.as_deref().unwrap_or_default();
    let length = u32::try_from(value.len()).ok()?;
    let tags = u8::try_from(stored.tags.len()).ok().filter(|count| usize::from(*count) <= MOST_TAGS)?;
    let flags =
        if stored.value.is_none() { NO_VALUE } else { 0 } | if stored.life.epoch.is_some() { ONE_EPOCH } else { 0 };
    let Life { created, due, fresh_until, stale_until, error_until, epoch } = stored.life;
    let mut bytes = Vec::with_capacity(HEAD + stored.tags.len() * TAG + value.len());
    bytes.extend(MAGIC);
    bytes.extend(VERSION.to_le_bytes());
    bytes.extend([flags, tags]);
    bytes.extend(key.0);
    for number in [created, due, fresh_until, stale_until, error_until, epoch.unwrap_or(0)] {
        bytes.extend(number.to_le_bytes());
    }
    bytes.extend(length.to_le_bytes());
    bytes.extend([0; 4 + SUM]);
    for mark in &stored.tags {
        bytes.extend(mark.tag);
        bytes.extend(mark.generation.to_le_bytes());
    }
    bytes.extend_from_slice(value);
    let sum = checksum(&bytes);
    bytes[HEAD - SUM..HEAD].copy_from_slice(&sum.to_le_bytes());
    Some(bytes)
}

/// Reads an entry that is the key's.
pub(super) fn decode(bytes: &[u8], key: &KeyHash) -> Result<Stored, Damage> {
    let (head, rest) = bytes.split_at_checked(HEAD).ok_or(Damage::Length)?;
    let mut reader = Reader(head);
    if reader.take()? != MAGIC || reader.take()? != VERSION.to_le_bytes() {
        return Err(Damage::Foreign);
    }
    let [flags, tags] = reader.take()?;
    if reader.take()? != key.0 {
        return Err(Damage::Key);
    }
    let [created, due, fresh_until, stale_until, error_until, epoch] = reader.numbers()?;
    let length = u32::from_le_bytes(reader.take()?);
    let (marks, value) = rest.split_at_checked(usize::from(tags) * TAG).ok_or(Damage::Length)?;
    if usize::try_from(length) != Ok(value.len()) {
        return Err(Damage::Length);
    }
    if reader.take::<4>()? != [0; 4] || u64::from_le_bytes(reader.take()?) != checksum(bytes) {
        return Err(Damage::Checksum);
    }
    let epoch = (flags & ONE_EPOCH != 0).then_some(epoch);
    Ok(Stored {
        life: Life { created, due, fresh_until, stale_until, error_until, epoch },
        tags: marks.as_chunks::<TAG>().0.iter().map(|bytes| Reader(bytes).mark()).collect::<Result<_, _>>()?,
        value: (flags & NO_VALUE == 0).then(|| value.into()),
    })
}

/// Of all bytes but its own.
fn checksum(bytes: &[u8]) -> u64 {
    let mut hasher = Xxh3Default::new();
    hasher.update(&bytes[..HEAD - SUM]);
    hasher.update(&bytes[HEAD..]);
    hasher.digest()
}

struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], Damage> {
        let (taken, rest) = self.0.split_first_chunk().ok_or(Damage::Length)?;
        self.0 = rest;
        Ok(*taken)
    }

    fn numbers<const N: usize>(&mut self) -> Result<[u64; N], Damage> {
        let mut numbers = [0; N];
        for number in &mut numbers {
            *number = u64::from_le_bytes(self.take()?);
        }
        Ok(numbers)
    }

    fn mark(mut self) -> Result<TagMark, Damage> {
        Ok(TagMark { tag: self.take()?, generation: u64::from_le_bytes(self.take()?) })
    }
}

#[cfg(test)]
mod tests {
    use super::super::key::Namespace;
    use super::*;
    use proptest::prelude::*;

    fn key(text: &str) -> KeyHash {
        KeyHash::of(&Namespace::new("function", "code", "bytes"), text.as_bytes())
    }

    fn stored() -> impl Strategy<Value = Stored> {
        let life = (any::<[u64; 5]>(), any::<Option<u64>>());
        let tags = prop::collection::vec((any::<[u8; 16]>(), any::<u64>()), 0..=MOST_TAGS);
        let value = prop::option::of(prop::collection::vec(any::<u8>(), 0..200));
        (life, tags, value).prop_map(|(([created, due, fresh_until, stale_until, error_until], epoch), tags, value)| {
            Stored {
                life: Life { created, due, fresh_until, stale_until, error_until, epoch },
                tags: tags.into_iter().map(|(tag, generation)| TagMark { tag, generation }).collect(),
                value: value.map(Into::into),
            }
        })
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(stored in stored()) {
            let bytes = encode(&key("one"), &stored).unwrap();
            prop_assert_eq!(decode(&bytes, &key("one")), Ok(stored));
            prop_assert_eq!(decode(&bytes, &key("other")), Err(Damage::Key));
        }

        #[test]
        fn no_changed_byte_and_no_cut_goes_unnoticed(stored in stored(), at in any::<prop::sample::Index>(), by in 1_u8..) {
            let mut bytes = encode(&key("one"), &stored).unwrap();
            let at = at.index(bytes.len());
            prop_assert!(decode(&bytes[..at], &key("one")).is_err());
            bytes[at] ^= by;
            prop_assert!(decode(&bytes, &key("one")).is_err());
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            prop_assert!(decode(&bytes, &key("one")).is_err());
        }
    }

    #[test]
    fn what_does_not_fit_is_not_written() {
        let life = Life { created: 0, due: 0, fresh_until: 0, stale_until: 0, error_until: 0, epoch: None };
        let tags = vec![TagMark { tag: [0; 16], generation: 0 }; MOST_TAGS + 1];
        assert_eq!(encode(&key("one"), &Stored { life, tags, value: None }), None);
    }
}

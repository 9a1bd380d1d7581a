//! The tier as a store.

use super::super::entry::{MOST_HEAD, decode, encode_within};
use super::super::key::{BEYOND_KEYS, KeyHash, Namespace};
use super::super::store::{Store, Stored, Turn};
use super::super::tags;
use super::super::tally::Tally;
use super::directory::{Directory, SHARDS, TAGS, shard};
use super::locks::LockFile;
use super::room::Allowances;
use super::{figures, file, outdated, sweep};
use crate::sys::fork::PerProcess;
use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// One in so many invalidations that take room looks through the tags.
const TIDY_EVERY: u64 = 16;
/// So many tags have a generation of their own at most, or a few more.
const MOST_TAGS: usize = 4096;
/// What has the generation of all tags that have none of their own.
const FLOOR: &str = "floor";
/// How often an entry is looked at before it counts as damaged.
const MOST_LOOKS: u32 = 3;

/// Entries of one namespace as files.
#[derive(Debug)]
pub struct NodeTier {
    directory: Arc<Directory>,
    /// A child opens it for itself, and never closes its parent's: that would let go of its own turns.
    lock: PerProcess<io::Result<Arc<LockFile>>>,
    budget: u64,
    most: usize,
    allowances: Allowances,
    invalidations: AtomicU64,
}

impl NodeTier {
    /// Opens, and makes where it is missing, a namespace's part of a directory. `budget`: how many bytes its entries may
    /// take on disk, by and large; `most`: how many one value may have.
    ///
    /// Fails where a directory is another user's or open to others.
    pub fn open(directory: &Path, namespace: &Namespace, budget: u64, most: usize) -> io::Result<Self> {
        let directory = Arc::new(Directory::open(directory, namespace)?);
        let locked = Arc::clone(&directory);
        let lock = PerProcess::new(move || LockFile::open(&locked));
        // An entry may not be larger than its shard's part.
        let most = most.min(usize::try_from(budget / u64::from(SHARDS)).unwrap_or(usize::MAX));
        let (allowances, invalidations) = (Allowances::new(), AtomicU64::new(0));
        let tier = Self { directory, lock, budget, most, allowances, invalidations };
        tier.lock()?;
        Ok(tier)
    }

    fn lock(&self) -> io::Result<&Arc<LockFile>> {
        self.lock.get().as_ref().map_err(|error| io::Error::new(error.kind(), error.to_string()))
    }

    fn place(key: &KeyHash) -> (String, String) {
        (shard(key.as_bytes()[0]), key.to_string())
    }

    /// The generation in a file of the tags' directory.
    fn read_tag(&self, name: &str) -> io::Result<Option<u64>> {
        let Some(bytes) = file::read(&self.directory, &format!("{TAGS}/{name}"), size_of::<u64>())? else {
            return Ok(None);
        };
        let bytes = bytes.try_into().map_err(|_| io::Error::from(io::ErrorKind::InvalidData))?;
        Ok(Some(u64::from_le_bytes(bytes)))
    }

    fn write_tag(&self, name: &str) -> io::Result<bool> {
        self.write_into(TAGS, name, &tags::another()?.to_le_bytes())
    }

    /// What was not finished goes; where there are too many tags, all of them have another generation from now on.
    fn tidy_tags(&self) -> io::Result<()> {
        let directory = self.directory.path.join(TAGS);
        if sweep::tidy(&directory)? > MOST_TAGS {
            self.write_tag(FLOOR)?;
            sweep::empty(&directory, FLOOR)?;
        }
        Ok(())
    }

    /// Writes into a directory that may have to be made first; whether it takes more room than before.
    fn write_into(&self, directory: &str, name: &str, bytes: &[u8]) -> io::Result<bool> {
        match file::write(&self.directory, directory, name, bytes) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                self.directory.ensure(directory)?;
                file::write(&self.directory, directory, name, bytes)
            }
            outcome => outcome,
        }
    }
}

impl Store for NodeTier {
    fn read(&self, key: &KeyHash) -> io::Result<Option<Stored>> {
        let (shard, name) = Self::place(key);
        let place = format!("{shard}/{name}");
        let mut looks = 0;
        loop {
            let Some(bytes) = file::read(&self.directory, &place, MOST_HEAD + self.most)? else {
                return Ok(None);
            };
            looks += 1;
            match decode(&bytes, key) {
                Ok(stored) => return Ok(Some(stored)),
                // It may be written over at this moment.
                Err(_) if looks < MOST_LOOKS => std::thread::yield_now(),
                Err(damage) => {
                    // Whoever writes it anew finds no difference.
                    let _ = file::remove(&self.directory, &place);
                    return Err(io::Error::new(io::ErrorKind::InvalidData, damage.to_string()));
                }
            }
        }
    }

    fn write(&self, key: &KeyHash, stored: &Stored) -> io::Result<()> {
        let bytes = encode_within(key, stored, self.most)?;
        let (shard, name) = Self::place(key);
        let has_grown = self.write_into(&shard, &name, &bytes)?;
        let first = key.as_bytes()[0];
        if has_grown && self.allowances.is_used_up(first, bytes.len() as u64) {
            self.allowances.renew(first, sweep::sweep(&self.directory.path.join(shard), self.budget)?);
            outdated::renew(&self.directory.path);
        }
        Ok(())
    }

    fn remove(&self, key: &KeyHash) -> io::Result<bool> {
        let (shard, name) = Self::place(key);
        file::remove(&self.directory, &format!("{shard}/{name}"))
    }

    fn clear(&self) -> io::Result<()> {
        for first in 0..SHARDS {
            match fs::read_dir(self.directory.path.join(shard(first))) {
                Ok(entries) => entries.flatten().for_each(|entry| drop(fs::remove_file(entry.path()))),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn generation(&self, tag: &[u8; 16]) -> io::Result<u64> {
        for name in [&*tag_name(tag), FLOOR] {
            match self.read_tag(name) {
                Ok(None) => {}
                Ok(Some(generation)) => return Ok(generation),
                Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                    // What it was is lost: it becomes one that it never was.
                    self.write_tag(name)?;
                    return self.read_tag(name).map(Option::unwrap_or_default);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(0)
    }

    fn invalidate(&self, tag: &[u8; 16]) -> io::Result<()> {
        let has_grown = self.write_tag(&tag_name(tag))?;
        if has_grown && self.invalidations.fetch_add(1, Ordering::Relaxed).is_multiple_of(TIDY_EVERY) {
            // What stays now, a later one finds.
            let _ = self.tidy_tags();
        }
        Ok(())
    }

    fn turn(&self, key: &KeyHash, within: Duration) -> io::Result<Option<Box<dyn Turn>>> {
        self.lock()?.turn(key, within)
    }

    fn add(&self, counts: &Tally, within: Duration) -> io::Result<()> {
        match self.lock()?.turn_at(BEYOND_KEYS, within)? {
            Some(_turn) => figures::add(&self.directory, counts),
            None => Err(io::ErrorKind::WouldBlock.into()),
        }
    }
}

pub(super) fn tag_name(tag: &[u8; 16]) -> String {
    format!("{:032x}", u128::from_be_bytes(*tag))
}

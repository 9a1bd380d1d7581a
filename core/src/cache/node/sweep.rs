//! Room for new entries: one shard is looked through, and what is oldest in it goes.

use super::directory::SHARDS;
use super::file::UNFINISHED;
use super::room::BLOCK;
use std::fs::{self, DirEntry, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// What was not finished for so long never will be.
const GIVEN_UP: Duration = Duration::from_mins(5);
/// A shard that is over its part is brought to so many sixteenths of it, so that the next entries have room.
const SIXTEENTHS: u64 = 14;

/// A file in a shard.
struct Found {
    path: PathBuf,
    bytes: u64,
    changed: SystemTime,
}

/// Takes away what a shard has beyond its part of the budget; how much room is left in it, in bytes.
pub(super) fn sweep(shard: &Path, budget: u64) -> io::Result<u64> {
    let part = budget / u64::from(SHARDS);
    let mut found = look_through(shard)?;
    let mut total: u64 = found.iter().map(|it| it.bytes).sum();
    if total <= part {
        return Ok(part - total);
    }
    found.sort_by_key(|it| it.changed);
    for Found { path, bytes, .. } in found {
        if total <= part / 16 * SIXTEENTHS {
            break;
        }
        // Another process may have been first.
        let _ = fs::remove_file(path);
        total -= bytes;
    }
    Ok(part.saturating_sub(total))
}

/// The entries of a shard; what writers left unfinished is removed.
fn look_through(shard: &Path) -> io::Result<Vec<Found>> {
    let mut all = Vec::new();
    for entry in fs::read_dir(shard)? {
        let entry = entry?;
        // What is removed meanwhile is not there to be looked at.
        let Ok(about) = entry.metadata() else { continue };
        if is_unfinished(&entry) {
            remove_old(&entry, &about);
            continue;
        }
        let changed = about.modified().unwrap_or(SystemTime::UNIX_EPOCH);
        all.push(Found { path: entry.path(), bytes: about.len().next_multiple_of(BLOCK), changed });
    }
    Ok(all)
}

/// Removes what writers left unfinished, and nothing else; how many files there are.
pub(super) fn tidy(directory: &Path) -> io::Result<usize> {
    let mut files = 0;
    for entry in fs::read_dir(directory)?.flatten() {
        files += 1;
        if let Some(about) = entry.metadata().ok().filter(|_| is_unfinished(&entry)) {
            remove_old(&entry, &about);
        }
    }
    Ok(files)
}

/// Removes all files but one.
pub(super) fn empty(directory: &Path, but: &str) -> io::Result<()> {
    for entry in fs::read_dir(directory)?.flatten().filter(|entry| entry.file_name() != but) {
        // Another process may have been first.
        let _ = fs::remove_file(entry.path());
    }
    Ok(())
}

fn is_unfinished(entry: &DirEntry) -> bool {
    entry.file_name().as_encoded_bytes().first() == Some(&(UNFINISHED as u8))
}

fn remove_old(unfinished: &DirEntry, about: &Metadata) {
    let age = about.modified().ok().and_then(|changed| changed.elapsed().ok());
    if age.is_some_and(|age| age > GIVEN_UP) {
        // Another process may have been first.
        let _ = fs::remove_file(unfinished.path());
    }
}

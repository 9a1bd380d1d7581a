//! What a directory holds, for people.

use super::super::statistics::Statistics;
use super::super::tags::{EVERYTHING, another};
use super::directory::{Directory, LAYOUT, NAME, SHARDS, TAGS, shard};
use super::figures;
use super::tier::tag_name;
use crate::sys::directory::{make_private, write_whole};
use serde::Serialize;
use std::fs;
use std::io;
use std::path::Path;

/// What one namespace holds, and what was done with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Usage {
    /// The function's name.
    pub name: String,
    /// The directory's name.
    pub namespace: String,
    /// What all processes together have done since the namespace was made, as far as they have told: once a second, and
    /// when they end or stop; and how many entries there are, and their sizes together.
    #[serde(flatten)]
    pub statistics: Statistics,
}

/// What the namespaces of a directory hold, by name.
///
/// Fails where it cannot be read; one that is not there holds nothing.
pub fn usage(directory: &Path) -> io::Result<Vec<Usage>> {
    let mut all = Vec::new();
    for namespace in listed(&directory.join(LAYOUT))? {
        let path = namespace.path();
        let name = fs::read_to_string(path.join(NAME)).unwrap_or_default();
        // One that somebody has put a link in the place of tells nothing.
        let done = Directory::of(&path).and_then(|directory| figures::read(&directory)).unwrap_or_default();
        let statistics = Statistics::default().with_counts(done);
        let mut found = Usage { name, namespace: namespace.file_name().to_string_lossy().into(), statistics };
        for entry in entries(&path)? {
            // What is removed meanwhile is not there to be looked at.
            let Ok(about) = entry.metadata() else { continue };
            found.statistics.entries += 1;
            found.statistics.bytes += about.len();
        }
        all.push(found);
    }
    all.sort_by(|one, other| (&one.name, &one.namespace).cmp(&(&other.name, &other.namespace)));
    Ok(all)
}

/// Removes what the namespaces of a function hold, or of all functions; workers that use them go on with an empty one.
/// Gives what was removed.
pub fn clear(directory: &Path, name: Option<&str>) -> io::Result<Vec<Usage>> {
    let mut found = usage(directory)?;
    found.retain(|it| name.is_none_or(|name| it.name == name));
    for Usage { namespace, .. } in &found {
        let namespace = directory.join(LAYOUT).join(namespace);
        for entry in entries(&namespace)? {
            // Another process may have been first.
            let _ = fs::remove_file(entry.path());
        }
        tell_of_clearing(&namespace.join(TAGS))?;
    }
    Ok(found)
}

/// Has workers drop what they hold.
fn tell_of_clearing(tags: &Path) -> io::Result<()> {
    make_private(tags)?;
    write_whole(&tags.join(tag_name(&EVERYTHING)), &another()?.to_le_bytes())
}

/// The entries of a namespace.
fn entries(namespace: &Path) -> io::Result<Vec<fs::DirEntry>> {
    let listed: io::Result<Vec<_>> = (0..SHARDS).map(|first| listed(&namespace.join(shard(first)))).collect();
    Ok(listed?.into_iter().flatten().collect())
}

fn listed(directory: &Path) -> io::Result<Vec<fs::DirEntry>> {
    match fs::read_dir(directory) {
        Ok(entries) => entries.collect(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

//! `snapshot.json`: what a snapshot is of, and a checksum of each of its files.
//!
//! Schema 3: `{"schema_version": 3, "identity": {WHAT: TEXT}, "taken": {"pid": N, "inherits": [NAME, ...], "resume":
//! {"sockets": [N, ...], "words": TEXT} or null}, "files": {NAME: {"bytes": N, "blake3": HEX}}, "checksum": HEX}`. `checksum` is BLAKE3 over the same JSON with an empty
//! `checksum`. A build that reads another schema takes the snapshot again.

use super::identity::Identity;
use crate::bootstrap::message::Resume;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::path::Path;

pub(super) const FILE: &str = "snapshot.json";
const SCHEMA: u32 = 3;
/// Far above what a snapshot's metadata takes.
const MOST_BYTES: u64 = 4 << 20;

/// A file of a snapshot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct FileFact {
    pub(super) bytes: u64,
    pub(super) blake3: String,
}

/// A process that was dumped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Taken {
    pub(crate) pid: u32,
    /// What is replaced at a restore, as CRIU names it: its socket unless it speaks another protocol, standard output,
    /// standard error.
    pub(crate) inherits: Vec<String>,
    /// Where it speaks another protocol.
    pub(crate) resume: Option<Resume>,
}

/// All that is known of a snapshot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Metadata {
    schema_version: u32,
    pub(super) identity: Identity,
    pub(super) taken: Taken,
    pub(super) files: BTreeMap<String, FileFact>,
    checksum: String,
}

impl Metadata {
    /// Of the files in `directory`, all of which are read.
    pub(super) fn of(directory: &Path, identity: Identity, taken: Taken) -> io::Result<Self> {
        let mut files = BTreeMap::new();
        for entry in fs::read_dir(directory)? {
            let entry = entry?;
            let (bytes, blake3) = (entry.metadata()?.len(), digest(&entry.path())?);
            files.insert(entry.file_name().to_string_lossy().into_owned(), FileFact { bytes, blake3 });
        }
        let checksum = String::new();
        let mut metadata = Self { schema_version: SCHEMA, identity, taken, files, checksum };
        metadata.checksum = metadata.own_checksum()?;
        Ok(metadata)
    }

    /// Writes it beside the files.
    pub(super) fn write(&self, directory: &Path) -> io::Result<()> {
        crate::sys::directory::write_whole(&directory.join(FILE), &serde_json::to_vec_pretty(self)?)
    }

    /// Reads it; the files are another matter.
    pub(super) fn read(directory: &Path) -> io::Result<Self> {
        let path = directory.join(FILE);
        if fs::metadata(&path)?.len() > MOST_BYTES {
            return Err(invalid(format!("{FILE} is over its limit")));
        }
        let metadata: Self = serde_json::from_slice(&fs::read(&path)?)?;
        if metadata.schema_version != SCHEMA {
            return Err(invalid(format!("{FILE} has schema {}", metadata.schema_version)));
        }
        if metadata.checksum != metadata.own_checksum()? {
            return Err(invalid(format!("{FILE} is damaged")));
        }
        let is_name = |name: &String| Path::new(name).file_name().is_some_and(|it| it == name.as_str());
        if metadata.files.keys().all(is_name) { Ok(metadata) } else { Err(invalid(format!("{FILE} is damaged"))) }
    }

    fn own_checksum(&self) -> io::Result<String> {
        let bare = Self { checksum: String::new(), ..self.clone() };
        Ok(blake3::hash(&serde_json::to_vec(&bare)?).to_hex().to_string())
    }

    /// Reads every file and compares it with what was written.
    pub(super) fn check(&self, directory: &Path) -> io::Result<()> {
        for (name, fact) in &self.files {
            let path = directory.join(name);
            if fs::symlink_metadata(&path)?.len() != fact.bytes || digest(&path)? != fact.blake3 {
                return Err(invalid(format!("{name} is damaged")));
            }
        }
        Ok(())
    }

    /// Bytes of all files.
    pub(super) fn bytes(&self) -> u64 {
        self.files.values().map(|fact| fact.bytes).sum()
    }
}

fn digest(path: &Path) -> io::Result<String> {
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(File::open(path)?)?;
    Ok(hasher.finalize().to_hex().to_string())
}

fn invalid(text: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, text)
}

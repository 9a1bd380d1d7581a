//! Functions on disk, so that a server that is started again has them.
//!
//! ```text
//! STATE/functions/lock              held by the server that uses it
//! STATE/functions/NAME/function.json    the record, replaced as a whole
//! STATE/functions/NAME/code/ID/         an archive, unpacked; several versions may run it
//! ```

use super::record::{CodeRecord, FORMAT, Record};
use crate::error::{Code, Error, Result};
use crate::package;
use crate::sys::directory;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use uuid::Uuid;

const RECORD: &str = "function.json";
const CODE: &str = "code";
/// Bytes that the code of a version may take: AWS's quota.
pub(super) const UNZIPPED: u64 = 262_144_000;
/// Bytes of a record that is read.
const MOST_RECORD: u64 = 64 << 20;

/// The directory of a server's functions, which no other server uses meanwhile.
#[derive(Debug)]
pub(super) struct Store {
    root: PathBuf,
    _lock: File,
}

impl Store {
    /// Takes the directory below a state directory.
    ///
    /// Fails with `host.state_dir_unusable`.
    pub(super) fn open(state_dir: &Path) -> Result<Self> {
        let root = state_dir.join("functions");
        let failed = |error: io::Error| {
            Error::new(Code::StateDirUnusable, "open the functions", error.to_string())
                .with("directory", root.display())
                .caused_by(error)
        };
        directory::make_private(state_dir).map_err(failed)?;
        directory::make_private(&root).map_err(failed)?;
        let lock = File::create(root.join("lock")).map_err(failed)?;
        if lock.try_lock().is_err() {
            let error = Error::new(Code::StateDirUnusable, "open the functions", "another server uses them");
            return Err(error.with("directory", root.display()).hint("give each server a state directory of its own"));
        }
        let root = root.canonicalize().map_err(failed)?;
        Ok(Self { root, _lock: lock })
    }

    /// Every function that is there. What cannot be read is told of and stays; what nothing refers to is removed.
    pub(super) fn load(&self) -> Vec<Record> {
        let names = entries(&self.root);
        names.into_iter().filter_map(|name| self.load_one(&name)).collect()
    }

    fn load_one(&self, name: &str) -> Option<Record> {
        let directory = self.root.join(name);
        if !directory.join(RECORD).exists() {
            // A function that was deleted, or was never completed.
            discard(&directory);
            return None;
        }
        match read(&directory.join(RECORD)) {
            Ok(record) if record.name == name => {
                let used: BTreeSet<&str> = record.versions().map(|(_, it)| it.code.directory.as_str()).collect();
                let code = directory.join(CODE);
                entries(&code).iter().filter(|id| !used.contains(id.as_str())).for_each(|id| discard(&code.join(id)));
                Some(record)
            }
            Ok(_) => self.leave(name, "its record is of another function"),
            Err(why) => self.leave(name, &why),
        }
    }

    fn leave(&self, name: &str, why: &str) -> Option<Record> {
        tracing::warn!(function = name, directory = %self.root.display(), "a function is not served: {why}");
        None
    }

    /// Keeps a record, in place of the one before.
    pub(super) fn write(&self, record: &Record) -> Result<()> {
        let directory = self.root.join(&record.name);
        let text = serde_json::to_vec_pretty(record).map_err(io::Error::from);
        let written = directory::make_private(&directory)
            .and(text)
            .and_then(|text| directory::write_whole(&directory.join(RECORD), &text));
        written.map_err(|error| failed("keep the function", error).with("function", &record.name))
    }

    /// Takes a record away; code goes with its last user.
    pub(super) fn forget(&self, name: &str) -> Result<()> {
        match fs::remove_file(self.root.join(name).join(RECORD)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failed("delete the function", error)),
            _ => Ok(()),
        }
    }

    /// Where a version's code is.
    pub(super) fn code(&self, name: &str, code: &CodeRecord) -> PathBuf {
        self.root.join(name).join(CODE).join(&code.directory)
    }

    /// Unpacks an archive for a function.
    ///
    /// Fails with `package.archive_invalid`, `package.too_large` and `system.io`, and leaves nothing then.
    pub(super) fn unpack(&self, name: &str, archive: &[u8]) -> Result<CodeRecord> {
        let among = self.root.join(name).join(CODE);
        let io = |error| failed("unpack the function", error);
        directory::make_private(&self.root.join(name)).and_then(|()| directory::make_private(&among)).map_err(io)?;
        let staged = tempfile::Builder::new().prefix(".staged-").tempdir_in(&among).map_err(io)?;
        let (file, into) = (staged.path().join("archive"), staged.path().join(CODE));
        fs::write(&file, archive).and_then(|()| fs::create_dir(&into)).map_err(io)?;
        package::unpack(&file, &into, UNZIPPED)?;
        let directory = Uuid::new_v4().simple().to_string();
        fs::rename(&into, among.join(&directory)).map_err(io)?;
        let sha256 = STANDARD.encode(Sha256::digest(archive));
        Ok(CodeRecord { directory, sha256, bytes: archive.len() as u64 })
    }
}

fn read(path: &Path) -> Result<Record, String> {
    let text = fs::metadata(path).and_then(|found| match found.len() {
        0..=MOST_RECORD => fs::read(path),
        _ => Err(io::ErrorKind::FileTooLarge.into()),
    });
    let value: serde_json::Value =
        serde_json::from_slice(&text.map_err(|error| error.to_string())?).map_err(|error| error.to_string())?;
    if value["format"] != FORMAT {
        return Err(format!("its format is {}, this server reads {FORMAT}", value["format"]));
    }
    serde_json::from_value(value).map_err(|error| error.to_string())
}

/// The names of the directories below one.
fn entries(directory: &Path) -> Vec<String> {
    let found = fs::read_dir(directory).into_iter().flatten().flatten();
    let directories = found.filter(|entry| entry.file_type().is_ok_and(|it| it.is_dir()));
    directories.filter_map(|entry| entry.file_name().into_string().ok()).collect()
}

fn discard(directory: &Path) {
    if let Err(error) = fs::remove_dir_all(directory) {
        tracing::warn!(directory = %directory.display(), "what nobody uses stays on disk: {error}");
    }
}

fn failed(what: &str, error: io::Error) -> Error {
    Error::new(Code::SystemIo, what, error.to_string()).caused_by(error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adapters::serve::record::Version;

    fn record(name: &str, directory: &str) -> Record {
        let code = CodeRecord { directory: directory.into(), sha256: String::new(), bytes: 0 };
        Record::new(name.into(), Version::bare(code, "r".into()))
    }

    #[test]
    fn what_was_kept_is_found_again_and_what_nothing_refers_to_goes() {
        let state = tempfile::tempdir().unwrap();
        let store = Store::open(state.path()).unwrap();
        let kept = record("kept", "used");
        store.write(&kept).unwrap();
        for path in ["kept/code/used", "kept/code/unused", "kept/code/.staged-x", "gone/code/x"] {
            fs::create_dir_all(store.root.join(path)).unwrap();
        }
        store.write(&record("damaged", "x")).unwrap();
        fs::write(store.root.join("damaged").join(RECORD), "{").unwrap();
        assert_eq!(store.load(), [kept]);
        let left = |path: &str| store.root.join(path).exists();
        assert!(left("kept/code/used") && left("damaged"));
        assert!(!left("kept/code/unused") && !left("kept/code/.staged-x") && !left("gone"));
    }

    #[test]
    fn two_servers_do_not_share_a_directory() {
        let state = tempfile::tempdir().unwrap();
        let first = Store::open(state.path()).unwrap();
        assert_eq!(Store::open(state.path()).unwrap_err().code(), Code::StateDirUnusable);
        drop(first);
        Store::open(state.path()).unwrap();
    }

    #[test]
    fn a_bad_archive_leaves_nothing() {
        let state = tempfile::tempdir().unwrap();
        let store = Store::open(state.path()).unwrap();
        assert_eq!(store.unpack("f", b"no zip").unwrap_err().code(), Code::ArchiveInvalid);
        assert!(entries(&store.root.join("f").join(CODE)).is_empty());
    }
}

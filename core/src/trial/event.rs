//! The events that a function is tried on, as files.

use crate::error::{Code, Error, Result};
use crate::package::Package;
use std::fs;
use std::path::{Path, PathBuf};

/// Where a package keeps its events.
const EVENTS: &str = "events";
/// How many bytes of events are read.
const MOST_BYTES: u64 = 1 << 30;

/// One event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// What it is called in reports: its file, for one of several in a file with its line.
    pub name: String,
    /// JSON text.
    pub payload: Vec<u8>,
}

/// Reads events: a file `x.json` is one event, a file `x.jsonl` has one on each line, a directory means all such
/// files in it, without those of directories below it.
///
/// Fails with `config.invalid` where a path cannot be read or a directory has no events, `payload.invalid_json`.
pub fn read_events(path: &Path) -> Result<Vec<Event>> {
    let files = if path.is_dir() { files(path)? } else { vec![path.to_owned()] };
    let mut events = Vec::new();
    for file in &files {
        read_file(file, &mut events)?;
    }
    if events.is_empty() {
        return Err(refuse(path, "it has no events"));
    }
    Ok(events)
}

/// The events that a package brings: those in its `events` directory, where it has one with events in it.
///
/// Fails as [`read_events`] does.
pub fn own_events(package: &Package) -> Result<Vec<Event>> {
    let directory = package.home().join(EVENTS);
    // Code may have a directory of that name too.
    let has_events = directory.is_dir() && !files(&directory)?.is_empty();
    if has_events { read_events(&directory) } else { Ok(Vec::new()) }
}

fn files(directory: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(directory).map_err(|error| refuse(directory, error.to_string()))?;
    let is_event = |path: &PathBuf| path.extension().is_some_and(|it| it == "json" || it == "jsonl") && path.is_file();
    let mut files: Vec<_> = entries.flatten().map(|entry| entry.path()).filter(is_event).collect();
    files.sort();
    Ok(files)
}

fn read_file(file: &Path, events: &mut Vec<Event>) -> Result<()> {
    let size = fs::metadata(file).map_err(|error| refuse(file, error.to_string()))?.len();
    if size > MOST_BYTES {
        return Err(refuse(file, format!("it is larger than {MOST_BYTES} bytes")));
    }
    let bytes = fs::read(file).map_err(|error| refuse(file, error.to_string()))?;
    let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    if file.extension().is_none_or(|extension| extension != "jsonl") {
        events.push(event(name, &bytes, file)?);
        return Ok(());
    }
    let lines = (1..).zip(bytes.split(|byte| *byte == b'\n')).filter(|(_, line)| !line.trim_ascii().is_empty());
    for (number, line) in lines {
        events.push(event(format!("{name}:{number}"), line, file)?);
    }
    Ok(())
}

fn event(name: String, payload: &[u8], file: &Path) -> Result<Event> {
    match serde_json::from_slice::<serde::de::IgnoredAny>(payload) {
        Ok(_) => Ok(Event { name, payload: payload.to_vec() }),
        Err(error) => Err(Error::new(Code::PayloadInvalidJson, format!("read the event {name}"), error.to_string())
            .with("file", file.display())
            .caused_by(error)),
    }
}

fn refuse(path: &Path, message: impl Into<String>) -> Error {
    Error::new(Code::ConfigInvalid, "read the events", message).with("path", path.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn directory(files: &[(&str, &str)]) -> tempfile::TempDir {
        let directory = tempfile::tempdir().unwrap();
        for (name, content) in files {
            fs::create_dir_all(directory.path().join(name).parent().unwrap()).unwrap();
            fs::write(directory.path().join(name), content).unwrap();
        }
        directory
    }

    fn names(path: &Path) -> Vec<String> {
        read_events(path).unwrap().into_iter().map(|event| event.name).collect()
    }

    #[test]
    fn a_directory_is_its_files_in_order() {
        let files = [("b.json", "{}"), ("a.jsonl", "1\n\n[2]\n"), ("heldout/c.json", "{}"), ("notes.txt", "")];
        let directory = directory(&files);
        assert_eq!(names(directory.path()), ["a.jsonl:1", "a.jsonl:3", "b.json"]);
        assert_eq!(names(&directory.path().join("heldout/c.json")), ["c.json"]);
    }

    #[test]
    fn what_is_no_event_is_told_with_its_file() {
        let directory = directory(&[("bad.jsonl", "{}\n{]\n"), ("empty/readme", "")]);
        let error = read_events(&directory.path().join("bad.jsonl")).unwrap_err();
        assert!(error.code() == Code::PayloadInvalidJson && error.to_string().contains("bad.jsonl:2"), "{error}");
        for name in ["empty", "missing"] {
            assert_eq!(read_events(&directory.path().join(name)).unwrap_err().code(), Code::ConfigInvalid);
        }
    }
}

//! Namespaces that nobody has used for long: those of older versions of functions, above all.
//!
//! The time of modification of a namespace's directory says when it was last opened, or looked through by who writes.

use super::directory::{LAYOUT, NAME};
use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

/// How long what nobody uses is kept.
const KEPT_FOR: Duration = Duration::from_hours(30 * 24);
/// How long removing may take: who opens a cache waits for it. The next goes on with what is left.
const WITHIN: Duration = Duration::from_millis(20);
/// What names of directories begin with that are being removed.
const REMOVED: &str = ".removed-";

/// Takes note that a namespace is used.
pub(super) fn renew(namespace: &Path) {
    // Without it the namespace looks older than it is, and is made again where it was removed.
    let _ = File::open(namespace).and_then(|directory| directory.set_modified(SystemTime::now()));
}

/// Removes the namespaces of a directory that nobody has used for long, as far as there is time.
pub(super) fn remove(base: &Path) {
    let until = Instant::now() + WITHIN;
    for entry in fs::read_dir(base.join(LAYOUT)).into_iter().flatten().flatten() {
        // What cannot be removed now, a later one tries again.
        let _ = remove_old(&entry.path(), until);
    }
}

fn remove_old(path: &Path, until: Instant) -> io::Result<()> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    if name.starts_with(REMOVED) {
        return remove_all(path, until);
    }
    if !is_old(path)? {
        return Ok(());
    }
    let gone = path.with_file_name(format!("{REMOVED}{name}"));
    fs::rename(path, &gone)?;
    // Somebody may have opened it between look and move.
    if !is_old(&gone)? && fs::rename(&gone, path).is_ok() {
        return Ok(());
    }
    remove_all(&gone, until)
}

/// Whether it is a namespace that was last used long ago.
fn is_old(path: &Path) -> io::Result<bool> {
    let found = fs::symlink_metadata(path)?;
    let is_namespace = found.is_dir() && path.join(NAME).is_file();
    Ok(is_namespace && found.modified()?.elapsed().is_ok_and(|age| age > KEPT_FOR))
}

fn remove_all(directory: &Path, until: Instant) -> io::Result<()> {
    for entry in fs::read_dir(directory)? {
        if Instant::now() > until {
            return Err(io::ErrorKind::TimedOut.into());
        }
        let entry = entry?;
        if entry.file_type()?.is_dir() { remove_all(&entry.path(), until)? } else { fs::remove_file(entry.path())? }
    }
    fs::remove_dir(directory)
}

#[cfg(test)]
mod tests {
    use super::super::super::key::Namespace;
    use super::super::directory::Directory;
    use super::*;

    #[test]
    fn what_was_not_used_for_long_goes_when_another_comes() {
        let root = tempfile::tempdir().unwrap();
        let base = root.path().join("cache");
        let open = |version| Directory::open(&base, &Namespace::new("test", version, "bytes")).unwrap().path.clone();
        let (old, used) = (open("1"), open("2"));
        let others = base.join(LAYOUT).join("notes");
        fs::create_dir(&others).unwrap();
        for path in [&old, &used, &others] {
            fs::create_dir(path.join("3f")).unwrap();
            fs::write(path.join("3f/entry"), "entry").unwrap();
            File::open(path).unwrap().set_modified(SystemTime::now() - KEPT_FOR * 2).unwrap();
        }
        open("2");
        assert!(old.exists(), "only who makes another looks");
        open("3");
        assert!(!old.exists() && used.join("3f/entry").exists() && others.join("3f/entry").exists());
        let names = fs::read_dir(base.join(LAYOUT)).unwrap().map(|it| it.unwrap().file_name());
        assert!(names.into_iter().all(|name| !name.to_string_lossy().starts_with(REMOVED)));
    }

    #[test]
    fn what_takes_too_long_is_gone_on_with() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join(format!("{REMOVED}x"));
        fs::create_dir(&path).unwrap();
        fs::write(path.join("entry"), "entry").unwrap();
        let past = Instant::now();
        std::thread::sleep(Duration::from_millis(1));
        assert!(remove_old(&path, past).is_err() && path.exists());
        remove_old(&path, Instant::now() + WITHIN).unwrap();
        assert!(!path.exists());
    }
}

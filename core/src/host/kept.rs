//! What hosts keep on disk for later, and take away when nothing needs it: snapshots, and images that were laid out.

use crate::snapshot;
use crate::sys::in_use::{last_used, take_unused};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// How long what nobody uses is kept.
const KEPT_FOR: Duration = Duration::from_hours(7 * 24);

/// How long what was never put in place may be on its way.
const STAGED_FOR: Duration = Duration::from_hours(1);

/// How often it is looked through.
pub(super) const SWEEP_EVERY: Duration = Duration::from_hours(1);

/// How the name ends of what is being removed.
const REMOVED: &str = ".removed";

/// A directory that was kept.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Kept {
    path: PathBuf,
    bytes: u64,
    used: SystemTime,
    kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Usable,
    /// Of no use to anyone any more.
    Outdated,
    /// Not put in place yet, or not removed to the end.
    Staged,
}

/// Removes what is old, of no use any more, or, longest unused first, over the budget of `most` bytes; never what a living
/// host uses. May wait for a disk.
pub(super) fn sweep(snapshots: &Path, images: &Path, most: u64) {
    let kept = [list(snapshots, snapshot_kind), list(images, image_kind)].concat();
    let mut total: u64 = kept.iter().map(|it| it.bytes).sum();
    for (kept, always) in candidates(kept, SystemTime::now()) {
        if !always && total <= most {
            continue;
        }
        match remove(&kept.path) {
            Ok(true) => {
                total -= kept.bytes;
                tracing::info!(directory = %kept.path.display(), bytes = kept.bytes, "removed, since nothing uses it");
            }
            Ok(false) => {}
            // Another host may have been quicker.
            Err(error) => tracing::debug!(directory = %kept.path.display(), "it cannot be removed: {error}"),
        }
    }
}

/// What may be removed, in this order, and whether it is whatever the budget says.
fn candidates(mut kept: Vec<Kept>, now: SystemTime) -> Vec<(Kept, bool)> {
    kept.sort_by_key(|it| it.used);
    let age = |it: &Kept| now.duration_since(it.used).unwrap_or_default();
    let marked = kept.into_iter().filter_map(|it| match it.kind {
        Kind::Outdated => Some((it, true)),
        Kind::Staged => (age(&it) > STAGED_FOR).then_some((it, true)),
        Kind::Usable => Some(age(&it) > KEPT_FOR).map(|is_old| (it, is_old)),
    });
    let (always, over_budget): (Vec<_>, Vec<_>) = marked.partition(|(_, always)| *always);
    [always, over_budget].concat()
}

fn list(root: &Path, kind: fn(&Path, &str) -> Option<Kind>) -> Vec<Kept> {
    let entries = fs::read_dir(root).into_iter().flatten().flatten();
    let directories = entries.filter(|entry| entry.file_type().is_ok_and(|it| it.is_dir()));
    let kept = directories.filter_map(|entry| {
        let path = entry.path();
        let kind = kind(&path, &entry.file_name().to_string_lossy())?;
        Some(Kept { bytes: bytes(&path), used: last_used(&path).ok()?, kind, path })
    });
    kept.collect()
}

/// What is being dumped or removed is looked after by `snapshot` itself.
fn snapshot_kind(path: &Path, name: &str) -> Option<Kind> {
    if name.starts_with('.') {
        return name.ends_with(REMOVED).then_some(Kind::Staged);
    }
    Some(if snapshot::is_of_another_boot(path) { Kind::Outdated } else { Kind::Usable })
}

#[expect(clippy::unnecessary_wraps, reason = "as for snapshots")]
fn image_kind(_: &Path, name: &str) -> Option<Kind> {
    Some(if name.starts_with('.') { Kind::Staged } else { Kind::Usable })
}

/// Bytes of all files below; links are not followed.
fn bytes(directory: &Path) -> u64 {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    let sizes = entries.filter_map(|entry| {
        let found = entry.metadata().ok()?;
        Some(if found.is_dir() { bytes(&entry.path()) } else { found.len() })
    });
    sizes.sum()
}

/// Out of its place first, so that nobody finds half of it.
fn remove(path: &Path) -> io::Result<bool> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let gone = path.with_file_name(format!(".{}{REMOVED}", name.trim_start_matches('.')));
    // What an earlier host did not come to.
    let _ = fs::remove_dir_all(&gone);
    let taken = take_unused(path, &gone)?;
    if taken { fs::remove_dir_all(&gone).map(|()| true) } else { Ok(false) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sys::in_use::InUse;
    use std::fs::File;

    const HOUR: Duration = Duration::from_hours(1);

    fn make(root: &Path, name: &str, bytes: usize, age: Duration) -> PathBuf {
        let path = root.join(name);
        fs::create_dir_all(path.join("v1")).unwrap();
        fs::write(path.join("v1/file"), vec![0; bytes]).unwrap();
        File::open(&path).unwrap().set_modified(SystemTime::now() - age).unwrap();
        path
    }

    fn names(root: &Path) -> Vec<String> {
        let mut names: Vec<_> =
            fs::read_dir(root).unwrap().map(|it| it.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn what_is_old_goes_unless_it_is_used() {
        let root = tempfile::tempdir().unwrap();
        let (snapshots, images) = (root.path().join("snapshots"), root.path().join("images"));
        make(&snapshots, "old", 10, KEPT_FOR + HOUR);
        make(&snapshots, "new", 10, HOUR);
        make(&snapshots, ".headstart-1-2-3", 10, KEPT_FOR + HOUR);
        make(&snapshots, ".half.removed", 10, 2 * HOUR);
        make(&images, "old", 10, KEPT_FOR + HOUR);
        make(&images, ".staged.1", 10, 2 * HOUR);
        make(&images, ".being-staged.1", 10, Duration::ZERO);
        let used = make(&images, "used", 10, KEPT_FOR + HOUR);
        let mark = InUse::mark(&used).unwrap();
        sweep(&snapshots, &images, u64::MAX);
        assert_eq!(names(&snapshots), [".headstart-1-2-3", "new"]);
        assert_eq!(names(&images), [".being-staged.1", "used"]);
        drop(mark);
        sweep(&snapshots, &images, u64::MAX);
        assert_eq!(names(&images), [".being-staged.1", "used"], "it was used a moment ago");
    }

    #[test]
    fn what_was_used_longest_ago_makes_room() {
        let root = tempfile::tempdir().unwrap();
        let (snapshots, images) = (root.path().join("snapshots"), root.path().join("images"));
        make(&snapshots, "a", 100, 4 * HOUR);
        let used = make(&images, "b", 100, 3 * HOUR);
        make(&snapshots, "c", 100, 2 * HOUR);
        make(&images, "d", 100, HOUR);
        let _mark = InUse::mark(&used).unwrap();
        sweep(&snapshots, &images, 300);
        assert_eq!((names(&snapshots), names(&images)), (vec!["c".to_owned()], vec!["b".to_owned(), "d".to_owned()]));
        sweep(&snapshots, &images, 0);
        assert_eq!((names(&snapshots), names(&images)), (Vec::new(), vec!["b".to_owned()]));
    }

    #[test]
    fn there_need_not_be_anything() {
        sweep(Path::new("/nowhere/at/all"), Path::new("/nowhere/either"), 0);
    }
}

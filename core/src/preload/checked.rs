//! An image on disk whose content was checked, until it changes.

use super::image::Image;
use super::laid_out::{LaidOut, Snapshot};
use super::reads::{READS, Reads};
use crate::error::{Code, Error, Result};
use std::collections::BTreeMap;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Of the permissions: group and others may write.
const OTHERS_WRITE: u32 = 0o022;

/// An image that is checked whole once, so that not every start has to; and again when the file is another.
#[derive(Debug)]
pub struct CheckedImage {
    path: PathBuf,
    /// The package that it is used for.
    package: PathBuf,
    /// Where parts that must be files are laid out.
    root: PathBuf,
    seen: Mutex<Option<Seen>>,
}

/// What was checked last; `None` where it was found damaged, or was refused.
#[derive(Debug)]
struct Seen {
    stamp: String,
    usable: Option<Arc<UsableImage>>,
}

/// An image that was found sound.
#[derive(Debug)]
pub struct UsableImage {
    /// What launchers open.
    pub image: Stamped,
    /// What a start from it reads from disk.
    pub reads: Reads,
    /// Whether launchers find anything in it: of a function with few modules there is nothing to say.
    pub has_content: bool,
    snapshot: Option<(Snapshot, Stamped)>,
    is_snapshot_refused: AtomicBool,
    /// Keeps what was laid out from being removed.
    _laid_out: Option<LaidOut>,
}

/// A file, and what tells its content from others.
#[derive(Debug, Clone)]
pub struct Stamped {
    /// Where it is.
    pub path: PathBuf,
    /// Device, inode, bytes, and times of modification and of change: launchers that are told them need not check again
    /// what was checked.
    pub stamp: String,
}

impl Stamped {
    fn of(path: PathBuf) -> std::io::Result<Self> {
        Ok(Self { stamp: stamp_of(&path)?, path })
    }
}

impl UsableImage {
    fn make(path: &Path, package: &Path, root: &Path) -> Result<Self> {
        let io = |error: std::io::Error| Error::new(Code::SystemIo, "read the image", error.to_string());
        refuse_others(path, package)?;
        let image = Image::open(path)?;
        image.check_data()?;
        let laid_out = LaidOut::is_needed(&image).then(|| LaidOut::make(&image, root)).transpose()?;
        let snapshot = laid_out.as_ref().and_then(|it| it.snapshot.clone());
        let opened = laid_out.as_ref().map_or_else(|| path.to_owned(), |it| it.image.clone());
        Ok(Self {
            reads: Reads::of(&image, &opened, package),
            has_content: image.entries().any(|entry| entry.name() != READS),
            image: Stamped::of(opened).map_err(io)?,
            snapshot: match snapshot {
                Some(snapshot) => Some((snapshot.clone(), Stamped::of(snapshot.image).map_err(io)?)),
                None => None,
            },
            is_snapshot_refused: AtomicBool::new(false),
            _laid_out: laid_out,
        })
    }

    /// Whether there is a snapshot that a process of this program, in this package and environment, can begin as. That
    /// one may not be used is told once.
    pub fn has_snapshot_for(&self, program: &Path, package: &Path, environment: &BTreeMap<String, String>) -> bool {
        let Some((snapshot, _)) = &self.snapshot else { return false };
        if self.is_snapshot_refused.load(Ordering::Relaxed) {
            return false;
        }
        let objection = snapshot.guards.objection(program, package, environment);
        if let Some(objection) = &objection {
            self.refuse_snapshot(objection);
        }
        objection.is_none()
    }

    /// The snapshot, and the image for a process that began as it.
    pub fn snapshot(&self) -> Option<(&Path, &Stamped)> {
        self.snapshot.as_ref().map(|(snapshot, image)| (snapshot.blob.as_path(), image))
    }

    /// Takes note that no process can be started from the snapshot, and says so once.
    pub fn refuse_snapshot(&self, why: &str) {
        if !self.is_snapshot_refused.swap(true, Ordering::Relaxed) {
            tracing::warn!(image = %self.image.path.display(), "the image's snapshot is not used: {why}");
        }
    }
}

impl CheckedImage {
    /// The image at `path` for the package at `package`, which nobody has looked at yet; parts that must be files are
    /// laid out below `root`.
    pub fn new(path: impl Into<PathBuf>, package: impl Into<PathBuf>, root: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), package: package.into(), root: root.into(), seen: Mutex::default() }
    }

    /// The image, where it is sound. `None` where it was found damaged or was refused before, which was told then.
    ///
    /// Fails with `preload.image_invalid` and `system.io`, once for a content.
    pub fn look(&self) -> Result<Option<Arc<UsableImage>>> {
        let about = |error: std::io::Error| {
            Error::new(Code::SystemIo, "read the image", error.to_string()).with("file", self.path.display())
        };
        let stamp = stamp_of(&self.path).map_err(about)?;
        let mut seen = self.seen();
        if let Some(known) = seen.as_ref().filter(|known| known.stamp == stamp) {
            return Ok(known.usable.clone());
        }
        let checked = UsableImage::make(&self.path, &self.package, &self.root).map(Arc::new);
        *seen = Some(Seen { stamp, usable: checked.as_ref().ok().cloned() });
        checked.map(Some)
    }

    /// Takes note that a launcher does not take this image: it is not offered again.
    pub fn refuse(&self, image: &Arc<UsableImage>) {
        let is_same = |seen: &&mut Seen| seen.usable.as_ref().is_some_and(|usable| Arc::ptr_eq(usable, image));
        if let Some(seen) = self.seen().as_mut().filter(is_same) {
            seen.usable = None;
        }
    }

    fn seen(&self) -> MutexGuard<'_, Option<Seen>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Code is taken from nobody but the user, root, and whoever owns the package, whose code runs anyway. Launchers look
/// too, at the file that they open.
fn refuse_others(path: &Path, package: &Path) -> Result<()> {
    let io = |error: std::io::Error| Error::new(Code::SystemIo, "read the image", error.to_string());
    let refuse = |why: &str| {
        let error = Error::new(Code::ImageInvalid, "use the image", why).with("file", path.display());
        Err(error.hint("give it to the user that runs the function, and take the right to write from others"))
    };
    let found = std::fs::metadata(path).map_err(io)?;
    if !found.is_file() {
        return refuse("it is no regular file");
    }
    if found.mode() & OTHERS_WRITE != 0 {
        return refuse("others may write to it");
    }
    let is_own = found.uid() == rustix::process::geteuid().as_raw() || found.uid() == 0;
    if !is_own && found.uid() != std::fs::metadata(package).map_err(io)?.uid() {
        return refuse("it belongs to another user");
    }
    Ok(())
}

/// The launchers make the same of the file that they have open.
fn stamp_of(path: &Path) -> std::io::Result<String> {
    let found = std::fs::metadata(path)?;
    let nanos = |seconds: i64, nanos: i64| i128::from(seconds) * 1_000_000_000 + i128::from(nanos);
    let (modified, changed) = (nanos(found.mtime(), found.mtime_nsec()), nanos(found.ctime(), found.ctime_nsec()));
    Ok(format!("{}:{}:{}:{modified}:{changed}", found.dev(), found.ino(), found.size()))
}

#[cfg(test)]
mod tests {
    use super::super::write::ImageWriter;
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_changed_file_is_checked_again_and_damage_told_once() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("image");
        let write = || ImageWriter::new().write(&serde_json::json!({}), &path).unwrap();
        write();
        let image = CheckedImage::new(&path, directory.path(), directory.path().join("images"));
        let first = image.look().unwrap().unwrap();
        assert!(Arc::ptr_eq(&image.look().unwrap().unwrap(), &first));
        image.refuse(&first);
        assert!(image.look().unwrap().is_none());
        write();
        let second = image.look().unwrap().unwrap();
        image.refuse(&first);
        assert!(Arc::ptr_eq(&image.look().unwrap().unwrap(), &second));
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o666)).unwrap();
        assert_eq!(image.look().unwrap_err().message(), "others may write to it");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        std::fs::write(&path, b"damaged").unwrap();
        assert_eq!(image.look().unwrap_err().code(), Code::ImageInvalid);
        assert!(image.look().unwrap().is_none());
        std::fs::remove_file(&path).unwrap();
        assert_eq!(image.look().unwrap_err().code(), Code::SystemIo);
        assert!(!directory.path().join("images").exists());
    }
}

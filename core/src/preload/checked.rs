//! An image on disk whose content was checked, until it changes.

use super::image::Image;
use super::reads::Reads;
use crate::error::{Code, Error, Result};
use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// An image that is checked whole once, so that not every start has to; and again when the file is another.
#[derive(Debug)]
pub struct CheckedImage {
    path: PathBuf,
    /// The package that it is used for.
    package: PathBuf,
    seen: Mutex<Option<Seen>>,
}

/// What was checked last.
#[derive(Debug)]
struct Seen {
    stamp: String,
    /// What a start from it reads; `None` where it was found damaged, or was refused.
    reads: Option<Arc<Reads>>,
}

impl CheckedImage {
    /// The image at `path` for the package at `package`, which nobody has looked at yet.
    pub fn new(path: impl Into<PathBuf>, package: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), package: package.into(), seen: Mutex::default() }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What tells the file's content from others, where it is sound: launchers that are told it need not check again.
    /// `None` where it was found damaged or was refused before, which was told then.
    ///
    /// Fails with `preload.image_invalid` and `system.io`, once for a content.
    pub fn stamp(&self) -> Result<Option<String>> {
        let about = |error: std::io::Error| {
            Error::new(Code::SystemIo, "read the image", error.to_string()).with("file", self.path.display())
        };
        let stamp = stamp_of(&std::fs::metadata(&self.path).map_err(about)?);
        let mut seen = self.seen();
        if let Some(known) = seen.as_ref().filter(|known| known.stamp == stamp) {
            return Ok(known.reads.is_some().then_some(stamp));
        }
        let checked = Image::open(&self.path).and_then(|image| {
            image.check_data()?;
            Ok(Arc::new(Reads::of(&image, &self.path, &self.package)))
        });
        *seen = Some(Seen { stamp: stamp.clone(), reads: checked.as_ref().ok().cloned() });
        checked.map(|_| Some(stamp))
    }

    /// Takes note that a launcher does not take the content with this stamp: it is not offered again.
    pub fn refuse(&self, stamp: &str) {
        if let Some(seen) = self.seen().as_mut().filter(|seen| seen.stamp == stamp) {
            seen.reads = None;
        }
    }

    /// What a start from it reads, as far as it was checked and found sound.
    pub fn reads(&self) -> Option<Arc<Reads>> {
        self.seen().as_ref().and_then(|seen| seen.reads.clone())
    }

    fn seen(&self) -> MutexGuard<'_, Option<Seen>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The launchers make the same of the file that they have open.
fn stamp_of(found: &Metadata) -> String {
    let nanos = |seconds: i64, nanos: i64| i128::from(seconds) * 1_000_000_000 + i128::from(nanos);
    let (modified, changed) = (nanos(found.mtime(), found.mtime_nsec()), nanos(found.ctime(), found.ctime_nsec()));
    format!("{}:{}:{}:{modified}:{changed}", found.dev(), found.ino(), found.size())
}

#[cfg(test)]
mod tests {
    use super::super::write::ImageWriter;
    use super::*;

    #[test]
    fn a_changed_file_is_checked_again_and_damage_told_once() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("image");
        ImageWriter::new().write(&serde_json::json!({}), &path).unwrap();
        let image = CheckedImage::new(&path, directory.path());
        let stamp = image.stamp().unwrap().unwrap();
        assert_eq!(image.stamp().unwrap().as_ref(), Some(&stamp));
        image.refuse("another");
        assert_eq!(image.stamp().unwrap().as_ref(), Some(&stamp));
        image.refuse(&stamp);
        assert_eq!(image.stamp().unwrap(), None);
        std::fs::write(&path, b"damaged").unwrap();
        assert_eq!(image.stamp().unwrap_err().code(), Code::ImageInvalid);
        assert_eq!(image.stamp().unwrap(), None);
        std::fs::remove_file(&path).unwrap();
        assert_eq!(image.stamp().unwrap_err().code(), Code::SystemIo);
    }
}

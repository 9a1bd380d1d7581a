//! What a start reads from disk: recorded once, and asked of the kernel ahead of need.

use super::glance;
use super::image::Image;
use crate::sys::page_cache;
use std::fmt::Write;
use std::fs::File;
use std::path::{Path, PathBuf};

/// The entry of an image that has them.
pub const READS: &str = "table/reads";
/// How a line names the image itself.
const ITSELF: &str = ".";
/// How a line begins that names a file beside it.
const BESIDE: &str = "./";
/// How many places are looked at to find out whether anything has to be read.
const SAMPLES: usize = 16;

/// Parts of files, in the order in which they are asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reads {
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Part {
    file: PathBuf,
    offset: u64,
    bytes: u64,
}

impl Reads {
    /// Adds a part of a file.
    pub fn add(&mut self, file: impl Into<PathBuf>, offset: u64, bytes: u64) {
        self.parts.push(Part { file: file.into(), offset, bytes });
    }

    /// Bytes of all parts.
    pub fn bytes(&self) -> u64 {
        self.parts.iter().map(|part| part.bytes).sum()
    }

    /// What an image says, for a package at `package`: none where it says nothing, or nothing that makes sense.
    pub fn of(image: &Image, file: &Path, package: &Path) -> Self {
        let data = image.find(READS).and_then(|entry| entry.data().ok());
        Self::parse(std::str::from_utf8(data.unwrap_or_default()).unwrap_or_default(), file, package)
    }

    /// The same, of the image in a file of which no more is read than that.
    pub fn at(file: &Path, package: &Path) -> Self {
        let data = File::open(file).and_then(|opened| glance::entry(&opened, READS)).ok().flatten();
        Self::parse(std::str::from_utf8(&data.unwrap_or_default()).unwrap_or_default(), file, package)
    }

    fn parse(text: &str, image: &Path, package: &Path) -> Self {
        let part = |line: &str| {
            let mut fields = line.split('\t');
            let (name, offset, bytes) = (fields.next()?, fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
            let file = match name.strip_prefix(BESIDE) {
                Some(beside) => image.with_file_name(beside),
                None if name == ITSELF => image.to_owned(),
                None => package.join(name),
            };
            Some(Part { file, offset, bytes })
        };
        Self { parts: text.lines().filter_map(part).collect() }
    }

    /// The lines of the entry: path, offset and bytes, parted by tabs. Paths in the package are relative to it, `.` is
    /// the image, `./` begins the name of a file beside it.
    pub fn to_text(&self, image: &Path, package: &Path) -> String {
        let mut text = String::new();
        for Part { file, offset, bytes } in &self.parts {
            let name = if file == image {
                ITSELF.to_owned()
            } else if file.parent() == image.parent() {
                format!("{BESIDE}{}", file.file_name().unwrap_or_default().display())
            } else {
                file.strip_prefix(package).unwrap_or(file).display().to_string()
            };
            if !name.contains(['\t', '\n']) {
                // Writing to a string does not fail.
                let _ = writeln!(text, "{name}\t{offset}\t{bytes}");
            }
        }
        text
    }

    /// Has the kernel read them, unless a few samples say that they are in memory. Files that are not there any more,
    /// or may not be read, are passed over: nothing depends on it.
    pub fn bring(&self) {
        if self.is_at_hand() {
            return;
        }
        let mut open: Option<(&Path, File)> = None;
        for part in &self.parts {
            if open.as_ref().is_none_or(|(path, _)| *path != part.file) {
                open = File::open(&part.file).ok().map(|file| (part.file.as_path(), file));
            }
            if let Some((_, file)) = &open {
                // A hint that the kernel does not take changes nothing.
                let _ = page_cache::bring(file, part.offset, part.bytes);
            }
        }
    }

    fn is_at_hand(&self) -> bool {
        let mut samples = self.parts.iter().step_by((self.parts.len() / SAMPLES).max(1));
        samples.all(|part| File::open(&part.file).is_ok_and(|file| page_cache::is_at_hand(&file, part.offset)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_come_back() {
        let (image, package) = (Path::new("/x/image"), Path::new("/fn"));
        let mut reads = Reads::default();
        reads.add("/usr/bin/python3", 0, 4096);
        reads.add("/x/image", 8192, 12288);
        reads.add("/x/blob", 0, 7);
        reads.add("/fn/numpy/core.so", 0, 1);
        reads.add("/fn/a\tb", 0, 1);
        let text = reads.to_text(image, package);
        assert_eq!(text, "/usr/bin/python3\t0\t4096\n.\t8192\t12288\n./blob\t0\t7\nnumpy/core.so\t0\t1\n");
        let moved = Reads::parse(&text, image, Path::new("/elsewhere"));
        assert_eq!(moved.parts[2].file, Path::new("/x/blob"));
        assert_eq!(moved.parts[3].file, Path::new("/elsewhere/numpy/core.so"));
        assert_eq!(moved.bytes(), 4096 + 12288 + 7 + 1);
    }

    #[test]
    fn what_makes_no_sense_is_nothing() {
        let parse = |text| Reads::parse(text, Path::new("/i"), Path::new("/p")).parts.len();
        assert_eq!(["", "\n\n", "a", "a\t1", "a\tx\t1", "a\t-1\t2", "a\t1\t99999999999999999999"].map(parse), [0; 7]);
        Reads::parse("missing\t0\t18446744073709551615\n", Path::new("/i"), Path::new("/p")).bring();
    }
}

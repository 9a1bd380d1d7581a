//! The parts of an image that must be files of their own, laid out where the interpreter can open them.

use super::image::Image;
use super::snapshot::Guards;
use super::write::ImageWriter;
use crate::error::{Code, Error, Result};
use crate::sys::directory;
use crate::sys::in_use::InUse;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The entry with what must hold for the snapshot to be used.
pub const GUARDS: &str = "snapshot/guards";
/// The entry with the snapshot.
pub const BLOB: &str = "snapshot/blob";
/// The entry with the image for a process that was started from the snapshot.
pub const REST: &str = "snapshot/rest";
/// How the entries begin that are files of Node's compile cache.
const COMPILE_CACHE: &str = "compile-cache/";
/// The same for a process that was started from the snapshot.
const REST_COMPILE_CACHE: &str = "rest-compile-cache/";

/// An image in a directory of its own.
#[derive(Debug, Clone)]
pub struct LaidOut {
    /// The image without what stands beside it.
    pub image: PathBuf,
    /// What a process can be started from, where there is such a thing.
    pub snapshot: Option<Snapshot>,
    /// Keeps others from removing it.
    _in_use: Arc<InUse>,
}

/// A start-up snapshot.
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// What the interpreter opens.
    pub blob: PathBuf,
    /// The image that serves what the snapshot has not.
    pub image: PathBuf,
    /// What must hold.
    pub guards: Guards,
}

impl LaidOut {
    /// Whether an image has parts that must be files of their own.
    pub fn is_needed(image: &Image) -> bool {
        image.entries().any(|entry| is_apart(entry.name()))
    }

    /// Lays an image out below `root`, under a name made of its content; what is there already stays.
    ///
    /// Fails with `system.io`, and with `preload.image_invalid` where an entry is damaged or its name leads elsewhere.
    pub fn make(image: &Image, root: &Path) -> Result<Self> {
        let directory = root.join(image.digest());
        let io = |error: std::io::Error| {
            Error::new(Code::SystemIo, "lay out the image", error.to_string()).with("directory", directory.display())
        };
        directory::make_private(root).map_err(io)?;
        let mut snapshot = None;
        if let Some(entry) = image.find(GUARDS) {
            let guards = serde_json::from_slice(entry.data()?).map_err(|error| invalid(&error.to_string()))?;
            let (blob, rest) = (directory.join("blob"), directory.join("rest"));
            snapshot = Some(Snapshot { blob, image: rest, guards });
        }
        let in_use = match InUse::mark(&directory) {
            // It was whole when it got its name; a disk may have damaged it since.
            Ok(in_use) if is_sound(image, &directory) => in_use,
            Ok(_) => {
                std::fs::remove_dir_all(&directory).map_err(io)?;
                put_in_place(image, &directory)?
            }
            Err(_) => put_in_place(image, &directory)?,
        };
        Ok(Self { image: directory.join("image"), snapshot, _in_use: Arc::new(in_use) })
    }
}

fn put_in_place(image: &Image, directory: &Path) -> Result<InUse> {
    let io = |error: std::io::Error| {
        Error::new(Code::SystemIo, "lay out the image", error.to_string()).with("directory", directory.display())
    };
    let stage = directory.with_file_name(format!(".{}.{}", image.digest(), std::process::id()));
    let written = write(image, &stage).and_then(|()| {
        let in_use = InUse::mark(&stage).map_err(io)?;
        match std::fs::rename(&stage, directory) {
            Ok(()) => Ok(in_use),
            // Another process was quicker.
            Err(error) => InUse::mark(directory).map_err(|_| io(error)),
        }
    });
    // After success there is nothing left, unless another process was quicker.
    let _ = std::fs::remove_dir_all(&stage);
    written
}

/// Whether the files have what the image has; Node looks after its compile cache itself.
fn is_sound(image: &Image, directory: &Path) -> bool {
    let is_same = |(name, file): (&str, &str)| match image.find(name) {
        Some(entry) => std::fs::read(directory.join(file)).is_ok_and(|found| entry.data().is_ok_and(|it| it == found)),
        None => true,
    };
    let checked = Image::open(&directory.join("image")).and_then(|image| image.check_data());
    checked.is_ok() && [(BLOB, "blob"), (REST, "rest")].into_iter().all(is_same)
}

fn is_apart(name: &str) -> bool {
    [GUARDS, BLOB, REST].contains(&name) || is_in_compile_cache(name)
}

fn is_in_compile_cache(name: &str) -> bool {
    [COMPILE_CACHE, REST_COMPILE_CACHE].iter().any(|beginning| name.starts_with(beginning))
}

fn write(image: &Image, stage: &Path) -> Result<()> {
    let io = |error: std::io::Error| {
        Error::new(Code::SystemIo, "lay out the image", error.to_string()).with("directory", stage.display())
    };
    directory::make_private(stage).map_err(io)?;
    let mut writer = ImageWriter::new();
    for entry in image.entries() {
        let path = match entry.name() {
            BLOB => stage.join("blob"),
            REST => stage.join("rest"),
            GUARDS => continue,
            name if is_in_compile_cache(name) => stage.join(below(name)?),
            name => {
                writer.add(name, entry.kind(), entry.data()?.to_vec())?;
                continue;
            }
        };
        std::fs::create_dir_all(path.parent().unwrap_or(stage)).map_err(io)?;
        std::fs::write(&path, entry.data()?).map_err(io)?;
    }
    writer.write(image.identity(), &stage.join("image")).map(drop)
}

/// A name that stays below the directory.
fn below(name: &str) -> Result<&Path> {
    let is_safe = name.split('/').all(|part| !matches!(part, "" | "." | ".."));
    if is_safe { Ok(Path::new(name)) } else { Err(invalid("a name leads out of it").with("entry", name)) }
}

fn invalid(why: &str) -> Error {
    Error::new(Code::ImageInvalid, "read the image", why)
}

#[cfg(test)]
mod tests {
    use super::super::kind::EntryKind;
    use super::*;
    use serde_json::json;

    fn image(entries: &[(&str, &[u8])]) -> Image {
        let mut writer = ImageWriter::new();
        for (name, data) in entries {
            writer.add(*name, EntryKind::File, data.to_vec()).unwrap();
        }
        Image::from_bytes(writer.finish(&json!({"language": "nodejs"})).unwrap()).unwrap()
    }

    #[test]
    fn parts_become_files() {
        let root = tempfile::tempdir().unwrap();
        let guards = br#"{"directory": "/fn", "executable": {"file": "/node", "size": 1, "mtime_ns": "2"}}"#;
        let entries: [(&str, &[u8]); 6] = [
            ("table/modules", b"modules"),
            (GUARDS, guards),
            (BLOB, b"blob"),
            (REST, b"rest"),
            ("compile-cache/v1/a", b"a"),
            ("rest-compile-cache/v1/a", b"b"),
        ];
        let image = image(&entries);
        assert!(LaidOut::is_needed(&image));
        for _ in 0..2 {
            let found = LaidOut::make(&image, &root.path().join("images")).unwrap();
            let snapshot = found.snapshot.unwrap();
            assert_eq!(std::fs::read(&snapshot.blob).unwrap(), b"blob");
            assert_eq!(std::fs::read(&snapshot.image).unwrap(), b"rest");
            let left = Image::open(&found.image).unwrap();
            assert_eq!(left.entries().map(|it| it.name().to_owned()).collect::<Vec<_>>(), ["table/modules"]);
            assert_eq!(std::fs::read(found.image.with_file_name("compile-cache").join("v1/a")).unwrap(), b"a");
            assert_eq!(std::fs::read(snapshot.image.with_file_name("rest-compile-cache").join("v1/a")).unwrap(), b"b");
        }
        let images = || std::fs::read_dir(root.path().join("images")).unwrap().map(|it| it.unwrap().path());
        assert_eq!(images().count(), 1);
        for file in ["image", "blob", "rest"] {
            let file = images().next().unwrap().join(file);
            let good = std::fs::read(&file).unwrap();
            std::fs::write(&file, "damaged").unwrap();
            LaidOut::make(&image, &root.path().join("images")).unwrap();
            assert_eq!(std::fs::read(&file).unwrap(), good);
        }
    }

    #[test]
    fn names_that_lead_out_are_refused() {
        let root = tempfile::tempdir().unwrap();
        for name in ["compile-cache/../../x", "compile-cache//x"] {
            let error = LaidOut::make(&image(&[(name, b"")]), root.path()).unwrap_err();
            assert_eq!(error.code(), Code::ImageInvalid);
        }
        assert_eq!(std::fs::read_dir(root.path()).unwrap().count(), 0);
    }
}

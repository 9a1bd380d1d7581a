//! Unpacking a zip archive that nobody vouches for (hazard 48).

use crate::error::{Code, Error, Result};
use std::fs;
use std::io::{self, Read, Seek};
use std::os::unix::fs::{FileExt, OpenOptionsExt, PermissionsExt};
use std::path::{Component, Path, PathBuf};
use std::time::{Duration, SystemTime};
#[cfg(any(feature = "analyzer", test))]
use tempfile::TempDir;
use zip::read::ZipFile;
use zip::result::ZipError;
use zip::{DateTime, ZipArchive};

/// The files that one archive may hold.
const MOST_ENTRIES: usize = 500_000;
/// The bytes that one archive may unpack to where its user says nothing else.
#[cfg(any(feature = "analyzer", test))]
const MOST_BYTES: u64 = 8 << 30;
/// How many times larger than its archive what it unpacks to may be, past the first mebibytes.
const MOST_RATIO: u64 = 200;
const FREE_BYTES: u64 = 64 << 20;
/// Bytes of an entry's name: no longer path can be opened.
const LONGEST_NAME: usize = 4096;
/// Modes of unpacked files keep no more than this.
const MODE_KEPT: u32 = 0o755;

/// Unpacks `path` into a new temporary directory if it is an archive; `None` where it is a directory.
#[cfg(feature = "analyzer")]
pub(super) fn if_archive(path: &Path) -> Result<Option<TempDir>> {
    if !path.is_file() {
        return Ok(None);
    }
    let failed = |error: io::Error| {
        Error::new(Code::SystemIo, "unpack the package", error.to_string()).with("path", path.display())
    };
    let directory = tempfile::Builder::new().prefix("headstart-unpacked-").tempdir().map_err(failed)?;
    // Without links: those below are told by where they lead.
    unpack(path, &directory.path().canonicalize().map_err(failed)?, MOST_BYTES)?;
    Ok(Some(directory))
}

/// Unpacks the archive at `path` into the empty directory `into`, which is named without links; to at most `most` bytes.
///
/// Fails with `package.archive_invalid` where it is damaged, encrypted, or names something outside of itself;
/// with `package.too_large` past the limits of this module.
pub(crate) fn unpack(path: &Path, into: &Path, most: u64) -> Result<()> {
    let about = |error: Error| error.with("archive", path.display());
    let file = fs::File::open(path).map_err(|error| about(broken(&error)))?;
    let size = file.metadata().map_err(|error| about(broken(&error)))?.len();
    let raw = file.try_clone().map_err(|error| about(broken(&error)))?;
    let mut archive = ZipArchive::new(io::BufReader::new(file)).map_err(|error| about(invalid(&error)))?;
    if archive.len() > MOST_ENTRIES {
        return Err(about(too_large(&format!("it holds more than {MOST_ENTRIES} files"))));
    }
    let mut budget = most.min(size.saturating_mul(MOST_RATIO).saturating_add(FREE_BYTES));
    for number in 0..archive.len() {
        let entry = archive.by_index(number).map_err(|error| about(invalid(&error)))?;
        budget -= one(entry, &raw, into, budget).map_err(about)?;
    }
    Ok(())
}

/// Unpacks one entry; the bytes it took.
fn one<R: Read + Seek>(mut entry: ZipFile<'_, R>, raw: &fs::File, into: &Path, budget: u64) -> Result<u64> {
    let name = entry.name().map_err(|error| invalid(&error))?.into_owned();
    if name.len() > LONGEST_NAME {
        return Err(refused(&name[..name.floor_char_boundary(64)], "its name is too long"));
    }
    if !has_one_name(raw, entry.header_start(), entry.central_header_start()).unwrap_or(false) {
        return Err(refused(&name, "its header and the archive's directory name it differently"));
    }
    let below = safe_path(&name).ok_or_else(|| refused(&name, "its name leads out of the archive"))?;
    let path = into.join(&below);
    if entry.is_dir() {
        return directories(&path).map(|()| 0).map_err(|error| broken(&error).with("entry", name));
    }
    if entry.is_symlink() {
        return link(&mut entry, &name, &below, &path).map(|()| 0);
    }
    if entry.size() > budget {
        return Err(too_large("it unpacks to more than it may").with("entry", name));
    }
    let mode = (entry.unix_mode().unwrap_or(0o644) & MODE_KEPT) | 0o600;
    let mut file = create(&path, mode).map_err(|error| broken(&error).with("entry", &name))?;
    let written =
        io::copy(&mut (&mut entry).take(budget + 1), &mut file).map_err(|error| refused(&name, &error.to_string()))?;
    if written > budget {
        return Err(too_large("it unpacks to more than it may").with("entry", name));
    }
    // Whether bytecode is stale depends on dates; one that the archive lacks is left as it is.
    let _ = entry.last_modified().and_then(moment).map(|moment| file.set_modified(moment));
    Ok(written)
}

/// Whether an entry's own header, which readers of streams go by, and the directory at the archive's end, which all
/// others go by, give it the same name: else what one program has checked is not what another unpacks.
fn has_one_name(raw: &fs::File, local: u64, central: u64) -> io::Result<bool> {
    Ok(name_at(raw, local, 26, 30)? == name_at(raw, central, 28, 46)?)
}

/// The name in a header, which has its length at `length` and the name itself at `name`.
fn name_at(raw: &fs::File, header: u64, length: u64, name: u64) -> io::Result<Vec<u8>> {
    let mut size = [0; 2];
    raw.read_exact_at(&mut size, header.saturating_add(length))?;
    let mut bytes = vec![0; usize::from(u16::from_le_bytes(size))];
    raw.read_exact_at(&mut bytes, header.saturating_add(name))?;
    Ok(bytes)
}

/// The moment of a date in an archive, which has no time zone: platforms unpack in UTC.
fn moment(date: DateTime) -> Option<SystemTime> {
    let (year, month, day) = (u64::from(date.year()), u64::from(date.month()), u64::from(date.day()));
    // Days since 1970 of the proleptic Gregorian calendar, years beginning in March.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = (365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day).checked_sub(719_469)?;
    let seconds = u64::from(date.hour()) * 3600 + u64::from(date.minute()) * 60 + u64::from(date.second());
    SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(days * 86_400 + seconds))
}

/// A link may lead anywhere inside of the archive.
fn link(entry: &mut impl Read, name: &str, below: &Path, path: &Path) -> Result<()> {
    let mut target = String::new();
    entry.take(4096).read_to_string(&mut target).map_err(|error| refused(name, &error.to_string()))?;
    let from = below.parent().unwrap_or(Path::new(""));
    if !stays_inside(from, Path::new(&target)) {
        return Err(refused(name, "it is a link that leads out of the archive"));
    }
    let made = parents(path).and_then(|()| std::os::unix::fs::symlink(&target, path));
    made.map_err(|error| broken(&error).with("entry", name))
}

/// A new file; what stands there already, a link above all, is never written through.
fn create(path: &Path, mode: u32) -> io::Result<fs::File> {
    parents(path)?;
    let file = fs::OpenOptions::new().write(true).create_new(true).mode(mode).open(path)?;
    file.set_permissions(fs::Permissions::from_mode(mode))?;
    Ok(file)
}

/// Makes the directories above `path`; fails where one of them is a link.
fn parents(path: &Path) -> io::Result<()> {
    directories(path.parent().unwrap_or(path))
}

/// Makes `path` and the directories above it; fails where one of them is a link.
fn directories(path: &Path) -> io::Result<()> {
    if path.canonicalize().is_ok_and(|real| real == path) && path.is_dir() {
        return Ok(());
    }
    if path.symlink_metadata().is_ok() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "something stands where a directory should be"));
    }
    parents(path)?;
    fs::create_dir(path)
}

/// The path that an entry's name stands for, if it stays below.
fn safe_path(name: &str) -> Option<PathBuf> {
    if name.contains(['\0', '\\']) {
        return None;
    }
    let mut path = PathBuf::new();
    for part in Path::new(name).components() {
        match part {
            Component::Normal(part) => path.push(part),
            Component::CurDir => {}
            _ => return None,
        }
    }
    (!path.as_os_str().is_empty()).then_some(path)
}

fn stays_inside(from: &Path, target: &Path) -> bool {
    let mut depth = from.components().count();
    for part in target.components() {
        match part {
            Component::Normal(_) => depth += 1,
            Component::CurDir => {}
            Component::ParentDir if depth > 0 => depth -= 1,
            _ => return false,
        }
    }
    true
}

fn invalid(error: &ZipError) -> Error {
    Error::new(Code::ArchiveInvalid, "unpack the package", error.to_string())
}

fn refused(entry: &str, why: &str) -> Error {
    Error::new(Code::ArchiveInvalid, "unpack the package", why).with("entry", entry)
}

fn too_large(why: &str) -> Error {
    Error::new(Code::PackageTooLarge, "unpack the package", why)
}

fn broken(error: &io::Error) -> Error {
    // Two entries at one place, or below one that is no directory: the archive's fault, not the system's.
    let is_clash = matches!(error.kind(), io::ErrorKind::AlreadyExists | io::ErrorKind::InvalidInput);
    let code = if is_clash { Code::ArchiveInvalid } else { Code::SystemIo };
    Error::new(code, "unpack the package", error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    fn archive(fill: impl FnOnce(&mut ZipWriter<io::Cursor<Vec<u8>>>)) -> (TempDir, Result<()>) {
        let mut writer = ZipWriter::new(io::Cursor::new(Vec::new()));
        fill(&mut writer);
        unpacked(&writer.finish().unwrap().into_inner())
    }

    fn unpacked(bytes: &[u8]) -> (TempDir, Result<()>) {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join("a.zip"), bytes).unwrap();
        let into = directory.path().join("into");
        fs::create_dir(&into).unwrap();
        let outcome = unpack(&directory.path().join("a.zip"), &into.canonicalize().unwrap(), MOST_BYTES);
        (directory, outcome)
    }

    fn file(writer: &mut ZipWriter<io::Cursor<Vec<u8>>>, name: &str, content: &[u8]) {
        writer.start_file(name, SimpleFileOptions::default()).unwrap();
        writer.write_all(content).unwrap();
    }

    #[test]
    fn files_come_out_with_their_modes() {
        let (directory, outcome) = archive(|writer| {
            let options = SimpleFileOptions::default().unix_permissions(0o4755);
            writer.start_file("bin/tool", options).unwrap();
            writer.write_all(b"x").unwrap();
            writer.add_symlink("lib/link", "../bin/tool", SimpleFileOptions::default()).unwrap();
        });
        outcome.unwrap();
        let tool = directory.path().join("into/bin/tool");
        assert_eq!(fs::metadata(&tool).unwrap().permissions().mode() & 0o7777, 0o755);
        assert_eq!(fs::read(directory.path().join("into/lib/link")).unwrap(), b"x");
    }

    #[test]
    fn names_and_links_that_lead_out_are_refused() {
        for name in ["../x", "/etc/x", "a/../../x", "a\\..\\x"] {
            let (directory, outcome) = archive(|writer| file(writer, name, b"x"));
            assert_eq!(outcome.unwrap_err().code(), Code::ArchiveInvalid, "{name}");
            assert!(!directory.path().join("x").exists(), "{name}");
        }
        for target in ["/etc/passwd", "../x", "a/../../x"] {
            let (_, outcome) = archive(|writer| {
                writer.add_symlink("link", target, SimpleFileOptions::default()).unwrap();
            });
            assert_eq!(outcome.unwrap_err().code(), Code::ArchiveInvalid, "{target}");
        }
    }

    #[test]
    fn nothing_is_written_through_a_link() {
        let (_, outcome) = archive(|writer| {
            writer.add_symlink("a", ".", SimpleFileOptions::default()).unwrap();
            file(writer, "a/b", b"x");
        });
        assert!(outcome.is_err());
    }

    #[test]
    fn dates_are_those_of_the_archive() {
        for (date, seconds) in [
            ((1980, 1, 1, 0, 0, 0), 315_532_800),
            ((2024, 2, 29, 23, 59, 58), 1_709_251_198),
            ((2000, 3, 1, 1, 2, 4), 951_872_524),
        ] {
            let (year, month, day, hour, minute, second) = date;
            let date = DateTime::from_date_and_time(year, month, day, hour, minute, second).unwrap();
            assert_eq!(moment(date), Some(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)), "{date:?}");
        }
    }

    #[test]
    fn headers_that_contradict_the_directory_are_refused() {
        let mut writer = ZipWriter::new(io::Cursor::new(Vec::new()));
        file(&mut writer, "safe.py", b"x");
        let good = writer.finish().unwrap().into_inner();
        // What stands before an archive is none of its business: programs that unpack themselves begin with it.
        unpacked(&[b"#!/bin/sh\n", &good[..]].concat()).1.unwrap();
        let mut contradicting = good;
        let local = contradicting.windows(7).position(|it| it == b"safe.py").unwrap();
        contradicting[local..local + 7].copy_from_slice(b"evil.py");
        let (directory, outcome) = unpacked(&contradicting);
        let error = outcome.unwrap_err();
        assert!(error.code() == Code::ArchiveInvalid && error.to_string().contains("differently"), "{error}");
        assert_eq!(fs::read_dir(directory.path().join("into")).unwrap().count(), 0);
    }

    #[test]
    fn a_name_that_is_too_long_is_refused() {
        let (_, outcome) = archive(|writer| file(writer, &"a/".repeat(30_000), b""));
        assert_eq!(outcome.unwrap_err().code(), Code::ArchiveInvalid);
    }

    #[test]
    fn a_bomb_is_stopped() {
        let (_, outcome) = archive(|writer| file(writer, "zeros", &vec![0; 300 << 20]));
        assert_eq!(outcome.unwrap_err().code(), Code::PackageTooLarge);
    }

    #[test]
    fn damage_is_told() {
        let mut writer = ZipWriter::new(io::Cursor::new(Vec::new()));
        file(&mut writer, "a.py", &[7; 4000]);
        let good = writer.finish().unwrap().into_inner();
        for cut in [0, 1, good.len() / 2, good.len() - 1] {
            let (_, outcome) = unpacked(&good[..cut]);
            assert_eq!(outcome.unwrap_err().code(), Code::ArchiveInvalid, "{cut}");
        }
        let mut flipped = good.clone();
        flipped[40] ^= 0xff;
        assert_eq!(unpacked(&flipped).1.unwrap_err().code(), Code::ArchiveInvalid);
    }
}

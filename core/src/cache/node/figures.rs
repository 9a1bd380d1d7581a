//! What all processes together have done with a namespace, in a file of its directory.
//!
//! It begins with eight bytes that say what it is and in which version; numbers of eight bytes follow, the least
//! significant first. It is written in place: a write that fails leaves what was.

use super::super::statistics::COUNTS;
use super::super::tally::Tally;
use super::directory::Directory;
use super::file;
use rustix::fs::{Mode, OFlags, openat};
use rustix::io::pwrite;
use std::io;

pub(super) const FIGURES: &str = "figures";
const KIND: &[u8; 7] = b"figures";
const VERSION: u8 = 1;
const LENGTH: usize = KIND.len() + 1 + COUNTS * size_of::<u64>();

/// What is in the file; nothing where there is none.
///
/// Fails with `InvalidData` where another version has written it.
pub(super) fn read(directory: &Directory) -> io::Result<Tally> {
    file::read(directory, FIGURES, LENGTH)?.map_or(Ok(Tally::default()), |bytes| decode(&bytes))
}

/// Adds to it; nobody else may be at it meanwhile.
pub(super) fn add(directory: &Directory, counts: &Tally) -> io::Result<()> {
    let before = read(directory)?;
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = openat(&directory.descriptor, FIGURES, flags, Mode::RUSR | Mode::WUSR)?;
    file::check_own(&file, directory.owner)?;
    let sums = std::array::from_fn(|index| before[index].saturating_add(counts[index]));
    pwrite(file, &encode(&sums), 0)?;
    Ok(())
}

fn encode(counts: &Tally) -> Vec<u8> {
    let numbers = counts.iter().flat_map(|count| count.to_le_bytes());
    KIND.iter().copied().chain([VERSION]).chain(numbers).collect()
}

/// What is damaged begins anew.
fn decode(bytes: &[u8]) -> io::Result<Tally> {
    let Some((version, numbers)) = bytes.strip_prefix(KIND).and_then(|rest| rest.split_first()) else {
        return Ok(Tally::default());
    };
    if *version != VERSION {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let (numbers, _) = numbers.as_chunks();
    Ok(numbers.try_into().map_or(Tally::default(), |numbers: &[_; COUNTS]| numbers.map(u64::from_le_bytes)))
}

#[cfg(test)]
mod tests {
    use super::super::super::key::Namespace;
    use super::*;

    #[test]
    fn sums_are_kept_and_what_is_damaged_begins_anew() {
        let base = tempfile::tempdir().unwrap();
        let directory = Directory::open(&base.path().join("cache"), &Namespace::new("test", "", "bytes")).unwrap();
        let counts = std::array::from_fn(|index| index as u64 + 1);
        assert_eq!(read(&directory).unwrap(), Tally::default());
        add(&directory, &counts).unwrap();
        add(&directory, &counts).unwrap();
        assert_eq!(read(&directory).unwrap(), counts.map(|count| 2 * count));
        for damaged in [&b""[..], b"short", b"figures\x01\x02", &[0xff; LENGTH]] {
            std::fs::write(directory.path.join(FIGURES), damaged).unwrap();
            add(&directory, &counts).unwrap();
            assert_eq!(read(&directory).unwrap(), counts);
        }
        // That of a later version is left to it.
        for later in [&b"figures\x02\x02"[..], &[b'f'; LENGTH + 1]] {
            std::fs::write(directory.path.join(FIGURES), later).unwrap();
            assert_eq!(add(&directory, &counts).unwrap_err().kind(), io::ErrorKind::InvalidData);
            assert_eq!(std::fs::read(directory.path.join(FIGURES)).unwrap(), later);
        }
        std::fs::remove_file(directory.path.join(FIGURES)).unwrap();
        add(&directory, &[u64::MAX; COUNTS]).unwrap();
        assert_eq!(read(&directory).unwrap(), [u64::MAX; COUNTS]);
    }
}

//! What all processes together have done with a namespace, in a file.

use super::super::statistics::COUNTS;
use super::super::tally::Tally;
use super::directory::Directory;
use super::file;
use std::io;

/// The file: numbers of 8 bytes, the least significant first.
pub(super) const FIGURES: &str = "figures";
const LENGTH: usize = COUNTS * size_of::<u64>();

/// What is in the file; nothing where there is none, or where another version wrote it.
pub(super) fn read(directory: &Directory) -> io::Result<Tally> {
    Ok(file::read(directory, FIGURES, LENGTH)?.and_then(|bytes| decode(&bytes)).unwrap_or_default())
}

/// Adds to it; nobody else may be at it meanwhile.
pub(super) fn add(directory: &Directory, counts: &Tally) -> io::Result<()> {
    let before = match read(directory) {
        // A longer one.
        Err(error) if error.kind() == io::ErrorKind::InvalidData => Tally::default(),
        before => before?,
    };
    let sums: Tally = std::array::from_fn(|index| before[index].saturating_add(counts[index]));
    let bytes: Vec<u8> = sums.iter().flat_map(|count| count.to_le_bytes()).collect();
    file::write(directory, ".", FIGURES, &bytes).map(drop)
}

fn decode(bytes: &[u8]) -> Option<Tally> {
    let (counts, rest) = bytes.as_chunks();
    let counts: &[[u8; size_of::<u64>()]; COUNTS] = counts.try_into().ok()?;
    rest.is_empty().then(|| counts.map(u64::from_le_bytes))
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
        for damaged in [&b"short"[..], &[0xff; LENGTH + 1]] {
            std::fs::write(directory.path.join(FIGURES), damaged).unwrap();
            add(&directory, &counts).unwrap();
            assert_eq!(read(&directory).unwrap(), counts);
        }
        add(&directory, &[u64::MAX; COUNTS]).unwrap();
        assert_eq!(read(&directory).unwrap(), [u64::MAX; COUNTS]);
    }
}

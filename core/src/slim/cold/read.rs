//! Reading a cold archive, whoever wrote it.

use super::codec::Codec;
use super::layout::{BLOCK, Block, ENTRY, Entry, HEADER, Header};
use crate::error::{Code, Error, Result};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

/// An index larger than this is refused before anything is allocated for it.
const MOST_INDEX: u64 = 512 << 20;
/// A block that unpacks to more is refused.
const MOST_BLOCK: u32 = 2 << 30;

/// A cold archive that was opened; its index is in memory, its blocks are on disk.
///
/// ```no_run
/// use headstart::slim::ColdArchive;
///
/// let mut archive = ColdArchive::open("out/.headstart/cold".as_ref())?;
/// let names: Vec<_> = archive.entries().map(|entry| entry.name().to_owned()).collect();
/// let content = archive.read("pkg/rarely_used.py")?;
/// # Ok::<(), headstart::Error>(())
/// ```
#[derive(Debug)]
pub struct ColdArchive<R = File> {
    file: R,
    codec: Codec,
    blocks: Vec<Block>,
    entries: Vec<Entry>,
    names: Vec<u8>,
}

/// A file or link of the archive.
#[derive(Debug, Clone, Copy)]
pub struct ColdEntry<'a> {
    name: &'a str,
    entry: Entry,
}

impl<'a> ColdEntry<'a> {
    /// The path below the package.
    pub fn name(&self) -> &'a str {
        self.name
    }

    /// Bytes of content.
    pub fn size(&self) -> u64 {
        u64::from(self.entry.size)
    }

    /// Permission bits.
    pub fn mode(&self) -> u32 {
        self.entry.mode
    }

    /// Whether it is a link, whose content is its target.
    pub fn is_link(&self) -> bool {
        self.entry.kind == 1
    }
}

impl ColdArchive {
    /// Opens the archive at `path`.
    ///
    /// Fails with `package.cold_archive_invalid` where it is damaged, none at all or of another version.
    pub fn open(path: &Path) -> Result<Self> {
        let file = File::open(path)
            .map_err(|error| Error::new(Code::SystemIo, "open the cold archive", error.to_string()).caused_by(error));
        file.and_then(Self::from_reader).map_err(|error| error.with("file", path.display()))
    }
}

impl<R: Read + Seek> ColdArchive<R> {
    /// Reads the index of an archive; fails as [`open`](ColdArchive::open) does.
    pub fn from_reader(mut file: R) -> Result<Self> {
        let mut bytes = [0; HEADER];
        file.read_exact(&mut bytes).map_err(|_| invalid("it is too short"))?;
        let header = Header::from_bytes(&bytes).ok_or_else(|| invalid("it is none, or of another version"))?;
        let codec = Codec::from_number(header.codec).ok_or_else(|| invalid("its compression is unknown"))?;
        let size = file.seek(SeekFrom::End(0)).map_err(|error| invalid(&error.to_string()))?;
        if size != header.whole || header.index_size() > size.min(MOST_INDEX) {
            return Err(invalid("it has another size than it should"));
        }
        let mut index = vec![0; usize::try_from(header.index_size()).unwrap_or(0)];
        file.seek(SeekFrom::Start(HEADER as u64)).map_err(|error| invalid(&error.to_string()))?;
        file.read_exact(&mut index).map_err(|_| invalid("it is too short"))?;
        if Sha256::digest(&index)[..] != header.digest {
            return Err(invalid("its index does not match its checksum"));
        }
        let (blocks, rest) = index.split_at(header.blocks as usize * BLOCK);
        let (entries, names) = rest.split_at(header.entries as usize * ENTRY);
        let archive = Self {
            file,
            codec,
            blocks: blocks.chunks_exact(BLOCK).map(Block::from_bytes).collect(),
            entries: entries.chunks_exact(ENTRY).map(Entry::from_bytes).collect(),
            names: names.to_vec(),
        };
        archive.check(size)?;
        Ok(archive)
    }

    /// The checksum tells damage; this tells an index that was made to be wrong.
    fn check(&self, size: u64) -> Result<()> {
        let fits = |block: &Block| {
            block.size <= MOST_BLOCK
                && block.offset.checked_add(u64::from(block.compressed)).is_some_and(|end| end <= size)
        };
        let is_inside = |entry: &Entry| {
            let block = self.blocks.get(entry.block as usize);
            let end = entry.offset.checked_add(entry.size);
            block.is_some_and(|block| end.is_some_and(|end| end <= block.size)) && self.name(entry).is_some_and(is_safe)
        };
        let is_sorted = self.entries.is_sorted_by(|one, other| self.name(one) < self.name(other));
        let is_sound = self.blocks.iter().all(fits) && self.entries.iter().all(is_inside) && is_sorted;
        if is_sound { Ok(()) } else { Err(invalid("its index contradicts itself")) }
    }

    fn name(&self, entry: &Entry) -> Option<&str> {
        let start = entry.name as usize;
        let bytes = self.names.get(start..start.checked_add(entry.name_size as usize)?)?;
        std::str::from_utf8(bytes).ok()
    }

    /// How the blocks are compressed.
    pub fn codec(&self) -> Codec {
        self.codec
    }

    /// Every file and link, in the order of their names.
    pub fn entries(&self) -> impl Iterator<Item = ColdEntry<'_>> {
        self.entries.iter().filter_map(|entry| Some(ColdEntry { name: self.name(entry)?, entry: *entry }))
    }

    /// The content of the file with this name; `None` where there is none.
    ///
    /// Fails with `package.cold_archive_invalid` where its block is damaged.
    pub fn read(&mut self, name: &str) -> Result<Option<Vec<u8>>> {
        let Ok(at) = self.entries.binary_search_by(|entry| self.name(entry).cmp(&Some(name))) else {
            return Ok(None);
        };
        let entry = self.entries[at];
        let block = self.blocks[entry.block as usize];
        let mut compressed = vec![0; block.compressed as usize];
        let read = self.file.seek(SeekFrom::Start(block.offset)).and_then(|_| self.file.read_exact(&mut compressed));
        read.map_err(|error| invalid(&error.to_string()))?;
        let content = self.codec.expand(&compressed, block.size as usize)?;
        let content = content[entry.offset as usize..(entry.offset + entry.size) as usize].to_vec();
        if crc32fast::hash(&content) != entry.crc {
            return Err(invalid("a file does not match its checksum").with("entry", name));
        }
        Ok(Some(content))
    }
}

/// Whether a name stays below the package.
fn is_safe(name: &str) -> bool {
    !name.is_empty() && !name.contains('\0') && name.split('/').all(|part| !matches!(part, "" | "." | ".."))
}

fn invalid(why: &str) -> Error {
    Error::new(Code::ColdArchiveInvalid, "read the cold archive", why)
}

#[cfg(test)]
mod tests {
    use super::super::write::ColdWriter;
    use super::*;
    use std::io::Cursor;

    fn archive() -> Vec<u8> {
        let directory = tempfile::tempdir().unwrap();
        let mut writer = ColdWriter::new(Codec::Zlib, directory.path()).unwrap();
        for number in 0..100 {
            let content = format!("{number}\n").repeat(number * 120);
            writer.add(format!("pkg/{number:03}.py").as_bytes(), 0o644, false, content.as_bytes()).unwrap();
        }
        writer.add(b"pkg/link", 0o777, true, b"001.py").unwrap();
        writer.finish(&directory.path().join("cold")).unwrap();
        std::fs::read(directory.path().join("cold")).unwrap()
    }

    #[test]
    fn files_come_back() {
        let mut archive = ColdArchive::from_reader(Cursor::new(archive())).unwrap();
        assert_eq!(archive.entries().count(), 101);
        assert!(archive.blocks.len() > 1);
        assert_eq!(archive.read("pkg/000.py").unwrap().unwrap(), b"");
        assert_eq!(archive.read("pkg/099.py").unwrap().unwrap(), "99\n".repeat(99 * 120).as_bytes());
        assert_eq!(archive.read("pkg/link").unwrap().unwrap(), b"001.py");
        assert_eq!(archive.read("pkg/zzz.py").unwrap(), None);
    }

    #[test]
    fn damage_anywhere_is_noticed() {
        let good = archive();
        for at in (0..good.len()).step_by(good.len() / 60).chain(0..HEADER) {
            let mut bad = good.clone();
            bad[at] ^= 0x41;
            let told = ColdArchive::from_reader(Cursor::new(bad)).and_then(|mut archive| {
                let names: Vec<_> = archive.entries().map(|entry| entry.name().to_owned()).collect();
                names.iter().try_for_each(|name| archive.read(name).map(drop))
            });
            assert!(told.is_err_and(|error| error.code() == Code::ColdArchiveInvalid), "{at}");
        }
        for end in (0..good.len()).step_by(good.len() / 40) {
            assert!(ColdArchive::from_reader(Cursor::new(&good[..end])).is_err(), "{end}");
        }
    }

    #[test]
    fn names_that_lead_out_are_refused() {
        for name in ["../x", "/x", "a//b", "a/./b", "."] {
            let directory = tempfile::tempdir().unwrap();
            let mut writer = ColdWriter::new(Codec::Zstd, directory.path()).unwrap();
            writer.add(name.as_bytes(), 0o644, false, b"x").unwrap();
            writer.finish(&directory.path().join("cold")).unwrap();
            let error = ColdArchive::open(&directory.path().join("cold")).unwrap_err();
            assert_eq!(error.code(), Code::ColdArchiveInvalid, "{name}");
        }
    }
}

//! Writing a cold archive.

use super::codec::Codec;
use super::layout::{Block, Entry, HEADER, Header};
use crate::error::{Code, Error, Result};
use rayon::prelude::*;
use sha2::{Digest, Sha256};
use std::io::Write;
use std::path::Path;

/// Files are gathered into blocks of about this size: small enough to be unpacked in a millisecond or two,
/// large enough to compress well.
const BLOCK_SIZE: usize = 512 << 10;
/// How many blocks are compressed before what they hold is written.
const BATCH: usize = 16;

/// Takes files in the order of their names and writes them as one archive.
#[derive(Debug)]
pub(crate) struct ColdWriter {
    codec: Codec,
    names: Vec<u8>,
    last: Vec<u8>,
    entries: Vec<Entry>,
    blocks: Vec<Block>,
    /// The block that is being filled.
    open: Vec<u8>,
    full: Vec<Vec<u8>>,
    data: std::fs::File,
    offset: u64,
}

impl ColdWriter {
    /// A writer that gathers compressed blocks in a temporary file in `directory`.
    pub(crate) fn new(codec: Codec, directory: &Path) -> Result<Self> {
        let data = tempfile::tempfile_in(directory).map_err(|error| failed(&error))?;
        Ok(Self {
            codec,
            names: Vec::new(),
            last: Vec::new(),
            entries: Vec::new(),
            blocks: Vec::new(),
            open: Vec::new(),
            full: Vec::new(),
            data,
            offset: 0,
        })
    }

    /// Adds a file; names must come in the order of their bytes.
    pub(crate) fn add(&mut self, name: &[u8], mode: u32, is_link: bool, content: &[u8]) -> Result<()> {
        debug_assert!(self.entries.is_empty() || *self.last < *name, "names come in order");
        if !self.open.is_empty() && (self.open.len() + content.len() > BLOCK_SIZE) {
            self.close()?;
        }
        let too_large = |_| Error::new(Code::PackageTooLarge, "write the cold archive", "a file has over 4 GiB");
        let entry = Entry {
            name: u32::try_from(self.names.len()).map_err(too_large)?,
            name_size: u32::try_from(name.len()).map_err(too_large)?,
            block: u32::try_from(self.blocks.len() + self.full.len()).map_err(too_large)?,
            offset: u32::try_from(self.open.len()).map_err(too_large)?,
            size: u32::try_from(content.len()).map_err(too_large)?,
            mode,
            crc: crc32fast::hash(content),
            kind: u32::from(is_link),
        };
        self.names.extend_from_slice(name);
        name.clone_into(&mut self.last);
        self.entries.push(entry);
        self.open.extend_from_slice(content);
        Ok(())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    fn close(&mut self) -> Result<()> {
        self.full.push(std::mem::take(&mut self.open));
        if self.full.len() >= BATCH { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<()> {
        let codec = self.codec;
        let full = std::mem::take(&mut self.full);
        let compressed: Vec<_> = full.par_iter().map(|block| codec.compress(block)).collect();
        for (block, bytes) in full.iter().zip(compressed) {
            let bytes = bytes.map_err(|error| failed(&error))?;
            self.data.write_all(&bytes).map_err(|error| failed(&error))?;
            let size = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
            self.blocks.push(Block { offset: self.offset, compressed: size(bytes.len()), size: size(block.len()) });
            self.offset += bytes.len() as u64;
        }
        Ok(())
    }

    /// Writes the archive to `path`; its size.
    pub(crate) fn finish(mut self, path: &Path) -> Result<u64> {
        // An empty block would be one that no entry is in, but an empty file needs a block to be in.
        if !self.entries.is_empty() {
            self.close()?;
        }
        self.flush()?;
        let count = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
        let mut header = Header {
            codec: self.codec.number(),
            blocks: count(self.blocks.len()),
            entries: count(self.entries.len()),
            names: count(self.names.len()),
            whole: 0,
            digest: [0; 32],
        };
        let start = HEADER as u64 + header.index_size();
        header.whole = start + self.offset;
        let blocks = self.blocks.iter().map(|block| Block { offset: block.offset + start, ..*block }.to_bytes());
        let mut index: Vec<u8> = blocks.flatten().collect();
        index.extend(self.entries.iter().flat_map(|entry| entry.to_bytes()));
        index.extend_from_slice(&self.names);
        header.digest = Sha256::digest(&index).into();
        self.write(path, &header, &index).map_err(|error| failed(&error).with("file", path.display()))?;
        Ok(header.whole)
    }

    fn write(&mut self, path: &Path, header: &Header, index: &[u8]) -> std::io::Result<()> {
        use std::io::{Seek, SeekFrom};
        let mut file = std::io::BufWriter::new(std::fs::File::create_new(path)?);
        file.write_all(&header.to_bytes())?;
        file.write_all(index)?;
        self.data.seek(SeekFrom::Start(0))?;
        std::io::copy(&mut self.data, &mut file)?;
        file.flush()
    }
}

fn failed(error: &std::io::Error) -> Error {
    Error::new(Code::SystemIo, "write the cold archive", error.to_string())
}

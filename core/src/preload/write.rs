//! Writing an image.

use super::kind::EntryKind;
use super::layout::{ALIGNMENT, HEAD, Head, RECORD, Record};
use crate::error::{Code, Error, Result};
use crate::sys::directory;
use std::collections::BTreeMap;
use std::path::Path;

/// Collects entries and writes them as one image.
///
/// ```
/// use headstart::preload::{EntryKind, Image, ImageWriter};
///
/// let mut writer = ImageWriter::new();
/// writer.add("table/greetings", EntryKind::Table, b"hello\n".to_vec())?;
/// let bytes = writer.finish(&serde_json::json!({"language": "python", "interpreter": "none"}))?;
/// let image = Image::from_bytes(bytes)?;
/// assert_eq!(image.find("table/greetings").unwrap().data()?, b"hello\n");
/// # Ok::<(), headstart::Error>(())
/// ```
#[derive(Debug, Default)]
pub struct ImageWriter {
    entries: BTreeMap<String, (EntryKind, Vec<u8>)>,
}

impl ImageWriter {
    /// An image without entries.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an entry; fails with `preload.bake_failed` where there is one of this name, or the name holds a zero byte.
    pub fn add(&mut self, name: impl Into<String>, kind: EntryKind, data: Vec<u8>) -> Result<()> {
        let name = name.into();
        if name.contains('\0') || self.entries.contains_key(&name) {
            return Err(failed("two entries have one name, or a name holds a zero byte").with("entry", name));
        }
        self.entries.insert(name, (kind, data));
        Ok(())
    }

    /// The bytes of the image; fails with `preload.bake_failed` where they are more than 4 GiB.
    pub fn finish(&self, identity: &serde_json::Value) -> Result<Vec<u8>> {
        let too_large = |_| failed("it would be larger than 4 GiB");
        let size = |bytes: usize| u32::try_from(bytes).map_err(too_large);
        let mut index = identity.to_string().into_bytes();
        let identity = size(index.len())?;
        for name in self.entries.keys() {
            index.extend_from_slice(name.as_bytes());
            index.push(0);
        }
        let names = size(index.len())? - identity;
        index.resize(index.len().next_multiple_of(4), 0);
        let mut at = HEAD + index.len() + self.entries.len() * RECORD;
        for (kind, data) in self.entries.values() {
            at = at.next_multiple_of(ALIGNMENT);
            let (crc, kind) = (crc32fast::hash(data), kind.number());
            index.extend_from_slice(&Record { offset: size(at)?, size: size(data.len())?, crc, kind }.to_bytes());
            at += data.len();
        }
        let head = Head { entries: size(self.entries.len())?, size: size(at)?, identity, names };
        let mut bytes = Vec::with_capacity(at);
        bytes.extend_from_slice(&head.to_bytes(&index));
        bytes.extend_from_slice(&index);
        for (_, data) in self.entries.values() {
            bytes.resize(bytes.len().next_multiple_of(ALIGNMENT), 0);
            bytes.extend_from_slice(data);
        }
        Ok(bytes)
    }

    /// Writes the image to `path`, whole or not at all; fails as [`finish`](Self::finish) does and with `system.io`.
    pub fn write(&self, identity: &serde_json::Value, path: &Path) -> Result<u64> {
        let bytes = self.finish(identity)?;
        let io = |error: std::io::Error| {
            Error::new(Code::SystemIo, "write the image", error.to_string()).with("file", path.display())
        };
        directory::write_whole(path, &bytes).map_err(io)?;
        // What has reached the disk is clean memory for those who map it.
        std::fs::File::open(path).and_then(|file| file.sync_data()).map_err(io)?;
        Ok(bytes.len() as u64)
    }
}

fn failed(message: &str) -> Error {
    Error::new(Code::BakeFailed, "write the image", message)
}

//! Reading an image, whoever wrote it.

use super::kind::EntryKind;
use super::layout::{HEAD, Head, RECORD, Record, is_sound};
use crate::error::{Code, Error, Result};
use std::path::Path;

/// An image whose head was checked; the data of an entry is checked when it is asked for.
#[derive(Debug)]
pub struct Image {
    bytes: Vec<u8>,
    identity: serde_json::Value,
    /// Where each name begins and ends.
    names: Vec<(usize, usize)>,
    records: Vec<Record>,
}

/// An entry of an image.
#[derive(Debug, Clone, Copy)]
pub struct ImageEntry<'a> {
    image: &'a Image,
    number: usize,
    kind: EntryKind,
}

impl Image {
    /// Reads the image at `path`.
    ///
    /// Fails with `preload.image_invalid` where it is damaged, none at all or of another version, and with `system.io`.
    pub fn open(path: &Path) -> Result<Self> {
        let read = std::fs::read(path)
            .map_err(|error| Error::new(Code::SystemIo, "read the image", error.to_string()).caused_by(error));
        read.and_then(Self::from_bytes).map_err(|error| error.with("file", path.display()))
    }

    /// Takes the bytes of an image; fails as [`open`](Self::open) does.
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Self> {
        let head_bytes: &[u8; HEAD] = bytes.first_chunk().ok_or_else(|| invalid("it is too short"))?;
        let head = Head::from_bytes(head_bytes).ok_or_else(|| invalid("it is none, or of another version"))?;
        let index_end = HEAD as u64 + head.index_size();
        if bytes.len() as u64 != u64::from(head.size) || index_end > u64::from(head.size) {
            return Err(invalid("it has another size than it should"));
        }
        let index = &bytes[HEAD..usize::try_from(index_end).unwrap_or(bytes.len())];
        if !is_sound(head_bytes, index) {
            return Err(invalid("its head does not match its checksum"));
        }
        let (text, records) = index.split_at(index.len() - head.entries as usize * RECORD);
        let records: Vec<_> = records.chunks_exact(RECORD).map(Record::from_bytes).collect();
        let (identity, names) = text.split_at(head.identity as usize);
        let identity = serde_json::from_slice(identity).map_err(|_| invalid("its identity is not JSON"))?;
        let names = split(&names[..head.names as usize], HEAD + head.identity as usize);
        let image = Self { bytes, identity, names, records };
        image.check(index_end)?;
        Ok(image)
    }

    /// The checksum tells damage; this tells a head that was made to be wrong.
    fn check(&self, index_end: u64) -> Result<()> {
        let fits = |record: &Record| record.end() <= self.bytes.len() as u64 && u64::from(record.offset) >= index_end;
        let is_sound = self.names.len() == self.records.len()
            && self.identity.is_object()
            && self.records.iter().all(|it| fits(it) && EntryKind::from_number(it.kind).is_some())
            && (0..self.names.len()).all(|number| std::str::from_utf8(self.name_bytes(number)).is_ok())
            // None stands twice.
            && self.names.is_sorted_by(|one, next| self.bytes[one.0..one.1] < self.bytes[next.0..next.1]);
        if is_sound { Ok(()) } else { Err(invalid("its head contradicts itself")) }
    }

    fn name_bytes(&self, number: usize) -> &[u8] {
        let (from, to) = self.names[number];
        &self.bytes[from..to]
    }

    fn entry(&self, number: usize) -> Option<ImageEntry<'_>> {
        let kind = EntryKind::from_number(self.records.get(number)?.kind)?;
        Some(ImageEntry { image: self, number, kind })
    }

    /// What the image is for: a JSON object with `language` and `interpreter`.
    pub fn identity(&self) -> &serde_json::Value {
        &self.identity
    }

    /// Bytes of the whole file.
    pub fn size(&self) -> u64 {
        self.bytes.len() as u64
    }

    /// What tells it from others: a BLAKE3 digest of all of it, in 16 hexadecimal digits.
    pub fn digest(&self) -> String {
        blake3::hash(&self.bytes).to_hex()[..16].to_owned()
    }

    /// Every entry, in the order of their names.
    pub fn entries(&self) -> impl Iterator<Item = ImageEntry<'_>> {
        (0..self.records.len()).filter_map(|number| self.entry(number))
    }

    /// The entry of this name; `None` where there is none.
    pub fn find(&self, name: &str) -> Option<ImageEntry<'_>> {
        let found = self.names.binary_search_by(|(from, to)| self.bytes[*from..*to].cmp(name.as_bytes()));
        self.entry(found.ok()?)
    }

    /// Checks the data of every entry; fails with `preload.image_invalid` at the first that is damaged.
    pub fn check_data(&self) -> Result<()> {
        self.entries().try_for_each(|entry| entry.data().map(drop))
    }
}

impl<'a> ImageEntry<'a> {
    fn record(&self) -> &'a Record {
        &self.image.records[self.number]
    }

    /// The name.
    pub fn name(&self) -> &'a str {
        std::str::from_utf8(self.image.name_bytes(self.number)).unwrap_or_default()
    }

    /// What it is.
    pub fn kind(&self) -> EntryKind {
        self.kind
    }

    /// Bytes of its data.
    pub fn size(&self) -> u64 {
        self.record().size.into()
    }

    /// Its data; fails with `preload.image_invalid` where that does not match its checksum.
    pub fn data(&self) -> Result<&'a [u8]> {
        let record = self.record();
        let data = &self.image.bytes[record.offset as usize..][..record.size as usize];
        if crc32fast::hash(data) == record.crc {
            Ok(data)
        } else {
            Err(invalid("an entry does not match its checksum").with("entry", self.name()))
        }
    }
}

/// Where names begin and end that are each followed by a zero byte; none of `bytes` may be left.
fn split(bytes: &[u8], first: usize) -> Vec<(usize, usize)> {
    let ends = bytes.iter().enumerate().filter(|(_, byte)| **byte == 0).map(|(at, _)| first + at);
    let mut from = first;
    ends.map(|end| (std::mem::replace(&mut from, end + 1), end)).collect()
}

fn invalid(why: &str) -> Error {
    Error::new(Code::ImageInvalid, "read the image", why)
}

#[cfg(test)]
mod tests {
    use super::super::write::ImageWriter;
    use super::*;
    use serde_json::json;

    fn image() -> Vec<u8> {
        let mut writer = ImageWriter::new();
        for number in 0..50 {
            let name = format!("module/m{number:02}");
            writer.add(name, EntryKind::Code, vec![b'x'; number * 7]).unwrap();
        }
        writer.add("table/modules", EntryKind::Table, b"a\tb\n".to_vec()).unwrap();
        writer.add("module/ext", EntryKind::Found, Vec::new()).unwrap();
        writer.finish(&json!({"language": "python", "interpreter": "cpython"})).unwrap()
    }

    #[test]
    fn entries_come_back() {
        let image = Image::from_bytes(image()).unwrap();
        assert_eq!(image.entries().count(), 52);
        assert_eq!(image.find("module/m49").unwrap().data().unwrap(), vec![b'x'; 49 * 7]);
        assert_eq!(image.find("table/modules").unwrap().kind(), EntryKind::Table);
        assert!(image.find("module/m").is_none());
        assert_eq!(image.identity()["language"], "python");
        image.check_data().unwrap();
    }

    #[test]
    fn damage_anywhere_is_noticed() {
        let good = image();
        let is_bad = |bytes: Vec<u8>| {
            let told = Image::from_bytes(bytes).and_then(|image| image.check_data());
            told.is_err_and(|error| error.code() == Code::ImageInvalid)
        };
        let padding: Vec<bool> = covered(&good);
        for at in (0..good.len()).filter(|at| padding[*at]) {
            let mut bad = good.clone();
            bad[at] ^= 0x41;
            assert!(is_bad(bad), "{at}");
        }
        for end in 0..good.len() {
            assert!(is_bad(good[..end].to_vec()), "{end}");
        }
    }

    /// Which bytes a checksum covers: all but those between the entries' data.
    fn covered(bytes: &[u8]) -> Vec<bool> {
        let image = Image::from_bytes(bytes.to_vec()).unwrap();
        let index_end = image.records.iter().map(|it| it.offset).min().unwrap() as usize;
        let within = |at: usize| image.records.iter().any(|it| (it.offset.into()..it.end()).contains(&(at as u64)));
        (0..bytes.len()).map(|at| at < index_end - 16 || within(at)).collect()
    }
}

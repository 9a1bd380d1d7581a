//! An init image that was made to be wrong: size and checksum of its head are put right, so that what the head says is
//! looked at too.

use headstart::preload::{Image, Reads};
use std::path::Path;

const HEAD: usize = 32;
const CHECKSUM: usize = 28;
const MAGIC: &[u8] = b"\x89HSIMG\r\n\x01\0\0\0";

/// The same image with magic, size and checksum as they should be.
fn put_right(data: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = data.to_vec();
    let number = |at: usize| u32::from_le_bytes([data[at], data[at + 1], data[at + 2], data[at + 3]]) as usize;
    let head = bytes.get_mut(..HEAD)?;
    head[..MAGIC.len()].copy_from_slice(MAGIC);
    head[16..20].copy_from_slice(&u32::try_from(data.len()).ok()?.to_le_bytes());
    let text = number(20).checked_add(number(24))?.next_multiple_of(4);
    let index = text.checked_add(number(12).checked_mul(16)?)?;
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&bytes[..CHECKSUM]);
    hasher.update(bytes.get(HEAD..HEAD.checked_add(index)?)?);
    bytes[CHECKSUM..HEAD].copy_from_slice(&hasher.finalize().to_le_bytes());
    Some(bytes)
}

fn read(bytes: &[u8]) {
    let Ok(image) = Image::from_bytes(bytes.to_vec()) else { return };
    for entry in image.entries() {
        if let Ok(data) = entry.data() {
            assert_eq!(data.len() as u64, entry.size(), "{}", entry.name());
        }
        assert_eq!(image.find(entry.name()).map(|it| it.size()), Some(entry.size()), "names are found");
    }
    // Looking for what a start reads asks nothing of the disk.
    let _ = Reads::of(&image, Path::new("/image"), Path::new("/package")).to_text(Path::new("/i"), Path::new("/p"));
}

pub(crate) fn run(data: &[u8]) {
    read(data);
    if let Some(bytes) = put_right(data) {
        read(&bytes);
    }
}

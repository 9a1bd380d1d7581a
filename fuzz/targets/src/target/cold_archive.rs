//! A cold archive that was made to be wrong: sizes and checksums of its index are put right, so that what the index
//! says is looked at too.

use headstart::slim::ColdArchive;
use sha2::{Digest, Sha256};
use std::io::Cursor;

const HEADER: usize = 64;
const MAGIC: &[u8] = b"HSCOLD\r\n\x01\0";
/// What the target may unpack, so that a bomb costs no more than another input.
const MOST_BYTES: u64 = 64 << 20;

/// The same archive with its magic, its size and the checksum of its index as they should be.
fn put_right(data: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = data.to_vec();
    let header = bytes.get_mut(..HEADER)?;
    header[..MAGIC.len()].copy_from_slice(MAGIC);
    header[24..32].copy_from_slice(&(data.len() as u64).to_le_bytes());
    let number = |at: usize| u32::from_le_bytes([data[at], data[at + 1], data[at + 2], data[at + 3]]) as usize;
    let size = number(12).checked_mul(16)?.checked_add(number(16).checked_mul(32)?)?.checked_add(number(20))?;
    let digest = Sha256::digest(bytes.get(HEADER..HEADER.checked_add(size)?)?);
    bytes[32..HEADER].copy_from_slice(&digest);
    Some(bytes)
}

fn read(bytes: &[u8]) {
    let Ok(mut archive) = ColdArchive::from_reader(Cursor::new(bytes)) else { return };
    let entries: Vec<_> = archive.entries().map(|entry| (entry.name().to_owned(), entry.size())).collect();
    let mut left = MOST_BYTES;
    for (name, size) in entries {
        left = match left.checked_sub(size) {
            Some(left) => left,
            None => return,
        };
        if let Ok(content) = archive.read(&name) {
            assert_eq!(content.map(|it| it.len() as u64), Some(size), "{name}");
        }
    }
}

pub(crate) fn run(data: &[u8]) {
    read(data);
    if let Some(bytes) = put_right(data) {
        read(&bytes);
    }
}

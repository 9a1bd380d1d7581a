//! The fixed parts of the format, to and from bytes.

/// The first bytes of every image.
pub(super) const MAGIC: [u8; 8] = *b"\x89HSIMG\r\n";
/// The version that this code writes and reads.
pub(super) const VERSION: u32 = 1;
/// Bytes of the head.
pub(super) const HEAD: usize = 32;
/// Where the head's checksum stands in it.
const CHECKSUM: usize = 28;
/// Bytes of an entry's record.
pub(super) const RECORD: usize = 16;
/// What the data of each entry begins at a multiple of.
pub(super) const ALIGNMENT: usize = 16;

/// What the head says beside magic, version and checksum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) entries: u32,
    pub(super) size: u32,
    pub(super) identity: u32,
    pub(super) names: u32,
}

/// Where an entry's data lies, and what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Record {
    pub(super) offset: u32,
    pub(super) size: u32,
    pub(super) crc: u32,
    pub(super) kind: u32,
}

impl Head {
    /// With the checksum of itself and of `index`: identity, names, padding and records.
    pub(super) fn to_bytes(self, index: &[u8]) -> [u8; HEAD] {
        let mut bytes = [0; HEAD];
        bytes[..8].copy_from_slice(&MAGIC);
        let fields = [VERSION, self.entries, self.size, self.identity, self.names];
        for (place, field) in bytes[8..].chunks_exact_mut(4).zip(fields) {
            place.copy_from_slice(&field.to_le_bytes());
        }
        let crc = checksum(&bytes, index);
        bytes[CHECKSUM..].copy_from_slice(&crc.to_le_bytes());
        bytes
    }

    /// `None` where magic or version are others.
    pub(super) fn from_bytes(bytes: &[u8; HEAD]) -> Option<Self> {
        let is_ours = bytes[..8] == MAGIC && u32_at(bytes, 8) == VERSION;
        is_ours.then(|| Self {
            entries: u32_at(bytes, 12),
            size: u32_at(bytes, 16),
            identity: u32_at(bytes, 20),
            names: u32_at(bytes, 24),
        })
    }

    /// Bytes of identity, names, padding and records.
    pub(super) fn index_size(&self) -> u64 {
        let text = u64::from(self.identity) + u64::from(self.names);
        text.next_multiple_of(4) + u64::from(self.entries) * RECORD as u64
    }
}

/// Whether the head's checksum is that of itself and of `index`.
pub(super) fn is_sound(head: &[u8; HEAD], index: &[u8]) -> bool {
    checksum(head, index) == u32_at(head, CHECKSUM)
}

fn checksum(head: &[u8; HEAD], index: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&head[..CHECKSUM]);
    hasher.update(index);
    hasher.finalize()
}

impl Record {
    pub(super) fn to_bytes(self) -> [u8; RECORD] {
        let mut bytes = [0; RECORD];
        for (place, field) in bytes.chunks_exact_mut(4).zip([self.offset, self.size, self.crc, self.kind]) {
            place.copy_from_slice(&field.to_le_bytes());
        }
        bytes
    }

    pub(super) fn from_bytes(bytes: &[u8]) -> Self {
        let field = |number: usize| u32_at(bytes, number * 4);
        Self { offset: field(0), size: field(1), crc: field(2), kind: field(3) }
    }

    /// The place after the data.
    pub(super) fn end(&self) -> u64 {
        u64::from(self.offset) + u64::from(self.size)
    }
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

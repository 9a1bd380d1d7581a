//! The fixed parts of the format, to and from bytes.

/// The first bytes of every cold archive.
pub(super) const MAGIC: [u8; 8] = *b"HSCOLD\r\n";
/// The version that this code writes and reads.
pub(super) const VERSION: u16 = 1;
/// Bytes of the header.
pub(super) const HEADER: usize = 64;
/// Bytes of a block's line in the table.
pub(super) const BLOCK: usize = 16;
/// Bytes of an entry's line in the table.
pub(super) const ENTRY: usize = 32;

/// What the header says beside magic and version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) codec: u16,
    pub(super) blocks: u32,
    pub(super) entries: u32,
    pub(super) names: u32,
    pub(super) whole: u64,
    pub(super) digest: [u8; 32],
}

/// Where a block lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Block {
    pub(super) offset: u64,
    pub(super) compressed: u32,
    pub(super) size: u32,
}

/// Where an entry lies, and what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) name: u32,
    pub(super) name_size: u32,
    pub(super) block: u32,
    pub(super) offset: u32,
    pub(super) size: u32,
    pub(super) mode: u32,
    pub(super) crc: u32,
    pub(super) kind: u32,
}

impl Header {
    pub(super) fn to_bytes(self) -> [u8; HEADER] {
        let mut bytes = [0; HEADER];
        bytes[..8].copy_from_slice(&MAGIC);
        bytes[8..10].copy_from_slice(&VERSION.to_le_bytes());
        bytes[10..12].copy_from_slice(&self.codec.to_le_bytes());
        bytes[12..16].copy_from_slice(&self.blocks.to_le_bytes());
        bytes[16..20].copy_from_slice(&self.entries.to_le_bytes());
        bytes[20..24].copy_from_slice(&self.names.to_le_bytes());
        bytes[24..32].copy_from_slice(&self.whole.to_le_bytes());
        bytes[32..].copy_from_slice(&self.digest);
        bytes
    }

    /// `None` where magic or version are others.
    pub(super) fn from_bytes(bytes: &[u8; HEADER]) -> Option<Self> {
        let is_ours = bytes[..8] == MAGIC && u16_at(bytes, 8) == VERSION;
        let mut digest = [0; 32];
        digest.copy_from_slice(&bytes[32..]);
        is_ours.then(|| Self {
            codec: u16_at(bytes, 10),
            blocks: u32_at(bytes, 12),
            entries: u32_at(bytes, 16),
            names: u32_at(bytes, 20),
            whole: u64::from(u32_at(bytes, 24)) | u64::from(u32_at(bytes, 28)) << 32,
            digest,
        })
    }

    /// Bytes of the tables and names together.
    pub(super) fn index_size(&self) -> u64 {
        u64::from(self.blocks) * BLOCK as u64 + u64::from(self.entries) * ENTRY as u64 + u64::from(self.names)
    }
}

impl Block {
    pub(super) fn to_bytes(self) -> [u8; BLOCK] {
        let mut bytes = [0; BLOCK];
        bytes[..8].copy_from_slice(&self.offset.to_le_bytes());
        bytes[8..12].copy_from_slice(&self.compressed.to_le_bytes());
        bytes[12..].copy_from_slice(&self.size.to_le_bytes());
        bytes
    }

    pub(super) fn from_bytes(bytes: &[u8]) -> Self {
        let offset = u64::from(u32_at(bytes, 0)) | u64::from(u32_at(bytes, 4)) << 32;
        Self { offset, compressed: u32_at(bytes, 8), size: u32_at(bytes, 12) }
    }
}

impl Entry {
    pub(super) fn to_bytes(self) -> [u8; ENTRY] {
        let fields = [self.name, self.name_size, self.block, self.offset, self.size, self.mode, self.crc, self.kind];
        let mut bytes = [0; ENTRY];
        for (place, field) in bytes.chunks_exact_mut(4).zip(fields) {
            place.copy_from_slice(&field.to_le_bytes());
        }
        bytes
    }

    pub(super) fn from_bytes(bytes: &[u8]) -> Self {
        let field = |number: usize| u32_at(bytes, number * 4);
        Self {
            name: field(0),
            name_size: field(1),
            block: field(2),
            offset: field(3),
            size: field(4),
            mode: field(5),
            crc: field(6),
            kind: field(7),
        }
    }
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

//! What an entry of an image is.

use serde::Serialize;

/// What an entry of an image is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum EntryKind {
    /// A Python code object, marshalled.
    Code,
    /// Text that the launcher reads.
    Table,
    /// A file as it is.
    File,
    /// A start-up snapshot of V8.
    Blob,
    /// A code cache of V8.
    Cache,
    /// A module that is on disk and is found by the image: it has no data.
    Found,
}

const KINDS: [EntryKind; 6] =
    [EntryKind::Code, EntryKind::Table, EntryKind::File, EntryKind::Blob, EntryKind::Cache, EntryKind::Found];

impl EntryKind {
    /// The name in listings.
    pub fn name(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::Table => "table",
            Self::File => "file",
            Self::Blob => "blob",
            Self::Cache => "cache",
            Self::Found => "found",
        }
    }

    pub(super) fn number(self) -> u32 {
        self as u32 + 1
    }

    pub(super) fn from_number(number: u32) -> Option<Self> {
        KINDS.get(usize::try_from(number.checked_sub(1)?).ok()?).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_back() {
        for kind in KINDS {
            assert_eq!(EntryKind::from_number(kind.number()), Some(kind));
        }
        assert_eq!((EntryKind::from_number(0), EntryKind::from_number(7)), (None, None));
    }
}

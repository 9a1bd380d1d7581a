//! The init image: what `bake` writes, and a cold start maps instead of finding it out again.
//!
//! One file, read by Rust ([`Image`]), by the Python launcher (`headstart_launcher/image/reading.py`) and by the Node
//! launcher (`lib/image/`). All numbers are little-endian and four bytes wide; the file has at most 4 GiB.
//!
//! ```text
//! offset  size
//!      0     8  magic, 89 "HSIMG" 0D 0A
//!      8     4  version, 1
//!     12     4  number of entries, N
//!     16     4  bytes of the whole file
//!     20     4  bytes of the identity, I
//!     24     4  bytes of the names, S
//!     28     4  CRC-32 of the bytes before it and of those between it and the data
//!     32     I  identity: a JSON object; its "interpreter" is compared whole
//!            S  names: UTF-8, each followed by a zero byte, in the order of their bytes, none twice
//!               zero bytes up to a multiple of 4
//!           16N records: offset of the data, its bytes, its CRC-32, its kind
//!               data, each entry at a multiple of 16, zero bytes between them
//! ```
//!
//! A reader takes no version but its own: an image is baked anew by whoever updates what reads it.

/// Where a package keeps its image.
pub const IN_PACKAGE: &str = ".headstart/image";

#[cfg(feature = "host")]
mod checked;
mod glance;
mod image;
mod kind;
mod laid_out;
mod layout;
mod reads;
mod snapshot;
mod write;

#[cfg(feature = "host")]
pub use checked::{CheckedImage, Stamped, UsableImage};
pub use image::{Image, ImageEntry};
pub use kind::EntryKind;
pub use laid_out::{BLOB, GUARDS, LaidOut, REST, Snapshot};
pub use reads::{READS, Reads};
pub use snapshot::Guards;
pub use write::ImageWriter;

//! The cold archive: the files that a slimmed package leaves out, compressed, each to be had on demand.
//!
//! One file, read by Rust, by the Python launcher (`headstart_launcher/cold.py`) and by the Node launcher
//! (`lib/cold.cjs`). All numbers are little-endian.
//!
//! ```text
//! offset  size
//!      0     8  magic, "HSCOLD\r\n"
//!      8     2  version, 1
//!     10     2  codec of the blocks: 1 zlib, 2 xz, 3 zstd
//!     12     4  number of blocks, B
//!     16     4  number of entries, E
//!     20     4  bytes of names, N
//!     24     8  bytes of the whole file
//!     32    32  SHA-256 of everything between this header and the blocks
//!     64   16B  blocks: offset in the file (8), compressed bytes (4), bytes (4)
//!           32E entries, in the order of their names: offset of the name (4), its bytes (4), block (4),
//!               offset in the block (4), bytes (4), mode (4), CRC-32 of the content (4), kind (4): 0 a file,
//!               1 a link whose content is its target
//!            N  names: paths below the package, `/` between their parts, in the order of their bytes
//!               the blocks
//! ```
//!
//! A reader takes no version but its own. Files of one directory lie in one block, so that a package that is
//! needed after all is had by unpacking a few blocks.

mod codec;
mod layout;
mod read;
mod write;

pub use codec::Codec;
pub use read::{ColdArchive, ColdEntry};

pub(crate) use write::ColdWriter;

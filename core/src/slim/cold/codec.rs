//! How blocks are compressed: as well as the reader's standard library can read it.

use crate::error::{Code, Error, Result};
use std::io::{self, Read, Write};

const ZSTD_LEVEL: i32 = 19;
const XZ_PRESET: u32 = 6;

/// A compression that launchers can undo without a package of their own.
///
/// Node reads zstd from 22.15 on and Python from 3.14 on; older Pythons read xz where they were built with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Codec {
    /// RFC 1950: read by every Python and every Node.
    Zlib,
    /// The xz format: Python's `lzma`.
    Xz,
    /// Zstandard: Node's `zlib` from 22.15 on, Python's `compression.zstd` from 3.14 on.
    Zstd,
}

impl Codec {
    const ALL: [Self; 3] = [Self::Zlib, Self::Xz, Self::Zstd];

    /// The codec's name: `zlib`, `xz`, `zstd`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Zlib => "zlib",
            Self::Xz => "xz",
            Self::Zstd => "zstd",
        }
    }

    pub(super) const fn number(self) -> u16 {
        match self {
            Self::Zlib => 1,
            Self::Xz => 2,
            Self::Zstd => 3,
        }
    }

    pub(super) fn from_number(number: u16) -> Option<Self> {
        Self::ALL.into_iter().find(|codec| codec.number() == number)
    }

    pub(super) fn compress(self, bytes: &[u8]) -> io::Result<Vec<u8>> {
        match self {
            Self::Zlib => {
                let mut writer = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
                writer.write_all(bytes)?;
                writer.finish()
            }
            Self::Xz => {
                let options = lzma_rust2::XzOptions::with_preset(XZ_PRESET);
                let mut writer = lzma_rust2::XzWriter::new(Vec::new(), options)?;
                writer.write_all(bytes)?;
                writer.finish()
            }
            Self::Zstd => zstd::bulk::compress(bytes, ZSTD_LEVEL),
        }
    }

    /// Undoes [`compress`](Self::compress); what comes out must have `size` bytes.
    pub(super) fn expand(self, bytes: &[u8], size: usize) -> Result<Vec<u8>> {
        let mut expanded = Vec::new();
        let most = size as u64 + 1;
        let outcome = match self {
            Self::Zlib => flate2::read::ZlibDecoder::new(bytes).take(most).read_to_end(&mut expanded),
            Self::Xz => lzma_rust2::XzReader::new(bytes, false).take(most).read_to_end(&mut expanded),
            Self::Zstd => zstd::Decoder::new(bytes).and_then(|it| it.take(most).read_to_end(&mut expanded)),
        };
        let refuse = |why: String| Error::new(Code::ColdArchiveInvalid, "unpack a block", why);
        outcome.map_err(|error| refuse(error.to_string()).caused_by(error))?;
        if expanded.len() == size { Ok(expanded) } else { Err(refuse("it has another size than it should".into())) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_compressed_comes_back() {
        let bytes: Vec<u8> = (0..100_000_u32).flat_map(|number| (number / 7).to_le_bytes()).collect();
        for codec in Codec::ALL {
            let compressed = codec.compress(&bytes).unwrap();
            assert!(compressed.len() < bytes.len() / 2, "{codec:?}");
            assert_eq!(codec.expand(&compressed, bytes.len()).unwrap(), bytes, "{codec:?}");
            assert!(codec.expand(&compressed, bytes.len() - 1).is_err(), "{codec:?}");
            assert!(codec.expand(&compressed[..compressed.len() / 2], bytes.len()).is_err(), "{codec:?}");
            assert_eq!(Codec::from_number(codec.number()), Some(codec));
        }
    }
}

//! Compressed text inside of compiled files: Cython keeps its constants as zlib streams from 3.2 on.

use flate2::{Decompress, FlushDecompress, Status};

/// The second byte of a zlib stream with the usual window (RFC 1950), by level.
const LEVELS: [u8; 4] = [0x01, 0x5e, 0x9c, 0xda];
/// What one stream may unpack to.
const MOST_STREAM: usize = 16 << 20;
/// What all streams of a file may unpack to, those included that turn out to be none.
const MOST_UNPACKED: usize = 256 << 20;
/// Less is an accident, and holds no table of names.
const LEAST_STREAM: usize = 64;

/// What the zlib streams in `bytes` hold, one after the other; streams that do not end well are none.
pub(super) fn unpacked(bytes: &[u8]) -> Vec<u8> {
    let mut all = Vec::new();
    let (mut from, mut left) = (0, MOST_UNPACKED);
    while let Some(at) = bytes[from..].windows(2).position(|pair| pair[0] == 0x78 && LEVELS.contains(&pair[1])) {
        let start = from + at;
        from = start + 2;
        if left == 0 {
            break;
        }
        if let Some((content, length)) = stream(&bytes[start..], &mut left) {
            all.extend_from_slice(&content);
            all.push(0);
            from = start + length;
        }
    }
    all
}

/// The stream at the start of `bytes`, and how long it is. Takes what it unpacks from `left`.
fn stream(bytes: &[u8], left: &mut usize) -> Option<(Vec<u8>, usize)> {
    let mut inflate = Decompress::new(true);
    let mut content = Vec::new();
    loop {
        if content.len() >= MOST_STREAM || *left == 0 {
            return None;
        }
        content.reserve(64 << 10);
        let read = usize::try_from(inflate.total_in()).ok()?;
        let before = content.len();
        let status = inflate.decompress_vec(bytes.get(read..)?, &mut content, FlushDecompress::None).ok()?;
        *left = left.saturating_sub(content.len() - before);
        match status {
            Status::StreamEnd => break,
            _ if content.len() == before => return None,
            _ => {}
        }
    }
    (content.len() >= LEAST_STREAM).then_some((content, usize::try_from(inflate.total_in()).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn streams_between_other_bytes() {
        let text = "pkg._hidden and more ".repeat(20);
        let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(text.as_bytes()).unwrap();
        let packed = encoder.finish().unwrap();
        let bytes = [b"x\x9c\x78".as_slice(), &packed, b"\x78\x9ctail"].concat();
        assert_eq!(unpacked(&bytes), [text.as_bytes(), b"\0"].concat());
        assert!(unpacked(&bytes[..bytes.len() / 2]).is_empty());
    }

    #[test]
    fn bombs_end() {
        let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(&vec![b'a'; MOST_STREAM - (1 << 20)]).unwrap();
        let packed = encoder.finish().unwrap();
        let bytes = packed.repeat(2 * MOST_UNPACKED / MOST_STREAM);
        assert!(unpacked(&bytes).len() <= MOST_UNPACKED + MOST_STREAM);
    }
}

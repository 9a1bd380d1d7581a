//! Writing what lies in pieces.

use std::io::{self, IoSlice, Write};

/// Writes all of the pieces, in as few calls as the stream takes.
pub fn write_all(mut stream: impl Write, pieces: &[&[u8]]) -> io::Result<()> {
    let mut slices: Vec<_> = pieces.iter().filter(|it| !it.is_empty()).map(|it| IoSlice::new(it)).collect();
    let mut left = &mut slices[..];
    while !left.is_empty() {
        match stream.write_vectored(left) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(count) => IoSlice::advance_slices(&mut left, count),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes three bytes at a time.
    struct Slow(Vec<u8>);

    impl Write for Slow {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.extend(bytes.iter().take(3));
            Ok(bytes.len().min(3))
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn every_piece_arrives_whole() {
        let mut slow = Slow(Vec::new());
        write_all(&mut slow, &[b"", b"one", b"", b"two and more", b"!"]).unwrap();
        assert_eq!(slow.0, b"onetwo and more!");
        assert_eq!(write_all(&mut &mut [0_u8; 2][..], &[b"abc"]).unwrap_err().kind(), io::ErrorKind::WriteZero);
    }
}

//! Which environment variables native code may look at: their names stand in its file.

use std::collections::HashSet;
use std::fs::File;
use std::hash::{BuildHasher, RandomState};
use std::io::Read;
use std::path::Path;

/// Names of variables have at least so many letters, and at most so many.
const LENGTHS: std::ops::RangeInclusive<usize> = 2..=64;
/// How much of a file is held at once.
const PIECE: usize = 1 << 20;

/// The texts of upper case, digits and underscores that end with a zero, as numbers: two texts may have one number,
/// which makes one variable too many be looked at.
#[derive(Debug, Default)]
pub(super) struct Literals {
    hashes: HashSet<u64>,
    state: RandomState,
}

impl Literals {
    /// Adds those of a file; one that cannot be read is told of.
    pub(super) fn add(&mut self, file: &Path) -> std::io::Result<()> {
        let mut open = File::open(file)?;
        let (mut piece, mut run) = (vec![0; PIECE], Vec::new());
        loop {
            let count = open.read(&mut piece)?;
            if count == 0 {
                return Ok(());
            }
            piece[..count].iter().for_each(|byte| self.take(*byte, &mut run));
        }
    }

    fn take(&mut self, byte: u8, run: &mut Vec<u8>) {
        if byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_' {
            run.push(byte);
            return;
        }
        if byte == 0 {
            // A linker lets one text be the end of another one.
            for length in LENGTHS.take_while(|length| *length <= run.len()) {
                self.hashes.insert(self.state.hash_one(&run[run.len() - length..]));
            }
        }
        run.clear();
    }

    /// Whether a variable of this name may be looked at.
    pub(super) fn name(&self, variable: &str) -> bool {
        self.hashes.contains(&self.state.hash_one(variable.as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_and_their_ends_are_found() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), b"\x7fELF\0GOTO_OMP_NUM_THREADS\0lower\0NOT_ENDED\x01\0A\0").unwrap();
        let mut literals = Literals::default();
        literals.add(file.path()).unwrap();
        assert!(literals.name("OMP_NUM_THREADS") && literals.name("GOTO_OMP_NUM_THREADS"));
        assert!(!literals.name("NOT_ENDED") && !literals.name("OMP_NUM") && !literals.name("A"));
        assert!(literals.add(Path::new("/nonexistent")).is_err());
    }
}

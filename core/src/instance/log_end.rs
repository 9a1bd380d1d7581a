//! The line by which a worker says that it has written all that belongs to an event.

use std::sync::atomic::{AtomicBool, Ordering};

/// That line of a protocol, and whether a worker writes it.
#[derive(Debug)]
pub(super) struct LogEnd {
    line: &'static [u8],
    is_written: AtomicBool,
}

impl LogEnd {
    pub(super) fn new(line: &'static str) -> Self {
        Self { line: line.as_bytes(), is_written: AtomicBool::new(false) }
    }

    /// Takes it out of what was written, wherever it stands; whether it was there.
    pub(super) fn take_out(&self, written: &mut Vec<u8>) -> bool {
        let mut begin = 0;
        let mut found = false;
        while let Some(at) = find(&written[begin..], self.line) {
            begin += at;
            written.drain(begin..begin + self.line.len());
            found = true;
        }
        self.is_written.fetch_or(found, Ordering::Relaxed);
        found
    }

    /// Whether this worker has written it before, and so is likely to again.
    pub(super) fn is_written(&self) -> bool {
        self.is_written.load(Ordering::Relaxed)
    }
}

fn find(text: &[u8], line: &[u8]) -> Option<usize> {
    text.windows(line.len()).position(|window| window == line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_taken_out_and_nothing_else() {
        let end = LogEnd::new("END\n");
        let taken = |text: &str| {
            let mut written = text.as_bytes().to_vec();
            (end.take_out(&mut written), String::from_utf8(written).unwrap())
        };
        assert_eq!(taken("a\nEN\n"), (false, "a\nEN\n".into()));
        assert!(!end.is_written());
        assert_eq!(taken("a\nEND\nb without an end of its ownEND\n"), (true, "a\nb without an end of its own".into()));
        assert_eq!(taken("ENENDEND\n\nD\n"), (true, "ENEND\nD\n".into()));
        assert!(end.is_written());
    }
}

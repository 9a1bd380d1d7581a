//! What a function wrote to its standard streams.

/// Standard output and standard error of one operation, as bytes.
///
/// Each stream is bounded: past the limit the middle is left out, one line in its place says how much, and
/// [`Output::dropped`] counts it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Output {
    /// What was written to standard output.
    pub stdout: Vec<u8>,
    /// What was written to standard error.
    pub stderr: Vec<u8>,
    /// Bytes of both streams that were left out.
    pub dropped: u64,
}

impl Output {
    /// Adds what was written later.
    pub fn append(&mut self, later: Self) {
        self.stdout.extend(later.stdout);
        self.stderr.extend(later.stderr);
        self.dropped += later.dropped;
    }

    /// Whether nothing was written.
    pub fn is_empty(&self) -> bool {
        self.stdout.is_empty() && self.stderr.is_empty()
    }
}

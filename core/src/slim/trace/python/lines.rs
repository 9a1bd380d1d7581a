//! From offsets to line numbers.

/// Where the lines of a source begin.
#[derive(Debug)]
pub(super) struct Lines(Vec<u32>);

impl Lines {
    pub(super) fn of(source: &str) -> Self {
        let breaks = memchr::memchr_iter(b'\n', source.as_bytes()).map(|at| u32::try_from(at + 1).unwrap_or(u32::MAX));
        Self(std::iter::once(0).chain(breaks).collect())
    }

    /// The line that a byte is on, from 1.
    pub(super) fn line(&self, offset: u32) -> u32 {
        u32::try_from(self.0.partition_point(|start| *start <= offset)).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_count_from_one() {
        let lines = Lines::of("a\nbc\n");
        assert_eq!([0, 1, 2, 3, 5].map(|offset| lines.line(offset)), [1, 1, 2, 2, 3]);
    }
}

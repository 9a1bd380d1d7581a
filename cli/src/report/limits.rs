//! The package against the limits of platforms.

use super::Subject;
use headstart::slim::{LIMITS, Limit};

/// A limit, and how much of it is used.
#[derive(Debug, Clone)]
pub(crate) struct Checked {
    pub(crate) limit: Limit,
    /// Bytes of the code, and of each layer that counts.
    pub(crate) parts: Vec<u64>,
}

impl Checked {
    pub(crate) fn used(&self) -> u64 {
        self.parts.iter().sum()
    }

    pub(crate) fn is_over(&self) -> bool {
        self.used() > self.limit.bytes
    }
}

/// The limits of the platform that was named, else of all; those on archives only where the package is one.
pub(crate) fn check(subject: &Subject) -> Vec<Checked> {
    let wanted = LIMITS.iter().filter(|limit| subject.platform.is_none_or(|it| it == limit.platform));
    wanted.filter_map(|limit| Some(Checked { limit: *limit, parts: parts(subject, limit)? })).collect()
}

fn parts(subject: &Subject, limit: &Limit) -> Option<Vec<u64>> {
    if limit.is_zipped {
        return subject.zip_bytes.map(|bytes| vec![bytes]);
    }
    let layers = subject.analysis.layer_bytes.iter().copied().filter(|_| limit.counts_layers);
    Some(std::iter::once(subject.analysis.bytes).chain(layers).collect())
}

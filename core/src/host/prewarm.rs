//! What to have ready before requests come.

use crate::instance::Tier;

/// How many of what to have ready, at least, for a function.
///
/// What is used is not replaced by itself: when and what to prewarm again is a policy's decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Prewarm {
    pub(super) tier: Tier,
    pub(super) count: usize,
    pub(super) spare: bool,
}

impl Prewarm {
    /// This many idle instances, with their `prewarm` hooks run: a request finds them ready.
    pub fn warm(count: usize) -> Self {
        Self { tier: Tier::Warm, count, spare: false }
    }

    /// This many stems: workers that have imported the preload set and wait for the function. Each serves one
    /// instance.
    pub fn stem(count: usize) -> Self {
        Self { tier: Tier::Stem, count, spare: false }
    }

    /// A zygote that has imported the preload set: every further instance is forked from it.
    ///
    /// The zygote keeps one spare child, forked in advance: a request finds it waiting, and the next one is
    /// forked in the background. A spare child of a Python zygote has also made its own copies of the pages
    /// that a first event writes to, as they were recorded in the first child; until it serves it costs that
    /// memory (at most 64 MiB). Zygote and spare child do not count among the host's workers.
    pub fn zygote() -> Self {
        Self { tier: Tier::Zygote, count: 1, spare: true }
    }

    /// For a zygote: every instance is forked when a request comes, and nothing waits in advance.
    pub fn without_spare(mut self) -> Self {
        self.spare = false;
        self
    }
}

//! What to have ready before requests come.

use crate::instance::Tier;

/// How many of what to have ready, at least, for a function.
///
/// What is used is not replaced by itself: when and what to prewarm again is a policy's decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Prewarm {
    pub(super) tier: Tier,
    pub(super) count: usize,
}

impl Prewarm {
    /// This many idle instances, with their `prewarm` hooks run: a request finds them ready.
    pub fn warm(count: usize) -> Self {
        Self { tier: Tier::Warm, count }
    }

    /// This many stems: workers that have imported the preload set and wait for the function. Each serves one
    /// instance.
    pub fn stem(count: usize) -> Self {
        Self { tier: Tier::Stem, count }
    }

    /// A zygote that has imported the preload set: every further instance is forked from it.
    pub fn zygote() -> Self {
        Self { tier: Tier::Zygote, count: 1 }
    }
}

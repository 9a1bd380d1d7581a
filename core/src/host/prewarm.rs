//! What to have ready before requests come.

use crate::error::{Code, Error, Result};
use crate::instance::{FreezeLevel, Tier};

/// How many of what to have ready, at least, for a function.
///
/// What is used is not replaced by itself: when and what to prewarm again is a policy's decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Prewarm {
    pub(super) tier: Tier,
    pub(super) count: usize,
    pub(super) spare: bool,
    pub(super) level: FreezeLevel,
    /// Whether the memory of frozen instances is brought back.
    pub(super) brings: bool,
}

impl Prewarm {
    /// By a name, as the packages for Python and Node take it: `warm`, `stem`, `zygote`, `snapshot`, `frozen`,
    /// `frozen-paged`, `paged-in`.
    ///
    /// Fails with `config.invalid` for any other.
    pub fn named(name: &str, count: usize) -> Result<Self> {
        Ok(match name {
            "warm" => Self::warm(count),
            "stem" => Self::stem(count),
            "zygote" => Self::zygote(),
            "snapshot" => Self::snapshot(),
            "frozen" => Self::frozen(count),
            "frozen-paged" => Self::frozen(count).paged_out(),
            "paged-in" => Self::paged_in(count),
            _ => {
                let known = "warm, stem, zygote, snapshot, frozen, frozen-paged or paged-in";
                let text = format!("the tier is {known}, not {name}");
                return Err(Error::new(Code::ConfigInvalid, "prewarm", text));
            }
        })
    }

    fn of(tier: Tier, count: usize) -> Self {
        Self { tier, count, spare: false, level: FreezeLevel::Freeze, brings: false }
    }

    /// This many idle instances, with their `prewarm` hooks run: a request finds them ready.
    pub fn warm(count: usize) -> Self {
        Self::of(Tier::Warm, count)
    }

    /// This many frozen instances: ready, with their `before_freeze` hooks run, and without a processor. A request that
    /// finds no idle instance thaws one.
    ///
    /// Idle instances are frozen first, those longest idle before others; what is missing then is started.
    pub fn frozen(count: usize) -> Self {
        Self::of(Tier::Frozen, count)
    }

    /// For frozen instances: their memory is paged out too ([`FreezeLevel::PageOut`]). Those that are frozen already
    /// stay as they are.
    pub fn paged_out(mut self) -> Self {
        self.level = FreezeLevel::PageOut;
        self
    }

    /// Has the kernel bring back what this many paged-out instances will need for their next event, as it was recorded
    /// after an earlier one; they stay frozen. A signal that requests are about to come. Nothing is started.
    pub fn paged_in(count: usize) -> Self {
        Self { brings: true, ..Self::of(Tier::Frozen, count) }
    }

    /// This many stems: workers that have imported the preload set and wait for the function. Each serves one
    /// instance.
    pub fn stem(count: usize) -> Self {
        Self::of(Tier::Stem, count)
    }

    /// A zygote that has imported the preload set: every further instance is forked from it.
    ///
    /// The zygote keeps one spare child, forked in advance: a request finds it waiting, and the next one is
    /// forked in the background. A spare child of a Python zygote has also made its own copies of the pages
    /// that a first event writes to, as they were recorded in the first child; until it serves it costs that
    /// memory (at most 64 MiB). Zygote and spare child do not count among the host's workers.
    pub fn zygote() -> Self {
        Self { spare: true, ..Self::of(Tier::Zygote, 1) }
    }

    /// A snapshot on disk of an instance that is ready: every further instance is restored from it, where nothing nearer
    /// is there. One that was taken before, by another host too, is used again where it fits; else an instance is
    /// started, warmed up and dumped. It costs disk and nothing else until a request comes.
    ///
    /// It takes CRIU 4.1 or newer and root; see `headstart doctor`.
    pub fn snapshot() -> Self {
        Self::of(Tier::Snapshot, 1)
    }

    /// For a zygote: every instance is forked when a request comes, and nothing waits in advance.
    pub fn without_spare(mut self) -> Self {
        self.spare = false;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tier_has_a_name() {
        assert_eq!(Prewarm::named("frozen-paged", 3).unwrap(), Prewarm::frozen(3).paged_out());
        assert_eq!(Prewarm::named("paged-in", 2).unwrap(), Prewarm::paged_in(2));
        assert_eq!(Prewarm::named("cold", 1).unwrap_err().code(), Code::ConfigInvalid);
    }
}

//! How an instance came to be ready.

use serde::Serialize;
use std::fmt;

/// How an instance came to be ready for a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Tier {
    /// It had served before, or was prewarmed.
    Warm,
    /// It was ready and had been frozen.
    Frozen,
    /// Forked from a zygote for this request.
    Zygote,
    /// Restored from a snapshot for this request.
    Snapshot,
    /// A started, unspecialized worker was given the function for this request.
    Stem,
    /// Started for this request, with an init image.
    Image,
    /// Started for this request, without one.
    Cold,
}

impl Tier {
    /// All of them, what starts fastest first.
    pub const ALL: [Self; 7] =
        [Self::Warm, Self::Frozen, Self::Zygote, Self::Snapshot, Self::Stem, Self::Image, Self::Cold];

    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Tier::Warm => "warm",
            Tier::Frozen => "frozen",
            Tier::Zygote => "zygote",
            Tier::Snapshot => "snapshot",
            Tier::Stem => "stem",
            Tier::Image => "image",
            Tier::Cold => "cold",
        }
    }
}

impl fmt::Display for Tier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

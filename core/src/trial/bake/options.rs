//! How a function is baked.

use crate::trial::TrialOptions;
use serde::Serialize;

/// How a start that uses an image makes sure that a source is still the one that was baked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum SourceCheck {
    /// It does not: for packages that are never edited where they lie.
    Trusted,
    /// By size and time of modification, as the interpreter checks bytecode; where only the time is another, by content.
    #[default]
    Stat,
    /// By content.
    Digest,
}

impl SourceCheck {
    /// The name in images.
    pub fn name(self) -> &'static str {
        match self {
            Self::Trusted => "trusted",
            Self::Stat => "stat",
            Self::Digest => "digest",
        }
    }
}

/// How a function is baked.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct BakeOptions {
    /// How it is run. Without events the image has what its import needs.
    pub trial: TrialOptions,
    /// How starts check sources. Default: [`SourceCheck::Stat`].
    pub check: SourceCheck,
}

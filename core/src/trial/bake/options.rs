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
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct BakeOptions {
    /// How it is run. Without events the image has what its import needs.
    pub trial: TrialOptions,
    /// How starts check sources. Default: [`SourceCheck::Stat`].
    pub check: SourceCheck,
    /// Whether imports of a Python function wait that neither its init nor its events need, where it can be shown that
    /// nothing else changes. Needs events. Default: no.
    pub defer: bool,
    /// Whether it is found out what a start reads from disk, so that hosts have it read ahead. For that the files of the
    /// package and of the interpreter are forgotten by the kernel, once. Default: yes.
    pub reads: bool,
    /// Whether the image keeps its content where the function starts no faster with it, from files in memory. Default:
    /// no.
    pub keep_slower: bool,
}

impl Default for BakeOptions {
    fn default() -> Self {
        Self {
            trial: TrialOptions::default(),
            check: SourceCheck::default(),
            defer: false,
            reads: true,
            keep_slower: false,
        }
    }
}

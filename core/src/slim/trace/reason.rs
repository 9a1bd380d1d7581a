//! Why a file is reached.

use crate::package::FileId;
use std::fmt;

/// What brought a file in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Why {
    /// It holds the entry.
    Entry,
    /// The user asked for it.
    Included,
    /// A statement imports or requires it.
    Import,
    /// It is the package around something that is imported.
    Parent,
    /// It may be what a computed import means.
    Dynamic,
    /// Code refers to it as a file: a path, a URL, a resource.
    Asset,
    /// It lies beside code that is reached and is neither code nor known to be of no use.
    Data,
    /// A shared object needs it to be loaded.
    Needed,
    /// A compiled module names it.
    Named,
    /// It describes something reached: metadata, a licence, the nearest package.json.
    Metadata,
    /// An entry point of a distribution that is reached names it.
    Plugin,
    /// It is the compiled form of a source that is reached.
    Bytecode,
    /// It was opened while the function ran on its events.
    Observed,
    /// A source that was read, and not only imported, while the function ran on its events.
    Read,
    /// What it belongs to could not be analyzed, so all of it is kept.
    Unclear,
}

impl Why {
    /// The reason as one word, for reports.
    pub const fn name(self) -> &'static str {
        match self {
            Why::Entry => "entry",
            Why::Included => "included",
            Why::Import => "import",
            Why::Parent => "parent",
            Why::Dynamic => "dynamic",
            Why::Asset => "asset",
            Why::Data => "data",
            Why::Needed => "needed",
            Why::Named => "named",
            Why::Metadata => "metadata",
            Why::Plugin => "plugin",
            Why::Bytecode => "bytecode",
            Why::Observed => "observed",
            Why::Read => "read",
            Why::Unclear => "unclear",
        }
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// One reason for which a file is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reason {
    /// What brought it in.
    pub why: Why,
    /// The file that did.
    pub from: Option<FileId>,
    /// The line in that file, from 1.
    pub line: Option<u32>,
}

impl Reason {
    /// A reason that no other file is behind.
    pub const fn of(why: Why) -> Self {
        Self { why, from: None, line: None }
    }

    /// A reason that lies in `from`.
    pub const fn from(why: Why, from: FileId, line: Option<u32>) -> Self {
        Self { why, from: Some(from), line }
    }
}

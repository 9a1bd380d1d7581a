//! One finding.

use super::rule::Rule;
use crate::package::FileId;

/// What a rule found in one place, and what it would save.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Finding {
    /// The rule.
    pub rule: Rule,
    /// What was found, one sentence without a full stop.
    pub message: String,
    /// Where: the file, of several the first.
    pub file: Option<FileId>,
    /// The line in that file, from 1.
    pub line: Option<u32>,
    /// The files that could go.
    pub files: Vec<FileId>,
    /// Bytes on disk that acting on it saves.
    pub saving_bytes: u64,
    /// Microseconds of init that acting on it saves, where they were measured.
    pub saving_us: Option<u64>,
}

impl Finding {
    /// A finding of `rule` that says `message`.
    pub fn new(rule: Rule, message: impl Into<String>) -> Self {
        Self {
            rule,
            message: message.into(),
            file: None,
            line: None,
            files: Vec::new(),
            saving_bytes: 0,
            saving_us: None,
        }
    }

    /// Says where it is.
    pub fn at(mut self, file: FileId, line: Option<u32>) -> Self {
        self.file = Some(file);
        self.line = line;
        self
    }

    /// Says which files could go, and what that saves.
    pub fn saving(mut self, files: Vec<FileId>, bytes: u64) -> Self {
        self.file = self.file.or(files.first().copied());
        self.files = files;
        self.saving_bytes = bytes;
        self
    }
}

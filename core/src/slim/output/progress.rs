//! Telling how far long work is, and stopping it.

use crate::error::{Code, Error, Result};

/// What is being done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Step {
    /// Kept files are copied.
    Copying,
    /// Files are put into the cold archive.
    Packing,
    /// Shared objects are stripped and loaded.
    Stripping,
    /// Sources are compiled.
    Compiling,
    /// The archive is written.
    Zipping,
}

impl Step {
    /// The step in words.
    pub const fn name(self) -> &'static str {
        match self {
            Step::Copying => "copying",
            Step::Packing => "packing",
            Step::Stripping => "stripping",
            Step::Compiling => "compiling",
            Step::Zipping => "zipping",
        }
    }
}

/// Hears how far the work is, and may stop it. `()` hears nothing.
pub trait Progress: Sync {
    /// A step begins that will advance by `total`.
    fn begin(&self, step: Step, total: u64) {
        let _ = (step, total);
    }

    /// The step has advanced.
    fn advance(&self, by: u64) {
        let _ = by;
    }

    /// Whether the work is to stop; what was written is removed then.
    fn is_cancelled(&self) -> bool {
        false
    }
}

impl Progress for () {}

/// Advances by one; fails with `host.stopped` where the work is to stop.
pub(super) fn step(progress: &dyn Progress) -> Result<()> {
    progress.advance(1);
    if progress.is_cancelled() {
        return Err(Error::new(Code::HostStopped, "slim the package", "it was interrupted"));
    }
    Ok(())
}

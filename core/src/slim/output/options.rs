//! How a package is slimmed.

use std::path::PathBuf;

/// Where the cold archive goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ColdPlace {
    /// Into the package.
    #[default]
    In,
    /// Beside the output, under its name with `.cold` after it.
    Beside,
    /// Nowhere: what is left out is gone.
    Drop,
}

/// When the interpreter checks bytecode against its source (PEP 552).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum BytecodeCheck {
    /// Never: the fastest start, for packages that are not edited where they lie.
    #[default]
    Never,
    /// At every import, by a hash of the source.
    Always,
}

/// How a package is slimmed, and to where.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct SlimOptions {
    /// The directory, or `.zip` file, that is written.
    pub out: PathBuf,
    /// Whether an earlier output at the same place is replaced.
    pub force: bool,
    /// Where the cold archive goes.
    pub cold: ColdPlace,
    /// Whether shared objects that are kept lose what only debuggers and linkers read; each is loaded by the
    /// interpreter before and after.
    pub strip: bool,
    /// The interpreter that compiles bytecode, of Python functions, and that loads shared objects; none: no bytecode
    /// is made, and nothing stripped.
    pub interpreter: Option<PathBuf>,
    /// When bytecode is checked against its source.
    pub check: BytecodeCheck,
}

impl SlimOptions {
    /// The defaults, with the output at `out`.
    pub fn new(out: impl Into<PathBuf>) -> Self {
        Self {
            out: out.into(),
            force: false,
            cold: ColdPlace::default(),
            strip: false,
            interpreter: None,
            check: BytecodeCheck::default(),
        }
    }

    /// Whether a source may leave its place: there is bytecode that is used without it, and it is served.
    pub(super) fn may_spare_sources(&self) -> bool {
        self.interpreter.is_some() && self.check == BytecodeCheck::Never && self.cold != ColdPlace::Drop
    }

    /// Whether the output is an archive.
    pub(super) fn is_zip(&self) -> bool {
        self.out.extension().is_some_and(|it| it == "zip")
    }
}

//! What is on disk: a function's package, its entry and its runtime.

mod entry;
mod runtime;

#[cfg(feature = "analyzer")]
mod beside;
#[cfg(feature = "analyzer")]
pub mod bytecode;
#[cfg(feature = "analyzer")]
mod cargo;
#[cfg(feature = "analyzer")]
mod distribution;
#[cfg(feature = "analyzer")]
pub mod elf;
#[cfg(feature = "analyzer")]
mod language;
#[cfg(feature = "analyzer")]
mod open;
#[cfg(feature = "analyzer")]
mod place;
#[cfg(feature = "analyzer")]
mod python_path;
#[cfg(feature = "analyzer")]
pub(crate) mod python_version;
#[cfg(feature = "analyzer")]
mod target;
#[cfg(feature = "analyzer")]
mod text;
#[cfg(feature = "analyzer")]
mod tree;
#[cfg(feature = "archive")]
mod unpack;
#[cfg(feature = "analyzer")]
mod walk;

pub use entry::Entry;
pub use runtime::{Language, Runtime};

#[cfg(feature = "analyzer")]
pub use cargo::{CargoCrate, CargoProject, Product, ProfileSettings};
#[cfg(feature = "analyzer")]
pub use distribution::{Distribution, DistributionId};
#[cfg(feature = "analyzer")]
pub use language::project_around;
#[cfg(feature = "analyzer")]
pub use open::{OpenOptions, Package};
#[cfg(feature = "analyzer")]
pub use python_path::PythonPath;
#[cfg(feature = "analyzer")]
pub use target::{Architecture, Libc, Target};
#[cfg(feature = "analyzer")]
pub(crate) use text::text_of;
#[cfg(any(feature = "platforms", feature = "serve"))]
pub(crate) use unpack::unpack;

#[cfg(feature = "analyzer")]
pub use tree::{File, FileId, FileKind, Root, RootRole, Tree, Unreadable};

use crate::error::{Code, Error, Result};
use std::path::{Path, PathBuf};

/// The absolute path of a package directory.
///
/// Fails with `function.not_found` where it is missing or not a directory.
pub fn locate(directory: &Path) -> Result<PathBuf> {
    let refuse = |message: String| {
        Error::new(Code::FunctionNotFound, "open the package", message).with("path", directory.display())
    };
    let found = directory.canonicalize().map_err(|error| refuse(error.to_string()).caused_by(error))?;
    if found.is_dir() { Ok(found) } else { Err(refuse("it is not a directory".into())) }
}

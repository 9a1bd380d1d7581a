//! What a path turns out to be: a directory, an archive, a binary, or a Cargo project with what it built.

use super::cargo::{self, CargoProject};
use super::tree::{RootRole, Tree};
use super::{Language, OpenOptions, Runtime, beside, elf, language, unpack};
use crate::config::FunctionConfig;
use crate::error::{Code, Error, Result};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// Where the files of a package are.
#[derive(Debug)]
pub(super) struct Place {
    /// The directory of the function.
    pub(super) directory: PathBuf,
    /// Where its configuration and its events are.
    pub(super) home: PathBuf,
    /// The one file that was named or built; it is the whole package, with what lies beside it and is needed.
    pub(super) built: Option<PathBuf>,
    /// The project that it was built by.
    pub(super) cargo: Option<CargoProject>,
    /// What was unpacked.
    pub(super) unpacked: Option<TempDir>,
}

impl Place {
    /// Looks at `path`; fails as [`Package::open`](super::Package::open) does.
    pub(super) fn find(path: &Path, options: &OpenOptions) -> Result<Self> {
        if is_elf(path) {
            return Self::of_file(path, None);
        }
        let unpacked = unpack::if_archive(path)?;
        let directory = super::locate(unpacked.as_ref().map_or(path, |directory| directory.path()))?;
        if unpacked.is_none() && is_cargo_project(&directory, options)? {
            let project = project(&directory, options)?;
            return Self::of_file(&project.artifact.clone(), Some(project));
        }
        if unpacked.is_none() && cargo::is_built_into(&directory) {
            return Self::of_file(&built_in(&directory, options)?, None);
        }
        if options.cargo_package.is_some() {
            let refused = Error::new(Code::ConfigInvalid, "open the package", "only a Cargo project has packages");
            return Err(refused.with("path", path.display()));
        }
        Ok(Self { home: directory.clone(), directory, built: None, cargo: None, unpacked })
    }

    fn of_file(path: &Path, cargo: Option<CargoProject>) -> Result<Self> {
        let file = path.canonicalize().map_err(|error| unreadable(path, &error))?;
        let directory = file.parent().unwrap_or(Path::new("/")).to_owned();
        let home = cargo.as_ref().map_or_else(|| directory.clone(), |project| project.directory.clone());
        Ok(Self { directory, home, built: Some(file), cargo, unpacked: None })
    }

    /// Adds the files to a tree; `root` is the directory or one around it.
    pub(super) fn add_to(&self, tree: &mut Tree, root: &Path) -> Result<()> {
        match &self.built {
            Some(file) => tree.add_files(&self.directory, &beside::with_needed(file, &self.directory)),
            None => tree.add_root(root, RootRole::Code),
        }
    }
}

/// The file of the entry in a directory that Cargo builds into.
fn built_in(directory: &Path, options: &OpenOptions) -> Result<PathBuf> {
    let entry = options.entry(&FunctionConfig::default())?;
    let files = entry.iter().flat_map(|entry| {
        let module = entry.module();
        [format!("{module}.so"), format!("lib{module}.so"), module.to_owned()].map(|name| directory.join(name))
    });
    files.into_iter().find(|path| is_elf(path)).ok_or_else(|| {
        let why = "it is where Cargo builds, and no entry names a file in it";
        Error::new(Code::ConfigMissing, "open the package", why)
            .with("path", directory.display())
            .hint("pass --entry libNAME.handler, or the path of the built file itself")
    })
}

/// Whether a directory is a Cargo project with a native function: not one of another language, and not a package
/// that has the entry's file in it.
fn is_cargo_project(directory: &Path, options: &OpenOptions) -> Result<bool> {
    if !cfg!(feature = "native-analyzer") || !directory.join(cargo::MANIFEST).is_file() {
        return Ok(false);
    }
    if options.cargo_package.is_some() {
        return Ok(true);
    }
    let config = FunctionConfig::load(directory)?;
    let entry: Option<super::Entry> = options.entry(&config)?;
    let named = options.runtime(&config)?.map(Runtime::language);
    let is_there = entry.is_some_and(|entry| Runtime::guess(directory, entry.module()).is_some());
    let language = named.or_else(|| language::by_names(&language::names(directory)));
    Ok(!is_there && language == Some(Language::Native))
}

#[cfg(feature = "native-analyzer")]
fn project(directory: &Path, options: &OpenOptions) -> Result<CargoProject> {
    let package = options.cargo_package.as_deref();
    let entry = options.entry.as_deref().map(str::parse).transpose()?;
    cargo::find(directory, cargo::Wanted { package, entry: entry.as_ref(), target: options.target })
}

#[cfg(not(feature = "native-analyzer"))]
fn project(_: &Path, _: &OpenOptions) -> Result<CargoProject> {
    Err(Error::new(Code::SystemUnsupported, "read the Cargo project", "this build has no analyzer for native"))
}

/// Whether a path is a file that begins as ELF files do.
fn is_elf(path: &Path) -> bool {
    let mut magic = [0; 4];
    path.is_file() && File::open(path).is_ok_and(|mut file| file.read_exact(&mut magic).is_ok()) && elf::is_elf(&magic)
}

fn unreadable(path: &Path, error: &std::io::Error) -> Error {
    Error::new(Code::FunctionNotFound, "open the package", error.to_string()).with("path", path.display())
}

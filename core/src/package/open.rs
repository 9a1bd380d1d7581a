//! A function's package, opened to be looked into.

use super::cargo::{CargoProject, Product};
use super::distribution::{Distribution, DistributionId, Distributions};
use super::place::Place;
use super::python_path::PythonPath;
use super::tree::{FileId, RootRole, Tree};
use super::{Entry, Language, Runtime, Target, language, unpack};
use crate::config::FunctionConfig;
use crate::error::{Code, Error, Result};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// How a package is opened; what is not said is read from its configuration.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct OpenOptions {
    /// `module.attribute`.
    pub entry: Option<String>,
    /// `python3.12`, `nodejs24`, `native`.
    pub runtime: Option<String>,
    /// A directory around the package whose files count as its own: the root of a workspace.
    pub base: Option<PathBuf>,
    /// Layers, in the order in which the platform lays them over each other.
    pub layers: Vec<PathBuf>,
    /// The package of a Cargo workspace. Default: the one of the directory, or the only one that builds a function.
    pub cargo_package: Option<String>,
    /// The machine that a Cargo project was built for. Default: any; a release build goes first, then the newest.
    pub target: Option<Target>,
}

impl OpenOptions {
    /// The entry, as it was given, else as it is configured.
    pub(super) fn entry(&self, config: &FunctionConfig) -> Result<Option<Entry>> {
        self.entry.as_deref().or(config.entry.as_deref()).map(str::parse).transpose()
    }

    /// The runtime, as it was given, else as it is configured.
    pub(super) fn runtime(&self, config: &FunctionConfig) -> Result<Option<Runtime>> {
        self.runtime.as_deref().or(config.runtime.as_deref()).map(str::parse).transpose()
    }
}

/// A function's package: its files, its distributions, its entry.
#[derive(Debug)]
pub struct Package {
    /// What was named: a directory, an archive or a binary.
    source: PathBuf,
    /// The directory of the function; of an archive, where it was unpacked.
    directory: PathBuf,
    /// Where its configuration and its events are.
    home: PathBuf,
    /// The binary that is the package.
    built: Option<FileId>,
    cargo: Option<CargoProject>,
    tree: Arc<Tree>,
    entry: Option<Entry>,
    runtime: Runtime,
    version: Option<(u32, u32)>,
    distributions: Distributions,
    python_path: PythonPath,
    /// What was unpacked, removed with this.
    #[expect(dead_code, reason = "it is kept for what dropping it does")]
    unpacked: Vec<tempfile::TempDir>,
}

impl Package {
    /// Opens the package at `path`: a directory, a zip archive, an ELF file, or a Cargo project that was built.
    ///
    /// Of a Cargo project the package is the file that its function was built to. Fails with `function.not_found`,
    /// `function.entry_invalid`, `runtime.unknown`, `config.invalid` or `config.missing` (nothing tells the language,
    /// or which of several functions is meant); of archives with `package.archive_invalid` and `package.too_large`;
    /// of Cargo projects with `package.cargo_failed` and `package.not_built`.
    pub fn open(path: &Path, options: &OpenOptions) -> Result<Self> {
        let place = Place::find(path, options)?;
        let layers = unpack_all(&options.layers)?;
        let directory = place.directory.clone();
        let mut tree = Tree::default();
        place.add_to(&mut tree, &root(&directory, options)?)?;
        for (layer, unpacked) in options.layers.iter().zip(&layers) {
            tree.add_root(unpacked.as_ref().map_or(layer.as_path(), |directory| directory.path()), RootRole::Layer)?;
        }
        let config = FunctionConfig::load(&place.home)?;
        let entry = in_artifact(options.entry(&config)?, place.cargo.as_ref())?;
        let runtime = match &place.built {
            Some(_) => Runtime::NATIVE,
            None => runtime(&tree, &directory, options.runtime(&config)?, entry.as_ref())
                .ok_or_else(|| no_language(path))?,
        };
        let closed =
            place.unpacked.iter().chain(layers.iter().flatten()).filter_map(|it| it.path().canonicalize().ok());
        let python_path = python_path(&mut tree, runtime, &directory, &config, closed.collect())?;
        let version = version(&tree, runtime);
        let distributions = Distributions::find(&tree, runtime.language());
        Ok(Self {
            source: path.to_owned(),
            built: place.built.as_ref().and_then(|file| tree.at(file)),
            directory,
            home: place.home,
            cargo: place.cargo,
            tree: Arc::new(tree),
            entry,
            runtime,
            version,
            distributions,
            python_path,
            unpacked: place.unpacked.into_iter().chain(layers.into_iter().flatten()).collect(),
        })
    }

    /// What was named: a directory, an archive or a binary.
    pub fn source(&self) -> &Path {
        &self.source
    }

    /// The function's directory, absolute; of an archive, where it was unpacked for as long as this lives.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Where its configuration and its events are: the directory of a Cargo project, else the function's directory.
    pub fn home(&self) -> &Path {
        &self.home
    }

    /// The Cargo project that built it, where it was opened as one.
    pub fn cargo(&self) -> Option<&CargoProject> {
        self.cargo.as_ref()
    }

    /// The program or shared library that a native function consists of: the file that was named or built, else the
    /// entry's, without an entry `bootstrap` or the only shared object; `None` where there is none.
    pub fn binary(&self) -> Option<FileId> {
        if self.runtime.language() != Language::Native {
            return None;
        }
        self.built.or_else(|| match &self.entry {
            Some(entry) => {
                let names = [format!("{}.so", entry.module()), format!("lib{}.so", entry.module())];
                names.iter().find_map(|name| self.tree.find(&self.directory.join(name)))
            }
            None => self.tree.find(&self.directory.join(language::BOOTSTRAP)).or_else(|| self.only_object()),
        })
    }

    fn only_object(&self) -> Option<FileId> {
        let names = self.tree.list(&self.directory).unwrap_or_default();
        let mut objects = names.iter().filter(|name| Path::new(name).extension().is_some_and(|it| it == "so"));
        let only = objects.next().filter(|_| objects.next().is_none())?;
        self.tree.find(&self.directory.join(only))
    }

    /// The files.
    pub fn tree(&self) -> &Tree {
        &self.tree
    }

    /// The files, for what outlives a borrow.
    #[cfg(feature = "node-analyzer")]
    pub(crate) fn shared_tree(&self) -> Arc<Tree> {
        self.tree.clone()
    }

    /// Whether it is a zip archive.
    pub fn is_archive(&self) -> bool {
        self.built.is_none() && self.source.is_file()
    }

    /// The entry, where one is known.
    pub fn entry(&self) -> Option<&Entry> {
        self.entry.as_ref()
    }

    /// The entry; fails with `config.missing` where none is known.
    pub fn need_entry(&self) -> Result<&Entry> {
        self.entry().ok_or_else(|| {
            Error::new(Code::ConfigMissing, "find the handler", "no entry was given")
                .with("path", self.source.display())
                .hint("pass --entry module.attribute, or set `entry` in headstart.toml")
        })
    }

    /// The version of its interpreter: as the runtime names it, else by the files that only one version reads.
    pub fn version(&self) -> Option<(u32, u32)> {
        self.version
    }

    /// The runtime, as far as it is known.
    pub fn runtime(&self) -> Runtime {
        self.runtime
    }

    /// Where an interpreter looks for its modules; empty where it is not in Python.
    pub fn python_path(&self) -> &PythonPath {
        &self.python_path
    }

    /// The installed distributions.
    pub fn distributions(&self) -> &[Distribution] {
        self.distributions.all()
    }

    /// The distribution that a file belongs to; `None`: the function's own code.
    pub fn owner(&self, file: FileId) -> Option<DistributionId> {
        self.distributions.owner(file)
    }

    /// The distribution with this number.
    pub fn distribution(&self, id: DistributionId) -> &Distribution {
        &self.distributions.all()[id.index()]
    }
}

fn version(tree: &Tree, runtime: Runtime) -> Option<(u32, u32)> {
    match runtime.version() {
        (Some(major), Some(minor)) => Some((major, minor)),
        (Some(major), None) if runtime.language() == Language::Node => Some((major, 0)),
        _ if runtime.language() == Language::Python => super::python_version::guess(tree),
        _ => None,
    }
}

fn python_path(
    tree: &mut Tree,
    runtime: Runtime,
    directory: &Path,
    config: &FunctionConfig,
    closed: Vec<PathBuf>,
) -> Result<PythonPath> {
    if runtime.language() != Language::Python {
        return Ok(PythonPath::default());
    }
    let extra = config.environment.get("PYTHONPATH").map(String::as_str).unwrap_or_default();
    let extra: Vec<_> = extra.split(':').filter(|it| !it.is_empty()).map(|it| directory.join(it)).collect();
    PythonPath::find(tree, directory, &extra, closed)
}

/// The entry, in the library that a Cargo project builds: what deploys it may give that another name.
fn in_artifact(entry: Option<Entry>, project: Option<&CargoProject>) -> Result<Option<Entry>> {
    let library = project.filter(|it| it.product == Product::Library).and_then(|it| it.artifact.file_stem()?.to_str());
    match (entry, library) {
        (Some(entry), Some(stem)) if stem.strip_prefix("lib") != Some(entry.module()) => {
            format!("{stem}.{}", entry.attribute()).parse().map(Some)
        }
        (entry, _) => Ok(entry),
    }
}

fn root(directory: &Path, options: &OpenOptions) -> Result<PathBuf> {
    let Some(base) = &options.base else { return Ok(directory.to_owned()) };
    let base = super::locate(base)?;
    if directory.starts_with(&base) {
        return Ok(base);
    }
    Err(Error::new(Code::ConfigInvalid, "open the package", "the base directory does not contain it")
        .with("base", base.display())
        .with("path", directory.display()))
}

fn unpack_all(layers: &[PathBuf]) -> Result<Vec<Option<tempfile::TempDir>>> {
    layers.iter().map(|layer| unpack::if_archive(layer)).collect()
}

/// The runtime that was named, else the one of the entry's file, else what the files tell.
fn runtime(tree: &Tree, directory: &Path, named: Option<Runtime>, entry: Option<&Entry>) -> Option<Runtime> {
    let of_entry = || entry.and_then(|entry| Runtime::guess(directory, entry.module()));
    let of_names = || language::by_names(tree.list(directory).unwrap_or_default()).map(Runtime::of);
    let has_python = || tree.files().iter().any(|file| file.path.extension().is_some_and(|it| it == "py"));
    named.or_else(of_entry).or_else(of_names).or_else(|| has_python().then_some(Runtime::of(Language::Python)))
}

fn no_language(path: &Path) -> Error {
    Error::new(Code::ConfigMissing, "open the package", "nothing tells which language it is in")
        .with("path", path.display())
        .hint("pass --runtime, or set `runtime` in headstart.toml")
}

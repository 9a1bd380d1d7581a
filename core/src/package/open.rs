//! A function's package, opened to be looked into.

use super::distribution::{Distribution, DistributionId, Distributions};
use super::python_path::PythonPath;
use super::tree::{FileId, RootRole, Tree};
use super::{Entry, Language, Runtime, unpack};
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
}

/// A function's package: its files, its distributions, its entry.
#[derive(Debug)]
pub struct Package {
    /// What was named: a directory or an archive.
    source: PathBuf,
    /// The directory of the function; of an archive, where it was unpacked.
    directory: PathBuf,
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
    /// Opens the package at `path`, a directory or a zip archive.
    ///
    /// Fails with `function.not_found`, `function.entry_invalid`, `runtime.unknown`, `config.invalid` or
    /// `config.missing` (nothing tells the language); of archives with `package.archive_invalid` and
    /// `package.too_large`.
    pub fn open(path: &Path, options: &OpenOptions) -> Result<Self> {
        let (unpacked, layers) = (unpack::if_archive(path)?, unpack_all(&options.layers)?);
        let directory = super::locate(unpacked.as_ref().map_or(path, |directory| directory.path()))?;
        let mut tree = Tree::default();
        tree.add_root(&root(&directory, options)?, RootRole::Code)?;
        for (layer, unpacked) in options.layers.iter().zip(&layers) {
            tree.add_root(unpacked.as_ref().map_or(layer.as_path(), |directory| directory.path()), RootRole::Layer)?;
        }
        let config = FunctionConfig::load(&directory)?;
        let entry = options.entry.as_deref().or(config.entry.as_deref()).map(str::parse).transpose()?;
        let named = options.runtime.as_deref().or(config.runtime.as_deref()).map(str::parse::<Runtime>).transpose()?;
        let guessed = || entry.as_ref().and_then(|entry: &Entry| Runtime::guess(&directory, entry.module()));
        let runtime =
            named.or_else(guessed).or_else(|| by_files(&tree, &directory)).ok_or_else(|| no_language(path))?;
        let closed = unpacked.iter().chain(layers.iter().flatten()).filter_map(|it| it.path().canonicalize().ok());
        let python_path = python_path(&mut tree, runtime, &directory, &config, closed.collect())?;
        let version = version(&tree, runtime);
        let distributions = Distributions::find(&tree, runtime.language());
        let unpacked = unpacked.into_iter().chain(layers.into_iter().flatten()).collect();
        Ok(Self {
            source: path.to_owned(),
            directory,
            tree: Arc::new(tree),
            entry,
            runtime,
            version,
            distributions,
            python_path,
            unpacked,
        })
    }

    /// What was named: a directory or an archive.
    pub fn source(&self) -> &Path {
        &self.source
    }

    /// The function's directory, absolute; of an archive, where it was unpacked for as long as this lives.
    pub fn directory(&self) -> &Path {
        &self.directory
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

/// The language that most says it is used, where no entry tells.
fn by_files(tree: &Tree, directory: &Path) -> Option<Runtime> {
    let has = |name: &str| tree.at(&directory.join(name)).is_some();
    let language = if has("package.json") {
        Language::Node
    } else if has("Cargo.toml") {
        Language::Native
    } else if has("pyproject.toml") || has("requirements.txt") || has_source(tree, directory, "py") {
        Language::Python
    } else if ["js", "mjs", "cjs"].iter().any(|extension| has_source(tree, directory, extension)) {
        Language::Node
    } else if has("bootstrap") || has_source(tree, directory, "so") {
        Language::Native
    } else if tree.files().iter().any(|file| file.path.extension().is_some_and(|it| it == "py")) {
        Language::Python
    } else {
        return None;
    };
    Some(Runtime::of(language))
}

fn has_source(tree: &Tree, directory: &Path, extension: &str) -> bool {
    let names = tree.list(directory).unwrap_or_default();
    names.iter().any(|name| Path::new(name).extension().is_some_and(|it| it == extension))
}

fn no_language(path: &Path) -> Error {
    Error::new(Code::ConfigMissing, "open the package", "nothing tells which language it is in")
        .with("path", path.display())
        .hint("pass --runtime, or set `runtime` in headstart.toml")
}

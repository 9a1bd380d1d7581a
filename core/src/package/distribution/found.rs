//! The distributions of a package.

use super::{node, python};
use crate::package::{FileId, Language, Tree};
use std::path::PathBuf;

/// The number of a distribution in its package.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DistributionId(u32);

impl DistributionId {
    /// The distribution's place in [`Package::distributions`](crate::package::Package::distributions).
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// Something that was installed: a Python distribution or an npm package.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Distribution {
    /// Its name, as its metadata writes it.
    pub name: String,
    /// Its version; empty where its metadata names none.
    pub version: String,
    /// Where its metadata stands, absolute: the `.dist-info` directory, or the directory of package.json.
    pub directory: PathBuf,
    /// Its files.
    pub files: Vec<FileId>,
    /// Files that its metadata lists and that are not there.
    pub missing: Vec<PathBuf>,
}

/// All distributions of a package, and which file belongs to which.
#[derive(Debug, Default)]
pub(in crate::package) struct Distributions {
    all: Vec<Distribution>,
    owners: Vec<Option<DistributionId>>,
}

impl Distributions {
    /// Finds the distributions of a language.
    pub(in crate::package) fn find(tree: &Tree, language: Language) -> Self {
        let all = match language {
            Language::Python => python::find(tree),
            Language::Node => node::find(tree),
            Language::Native => Vec::new(),
        };
        let mut owners = vec![None; tree.files().len()];
        for (id, distribution) in (0..).map(DistributionId).zip(&all) {
            for file in &distribution.files {
                owners[file.index()].get_or_insert(id);
            }
        }
        Self { all, owners }
    }

    pub(in crate::package) fn all(&self) -> &[Distribution] {
        &self.all
    }

    pub(in crate::package) fn owner(&self, file: FileId) -> Option<DistributionId> {
        self.owners.get(file.index()).copied().flatten()
    }
}

//! The Python and Node launchers, carried in this crate and laid out where interpreters can read them.

use crate::error::{Code, Error, Result};
use crate::package::Language;
use crate::sys::directory;
use std::io;
use std::path::{Path, PathBuf};

include!(concat!(env!("OUT_DIR"), "/launchers.rs"));

/// The launchers of this build, on disk.
#[derive(Debug, Clone)]
pub(crate) struct Launchers {
    python: PathBuf,
    node: PathBuf,
    images: PathBuf,
    snapshots: PathBuf,
}

impl Launchers {
    /// Lays the launchers out below `state_dir`, under names made of their content: hosts of different builds
    /// do not disturb each other, and what is there already is checked, not trusted.
    pub(crate) fn install(state_dir: &Path) -> Result<Self> {
        let failed = |error: io::Error| {
            Error::new(Code::StateDirUnusable, "lay out the launchers", error.to_string())
                .with("state_dir", state_dir.display())
                .caused_by(error)
        };
        let root = state_dir.join("launchers");
        directory::make_private(state_dir).map_err(failed)?;
        directory::make_private(&root).map_err(failed)?;
        Ok(Self {
            images: state_dir.join("images"),
            snapshots: state_dir.join("snapshots"),
            python: lay_out(&root, "python", PYTHON).map_err(failed)?,
            node: lay_out(&root, "node", NODE).map_err(failed)?,
        })
    }

    /// Where parts of images are laid out that must be files.
    pub(crate) fn images(&self) -> &Path {
        &self.images
    }

    /// Where snapshots are kept.
    pub(crate) fn snapshots(&self) -> &Path {
        &self.snapshots
    }

    /// What the interpreter of this language is to run; native functions have a program of their own.
    pub(crate) fn script(&self, language: Language) -> PathBuf {
        match language {
            Language::Python => self.python.join("boot.py"),
            Language::Node => self.node.join("boot.cjs"),
            Language::Native => PathBuf::new(),
        }
    }
}

/// The scripts that stand around a launcher to watch or time a function, by name; there are none for native
/// functions.
#[cfg(feature = "analyzer")]
pub(crate) fn trial_scripts(language: Language) -> impl Iterator<Item = (&'static str, &'static [u8])> {
    let (files, directory): (&'static [(&str, &[u8])], _) = match language {
        Language::Python => (PYTHON, "headstart_trial/"),
        Language::Node => (NODE, "trial/"),
        Language::Native => (&[], ""),
    };
    files.iter().filter_map(move |(name, content)| Some((name.strip_prefix(directory)?, *content)))
}

/// The launcher of a language, to be deployed: its files by name, without what stands around it to watch it, and without
/// what only baking and slimming need.
#[cfg(feature = "analyzer")]
pub(crate) fn launcher_files(language: Language) -> impl Iterator<Item = (&'static str, &'static [u8])> {
    let (files, parts): (&'static [(&str, &[u8])], _) = match language {
        Language::Python => (PYTHON, ["boot.py", "headstart_launcher/"]),
        Language::Node => (NODE, ["boot.cjs", "lib/"]),
        Language::Native => (&[], ["", ""]),
    };
    files.iter().copied().filter(move |(name, _)| parts.iter().any(|part| name.starts_with(part)))
}

fn lay_out(root: &Path, language: &str, files: &[(&str, &[u8])]) -> io::Result<PathBuf> {
    let directory = root.join(format!("{language}-{}", digest(files)));
    directory::make_private(&directory)?;
    for (name, content) in files {
        let path = directory.join(name);
        if let Some(parent) = path.parent() {
            directory::make_private(parent)?;
        }
        if std::fs::read(&path).ok().as_deref() != Some(content) {
            directory::write_whole(&path, content)?;
        }
    }
    Ok(directory)
}

fn digest(files: &[(&str, &[u8])]) -> String {
    let mut hasher = blake3::Hasher::new();
    for (name, content) in files {
        hasher.update(&(name.len() as u64).to_le_bytes()).update(name.as_bytes());
        hasher.update(&(content.len() as u64).to_le_bytes()).update(content);
    }
    hasher.finalize().to_hex()[..16].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_file_is_put_right() {
        let root = tempfile::tempdir().unwrap();
        let script = Launchers::install(root.path()).unwrap().script(Language::Python);
        let before = std::fs::read(&script).unwrap();
        std::fs::write(&script, "import evil").unwrap();
        assert_eq!(Launchers::install(root.path()).unwrap().script(Language::Python), script);
        assert_eq!(std::fs::read(&script).unwrap(), before);
    }
}

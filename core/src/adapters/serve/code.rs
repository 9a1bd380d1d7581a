//! The directory that holds a version's code, for as long as anyone needs it.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

/// Code on disk. Once it is doomed it is removed with the last who uses it, so that a request in flight still finds what it
/// loads late.
#[derive(Debug)]
pub(super) struct Code {
    path: PathBuf,
    is_doomed: AtomicBool,
}

impl Code {
    pub(super) fn at(path: PathBuf) -> Self {
        Self { path, is_doomed: AtomicBool::new(false) }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Nothing is started from it any more.
    pub(super) fn doom(&self) {
        self.is_doomed.store(true, Ordering::Release);
    }
}

impl Drop for Code {
    fn drop(&mut self) {
        if !self.is_doomed.load(Ordering::Acquire) {
            return;
        }
        if let Err(error) = std::fs::remove_dir_all(&self.path) {
            tracing::warn!(path = %self.path.display(), "code that is not used any more stays on disk: {error}");
        }
        // Of a deleted function the directories around it are empty then; of any other they are not, and stay.
        let around = self.path.ancestors().skip(1).take(2);
        around.map(std::fs::remove_dir).take_while(Result::is_ok).for_each(drop);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doomed_code_goes_with_its_last_user() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("f/code/a");
        std::fs::create_dir_all(&path).unwrap();
        drop(Code::at(path.clone()));
        assert!(path.exists());
        let code = std::sync::Arc::new(Code::at(path.clone()));
        let user = std::sync::Arc::clone(&code);
        code.doom();
        drop(code);
        assert!(path.exists());
        drop(user);
        assert!(!root.path().join("f").exists() && root.path().exists());
    }
}

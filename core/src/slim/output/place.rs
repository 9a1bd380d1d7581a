//! Putting what was made in its places: all of it, or nothing.

use super::stage::failed;
use crate::error::Result;
use std::io;
use std::path::{Path, PathBuf};

/// Something in the stage, and where it goes.
#[derive(Debug)]
pub(crate) struct Move {
    pub(crate) from: PathBuf,
    pub(crate) to: PathBuf,
}

/// Renames each into its place. Where one fails, those before it are taken back, and what stood in their places is put
/// back; where all succeed, what stood there is left in `stage`, to be removed with it.
///
/// All are on one file system, on which a rename is one step. A process that is killed between two leaves the first:
/// what can do without the others goes first.
pub(crate) fn put(moves: &[Move], stage: &Path) -> Result<()> {
    let kept = |number: usize| stage.join(format!("replaced-{number}"));
    for (number, next) in moves.iter().enumerate() {
        if let Err(error) = exchange(next, &kept(number)) {
            for (number, done) in moves[..number].iter().enumerate().rev() {
                take_back(done, &kept(number));
            }
            return Err(failed(&error).with("out", next.to.display()));
        }
    }
    Ok(())
}

/// Puts one in its place, and what stood there to `kept`.
fn exchange(Move { from, to }: &Move, kept: &Path) -> io::Result<()> {
    if to.symlink_metadata().is_ok() {
        std::fs::rename(to, kept)?;
    }
    std::fs::rename(from, to).inspect_err(|_| put_back(kept, to))
}

fn take_back(Move { from, to }: &Move, kept: &Path) {
    // Where not even that can be done, the first error says what is wrong.
    let _ = std::fs::rename(to, from);
    put_back(kept, to);
}

fn put_back(kept: &Path, to: &Path) {
    if kept.symlink_metadata().is_ok() {
        let _ = std::fs::rename(kept, to);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn moves(directory: &Path, last: &str) -> (PathBuf, Vec<Move>) {
        let stage = directory.join("stage");
        fs::create_dir_all(stage.join("content")).unwrap();
        fs::write(stage.join("content/a"), "new").unwrap();
        fs::write(stage.join("cold"), "new").unwrap();
        let cold = Move { from: stage.join("cold"), to: directory.join("out.cold") };
        let content = Move { from: stage.join("content"), to: directory.join(last) };
        (stage, vec![cold, content])
    }

    #[test]
    fn all_are_put_and_what_they_replace_is_kept() {
        let directory = tempfile::tempdir().unwrap();
        let (stage, moves) = moves(directory.path(), "out");
        fs::write(directory.path().join("out.cold"), "old").unwrap();
        put(&moves, &stage).unwrap();
        assert_eq!(fs::read_to_string(directory.path().join("out/a")).unwrap(), "new");
        assert_eq!(fs::read_to_string(directory.path().join("out.cold")).unwrap(), "new");
        assert_eq!(fs::read_to_string(stage.join("replaced-0")).unwrap(), "old");
    }

    #[test]
    fn where_one_fails_nothing_has_changed() {
        for old in [None, Some("old")] {
            let directory = tempfile::tempdir().unwrap();
            let (stage, moves) = moves(directory.path(), "missing/out");
            let cold = directory.path().join("out.cold");
            if let Some(old) = old {
                fs::write(&cold, old).unwrap();
            }
            put(&moves, &stage).unwrap_err();
            assert_eq!(fs::read_to_string(&cold).ok().as_deref(), old);
            assert!(stage.join("content/a").exists() && stage.join("cold").exists());
        }
    }
}

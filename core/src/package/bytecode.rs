//! Where CPython keeps a module's bytecode (PEP 3147).

use std::path::{Path, PathBuf};

/// The name of the directories that hold bytecode.
pub const CACHE_DIRECTORY: &str = "__pycache__";

/// The source that a bytecode file was made from: `a/__pycache__/b.cpython-312.pyc` of `a/b.py`.
pub fn source_of(bytecode: &Path) -> Option<PathBuf> {
    let name = bytecode.file_name()?.to_str()?;
    let directory = bytecode.parent().filter(|it| it.file_name().is_some_and(|it| it == CACHE_DIRECTORY))?;
    let stem = name.strip_suffix(".pyc")?.split('.').next()?;
    Some(directory.parent()?.join(format!("{stem}.py")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytecode_leads_to_its_source() {
        let of = |path: &str| source_of(Path::new(path)).map(|it| it.display().to_string());
        assert_eq!(of("a/__pycache__/b.cpython-312.opt-1.pyc").as_deref(), Some("a/b.py"));
        assert_eq!(of("a/b.pyc"), None);
        assert_eq!(of("a/__pycache__/b.txt"), None);
    }
}

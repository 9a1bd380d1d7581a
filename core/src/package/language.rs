//! Which language a directory is written in, by the files that stand in it.

use super::{Language, cargo};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// Files that say what a project is written in, the one that decides first: packages with native parts are built by
/// Cargo too.
const PROJECTS: &[(&str, Language)] = &[
    ("package.json", Language::Node),
    ("pyproject.toml", Language::Python),
    (cargo::MANIFEST, Language::Native),
    ("requirements.txt", Language::Python),
];
/// The program that platforms start where they bring no runtime.
pub(super) const BOOTSTRAP: &str = "bootstrap";

/// The language that most says it is used, by the names in a directory.
pub(super) fn by_names<N: AsRef<OsStr>>(names: &[N]) -> Option<Language> {
    let has = |name: &str| names.iter().any(|it| it.as_ref() == name);
    let has_source =
        |extension: &str| names.iter().any(|name| Path::new(name).extension().is_some_and(|it| it == extension));
    let project = PROJECTS.iter().find(|(name, _)| has(name)).map(|(_, language)| *language);
    project.or_else(|| {
        if has_source("py") {
            Some(Language::Python)
        } else if ["js", "mjs", "cjs"].into_iter().any(has_source) {
            Some(Language::Node)
        } else {
            (has(BOOTSTRAP) || has_source("so")).then_some(Language::Native)
        }
    })
}

/// The project that a directory belongs to, for commands that are given no path: the directory itself where its
/// files tell a language, else the nearest one around it that is a project, else the directory.
pub fn project_around(directory: &Path) -> PathBuf {
    if by_names(&names(directory)).is_some() {
        return directory.to_owned();
    }
    let is_project = |it: &&Path| PROJECTS.iter().any(|(name, _)| it.join(name).is_file());
    directory.ancestors().skip(1).find(is_project).unwrap_or(directory).to_owned()
}

/// The names in a directory; none where it cannot be read.
pub(super) fn names(directory: &Path) -> Vec<std::ffi::OsString> {
    std::fs::read_dir(directory).into_iter().flatten().flatten().map(|entry| entry.file_name()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn what_decides_goes_first() {
        assert_eq!(by_names(&["Cargo.toml", "package.json"]), Some(Language::Node));
        assert_eq!(by_names(&["Cargo.toml", "pyproject.toml"]), Some(Language::Python));
        assert_eq!(by_names(&["Cargo.toml", "build.py"]), Some(Language::Native));
        assert_eq!(by_names(&["bootstrap", "data.json"]), Some(Language::Native));
        assert_eq!(by_names(&["libx.so", "app.py"]), Some(Language::Python));
        assert_eq!(by_names(&["readme.md"]), None);
    }

    #[test]
    fn a_project_is_found_upwards() {
        let root = tempfile::tempdir().unwrap();
        let at = |path: &str| root.path().join(path);
        fs::create_dir_all(at("rust/src/inner")).unwrap();
        fs::create_dir_all(at("rust/fn")).unwrap();
        fs::write(at("rust/Cargo.toml"), "").unwrap();
        fs::write(at("rust/src/inner/mod.rs"), "").unwrap();
        fs::write(at("rust/fn/app.py"), "").unwrap();
        assert_eq!(project_around(&at("rust")), at("rust"));
        assert_eq!(project_around(&at("rust/src/inner")), at("rust"));
        assert_eq!(project_around(&at("rust/fn")), at("rust/fn"));
    }
}

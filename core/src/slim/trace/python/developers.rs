//! Files beside code that are neither code nor known to be of no use when a function runs.

use std::path::Path;

/// Directories whose files serve those who develop a package.
const DEVELOPERS_DIRECTORIES: &[&str] =
    &["tests", "test", "docs", "doc", "examples", "example", "benchmarks", "benchmark", "demos", "include"];

/// Endings of files that are made for people, compilers and type checkers. A `.pyi` that code reads
/// (`lazy_loader`) is found as an asset.
const DEVELOPERS_ENDINGS: &[&str] = &[
    "pyi", "pyx", "pxd", "pxi", "tp", "h", "hh", "hpp", "hxx", "c", "cc", "cpp", "cxx", "cu", "cuh", "f", "f90", "for",
    "a", "la", "lib", "def", "md", "rst", "ipynb", "pc", "cmake", "swg", "orig", "typed",
];

/// Whether a file, by its path below the root, serves only those who develop.
pub(crate) fn is_for_developers(path: &Path) -> bool {
    let has_ending = path.extension().is_some_and(|it| DEVELOPERS_ENDINGS.iter().any(|ending| it == *ending));
    let directories = path.parent().into_iter().flat_map(Path::iter);
    has_ending || directories.into_iter().any(|name| DEVELOPERS_DIRECTORIES.iter().any(|it| name == *it))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_and_what_is_none() {
        for path in ["pkg/tests/data.csv", "pkg/core/api.h", "pkg/mod.pyi", "pkg/README.md"] {
            assert!(is_for_developers(Path::new(path)), "{path}");
        }
        for path in ["pkg/data/x.json", "certifi/cacert.pem", "pkg/static/estimator.css", "latest/x.txt"] {
            assert!(!is_for_developers(Path::new(path)), "{path}");
        }
    }
}

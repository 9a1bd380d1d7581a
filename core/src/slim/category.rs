//! Kinds of files that no function needs, told by their names alone. Whether a file of such a name is reached
//! all the same is the trace's affair.

use super::Rule;
use std::path::Path;

/// What a file is for, other than running.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Category {
    Tests,
    Documentation,
    Types,
    Headers,
    StaticLibraries,
    SourceMaps,
}

const TEST_DIRECTORIES: &[&str] = &["tests", "test", "__tests__", "benchmarks", "benchmark"];
const DOCUMENTATION_DIRECTORIES: &[&str] = &["docs", "doc", "examples", "example", "demos"];
const DOCUMENTATION_ENDINGS: &[&str] = &["md", "markdown", "rst", "ipynb"];
const TYPE_ENDINGS: &[&str] = &["pyi", "typed", "flow"];
const TYPESCRIPT_ENDINGS: &[&str] = &[".d.ts", ".d.mts", ".d.cts"];
const HEADER_ENDINGS: &[&str] = &[
    "h", "hh", "hpp", "hxx", "c", "cc", "cpp", "cxx", "cu", "cuh", "f", "f90", "for", "pyx", "pxd", "pxi", "tp", "def",
    "pc", "cmake", "swg", "gyp", "gypi",
];
const STATIC_ENDINGS: &[&str] = &["a", "la", "lib"];

impl Category {
    /// The category of a file by its path below the root; `None`: it may be needed.
    pub(crate) fn of(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_str()?;
        let ending = path.extension().and_then(|it| it.to_str()).unwrap_or_default();
        let is_in =
            |names: &[&str]| path.parent().is_some_and(|it| it.iter().any(|part| names.iter().any(|it| part == *it)));
        let found = if TYPESCRIPT_ENDINGS.iter().any(|it| name.ends_with(it)) || TYPE_ENDINGS.contains(&ending) {
            Self::Types
        } else if ending == "map" {
            Self::SourceMaps
        } else if is_in(TEST_DIRECTORIES) {
            Self::Tests
        } else if HEADER_ENDINGS.contains(&ending) || is_in(&["include"]) {
            Self::Headers
        } else if STATIC_ENDINGS.contains(&ending) {
            Self::StaticLibraries
        } else if DOCUMENTATION_ENDINGS.contains(&ending) || is_in(DOCUMENTATION_DIRECTORIES) {
            Self::Documentation
        } else {
            return None;
        };
        Some(found)
    }

    /// The rule that tells of such files.
    pub(crate) const fn rule(self) -> Rule {
        match self {
            Self::Tests => Rule::Tests,
            Self::Documentation => Rule::Documentation,
            Self::Types => Rule::TypeStubs,
            Self::Headers => Rule::Headers,
            Self::StaticLibraries => Rule::StaticLibraries,
            Self::SourceMaps => Rule::SourceMaps,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell() {
        let of = |path: &str| Category::of(Path::new(path));
        assert_eq!(of("pkg/tests/data.csv"), Some(Category::Tests));
        assert_eq!(of("pkg/core/api.h"), Some(Category::Headers));
        assert_eq!(of("pkg/mod.pyi"), Some(Category::Types));
        assert_eq!(of("node_modules/x/index.d.ts"), Some(Category::Types));
        assert_eq!(of("node_modules/x/index.js.map"), Some(Category::SourceMaps));
        assert_eq!(of("pkg/README.md"), Some(Category::Documentation));
        for path in ["pkg/data/x.json", "certifi/cacert.pem", "pkg/static/a.css", "latest/x.txt", "testing.py"] {
            assert_eq!(of(path), None, "{path}");
        }
    }
}

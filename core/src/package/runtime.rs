//! Runtimes: a language at a version.

use crate::error::{Code, Error, Result};
use std::fmt;
use std::path::Path;
use std::str::FromStr;

/// What a function is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Language {
    /// CPython.
    Python,
    /// Node.
    Node,
    /// A shared library with a C interface.
    Native,
}

impl Language {
    /// The language's name in a runtime and in `hello`.
    pub fn name(self) -> &'static str {
        match self {
            Language::Python => "python",
            Language::Node => "nodejs",
            Language::Native => "native",
        }
    }

    /// The oldest version that Headstart supports.
    pub fn oldest(self) -> (u32, u32) {
        match self {
            Language::Python => (3, 9),
            Language::Node => (20, 0),
            Language::Native => (0, 0),
        }
    }
}

/// A language, and how much of its version the function asks for: `python`, `python3`, `python3.12`,
/// `nodejs`, `nodejs24`, `native`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Runtime {
    language: Language,
    major: Option<u32>,
    minor: Option<u32>,
}

impl Runtime {
    /// The runtime of functions in machine code.
    pub const NATIVE: Self = Self { language: Language::Native, major: None, minor: None };

    /// Any version of a language.
    pub const fn of(language: Language) -> Self {
        Self { language, major: None, minor: None }
    }

    /// The major and minor version, as far as they are named.
    pub fn version(self) -> (Option<u32>, Option<u32>) {
        (self.major, self.minor)
    }

    /// What the function is written in.
    pub fn language(self) -> Language {
        self.language
    }

    /// Whether an interpreter of this version will do.
    pub fn accepts(self, version: (u32, u32)) -> bool {
        self.major.is_none_or(|major| major == version.0) && self.minor.is_none_or(|minor| minor == version.1)
    }

    /// The runtime that a package most likely wants, by the files in it; `None` where nothing tells.
    pub fn guess(package: &Path, entry_module: &str) -> Option<Self> {
        // A part of the module may name an attribute: `index.api` of `index.api.handler`.
        let dots = entry_module.match_indices('.').map(|(at, _)| &entry_module[..at]).rev();
        std::iter::once(entry_module).chain(dots).find_map(|module| Self::guess_one(package, module))
    }

    fn guess_one(package: &Path, entry_module: &str) -> Option<Self> {
        let has = |extension: &str| package.join(format!("{entry_module}.{extension}")).exists();
        let of = |language| Some(Self::of(language));
        let as_path = entry_module.replace('.', "/");
        if has("py")
            || package.join(format!("{as_path}.py")).exists()
            || package.join(as_path).join("__init__.py").exists()
        {
            of(Language::Python)
        } else if ["js", "cjs", "mjs"].into_iter().any(has) {
            of(Language::Node)
        } else if has("so") || package.join(format!("lib{entry_module}.so")).exists() {
            of(Language::Native)
        } else {
            None
        }
    }
}

impl FromStr for Runtime {
    type Err = Error;

    /// Fails with `runtime.unknown`.
    fn from_str(text: &str) -> Result<Self> {
        let refuse = || {
            Error::new(Code::RuntimeUnknown, "read the runtime", "it is none of pythonX.Y, nodejsX and native")
                .with("runtime", text)
        };
        if text == Language::Native.name() {
            return Ok(Self::NATIVE);
        }
        let languages = [Language::Python, Language::Node];
        let (language, version) = languages
            .into_iter()
            .find_map(|language| Some((language, text.strip_prefix(language.name())?)))
            .ok_or_else(refuse)?;
        // Lambda writes `nodejs24.x`, which is the same as `nodejs24`.
        let version = version.strip_suffix(".x").filter(|_| language == Language::Node).unwrap_or(version);
        let mut parts = version.split('.').filter(|part| !part.is_empty()).map(str::parse::<u32>);
        let major = parts.next().transpose().map_err(|_| refuse())?;
        let minor = parts.next().transpose().map_err(|_| refuse())?;
        if parts.next().is_some() || version.starts_with('.') || version.ends_with('.') {
            return Err(refuse());
        }
        Ok(Self { language, major, minor })
    }
}

impl fmt::Display for Runtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.language.name())?;
        match (self.major, self.minor) {
            (Some(major), Some(minor)) => write!(f, "{major}.{minor}"),
            (Some(major), None) => write!(f, "{major}"),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_back() {
        for text in ["python", "python3", "python3.12", "nodejs", "nodejs24", "native"] {
            assert_eq!(text.parse::<Runtime>().unwrap().to_string(), text);
        }
        for text in ["", "ruby3.3", "python3.x", "python3.", "python3.12.1", "native2", "nodejs-24"] {
            assert_eq!(text.parse::<Runtime>().unwrap_err().code(), Code::RuntimeUnknown, "{text}");
        }
    }

    #[test]
    fn versions_are_accepted_as_far_as_they_are_named() {
        let runtime: Runtime = "python3".parse().unwrap();
        assert!(runtime.accepts((3, 9)) && runtime.accepts((3, 13)) && !runtime.accepts((2, 7)));
        assert!(!"nodejs24".parse::<Runtime>().unwrap().accepts((22, 1)));
    }
}

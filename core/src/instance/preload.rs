//! Preload sets: what a stem or a zygote imports before it is told its function.

use crate::error::{Code, Error, Result};
use std::path::Path;

/// Modules to import in advance, in order.
///
/// As a file: one module name a line, `#` begins a comment, blank lines are nothing. For native functions the
/// names are paths of shared libraries, relative to the package.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct PreloadSet {
    modules: Vec<String>,
}

impl PreloadSet {
    /// A set of these modules.
    pub fn new<I: IntoIterator<Item: Into<String>>>(modules: I) -> Self {
        Self { modules: modules.into_iter().map(Into::into).collect() }
    }

    /// Reads a file; fails with `preload.set_invalid`, naming file and line.
    pub fn read(path: &Path) -> Result<Self> {
        let refuse = |message: String| {
            Error::new(Code::PreloadSetInvalid, "read the preload set", message).with("file", path.display())
        };
        let text = std::fs::read_to_string(path).map_err(|error| refuse(error.to_string()).caused_by(error))?;
        Self::parse(&text).map_err(refuse)
    }

    fn parse(text: &str) -> Result<Self, String> {
        let mut modules = Vec::new();
        for (position, line) in text.lines().enumerate() {
            // A name may hold `#` (a Node import), so that a comment needs white space before it.
            let name = line.split_once(" #").map_or(line, |(name, _)| name).trim();
            if name.is_empty() || name.starts_with('#') {
                continue;
            }
            if name.contains(char::is_whitespace) {
                return Err(format!("line {} is not one module name: {name:?}", position + 1));
            }
            modules.push(name.to_owned());
        }
        Ok(Self { modules })
    }

    /// The modules in the order of import.
    pub fn modules(&self) -> &[String] {
        &self.modules
    }

    /// Whether there is nothing to import.
    pub fn is_empty(&self) -> bool {
        self.modules.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_blank_lines_are_nothing() {
        let set = PreloadSet::parse("# heavy\nnumpy\n\n pandas # with its own\n").unwrap();
        assert_eq!(set.modules(), ["numpy", "pandas"]);
    }

    #[test]
    fn two_names_on_a_line_are_told_with_the_line() {
        assert!(PreloadSet::parse("a\nimport b").unwrap_err().contains("line 2"));
    }
}

//! The rules: one table, from which reports and the reference page are made.

use std::fmt;

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Worth knowing.
    Note,
    /// Something costs space or time, or could not be followed.
    Warning,
    /// The function will not work as it is.
    Error,
}

impl Level {
    /// The level as SARIF and GitHub write it.
    pub const fn name(self) -> &'static str {
        match self {
            Level::Note => "note",
            Level::Warning => "warning",
            Level::Error => "error",
        }
    }
}

macro_rules! rules {
    ($( $name:ident = $text:literal, $level:ident, $safe:literal, $meaning:literal, $advice:literal; )*) => {
        /// A rule of the analyzer, with a stable name.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Rule {
            $( #[doc = concat!("`", $text, "`: ", $meaning)] $name, )*
        }

        impl Rule {
            /// Every rule, in the order of the reference page.
            pub const ALL: &'static [Rule] = &[$( Rule::$name, )*];

            /// The rule's name, `dynamic-import`.
            pub const fn as_str(self) -> &'static str {
                match self { $( Rule::$name => $text, )* }
            }

            /// How much its findings matter.
            pub const fn level(self) -> Level {
                match self { $( Rule::$name => Level::$level, )* }
            }

            /// Whether `slim` acts on it by itself, because doing so cannot change what the function does.
            pub const fn is_safe(self) -> bool {
                match self { $( Rule::$name => $safe, )* }
            }

            /// What it means, one sentence.
            pub const fn meaning(self) -> &'static str {
                match self { $( Rule::$name => $meaning, )* }
            }

            /// What to do about it.
            pub const fn advice(self) -> &'static str {
                match self { $( Rule::$name => $advice, )* }
            }
        }
    };
}

rules! {
    DynamicImport = "dynamic-import", Warning, false,
        "An import whose target is computed could not be followed; what it may mean is kept where that can be told.",
        "name the modules in `include`, or slim with --events that reach them";
    MissingImport = "missing-import", Warning, false,
        "An import that nothing guards names a module that is not in the package.",
        "add the distribution to the package, or guard the import";
    MissingFile = "missing-file", Warning, false,
        "The package refers to a file that it does not have.",
        "add the file, or remove the reference";
    UnparsedSource = "unparsed-source", Warning, false,
        "A source file does not parse; what it imports is not known, so everything of its package is kept.",
        "check that the file is meant for this runtime's version";
    UnreadableFile = "unreadable-file", Error, false,
        "A file or directory could not be read.",
        "check the permissions of the package";
    OddName = "odd-name", Note, false,
        "A file's name is not valid UTF-8; it is kept as it is.",
        "rename the file if it is meant to be imported";
    LinkLeadsOut = "link-leads-out", Warning, false,
        "A link leads out of the package.",
        "copy what it points to into the package, or name a base directory that contains both with --base";
}

impl Rule {
    /// The rule whose name is `text`, if there is one.
    ///
    /// ```
    /// use headstart::slim::Rule;
    /// assert_eq!(Rule::parse("dynamic-import"), Some(Rule::DynamicImport));
    /// ```
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|rule| rule.as_str() == text)
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_lead_back() {
        for rule in Rule::ALL {
            assert_eq!(Rule::parse(rule.as_str()), Some(*rule));
            assert!(rule.as_str().chars().all(|c| c.is_ascii_lowercase() || c == '-'), "{rule}");
        }
    }
}

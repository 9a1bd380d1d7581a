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
    Unreachable = "unreachable", Note, true,
        "Files of a distribution that the function does not reach.",
        "`headstart slim` moves them to the cold archive";
    Tests = "tests", Note, true,
        "Tests of dependencies, which nothing reaches.",
        "`headstart slim` moves them to the cold archive";
    Documentation = "documentation", Note, true,
        "Documentation and examples of dependencies, which nothing reaches.",
        "`headstart slim` moves them to the cold archive";
    TypeStubs = "type-stubs", Note, true,
        "Type declarations, which are read by type checkers and editors.",
        "`headstart slim` moves them to the cold archive";
    Headers = "headers", Note, true,
        "Headers and sources of compiled code, which are read by compilers.",
        "`headstart slim` moves them to the cold archive";
    StaticLibraries = "static-libraries", Note, true,
        "Static libraries, which are read by linkers.",
        "`headstart slim` moves them to the cold archive";
    SourceMaps = "source-maps", Note, true,
        "Source maps, which are read by debuggers.",
        "`headstart slim` moves them to the cold archive; keep them if stack traces are mapped in production";
    OtherPlatform = "other-platform", Note, true,
        "Compiled files that this interpreter or machine cannot load.",
        "install for one platform only, or let `headstart slim` leave them out";
    DuplicatePackage = "duplicate-package", Warning, false,
        "A package is installed in several versions.",
        "ask for versions that agree: `npm dedupe`, or a newer dependent";
    DebugSymbols = "debug-symbols", Note, false,
        "Shared objects or programs carry symbols for debuggers.",
        "`headstart slim --strip` takes them out of what Python and Node load, and loads each again; in Cargo `strip = \"debuginfo\"`";
    SymbolTable = "symbol-table", Note, false,
        "A binary carries the names of its functions, which nothing needs to run it; backtraces show them.",
        "`strip`, or in Cargo `strip = \"symbols\"` in the release profile";
    NoSymbols = "no-symbols", Note, false,
        "A binary was stripped of the names of its functions, so that sizes by crate cannot be told.",
        "to see them, build once with `CARGO_PROFILE_RELEASE_STRIP=none`";
    DebugBuild = "debug-build", Warning, false,
        "The function was built without optimization.",
        "`cargo build --release`";
    ReleaseProfile = "release-profile", Note, false,
        "The profile in Cargo.toml leaves out options that make a binary smaller or faster to load.",
        "set them in the workspace's Cargo.toml, and measure";
    DuplicateCrate = "duplicate-crate", Note, false,
        "A crate is linked in several versions.",
        "ask for versions that agree; `cargo tree --duplicates` shows who asks for which";
    LargeLibrary = "large-library", Note, false,
        "A shared library that the binary needs to start is a large part of the package.",
        "leave out the feature that needs it, or link it statically, so that only what is used remains";
    DamagedObject = "damaged-object", Warning, false,
        "A shared object is damaged; it is kept, and what it needs is not known.",
        "build or install it again";
    KeptWhole = "kept-whole", Note, false,
        "A native package is kept as it is: what its code opens by name cannot be told from it.",
        "to make it smaller, see what `headstart analyze` says of its symbols, profile and crates";
    PlugAndPlay = "plug-and-play", Warning, false,
        "Yarn's Plug'n'Play keeps packages in archives that its own loader reads; they are not looked into, and everything is kept.",
        "set `nodeLinker: node-modules` in .yarnrc.yml and run `yarn install`; then the package can be analyzed and slimmed";
    MissingBytecode = "missing-bytecode", Warning, true,
        "Modules without bytecode are compiled at every start, where the package cannot be written to.",
        "`headstart slim` compiles them, or run `python -m compileall --invalidation-mode unchecked-hash` last";
    StaleBytecode = "stale-bytecode", Warning, true,
        "Bytecode whose recorded date or size is not its source's is ignored, and the source compiled at every start.",
        "`headstart slim` compiles hash-based bytecode, which no date makes stale";
    ForeignBytecode = "foreign-bytecode", Warning, true,
        "Bytecode of another version of the interpreter is ignored.",
        "compile with the interpreter that runs the function";
    ProvidedPackage = "provided-package", Note, false,
        "The platform's runtime brings this package.",
        "leave it out if the platform's version will do; keep it to pin your own";
    SlowRuntime = "slow-runtime", Note, false,
        "A newer version of the runtime starts and runs faster.",
        "move the function to a newer runtime";
    UnusedImport = "unused-import", Note, false,
        "The function's own code imports a module and never uses it.",
        "remove the import, if the module is not imported for what importing it does";
    LateImport = "late-import", Note, false,
        "The function's own code imports a module at its start and uses it only inside of functions.",
        "import it where it is used, or by `headstart.lazy`, if not every invocation needs it";
    WrongRecord = "wrong-record", Note, true,
        "RECORD lists files that are not there.",
        "`headstart slim` rewrites it";
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

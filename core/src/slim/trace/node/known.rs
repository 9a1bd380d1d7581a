//! Everything that the tracer knows by name: one table each, with the reason for every line.
//!
//! Functions of Node itself are not listed with reasons: their meaning is in Node's documentation. A library
//! stands here only where what it loads cannot be seen in code that is followed.

/// How a library finds the addon that it is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Locating {
    /// By the file's name, in the usual places below the calling package.
    ByName,
    /// Whatever addon was built or prebuilt below a directory.
    InDirectory,
}

/// Libraries that look for a native addon at run time: name, how, and why it must be known.
const ADDON_LOADERS: &[(&str, Locating, &str)] = &[
    ("bindings", Locating::ByName, "tries a list of build directories, which its code makes from the name"),
    ("node-gyp-build", Locating::InDirectory, "lists build/Release and prebuilds/PLATFORM-ARCH"),
    ("node-gyp-build-optional-packages", Locating::InDirectory, "as node-gyp-build, and platform packages"),
    ("@mapbox/node-pre-gyp", Locating::InDirectory, "makes the path from binary.module_path of a package.json"),
    ("node-pre-gyp", Locating::InDirectory, "the former name of @mapbox/node-pre-gyp"),
    ("pkg-prebuilds", Locating::InDirectory, "lists prebuilds/NAME-PLATFORM-ARCH"),
];

/// How `module` finds addons, where it is one of the libraries that do.
pub(super) fn addon_loader(module: &str) -> Option<Locating> {
    ADDON_LOADERS.iter().find(|(name, ..)| *name == module).map(|(_, locating, _)| *locating)
}

/// Words under which configuration names modules that someone else's code then loads. An installed package that
/// stands under one of them is reached. Words, not libraries: each is used by many.
const PLUGIN_WORDS: &[(&str, &str)] = &[
    ("adapter", "database and storage layers: { adapter: 'x' }"),
    ("dialectModulePath", "query builders load the driver that is named"),
    ("engine", "template engines: { engine: 'x' }"),
    ("extends", "configurations that build on another's"),
    ("loader", "module loaders and schema loaders"),
    ("loaders", "the same, several"),
    ("module", "worker pools and process managers: { module: 'x' }"),
    ("parser", "linters, formatters and test runners"),
    ("plugin", "{ plugin: 'x' } and ['x', options]"),
    ("plugins", "the same, several"),
    ("preset", "transpilers and bundlers"),
    ("presets", "the same, several"),
    ("resolver", "module and schema resolvers"),
    ("target", "log transports run in a worker thread that imports their target"),
    ("transport", "log transports, named directly"),
    ("transports", "the same, several"),
];

/// Whether what stands under this key may name a module to load.
pub(super) fn is_plugin_word(key: &str) -> bool {
    PLUGIN_WORDS.iter().any(|(word, _)| *word == key)
}

/// What a function of `fs` does with the path that it is given first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FileUse {
    Reads,
    Lists,
}

const READS: &[&str] = &[
    "access",
    "accessSync",
    "copyFile",
    "copyFileSync",
    "createReadStream",
    "exists",
    "existsSync",
    "lstat",
    "lstatSync",
    "open",
    "openAsBlob",
    "openSync",
    "readFile",
    "readFileSync",
    "realpath",
    "realpathSync",
    "stat",
    "statSync",
];
const LISTS: &[&str] = &["cp", "cpSync", "opendir", "opendirSync", "readdir", "readdirSync"];

/// What the function `name` of the module `module` does with a file, where it is one of `fs`.
pub(super) fn file_use(module: &str, name: &str) -> Option<FileUse> {
    if module != "fs" && module != "fs/promises" {
        return None;
    }
    if READS.contains(&name) { Some(FileUse::Reads) } else { LISTS.contains(&name).then_some(FileUse::Lists) }
}

/// Helpers of compilers that hand the module on which they are given: `__importStar(require('x'))`.
const INTEROP: &[(&str, &str)] = &[
    ("__importDefault", "TypeScript"),
    ("__importStar", "TypeScript"),
    ("__toESM", "esbuild"),
    ("_interopNamespace", "Rollup, SWC"),
    ("_interopRequireDefault", "Babel"),
    ("_interopRequireWildcard", "Babel"),
    ("_interop_require_default", "SWC"),
    ("_interop_require_wildcard", "SWC"),
];

/// Whether a function is a compiler's helper that hands on the module that it is given.
pub(super) fn is_interop(function: &str) -> bool {
    INTEROP.iter().any(|(name, _)| *name == function)
}

/// Methods and functions of the language that call what they are given before they return.
const CALLS_AT_ONCE: &[&str] = &[
    "Promise",
    "apply",
    "call",
    "every",
    "filter",
    "find",
    "findIndex",
    "flatMap",
    "forEach",
    "from",
    "fromEntries",
    "map",
    "reduce",
    "reduceRight",
    "replace",
    "replaceAll",
    "some",
    "sort",
    "then",
];

/// Whether a function calls what it is given before it returns, or as soon as nothing else runs.
pub(super) fn calls_at_once(function: &str) -> bool {
    CALLS_AT_ONCE.contains(&function)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_sorted_and_say_why() {
        assert!(READS.is_sorted() && LISTS.is_sorted());
        assert!(PLUGIN_WORDS.iter().map(|(word, _)| word).is_sorted());
        assert!(CALLS_AT_ONCE.is_sorted());
        assert!(INTEROP.iter().all(|(_, compiler)| !compiler.is_empty()));
        assert!(PLUGIN_WORDS.iter().all(|(_, reason)| !reason.is_empty()));
        assert!(ADDON_LOADERS.iter().all(|(.., reason)| !reason.is_empty()));
    }
}

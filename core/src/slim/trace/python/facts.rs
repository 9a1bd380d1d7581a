//! What one source says, before anyone knows what its names mean.

use super::pattern::Pattern;

/// A module as a source names it: `..a.b` has level 2 and the path `a.b`; level 0 is absolute.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub(super) struct ModuleName {
    pub(super) level: u32,
    pub(super) path: String,
}

impl ModuleName {
    pub(super) fn absolute(path: impl Into<String>) -> Self {
        Self { level: 0, path: path.into() }
    }

    /// As `importlib.import_module` reads it: dots in front mean levels.
    pub(super) fn parse(text: &str) -> Self {
        let path = text.trim_start_matches('.');
        Self { level: u32::try_from(text.len() - path.len()).unwrap_or(u32::MAX), path: path.to_owned() }
    }

    /// A module inside of this one.
    pub(super) fn child(&self, name: &str) -> Self {
        let path = if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) };
        Self { level: self.level, path }
    }
}

/// An import statement, or a call with a constant name that means the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Import {
    pub(super) module: ModuleName,
    /// The names after `from ... import`, of which `*` is one; none of a plain `import`.
    pub(super) names: Vec<String>,
    pub(super) line: u32,
    /// Whether the program goes on where the module is missing.
    pub(super) is_guarded: bool,
}

/// An import whose name is computed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct DynamicImport {
    pub(super) name: Pattern,
    /// Whether the name begins with dots that are relative to this package.
    pub(super) line: u32,
}

/// What a path starts from.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum PathBase {
    /// The source file itself, this many directories up.
    Here(usize),
    /// The directory of a module.
    Module(ModuleName),
}

/// A path that code builds.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct PathPattern {
    pub(super) base: PathBase,
    pub(super) parts: Vec<Pattern>,
}

/// An attribute that is read of something imported: `np.linalg.norm`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct AttributeUse {
    pub(super) module: ModuleName,
    pub(super) names: Vec<String>,
}

/// An import of the module itself that it could do without, or later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct UnneededImport {
    pub(super) module: ModuleName,
    /// What is taken from the module, which may be a module too.
    pub(super) attribute: Option<String>,
    pub(super) line: u32,
}

/// What one source says.
#[derive(Debug, Default)]
pub(super) struct Facts {
    pub(super) imports: Vec<Import>,
    pub(super) dynamic: Vec<DynamicImport>,
    pub(super) attributes: Vec<(AttributeUse, u32)>,
    pub(super) assets: Vec<(PathPattern, u32)>,
    /// Groups of entry points that are asked for; `None`: one that is computed.
    pub(super) groups: Vec<(Option<String>, u32)>,
    /// The names in `__all__`.
    pub(super) exports: Vec<String>,
    /// Attributes that the module makes when they are first read, and the modules behind them.
    pub(super) lazy: Vec<(String, ModuleName)>,
    /// Whether the lazy attributes stand in the stub file beside the source.
    pub(super) has_lazy_stub: bool,
    /// Text constants that could be names of modules; kept where an import is computed.
    pub(super) constants: Vec<String>,
    /// Whether `__path__` is extended over further directories.
    pub(super) extends_path: bool,
    /// Imports of the module itself whose names it never uses.
    pub(super) unused: Vec<UnneededImport>,
    /// Imports of the module itself whose names only its functions use.
    pub(super) late: Vec<UnneededImport>,
    /// Why the source could not be read, and the line.
    pub(super) error: Option<(String, u32)>,
}

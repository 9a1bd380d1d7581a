//! Which imports of a module are used, and when: while it is imported, or only by its functions.

use super::facts::{ModuleName, UnneededImport};
use rustc_hash::{FxHashMap, FxHashSet};

/// How many imports of one name are told apart.
const MOST_BINDINGS: usize = 64;

/// What an import statement of the module itself binds to a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Bound {
    pub(super) module: ModuleName,
    /// What is taken from the module: `b` of `from a import b`.
    pub(super) attribute: Option<String>,
    /// Whether the name stands for the package around the module: `import a.b` binds `a`.
    pub(super) is_package: bool,
}

/// An import that binds a name.
#[derive(Debug)]
struct Binding {
    bound: Bound,
    line: u32,
    /// Whether the name stands for something else from some line on.
    is_replaced: bool,
    at_import: bool,
    in_functions: bool,
}

/// The names that imports bind, and their uses.
#[derive(Debug, Default)]
pub(super) struct Uses {
    bindings: FxHashMap<String, Vec<Binding>>,
}

impl Uses {
    /// Notes that an import binds a name; one that is `certain` to run replaces what the name stood for.
    pub(super) fn bind(&mut self, name: &str, bound: Bound, line: u32, certain: bool) {
        let known = self.bindings.entry(name.to_owned()).or_default();
        for binding in known.iter_mut().filter(|_| certain) {
            // Importing `a.c` after `a.b` leaves `a` what it was.
            let is_same = binding.bound == bound || (binding.bound.is_package && bound.is_package);
            binding.is_replaced |= !is_same;
        }
        if known.len() == MOST_BINDINGS {
            return;
        }
        known.push(Binding { bound, line, is_replaced: false, at_import: false, in_functions: false });
    }

    /// Notes that a name is read. Functions may have run before an import replaced what the name stood for.
    pub(super) fn read(&mut self, name: &str, in_function: bool) {
        let known = self.bindings.get_mut(name).into_iter().flatten();
        for binding in known.filter(|binding| in_function || !binding.is_replaced) {
            binding.at_import |= !in_function;
            binding.in_functions |= in_function;
        }
    }

    /// The imports that are never used, and those that only functions use; exported names are used by others.
    pub(super) fn finish(self, exports: &[String]) -> (Vec<UnneededImport>, Vec<UnneededImport>) {
        let exports: FxHashSet<&String> = exports.iter().collect();
        let own = self.bindings.into_iter().filter(|(name, _)| !exports.contains(name));
        let idle: Vec<_> = own.flat_map(|(_, bindings)| bindings).filter(|it| !it.at_import).collect();
        let (late, unused): (Vec<_>, Vec<_>) = idle.into_iter().partition(|it| it.in_functions);
        (told(unused), told(late.into_iter().filter(|it| !it.is_replaced)))
    }
}

/// Imports for a report, by line.
fn told(bindings: impl IntoIterator<Item = Binding>) -> Vec<UnneededImport> {
    let import = |it: Binding| UnneededImport { module: it.bound.module, attribute: it.bound.attribute, line: it.line };
    let mut imports: Vec<_> = bindings.into_iter().map(import).collect();
    imports.sort_by(|one, other| {
        (one.line, &one.module, &one.attribute).cmp(&(other.line, &other.module, &other.attribute))
    });
    imports
}

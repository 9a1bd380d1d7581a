//! Which imports of a module are used, and when: while it is imported, or only by its functions.

use super::facts::ModuleName;
use std::collections::HashMap;

/// An import that binds a name in the module itself.
#[derive(Debug)]
struct Binding {
    module: ModuleName,
    line: u32,
    at_import: bool,
    in_functions: bool,
}

/// Imported modules, with the lines that import them.
type Imports = Vec<(ModuleName, u32)>;

/// The names that imports bind, and their uses.
#[derive(Debug, Default)]
pub(super) struct Uses {
    bindings: HashMap<String, Binding>,
}

impl Uses {
    /// Notes that an import of the module itself binds a name.
    pub(super) fn bind(&mut self, name: &str, module: ModuleName, line: u32) {
        self.bindings.insert(name.to_owned(), Binding { module, line, at_import: false, in_functions: false });
    }

    /// Notes that a name is read.
    pub(super) fn read(&mut self, name: &str, in_function: bool) {
        if let Some(binding) = self.bindings.get_mut(name) {
            binding.at_import |= !in_function;
            binding.in_functions |= in_function;
        }
    }

    /// The imports that are never used, and those that only functions use; exported names are used by others.
    pub(super) fn finish(self, exports: &[String]) -> (Imports, Imports) {
        let (mut unused, mut late) = (Vec::new(), Vec::new());
        for (name, binding) in self.bindings {
            if binding.at_import || exports.contains(&name) {
                continue;
            }
            let found = if binding.in_functions { &mut late } else { &mut unused };
            found.push((binding.module, binding.line));
        }
        unused.sort_by_key(|(_, line)| *line);
        late.sort_by_key(|(_, line)| *line);
        (unused, late)
    }
}

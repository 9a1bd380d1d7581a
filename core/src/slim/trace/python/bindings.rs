//! Import statements, and the names that they bind.

use super::facts::{Import, ModuleName};
use super::read::{Place, Reader};
use super::uses::Bound;
use ruff_python_ast::{StmtImport, StmtImportFrom};

/// How many modules one name may stand for, of all those that are imported under it.
const MOST_ALIASES: usize = 32;

impl Reader<'_> {
    fn alias(&mut self, name: &str, module: ModuleName) {
        let known = self.aliases.entry(name.to_owned()).or_default();
        if known.len() < MOST_ALIASES && !known.contains(&module) {
            known.push(module);
        }
    }

    pub(super) fn push_import(&mut self, module: ModuleName, names: Vec<String>, line: u32, is_guarded: bool) {
        let is_guarded = is_guarded || self.place.is_guarded || self.place.in_function;
        self.facts.imports.push(Import { module, names, line, is_guarded });
    }

    /// Notes a name that an import of the module itself binds, whatever the run.
    fn bind(&mut self, name: &str, bound: Bound, line: u32) {
        let Place { is_guarded, is_conditional, in_class, in_function, .. } = self.place;
        // What a class body imports are the class's attributes.
        if !in_function && !in_class && !is_guarded && bound.module.path != "__future__" {
            self.uses.bind(name, bound, line, !is_conditional);
        }
    }

    pub(super) fn import(&mut self, statement: &StmtImport) {
        let line = self.line(statement);
        for alias in &statement.names {
            let path = alias.name.as_str();
            let bound =
                Bound { module: ModuleName::absolute(path), attribute: None, is_package: alias.asname.is_none() };
            if let Some(name) = &alias.asname {
                self.alias(name.as_str(), ModuleName::absolute(path));
                self.bind(name.as_str(), bound, line);
            } else {
                let top = path.split('.').next().unwrap_or(path);
                self.alias(top, ModuleName::absolute(top));
                self.bind(top, bound, line);
            }
            self.push_import(ModuleName::absolute(path), Vec::new(), line, false);
        }
    }

    pub(super) fn import_from(&mut self, statement: &StmtImportFrom) {
        let path = statement.module.as_ref().map(|module| module.as_str().to_owned()).unwrap_or_default();
        let module = ModuleName { level: statement.level, path };
        for alias in &statement.names {
            let bound = alias.asname.as_ref().unwrap_or(&alias.name).as_str().to_owned();
            self.alias(&bound, module.child(alias.name.as_str()));
            // Imported again under its own name, it is meant for others (PEP 484).
            if alias.asname.as_ref().is_none_or(|name| name.as_str() != alias.name.as_str()) && bound != "*" {
                let attribute = Some(alias.name.as_str().to_owned());
                let taken = Bound { module: module.clone(), attribute, is_package: false };
                self.bind(&bound, taken, self.line(statement));
            }
        }
        let names = statement.names.iter().map(|alias| alias.name.as_str().to_owned()).collect();
        self.push_import(module, names, self.line(statement), false);
    }
}

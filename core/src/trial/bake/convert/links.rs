//! What a module imports and exports.

use super::converted::{PassedOn, Request};
use oxc_ast::ast::{
    ImportAttributeKey, ImportDeclaration, ImportDeclarationSpecifier, ModuleExportName, Program, Statement,
    StringLiteral, WithClause, WithClauseKeyword,
};
use oxc_semantic::SymbolId;
use std::collections::BTreeMap;

/// What a module imports and exports.
#[derive(Debug, Default)]
pub(super) struct Links {
    pub(super) requests: Vec<Request>,
    pub(super) bound: Vec<Bound>,
    pub(super) passed_on: Vec<PassedOn>,
    pub(super) stars: Vec<usize>,
    /// The variable of each export that has one.
    pub(super) getters: BTreeMap<String, String>,
    /// Symbols of these variables.
    pub(super) exported: Vec<SymbolId>,
}

/// A name that is bound to an export of a request.
#[derive(Debug)]
pub(super) struct Bound {
    pub(super) symbol: SymbolId,
    pub(super) local: String,
    pub(super) request: usize,
    /// Its name there; the namespace itself if there is none.
    pub(super) imported: Option<String>,
}

impl Links {
    /// What a module requests, in order, and what its imports bind.
    pub(super) fn of(program: &Program<'_>) -> Result<Self, String> {
        let mut links = Self::default();
        for statement in &program.body {
            match statement {
                Statement::ImportDeclaration(it) => links.import(it)?,
                Statement::ExportFromDeclaration(it) => {
                    links.request(&it.source, it.with_clause.as_deref())?;
                }
                Statement::ExportAllDeclaration(it) => {
                    links.request(&it.source, it.with_clause.as_deref())?;
                }
                _ => {}
            }
        }
        Ok(links)
    }

    fn import(&mut self, it: &ImportDeclaration<'_>) -> Result<(), String> {
        let request = self.request(&it.source, it.with_clause.as_deref())?;
        for specifier in it.specifiers.iter().flatten() {
            let imported = imported(specifier)?;
            self.want(request, imported.as_deref());
            let local = specifier.local();
            let symbol = local.symbol_id.get().ok_or("an import that is no variable")?;
            self.bound.push(Bound { symbol, local: local.name.to_string(), request, imported });
        }
        Ok(())
    }

    /// The index of a request, made where there is none.
    pub(super) fn request(
        &mut self,
        source: &StringLiteral<'_>,
        with: Option<&WithClause<'_>>,
    ) -> Result<usize, String> {
        let (specifier, json) = (text(source)?, is_json(with)?);
        let known = self.requests.iter().position(|it| it.specifier == specifier && it.json == json);
        Ok(known.unwrap_or_else(|| {
            self.requests.push(Request { specifier, names: Vec::new(), all: false, json });
            self.requests.len() - 1
        }))
    }

    /// Notes that an export of a request is wanted, or all of them.
    pub(super) fn want(&mut self, request: usize, name: Option<&str>) {
        let Some(request) = self.requests.get_mut(request) else { return };
        match name {
            Some(name) if request.names.iter().any(|it| it == name) => {}
            Some(name) => request.names.push(name.to_owned()),
            None => request.all = true,
        }
    }
}

fn imported(specifier: &ImportDeclarationSpecifier<'_>) -> Result<Option<String>, String> {
    Ok(match specifier {
        ImportDeclarationSpecifier::ImportSpecifier(it) => Some(name(&it.imported)?),
        ImportDeclarationSpecifier::ImportDefaultSpecifier(_) => Some("default".to_owned()),
        ImportDeclarationSpecifier::ImportNamespaceSpecifier(_) => None,
    })
}

/// The name of an import or export.
pub(super) fn name(it: &ModuleExportName<'_>) -> Result<String, String> {
    match it {
        ModuleExportName::StringLiteral(it) => text(it),
        other => Ok(other.name().to_string()),
    }
}

fn text(it: &StringLiteral<'_>) -> Result<String, String> {
    if it.lone_surrogates { Err("a name that is no text".to_owned()) } else { Ok(it.value.to_string()) }
}

fn is_json(with: Option<&WithClause<'_>>) -> Result<bool, String> {
    let Some(with) = with else { return Ok(false) };
    if with.keyword == WithClauseKeyword::Assert {
        return Err("import assertions".to_owned());
    }
    for entry in &with.with_entries {
        let key = match &entry.key {
            ImportAttributeKey::Identifier(it) => it.name.as_str(),
            ImportAttributeKey::StringLiteral(it) => it.value.as_str(),
        };
        if (key, entry.value.value.as_str()) != ("type", "json") {
            return Err("import attributes".to_owned());
        }
    }
    Ok(!with.with_entries.is_empty())
}

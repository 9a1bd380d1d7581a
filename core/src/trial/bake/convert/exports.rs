//! What a module exports.

use super::converted::PassedOn;
use super::links::{Links, name};
use oxc_ast::ast::{
    BindingIdentifier, Declaration, ExportAllDeclaration, ExportDefaultDeclaration, ExportDefaultDeclarationKind,
    ExportFromDeclaration, ExportNamedDeclaration, ExportSpecifier, ModuleExportName, Program, Statement,
};
use oxc_semantic::{Scoping, SymbolId};

/// The variable of a default export that has no name.
pub(super) const DEFAULT: &str = "hs$default";

/// Adds what a module exports to what it imports.
pub(super) fn add(links: &mut Links, program: &Program<'_>, scoping: &Scoping) -> Result<(), String> {
    for statement in &program.body {
        match statement {
            Statement::ExportDeclaration(it) => add_declared(links, &it.declaration),
            Statement::ExportDefaultDeclaration(it) => add_default(links, it),
            Statement::ExportNamedDeclaration(it) => add_named(links, it, scoping)?,
            Statement::ExportFromDeclaration(it) => add_from(links, it)?,
            Statement::ExportAllDeclaration(it) => add_all(links, it)?,
            _ => {}
        }
    }
    Ok(())
}

fn add_declared(links: &mut Links, it: &Declaration<'_>) {
    let declared = match it {
        Declaration::VariableDeclaration(it) => {
            it.declarations.iter().flat_map(|it| it.id.get_binding_identifiers()).collect()
        }
        other => other.id().into_iter().collect::<Vec<_>>(),
    };
    for id in declared {
        add_variable(links, id.name.as_str(), id);
    }
}

fn add_default(links: &mut Links, it: &ExportDefaultDeclaration<'_>) {
    match named(&it.declaration) {
        Some(id) => add_variable(links, "default", id),
        None => {
            links.getters.insert("default".to_owned(), DEFAULT.to_owned());
        }
    }
}

/// The name of a declared function or class.
pub(super) fn named<'s, 'a>(it: &'s ExportDefaultDeclarationKind<'a>) -> Option<&'s BindingIdentifier<'a>> {
    match it {
        ExportDefaultDeclarationKind::FunctionDeclaration(it) => it.id.as_ref(),
        ExportDefaultDeclarationKind::ClassDeclaration(it) => it.id.as_ref(),
        _ => None,
    }
}

fn add_variable(links: &mut Links, exported: &str, id: &BindingIdentifier<'_>) {
    links.getters.insert(exported.to_owned(), id.name.to_string());
    links.exported.extend(id.symbol_id.get());
}

fn add_named(links: &mut Links, it: &ExportNamedDeclaration<'_>, scoping: &Scoping) -> Result<(), String> {
    for specifier in &it.specifiers {
        let symbol = variable(specifier, scoping).ok_or("an export of a name that is not declared")?;
        let (local, exported) = (name(&specifier.local)?, name(&specifier.exported)?);
        if let Some(bound) = links.bound.iter().find(|it| it.symbol == symbol) {
            let (request, imported) = (bound.request, bound.imported.clone());
            links.passed_on.push(PassedOn { name: exported, request, imported });
        } else {
            links.getters.insert(exported, local);
            links.exported.push(symbol);
        }
    }
    Ok(())
}

fn variable(specifier: &ExportSpecifier<'_>, scoping: &Scoping) -> Option<SymbolId> {
    match &specifier.local {
        ModuleExportName::IdentifierReference(it) => scoping.get_reference(it.reference_id.get()?).symbol_id(),
        _ => None,
    }
}

fn add_from(links: &mut Links, it: &ExportFromDeclaration<'_>) -> Result<(), String> {
    let request = links.request(&it.source, it.with_clause.as_deref())?;
    for specifier in &it.specifiers {
        let imported = name(&specifier.local)?;
        links.want(request, Some(&imported));
        links.passed_on.push(PassedOn { name: name(&specifier.exported)?, request, imported: Some(imported) });
    }
    Ok(())
}

fn add_all(links: &mut Links, it: &ExportAllDeclaration<'_>) -> Result<(), String> {
    let request = links.request(&it.source, it.with_clause.as_deref())?;
    links.want(request, None);
    match &it.exported {
        Some(exported) => links.passed_on.push(PassedOn { name: name(exported)?, request, imported: None }),
        None if links.stars.contains(&request) => {}
        None => links.stars.push(request),
    }
    Ok(())
}

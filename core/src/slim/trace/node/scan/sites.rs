//! Where the functions of a source are called, for what their parameters may be.

use super::ast::{function_key, inner};
use super::depth::Depth;
use super::fold::Folder;
use super::table::{Arguments, BindingKey, FunctionKey, Kind, ScopeKey, Site};
use oxc_ast::ast::{Argument, CallExpression, Expression, IdentifierReference, Statement};
use oxc_ast_visit::{Visit, walk};
use oxc_syntax::scope::{ScopeFlags, ScopeId};
use rustc_hash::{FxHashMap, FxHashSet};
use std::cell::Cell;
use std::rc::Rc;

/// The calls of every function that has a name or is called where it stands.
#[derive(Debug, Default)]
pub(super) struct Sites<'a> {
    calls: FxHashMap<FunctionKey, Vec<Site<'a>>>,
}

impl<'a> Sites<'a> {
    pub(super) fn calls(&self, function: FunctionKey) -> &[Site<'a>] {
        self.calls.get(&function).map_or(&[], Vec::as_slice)
    }
}

/// Whether a function is used as a value, so that others may call it.
pub(super) fn escapes(folder: &Folder<'_, '_>, function: FunctionKey) -> bool {
    if folder.escaping.borrow().is_none() {
        let found = escaping(folder);
        *folder.escaping.borrow_mut() = Some(found);
    }
    folder.escaping.borrow().as_ref().is_some_and(|escaping| escaping.contains(&function))
}

/// The sites of a source; worked out when the first parameter is asked for, which in most sources is never.
pub(super) fn of<'a>(folder: &Folder<'_, 'a>) -> Rc<Sites<'a>> {
    if let Some(known) = folder.sites.borrow().as_ref() {
        return known.clone();
    }
    let sites = Rc::new(find(folder));
    *folder.sites.borrow_mut() = Some(sites.clone());
    sites
}

fn find<'a>(folder: &Folder<'_, 'a>) -> Sites<'a> {
    let table = folder.table;
    let mut sites = Sites { calls: table.sites.clone() };
    for (name, scope, call) in &table.calls {
        let site = Site { scope: *scope, arguments: Arguments::Of { list: &call.arguments, skip: 0 } };
        let Some(key) = table.look_up(name, *scope) else {
            continue;
        };
        for function in functions_of(folder, key, &table.sites) {
            sites.calls.entry(function).or_default().push(site);
        }
        if *name == "define" {
            add_amd(&mut sites, call, *scope);
        }
    }
    sites
}

/// The functions that a binding may be, by its declaration alone.
fn functions_of(
    folder: &Folder<'_, '_>,
    key: BindingKey,
    direct: &FxHashMap<FunctionKey, Vec<Site<'_>>>,
) -> Vec<FunctionKey> {
    match &folder.table.bindings[key as usize].kind {
        Kind::Function(function) => vec![*function],
        Kind::Variable { init: Some(init), keys, .. } if keys.is_empty() => {
            function_key(inner(init)).into_iter().collect()
        }
        // `(function (factory) { factory(require) })(function (require) { ... })`, as UMD has it.
        Kind::Parameter { function, index, .. } => {
            let passed = direct.get(function).into_iter().flatten().filter_map(|site| match site.arguments {
                Arguments::Of { list, skip } => list.get(index + skip).and_then(Argument::as_expression),
                _ => None,
            });
            passed.filter_map(function_key).collect()
        }
        _ => Vec::new(),
    }
}

/// A `define` that is the source's own variable came from a loader that calls back with Node's `require`.
fn add_amd<'a>(sites: &mut Sites<'a>, call: &'a CallExpression<'a>, scope: ScopeKey) {
    let callback = call.arguments.last().and_then(Argument::as_expression).and_then(function_key);
    if let Some(function) = callback.filter(|_| call.arguments.len() == 1) {
        sites.calls.entry(function).or_default().push(Site { scope, arguments: Arguments::Amd });
    }
}

/// Functions whose name is used other than to call it.
fn escaping(folder: &Folder<'_, '_>) -> FxHashSet<FunctionKey> {
    let mut references =
        References { folder, scopes: Vec::new(), found: FxHashSet::default(), depth: Depth::default() };
    references.visit_program(folder.program);
    references.found
}

struct References<'f, 'a> {
    folder: &'f Folder<'f, 'a>,
    scopes: Vec<ScopeKey>,
    found: FxHashSet<FunctionKey>,
    depth: Depth,
}

impl References<'_, '_> {
    fn note(&mut self, name: &str) {
        let scope = self.scopes.last().copied().unwrap_or_default();
        if let Some(key) = self.folder.table.look_up(name, scope) {
            self.found.extend(functions_of(self.folder, key, &FxHashMap::default()));
        }
    }
}

impl<'a> Visit<'a> for References<'_, 'a> {
    fn visit_expression(&mut self, it: &Expression<'a>) {
        if self.depth.enter() {
            walk::walk_expression(self, it);
        }
        self.depth.leave();
    }

    fn visit_statement(&mut self, it: &Statement<'a>) {
        if self.depth.enter() {
            walk::walk_statement(self, it);
        }
        self.depth.leave();
    }

    fn enter_scope(&mut self, _: ScopeFlags, scope_id: &Cell<Option<ScopeId>>) {
        self.scopes.push(key_of(scope_id));
    }

    fn leave_scope(&mut self) {
        self.scopes.pop();
    }

    fn visit_identifier_reference(&mut self, it: &IdentifierReference<'a>) {
        self.note(it.name.as_str());
    }

    fn visit_call_expression(&mut self, it: &CallExpression<'a>) {
        if !matches!(it.callee, Expression::Identifier(_)) {
            self.visit_expression(&it.callee);
        }
        self.visit_arguments(&it.arguments);
    }

    fn visit_export_specifier(&mut self, it: &oxc_ast::ast::ExportSpecifier<'a>) {
        if let oxc_ast::ast::ModuleExportName::IdentifierReference(id) = &it.local {
            self.note(id.name.as_str());
        }
    }

    fn visit_export_declaration(&mut self, it: &oxc_ast::ast::ExportDeclaration<'a>) {
        match &it.declaration {
            oxc_ast::ast::Declaration::FunctionDeclaration(function) => {
                self.found.insert(function.span.start);
            }
            oxc_ast::ast::Declaration::VariableDeclaration(declaration) => {
                let inits = declaration.declarations.iter().filter_map(|declarator| declarator.init.as_ref());
                self.found.extend(inits.filter_map(function_key));
            }
            _ => {}
        }
        walk::walk_export_declaration(self, it);
    }

    fn visit_export_default_declaration(&mut self, it: &oxc_ast::ast::ExportDefaultDeclaration<'a>) {
        if let oxc_ast::ast::ExportDefaultDeclarationKind::FunctionDeclaration(function) = &it.declaration {
            self.found.insert(function.span.start);
        }
        walk::walk_export_default_declaration(self, it);
    }
}

/// The number that the first pass gave a scope.
pub(super) fn key_of(scope_id: &Cell<Option<ScopeId>>) -> ScopeKey {
    scope_id.get().map_or(super::table::TOP, |id| ScopeKey::try_from(id.index()).unwrap_or_default())
}

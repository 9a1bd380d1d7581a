//! The imports at the top of a source, and what they bind.

use super::running::Running;
use super::{Imported, When};
use crate::slim::trace::node::known;
use oxc_ast::AstKind;
use oxc_ast::ast::{
    Argument, BindingIdentifier, CallExpression, Expression, IdentifierReference, ImportDeclaration,
    ImportDeclarationSpecifier, Program, Statement, TSImportEqualsDeclaration, TSModuleReference, VariableDeclarator,
};
use oxc_semantic::{Scoping, SemanticBuilder};
use oxc_syntax::scope::ScopeFlags;
use rustc_hash::FxHashSet;

/// Larger sources are not looked into: what is known of each of their names would take hundreds of megabytes, and
/// nobody wrote them by hand.
const MOST_SOURCE: usize = 1 << 20;

/// The imports at the top of a source whose names are written out, and when each is needed. Nothing of a source that
/// can refer to names without writing them: with `eval` or `with`.
pub(in crate::slim::trace::node::scan) fn imported<'a>(program: &'a Program<'a>) -> Vec<Imported> {
    if program.source_text.len() > MOST_SOURCE || !program.body.iter().any(may_import) {
        return Vec::new();
    }
    let semantic = SemanticBuilder::new().with_build_nodes(true).build(program).semantic;
    let scoping = semantic.scoping();
    let hides_names = |flags: ScopeFlags| flags.contains_direct_eval() || flags.is_with();
    if scoping.scope_descendants_from_root().any(|scope| hides_names(scoping.scope_flags(scope))) {
        return Vec::new();
    }
    let has = |wanted: fn(&AstKind<'_>) -> bool| semantic.nodes().iter().any(|node| wanted(&node.kind()));
    let finder = Finder {
        scoping,
        running: Running::of(&semantic),
        is_typescript: program.source_type.is_typescript(),
        has_elements: has(|kind| matches!(kind, AstKind::JSXElement(_) | AstKind::JSXFragment(_))),
        has_decorators: has(|kind| matches!(kind, AstKind::Decorator(_))),
        found: Vec::new(),
    };
    finder.find(program)
}

fn may_import(statement: &Statement<'_>) -> bool {
    match statement {
        Statement::ExpressionStatement(it) => matches!(it.expression, Expression::CallExpression(_)),
        Statement::ImportDeclaration(_) | Statement::VariableDeclaration(_) => true,
        other => matches!(other, Statement::TSImportEqualsDeclaration(_)),
    }
}

struct Finder<'s, 'a> {
    scoping: &'s Scoping,
    running: Running<'s, 'a>,
    is_typescript: bool,
    /// Whether there is JSX, which calls a function that it does not name.
    has_elements: bool,
    /// Whether there are decorators, for which types may be kept as values.
    has_decorators: bool,
    found: Vec<Imported>,
}

impl<'a> Finder<'_, 'a> {
    fn find(mut self, program: &'a Program<'a>) -> Vec<Imported> {
        for statement in &program.body {
            match statement {
                Statement::ImportDeclaration(it) if it.import_kind.is_value() => self.declaration(it),
                Statement::VariableDeclaration(it) => it.declarations.iter().for_each(|it| self.variable(it)),
                Statement::ExpressionStatement(it) => self.expression(&it.expression),
                Statement::TSImportEqualsDeclaration(it) if it.import_kind.is_value() => self.equation(it),
                _ => {}
            }
        }
        self.settled()
    }

    /// One statement that needs a module at once makes the others no matter.
    fn settled(mut self) -> Vec<Imported> {
        let is_needed = |it: &&Imported| matches!(it.when, When::Effect | When::Loading);
        let needed: FxHashSet<_> = self.found.iter().filter(is_needed).map(|it| it.name.clone()).collect();
        for it in self.found.iter_mut().filter(|it| it.when != When::Effect && needed.contains(&it.name)) {
            it.when = When::Loading;
        }
        self.found
    }

    /// `require('x')`, whose value goes nowhere.
    fn expression(&mut self, it: &'a Expression<'a>) {
        if let Expression::CallExpression(call) = it.get_inner_expression()
            && let Some((offset, name)) = self.required_by(call)
        {
            self.statement(name, offset, &[], false);
        }
    }

    /// `import x = require('x')`.
    fn equation(&mut self, it: &TSImportEqualsDeclaration<'a>) {
        if let TSModuleReference::ExternalModuleReference(module) = &it.module_reference {
            self.statement(module.expression.value.as_str(), module.span.start, &[&it.id], true);
        }
    }

    fn declaration(&mut self, it: &ImportDeclaration<'a>) {
        let bound: Vec<_> = it.specifiers.iter().flatten().filter_map(bound_by).collect();
        let (name, offset) = (it.source.value.as_str(), it.source.span.start);
        match &it.specifiers {
            // Every name is a type.
            Some(specifiers) if bound.is_empty() && !specifiers.is_empty() => {}
            _ => self.statement(name, offset, &bound, true),
        }
    }

    fn variable(&mut self, it: &VariableDeclarator<'a>) {
        let Some((call, name)) = it.init.as_ref().and_then(|init| self.required(init)) else { return };
        self.statement(name, call, &it.id.get_binding_identifiers(), false);
    }

    /// `may_be_elided`: TypeScript leaves the statement out where none of its names is used as a value.
    fn statement(&mut self, name: &str, offset: u32, bound: &[&BindingIdentifier<'a>], may_be_elided: bool) {
        let when = bound.iter().map(|id| self.when(id)).max().unwrap_or(When::Effect);
        if when == When::Never && may_be_elided && self.is_typescript {
            return;
        }
        let when = if when == When::Never && self.has_elements { When::Loading } else { when };
        self.found.push(Imported { name: name.to_owned(), line: offset, when });
    }

    fn when(&self, id: &BindingIdentifier<'a>) -> When {
        let Some(symbol) = id.symbol_id.get() else { return When::Loading };
        if self.scoping.symbol_is_mutated(symbol) || !self.scoping.symbol_redeclarations(symbol).is_empty() {
            return When::Loading;
        }
        let mut when = When::Never;
        for reference in self.scoping.get_resolved_references(symbol) {
            let is_of_types = reference.flags().is_value_as_type() || !reference.is_value();
            when = when.max(match is_of_types {
                true if self.has_decorators => When::Loading,
                true => When::Never,
                false if self.running.is_at(reference.node_id()) => When::Loading,
                false => When::Later,
            });
        }
        when
    }

    /// The module that an expression requires and hands on, with the offset of the call: `require('x')`,
    /// `require('x').y`, `await import('x')`, `__importStar(require('x'))`.
    fn required(&self, it: &'a Expression<'a>) -> Option<(u32, &'a str)> {
        let mut it = it.get_inner_expression();
        loop {
            it = match it {
                Expression::StaticMemberExpression(member) => member.object.get_inner_expression(),
                Expression::AwaitExpression(awaited) => awaited.argument.get_inner_expression(),
                Expression::ImportExpression(import) => {
                    return Some((import.span.start, text_of(&import.source)?));
                }
                Expression::CallExpression(call) if known::is_interop(callee_name(&call.callee)?) => {
                    call.arguments.first()?.as_expression()?.get_inner_expression()
                }
                Expression::CallExpression(call) => return self.required_by(call),
                _ => return None,
            }
        }
    }

    fn required_by(&self, call: &'a CallExpression<'a>) -> Option<(u32, &'a str)> {
        match &call.callee {
            Expression::Identifier(id) if self.is_require(id) => {
                Some((call.span.start, text_of(only_argument(call)?)?))
            }
            _ => None,
        }
    }

    /// Whether a name is Node's `require`, not a variable of the source.
    fn is_require(&self, id: &IdentifierReference<'a>) -> bool {
        let bound = id.reference_id.get().and_then(|id| self.scoping.get_reference(id).symbol_id());
        id.name == "require" && bound.is_none()
    }
}

/// What a specifier binds, unless it is a type.
fn bound_by<'s, 'a>(specifier: &'s ImportDeclarationSpecifier<'a>) -> Option<&'s BindingIdentifier<'a>> {
    match specifier {
        ImportDeclarationSpecifier::ImportSpecifier(it) => it.import_kind.is_value().then_some(&it.local),
        ImportDeclarationSpecifier::ImportDefaultSpecifier(it) => Some(&it.local),
        ImportDeclarationSpecifier::ImportNamespaceSpecifier(it) => Some(&it.local),
    }
}

fn only_argument<'a>(call: &'a CallExpression<'a>) -> Option<&'a Expression<'a>> {
    match call.arguments.as_slice() {
        [only] => Argument::as_expression(only),
        _ => None,
    }
}

fn text_of<'a>(it: &'a Expression<'a>) -> Option<&'a str> {
    match it.get_inner_expression() {
        Expression::StringLiteral(text) => Some(text.value.as_str()),
        _ => None,
    }
}

/// The last name of a callee: `b` of `b()` and `a.b()`.
pub(super) fn callee_name<'a>(callee: &'a Expression<'a>) -> Option<&'a str> {
    match super::super::ast::inner(callee) {
        Expression::Identifier(id) => Some(id.name.as_str()),
        Expression::StaticMemberExpression(member) => Some(member.property.name.as_str()),
        _ => None,
    }
}

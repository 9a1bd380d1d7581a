//! What has no function that means the same.

use super::html::has_comments;
use super::links::Links;
use super::places::{has_arguments, is_in_class, is_in_function};
use oxc_ast::AstKind;
use oxc_ast::ast::{CallExpression, Expression, Ident};
use oxc_semantic::{AstNode, AstNodes, Reference, Scoping, Semantic, SymbolId};

/// What names that the conversion makes begin with.
const OWN: &str = "hs$";

/// Looks for names that the conversion makes.
pub(super) fn text(source: &str) -> Result<(), String> {
    if source.contains(OWN) { Err("a name of the conversion's own".to_owned()) } else { Ok(()) }
}

/// Looks for syntax that functions do not have.
pub(super) fn nodes(semantic: &Semantic<'_>) -> Result<(), String> {
    let nodes = semantic.nodes();
    match nodes.iter().find_map(|node| reason(nodes, node)) {
        Some(reason) => Err(reason.to_owned()),
        None if has_comments(semantic) => Err("comments of html".to_owned()),
        None => Ok(()),
    }
}

fn reason(nodes: &AstNodes<'_>, node: &AstNode<'_>) -> Option<&'static str> {
    let is_outside = || !is_in_function(nodes, node.id());
    match node.kind() {
        AstKind::AwaitExpression(_) if is_outside() => Some("top-level await"),
        AstKind::ForOfStatement(it) if it.r#await && is_outside() => Some("top-level await"),
        AstKind::VariableDeclaration(it) if it.kind.is_using() && is_outside() => Some("top-level using"),
        AstKind::IdentifierReference(it) if it.name == "arguments" && !has_arguments(nodes, node.id()) => {
            Some("arguments outside functions")
        }
        AstKind::CallExpression(it) if is_eval(it) => Some("direct eval"),
        AstKind::Decorator(_) => Some("decorators"),
        AstKind::ImportDeclaration(it) if it.phase.is_some() => Some("import phases"),
        AstKind::ImportExpression(it) if it.phase.is_some() => Some("import phases"),
        _ => None,
    }
}

fn is_eval(it: &CallExpression<'_>) -> bool {
    matches!(it.callee.get_inner_expression(), Expression::Identifier(id) if id.name == "eval")
}

/// Looks at names that are written with escapes, at assignments to imports, and at assignments to exports that may
/// happen after those who import them have bound their values.
pub(super) fn names(semantic: &Semantic<'_>, links: &Links) -> Result<(), String> {
    let scoping = semantic.scoping();
    let unresolved = scoping.root_unresolved_references().keys();
    if scoping.symbol_names().chain(unresolved.map(Ident::as_str)).any(|it| it.contains(OWN)) {
        return Err("a name of the conversion's own".to_owned());
    }
    if links.bound.iter().any(|it| writes(scoping, it.symbol).next().is_some()) {
        return Err("assignment to an import".to_owned());
    }
    let nodes = semantic.nodes();
    let is_late = |it: &Reference| is_in_function(nodes, it.node_id()) || is_in_class(nodes, it.node_id());
    if links.exported.iter().any(|&symbol| writes(scoping, symbol).any(is_late)) {
        return Err("an export that a function assigns to".to_owned());
    }
    Ok(())
}

fn writes(scoping: &Scoping, symbol: SymbolId) -> impl Iterator<Item = &Reference> {
    scoping.get_resolved_references(symbol).filter(|it| it.is_write())
}

//! Uses of names that cannot be bound because what they stand for may not exist yet.

use super::edits::Edits;
use super::links::{Bound, Links};
use super::names::{key, member, namespace};
use super::places::{guard, parenthesized};
use oxc_ast::AstKind;
use oxc_semantic::{AstNodes, NodeId, Semantic};
use oxc_span::GetSpan;

/// Reads each name from the namespace wherever it is used.
pub(super) fn edit(semantic: &Semantic<'_>, links: &Links, is_lazy: &dyn Fn(&str) -> bool, edits: &mut Edits<'_>) {
    let is_unbound = |it: &&Bound| links.requests.get(it.request).is_some_and(|it| is_lazy(&it.specifier));
    for bound in links.bound.iter().filter(is_unbound) {
        let Some(imported) = &bound.imported else { continue };
        let value = member(&namespace(bound.request), imported);
        for reference in semantic.scoping().get_resolved_references(bound.symbol) {
            edit_reference(semantic.nodes(), reference.node_id(), &bound.local, &value, edits);
        }
    }
}

fn edit_reference(nodes: &AstNodes<'_>, node: NodeId, local: &str, value: &str, edits: &mut Edits<'_>) {
    let span = nodes.kind(node).span();
    let whole = parenthesized(nodes, node);
    let is = |other: oxc_span::Span| other == nodes.kind(whole).span();
    match nodes.parent_kind(whole) {
        // The loader is told.
        AstKind::ExportSpecifier(_) => {}
        AstKind::ObjectProperty(it) if it.shorthand && is(it.value.span()) => {
            // Written out, this name would set the prototype.
            if local == "__proto__" {
                edits.replace(span, &format!("{}: {value}", key(local)));
            } else {
                edits.close(span.end, format!(": {value}"));
            }
        }
        // The namespace must not become `this`.
        AstKind::CallExpression(it) if is(it.callee.span()) => {
            edits.replace(span, &format!("{}(0, {value})", guard(nodes, node)));
        }
        AstKind::TaggedTemplateExpression(it) if is(it.tag.span()) => {
            edits.replace(span, &format!("{}(0, {value})", guard(nodes, node)));
        }
        _ => edits.replace(span, value),
    }
}

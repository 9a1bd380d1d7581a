//! `import()` and `import.meta`.

use super::edits::Edits;
use super::file_url::file_url;
use super::names::quoted;
use super::places::{guard, parenthesized};
use oxc_ast::AstKind;
use oxc_ast::ast::UnaryOperator;
use oxc_semantic::{AstNodes, NodeId, Semantic};
use oxc_span::GetSpan;
use std::path::Path;

/// Tells the loader of each `import()`, and writes out what `import.meta` says.
pub(super) fn edit(semantic: &Semantic<'_>, file: &Path, edits: &mut Edits<'_>) -> Result<(), String> {
    let nodes = semantic.nodes();
    for node in nodes {
        match node.kind() {
            AstKind::ImportExpression(it) => {
                edits.open(it.span.start, format!("{}(hs$.late(), ", guard(nodes, node.id())));
                edits.close(it.span.end, ")");
            }
            AstKind::ImportMeta(_) => edit_meta(nodes, node.id(), file, edits)?,
            _ => {}
        }
    }
    Ok(())
}

fn edit_meta(nodes: &AstNodes<'_>, meta: NodeId, file: &Path, edits: &mut Edits<'_>) -> Result<(), String> {
    let member = nodes.parent_id(parenthesized(nodes, meta));
    let AstKind::StaticMemberExpression(it) = nodes.kind(member) else {
        return Err("import.meta as a value".to_owned());
    };
    if is_changed(nodes, member) {
        return Err("a change of import.meta".to_owned());
    }
    let value = match it.property.name.as_str() {
        "url" => file_url(file),
        "dirname" => file.parent().and_then(Path::to_str).map(str::to_owned),
        "filename" => file.to_str().map(str::to_owned),
        other => return Err(format!("import.meta.{other}")),
    };
    let value = value.filter(|_| file.is_absolute()).ok_or("import.meta of a path that is no plain text")?;
    edits.replace(it.span, &quoted(&value));
    Ok(())
}

/// Whether a member is what an expression assigns to or deletes.
fn is_changed(nodes: &AstNodes<'_>, member: NodeId) -> bool {
    let mut at = parenthesized(nodes, member);
    if matches!(nodes.parent_kind(at), AstKind::ChainExpression(_)) {
        at = parenthesized(nodes, nodes.parent_id(at));
    }
    let start = nodes.kind(at).span().start;
    match nodes.parent_kind(at) {
        AstKind::AssignmentExpression(it) => it.left.span().end > start,
        AstKind::ForInStatement(it) => it.left.span().end > start,
        AstKind::ForOfStatement(it) => it.left.span().end > start,
        AstKind::UnaryExpression(it) => it.operator == UnaryOperator::Delete,
        AstKind::AssignmentTargetWithDefault(it) => it.binding.span().end > start,
        AstKind::UpdateExpression(_)
        | AstKind::ArrayAssignmentTarget(_)
        | AstKind::AssignmentTargetPropertyProperty(_)
        | AstKind::AssignmentTargetRest(_) => true,
        _ => false,
    }
}

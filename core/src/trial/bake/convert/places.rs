//! Where in a module something stands.

use oxc_ast::AstKind;
use oxc_semantic::{AstNodes, NodeId};
use oxc_span::GetSpan;

/// Whether a node is part of a function of any kind.
pub(super) fn is_in_function(nodes: &AstNodes<'_>, node: NodeId) -> bool {
    let is_function = |kind: AstKind<'_>| matches!(kind, AstKind::Function(_) | AstKind::ArrowFunctionExpression(_));
    nodes.ancestor_kinds(node).any(is_function)
}

/// Whether a node is part of a function that has `arguments` of its own.
pub(super) fn has_arguments(nodes: &AstNodes<'_>, node: NodeId) -> bool {
    nodes.ancestor_kinds(node).any(|kind| matches!(kind, AstKind::Function(_)))
}

/// Whether a node is part of a class.
pub(super) fn is_in_class(nodes: &AstNodes<'_>, node: NodeId) -> bool {
    nodes.ancestor_kinds(node).any(|kind| matches!(kind, AstKind::Class(_)))
}

/// The outermost pair of parentheses around an expression, or the expression.
pub(super) fn parenthesized(nodes: &AstNodes<'_>, mut node: NodeId) -> NodeId {
    while matches!(nodes.parent_kind(node), AstKind::ParenthesizedExpression(_)) {
        node = nodes.parent_id(node);
    }
    node
}

/// `;` if a node, written with `(` as its first token, could go on with the line before: it is the first of an
/// expression statement that follows others. Behind `if (x)` and the like there can be no `;`, and no need.
pub(super) fn guard(nodes: &AstNodes<'_>, node: NodeId) -> &'static str {
    let start = nodes.kind(node).span().start;
    let mut around = nodes.ancestors(node).take_while(|it| it.kind().span().start == start);
    match around.find(|it| matches!(it.kind(), AstKind::ExpressionStatement(_))) {
        Some(statement) if is_list(nodes.parent_kind(statement.id())) => ";",
        _ => "",
    }
}

fn is_list(kind: AstKind<'_>) -> bool {
    match kind {
        AstKind::Program(_) | AstKind::BlockStatement(_) | AstKind::FunctionBody(_) => true,
        other => matches!(other, AstKind::SwitchCase(_) | AstKind::StaticBlock(_)),
    }
}

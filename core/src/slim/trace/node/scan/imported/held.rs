//! Where a value goes that stands in a source: who may run it.

use super::found::callee_name;
use crate::slim::trace::node::known;
use oxc_ast::AstKind;
use oxc_ast::ast::{AssignmentExpression, AssignmentTarget, CallExpression, Expression, IdentifierReference};
use oxc_semantic::{NodeId, Semantic, SymbolId};
use oxc_span::{GetSpan, Span};
use oxc_syntax::operator::AssignmentOperator;

/// Who may run a function, or use a class or a name, besides what is within it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Held {
    /// The code around it.
    Around,
    /// Whoever has the name.
    Name(SymbolId),
    /// Whoever loads the source.
    Exports,
    /// Whoever has the class.
    Class(NodeId),
}

/// How many expressions around a value are looked at.
const MOST_AROUND: u32 = 64;

/// Where the value of a node goes.
pub(super) fn held(semantic: &Semantic<'_>, node: NodeId) -> Held {
    let nodes = semantic.nodes();
    let mut at = node;
    // Whether something imported is given the value; its result may be exported.
    let mut is_given = false;
    for _ in 0..MOST_AROUND {
        let (span, parent) = (nodes.kind(at).span(), nodes.parent_id(at));
        at = match nodes.kind(parent) {
            kind if hands_on(&kind, span) => parent,
            AstKind::CallExpression(it) if it.callee.span() == span && is_given => parent,
            AstKind::CallExpression(it) if wraps(semantic, it, span) => {
                is_given = true;
                parent
            }
            // `wrap(f).use(x)`
            AstKind::StaticMemberExpression(_) if is_given => parent,
            AstKind::ArrowFunctionExpression(it) if is_getter(semantic, parent, it.body.span(), span) => {
                nodes.parent_id(parent)
            }
            kind => return end(semantic, &kind, parent, span, is_given),
        };
    }
    Held::Around
}

/// Whether an expression gives, or contains, the value in it.
fn hands_on(kind: &AstKind<'_>, value: Span) -> bool {
    match kind {
        AstKind::TSAsExpression(_)
        | AstKind::TSSatisfiesExpression(_)
        | AstKind::TSNonNullExpression(_)
        | AstKind::ConditionalExpression(_)
        | AstKind::LogicalExpression(_)
        | AstKind::ObjectExpression(_) => true,
        AstKind::ObjectProperty(it) => it.value.span() == value,
        _ => false,
    }
}

/// Where a value goes that stands in `node`, which does something with it.
fn end(semantic: &Semantic<'_>, kind: &AstKind<'_>, node: NodeId, value: Span, is_given: bool) -> Held {
    match kind {
        AstKind::VariableDeclarator(it) if !is_given => {
            it.id.get_binding_identifier().and_then(|id| id.symbol_id.get()).map_or(Held::Around, Held::Name)
        }
        AstKind::VariableDeclarator(_) if is_exported(semantic, node) => Held::Exports,
        AstKind::AssignmentExpression(it) => assigned(semantic, it, value, node, is_given),
        AstKind::ExportDefaultDeclaration(_) | AstKind::ExportSpecifier(_) => Held::Exports,
        AstKind::MethodDefinition(it) if it.value.span == value => class_around(semantic, node),
        AstKind::PropertyDefinition(it) if !is_given && it.value.as_ref().is_some_and(|it| it.span() == value) => {
            class_around(semantic, node)
        }
        _ => Held::Around,
    }
}

/// Whether a call makes a handler of a value: of something imported, and its first argument, as wrappers of handlers
/// have it. What works on lists is given those first.
fn wraps(semantic: &Semantic<'_>, call: &CallExpression<'_>, given: Span) -> bool {
    let is_first = call.arguments.first().is_some_and(|first| first.span() == given);
    let keeps = callee_name(&call.callee).is_some_and(|name| !known::calls_at_once(name));
    is_first && keeps && root_of(&call.callee).is_some_and(|id| is_import(semantic, id))
}

/// The name that a callee begins with: `a` of `a.b.c()` and `a().b()`.
fn root_of<'s, 'a>(callee: &'s Expression<'a>) -> Option<&'s IdentifierReference<'a>> {
    let mut it = callee;
    for _ in 0..MOST_AROUND {
        it = match it.get_inner_expression() {
            Expression::Identifier(id) => return Some(id),
            Expression::StaticMemberExpression(member) => &member.object,
            Expression::CallExpression(call) => &call.callee,
            Expression::SequenceExpression(sequence) => sequence.expressions.last()?,
            _ => return None,
        }
    }
    None
}

/// Whether a name is bound by an import, or by a variable that is first set to a `require`.
fn is_import(semantic: &Semantic<'_>, id: &IdentifierReference<'_>) -> bool {
    let Some(symbol) = symbol_of(semantic, id) else { return false };
    match semantic.nodes().kind(semantic.scoping().symbol_declaration(symbol)) {
        AstKind::ImportSpecifier(_)
        | AstKind::ImportDefaultSpecifier(_)
        | AstKind::ImportNamespaceSpecifier(_)
        | AstKind::TSImportEqualsDeclaration(_) => true,
        AstKind::VariableDeclarator(it) => it.init.as_ref().is_some_and(|init| {
            let root = root_of(init);
            root.is_some_and(|root| root.name == "require" || known::is_interop(root.name.as_str()))
        }),
        _ => false,
    }
}

/// Whether an arrow function is `{ name: () => value }`, by which compilers export what may change.
fn is_getter(semantic: &Semantic<'_>, arrow: NodeId, body: Span, value: Span) -> bool {
    body == value && matches!(semantic.nodes().parent_kind(arrow), AstKind::ObjectProperty(_))
}

/// Whether a variable is declared and exported at once.
fn is_exported(semantic: &Semantic<'_>, declarator: NodeId) -> bool {
    let nodes = semantic.nodes();
    matches!(nodes.parent_kind(nodes.parent_id(declarator)), AstKind::ExportDeclaration(_))
}

/// Where the right side of an assignment goes.
fn assigned(semantic: &Semantic<'_>, it: &AssignmentExpression<'_>, value: Span, node: NodeId, is_given: bool) -> Held {
    let is_set = it.operator == AssignmentOperator::Assign && it.right.span() == value;
    let parent = semantic.nodes().parent_kind(node);
    let is_whole = matches!(parent, AstKind::ExpressionStatement(_) | AstKind::AssignmentExpression(_));
    if !is_set || !is_whole {
        return Held::Around;
    }
    match &it.left {
        target if is_of_exports(semantic, target) => Held::Exports,
        AssignmentTarget::AssignmentTargetIdentifier(id) if !is_given => {
            symbol_of(semantic, id).map_or(Held::Around, Held::Name)
        }
        _ => Held::Around,
    }
}

/// Whether an assignment's target is `exports`, `module.exports`, or a property of either.
pub(super) fn is_of_exports(semantic: &Semantic<'_>, target: &AssignmentTarget<'_>) -> bool {
    let is_free = |id: &IdentifierReference<'_>, name: &str| id.name == name && symbol_of(semantic, id).is_none();
    let is_module = |object: &Expression<'_>| matches!(object, Expression::Identifier(id) if is_free(id, "module"));
    if let AssignmentTarget::AssignmentTargetIdentifier(id) = target {
        return is_free(id, "exports");
    }
    let Some(member) = target.as_member_expression() else { return false };
    match member.object() {
        Expression::Identifier(id) if is_free(id, "exports") => true,
        object if is_module(object) => member.static_property_name() == Some("exports"),
        object => object
            .as_member_expression()
            .is_some_and(|inner| inner.static_property_name() == Some("exports") && is_module(inner.object())),
    }
}

/// What a name is bound to in the source itself.
fn symbol_of(semantic: &Semantic<'_>, id: &IdentifierReference<'_>) -> Option<SymbolId> {
    id.reference_id.get().and_then(|id| semantic.scoping().get_reference(id).symbol_id())
}

/// The class that a member stands in.
pub(super) fn class_around(semantic: &Semantic<'_>, member: NodeId) -> Held {
    let nodes = semantic.nodes();
    let class = nodes.parent_id(nodes.parent_id(member));
    if matches!(nodes.kind(class), AstKind::Class(_)) { Held::Class(class) } else { Held::Around }
}

//! Small questions to the syntax tree.

use oxc_ast::ast::{Argument, Expression, PropertyKey};
use oxc_syntax::operator::UnaryOperator;

/// The name of a property, where it is written down.
pub(super) fn static_key<'a>(key: &'a PropertyKey<'a>) -> Option<&'a str> {
    match key {
        PropertyKey::StaticIdentifier(name) => Some(name.name.as_str()),
        PropertyKey::StringLiteral(text) => Some(text.value.as_str()),
        _ => None,
    }
}

/// The expression without parentheses, types, and what only hands its last part on: `(0, f)`, `await f`, `a?.b`.
pub(super) fn inner<'a>(expression: &'a Expression<'a>) -> &'a Expression<'a> {
    let mut expression = expression.get_inner_expression();
    loop {
        let next = match expression {
            Expression::SequenceExpression(it) => it.expressions.last(),
            Expression::AwaitExpression(it) => Some(&it.argument),
            _ => None,
        };
        match next {
            Some(next) => expression = next.get_inner_expression(),
            None => return expression,
        }
    }
}

/// The function that an expression is, by where it begins.
pub(super) fn function_key(expression: &Expression<'_>) -> Option<u32> {
    match expression.get_inner_expression() {
        Expression::FunctionExpression(it) => Some(it.span.start),
        Expression::ArrowFunctionExpression(it) => Some(it.span.start),
        _ => None,
    }
}

/// An argument that is no spread.
pub(super) fn argument<'a>(arguments: &'a [Argument<'a>], index: usize) -> Option<&'a Expression<'a>> {
    if arguments.iter().take(index + 1).any(|argument| matches!(argument, Argument::SpreadElement(_))) {
        return None;
    }
    arguments.get(index)?.as_expression()
}

/// How many operators deep a condition is looked into.
const MOST_OPERATORS: u32 = 16;

/// Whether a condition asks for the type of something, as code does that must run in several environments.
pub(super) fn tells_types(test: &Expression<'_>) -> bool {
    tells_types_within(test, MOST_OPERATORS)
}

fn tells_types_within(test: &Expression<'_>, depth: u32) -> bool {
    let Some(depth) = depth.checked_sub(1) else { return false };
    let within = |part| tells_types_within(part, depth);
    match inner(test) {
        Expression::UnaryExpression(it) => it.operator == UnaryOperator::Typeof || within(&it.argument),
        Expression::BinaryExpression(it) => within(&it.left) || within(&it.right),
        Expression::LogicalExpression(it) => within(&it.left) || within(&it.right),
        _ => false,
    }
}

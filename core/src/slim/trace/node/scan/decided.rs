//! Conditions that may be decided before anything runs.

use super::ast::inner;
use super::fold::Folder;
use super::table::{Kind, ScopeKey};
use oxc_ast::ast::Expression;
use oxc_syntax::operator::{BinaryOperator, UnaryOperator};

/// How many operators deep a condition is looked into.
const MOST_OPERATORS: u32 = 16;

impl Folder<'_, '_> {
    /// Whether it is worth folding a condition. Most depend on what a function is given, or on what was called,
    /// and to find that out by folding would take most of the time that a source takes.
    pub(super) fn may_be_decided(&self, test: &Expression<'_>, scope: ScopeKey) -> bool {
        self.may_be_known(test, scope, MOST_OPERATORS)
    }

    fn may_be_known(&self, test: &Expression<'_>, scope: ScopeKey, depth: u32) -> bool {
        let Some(depth) = depth.checked_sub(1) else { return false };
        let known = |part: &Expression<'_>| self.may_be_known(part, scope, depth);
        match inner(test) {
            Expression::BooleanLiteral(_) | Expression::StringLiteral(_) | Expression::NullLiteral(_) => true,
            Expression::UnaryExpression(it) => it.operator == UnaryOperator::LogicalNot && known(&it.argument),
            // One side alone may decide these.
            Expression::LogicalExpression(it) => known(&it.left) || known(&it.right),
            Expression::BinaryExpression(it) => {
                let is_equality = matches!(
                    it.operator,
                    BinaryOperator::StrictEquality
                        | BinaryOperator::StrictInequality
                        | BinaryOperator::Equality
                        | BinaryOperator::Inequality
                );
                is_equality && known(&it.left) && known(&it.right)
            }
            Expression::StaticMemberExpression(it) => known(&it.object),
            Expression::Identifier(it) => match self.table.look_up(it.name.as_str(), scope) {
                Some(key) => {
                    let kind = &self.table.bindings[key as usize].kind;
                    matches!(kind, Kind::Variable { .. } | Kind::Import { .. } | Kind::Function(_))
                }
                None => matches!(it.name.as_str(), "process" | "global" | "globalThis" | "undefined"),
            },
            _ => false,
        }
    }
}

//! What operators make of values, templates among them.

use super::ast::tells_types;
use super::fold::Folder;
use super::table::ScopeKey;
use super::text::Text;
use super::value::Value;
use oxc_ast::ast::{BinaryExpression, Expression, LogicalExpression, TemplateLiteral, UnaryExpression};
use oxc_syntax::operator::{BinaryOperator, LogicalOperator, UnaryOperator};

/// More combinations than this are not told apart.
const MOST_COMBINATIONS: usize = 48;

impl<'a> Folder<'_, 'a> {
    pub(super) fn template(&self, template: &'a TemplateLiteral<'a>, scope: ScopeKey) -> Value<'a> {
        let mut parts = Vec::new();
        for (index, quasi) in template.quasis.iter().enumerate() {
            parts.push(vec![Text::known(quasi.value.cooked.as_ref().map_or("", |text| text.as_str()))]);
            if let Some(expression) = template.expressions.get(index) {
                parts.push(self.fold(expression, scope).texts());
            }
        }
        concatenated(&parts)
    }

    pub(super) fn binary(&self, it: &'a BinaryExpression<'a>, scope: ScopeKey) -> Value<'a> {
        match it.operator {
            BinaryOperator::Addition => {
                let parts: Vec<_> = operands(it).into_iter().map(|part| self.fold(part, scope).texts()).collect();
                concatenated(&parts)
            }
            BinaryOperator::StrictEquality | BinaryOperator::Equality => self.equal(it, scope, true),
            BinaryOperator::StrictInequality | BinaryOperator::Inequality => self.equal(it, scope, false),
            _ => Value::Unknown,
        }
    }

    fn equal(&self, it: &'a BinaryExpression<'a>, scope: ScopeKey, wanted: bool) -> Value<'a> {
        let (left, right) = (self.fold(&it.left, scope), self.fold(&it.right, scope));
        match (left.as_known(), right.as_known()) {
            (Some(left), Some(right)) => Value::Boolean((left == right) == wanted),
            _ => Value::Unknown,
        }
    }

    pub(super) fn logical(&self, it: &'a LogicalExpression<'a>, scope: ScopeKey) -> Value<'a> {
        let left = self.fold(&it.left, scope);
        let right = || self.fold(&it.right, scope);
        match (it.operator, left.truth()) {
            (LogicalOperator::And, Some(false)) | (LogicalOperator::Or | LogicalOperator::Coalesce, Some(true)) => left,
            (LogicalOperator::And, _) if tells_types(&it.left) => right().guarded(),
            (LogicalOperator::And, _) | (LogicalOperator::Or, Some(false)) => right(),
            (LogicalOperator::Or | LogicalOperator::Coalesce, _) => Value::one_of([left, right()]),
        }
    }

    pub(super) fn unary(&self, it: &'a UnaryExpression<'a>, scope: ScopeKey) -> Value<'a> {
        match it.operator {
            UnaryOperator::LogicalNot => match self.fold(&it.argument, scope).truth() {
                Some(truth) => Value::Boolean(!truth),
                None => Value::Unknown,
            },
            UnaryOperator::Void => Value::Undefined,
            _ => Value::Unknown,
        }
    }
}

/// The operands of a chain of `+`, left to right. Generated code has chains too long for recursion.
pub(super) fn operands<'a>(sum: &'a BinaryExpression<'a>) -> Vec<&'a Expression<'a>> {
    let mut found = vec![&sum.right];
    let mut left = &sum.left;
    while let Expression::BinaryExpression(it) = left {
        if it.operator != BinaryOperator::Addition {
            break;
        }
        found.push(&it.right);
        left = &it.left;
    }
    found.push(left);
    found.reverse();
    found
}

/// Every text that one of each part, put together, may be.
pub(super) fn concatenated<'a>(parts: &[Vec<Text>]) -> Value<'a> {
    let mut done = vec![Text::known("")];
    for part in parts {
        // Past the bound on alternatives a part counts as unknown.
        let unknown = [Text::any()];
        let part = if done.len() * part.len() > MOST_COMBINATIONS { &unknown[..] } else { part };
        let mut next = Vec::with_capacity(done.len() * part.len());
        for text in &done {
            for piece in part {
                let mut longer = text.clone();
                longer.append(piece);
                next.push(longer);
            }
        }
        done = next;
    }
    Value::one_of(done.into_iter().map(Value::Text))
}

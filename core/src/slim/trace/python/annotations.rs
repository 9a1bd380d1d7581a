//! The names in annotations: types, which are not imported by being named.

use super::read::MOST_DEPTH;
use ruff_python_ast::Expr;
use ruff_python_ast::visitor::{self, Visitor};

/// Collects the names that an expression reads.
#[derive(Default)]
pub(super) struct Named<'a> {
    pub(super) found: Vec<&'a str>,
    depth: usize,
    pub(super) is_too_deep: bool,
}

impl<'a> Named<'a> {
    pub(super) fn of(expression: &'a Expr) -> Self {
        let mut names = Self::default();
        names.visit_expr(expression);
        names
    }
}

impl<'a> Visitor<'a> for Named<'a> {
    fn visit_expr(&mut self, expression: &'a Expr) {
        match expression {
            Expr::Name(name) => self.found.push(name.id.as_str()),
            // A type that is defined later is written as text (PEP 484).
            Expr::StringLiteral(text) => {
                let is_sign = |letter: char| !letter.is_alphanumeric() && letter != '_';
                self.found.extend(text.value.to_str().split(is_sign).filter(|word| !word.is_empty()));
            }
            _ => {}
        }
        self.is_too_deep |= self.depth >= MOST_DEPTH;
        self.depth += 1;
        if self.depth <= MOST_DEPTH {
            visitor::walk_expr(self, expression);
        }
        self.depth -= 1;
    }
}

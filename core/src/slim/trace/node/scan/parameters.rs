//! What parameters may be, and what functions of the source give back.

use super::ast::argument;
use super::fold::Folder;
use super::sites;
use super::table::{Arguments, Body, FunctionKey, Site};
use super::value::{Style, Value};
use oxc_ast::ast::Statement;

impl<'a> Folder<'_, 'a> {
    /// What a function's calls in this source pass at a place.
    pub(super) fn parameter(&self, function: FunctionKey, index: usize) -> Value<'a> {
        let sites = sites::of(self);
        let mut values: Vec<_> = sites.calls(function).iter().map(|site| self.passed(*site, index)).collect();
        // Who else calls it takes a walk through the source to tell: only for what may lead to a file.
        if !values.iter().any(leads_to_files) || sites::escapes(self, function) {
            values.push(Value::Unknown);
        }
        Value::one_of(values)
    }

    pub(super) fn passed(&self, site: Site<'a>, index: usize) -> Value<'a> {
        match site.arguments {
            Arguments::Of { list, skip } => match argument(list, index + skip) {
                Some(expression) => self.fold(expression, site.scope),
                None if list.iter().any(oxc_ast::ast::Argument::is_spread) => Value::Unknown,
                None => Value::Undefined,
            },
            Arguments::Elements(list) if index == 0 => self.fold(list, site.scope).map(|list| self.elements(list)),
            Arguments::Whole(value) if index == 0 => self.fold(value, site.scope),
            Arguments::Amd if index == 0 => Value::loader(Style::Require, None),
            Arguments::Elements(_) | Arguments::Whole(_) | Arguments::Amd => Value::Unknown,
        }
    }

    /// What a function gives back, as far as it says so in one place.
    pub(super) fn returned(&self, function: FunctionKey) -> Value<'a> {
        let Some(known) = self.table.functions.get(&function) else { return Value::Unknown };
        match known.body {
            Body::Expression(expression) => self.fold(expression, known.scope),
            Body::Statements(statements) => match statements.last() {
                Some(Statement::ReturnStatement(it)) if statements.len() <= 3 => {
                    it.argument.as_ref().map_or(Value::Undefined, |it| self.fold(it, known.scope))
                }
                _ => Value::Unknown,
            },
        }
    }
}

/// Whether a value is a text, or something that loads or finds files.
fn leads_to_files(value: &Value<'_>) -> bool {
    let leads = |value: &Value<'_>| {
        matches!(
            value,
            Value::Text(_)
                | Value::Url(_)
                | Value::Loader(_)
                | Value::Resolver(..)
                | Value::Module(_)
                | Value::Member(..)
        )
    };
    value.alternatives().iter().any(leads)
}

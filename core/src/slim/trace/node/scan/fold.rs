//! What expressions come to: constants, paths, and the functions that load.

use super::ast::{function_key, inner, tells_types};
use super::members::keys_of;
use super::place::Place;
use super::sites::Sites;
use super::table::{BindingKey, FunctionKey, Kind, ScopeKey, Table};
use super::value::{Style, Value};
use oxc_ast::ast::{ChainElement, Expression, Program};
use oxc_span::GetSpan;
use rustc_hash::{FxHashMap, FxHashSet};
use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// How deep values are followed through names, calls and operators.
const MOST_DEPTH: u32 = 48;
/// How many expressions of one source are folded, names followed included.
const MOST_STEPS: u32 = 1_000_000;
/// The names that Node gives every source, and some that all of them share.
pub(super) const GLOBALS: &[&str] = &[
    "Function",
    "Object",
    "Promise",
    "String",
    "URL",
    "decodeURI",
    "decodeURIComponent",
    "eval",
    "global",
    "globalThis",
    "module",
    "process",
];

/// Folds the expressions of one source.
pub(super) struct Folder<'f, 'a> {
    pub(super) table: &'f Table<'a>,
    pub(super) place: &'f Place<'f>,
    pub(super) program: &'f Program<'a>,
    /// Expressions that were folded, by where they begin and end; nothing yet: it is being done.
    folded: RefCell<FxHashMap<(u32, u32), Option<Value<'a>>>>,
    memo: RefCell<FxHashMap<BindingKey, Option<Value<'a>>>>,
    pub(super) members: RefCell<FxHashMap<(BindingKey, &'a str), Option<Value<'a>>>>,
    pub(super) sites: RefCell<Option<Rc<Sites<'a>>>>,
    /// Functions that are used as values.
    pub(super) escaping: RefCell<Option<FxHashSet<FunctionKey>>>,
    depth: Cell<u32>,
    steps: Cell<u32>,
}

impl<'f, 'a> Folder<'f, 'a> {
    pub(super) fn new(table: &'f Table<'a>, place: &'f Place<'f>, program: &'f Program<'a>) -> Self {
        Self {
            table,
            place,
            program,
            folded: RefCell::default(),
            memo: RefCell::default(),
            members: RefCell::default(),
            sites: RefCell::default(),
            escaping: RefCell::default(),
            depth: Cell::new(0),
            steps: Cell::new(0),
        }
    }

    /// What an expression in `scope` comes to.
    pub(super) fn fold(&self, expression: &'a Expression<'a>, scope: ScopeKey) -> Value<'a> {
        if self.depth.get() >= MOST_DEPTH || self.steps.get() >= MOST_STEPS {
            return Value::Unknown;
        }
        let expression = inner(expression);
        let key = is_worth_keeping(expression).then(|| expression.span()).map(|span| (span.start, span.end));
        if let Some(known) = key.and_then(|key| self.folded.borrow().get(&key).cloned()) {
            return known.unwrap_or(Value::Unknown);
        }
        if let Some(key) = key {
            self.folded.borrow_mut().insert(key, None);
        }
        self.depth.set(self.depth.get() + 1);
        self.steps.set(self.steps.get() + 1);
        let value = self.fold_inner(expression, scope);
        self.depth.set(self.depth.get() - 1);
        if let Some(key) = key {
            self.folded.borrow_mut().insert(key, Some(value.clone()));
        }
        value
    }

    fn fold_inner(&self, expression: &'a Expression<'a>, scope: ScopeKey) -> Value<'a> {
        match expression {
            Expression::StringLiteral(it) => Value::text(it.value.as_str()),
            Expression::NumericLiteral(it) if it.value != 0.0 => Value::text(&it.value.to_string()),
            Expression::BooleanLiteral(it) => Value::Boolean(it.value),
            Expression::NullLiteral(_) => Value::Undefined,
            Expression::TemplateLiteral(it) => self.template(it, scope),
            Expression::TaggedTemplateExpression(it) if is_string_raw(&it.tag) => self.template(&it.quasi, scope),
            Expression::Identifier(it) => self.name(it.name.as_str(), scope),
            Expression::StaticMemberExpression(it) => {
                let name = it.property.name.as_str();
                self.assigned_member(&it.object, name, scope)
                    .unwrap_or_else(|| self.member(&self.fold(&it.object, scope), name))
            }
            Expression::ComputedMemberExpression(it) => {
                let object = self.fold(&it.object, scope);
                self.element(&object, &self.fold(&it.expression, scope))
            }
            Expression::ChainExpression(it) => match &it.expression {
                ChainElement::CallExpression(call) => self.call(call, scope),
                ChainElement::StaticMemberExpression(it) => {
                    self.member(&self.fold(&it.object, scope), it.property.name.as_str())
                }
                _ => Value::Unknown,
            },
            Expression::BinaryExpression(it) => self.binary(it, scope),
            Expression::LogicalExpression(it) => self.logical(it, scope),
            Expression::ConditionalExpression(it) => match self.fold(&it.test, scope).truth() {
                Some(true) => self.fold(&it.consequent, scope),
                Some(false) => self.fold(&it.alternate, scope),
                None => {
                    let either = Value::one_of([self.fold(&it.consequent, scope), self.fold(&it.alternate, scope)]);
                    if tells_types(&it.test) { either.guarded() } else { either }
                }
            },
            Expression::UnaryExpression(it) => self.unary(it, scope),
            Expression::AssignmentExpression(it) => self.fold(&it.right, scope),
            Expression::CallExpression(it) => self.call(it, scope),
            Expression::NewExpression(it) => self.construct(&it.callee, &it.arguments, scope),
            Expression::ImportExpression(it) => match self.fold(&it.source, scope).as_known() {
                Some(source) => Value::module(source),
                None => Value::Unknown,
            },
            Expression::ImportMeta(_) => Value::Global("import.meta"),
            Expression::ObjectExpression(it) => Value::Object(it, scope),
            Expression::ArrayExpression(it) => Value::Array(it, scope),
            Expression::FunctionExpression(_) | Expression::ArrowFunctionExpression(_) => {
                function_key(expression).map_or(Value::Unknown, Value::Function)
            }
            _ => Value::Unknown,
        }
    }

    fn name(&self, name: &str, scope: ScopeKey) -> Value<'a> {
        if let Some(key) = self.table.look_up(name, scope) {
            return self.binding(key);
        }
        match name {
            "__dirname" => Value::Text(self.place.dirname_text()),
            "__filename" => Value::Text(self.place.filename_text()),
            "require" | "__non_webpack_require__" => Value::loader(Style::Require, None),
            "undefined" => Value::Undefined,
            _ => GLOBALS.iter().find(|global| **global == name).map_or(Value::Unknown, |it| Value::Global(it)),
        }
    }

    /// What a binding may hold. One that is asked for while it is worked out depends on itself.
    pub(super) fn binding(&self, key: BindingKey) -> Value<'a> {
        if let Some(known) = self.memo.borrow().get(&key) {
            return known.clone().unwrap_or(Value::Unknown);
        }
        self.memo.borrow_mut().insert(key, None);
        let value = self.bound(key);
        self.memo.borrow_mut().insert(key, Some(value.clone()));
        value
    }

    fn bound(&self, key: BindingKey) -> Value<'a> {
        let binding = &self.table.bindings[key as usize];
        let scope = binding.scope;
        let first = match &binding.kind {
            Kind::Variable { init: None, .. } => Value::Undefined,
            Kind::Variable { init: Some(init), keys, at } => {
                let value = self.fold(init, *at);
                let value = keys.iter().fold(value, |value, key| self.member(&value, key));
                // A `var` of an inner block is there before the block has run.
                if *at == scope { value } else { Value::one_of([value, Value::Undefined]) }
            }
            Kind::Import { source, name } => match *name {
                "*" | "default" => Value::module(source),
                name => self.member(&Value::module(source), name),
            },
            Kind::Function(key) => Value::Function(*key),
            Kind::Parameter { function, index, default } => {
                let passed = self.parameter(*function, *index);
                match default {
                    Some(default) => Value::one_of([self.fold(default, scope), passed]),
                    None => passed,
                }
            }
            Kind::Element(list, at) => self.fold(list, *at).map(|list| self.elements(list)),
            Kind::Key(object, at) => self.fold(object, *at).map(keys_of),
            Kind::Opaque => Value::Unknown,
        };
        let Some(assigned) = self.table.assigned.get(&key) else { return first };
        let rest = assigned.iter().map(|value| match value {
            Some((value, scope)) => self.fold(value, *scope),
            None => Value::Unknown,
        });
        Value::one_of(std::iter::once(first).chain(rest))
    }
}

/// Whether folding an expression again would take longer than to remember what it came to. It also ends
/// expressions that depend on themselves.
fn is_worth_keeping(expression: &Expression<'_>) -> bool {
    matches!(
        expression,
        Expression::AssignmentExpression(_)
            | Expression::CallExpression(_)
            | Expression::ComputedMemberExpression(_)
            | Expression::ConditionalExpression(_)
            | Expression::LogicalExpression(_)
            | Expression::NewExpression(_)
            | Expression::StaticMemberExpression(_)
    )
}

fn is_string_raw(tag: &Expression<'_>) -> bool {
    tag.is_specific_member_access("String", "raw")
}

//! What expressions come to: constants, paths, and the functions that load.

use super::ast::{argument, function_key, inner, static_key, tells_types};
use super::place::Place;
use super::table::{Arguments, BindingKey, Body, FunctionKey, Kind, ScopeKey, Site, Table};
use super::text::Text;
use super::value::{Style, Value};
use oxc_ast::ast::{
    ArrayExpression, BinaryExpression, Expression, LogicalExpression, ObjectExpression, ObjectPropertyKind, Program,
    Statement, TemplateLiteral, UnaryExpression,
};
use oxc_span::GetSpan;
use oxc_syntax::operator::{BinaryOperator, LogicalOperator, UnaryOperator};
use rustc_hash::FxHashMap;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// How deep values are followed through names, calls and operators.
const MOST_DEPTH: u32 = 48;
/// How many expressions of one source are folded, names followed included.
const MOST_STEPS: u32 = 1_000_000;
/// The names that Node gives every source, and some that all of them share.
const GLOBALS: &[&str] = &[
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
    members: RefCell<FxHashMap<(BindingKey, &'a str), Option<Value<'a>>>>,
    pub(super) sites: RefCell<Option<Rc<super::sites::Sites<'a>>>>,
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
                oxc_ast::ast::ChainElement::CallExpression(call) => self.call(call, scope),
                oxc_ast::ast::ChainElement::StaticMemberExpression(it) => {
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

    /// What the source itself sets a property of one of its variables to: `f.path = () => ...`.
    fn assigned_member(&self, object: &Expression<'a>, name: &'a str, scope: ScopeKey) -> Option<Value<'a>> {
        let Expression::Identifier(object) = object else { return None };
        if self.table.members.is_empty() {
            return None;
        }
        let key = self.table.look_up(object.name.as_str(), scope)?;
        let all = self.table.members.get(&key)?;
        if let Some(known) = self.members.borrow().get(&(key, name)) {
            return Some(known.clone().unwrap_or(Value::Unknown));
        }
        if !all.iter().any(|(property, ..)| *property == name) {
            return None;
        }
        self.members.borrow_mut().insert((key, name), None);
        let named = all.iter().filter(|(property, ..)| *property == name);
        let value = Value::one_of(named.map(|(_, value, scope)| self.fold(value, *scope)));
        self.members.borrow_mut().insert((key, name), Some(value.clone()));
        Some(value)
    }

    pub(super) fn member(&self, object: &Value<'a>, name: &str) -> Value<'a> {
        object.map(|object| self.member_of_one(object, name))
    }

    fn member_of_one(&self, object: &Value<'a>, name: &str) -> Value<'a> {
        match (object, name) {
            // What transpilers put between a module and its exports.
            (Value::Module(_), "default" | "__esModule") => object.clone(),
            (Value::Module(module), "posix") if &**module == "path" => object.clone(),
            (Value::Module(module), "promises") if &**module == "fs" => object.clone(),
            (Value::Module(module), "sep") if &**module == "path" => Value::text("/"),
            (Value::Module(module), "Module") if &**module == "module" => object.clone(),
            (Value::Module(module), name) if &**module == "process" => self.global_member("process", name),
            (Value::Module(module), "URL") if &**module == "url" => Value::Global("URL"),
            (Value::Module(module), name) => Value::Member(module.clone(), name.into()),
            (Value::Loader(loader), "resolve") => Value::Resolver(loader.style, loader.from.clone()),
            (Value::Url(url), "href") => Value::Text(url.clone()),
            (Value::Url(url), "pathname") => Value::Text(url.map(|url| url.trim_start_matches("file://").to_owned())),
            (Value::Global(global), name) => self.global_member(global, name),
            (Value::Object(object, scope), name) => self.property(object, *scope, name),
            _ => Value::Unknown,
        }
    }

    fn global_member(&self, global: &str, name: &str) -> Value<'a> {
        match (global, name) {
            ("process", "platform") => Value::text("linux"),
            ("process", "arch") => Value::text(self.place.target.node_architecture()),
            ("process", "cwd" | "dlopen") => Value::Member("process".into(), name.into()),
            ("process", "getBuiltinModule") | ("module", "require") => Value::loader(Style::Require, None),
            ("module", "filename" | "id") | ("import.meta", "filename") => Value::Text(self.place.filename_text()),
            ("process", "mainModule") => Value::Global("module"),
            ("module", "path") | ("import.meta", "dirname") => Value::Text(self.place.dirname_text()),
            ("import.meta", "url") => Value::Text(self.place.url_text()),
            ("import.meta", "resolve") => Value::Resolver(Style::Import, None),
            ("global" | "globalThis", name) => {
                GLOBALS.iter().find(|global| **global == name).map_or(Value::Unknown, |it| Value::Global(it))
            }
            ("Object" | "Promise", _) => Value::Member(global.into(), name.into()),
            _ => Value::Unknown,
        }
    }

    fn property(&self, object: &'a ObjectExpression<'a>, scope: ScopeKey, name: &str) -> Value<'a> {
        let mut found = Value::Undefined;
        for property in &object.properties {
            match property {
                ObjectPropertyKind::ObjectProperty(it) => match static_key(&it.key) {
                    Some(key) if key == name && !it.method => found = self.fold(&it.value, scope),
                    Some(_) => {}
                    None => found = Value::one_of([found, Value::Unknown]),
                },
                ObjectPropertyKind::SpreadProperty(_) => found = Value::one_of([found, Value::Unknown]),
            }
        }
        found
    }

    /// `object[key]`: where the key is not known, any of the values.
    fn element(&self, object: &Value<'a>, key: &Value<'a>) -> Value<'a> {
        match key.as_known() {
            Some(name) if !matches!(object, Value::Array(..) | Value::List(_)) => self.member(object, name),
            _ => object.map(|object| self.elements(object)),
        }
    }

    /// Any of the values in a list or an object.
    pub(super) fn elements(&self, list: &Value<'a>) -> Value<'a> {
        match list {
            Value::Array(array, scope) => self.list(array, *scope).map_or(Value::Unknown, Value::one_of),
            Value::List(all) => Value::one_of(all.iter().cloned()),
            Value::Object(object, scope) => Value::one_of(object.properties.iter().map(|property| match property {
                ObjectPropertyKind::ObjectProperty(it) => self.fold(&it.value, *scope),
                ObjectPropertyKind::SpreadProperty(_) => Value::Unknown,
            })),
            _ => Value::Unknown,
        }
    }

    /// The values of an array; nothing where some are spread.
    pub(super) fn list(&self, array: &'a ArrayExpression<'a>, scope: ScopeKey) -> Option<Vec<Value<'a>>> {
        array.elements.iter().map(|element| Some(self.fold(element.as_expression()?, scope))).collect()
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

    fn logical(&self, it: &'a LogicalExpression<'a>, scope: ScopeKey) -> Value<'a> {
        let left = self.fold(&it.left, scope);
        let right = || self.fold(&it.right, scope);
        match (it.operator, left.truth()) {
            (LogicalOperator::And, Some(false)) | (LogicalOperator::Or | LogicalOperator::Coalesce, Some(true)) => left,
            (LogicalOperator::And, _) if tells_types(&it.left) => right().guarded(),
            (LogicalOperator::And, _) | (LogicalOperator::Or, Some(false)) => right(),
            (LogicalOperator::Or | LogicalOperator::Coalesce, _) => Value::one_of([left, right()]),
        }
    }

    fn unary(&self, it: &'a UnaryExpression<'a>, scope: ScopeKey) -> Value<'a> {
        match it.operator {
            UnaryOperator::LogicalNot => match self.fold(&it.argument, scope).truth() {
                Some(truth) => Value::Boolean(!truth),
                None => Value::Unknown,
            },
            UnaryOperator::Void => Value::Undefined,
            _ => Value::Unknown,
        }
    }

    /// What a function's calls in this source pass at a place.
    fn parameter(&self, function: FunctionKey, index: usize) -> Value<'a> {
        let sites = super::sites::of(self);
        let mut values: Vec<_> = sites.calls(function).iter().map(|site| self.passed(*site, index)).collect();
        if values.is_empty() || sites.escapes(function) {
            values.push(Value::Unknown);
        }
        Value::one_of(values)
    }

    fn passed(&self, site: Site<'a>, index: usize) -> Value<'a> {
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
        let part = if done.len() * part.len() > 48 { &unknown[..] } else { part };
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

fn is_string_raw(tag: &Expression<'_>) -> bool {
    tag.is_specific_member_access("String", "raw")
}

/// The names of an object's properties, as a value that is any of them.
pub(super) fn keys_of<'a>(object: &Value<'a>) -> Value<'a> {
    match object {
        Value::Object(object, _) => Value::one_of(object.properties.iter().map(|property| {
            property.as_property().and_then(|it| static_key(&it.key)).map_or(Value::Unknown, Value::text)
        })),
        _ => Value::Unknown,
    }
}

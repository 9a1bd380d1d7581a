//! What properties come to: those of modules, of Node's objects, and of the source's own.

use super::ast::static_key;
use super::fold::{Folder, GLOBALS};
use super::table::ScopeKey;
use super::value::{Style, Value};
use oxc_ast::ast::{ArrayExpression, Expression, ObjectExpression, ObjectPropertyKind};

impl<'a> Folder<'_, 'a> {
    /// What the source itself sets a property of one of its variables to: `f.path = () => ...`.
    pub(super) fn assigned_member(&self, object: &Expression<'a>, name: &'a str, scope: ScopeKey) -> Option<Value<'a>> {
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

    pub(super) fn property(&self, object: &'a ObjectExpression<'a>, scope: ScopeKey, name: &str) -> Value<'a> {
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
    pub(super) fn element(&self, object: &Value<'a>, key: &Value<'a>) -> Value<'a> {
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

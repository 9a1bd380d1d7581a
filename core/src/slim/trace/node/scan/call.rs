//! What calls come to: `path.join`, `createRequire`, and functions of the source itself.

use super::ast::argument;
use super::fold::Folder;
use super::place::{decode, path_of_url, url_of};
use super::table::ScopeKey;
use super::text::Text;
use super::value::{Style, Value};
use oxc_ast::ast::{Argument, CallExpression, Expression};
use std::path::Path;
use std::rc::Rc;

impl<'a> Folder<'_, 'a> {
    /// What a call comes to.
    pub(super) fn call(&self, call: &'a CallExpression<'a>, scope: ScopeKey) -> Value<'a> {
        if let Some(value) = self.method(call, scope) {
            return value;
        }
        let callee = self.fold(&call.callee, scope);
        callee.map(|callee| self.call_of_one(callee, call, scope))
    }

    fn call_of_one(&self, callee: &Value<'a>, call: &'a CallExpression<'a>, scope: ScopeKey) -> Value<'a> {
        let first = || argument(&call.arguments, 0).map_or(Value::Undefined, |it| self.fold(it, scope));
        match callee {
            Value::Loader(..) => first().as_known().map_or(Value::Unknown, Value::module),
            Value::Resolver(style, base) => self.resolved(*style, base.as_deref(), &first()),
            Value::Member(module, name) => self.exported(module, name, call, scope),
            Value::Global("eval") => match first().as_known() {
                Some("require") => Value::loader(Style::Require, None),
                _ => Value::Unknown,
            },
            Value::Global("Function") => self.construct(&call.callee, &call.arguments, scope),
            Value::Global("decodeURI" | "decodeURIComponent") => {
                Value::one_of(first().texts().into_iter().map(|text| Value::Text(text.map(decode))))
            }
            Value::Global("String") => Value::one_of(first().texts().into_iter().map(Value::Text)),
            Value::Function(function) => match (self.returned(*function), interop(&first())) {
                // A helper that wraps a module gives the module, for our purpose, whatever else it makes of it.
                (
                    Value::Unknown | Value::Object(..) | Value::OneOf(_),
                    wrapped @ (Value::Module(_) | Value::Member(..)),
                ) => wrapped,
                (value, _) => value,
            },
            // A helper that is defined elsewhere: `__importStar(require("path"))`, `promisify(fs.readFile)`.
            Value::Unknown if matches!(call.callee, Expression::Identifier(_)) => interop(&first()),
            _ => Value::Unknown,
        }
    }

    /// The file that a module's name leads to, as a path or a URL.
    fn resolved(&self, style: Style, base: Option<&Path>, specifier: &Value<'a>) -> Value<'a> {
        let found = specifier
            .as_known()
            .and_then(|specifier| (self.place.find)(style, base.unwrap_or_else(|| self.place.directory()), specifier));
        match (found, style) {
            (Some(path), Style::Require) => Value::text(&path.to_string_lossy()),
            (Some(path), Style::Import) => Value::text(&url_of(&path.to_string_lossy())),
            (None, _) => Value::Unknown,
        }
    }

    /// What a function of a built-in module comes to.
    fn exported(&self, module: &str, name: &str, call: &'a CallExpression<'a>, scope: ScopeKey) -> Value<'a> {
        let first = || argument(&call.arguments, 0).map_or(Value::Undefined, |it| self.fold(it, scope));
        match (module, name) {
            ("process", "cwd") => Value::Text(self.place.cwd_text()),
            ("path", name) => self.path_function(name, &call.arguments, scope),
            ("url", "fileURLToPath") => first().map(|url| each_text(url, path_of)),
            ("url", "pathToFileURL") => first().map(|path| match path {
                Value::Text(text) => {
                    let whole = Text::resolve(std::slice::from_ref(text), &self.place.cwd_text());
                    Value::Url(whole.map(url_of))
                }
                _ => Value::Unknown,
            }),
            ("module", "createRequire" | "createRequireFromPath") => first().map(created_loader),
            ("module", "_resolveFilename") => self.resolved(Style::Require, None, &first()),
            ("module", "_load") => first().as_known().map_or(Value::Unknown, Value::module),
            // What only wraps: for our purpose the thing itself.
            ("util", "promisify" | "deprecate") | ("Object", "freeze" | "assign") | ("Promise", "resolve") => first(),
            ("Object", "keys") => first().map(|object| match object {
                Value::Object(..) => Value::List(super::members::keys_of(object).alternatives().to_vec()),
                _ => Value::Unknown,
            }),
            ("Object", "values") => first().map(|object| match object {
                Value::Object(..) => Value::List(self.elements(object).alternatives().to_vec()),
                _ => Value::Unknown,
            }),
            _ => Value::Unknown,
        }
    }

    fn path_function(&self, name: &str, arguments: &'a [Argument<'a>], scope: ScopeKey) -> Value<'a> {
        let one = |function: &dyn Fn(&Text) -> Text| {
            let first = argument(arguments, 0).map_or(Value::Undefined, |it| self.fold(it, scope));
            Value::one_of(first.texts().iter().map(|text| Value::Text(function(text))))
        };
        match name {
            "join" => self.combined(arguments, scope, &|parts| Text::join(parts)),
            "resolve" => {
                let cwd = self.place.cwd_text();
                self.combined(arguments, scope, &move |parts| Text::resolve(parts, &cwd))
            }
            "dirname" => one(&Text::dirname),
            "extname" => one(&Text::extname),
            "basename" => {
                let end = argument(arguments, 1).map(|it| self.fold(it, scope));
                let end = end.as_ref().and_then(Value::as_known).unwrap_or_default().to_owned();
                one(&|text| text.basename(&end))
            }
            "normalize" | "toNamespacedPath" => one(&|text| text.clone().normalize()),
            _ => Value::Unknown,
        }
    }

    /// `function` of every combination of the arguments' texts.
    fn combined(
        &self,
        arguments: &'a [Argument<'a>],
        scope: ScopeKey,
        function: &dyn Fn(&[Text]) -> Text,
    ) -> Value<'a> {
        let mut all: Vec<Vec<Text>> = vec![Vec::new()];
        for argument in arguments {
            let mut texts = argument.as_expression().map_or(vec![Text::any()], |it| self.fold(it, scope).texts());
            if all.len() * texts.len() > 48 {
                texts = vec![Text::any()];
            }
            all = all
                .iter()
                .flat_map(|done| texts.iter().map(|text| done.iter().cloned().chain([text.clone()]).collect()))
                .collect();
        }
        Value::one_of(all.iter().map(|parts| Value::Text(function(parts))))
    }

    /// Calls of methods that texts and lists have.
    fn method(&self, call: &'a CallExpression<'a>, scope: ScopeKey) -> Option<Value<'a>> {
        let Expression::StaticMemberExpression(member) = super::ast::inner(&call.callee) else { return None };
        let known = |index: usize| {
            let value = argument(&call.arguments, index).map(|it| self.fold(it, scope))?;
            value.as_known().map(str::to_owned)
        };
        let object = || self.fold(&member.object, scope);
        match member.property.name.as_str() {
            "replace" => {
                let (from, to) = (known(0), known(1));
                Some(object().map(|object| {
                    each_text(object, |text| match (&from, &to) {
                        (Some(from), Some(to)) => text.map(|text| text.replacen(from.as_str(), to, 1)),
                        _ => Text::any(),
                    })
                }))
            }
            "toString" | "valueOf" => {
                let object = object();
                matches!(object, Value::Text(_) | Value::Url(_) | Value::OneOf(_))
                    .then(|| Value::one_of(object.texts().into_iter().map(Value::Text)))
            }
            "toLowerCase" => Some(object().map(|object| each_text(object, |text| text.map(str::to_lowercase)))),
            "concat" => {
                let first = object();
                if !matches!(first, Value::Text(_)) {
                    return Some(Value::Unknown);
                }
                let rest = call.arguments.iter().map(|it| it.as_expression().map(|it| self.fold(it, scope)));
                let rest = rest.map(|value| value.map_or(vec![Text::any()], |value| value.texts()));
                Some(super::operators::concatenated(&std::iter::once(first.texts()).chain(rest).collect::<Vec<_>>()))
            }
            "join" => {
                let Value::Array(array, at) = object() else { return None };
                let between = if call.arguments.is_empty() { ",".to_owned() } else { known(0)? };
                let mut parts = Vec::new();
                for value in self.list(array, at)? {
                    if !parts.is_empty() {
                        parts.push(vec![Text::known(&between)]);
                    }
                    parts.push(value.texts());
                }
                Some(super::operators::concatenated(&parts))
            }
            // What a loader or a path is bound to does not change what it does.
            "bind" => {
                let object = object();
                matches!(object, Value::Loader(..) | Value::Resolver(..) | Value::Member(..)).then_some(object)
            }
            _ => None,
        }
    }

    /// What `new` gives.
    pub(super) fn construct(
        &self,
        callee: &'a Expression<'a>,
        arguments: &'a [Argument<'a>],
        scope: ScopeKey,
    ) -> Value<'a> {
        let value = |index: usize| argument(arguments, index).map(|it| self.fold(it, scope));
        match self.fold(callee, scope) {
            Value::Global("URL") => match (value(0), value(1)) {
                (Some(path), Some(base)) => base.map(|base| path.map(|path| joined_url(path, base))),
                (Some(Value::Text(text)), None) if text.prefix().starts_with("file:") => Value::Url(text),
                _ => Value::Unknown,
            },
            // Code in a text that a transpiler must not touch: `new Function("s", "return import(s)")`.
            Value::Global("Function") => {
                let body = arguments.last().and_then(Argument::as_expression).map(|it| self.fold(it, scope));
                match body.as_ref().and_then(Value::as_known) {
                    Some(body) if body.contains("import(") => Value::loader(Style::Import, None),
                    Some(body) if body.contains("require(") => Value::loader(Style::Require, None),
                    _ => Value::Unknown,
                }
            }
            _ => Value::Unknown,
        }
    }
}

/// What a helper makes of a module, `require`, or one of a module's functions: the same, for our purpose.
fn interop<'a>(first: &Value<'a>) -> Value<'a> {
    match first {
        Value::Module(_) | Value::Member(..) => first.clone(),
        _ => Value::Unknown,
    }
}

fn each_text<'a>(value: &Value<'a>, function: impl FnOnce(&Text) -> Text) -> Value<'a> {
    match value {
        Value::Text(text) | Value::Url(text) => Value::Text(function(text)),
        _ => Value::Unknown,
    }
}

/// A path, or the path of a file URL.
pub(super) fn path_of(text: &Text) -> Text {
    if !text.prefix().starts_with("file://") {
        return text.clone();
    }
    match text.as_known() {
        Some(url) => path_of_url(url).map_or(Text::any(), |path| Text::known(&path)),
        None => text.without_prefix("file://"),
    }
}

/// `new URL(path, base)` where the base is a file's.
fn joined_url<'a>(path: &Value<'a>, base: &Value<'a>) -> Value<'a> {
    let (Value::Text(base) | Value::Url(base)) = base else { return Value::Unknown };
    let Some(base) = base.as_known().filter(|base| base.starts_with("file://")) else { return Value::Unknown };
    let Value::Text(path) = path else { return Value::Unknown };
    if path.prefix().contains(':') {
        return Value::Unknown;
    }
    let directory = &base["file://".len()..=base.rfind('/').unwrap_or(base.len() - 1)];
    let whole = if path.is_absolute() { path.clone() } else { Text::join(&[Text::known(directory), path.clone()]) };
    Value::Url(whole.with_prefix("file://"))
}

/// `createRequire(base)`: a path or URL of a file, or of a directory where it ends with a slash.
fn created_loader<'a>(base: &Value<'a>) -> Value<'a> {
    let path = match base {
        Value::Text(text) | Value::Url(text) => path_of(text),
        _ => return Value::loader(Style::Require, None),
    };
    let directory = match path.as_known() {
        Some(path) if path.ends_with('/') => Some(Rc::from(Path::new(path))),
        Some(path) => Path::new(path).parent().map(Rc::from),
        None => None,
    };
    Value::loader(Style::Require, directory)
}

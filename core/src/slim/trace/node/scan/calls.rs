//! Calls that use something: loaders, file functions, workers.

use super::ast::{argument, inner};
use super::scanner::Scanner;
use super::table::ScopeKey;
use super::text::Text;
use super::uses::{Access, Guard, What};
use super::value::{Style, Value};
use crate::slim::trace::node::known::{self, FileUse};
use oxc_ast::ast::{Argument, CallExpression, Expression, NewExpression};
use oxc_ast_visit::Visit;
use std::path::{Path, PathBuf};

impl<'a> Scanner<'_, 'a> {
    /// Notes what a call uses, and visits what is in it.
    pub(super) fn call(&mut self, call: &'a CallExpression<'a>) {
        let scope = self.scope();
        let callee = self.folder.fold(&call.callee, scope);
        let mut is_used = false;
        for callee in callee.alternatives() {
            is_used |= self.called(callee, call, scope);
        }
        is_used |= self.called_by_call(call, scope);
        let is_path = !is_used && makes_path(&callee, call) && {
            let value = self.folder.call(call, scope);
            self.mention(call.span.start, &value)
        };
        if let Some(dependencies) = self.amd_dependencies(call) {
            self.modules(call.span.start, Style::Require, None, &dependencies);
        }
        let guard = if handles_failure(call) { Guard::Failure } else { Guard::None };
        self.guarded(guard, |this| this.visit_expression(&call.callee));
        for (index, argument) in call.arguments.iter().enumerate() {
            self.quietly(is_path || (is_used && index == 0), |this| this.visit_argument(argument));
        }
    }

    /// Notes what a call of `callee` uses; whether it used its first argument.
    fn called(&mut self, callee: &Value<'a>, call: &'a CallExpression<'a>, scope: ScopeKey) -> bool {
        let Some(first) = argument(&call.arguments, 0) else { return false };
        let offset = call.span.start;
        let value = || self.folder.fold(first, scope);
        match callee {
            Value::Loader(loader) => {
                let value = value();
                let guard = if loader.is_guarded { Guard::Types } else { Guard::None };
                self.guarded(guard, |this| {
                    this.modules(offset, loader.style, loader.from.as_deref(), &value);
                });
                true
            }
            Value::Resolver(style, from) => {
                let value = value();
                self.modules(offset, *style, from.as_deref(), &value);
                true
            }
            Value::Member(module, name) => self.called_member(module, name, call, scope),
            Value::Module(module) => match known::addon_loader(module) {
                Some(locating) => {
                    let argument = value().texts().into_iter().next();
                    self.note(offset, What::Addon { locating, argument });
                    true
                }
                None => false,
            },
            _ => false,
        }
    }

    /// `require.call(this, name)`.
    fn called_by_call(&mut self, call: &'a CallExpression<'a>, scope: ScopeKey) -> bool {
        let Expression::StaticMemberExpression(member) = inner(&call.callee) else { return false };
        let Some(name) = argument(&call.arguments, 1).filter(|_| member.property.name == "call") else { return false };
        let Value::Loader(loader) = self.folder.fold(&member.object, scope) else { return false };
        let value = self.folder.fold(name, scope);
        self.modules(call.span.start, loader.style, loader.from.as_deref(), &value);
        true
    }

    fn called_member(&mut self, module: &str, name: &str, call: &'a CallExpression<'a>, scope: ScopeKey) -> bool {
        let offset = call.span.start;
        let value = |index: usize| argument(&call.arguments, index).map(|it| self.folder.fold(it, scope));
        let Some(first) = value(0) else { return false };
        if let Some(file_use) = known::file_use(module, name) {
            let access = if file_use == FileUse::Lists { Access::List } else { Access::Read };
            let paths = self.seen_from_cwd(&first);
            self.files(offset, access, &paths);
            return true;
        }
        match (module, name) {
            ("child_process", "fork") => {
                let paths = self.seen_from_cwd(&first);
                self.files(offset, Access::Run, &paths);
            }
            ("child_process", "exec" | "execSync") => self.command(offset, &first),
            ("module", "register") => {
                let parent = value(1).and_then(|parent| directory_of(&parent));
                self.modules(offset, Style::Import, parent.as_deref(), &first);
            }
            ("module", "_load" | "_resolveFilename") => self.modules(offset, Style::Require, None, &first),
            ("process", "dlopen") => {
                if let Some(path) = value(1) {
                    self.files(offset, Access::Read, &path);
                }
            }
            (module, _) => match known::addon_loader(module) {
                Some(locating) => {
                    let argument = first.texts().into_iter().next();
                    self.note(offset, What::Addon { locating, argument });
                }
                None => return false,
            },
        }
        true
    }

    /// Notes the scripts that a shell's command names: `node tools/build.js`.
    fn command(&mut self, offset: u32, command: &Value<'a>) {
        for text in command.texts() {
            let words = text.as_known().unwrap_or_default().split_whitespace();
            let scripts = words.map(|word| word.trim_matches(['"', '\''])).filter(|word| is_script(word));
            for script in scripts {
                let path = self.seen_from_cwd(&Value::text(script));
                self.files(offset, Access::Run, &path);
            }
        }
    }

    /// Notes what `new` uses, and visits what is in it.
    pub(super) fn construction(&mut self, it: &'a NewExpression<'a>) {
        let scope = self.scope();
        let callee = self.folder.fold(&it.callee, scope);
        let is_worker = matches!(&callee, Value::Member(module, name)
            if &**module == "worker_threads" && &**name == "Worker");
        let mut is_used = false;
        if let Some(first) = argument(&it.arguments, 0).filter(|_| is_worker && !has_code(it)) {
            let paths = self.seen_from_cwd(&self.folder.fold(first, scope));
            self.files(it.span.start, Access::Run, &paths);
            is_used = true;
        } else if matches!(callee, Value::Global("URL")) {
            let value = self.folder.construct(&it.callee, &it.arguments, scope);
            is_used = self.mention(it.span.start, &value);
        }
        self.visit_expression(&it.callee);
        for argument in &it.arguments {
            self.quietly(is_used, |this| this.visit_argument(argument));
        }
    }

    /// The paths of a value, those that are not absolute as seen from the working directory.
    fn seen_from_cwd(&self, value: &Value<'a>) -> Value<'a> {
        let cwd = self.folder.place.cwd_text();
        value.map(|value| match value {
            Value::Text(text) if !text.prefix().starts_with("file:") => {
                Value::Text(Text::resolve(std::slice::from_ref(text), &cwd))
            }
            other => other.clone(),
        })
    }

    /// What `define([...], ...)` depends on, where the source has brought its own `define`.
    fn amd_dependencies(&self, call: &'a CallExpression<'a>) -> Option<Value<'a>> {
        let Expression::Identifier(name) = &call.callee else { return None };
        if name.name != "define" {
            return None;
        }
        self.folder.table.look_up("define", self.scope())?;
        let list = call.arguments.iter().filter_map(Argument::as_expression).find_map(|it| match it {
            Expression::ArrayExpression(list) => Some(list),
            _ => None,
        })?;
        let names = self.folder.list(list, self.scope())?;
        let is_module = |name: &Value<'a>| !matches!(name.as_known(), Some("require" | "exports" | "module") | None);
        let names: Vec<_> = names.into_iter().filter(is_module).collect();
        (!names.is_empty()).then(|| Value::one_of(names))
    }
}

/// Whether a call puts a path together.
fn makes_path(callee: &Value<'_>, call: &CallExpression<'_>) -> bool {
    let by_module = callee.alternatives().iter().any(|callee| match callee {
        Value::Member(module, name) => matches!(
            (&**module, &**name),
            ("path", "join" | "resolve" | "normalize") | ("url", "fileURLToPath" | "pathToFileURL")
        ),
        _ => false,
    });
    by_module
        || match inner(&call.callee) {
            Expression::StaticMemberExpression(member) => match member.property.name.as_str() {
                "concat" => matches!(member.object, Expression::Identifier(_)),
                "join" => matches!(member.object, Expression::ArrayExpression(_)),
                _ => false,
            },
            _ => false,
        }
}

/// Whether a call is told what to do when what it is called on fails: `.catch(f)`, `.then(f, g)`.
fn handles_failure(call: &CallExpression<'_>) -> bool {
    let Expression::StaticMemberExpression(member) = &call.callee else { return false };
    match member.property.name.as_str() {
        "catch" => !call.arguments.is_empty(),
        "then" => call.arguments.len() > 1,
        _ => false,
    }
}

/// Whether a worker is given code in the place of a file: `{ eval: true }`.
fn has_code(it: &NewExpression<'_>) -> bool {
    let Some(Expression::ObjectExpression(options)) = it.arguments.get(1).and_then(Argument::as_expression) else {
        return false;
    };
    options.properties.iter().filter_map(|property| property.as_property()).any(|property| {
        property.key.is_specific_static_name("eval")
            && matches!(&property.value, Expression::BooleanLiteral(it) if it.value)
    })
}

/// The directory of the file that a path or URL names.
fn directory_of(value: &Value<'_>) -> Option<PathBuf> {
    let text = match value {
        Value::Text(text) | Value::Url(text) => super::call::path_of(text),
        _ => return None,
    };
    let path = text.as_known()?;
    let path = if path.ends_with('/') { Path::new(path) } else { Path::new(path).parent()? };
    path.is_absolute().then(|| path.to_owned())
}

/// Whether a word of a command is a script's name.
fn is_script(word: &str) -> bool {
    word.rsplit_once('.').is_some_and(|(_, extension)| matches!(extension, "js" | "cjs" | "mjs" | "ts" | "cts" | "mts"))
}

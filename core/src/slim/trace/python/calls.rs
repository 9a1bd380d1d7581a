//! What calls and tables say: computed imports, resources, entry points, lazy attributes.

use super::facts::{DynamicImport, ModuleName, PathBase, PathPattern};
use super::fold::{Value, function_name, module_of};
use super::known;
use super::pattern::Pattern;
use super::read::Reader;
use ruff_python_ast::{Expr, ExprCall};

impl Reader<'_> {
    pub(super) fn call(&mut self, call: &ExprCall) {
        let Some(name) = function_name(&call.func) else { return };
        let line = self.line(call);
        let first = call.arguments.args.first();
        if known::IMPORTING.contains(&name) {
            if let Some(first) = first.or_else(|| keyword(call, "name")) {
                self.computed_import(first, call, line);
            }
        } else if known::READING_RESOURCES.contains(&name) {
            self.resource(call, line);
        } else if known::ASKING_ENTRY_POINTS.contains(&name) {
            let group = keyword(call, "group").or(first).map(|group| self.names.text(group));
            self.facts.groups.push((group.and_then(|group| group.as_exact().map(str::to_owned)), line));
        } else if known::EXTENDING_PATH.contains(&name) {
            self.facts.extends_path = true;
        } else if name == known::ATTACHING_STUB {
            self.facts.has_lazy_stub = true;
        } else if name == known::ATTACHING {
            self.attach(call);
        }
    }

    /// `import_module(name)`, with the package that dots in the name are relative to.
    fn computed_import(&mut self, name: &Expr, call: &ExprCall, line: u32) {
        let mut text = self.names.text(name);
        let package = call.arguments.args.get(1).or_else(|| keyword(call, "package"));
        if text.prefix().starts_with('.')
            && let Some(Value::Text(package)) = package.and_then(|package| self.names.fold(package))
        {
            text = package.then(&text);
        }
        match text.as_exact() {
            Some(exact) if !exact.trim_matches('.').is_empty() => {
                self.push_import(ModuleName::parse(exact), Vec::new(), line, true);
            }
            // A lazy attribute: its uses tell which.
            None if self.place.in_getattr && !text.is_any() => {}
            None => self.facts.dynamic.push(DynamicImport { name: text, line }),
            Some(_) => {}
        }
    }

    fn resource(&mut self, call: &ExprCall, line: u32) {
        let [package, file, ..] = &*call.arguments.args else { return };
        let module = match package {
            Expr::Name(name) => self.aliases.get(name.id.as_str()).and_then(|modules| modules.first().cloned()),
            _ => None,
        };
        let Some(module) = module.or_else(|| module_of(&self.names.fold(package)?)) else { return };
        let text = self.names.text(file);
        let parts = match text.as_exact() {
            Some(text) => text.split('/').filter(|part| !part.is_empty()).map(Pattern::exact).collect(),
            None => vec![text],
        };
        self.facts.assets.push((PathPattern { base: PathBase::Module(module), parts }, line));
    }

    /// `attach(__name__, submodules=[...], submod_attrs={"module": ["name"]})`.
    fn attach(&mut self, call: &ExprCall) {
        let own = |name: &str| ModuleName { level: 1, path: name.to_owned() };
        let arguments = &call.arguments.args;
        for name in keyword(call, "submodules").or(arguments.get(1)).map(texts).unwrap_or_default() {
            self.facts.lazy.push((name.clone(), own(&name)));
        }
        if let Some(Expr::Dict(dict)) = keyword(call, "submod_attrs").or(arguments.get(2)) {
            for item in &dict.items {
                let Some(module) = item.key.as_ref().map(texts).and_then(|names| names.first().cloned()) else {
                    continue;
                };
                let names = texts(&item.value).into_iter();
                self.facts.lazy.extend(names.map(|name| (name, own(&module))));
            }
        }
    }

    /// A table from names to modules, in a module that makes its attributes lazily (PEP 562).
    pub(super) fn lazy_table(&mut self, dict: &ruff_python_ast::ExprDict) {
        for item in &dict.items {
            let Some(name) = item.key.as_ref().and_then(|key| key.as_string_literal_expr()) else { continue };
            for value in texts(&item.value) {
                let module = if value.starts_with('.') {
                    ModuleName::parse(&value)
                } else {
                    ModuleName { level: 1, path: value }
                };
                self.facts.lazy.push((name.value.to_str().to_owned(), module));
            }
        }
    }
}

fn keyword<'a>(call: &'a ExprCall, name: &str) -> Option<&'a Expr> {
    call.arguments.find_keyword(name).map(|keyword| &keyword.value)
}

/// The text constants of an expression that is one, or a list, tuple or set of them.
fn texts(expression: &Expr) -> Vec<String> {
    let one = |it: &Expr| it.as_string_literal_expr().map(|literal| literal.value.to_str().to_owned());
    let elements = match expression {
        Expr::List(list) => &list.elts,
        Expr::Tuple(tuple) => &tuple.elts,
        Expr::Set(set) => &set.elts,
        other => return one(other).into_iter().collect(),
    };
    elements.iter().filter_map(one).collect()
}

//! Names of a source: where each is bound, and to what.

use oxc_ast::ast::{
    Argument, BindingPattern, CallExpression, Expression, Function, ImportDeclarationSpecifier, ModuleExportName,
};
use rustc_hash::FxHashMap;

/// A scope, by the order in which scopes begin.
pub(super) type ScopeKey = u32;
/// A function, by where it begins.
pub(super) type FunctionKey = u32;
/// A binding, by the order in which bindings stand.
pub(super) type BindingKey = u32;

pub(super) const TOP: ScopeKey = 0;
/// How deep a pattern is followed to the names that it binds.
const MOST_KEYS: usize = 8;

#[derive(Debug)]
pub(super) struct Scope {
    pub(super) parent: ScopeKey,
    /// Whether `var` stops here.
    pub(super) is_function: bool,
}

/// What a name stands for.
#[derive(Debug, Clone)]
pub(super) enum Kind<'a> {
    /// A variable, with what it is first set to, which is evaluated in the scope `at`; `keys` lead from there to
    /// the variable (`const { a: { b } } = x`).
    Variable {
        init: Option<&'a Expression<'a>>,
        keys: Vec<&'a str>,
        at: ScopeKey,
    },
    /// `import { name } from`, `import name from` (`default`), `import * as name from` (`*`).
    Import {
        source: &'a str,
        name: &'a str,
    },
    /// A function, declared or as an expression that names itself.
    Function(FunctionKey),
    Parameter {
        function: FunctionKey,
        index: usize,
        default: Option<&'a Expression<'a>>,
    },
    /// Each element of a list (`for of`).
    Element(&'a Expression<'a>, ScopeKey),
    /// Each key of an object (`for in`).
    Key(&'a Expression<'a>, ScopeKey),
    Opaque,
}

#[derive(Debug)]
pub(super) struct Binding<'a> {
    pub(super) kind: Kind<'a>,
    pub(super) scope: ScopeKey,
}

/// One place where a function is called.
#[derive(Debug, Clone, Copy)]
pub(super) struct Site<'a> {
    pub(super) scope: ScopeKey,
    pub(super) arguments: Arguments<'a>,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Arguments<'a> {
    /// Those of a call, without the first `skip`.
    Of { list: &'a [Argument<'a>], skip: usize },
    /// One element of this list after the other: the callback of `forEach`.
    Elements(&'a Expression<'a>),
    /// One value: what `then` hands on.
    Whole(&'a Expression<'a>),
    /// `require, exports, module`: what AMD's `define` gives.
    Amd,
}

/// What a function's calls come to.
#[derive(Debug, Clone, Copy)]
pub(super) enum Body<'a> {
    Expression(&'a Expression<'a>),
    Statements(&'a [oxc_ast::ast::Statement<'a>]),
}

/// A function as far as its calls are concerned.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known<'a> {
    pub(super) body: Body<'a>,
    /// The scope within it.
    pub(super) scope: ScopeKey,
}

/// Every name of a source.
#[derive(Debug, Default)]
pub(super) struct Table<'a> {
    pub(super) scopes: Vec<Scope>,
    pub(super) bindings: Vec<Binding<'a>>,
    /// Every bound name, numbered.
    names: FxHashMap<&'a str, u32>,
    /// Bindings by scope and name.
    bound: FxHashMap<(ScopeKey, u32), BindingKey>,
    /// What else a binding is set to; `None`: something that cannot be told.
    pub(super) assigned: FxHashMap<BindingKey, Vec<Option<(&'a Expression<'a>, ScopeKey)>>>,
    pub(super) functions: FxHashMap<FunctionKey, Known<'a>>,
    /// Calls of functions where they stand.
    pub(super) sites: FxHashMap<FunctionKey, Vec<Site<'a>>>,
    /// Calls of names, to be looked up once a function's parameters matter.
    pub(super) calls: Vec<(&'a str, ScopeKey, &'a CallExpression<'a>)>,
    /// Assignments to properties of names, first by name, then by binding.
    pub(super) member_assignments: Vec<(&'a str, ScopeKey, &'a str, &'a Expression<'a>)>,
    pub(super) members: FxHashMap<BindingKey, Vec<(&'a str, &'a Expression<'a>, ScopeKey)>>,
    /// Assignments to names, to be looked up once all names are known.
    pub(super) assignments: Vec<(&'a str, ScopeKey, Option<&'a Expression<'a>>)>,
}

impl<'a> Table<'a> {
    pub(super) fn bind(&mut self, name: &'a str, scope: ScopeKey, kind: Kind<'a>) {
        let key = BindingKey::try_from(self.bindings.len()).unwrap_or(BindingKey::MAX);
        let next = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        let name = *self.names.entry(name).or_insert(next);
        self.bound.insert((scope, name), key);
        self.bindings.push(Binding { kind, scope });
    }

    /// The binding that `name` means in `scope`.
    pub(super) fn look_up(&self, name: &str, mut scope: ScopeKey) -> Option<BindingKey> {
        let name = *self.names.get(name)?;
        loop {
            if let Some(key) = self.bound.get(&(scope, name)) {
                return Some(*key);
            }
            if scope == TOP {
                return None;
            }
            scope = self.scopes[scope as usize].parent;
        }
    }

    /// Whether `scope` itself binds `name`.
    pub(super) fn is_bound_in(&self, name: &str, scope: ScopeKey) -> bool {
        self.look_up(name, scope).is_some_and(|key| self.bindings[key as usize].scope == scope)
    }

    /// The scope that a `var` in `scope` belongs to.
    pub(super) fn function_scope(&self, mut scope: ScopeKey) -> ScopeKey {
        while scope != TOP && !self.scopes[scope as usize].is_function {
            scope = self.scopes[scope as usize].parent;
        }
        scope
    }

    /// Gives assignments to the bindings that they set.
    pub(super) fn settle(&mut self) {
        for (name, scope, value) in std::mem::take(&mut self.assignments) {
            if let Some(key) = self.look_up(name, scope) {
                self.assigned.entry(key).or_default().push(value.map(|value| (value, scope)));
            }
        }
    }

    /// Gives assignments to properties to the bindings of the objects.
    pub(super) fn settle_members(&mut self) {
        for (name, scope, property, value) in std::mem::take(&mut self.member_assignments) {
            if let Some(key) = self.look_up(name, scope) {
                self.members.entry(key).or_default().push((property, value, scope));
            }
        }
    }

    /// Binds every name of a pattern, each with the keys that lead to it.
    pub(super) fn bind_pattern(
        &mut self,
        pattern: &'a BindingPattern<'a>,
        scope: ScopeKey,
        keys: &[&'a str],
        make: &dyn Fn(&[&'a str]) -> Kind<'a>,
    ) {
        match pattern {
            BindingPattern::BindingIdentifier(id) => self.bind(id.name.as_str(), scope, make(keys)),
            BindingPattern::AssignmentPattern(it) => self.bind_pattern(&it.left, scope, keys, make),
            BindingPattern::ObjectPattern(it) => {
                for property in &it.properties {
                    let mut below = keys.to_vec();
                    match super::ast::static_key(&property.key).filter(|_| keys.len() < MOST_KEYS) {
                        Some(key) => {
                            below.push(key);
                            self.bind_pattern(&property.value, scope, &below, make);
                        }
                        None => self.bind_pattern(&property.value, scope, keys, &|_| Kind::Opaque),
                    }
                }
                if let Some(rest) = &it.rest {
                    self.bind_pattern(&rest.argument, scope, keys, &|_| Kind::Opaque);
                }
            }
            BindingPattern::ArrayPattern(it) => {
                for element in it.elements.iter().flatten() {
                    self.bind_pattern(element, scope, keys, &|_| Kind::Opaque);
                }
                if let Some(rest) = &it.rest {
                    self.bind_pattern(&rest.argument, scope, keys, &|_| Kind::Opaque);
                }
            }
        }
    }

    pub(super) fn bind_import(&mut self, source: &'a str, specifier: &'a ImportDeclarationSpecifier<'a>) {
        let (local, name) = match specifier {
            ImportDeclarationSpecifier::ImportSpecifier(it) => (&it.local, export_name(&it.imported)),
            ImportDeclarationSpecifier::ImportDefaultSpecifier(it) => (&it.local, "default"),
            ImportDeclarationSpecifier::ImportNamespaceSpecifier(it) => (&it.local, "*"),
        };
        self.bind(local.name.as_str(), TOP, Kind::Import { source, name });
    }

    pub(super) fn know(&mut self, function: &'a Function<'a>, scope: ScopeKey) {
        if let Some(body) = &function.body {
            let known = Known { body: Body::Statements(&body.statements), scope };
            self.functions.insert(function.span.start, known);
        }
    }
}

fn export_name<'a>(name: &'a ModuleExportName<'a>) -> &'a str {
    match name {
        ModuleExportName::IdentifierName(it) => it.name.as_str(),
        ModuleExportName::IdentifierReference(it) => it.name.as_str(),
        ModuleExportName::StringLiteral(it) => it.value.as_str(),
    }
}

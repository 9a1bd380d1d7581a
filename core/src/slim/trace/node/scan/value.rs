//! What an expression may come to.

use super::table::{FunctionKey, ScopeKey};
use super::text::Text;
use oxc_ast::ast::{ArrayExpression, ObjectExpression};
use std::path::Path;
use std::rc::Rc;

/// More alternatives than this are given up.
const MOST_ALTERNATIVES: usize = 48;

/// Which of Node's two loaders is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(in crate::slim::trace::node) enum Style {
    /// `import`, by the rules of ES modules.
    Import,
    /// `require()`, by the rules of `CommonJS`.
    Require,
}

/// `require`, `import`, or a function made to be one.
#[derive(Debug, Clone)]
pub(super) struct Loader {
    pub(super) style: Style,
    /// The directory that it looks from, where that is not the source's own.
    pub(super) from: Option<Rc<Path>>,
    /// Whether it was taken only after a look at whether there is one: `typeof require === 'function' && require`.
    pub(super) is_guarded: bool,
}

/// What an expression may come to, as far as that can be told without running it.
#[derive(Debug, Clone)]
pub(super) enum Value<'a> {
    Unknown,
    Undefined,
    Boolean(bool),
    Text(Text),
    /// A `URL` of a file, as its text.
    Url(Text),
    /// What a module exports: `require('fs')`, `import * as fs`. Without `node:`.
    Module(Rc<str>),
    /// One export of a module.
    Member(Rc<str>, Rc<str>),
    /// A function that loads modules.
    Loader(Loader),
    /// A function that gives the path of a module.
    Resolver(Style, Option<Rc<Path>>),
    /// `module`, `process`, `globalThis`, `import.meta`, `Object`, `URL`, `Function`, `eval`, by name.
    Global(&'static str),
    Function(FunctionKey),
    Object(&'a ObjectExpression<'a>, ScopeKey),
    Array(&'a ArrayExpression<'a>, ScopeKey),
    /// A list that was computed: `Object.keys`.
    List(Vec<Value<'a>>),
    OneOf(Vec<Value<'a>>),
}

/// Adds an alternative, but never that nothing is known, or nothing set, a second time.
fn push<'a>(all: &mut Vec<Value<'a>>, value: Value<'a>) {
    let is_there = match &value {
        Value::Unknown => all.iter().any(|it| matches!(it, Value::Unknown)),
        Value::Undefined => all.iter().any(|it| matches!(it, Value::Undefined)),
        _ => false,
    };
    if !is_there {
        all.push(value);
    }
}

impl<'a> Value<'a> {
    pub(super) fn text(text: &str) -> Self {
        Value::Text(Text::known(text))
    }

    pub(super) fn loader(style: Style, from: Option<Rc<Path>>) -> Self {
        Value::Loader(Loader { style, from, is_guarded: false })
    }

    /// The same value, taken after a look at types.
    pub(super) fn guarded(self) -> Self {
        self.map(|value| match value {
            Value::Loader(loader) => Value::Loader(Loader { is_guarded: true, ..loader.clone() }),
            other => other.clone(),
        })
    }

    pub(super) fn module(name: &str) -> Self {
        Value::Module(name.strip_prefix("node:").unwrap_or(name).into())
    }

    /// Any of these.
    pub(super) fn one_of(values: impl IntoIterator<Item = Value<'a>>) -> Self {
        let mut all = Vec::new();
        for value in values {
            match value {
                Value::OneOf(inner) => inner.into_iter().for_each(|value| push(&mut all, value)),
                other => push(&mut all, other),
            }
            if all.len() > MOST_ALTERNATIVES {
                return Value::Unknown;
            }
        }
        match all.len() {
            0 => Value::Unknown,
            1 => all.remove(0),
            _ => Value::OneOf(all),
        }
    }

    pub(super) fn alternatives(&self) -> &[Value<'a>] {
        match self {
            Value::OneOf(all) => all,
            one => std::slice::from_ref(one),
        }
    }

    /// The value that `function` makes of each alternative.
    pub(super) fn map(&self, mut function: impl FnMut(&Value<'a>) -> Value<'a>) -> Value<'a> {
        match self {
            Value::OneOf(all) => Value::one_of(all.iter().map(function)),
            one => function(one),
        }
    }

    /// Every text that this may be when it is made part of one; what is unknown is any text.
    pub(super) fn texts(&self) -> Vec<Text> {
        let all = self.alternatives();
        // A variable that may not have been set yet is used only where it has been.
        let set = all.iter().filter(|value| all.len() == 1 || !matches!(value, Value::Undefined));
        set.map(Self::one_text).collect()
    }

    fn one_text(&self) -> Text {
        match self {
            Value::Text(text) | Value::Url(text) => text.clone(),
            Value::Boolean(value) => Text::known(if *value { "true" } else { "false" }),
            _ => Text::any(),
        }
    }

    /// The text, where there is exactly one and it is known.
    pub(super) fn as_known(&self) -> Option<&str> {
        match self {
            Value::Text(text) => text.as_known(),
            _ => None,
        }
    }

    /// Whether it counts as true, where that is certain. What a module gives is not: loading it may have failed.
    pub(super) fn truth(&self) -> Option<bool> {
        match self {
            Value::Boolean(value) => Some(*value),
            Value::Undefined => Some(false),
            Value::Text(text) => text.as_known().map(|text| !text.is_empty()),
            Value::OneOf(all) => {
                let first = all.first()?.truth()?;
                all.iter().all(|value| value.truth() == Some(first)).then_some(first)
            }
            _ => None,
        }
    }
}

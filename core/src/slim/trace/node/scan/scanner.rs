//! What the second pass remembers on its way, and how it notes uses.

use super::ast::tells_types;
use super::depth::Depth;
use super::fold::Folder;
use super::table::ScopeKey;
use super::text::Text;
use super::uses::{Access, Guard, Use, What};
use super::value::{Style, Value};
use oxc_ast::ast::{Expression, StringLiteral};
use oxc_ast_visit::Visit;
use std::path::Path;

/// Walks a source and notes what it uses.
pub(super) struct Scanner<'f, 'a> {
    pub(super) folder: &'f Folder<'f, 'a>,
    pub(super) scopes: Vec<ScopeKey>,
    /// What the constructs around this place are ready for.
    guard: Guard,
    /// How many constructs around this place have already used the path that is made here.
    pub(super) quiet: u32,
    pub(super) depth: Depth,
    /// Uses, with the offset of each in the place of its line.
    pub(super) found: Vec<Use>,
}

impl<'f, 'a> Scanner<'f, 'a> {
    pub(super) fn new(folder: &'f Folder<'f, 'a>) -> Self {
        Self { folder, scopes: Vec::new(), guard: Guard::None, quiet: 0, depth: Depth::default(), found: Vec::new() }
    }

    pub(super) fn scope(&self) -> ScopeKey {
        self.scopes.last().copied().unwrap_or_default()
    }

    pub(super) fn note(&mut self, offset: u32, what: What) {
        self.found.push(Use { line: offset, guard: self.guard, what });
    }

    pub(super) fn guarded(&mut self, guard: Guard, walk: impl FnOnce(&mut Self)) {
        let before = self.guard;
        self.guard = before.max(guard);
        walk(self);
        self.guard = before;
    }

    pub(super) fn quietly(&mut self, is_quiet: bool, walk: impl FnOnce(&mut Self)) {
        self.quiet += u32::from(is_quiet);
        walk(self);
        self.quiet -= u32::from(is_quiet);
    }

    pub(super) fn import(&mut self, source: &StringLiteral<'a>) {
        let name = Text::known(source.value.as_str());
        self.note(source.span.start, What::Module { style: Style::Import, from: None, name });
    }

    /// Notes every module that the texts of `value` may name.
    pub(super) fn modules(&mut self, offset: u32, style: Style, from: Option<&Path>, value: &Value<'a>) {
        for name in value.texts() {
            self.note(offset, What::Module { style, from: from.map(Path::to_owned), name });
        }
    }

    /// Notes every path that `value` may be.
    pub(super) fn files(&mut self, offset: u32, access: Access, value: &Value<'a>) {
        for value in value.alternatives() {
            if let Value::Text(text) | Value::Url(text) = value {
                let path = super::call::path_of(text);
                self.note(offset, What::File { path, access });
            }
        }
    }

    /// Notes the path that an expression makes, where nothing around it has; whether it is one.
    pub(super) fn mention(&mut self, offset: u32, value: &Value<'a>) -> bool {
        let is_path = |value: &Value<'a>| match value {
            Value::Text(text) | Value::Url(text) => super::call::path_of(text).is_absolute(),
            _ => false,
        };
        let any = value.alternatives().iter().any(is_path);
        if any && self.quiet == 0 {
            self.files(offset, Access::Mention, value);
        }
        any
    }

    pub(super) fn fold_here(&self, expression: &Expression<'a>) -> Value<'a> {
        self.folder.fold(self.alloc(expression), self.scope())
    }

    /// Visits what may run, given what a condition comes to.
    pub(super) fn branches(
        &mut self,
        test: &Expression<'a>,
        then: impl FnOnce(&mut Self),
        otherwise: impl FnOnce(&mut Self),
    ) {
        self.visit_expression(test);
        let truth = self.folder.may_be_decided(test, self.scope()).then(|| self.fold_here(test).truth()).flatten();
        let guard = if tells_types(test) { Guard::Types } else { Guard::None };
        if truth != Some(false) {
            self.guarded(guard, then);
        }
        if truth != Some(true) {
            self.guarded(guard, otherwise);
        }
    }

    /// Notes texts that name installed packages, under a key of an object or as an argument.
    pub(super) fn names(&mut self, value: &Expression<'a>, is_under_plugin_word: bool) {
        match value.get_inner_expression() {
            Expression::StringLiteral(text) => self.name(text, is_under_plugin_word),
            Expression::ArrayExpression(array) => {
                for element in array.elements.iter().filter_map(|element| element.as_expression()) {
                    self.names(element, is_under_plugin_word);
                }
            }
            _ => {}
        }
    }

    fn name(&mut self, text: &StringLiteral<'a>, is_under_plugin_word: bool) {
        let place = self.folder.place;
        let name = text.value.as_str();
        if (place.is_installed)(name) {
            self.note(text.span.start, What::Name { name: name.to_owned(), is_under_plugin_word });
        } else if place.is_own && looks_like_path(name) {
            self.note(text.span.start, What::MaybePath(name.to_owned()));
        }
    }
}

/// Whether a text may be a relative path: nothing that no file's name would hold.
fn looks_like_path(text: &str) -> bool {
    let is_odd = |c: char| c.is_control() || c.is_whitespace() || matches!(c, ':' | '*' | '?' | '<' | '>' | '|' | '"');
    !text.is_empty() && text.len() <= 256 && !text.starts_with('/') && !text.contains(is_odd)
}

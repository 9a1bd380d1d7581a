//! Second pass over a source: what it uses.

use super::ast::tells_types;
use super::depth::Depth;
use super::fold::Folder;
use super::sites::key_of;
use super::table::ScopeKey;
use super::text::Text;
use super::uses::{Access, Guard, Use, What};
use super::value::{Style, Value};
use crate::slim::trace::node::known;
use oxc_ast::ast::{
    Argument, BinaryExpression, CallExpression, ConditionalExpression, ExportAllDeclaration, ExportFromDeclaration,
    Expression, IfStatement, ImportDeclaration, ImportExpression, LogicalExpression, NewExpression, ObjectProperty,
    Statement, StringLiteral, SwitchStatement, TSImportEqualsDeclaration, TSModuleReference, TSType, TSTypeAnnotation,
    TSTypeParameterDeclaration, TSTypeParameterInstantiation, TemplateLiteral, TryStatement,
};
use oxc_ast_visit::{Visit, walk};
use oxc_syntax::operator::{BinaryOperator, LogicalOperator};
use oxc_syntax::scope::{ScopeFlags, ScopeId};
use std::cell::Cell;
use std::path::Path;

/// Walks a source and notes what it uses.
pub(super) struct Scanner<'f, 'a> {
    pub(super) folder: &'f Folder<'f, 'a>,
    scopes: Vec<ScopeKey>,
    /// What the constructs around this place are ready for.
    guard: Guard,
    /// How many constructs around this place have already used the path that is made here.
    quiet: u32,
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

    fn import(&mut self, source: &StringLiteral<'a>) {
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

    fn fold_here(&self, expression: &Expression<'a>) -> Value<'a> {
        self.folder.fold(self.alloc(expression), self.scope())
    }

    /// Visits what may run, given what a condition comes to.
    fn branches(&mut self, test: &Expression<'a>, then: impl FnOnce(&mut Self), otherwise: impl FnOnce(&mut Self)) {
        self.visit_expression(test);
        let truth = self.fold_here(test).truth();
        let guard = if tells_types(test) { Guard::Types } else { Guard::None };
        if truth != Some(false) {
            self.guarded(guard, then);
        }
        if truth != Some(true) {
            self.guarded(guard, otherwise);
        }
    }

    /// Notes texts that name installed packages, under a key of an object or as an argument.
    fn names(&mut self, value: &Expression<'a>, is_under_plugin_word: bool) {
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

impl<'a> Visit<'a> for Scanner<'_, 'a> {
    fn enter_scope(&mut self, _: ScopeFlags, scope_id: &Cell<Option<ScopeId>>) {
        self.scopes.push(key_of(scope_id));
    }

    fn leave_scope(&mut self) {
        self.scopes.pop();
    }

    fn visit_expression(&mut self, it: &Expression<'a>) {
        if self.depth.enter() {
            walk::walk_expression(self, it);
        }
        self.depth.leave();
    }

    fn visit_statement(&mut self, it: &Statement<'a>) {
        if self.depth.enter() {
            walk::walk_statement(self, it);
        }
        self.depth.leave();
    }

    fn visit_import_declaration(&mut self, it: &ImportDeclaration<'a>) {
        if it.import_kind.is_value() {
            self.import(&it.source);
        }
    }

    fn visit_export_from_declaration(&mut self, it: &ExportFromDeclaration<'a>) {
        if it.export_kind.is_value() {
            self.import(&it.source);
        }
    }

    fn visit_export_all_declaration(&mut self, it: &ExportAllDeclaration<'a>) {
        if it.export_kind.is_value() {
            self.import(&it.source);
        }
    }

    fn visit_ts_import_equals_declaration(&mut self, it: &TSImportEqualsDeclaration<'a>) {
        if let TSModuleReference::ExternalModuleReference(module) = &it.module_reference
            && it.import_kind.is_value()
        {
            let name = Text::known(module.expression.value.as_str());
            self.note(module.span.start, What::Module { style: Style::Require, from: None, name });
        }
    }

    fn visit_import_expression(&mut self, it: &ImportExpression<'a>) {
        let source = self.fold_here(&it.source);
        self.modules(it.span.start, Style::Import, None, &source);
        self.quietly(true, |this| this.visit_expression(&it.source));
        if let Some(options) = &it.options {
            self.visit_expression(options);
        }
    }

    fn visit_call_expression(&mut self, it: &CallExpression<'a>) {
        self.call(self.alloc(it));
    }

    fn visit_new_expression(&mut self, it: &NewExpression<'a>) {
        self.construction(self.alloc(it));
    }

    fn visit_template_literal(&mut self, it: &TemplateLiteral<'a>) {
        // A path begins with something known by name.
        if it.quasis.first().is_some_and(|quasi| quasi.value.raw.is_empty()) && !it.expressions.is_empty() {
            let value = self.folder.template(self.alloc(it), self.scope());
            let is_path = self.mention(it.span.start, &value);
            return self.quietly(is_path, |this| walk::walk_template_literal(this, it));
        }
        walk::walk_template_literal(self, it);
    }

    fn visit_binary_expression(&mut self, it: &BinaryExpression<'a>) {
        if it.operator != BinaryOperator::Addition {
            return walk::walk_binary_expression(self, it);
        }
        let it = self.alloc(it);
        let operands = super::fold::operands(it);
        let may_be_path = matches!(
            operands[0],
            Expression::Identifier(_) | Expression::CallExpression(_) | Expression::StaticMemberExpression(_)
        );
        let is_path = may_be_path && {
            let value = self.folder.binary(it, self.scope());
            self.mention(it.span.start, &value)
        };
        self.quietly(is_path, |this| {
            for operand in operands {
                this.visit_expression(operand);
            }
        });
    }

    fn visit_object_property(&mut self, it: &ObjectProperty<'a>) {
        let key = super::ast::static_key(self.alloc(&it.key));
        self.names(&it.value, key.is_some_and(known::is_plugin_word));
        walk::walk_object_property(self, it);
    }

    fn visit_if_statement(&mut self, it: &IfStatement<'a>) {
        self.branches(
            &it.test,
            |this| this.visit_statement(&it.consequent),
            |this| {
                if let Some(alternate) = &it.alternate {
                    this.visit_statement(alternate);
                }
            },
        );
    }

    fn visit_conditional_expression(&mut self, it: &ConditionalExpression<'a>) {
        self.branches(
            &it.test,
            |this| this.visit_expression(&it.consequent),
            |this| this.visit_expression(&it.alternate),
        );
    }

    fn visit_logical_expression(&mut self, it: &LogicalExpression<'a>) {
        match it.operator {
            LogicalOperator::And => self.branches(&it.left, |this| this.visit_expression(&it.right), |_| {}),
            LogicalOperator::Or => self.branches(&it.left, |_| {}, |this| this.visit_expression(&it.right)),
            LogicalOperator::Coalesce => walk::walk_logical_expression(self, it),
        }
    }

    fn visit_switch_statement(&mut self, it: &SwitchStatement<'a>) {
        let subject = self.fold_here(&it.discriminant);
        self.visit_expression(&it.discriminant);
        self.enter_scope(ScopeFlags::empty(), &it.scope_id);
        let tests: Vec<_> = it.cases.iter().map(|case| case.test.as_ref().map(|test| self.fold_here(test))).collect();
        let is_equal =
            |test: &Option<Value<'a>>| test.as_ref().and_then(|test| Some(subject.as_known()? == test.as_known()?));
        let is_decided = tests.iter().any(|test| is_equal(test) == Some(true));
        let mut falls_through = false;
        for (case, test) in it.cases.iter().zip(&tests) {
            let is_dead = is_equal(test) == Some(false) || (is_decided && test.is_none());
            if !is_dead || falls_through {
                self.visit_switch_case(case);
                falls_through = !case.consequent.last().is_some_and(oxc_ast::ast::Statement::is_jump_statement);
            }
        }
        self.leave_scope();
    }

    fn visit_try_statement(&mut self, it: &TryStatement<'a>) {
        let guard = if it.handler.is_some() { Guard::Failure } else { Guard::None };
        self.guarded(guard, |this| {
            this.visit_block_statement(&it.block);
            if let Some(handler) = &it.handler {
                this.visit_catch_clause(handler);
            }
        });
        if let Some(finalizer) = &it.finalizer {
            self.visit_block_statement(finalizer);
        }
    }

    fn visit_argument(&mut self, it: &Argument<'a>) {
        // What was used already is no mere name.
        if let Some(expression) = it.as_expression().filter(|_| self.quiet == 0) {
            self.names(expression, false);
        }
        walk::walk_argument(self, it);
    }

    // Types load nothing.
    fn visit_ts_type(&mut self, _: &TSType<'a>) {}
    fn visit_ts_type_annotation(&mut self, _: &TSTypeAnnotation<'a>) {}
    fn visit_ts_type_parameter_declaration(&mut self, _: &TSTypeParameterDeclaration<'a>) {}
    fn visit_ts_type_parameter_instantiation(&mut self, _: &TSTypeParameterInstantiation<'a>) {}
}

//! Second pass over a source: what it uses.

use super::scanner::Scanner;
use super::sites::key_of;
use super::text::Text;
use super::uses::{Guard, What};
use super::value::{Style, Value};
use crate::slim::trace::node::known;
use oxc_ast::ast::{
    Argument, BinaryExpression, CallExpression, ConditionalExpression, ExportAllDeclaration, ExportFromDeclaration,
    Expression, IfStatement, ImportDeclaration, ImportExpression, LogicalExpression, NewExpression, ObjectProperty,
    Statement, SwitchStatement, TSImportEqualsDeclaration, TSModuleReference, TSType, TSTypeAnnotation,
    TSTypeParameterDeclaration, TSTypeParameterInstantiation, TemplateLiteral, TryStatement,
};
use oxc_ast_visit::{Visit, walk};
use oxc_syntax::operator::{BinaryOperator, LogicalOperator};
use oxc_syntax::scope::{ScopeFlags, ScopeId};
use std::cell::Cell;

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
        let operands = super::operators::operands(it);
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
        let may_be_decided = self.folder.may_be_decided(&it.discriminant, self.scope());
        let subject = if may_be_decided { self.fold_here(&it.discriminant) } else { Value::Unknown };
        self.visit_expression(&it.discriminant);
        self.enter_scope(ScopeFlags::empty(), &it.scope_id);
        let is_known = subject.as_known().is_some();
        let test_of = |test| if is_known { self.fold_here(test) } else { Value::Unknown };
        let tests: Vec<_> = it.cases.iter().map(|case| case.test.as_ref().map(test_of)).collect();
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

//! First pass over a source: which names there are.

use super::ast::{function_key, inner};
use super::depth::Depth;
use super::table::{Arguments, Body, Kind, Known, Scope, ScopeKey, Site, TOP, Table};
use oxc_ast::AstKind;
use oxc_ast::ast::{
    Argument, ArrowFunctionBody, AssignmentTarget, CallExpression, Expression, ForStatementLeft, FormalParameters,
    Function, FunctionType, Program, SimpleAssignmentTarget, Statement, TSType, TSTypeAnnotation, VariableDeclaration,
    VariableDeclarationKind,
};
use oxc_ast_visit::{Visit, walk};
use oxc_syntax::operator::AssignmentOperator;
use oxc_syntax::scope::{ScopeFlags, ScopeId};
use rustc_hash::FxHashMap;
use std::cell::Cell;

/// Methods that call their argument with each element of the list.
const CALLS_WITH_ELEMENTS: &[&str] = &["every", "filter", "find", "flatMap", "forEach", "map", "some"];

/// The names of a program, unless it is nested too deep. Scopes are numbered in the tree itself, for the second
/// pass to find them.
pub(super) fn collect<'a>(program: &Program<'a>) -> Option<Table<'a>> {
    let mut collector = Collector::default();
    collector.visit_program(program);
    collector.table.settle();
    collector.table.settle_members();
    (!collector.depth.was_reached).then_some(collector.table)
}

#[derive(Default)]
struct Collector<'a> {
    table: Table<'a>,
    scopes: Vec<ScopeKey>,
    /// The function whose scope begins next.
    pending: Option<Pending<'a>>,
    /// Declarations at the head of a loop, by where they begin.
    loops: FxHashMap<u32, Kind<'a>>,
    depth: Depth,
}

enum Pending<'a> {
    Function(&'a Function<'a>),
    Arrow(u32, &'a FormalParameters<'a>, Body<'a>),
}

impl<'a> Collector<'a> {
    fn scope(&self) -> ScopeKey {
        self.scopes.last().copied().unwrap_or(TOP)
    }

    fn bind_parameters(&mut self, function: u32, parameters: &'a FormalParameters<'a>) {
        let scope = self.scope();
        for (index, parameter) in parameters.items.iter().enumerate() {
            let default = parameter.initializer.as_deref();
            self.table.bind_pattern(&parameter.pattern, scope, &[], &|keys| {
                if keys.is_empty() { Kind::Parameter { function, index, default } } else { Kind::Opaque }
            });
        }
        if let Some(rest) = &parameters.rest {
            self.table.bind_pattern(&rest.rest.argument, scope, &[], &|_| Kind::Opaque);
        }
    }

    fn declare(&mut self, declaration: &'a VariableDeclaration<'a>) {
        let scope = self.scope();
        let is_var = declaration.kind == VariableDeclarationKind::Var;
        let owner = if is_var { self.table.function_scope(scope) } else { scope };
        let of_loop = self.loops.remove(&declaration.span.start);
        for declarator in &declaration.declarations {
            let init = declarator.init.as_ref();
            // A second `var` of one name is an assignment to the first.
            if let Some(id) = declarator.id.get_binding_identifier()
                && is_var
                && self.table.is_bound_in(id.name.as_str(), owner)
            {
                self.table.assignments.extend(init.map(|init| (id.name.as_str(), scope, Some(init))));
                continue;
            }
            self.table.bind_pattern(&declarator.id, owner, &[], &|keys| match &of_loop {
                Some(kind) if keys.is_empty() => kind.clone(),
                Some(_) => Kind::Opaque,
                None => Kind::Variable { init, keys: keys.to_vec(), at: scope },
            });
        }
    }

    fn declare_function(&mut self, function: &'a Function<'a>) {
        if function.r#type == FunctionType::FunctionDeclaration
            && let Some(id) = &function.id
        {
            self.table.bind(id.name.as_str(), self.scope(), Kind::Function(function.span.start));
        }
        self.pending = Some(Pending::Function(function));
    }

    fn begin_function(&mut self) {
        let scope = self.scope();
        match self.pending.take() {
            Some(Pending::Function(function)) => {
                if function.r#type == FunctionType::FunctionExpression
                    && let Some(id) = &function.id
                {
                    self.table.bind(id.name.as_str(), scope, Kind::Function(function.span.start));
                }
                self.bind_parameters(function.span.start, &function.params);
                self.table.know(function, scope);
            }
            Some(Pending::Arrow(key, parameters, body)) => {
                self.bind_parameters(key, parameters);
                self.table.functions.insert(key, Known { body, scope });
            }
            None => {}
        }
    }

    fn note_call(&mut self, call: &'a CallExpression<'a>) {
        let scope = self.scope();
        let callee = inner(&call.callee);
        if let Some(function) = function_key(callee) {
            self.add_site(function, Arguments::Of { list: &call.arguments, skip: 0 });
        } else if let Expression::Identifier(id) = callee {
            self.table.calls.push((id.name.as_str(), scope, call));
        } else if let Expression::StaticMemberExpression(member) = callee {
            let name = member.property.name.as_str();
            if let Some(function) = function_key(&member.object).filter(|_| name == "call") {
                self.add_site(function, Arguments::Of { list: &call.arguments, skip: 1 });
            } else if let Some(function) =
                call.arguments.first().and_then(Argument::as_expression).and_then(function_key)
            {
                if CALLS_WITH_ELEMENTS.contains(&name) {
                    self.add_site(function, Arguments::Elements(&member.object));
                } else if name == "then" {
                    self.add_site(function, Arguments::Whole(&member.object));
                }
            }
        }
    }

    fn add_site(&mut self, function: u32, arguments: Arguments<'a>) {
        let scope = self.scope();
        self.table.sites.entry(function).or_default().push(Site { scope, arguments });
    }

    fn note_target(&mut self, target: &'a AssignmentTarget<'a>, value: Option<&'a Expression<'a>>) {
        let scope = self.scope();
        match target {
            AssignmentTarget::AssignmentTargetIdentifier(id) => {
                self.table.assignments.push((id.name.as_str(), scope, value));
            }
            AssignmentTarget::ObjectAssignmentTarget(it) => {
                for property in &it.properties {
                    match property {
                        oxc_ast::ast::AssignmentTargetProperty::AssignmentTargetPropertyIdentifier(it) => {
                            self.table.assignments.push((it.binding.name.as_str(), scope, None));
                        }
                        oxc_ast::ast::AssignmentTargetProperty::AssignmentTargetPropertyProperty(it) => {
                            if let Some(target) = it.binding.as_assignment_target() {
                                self.note_target(target, None);
                            }
                        }
                    }
                }
            }
            AssignmentTarget::ArrayAssignmentTarget(it) => {
                for target in it.elements.iter().flatten().filter_map(|it| it.as_assignment_target()) {
                    self.note_target(target, None);
                }
            }
            _ => {}
        }
    }

    fn note_loop(&mut self, left: &'a ForStatementLeft<'a>, kind: Kind<'a>) {
        match left {
            ForStatementLeft::VariableDeclaration(it) => {
                self.loops.insert(it.span.start, kind);
            }
            other => {
                if let Some(target) = other.as_assignment_target() {
                    self.note_target(target, None);
                }
            }
        }
    }
}

impl<'a> Visit<'a> for Collector<'a> {
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

    fn enter_scope(&mut self, flags: ScopeFlags, scope_id: &Cell<Option<ScopeId>>) {
        let key = ScopeKey::try_from(self.table.scopes.len()).unwrap_or(TOP);
        let is_function = flags.intersects(ScopeFlags::Var);
        self.table.scopes.push(Scope { parent: self.scope(), is_function });
        scope_id.set(Some(ScopeId::from_usize(key as usize)));
        self.scopes.push(key);
        if is_function {
            self.begin_function();
        }
    }

    fn leave_scope(&mut self) {
        self.scopes.pop();
    }

    fn enter_node(&mut self, kind: AstKind<'a>) {
        match kind {
            AstKind::VariableDeclaration(it) => self.declare(it),
            AstKind::Function(it) => self.declare_function(it),
            AstKind::ArrowFunctionExpression(it) => {
                let body = match &it.body {
                    ArrowFunctionBody::FunctionBody(body) => Body::Statements(&body.statements),
                    other => match other.as_expression() {
                        Some(expression) => Body::Expression(expression),
                        None => return,
                    },
                };
                self.pending = Some(Pending::Arrow(it.span.start, &it.params, body));
            }
            AstKind::Class(it) => {
                if let Some(id) = &it.id {
                    self.table.bind(id.name.as_str(), self.scope(), Kind::Opaque);
                }
            }
            AstKind::CatchParameter(it) => {
                let scope = self.scope();
                self.table.bind_pattern(&it.pattern, scope, &[], &|_| Kind::Opaque);
            }
            AstKind::ImportDeclaration(it) if it.import_kind.is_value() => {
                for specifier in it.specifiers.iter().flatten() {
                    self.table.bind_import(it.source.value.as_str(), specifier);
                }
            }
            AstKind::TSImportEqualsDeclaration(it) => {
                let kind = match &it.module_reference {
                    oxc_ast::ast::TSModuleReference::ExternalModuleReference(it) => {
                        Kind::Import { source: it.expression.value.as_str(), name: "*" }
                    }
                    _ => Kind::Opaque,
                };
                self.table.bind(it.id.name.as_str(), self.scope(), kind);
            }
            AstKind::TSEnumDeclaration(it) => self.table.bind(it.id.name.as_str(), self.scope(), Kind::Opaque),
            AstKind::CallExpression(it) => self.note_call(it),
            AstKind::AssignmentExpression(it) => {
                let is_plain = matches!(
                    it.operator,
                    AssignmentOperator::Assign | AssignmentOperator::LogicalOr | AssignmentOperator::LogicalNullish
                );
                self.note_target(&it.left, is_plain.then_some(&it.right));
                if let AssignmentTarget::StaticMemberExpression(member) = &it.left
                    && let Expression::Identifier(object) = &member.object
                {
                    let (name, property) = (object.name.as_str(), member.property.name.as_str());
                    self.table.member_assignments.push((name, self.scope(), property, &it.right));
                }
            }
            AstKind::UpdateExpression(it) => {
                if let SimpleAssignmentTarget::AssignmentTargetIdentifier(id) = &it.argument {
                    self.table.assignments.push((id.name.as_str(), self.scope(), None));
                }
            }
            AstKind::ForOfStatement(it) => self.note_loop(&it.left, Kind::Element(&it.right, self.scope())),
            AstKind::ForInStatement(it) => self.note_loop(&it.left, Kind::Key(&it.right, self.scope())),
            _ => {}
        }
    }

    // Types bind nothing that runs.
    fn visit_ts_type(&mut self, _: &TSType<'a>) {}
    fn visit_ts_type_annotation(&mut self, _: &TSTypeAnnotation<'a>) {}
}

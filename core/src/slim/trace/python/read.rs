//! From a source to its facts.

use super::annotations::Named;
use super::condition;
use super::facts::{AttributeUse, Facts, ModuleName};
use super::fold::{Names, Value};
use super::guards::{catches_missing, suppresses_missing};
use super::lines::Lines;
use super::nesting;
use super::uses::Uses;
use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{Expr, Parameters, Stmt, StmtTry};
use ruff_text_size::Ranged;
use rustc_hash::{FxHashMap, FxHashSet};

/// How deep a source may nest; the interpreter's own parser allows 200 brackets and 100 blocks.
pub(super) const MOST_DEPTH: usize = 1000;

const TOO_DEEP: &str = "it nests too deep";

/// Reads a source. `is_top_level` tells whether a name is that of a module of the package outside of any other.
pub(super) fn read(source: &str, version: (u32, u32), is_top_level: &dyn Fn(&str) -> bool) -> Facts {
    let lines = Lines::of(source);
    if let Some(at) = nesting::too_deep_at(source) {
        let line = lines.line(u32::try_from(at).unwrap_or(0));
        return Facts { error: Some((TOO_DEEP.to_owned(), line)), ..Facts::default() };
    }
    let parsed = match ruff_python_parser::parse_module(source) {
        Ok(parsed) => parsed,
        Err(error) => {
            let line = lines.line(error.location.start().to_u32());
            return Facts { error: Some((error.error.to_string(), line)), ..Facts::default() };
        }
    };
    let mut reader = Reader {
        facts: Facts::default(),
        names: Names::default(),
        aliases: FxHashMap::default(),
        uses: Uses::default(),
        used: FxHashSet::default(),
        version,
        lines,
        is_top_level,
        has_module_getattr: source.contains("def __getattr__"),
        place: Place::default(),
        deferred: Vec::new(),
        depth: 0,
        is_inside_path: false,
    };
    reader.visit_body(parsed.suite());
    // Functions run after the module, when all its names are bound.
    while let Some((body, place)) = reader.deferred.pop() {
        reader.place = place;
        reader.visit_body(body);
    }
    let facts = reader.finish();
    if facts.error.is_some() {
        // Dropping a tree that deep would need as deep a stack.
        std::mem::forget(parsed);
    }
    facts
}

/// Where in the source the reader is.
#[derive(Debug, Clone, Copy, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each says something else of a place")]
pub(super) struct Place {
    pub(super) is_guarded: bool,
    /// Whether it is part of a statement that may not run it, or not to its end.
    pub(super) is_conditional: bool,
    pub(super) in_class: bool,
    pub(super) in_function: bool,
    pub(super) in_getattr: bool,
}

pub(super) struct Reader<'a> {
    pub(super) facts: Facts,
    pub(super) names: Names,
    /// Names that imports bound, and the modules they may stand for.
    pub(super) aliases: FxHashMap<String, Vec<ModuleName>>,
    pub(super) uses: Uses,
    used: FxHashSet<AttributeUse>,
    version: (u32, u32),
    lines: Lines,
    is_top_level: &'a dyn Fn(&str) -> bool,
    has_module_getattr: bool,
    pub(super) place: Place,
    deferred: Vec<(&'a [Stmt], Place)>,
    depth: usize,
    is_inside_path: bool,
}

impl<'a> Reader<'a> {
    fn finish(mut self) -> Facts {
        (self.facts.unused, self.facts.late) = self.uses.finish(&self.facts.exports);
        self.facts
    }

    pub(super) fn line(&self, node: &impl Ranged) -> u32 {
        self.lines.line(node.start().to_u32())
    }

    /// Visits a part of a statement that may not run.
    fn conditionally(&mut self, visit: impl FnOnce(&mut Self)) {
        let before = self.place;
        self.place.is_conditional = true;
        visit(self);
        self.place = before;
    }

    fn try_statement(&mut self, statement: &'a StmtTry) {
        let before = self.place;
        self.place.is_guarded |= statement.handlers.iter().any(catches_missing);
        self.visit_body(&statement.body);
        // What stands in a handler is tried where the first choice is missing, and may be missing too.
        for handler in &statement.handlers {
            self.visit_except_handler(handler);
        }
        self.place = before;
        self.visit_body(&statement.orelse);
        self.visit_body(&statement.finalbody);
    }

    fn if_statement(&mut self, statement: &'a ruff_python_ast::StmtIf) {
        let mut left = vec![(Some(&*statement.test), &statement.body[..])];
        left.extend(statement.elif_else_clauses.iter().map(|clause| (clause.test.as_ref(), &clause.body[..])));
        let mut is_unclear = false;
        for (test, body) in left {
            let known = test.map_or(Some(true), |test| condition::evaluate(test, self.version));
            if let Some(test) = test.filter(|_| known.is_none()) {
                self.visit_expr(test);
            }
            // What comes after a test that cannot be told may not run either.
            is_unclear |= known.is_none();
            if known != Some(false) && is_unclear {
                self.conditionally(|reader| reader.visit_body(body));
            } else if known != Some(false) {
                self.visit_body(body);
            }
            if known == Some(true) {
                break;
            }
        }
    }

    fn defer(&mut self, body: &'a [Stmt], parameters: Option<&Parameters>, name: &str) {
        for parameter in parameters.into_iter().flatten() {
            self.names.bind(parameter.name().as_str(), None);
        }
        let is_module_getattr = name == "__getattr__" && !self.place.in_function;
        let place = Place { in_function: true, in_getattr: self.place.in_getattr || is_module_getattr, ..self.place };
        self.deferred.push((body, place));
    }

    fn assign(&mut self, target: &Expr, value: &Expr) {
        match target {
            Expr::Name(name) if name.id == "__all__" => self.exports(value),
            Expr::Name(name) => {
                let folded = self.names.fold(value);
                self.names.bind(name.id.as_str(), folded);
            }
            _ => {}
        }
    }

    fn exports(&mut self, value: &Expr) {
        let elements = match value {
            Expr::List(list) => &list.elts,
            Expr::Tuple(tuple) => &tuple.elts,
            _ => return,
        };
        let names = elements.iter().filter_map(|it| it.as_string_literal_expr());
        self.facts.exports.extend(names.map(|name| name.value.to_str().to_owned()));
    }

    /// `np.linalg.norm`, where `np` was imported.
    fn attribute(&mut self, expression: &Expr) -> bool {
        let mut names = Vec::new();
        let mut left = expression;
        while let Expr::Attribute(attribute) = left {
            names.push(attribute.attr.as_str().to_owned());
            left = &attribute.value;
        }
        if names.len() > MOST_DEPTH {
            self.note_too_deep(expression);
            return true;
        }
        let Expr::Name(root) = left else { return false };
        self.uses.read(root.id.as_str(), self.place.in_function);
        names.reverse();
        let line = self.line(expression);
        for module in self.aliases.get(root.id.as_str()).cloned().unwrap_or_default() {
            let used = AttributeUse { module, names: names.clone() };
            if self.used.insert(used.clone()) {
                self.facts.attributes.push((used, line));
            }
        }
        true
    }

    fn constant(&mut self, text: &str) {
        let top = text.split('.').next().unwrap_or(text);
        let is_dotted = text.len() < 200 && text.split('.').all(is_identifier) && top.len() < text.len();
        if is_dotted && (self.is_top_level)(top) {
            self.facts.constants.push(text.to_owned());
        }
    }

    fn path(&mut self, expression: &Expr) -> bool {
        if self.is_inside_path || !matches!(expression, Expr::Call(_) | Expr::BinOp(_)) {
            return false;
        }
        match self.names.fold(expression) {
            Some(Value::Path(path)) if !path.parts.is_empty() => {
                let line = self.line(expression);
                self.facts.assets.push((path, line));
                true
            }
            _ => false,
        }
    }
}

impl<'a> Visitor<'a> for Reader<'a> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        if self.is_too_deep(statement) {
            return;
        }
        self.depth += 1;
        match statement {
            Stmt::Import(import) => self.import(import),
            Stmt::ImportFrom(import) => self.import_from(import),
            Stmt::Try(statement) => self.conditionally(|reader| reader.try_statement(statement)),
            Stmt::If(statement) => self.if_statement(statement),
            Stmt::FunctionDef(function) => {
                for decorator in &function.decorator_list {
                    self.visit_decorator(decorator);
                }
                for default in function.parameters.iter().filter_map(ruff_python_ast::AnyParameterRef::default) {
                    self.visit_expr(default);
                }
                let annotations = function.parameters.iter().filter_map(|it| it.as_parameter().annotation.as_deref());
                for annotation in annotations.chain(function.returns.as_deref()) {
                    self.visit_annotation(annotation);
                }
                self.defer(&function.body, Some(&function.parameters), function.name.as_str());
            }
            Stmt::With(with) => {
                let before = self.place;
                self.place.is_guarded |= with.items.iter().any(|item| suppresses_missing(&item.context_expr));
                self.conditionally(|reader| visitor::walk_stmt(reader, statement));
                self.place = before;
            }
            Stmt::ClassDef(_) => {
                let before = self.place;
                self.place.in_class = true;
                visitor::walk_stmt(self, statement);
                self.place = before;
            }
            Stmt::Assign(assign) => {
                for target in &assign.targets {
                    self.assign(target, &assign.value);
                }
                visitor::walk_stmt(self, statement);
            }
            Stmt::AnnAssign(assign) => {
                self.visit_annotation(&assign.annotation);
                if let Some(value) = &assign.value {
                    self.assign(&assign.target, value);
                    self.visit_expr(value);
                }
            }
            Stmt::AugAssign(assign) => {
                if assign.target.as_name_expr().is_some_and(|name| name.id == "__all__") {
                    self.exports(&assign.value);
                }
                // It is read before it is written.
                if let Some(name) = assign.target.as_name_expr() {
                    self.uses.read(name.id.as_str(), self.place.in_function);
                }
                visitor::walk_stmt(self, statement);
            }
            Stmt::For(loop_) => {
                if let Expr::Name(name) = &*loop_.target {
                    self.names.bind(name.id.as_str(), None);
                }
                self.conditionally(|reader| visitor::walk_stmt(reader, statement));
            }
            Stmt::While(_) | Stmt::Match(_) => self.conditionally(|reader| visitor::walk_stmt(reader, statement)),
            _ => visitor::walk_stmt(self, statement),
        }
        self.depth -= 1;
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        if self.is_too_deep(expression) {
            return;
        }
        self.depth += 1;
        let was_inside = self.is_inside_path;
        self.is_inside_path |= self.path(expression);
        match expression {
            Expr::StringLiteral(literal) => self.constant(literal.value.to_str()),
            // What is deleted at once was imported for what importing it does.
            Expr::Name(name) if !name.ctx.is_store() => self.uses.read(name.id.as_str(), self.place.in_function),
            Expr::Call(call) => {
                self.call(call);
                visitor::walk_expr(self, expression);
            }
            Expr::Attribute(_) if self.attribute(expression) => {}
            Expr::Dict(dict) => {
                if self.has_module_getattr && !self.place.in_function {
                    self.lazy_table(dict);
                }
                visitor::walk_expr(self, expression);
            }
            _ => visitor::walk_expr(self, expression),
        }
        self.is_inside_path = was_inside;
        self.depth -= 1;
    }

    // Types are not imported by being named; the names themselves are read when the module is.
    fn visit_annotation(&mut self, annotation: &'a Expr) {
        let names = Named::of(annotation);
        if names.is_too_deep {
            self.note_too_deep(annotation);
        }
        for name in names.found {
            self.uses.read(name, false);
        }
    }
}

impl Reader<'_> {
    fn is_too_deep(&mut self, node: &impl Ranged) -> bool {
        if self.depth < MOST_DEPTH {
            return false;
        }
        self.note_too_deep(node);
        true
    }

    fn note_too_deep(&mut self, node: &impl Ranged) {
        let line = self.line(node);
        self.facts.error.get_or_insert_with(|| (TOO_DEEP.to_owned(), line));
    }
}

fn is_identifier(text: &str) -> bool {
    let mut letters = text.chars();
    letters.next().is_some_and(|first| first.is_alphabetic() || first == '_')
        && letters.all(|letter| letter.is_alphanumeric() || letter == '_')
}

#[cfg(test)]
mod tests {
    use super::super::facts::{Import, PathBase, UnneededImport};
    use super::*;

    fn facts(source: &str) -> Facts {
        read(source, (3, 12), &|name| name == "pkg")
    }

    fn imports(source: &str) -> Vec<String> {
        let text = |import: &Import| {
            let dots = ".".repeat(import.module.level as usize);
            let names = if import.names.is_empty() { String::new() } else { format!(":{}", import.names.join(",")) };
            format!("{dots}{}{names}{}", import.module.path, if import.is_guarded { "?" } else { "" })
        };
        facts(source).imports.iter().map(text).collect()
    }

    #[test]
    fn statements() {
        let source = "import a.b as c, d\nfrom . import e\nfrom ..f import g as h, i\nfrom j import *\n";
        assert_eq!(imports(source), ["a.b", "d", ".:e", "..f:g,i", "j:*"]);
    }

    #[test]
    fn guards_and_branches() {
        let source = "
try:
    import a
except (ValueError, ImportError):
    import b
else:
    import c
with contextlib.suppress(ImportError):
    import d
if TYPE_CHECKING:
    import e
elif sys.platform == 'win32':
    import f
else:
    import g
def h():
    import i
";
        assert_eq!(imports(source), ["a?", "b?", "c", "d?", "g", "i?"]);
    }

    #[test]
    fn computed_names() {
        let source = "
ROOT = 'pkg'
import_module('pkg.a')
importlib.import_module('.b', 'pkg')
__import__(ROOT + '.c')
import_module(f'{__name__}.d')
import_module(f'pkg.plugins.{x}')
import_module(x)
";
        assert_eq!(imports(source), ["pkg.a?", "pkg.b?", "pkg.c?", ".d?"]);
        let dynamic = facts(source).dynamic;
        assert_eq!(dynamic.len(), 2);
        assert!(dynamic[0].name.matches("pkg.plugins.z") && dynamic[0].line == 7);
        assert!(dynamic[1].name.is_any());
    }

    #[test]
    fn lazy_attributes() {
        let source = "
_modules = {'Thing': ('pkg', '.thing')}
def __getattr__(name):
    return import_module(f'pkg.{name}')
";
        let facts = facts(source);
        assert!(facts.lazy.contains(&("Thing".into(), ModuleName::parse(".thing"))), "{:?}", facts.lazy);
        assert!(facts.dynamic.is_empty());
        let attached = super::tests::facts("a, b, c = lazy.attach(__name__, ['x'], {'y': ['f', 'g']})");
        assert_eq!(attached.lazy.len(), 3);
    }

    #[test]
    fn what_is_read_of_imported_modules() {
        let uses =
            facts("import pkg as p\nfrom . import q\ndef f():\n    return p.sub.thing(q.name, other.x)\n").attributes;
        let uses: Vec<_> = uses.iter().map(|(used, _)| (used.module.path.as_str(), used.names.join("."))).collect();
        assert_eq!(uses, [("pkg", "sub.thing".to_owned()), ("q", "name".to_owned())]);
    }

    #[test]
    fn files_beside_the_source() {
        let source = "
HERE = os.path.dirname(__file__)
def f():
    open(os.path.join(HERE, 'data', name))
    pkgutil.get_data('pkg', 'x/y.bin')
    return importlib.resources.files('pkg').joinpath('z')
";
        let assets = facts(source).assets;
        assert_eq!(assets.len(), 3, "{assets:?}");
        assert_eq!(assets[0].0.parts.len(), 2);
        assert_eq!(assets[1].0.base, PathBase::Module(ModuleName::absolute("pkg")));
    }

    #[test]
    fn imports_that_are_not_used_at_once() {
        let source = "
from __future__ import annotations
import a, b as c, d.e
from f import g, h as h
from i import j
__all__ = ['j']
x = c.thing
def k(y: d.T):
    return a.z
";
        assert_eq!(unneeded(source), (vec!["f:g".to_owned()], vec!["a".to_owned()]));
    }

    /// The imports that are never used, and those that only functions use.
    fn unneeded(source: &str) -> (Vec<String>, Vec<String>) {
        let name = |it: &UnneededImport| {
            let attribute = it.attribute.as_ref().map(|name| format!(":{name}")).unwrap_or_default();
            format!("{}{attribute}", it.module.path)
        };
        let facts = facts(source);
        (facts.unused.iter().map(name).collect(), facts.late.iter().map(name).collect())
    }

    #[test]
    fn imports_that_share_a_name() {
        let unused = |source: &str| unneeded(source).0;
        assert_eq!(unused("import a.b\nimport a.c\n"), ["a.b", "a.c"]);
        assert!(unused("import a.b\nimport a.c\nprint(a)\n").is_empty());
        // The second takes the place of the first before that is used.
        assert_eq!(unused("import a as x\nimport b as x\nprint(x)\n"), ["a"]);
        assert!(unused("import a as x\nprint(x)\nimport b as x\nprint(x)\n").is_empty());
        assert!(unused("import a\nimport a\nprint(a)\n").is_empty());
        // Which of them runs is not known.
        let branches = "if y:\n    import a as x\nelse:\n    import b as x\nprint(x)\n";
        assert!(unused(branches).is_empty());
        assert!(unused("import a as x\nfor y in z:\n    import b as x\nprint(x)\n").is_empty());
        assert_eq!(unused("if y:\n    import a as x\nimport b as x\nprint(x)\n"), ["a"]);
        let tried = "try:\n    import a as x\nexcept ImportError:\n    import b as x\nprint(x)\n";
        assert!(unused(tried).is_empty() && unused(&tried.replace("ImportError", "OSError")).is_empty());
        // A function may have been called in between.
        let called = "import a as x\ndef f():\n    x.go()\nf()\nimport b as x\n";
        assert_eq!(unneeded(called), (vec![], vec!["b".to_owned()]));
        // Uses that are easily overlooked.
        for used in ["def f(y: 'list[a.T]'): pass", "y: 'a.T'", "y: a.T = 1", "a += 1", "del a", "@a.b\ndef f(): pass"]
        {
            assert!(unused(&format!("import a\n{used}\n")).is_empty(), "{used}");
        }
        // A class's attribute.
        assert!(unused("class A:\n    import a\n").is_empty());
    }

    #[test]
    fn what_does_not_parse_or_nests_too_deep_is_told() {
        assert_eq!(facts("x = 1\nprint 'x'\n").error.unwrap().1, 2);
        let deep = format!("x = {}1{}", "[".repeat(50_000), "]".repeat(50_000));
        assert!(facts(&deep).error.is_some());
        assert!(facts(&format!("x = {}1", "-".repeat(100_000))).error.is_some());
    }
}

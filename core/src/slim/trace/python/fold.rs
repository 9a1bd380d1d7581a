//! What an expression comes to, as far as the source alone tells: text and paths.

use super::facts::{ModuleName, PathBase, PathPattern};
use super::pattern::Pattern;
use ruff_python_ast::{Expr, ExprCall, FStringPart, InterpolatedStringElement, Operator};
use rustc_hash::FxHashMap;

/// How deep expressions are followed.
const MOST_DEPTH: usize = 64;

/// How many parts of a path are known at most; a longer one means all that lies below them.
const MOST_PARTS: usize = 256;
/// Bytes that all names of a source hold together, about; past that no more become known.
const MOST_HELD: usize = 32 << 20;

/// What is known of a value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Text(Pattern),
    Path(PathPattern),
    /// The module's own name, `__name__`, or its package's, this many levels up.
    Own(u32),
}

/// The names of a source that are bound to something known.
#[derive(Debug, Default)]
pub(super) struct Names {
    values: FxHashMap<String, Option<Value>>,
    held: usize,
}

impl Value {
    /// Bytes that it takes, about.
    fn bytes(&self) -> usize {
        match self {
            Value::Text(text) => text.bytes(),
            Value::Path(path) => path.parts.iter().map(|part| part.bytes() + size_of::<Pattern>()).sum(),
            Value::Own(_) => 0,
        }
    }
}

impl Names {
    /// Notes an assignment; a name that is bound to two values is bound to none.
    pub(super) fn bind(&mut self, name: &str, value: Option<Value>) {
        match self.values.get_mut(name) {
            Some(known) if *known != value => *known = None,
            Some(_) => {}
            None => {
                self.held += value.as_ref().map_or(0, Value::bytes);
                self.values.insert(name.to_owned(), value.filter(|_| self.held <= MOST_HELD));
            }
        }
    }

    /// What is known of an expression.
    pub(super) fn fold(&self, expression: &Expr) -> Option<Value> {
        self.deep(expression, 0)
    }

    /// An expression as text; of an unknown one, unknown text.
    pub(super) fn text(&self, expression: &Expr) -> Pattern {
        self.text_deep(expression, 0)
    }

    fn text_deep(&self, expression: &Expr, depth: usize) -> Pattern {
        match self.deep(expression, depth) {
            Some(Value::Text(text)) => text,
            // A name that begins with the module's own is relative to it: `f"{__name__}.x"`.
            Some(Value::Own(_)) => Pattern::exact(""),
            _ => Pattern::any(),
        }
    }

    fn deep(&self, expression: &Expr, depth: usize) -> Option<Value> {
        if depth > MOST_DEPTH {
            return None;
        }
        let down = depth + 1;
        match expression {
            Expr::StringLiteral(literal) => Some(Value::Text(Pattern::exact(literal.value.to_str()))),
            Expr::FString(format) => Some(Value::Text(self.format(format, down))),
            Expr::Name(name) => self.named(name.id.as_str()),
            Expr::BinOp(operation) => self.operation(operation.op, &operation.left, &operation.right, down),
            Expr::Attribute(attribute) => self.attribute(&attribute.value, attribute.attr.as_str(), down),
            Expr::Subscript(subscript) => self.parents(subscript, down),
            Expr::Call(call) => self.call(call, down),
            Expr::Named(named) => self.deep(&named.value, down),
            _ => None,
        }
    }

    fn named(&self, name: &str) -> Option<Value> {
        match name {
            "__file__" => Some(here(0)),
            "__name__" => Some(Value::Own(0)),
            "__package__" => Some(Value::Own(1)),
            _ => self.values.get(name).cloned().flatten(),
        }
    }

    fn format(&self, format: &ruff_python_ast::ExprFString, depth: usize) -> Pattern {
        let mut text = Pattern::exact("");
        for part in &format.value {
            match part {
                FStringPart::Literal(literal) => text = text.then(&Pattern::exact(literal.as_str())),
                FStringPart::FString(parts) => {
                    for element in &parts.elements {
                        text = match element {
                            InterpolatedStringElement::Literal(literal) => text.then(&Pattern::exact(&*literal.value)),
                            InterpolatedStringElement::Interpolation(inner) => {
                                text.then(&self.text_deep(&inner.expression, depth))
                            }
                        };
                    }
                }
            }
        }
        text
    }

    fn operation(&self, op: Operator, left: &Expr, right: &Expr, depth: usize) -> Option<Value> {
        match op {
            Operator::Add => match self.deep(left, depth) {
                // A path with text after it: `__file__ + "x"` is rare, `dirname(__file__) + "/x"` is not.
                Some(Value::Path(path)) => Some(Value::Path(append(path, &self.text_deep(right, depth))?)),
                Some(Value::Text(text)) => Some(Value::Text(text.then(&self.text_deep(right, depth)))),
                Some(Value::Own(_)) => Some(Value::Text(self.text_deep(right, depth))),
                _ => match self.deep(right, depth)? {
                    Value::Text(text) => Some(Value::Text(Pattern::any().then(&text))),
                    _ => None,
                },
            },
            Operator::Div => match self.deep(left, depth)? {
                Value::Path(path) => Some(Value::Path(join(path, &self.text_deep(right, depth)))),
                _ => None,
            },
            // `"pkg.%s" % name`: what comes before the first place is known.
            Operator::Mod => match self.deep(left, depth)? {
                Value::Text(text) => Some(Value::Text(template(text.as_exact()?, '%'))),
                _ => None,
            },
            _ => None,
        }
    }

    /// Attributes of paths: `path.parent`.
    fn attribute(&self, of: &Expr, name: &str, depth: usize) -> Option<Value> {
        match (name, self.deep(of, depth)?) {
            ("parent", Value::Path(path)) => Some(Value::Path(parent(path))),
            _ => None,
        }
    }

    /// `path.parents[1]`.
    fn parents(&self, subscript: &ruff_python_ast::ExprSubscript, depth: usize) -> Option<Value> {
        let attribute = subscript.value.as_attribute_expr().filter(|it| it.attr.as_str() == "parents")?;
        let Value::Path(path) = self.deep(&attribute.value, depth)? else { return None };
        let levels = subscript.slice.as_number_literal_expr()?.value.as_int()?.as_u8()?;
        Some(Value::Path((0..=levels).fold(path, |path, _| parent(path))))
    }

    fn call(&self, call: &ExprCall, depth: usize) -> Option<Value> {
        let arguments = &call.arguments.args;
        let name = function_name(&call.func)?;
        let first = || arguments.first().and_then(|first| self.deep(first, depth));
        let on = || call.func.as_attribute_expr().and_then(|method| self.deep(&method.value, depth));
        match name {
            "dirname" => path_of(first()?).map(|path| Value::Path(parent(path))),
            "abspath" | "realpath" | "normpath" | "fspath" | "Path" | "PurePath" | "str" => first(),
            "resolve" | "absolute" | "expanduser" | "as_posix" => on(),
            "join" if arguments.len() > 1 => {
                let path = path_of(first()?)?;
                Some(Value::Path(
                    arguments[1..].iter().fold(path, |path, part| join(path, &self.text_deep(part, depth))),
                ))
            }
            "joinpath" => {
                let path = path_of(on()?)?;
                Some(Value::Path(arguments.iter().fold(path, |path, part| join(path, &self.text_deep(part, depth)))))
            }
            "with_name" => Some(Value::Path(join(parent(path_of(on()?)?), &self.text_deep(arguments.first()?, depth)))),
            // importlib.resources.files("pkg"), importlib_resources' the same.
            "files" => module_of(&first()?)
                .map(|module| Value::Path(PathPattern { base: PathBase::Module(module), parts: Vec::new() })),
            "format" => match on()? {
                Value::Text(text) => Some(Value::Text(template(text.as_exact()?, '{'))),
                _ => None,
            },
            _ => None,
        }
    }
}

fn here(levels: usize) -> Value {
    Value::Path(PathPattern { base: PathBase::Here(levels), parts: Vec::new() })
}

fn path_of(value: Value) -> Option<PathPattern> {
    match value {
        Value::Path(path) => Some(path),
        _ => None,
    }
}

/// The module that a value names: text, `__name__` or `__package__`.
pub(super) fn module_of(value: &Value) -> Option<ModuleName> {
    match value {
        Value::Text(text) => text.as_exact().map(ModuleName::parse),
        // The package itself: one dot.
        Value::Own(_) => Some(ModuleName { level: 1, path: String::new() }),
        Value::Path(_) => None,
    }
}

/// The last name of what is called: `join` of `os.path.join`.
pub(super) fn function_name(function: &Expr) -> Option<&str> {
    match function {
        Expr::Name(name) => Some(name.id.as_str()),
        Expr::Attribute(attribute) => Some(attribute.attr.as_str()),
        _ => None,
    }
}

fn parent(mut path: PathPattern) -> PathPattern {
    if path.parts.pop().is_none() {
        path.base = match path.base {
            PathBase::Here(levels) => PathBase::Here(levels + 1),
            module @ PathBase::Module(_) => module,
        };
    }
    path
}

/// A path with more below it; text with slashes is several parts.
fn join(mut path: PathPattern, text: &Pattern) -> PathPattern {
    match text.as_exact() {
        Some(text) => {
            for part in text.split('/').filter(|part| !part.is_empty() && *part != ".") {
                if part == ".." {
                    path = parent(path);
                } else if path.parts.len() < MOST_PARTS {
                    path.parts.push(Pattern::exact(part));
                }
            }
        }
        None if path.parts.len() < MOST_PARTS => path.parts.push(text.clone()),
        None => {}
    }
    path
}

/// A path with text written after it.
fn append(path: PathPattern, text: &Pattern) -> Option<PathPattern> {
    text.prefix().starts_with('/').then(|| join(path, text))
}

/// Text up to the first place that is filled in.
fn template(text: &str, mark: char) -> Pattern {
    let Some((before, _)) = text.split_once(mark) else { return Pattern::exact(text) };
    let after = if ["%%", "{{", "}}"].iter().any(|doubled| text.contains(doubled)) { "" } else { end(text, mark) };
    Pattern::exact(before).then(&Pattern::any()).then(&Pattern::exact(after))
}

/// What stands after the last place of a template.
fn end(text: &str, mark: char) -> &str {
    let ends = if mark == '{' { text.rsplit_once('}') } else { text.rsplit_once(mark) };
    let last = ends.map_or("", |(_, last)| last);
    if mark == '{' {
        return last;
    }
    // `%(name)s`, `%03d`: flags and widths, then the letter of the conversion.
    let last = last.strip_prefix('(').and_then(|key| key.split_once(')')).map_or(last, |(_, rest)| rest);
    let letter = last.trim_start_matches(|it: char| it.is_ascii_digit() || "#-+ .*".contains(it));
    letter.get(1..).unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fold(text: &str) -> Option<Value> {
        let parsed = ruff_python_parser::parse_expression(text).unwrap();
        let mut names = Names::default();
        names.bind("ROOT", Some(here(2)));
        names.fold(parsed.expr())
    }

    fn path(levels: usize, parts: &[&str]) -> Value {
        let parts = parts.iter().map(|part| Pattern::exact(*part)).collect();
        Value::Path(PathPattern { base: PathBase::Here(levels), parts })
    }

    #[test]
    fn paths_beside_the_source() {
        let cases = [
            ("os.path.join(os.path.dirname(__file__), 'data', 'x.json')", path(1, &["data", "x.json"])),
            ("Path(__file__).resolve().parent / 'a' / 'b.txt'", path(1, &["a", "b.txt"])),
            ("pathlib.Path(__file__).parents[1].joinpath('a/b')", path(2, &["a", "b"])),
            ("dirname(abspath(__file__)) + '/x'", path(1, &["x"])),
            ("os.path.join(ROOT, '..', 'x')", path(3, &["x"])),
            ("Path(__file__).with_name('y')", path(1, &["y"])),
        ];
        for (text, expected) in cases {
            assert_eq!(fold(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn text_is_known_as_far_as_it_is_constant() {
        let pattern = |text: &str| match fold(text) {
            Some(Value::Text(text)) => text,
            other => panic!("{text}: {other:?}"),
        };
        assert_eq!(pattern("'a' 'b' + f'{\"c\"}d'").as_exact(), Some("abcd"));
        for text in ["f'pkg.{x}'", "'pkg.' + x", "'pkg.%s' % x", "'pkg.{}'.format(x)"] {
            assert!(pattern(text).matches("pkg.anything") && !pattern(text).matches("other"), "{text}");
        }
        assert!(pattern("x + '_plugin'").matches("a_plugin"));
    }

    #[test]
    fn what_doubles_ends() {
        let mut names = Names::default();
        let fold = |names: &Names, text: &str| names.fold(ruff_python_parser::parse_expression(text).unwrap().expr());
        names.bind("x0", Some(Value::Text(Pattern::exact("12345678"))));
        for at in 1..100 {
            let twice = fold(&names, &format!("x{0} + x{0}", at - 1));
            names.bind(&format!("x{at}"), twice);
        }
        assert_eq!(fold(&names, "x99"), Some(Value::Text(Pattern::any())));
        names.bind("p0", Some(here(1)));
        for at in 1..1000 {
            let longer = fold(&names, &format!("p{} / 'part'", at - 1));
            names.bind(&format!("p{at}"), longer);
        }
        assert!(matches!(fold(&names, "p999"), Some(Value::Path(path)) if path.parts.len() == MOST_PARTS));
    }
}

//! Conditions that are known before the program runs: which branch a function of this version takes.

use ruff_python_ast::{BoolOp, CmpOp, Expr, Number, UnaryOp};

/// The platform that functions run on, as `sys.platform` and `os.name` tell it.
const PLATFORM: &str = "linux";
const OS_NAME: &str = "posix";
const SYSTEM: &str = "Linux";

/// What a condition comes to on this version; `None` where that depends on the run.
pub(super) fn evaluate(test: &Expr, version: (u32, u32)) -> Option<bool> {
    match test {
        Expr::BooleanLiteral(literal) => Some(literal.value),
        Expr::NumberLiteral(literal) => match &literal.value {
            Number::Int(value) => value.as_u64().and_then(|value| u32::try_from(value).ok()).map(|value| value != 0),
            _ => None,
        },
        Expr::UnaryOp(operation) if operation.op == UnaryOp::Not => {
            evaluate(&operation.operand, version).map(|value| !value)
        }
        Expr::BoolOp(operation) => all_or_any(operation.op, &operation.values, version),
        Expr::Name(name) => named(name.id.as_str()),
        Expr::Attribute(attribute) => named(attribute.attr.as_str()),
        Expr::Compare(compare) if compare.ops.len() == 1 => {
            compared(&compare.left, compare.ops[0], &compare.comparators[0], version)
        }
        Expr::Call(call) => starts_with(call),
        _ => None,
    }
}

/// Names whose meaning is the same everywhere: typing's constant (PEP 484), six's, and the interpreter's.
fn named(name: &str) -> Option<bool> {
    match name {
        "TYPE_CHECKING" | "PY2" => Some(false),
        "PY3" | "__debug__" => Some(true),
        _ => None,
    }
}

fn all_or_any(op: BoolOp, values: &[Expr], version: (u32, u32)) -> Option<bool> {
    let decisive = op == BoolOp::Or;
    let mut known: Vec<Option<bool>> = values.iter().map(|value| evaluate(value, version)).collect();
    if known.contains(&Some(decisive)) {
        return Some(decisive);
    }
    known.retain(|value| *value != Some(!decisive));
    known.is_empty().then_some(!decisive)
}

fn compared(left: &Expr, op: CmpOp, right: &Expr, version: (u32, u32)) -> Option<bool> {
    if let Some(text) = platform_text(left) {
        return compare_text(text, op, right);
    }
    let (actual, wanted) = (version_parts(left, version)?, numbers(right)?);
    // Only as many parts as were written count: (3, 12) is not over (3, 12).
    let actual =
        if matches!(op, CmpOp::Eq | CmpOp::NotEq) { &actual[..actual.len().min(wanted.len())] } else { &actual };
    let order = actual.cmp(&wanted);
    Some(match op {
        CmpOp::Lt => order.is_lt(),
        CmpOp::LtE => order.is_le(),
        CmpOp::Gt => order.is_gt(),
        CmpOp::GtE => order.is_ge(),
        CmpOp::Eq => order.is_eq(),
        CmpOp::NotEq => order.is_ne(),
        _ => return None,
    })
}

fn compare_text(text: &str, op: CmpOp, right: &Expr) -> Option<bool> {
    let choices: Vec<&str> = match right {
        Expr::StringLiteral(literal) => vec![literal.value.to_str()],
        Expr::Tuple(tuple) => tuple.elts.iter().map(literal_text).collect::<Option<_>>()?,
        Expr::List(list) => list.elts.iter().map(literal_text).collect::<Option<_>>()?,
        Expr::Set(set) => set.elts.iter().map(literal_text).collect::<Option<_>>()?,
        _ => return None,
    };
    match op {
        CmpOp::Eq | CmpOp::In => Some(choices.contains(&text)),
        CmpOp::NotEq | CmpOp::NotIn => Some(!choices.contains(&text)),
        _ => None,
    }
}

fn literal_text(expression: &Expr) -> Option<&str> {
    expression.as_string_literal_expr().map(|literal| literal.value.to_str())
}

/// `sys.platform`, `os.name`, `platform.system()`: what each is on the platform.
fn platform_text(expression: &Expr) -> Option<&'static str> {
    if let Expr::Call(call) = expression {
        return matches_attribute(&call.func, "platform", "system").then_some(SYSTEM);
    }
    if matches_attribute(expression, "sys", "platform") {
        return Some(PLATFORM);
    }
    matches_attribute(expression, "os", "name").then_some(OS_NAME)
}

fn matches_attribute(expression: &Expr, of: &str, name: &str) -> bool {
    let Expr::Attribute(attribute) = expression else { return false };
    attribute.attr.as_str() == name && attribute.value.as_name_expr().is_some_and(|value| value.id.as_str() == of)
}

/// `sys.platform.startswith("win")`.
fn starts_with(call: &ruff_python_ast::ExprCall) -> Option<bool> {
    let Expr::Attribute(method) = &*call.func else { return None };
    let text = platform_text(&method.value).filter(|_| method.attr.as_str() == "startswith")?;
    let prefix = literal_text(call.arguments.args.first()?)?;
    Some(text.starts_with(prefix))
}

/// `sys.version_info`, `sys.version_info[0]`, `sys.version_info[:2]`, `sys.version_info.minor`.
fn version_parts(expression: &Expr, version: (u32, u32)) -> Option<Vec<u32>> {
    let (major, minor) = version;
    let is_version = |it: &Expr| {
        matches_attribute(it, "sys", "version_info") || it.as_name_expr().is_some_and(|it| it.id == "version_info")
    };
    match expression {
        // The third part is unknown, and no release is compared by it.
        it if is_version(it) => Some(vec![major, minor, u32::MAX]),
        Expr::Subscript(subscript) if is_version(&subscript.value) => match &*subscript.slice {
            Expr::NumberLiteral(_) => {
                let at = numbers(&subscript.slice)?[0];
                [major, minor].get(at as usize).map(|part| vec![*part])
            }
            Expr::Slice(slice) if slice.lower.is_none() && slice.step.is_none() => {
                let upper = numbers(slice.upper.as_deref()?)?[0];
                Some([major, minor].into_iter().take(upper as usize).collect())
            }
            _ => None,
        },
        Expr::Attribute(attribute) if is_version(&attribute.value) => match attribute.attr.as_str() {
            "major" => Some(vec![major]),
            "minor" => Some(vec![minor]),
            _ => None,
        },
        _ => None,
    }
}

fn numbers(expression: &Expr) -> Option<Vec<u32>> {
    let one = |expression: &Expr| match expression {
        Expr::NumberLiteral(literal) => match &literal.value {
            Number::Int(value) => value.as_u64().and_then(|value| u32::try_from(value).ok()),
            _ => None,
        },
        _ => None,
    };
    match expression {
        Expr::Tuple(tuple) => tuple.elts.iter().map(one).collect(),
        other => one(other).map(|number| vec![number]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on_3_11(text: &str) -> Option<bool> {
        let parsed = ruff_python_parser::parse_expression(text).unwrap();
        evaluate(parsed.expr(), (3, 11))
    }

    #[test]
    fn versions_and_platforms_are_known() {
        for text in [
            "sys.version_info >= (3, 8)",
            "sys.version_info < (3, 12)",
            "sys.version_info[:2] == (3, 11)",
            "sys.version_info >= (3, 11, 2)",
            "sys.version_info[0] > 2 and sys.version_info.minor != 9",
            "sys.platform != 'win32'",
            "sys.platform.startswith('lin')",
            "os.name in ('posix', 'java')",
            "platform.system() == 'Linux' or unknown",
            "not typing.TYPE_CHECKING",
        ] {
            assert_eq!(on_3_11(text), Some(true), "{text}");
        }
        for text in ["TYPE_CHECKING", "six.PY2", "sys.version_info > (3, 12)", "False and unknown", "0"] {
            assert_eq!(on_3_11(text), Some(false), "{text}");
        }
        for text in ["unknown", "unknown and True", "sys.argv == 'x'", "sys.version_info.micro > 2"] {
            assert_eq!(on_3_11(text), None, "{text}");
        }
    }
}

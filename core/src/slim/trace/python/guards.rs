//! What catches the error of a missing module.

use super::fold::function_name;
use super::known;
use ruff_python_ast::{ExceptHandler, Expr};

/// Whether a handler catches what a missing module raises.
pub(super) fn catches_missing(handler: &ExceptHandler) -> bool {
    let ExceptHandler::ExceptHandler(handler) = handler;
    handler.type_.as_deref().is_none_or(names_missing)
}

fn names_missing(expression: &Expr) -> bool {
    match expression {
        Expr::Tuple(tuple) => tuple.elts.iter().any(names_missing),
        other => function_name(other).is_some_and(|name| known::CAUGHT_BY_GUARDS.contains(&name)),
    }
}

/// `contextlib.suppress(ImportError)`.
pub(super) fn suppresses_missing(expression: &Expr) -> bool {
    let Expr::Call(call) = expression else { return false };
    function_name(&call.func) == Some("suppress") && call.arguments.args.iter().any(names_missing)
}

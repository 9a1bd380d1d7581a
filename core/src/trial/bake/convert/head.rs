//! What stands before the module's text.

use super::links::Links;
use super::names::{key, namespace, quoted};
use std::iter;

/// The first line, up to the module's text.
pub(super) fn head(links: &Links, is_lazy: &dyn Fn(&str) -> bool) -> String {
    // All is run before anything is bound: what runs may change what was run before.
    let statements = iter::once(exports(links))
        .chain((0..links.requests.len()).map(|request| import(links, request)))
        .chain((0..links.requests.len()).flat_map(|request| bindings(links, request, is_lazy)));
    statements.fold("(function (hs$) { \"use strict\"; ".to_owned(), |head, statement| head + &statement + "; ")
}

fn exports(links: &Links) -> String {
    let getters: Vec<_> = links.getters.iter().map(|(name, local)| format!("{}: () => {local}", key(name))).collect();
    if getters.is_empty() { "hs$.exports({})".to_owned() } else { format!("hs$.exports({{ {} }})", getters.join(", ")) }
}

fn import(links: &Links, request: usize) -> String {
    if links.bound.iter().any(|it| it.request == request) {
        format!("const {} = hs$.import({request})", namespace(request))
    } else {
        format!("hs$.import({request})")
    }
}

fn bindings(links: &Links, request: usize, is_lazy: &dyn Fn(&str) -> bool) -> Vec<String> {
    let bound = || links.bound.iter().filter(move |it| it.request == request);
    let named: Vec<_> =
        bound().filter_map(|it| Some(format!("{}: {}", quoted(it.imported.as_ref()?), it.local))).collect();
    let is_lazy = links.requests.get(request).is_some_and(|it| is_lazy(&it.specifier));
    let mut statements = Vec::new();
    if !named.is_empty() && !is_lazy {
        statements.push(format!("const {{ {} }} = {}", named.join(", "), namespace(request)));
    }
    let whole = bound().filter(|it| it.imported.is_none());
    statements.extend(whole.map(|it| format!("const {} = {}", it.local, namespace(request))));
    statements
}

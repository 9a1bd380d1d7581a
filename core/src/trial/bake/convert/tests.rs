//! What modules become, word for word; and that it means the same.

mod graphs;
mod refusals;
mod texts;

use super::converted::{Converted, PassedOn};
use super::file_url::file_url;
use super::function::convert;
use std::collections::HashSet;
use std::path::Path;

const FILE: &str = "/a b/m.mjs";

fn converted(source: &str, lazy: &[&str]) -> Converted {
    let lazy: HashSet<String> = lazy.iter().map(|&it| it.to_owned()).collect();
    convert(source, Path::new(FILE), &lazy).unwrap_or_else(|error| panic!("{error}: {source}"))
}

/// The text of a conversion, without what is around every one.
fn inner(text: &str) -> &str {
    let inner = text.strip_prefix("(function (hs$) { \"use strict\"; ").and_then(|it| it.strip_suffix("\n})"));
    inner.unwrap_or_else(|| panic!("{text}"))
}

#[test]
fn what_is_imported_and_exported_is_listed() {
    let source = "import a, { b as c } from 'x'; import * as n from 'y'; import 'z'; import { d } from 'x';\n\
                  export { c, n as 'the n' }; export { default } from 'w'; export * from 'v'; export * as v from 'v';\n\
                  export const { e, f: [g] } = a; import j from './j.json' with { type: 'json' };";
    let it = converted(source, &[]);
    let requests: Vec<_> = it.requests.iter().map(|it| (it.specifier.as_str(), it.names.join(" "), it.all)).collect();
    let expected = [("x", "default b d", false), ("y", "", true), ("z", "", false), ("w", "default", false)];
    assert_eq!(requests[..4], expected.map(|(specifier, names, all)| (specifier, names.to_owned(), all)));
    assert_eq!(requests[4..], [("v", String::new(), true), ("./j.json", "default".to_owned(), false)]);
    assert_eq!(it.requests.iter().filter(|it| it.json).count(), 1);
    let passed = |name: &str, request, imported: Option<&str>| PassedOn {
        name: name.to_owned(),
        request,
        imported: imported.map(str::to_owned),
    };
    let expected = [passed("c", 0, Some("b")), passed("the n", 1, None), passed("default", 3, Some("default"))];
    assert_eq!(it.passed_on[..3], expected);
    assert_eq!(it.passed_on[3..], [passed("v", 4, None)]);
    assert_eq!(it.stars, [4]);
    assert_eq!(it.exports, ["e", "g"]);
}

#[test]
fn urls_of_files_are_as_node_writes_them() {
    let url = |path: &str| file_url(Path::new(path));
    assert_eq!(url("/a/b.js").as_deref(), Some("file:///a/b.js"));
    let special = "/ \"#%<>?\\`{}\n\r\t\u{1}\u{7f}é😀!$&'()*+,-.:;=@_";
    let expected = "file:///%20%22%23%25%3C%3E%3F%5C%60%7B%7D%0A%0D%09%01%7F%C3%A9%F0%9F%98%80!$&'()*+,-.:;=@_";
    assert_eq!(url(special).as_deref(), Some(expected));
    assert_eq!(url("/[id]/b.js"), None);
    assert_eq!(url("a.js"), None);
}

//! What is not converted.

use super::FILE;
use crate::trial::bake::convert::function::convert;
use std::collections::HashSet;
use std::path::Path;

fn refuses(reason: &str, sources: &[&str]) {
    for source in sources {
        let error = convert(source, Path::new(FILE), &HashSet::<String>::new()).err();
        assert!(error.as_ref().is_some_and(|error| error.starts_with(reason)), "{error:?} of {source}");
    }
}

#[test]
fn what_is_no_module_is_refused() {
    refuses("no module", &["let", "return", "let a: string", "<a/>", "with (a) {}", "await: 1", "super.a", "a b"]);
    refuses(
        "no module",
        &["let a; let a", "var a; export { a, a }", "export let a; export { b as a }; let b", "break"],
    );
    refuses(
        "no module",
        &["export default 1; export default 2", "import { a } from 'm'; let a", "import a, b from 'm'"],
    );
    refuses("no module", &["import type a from 'm'", "enum A {}", "delete a", "var arguments", "yield = 1"]);
    refuses("no module", &["() => new.target", "export { a }"]);
}

#[test]
fn waiting_at_the_top_is_refused() {
    refuses(
        "top-level await",
        &["await 1", "if (a) { f(await 1) }", "for await (a of b);", "class A { [await 1]() {} }"],
    );
    refuses("top-level using", &["using a = b", "await using a = b"]);
}

#[test]
fn late_assignments_are_refused() {
    let reason = "an export that a function assigns to";
    refuses(
        reason,
        &[
            "export let a; () => a = 1",
            "export let a; function f() { a++ }",
            "let a; export { a as b }; () => { [a] = 1 }",
        ],
    );
    refuses(reason, &["export default function f() { f = 1 }", "export let a; class A { static { a = 1 } }"]);
    refuses(reason, &["export let a; class A { static b = a = 1 }", "export let a; (() => { for (a of b); })()"]);
    refuses("assignment to an import", &["import a from 'm'; a = 1", "import * as a from 'm'; () => a++"]);
    refuses("assignment to an import", &["import { a } from 'm'; ({ a } = 1)", "import { a } from 'm'; for (a in b);"]);
}

#[test]
fn names_that_functions_change_are_refused() {
    refuses("direct eval", &["eval('1')", "() => (eval)('1')"]);
    refuses("arguments", &["arguments", "() => arguments", "function f() { }\n({ [arguments]() {} })"]);
    refuses("a name of the conversion's own", &["hs$", "'hs$'", "let h\\u0073$", "h\\u{73}$1"]);
}

#[test]
fn html_comments_are_refused() {
    refuses("comments of html", &["a<!--b", "f(`${a<!--b}`)", "'<!--', a <!--b"]);
    refuses("no module", &["a\n-->b", "a /*\n*/ --> b", "a\n/**//**/-->b", "`${a\n-->b}`", "-->", "a\u{2028}-->b"]);
}

#[test]
fn import_meta_as_a_whole_is_refused() {
    refuses("import.meta as a value", &["import.meta", "import.meta['url']", "({ ...import.meta })"]);
    refuses("import.meta.resolve", &["import.meta.resolve('a')"]);
    refuses("a change of import.meta", &["import.meta.url = 1", "delete import.meta.url", "[import.meta.url] = a"]);
    refuses(
        "a change of import.meta",
        &["delete import.meta?.url", "(import.meta.url)++", "({ a: import.meta.url } = 1)"],
    );
    refuses(
        "a change of import.meta",
        &["for (import.meta.url of a);", "[...import.meta.url] = a", "({ ...import.meta.url } = a)"],
    );
}

#[test]
fn new_kinds_of_imports_are_refused() {
    refuses("import attributes", &["import a from 'm' with { type: 'css' }", "export * from 'm' with { a: 'json' }"]);
    refuses("import assertions", &["import a from 'm' assert { type: 'json' }"]);
    refuses("import phases", &["import.source('a')", "import defer * as a from 'm'"]);
    refuses("decorators", &["@a class A {}"]);
}

#[test]
fn what_only_looks_forbidden_is_converted() {
    let sources = [
        "function f() { return arguments }",
        "class A { m() { return () => arguments } }",
        "f = async () => await 1",
        "async function f() { for await (a of b); }",
        "(0, eval)('1')",
        "a-->b",
        "`\n--> ${a} <!-- `",
        "'a <!-- \\\n-->'; // <!--",
        "'use <!-- strict'; /<!--/; /*\n-->*/",
        "export let a; a = 1",
        "export let a; { for (a of b); }",
        "export class A { m() { let A = 1; A = 2 } }",
        "function f() { new.target }",
        "export var E; (function (E) { E = 2 })(E || (E = {}))",
        "class A { a = new.target }",
        "a.arguments",
    ];
    for source in sources {
        assert!(convert(source, Path::new(FILE), &HashSet::<String>::new()).is_ok(), "{source}");
    }
}

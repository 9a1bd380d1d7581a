//! The text of each rule.

use super::{converted, inner};

/// What a module becomes.
fn becomes(source: &str, lazy: &[&str], expected: &str) {
    let it = converted(source, lazy);
    assert_eq!(inner(&it.text), expected, "of {source}");
    let lines = |text: &str| text.matches('\n').count();
    assert_eq!(lines(&it.text), lines(source) + 1, "lines of {source}");
    let head: String = char::decode_utf16(it.text.encode_utf16().take(it.head as usize)).flatten().collect();
    assert!(head.ends_with("; ") && it.text.starts_with(&head), "the head of {source}");
}

/// What is left of a statement on one line.
fn gone(statement: &str) -> String {
    format!(";{}", " ".repeat(statement.len() - 1))
}

#[test]
fn a_module_without_links_stays() {
    becomes("1", &[], "hs$.exports({}); 1");
    becomes("\u{feff}1", &[], "hs$.exports({}); 1");
    becomes("#!/usr/bin/env node\n1", &[], "hs$.exports({}); ///usr/bin/env node\n1");
}

#[test]
fn imports_come_first() {
    let eager = "hs$.exports({}); const hs$0 = hs$.import(0); hs$.import(1); const hs$2 = hs$.import(2); \
                 const { \"default\": d, \"x\": y, \"x y\": z } = hs$0; const n = hs$2; ";
    let statements =
        ["import d, { x as y } from 'm';", "import 'e';", "import * as n from 'f'", "import { 'x y' as z } from 'm'"];
    let blank = statements.map(gone).join("\n");
    becomes(&statements.join("\n"), &[], &format!("{eager}{blank}"));
    let lazy =
        "hs$.exports({}); const hs$0 = hs$.import(0); hs$.import(1); const hs$2 = hs$.import(2); const n = hs$2; ";
    becomes(&statements.join("\n"), &["m", "f"], &format!("{lazy}{blank}"));
    becomes("import {} from 'm'", &[], &format!("hs$.exports({{}}); hs$.import(0); {}", gone("import {} from 'm'")));
    let source = "import {\n a, // é😀\r\n b } from 'm'";
    becomes(source, &["m"], "hs$.exports({}); const hs$0 = hs$.import(0); ;       \n          \r\n             ");
}

#[test]
fn exports_are_blanked_out() {
    let getters = "\"a\": () => a, \"b\": () => b, \"d\": () => d, \"e\": () => e";
    let declared = "const a = 1, [b, { c: d = 2, ...e }] = f();";
    becomes(&format!("export {declared}"), &[], &format!("hs$.exports({{ {getters} }});        {declared}"));
    becomes("export async function f() {}", &[], "hs$.exports({ \"f\": () => f });        async function f() {}");
    let named = "export { a, b as 'x y', c as default }";
    let getters = "\"a\": () => a, \"default\": () => c, \"x y\": () => b";
    becomes(
        &format!("let a, b, c; {named}\n(1)"),
        &[],
        &format!("hs$.exports({{ {getters} }}); let a, b, c; {}\n(1)", gone(named)),
    );
    let from = "export * from 'm';";
    becomes(
        &format!("{from} export {{\n}} from 'n'"),
        &[],
        &format!("hs$.exports({{}}); hs$.import(0); hs$.import(1); {} ;       \n          ", gone(from)),
    );
    let proto = "hs$.exports({ [\"__proto__\"]: () => __proto__ });        let __proto__ = 1";
    becomes("export let __proto__ = 1", &[], proto);
}

#[test]
fn default_exports_have_a_variable() {
    let default = "hs$.exports({ \"default\": () => hs$default }); ";
    let anonymous = |source: &str, expected: &str| becomes(source, &[], &format!("{default}{expected}"));
    anonymous("export default 1;", "const hs$default = { default: 1 }.default;;");
    anonymous("export default (a, b) // c\n", "const hs$default = { default: (a, b) }.default; // c\n");
    anonymous("export default function () {}\n(1)", "const hs$default = { default: function () {} }.default;\n(1)");
    anonymous("export default class {}\n[1]", "const hs$default = { default: class {} }.default;\n[1]");
    anonymous(
        "export/* default */\n default/*b*/[1]",
        "const hs$default =/* default */\n { default:/*b*/[1] }.default;",
    );
    anonymous("export default import('x')", "const hs$default = { default: (hs$.late(), import('x')) }.default;");
    anonymous(
        "export default function () {}import('x')",
        "const hs$default = { default: function () {} }.default;;(hs$.late(), import('x'))",
    );
    becomes(
        "export default function f() {}",
        &[],
        "hs$.exports({ \"default\": () => f });                function f() {}",
    );
    becomes("export default/**/class C {}", &[], "hs$.exports({ \"default\": () => C });               /**/class C {}");
}

/// What the uses of a name become that is imported lazily.
fn uses(source: &str, expected: &str) {
    let source = format!("import {{ x as y }} from 'm'\n{source}");
    let gone = gone("import { x as y } from 'm'");
    becomes(&source, &["m"], &format!("hs$.exports({{}}); const hs$0 = hs$.import(0); {gone}\n{expected}"));
}

#[test]
fn lazy_names_are_read_where_they_are_used() {
    uses(
        "f(y, y.z, `${y}`, [y], new y(), typeof y)",
        "f(hs$0.x, hs$0.x.z, `${hs$0.x}`, [hs$0.x], new hs$0.x(), typeof hs$0.x)",
    );
    uses("f({ y, z: y, [y]: 1 })", "f({ y: hs$0.x, z: hs$0.x, [hs$0.x]: 1 })");
    uses("class A extends y { [y] = y }", "class A extends hs$0.x { [hs$0.x] = hs$0.x }");
    uses("(y) => y; y.y; ({ y: 1 })", "(y) => y; hs$0.x.y; ({ y: 1 })");
    uses("y?.a; y?.[y]", "hs$0.x?.a; hs$0.x?.[hs$0.x]");
    let (import, export) = ("import { 'a b' as c, __proto__, default as d } from 'm'", "export { c }");
    let used = "f(hs$0[\"a b\"], { [\"__proto__\"]: hs$0.__proto__, d: hs$0.default })";
    let (before, behind) = (gone(import), gone(export));
    becomes(
        &format!("{import}\nf(c, {{ __proto__, d }})\n{export}"),
        &["m"],
        &format!("hs$.exports({{}}); const hs$0 = hs$.import(0); {before}\n{used}\n{behind}"),
    );
}

#[test]
fn lazy_names_are_called_without_this() {
    uses(
        "f(y(), y?.(), y`1`, (y)(), new y)",
        "f((0, hs$0.x)(), (0, hs$0.x)?.(), (0, hs$0.x)`1`, ((0, hs$0.x))(), new hs$0.x)",
    );
    uses("new (y())\nnew y`1`", "new ((0, hs$0.x)())\nnew (0, hs$0.x)`1`");
    uses("a\ny()", "a\n;(0, hs$0.x)()");
    uses("a\ny().b = 1", "a\n;(0, hs$0.x)().b = 1");
    uses("a\ny`1`, 2", "a\n;(0, hs$0.x)`1`, 2");
    uses("() => { a\ny() }", "() => { a\n;(0, hs$0.x)() }");
    uses("switch (1) { case y(): a\ny() }", "switch (1) { case (0, hs$0.x)(): a\n;(0, hs$0.x)() }");
    uses("class A { static { a\ny() } }", "class A { static { a\n;(0, hs$0.x)() } }");
    uses("if (a) y(); else y()", "if (a) (0, hs$0.x)(); else (0, hs$0.x)()");
    uses("do y(); while (a)", "do (0, hs$0.x)(); while (a)");
    uses("for (;;) l: y()", "for (;;) l: (0, hs$0.x)()");
    uses("() => y()", "() => (0, hs$0.x)()");
    uses("{ y() }", "{ ;(0, hs$0.x)() }");
    uses("a;(y)()", "a;((0, hs$0.x))()");
    uses("a\n(y)()", "a\n(hs$0.x)()");
}

#[test]
fn dynamic_imports_are_told() {
    becomes("a = import('x')", &[], "hs$.exports({}); a = (hs$.late(), import('x'))");
    becomes("a\nimport('x').then(b)", &[], "hs$.exports({}); a\n;(hs$.late(), import('x')).then(b)");
    becomes("if (a) import('x')", &[], "hs$.exports({}); if (a) (hs$.late(), import('x'))");
    becomes("() => import(import('x'))", &[], "hs$.exports({}); () => (hs$.late(), import((hs$.late(), import('x'))))");
}

#[test]
fn facts_of_the_file_are_written_out() {
    becomes(
        "f(import.meta.url, import.meta.dirname, import.meta.filename.x)",
        &[],
        "hs$.exports({}); f(\"file:///a%20b/m.mjs\", \"/a b\", \"/a b/m.mjs\".x)",
    );
    becomes("f(import\n.meta\n.url)", &[], "hs$.exports({}); f(\"file:///a%20b/m.mjs\"\n\n)");
    becomes(
        "f((import.meta).url, import.meta?.url)",
        &[],
        "hs$.exports({}); f(\"file:///a%20b/m.mjs\", \"file:///a%20b/m.mjs\")",
    );
}

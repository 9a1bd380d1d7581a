//! JavaScript and TypeScript of every kind through the tracer.

const NAMES: &[&str] = &["app.js", "app.mjs", "app.cjs", "app.jsx", "app.ts", "app.mts", "app.cts", "app.tsx"];

pub(crate) fn run(data: &[u8]) {
    let Some((name, data)) = crate::package::choice(data, NAMES.len()) else { return };
    // The entry loads it, whatever its name ends with.
    let index = format!("require('./{}')\n", NAMES[name]);
    let files = [
        ("index.js", index.as_bytes()),
        (NAMES[name], data),
        ("lib/a.js", b"exports.a = 1\n"),
        ("node_modules/pkg/package.json", br#"{"name": "pkg", "exports": {".": "./x.js", "./*": "./lib/*.js"}}"#),
        ("node_modules/pkg/x.js", b"module.exports = require('./lib/y.js')\n"),
        ("node_modules/pkg/lib/y.js", b""),
    ];
    let directory = crate::package::directory(&files);
    let package = crate::package::open(directory.path(), "index.handler", "nodejs24").expect("a package");
    crate::package::look_into(&package);
}

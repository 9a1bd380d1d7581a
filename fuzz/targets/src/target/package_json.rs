//! package.json of the function and of what is installed: names, conditions, wildcards, platforms, dependencies.

const PLACES: &[&str] = &["package.json", "node_modules/pkg/package.json"];
const INDEX: &[u8] = b"require('pkg'); require('pkg/lib/y'); import('#x'); require('self/a'); require('./lib')\n";

pub(crate) fn run(data: &[u8]) {
    let Some((place, data)) = crate::package::choice(data, PLACES.len()) else { return };
    let files = [
        ("index.js", INDEX),
        ("lib/index.js", b"".as_slice()),
        ("node_modules/pkg/x.js", b"import('#x')\n"),
        ("node_modules/pkg/lib/y.js", b""),
        (PLACES[place], data),
    ];
    let directory = crate::package::directory(&files);
    // The function's own may hold a configuration that is refused.
    if let Ok(package) = crate::package::open(directory.path(), "index.handler", "nodejs24") {
        crate::package::look_into(&package);
    }
}

//! Which data can be served from a cold archive when it is opened.

use std::path::Path;

/// Endings of formats that are read by the interpreter's own `open`, so that a file of them can be served from
/// a cold archive. Others (fonts, certificates, models, databases) may be opened by a C library, by path.
const ENDINGS: &[&str] = &[
    "json", "gz", "csv", "tsv", "txt", "html", "css", "js", "mjs", "cjs", "svg", "yaml", "yml", "toml", "ini", "cfg",
    "po", "pkl", "rst", "md",
];

/// Whether a file could be served when it is opened.
pub(crate) fn can_be(path: &Path) -> bool {
    path.extension().is_some_and(|it| ENDINGS.iter().any(|ending| it == *ending))
}

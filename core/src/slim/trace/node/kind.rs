//! What a file is, by its name.

use std::path::Path;

/// What the tracer does with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SourceKind {
    JavaScript,
    TypeScript,
    /// A shared object: an addon, or what one needs.
    Object,
    /// Anything else: nothing to follow.
    Data,
}

/// The kind that a path's name tells.
pub(super) fn of(path: &Path) -> SourceKind {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    match extension {
        "js" | "mjs" | "cjs" | "jsx" => SourceKind::JavaScript,
        "ts" | "mts" | "cts" | "tsx" if !is_declaration(name) => SourceKind::TypeScript,
        "node" | "so" => SourceKind::Object,
        _ if name.contains(".so.") => SourceKind::Object,
        _ => SourceKind::Data,
    }
}

/// Whether `require` or `import` may load the file.
pub(super) fn is_loadable(path: &Path) -> bool {
    match of(path) {
        SourceKind::JavaScript | SourceKind::TypeScript => true,
        SourceKind::Object => path.extension().is_some_and(|it| it == "node"),
        SourceKind::Data => path.extension().is_some_and(|it| it == "json" || it == "wasm"),
    }
}

/// Whether it has an extension that `require` takes for JavaScript because it does not know it.
pub(super) fn may_be_source(path: &Path) -> bool {
    match path.extension().and_then(|extension| extension.to_str()) {
        None => true,
        Some(extension) => !["json", "wasm", "css", "html", "md", "txt", "map", "ts"].contains(&extension),
    }
}

fn is_declaration(name: &str) -> bool {
    name.ends_with(".d.ts") || name.ends_with(".d.mts") || name.ends_with(".d.cts")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_kinds() {
        let of = |path: &str| of(Path::new(path));
        assert_eq!(of("a/b.mjs"), SourceKind::JavaScript);
        assert_eq!(of("a/b.d.ts"), SourceKind::Data);
        assert_eq!(of("a/b.mts"), SourceKind::TypeScript);
        assert_eq!(of("libvips.so.42"), SourceKind::Object);
        assert_eq!(of("a/bin"), SourceKind::Data);
        assert!(is_loadable(Path::new("x.json")) && !is_loadable(Path::new("x.so")));
    }
}

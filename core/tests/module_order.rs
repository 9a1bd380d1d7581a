//! A module of the core imports only modules above it in `lib.rs`; and other rules of style that can be checked.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

use std::path::{Path, PathBuf};

/// Lowest first. Modules on one line do not know each other.
const ORDER: &[&[&str]] = &[
    &["error"],
    &["config"],
    &["sys"],
    &["package"],
    &["store", "bootstrap"],
    &["slim", "preload", "cache"],
    &["native"],
    &["snapshot"],
    &["instance"],
    &["prewarm"],
    &["host"],
    &["trial"],
    &["adapters"],
];

fn rank(module: &str) -> Option<usize> {
    ORDER.iter().position(|line| line.contains(&module))
}

fn sources(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(directory).expect("a directory") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

fn core_sources() -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
    found.into_iter().map(|path| (path.clone(), std::fs::read_to_string(&path).expect("text"))).collect()
}

/// The module that a file belongs to: the first part of its path below `src`.
fn module(path: &Path) -> Option<String> {
    let below = path.strip_prefix(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).ok()?;
    (below.components().count() > 1).then(|| below.iter().next().unwrap_or_default().to_string_lossy().into_owned())
}

/// The modules that a text names as `crate::NAME`, outside comments.
fn named(text: &str) -> Vec<String> {
    let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    let after = code.flat_map(|line| line.split("crate::").skip(1).map(str::to_owned).collect::<Vec<_>>());
    after.map(|text| text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()).collect()
}

#[test]
fn modules_import_downwards() {
    let mut wrong = Vec::new();
    let mut seen = 0;
    for (path, text) in core_sources() {
        let Some(module) = module(&path) else { continue };
        let own = rank(&module).unwrap_or_else(|| panic!("{module} has no place in the order"));
        for other in named(&text).into_iter().filter(|other| *other != module) {
            seen += 1;
            if rank(&other).is_some_and(|rank| rank >= own) {
                wrong.push(format!("{} imports {other}", path.display()));
            }
        }
    }
    assert!(seen > 50, "only {seen} imports were found: the test does not see them");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn unsafe_stays_below_sys_and_the_c_interface() {
    for (path, text) in core_sources() {
        let is_allowed = module(&path).is_some_and(|module| module == "sys" || module == "native");
        let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        let has_unsafe = code.clone().any(|line| line.contains("unsafe {") || line.contains("unsafe fn"));
        assert!(is_allowed || !has_unsafe, "{} has unsafe code", path.display());
    }
}

#[test]
fn module_roots_hold_no_logic() {
    for (path, text) in core_sources() {
        if path.ends_with("mod.rs")
            && module(&path).is_some_and(|module| !["error", "native"].contains(&module.as_str()))
        {
            let functions =
                text.lines().filter(|line| line.trim_start().starts_with("fn ") || line.contains("impl ")).count();
            assert_eq!(functions, 0, "{} has logic", path.display());
        }
    }
}

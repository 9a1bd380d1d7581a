//! Collects the launchers' sources, so that the host can carry them.
#![expect(
    clippy::disallowed_methods,
    clippy::expect_used,
    reason = "a build script speaks with cargo by environment, and fails loudly"
)]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR").expect("cargo sets it")).join("launchers");
    let mut code = String::new();
    for language in ["python", "node"] {
        println!("cargo::rerun-if-changed={}", root.join(language).display());
        let mut files = Vec::new();
        collect(&root.join(language), &mut files)?;
        files.sort();
        writeln!(code, "/// The files of the {language} launcher: path and content.").expect("memory");
        writeln!(code, "const {}: &[(&str, &[u8])] = &[", language.to_uppercase()).expect("memory");
        for file in files {
            let name = file.strip_prefix(root.join(language)).expect("below the root").to_str().expect("UTF-8");
            let path = file.to_str().expect("UTF-8");
            writeln!(code, "    ({name:?}, include_bytes!({path:?})),").expect("memory");
        }
        writeln!(code, "];").expect("memory");
    }
    fs::write(PathBuf::from(env::var("OUT_DIR").expect("cargo sets it")).join("launchers.rs"), code)
}

/// The sources below `directory`, without tests and what running them left.
fn collect(directory: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let is_source = [".py", ".cjs", ".mjs"].iter().any(|extension| name.ends_with(extension));
        if path.is_dir() && !["test", "tests", "__pycache__", "node_modules"].contains(&name.as_str()) {
            println!("cargo::rerun-if-changed={}", path.display());
            collect(&path, files)?;
        } else if path.is_file() && is_source {
            files.push(path);
        }
    }
    Ok(())
}

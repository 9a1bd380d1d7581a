//! RECORD, rewritten to list what is there
//! (<https://packaging.python.org/en/latest/specifications/recording-installed-packages/>).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// The RECORD at `path` (below `root`) for the files that are there, given the paths that the old one lists and
/// those of new bytecode; all below `root`.
pub(super) fn rewrite(root: &Path, path: &Path, listed: &[PathBuf]) -> String {
    let site = path.parent().and_then(Path::parent).unwrap_or(Path::new(""));
    let mut listed: Vec<_> = listed.iter().filter(|file| *file != path).collect();
    listed.sort();
    listed.dedup();
    let mut text = String::new();
    for file in listed {
        let Ok(content) = std::fs::read(root.join(file)) else { continue };
        let name = quoted(&relative(site, file));
        // Bytecode is listed without a hash, as installers do: it may be made anew.
        let is_bytecode = file.extension().is_some_and(|it| it == "pyc");
        let tail = if is_bytecode {
            ",".to_owned()
        } else {
            format!("sha256={},{}", URL_SAFE_NO_PAD.encode(Sha256::digest(&content)), content.len())
        };
        let _ = writeln!(text, "{name},{tail}");
    }
    let _ = writeln!(text, "{},,", quoted(&relative(site, path)));
    text
}

/// A path from the directory that the distribution is installed into.
fn relative(site: &Path, file: &Path) -> String {
    let mut up = 0;
    let mut base = site;
    loop {
        if let Ok(below) = file.strip_prefix(base) {
            return "../".repeat(up) + &below.to_string_lossy();
        }
        up += 1;
        match base.parent() {
            Some(parent) => base = parent,
            None => return file.to_string_lossy().into_owned(),
        }
    }
}

fn quoted(name: &str) -> String {
    if name.contains([',', '"']) { format!("\"{}\"", name.replace('"', "\"\"")) } else { name.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_there_is_listed() {
        let root = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = root.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        write("site/pkg/a.py", "x = 1\n");
        write("site/pkg/odd,name.py", "");
        write("site/pkg/__pycache__/a.cpython-312.pyc", "?");
        write("bin/tool", "");
        let listed = [
            "site/pkg/odd,name.py",
            "site/pkg/a.py",
            "site/pkg/gone.py",
            "bin/tool",
            "site/pkg/__pycache__/a.cpython-312.pyc",
            "site/pkg-1.dist-info/RECORD",
        ];
        let listed: Vec<_> = listed.iter().map(PathBuf::from).collect();
        let text = rewrite(root.path(), Path::new("site/pkg-1.dist-info/RECORD"), &listed);
        assert_eq!(
            text,
            "../bin/tool,sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,0\n\
             pkg/__pycache__/a.cpython-312.pyc,,\n\
             pkg/a.py,sha256=nia_NpkRxFwkPGhBR7I_yeHc_PJX0pmhxjIBam_NM_Q,6\n\
             \"pkg/odd,name.py\",sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,0\n\
             pkg-1.dist-info/RECORD,,\n"
        );
    }
}

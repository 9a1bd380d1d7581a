//! Which Python a package was made for, by the files that only one version reads.

use super::tree::Tree;
use std::collections::HashMap;

/// The version that most extension modules, else most bytecode, were made for.
pub(super) fn guess(tree: &Tree) -> Option<(u32, u32)> {
    most(tree, ".so").or_else(|| most(tree, ".pyc"))
}

/// Whether the name of an extension module says that it was made for another version than this.
pub(crate) fn is_for_another(name: &str, (major, minor): (u32, u32)) -> bool {
    name.contains(".cpython-") && !name.contains(&format!(".cpython-{major}{minor}-"))
}

fn most(tree: &Tree, ending: &str) -> Option<(u32, u32)> {
    let mut counts: HashMap<(u32, u32), usize> = HashMap::new();
    let names = tree.files().iter().filter_map(|file| file.path.file_name()?.to_str());
    for version in names.filter(|name| name.ends_with(ending)).filter_map(tag) {
        *counts.entry(version).or_default() += 1;
    }
    counts.into_iter().max_by_key(|(version, count)| (*count, *version)).map(|(version, _)| version)
}

/// The version in `x.cpython-311-x86_64-linux-gnu.so` or `x.cpython-311.opt-1.pyc` (PEP 3147, PEP 3149).
fn tag(name: &str) -> Option<(u32, u32)> {
    let (_, rest) = name.split_once(".cpython-")?;
    let digits: &str = &rest[..rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len())];
    let (major, minor) = digits.split_at_checked(1)?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_name_versions() {
        assert_eq!(tag("x.cpython-311-x86_64-linux-gnu.so"), Some((3, 11)));
        assert_eq!(tag("x.cpython-39.opt-1.pyc"), Some((3, 9)));
        assert_eq!(tag("x.abi3.so"), None);
        assert_eq!(tag("x.cpython-.so"), None);
    }
}

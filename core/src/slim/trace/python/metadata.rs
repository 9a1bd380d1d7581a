//! What distributions say of themselves: entry points.

use crate::package::{Distribution, Package};

/// How much of `entry_points.txt` is read.
const MOST_TEXT: u64 = 1 << 20;
/// Groups of programs, not of plugins.
const PROGRAMS: &[&str] = &["console_scripts", "gui_scripts"];

/// An entry point: something in a module, offered under a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct EntryPoint {
    pub(super) group: String,
    pub(super) module: String,
}

/// All entry points of the package's distributions that are no programs.
pub(super) fn entry_points(package: &Package) -> Vec<EntryPoint> {
    package.distributions().iter().flat_map(|distribution| of(package, distribution)).collect()
}

fn of(package: &Package, distribution: &Distribution) -> Vec<EntryPoint> {
    let file = package.tree().find(&distribution.directory.join("entry_points.txt"));
    let text = file.and_then(|file| package.tree().read(file, MOST_TEXT).ok());
    parse(&String::from_utf8_lossy(&text.unwrap_or_default()))
}

fn parse(text: &str) -> Vec<EntryPoint> {
    let mut group = String::new();
    let mut found = Vec::new();
    for line in text.lines().map(str::trim) {
        if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            name.trim().clone_into(&mut group);
        } else if let Some((_, value)) = line.split_once('=').filter(|_| !line.starts_with(['#', ';'])) {
            let module = value.split([':', '[']).next().unwrap_or_default().trim();
            if !PROGRAMS.contains(&group.as_str()) && !module.is_empty() {
                found.push(EntryPoint { group: group.clone(), module: module.to_owned() });
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_and_their_modules() {
        let text = "[console_scripts]\ntool = a.cli:main\n\n[pkg.plugins]\n# none\nx = a.b:C.d [extra]\ny=a.c\n";
        let found: Vec<_> = parse(text).into_iter().map(|it| (it.group, it.module)).collect();
        assert_eq!(found, [("pkg.plugins".to_owned(), "a.b".to_owned()), ("pkg.plugins".to_owned(), "a.c".to_owned())]);
    }
}

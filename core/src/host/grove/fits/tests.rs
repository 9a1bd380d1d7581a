use super::super::ground::Clearing;
use super::*;
use crate::bootstrap::message::Loaded;
use crate::instance::{Interpreter, PreloadSet};
use crate::package::Language;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use tempfile::TempDir;

/// A directory with a shared module, and the package of a function.
struct Setting(TempDir);

impl Setting {
    fn new() -> Self {
        let setting = Self(tempfile::tempdir().unwrap());
        for file in ["shared/base.py", "function/app.py", "own/json/__init__.py"] {
            setting.write(file);
        }
        setting
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, file: &str) {
        let path = self.path(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, "").unwrap();
    }

    fn plan(&self, environment: &[(&str, &str)]) -> Plan {
        let mut environment: BTreeMap<_, _> =
            environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        environment.entry("PYTHONPATH".into()).or_insert_with(|| self.path("shared").display().to_string());
        Plan {
            name: "function".into(),
            language: Language::Python,
            interpreter: Interpreter {
                program: "/usr/bin/python3".into(),
                version: "3.12.1".into(),
                arguments: vec![],
            },
            package: self.path("function"),
            entry: "app.handler".into(),
            environment,
            preload: PreloadSet::default(),
            image: None,
            warm_up: None,
            foreign: None,
            memory_limit: None,
            init_timeout: Duration::ZERO,
        }
    }

    /// A zygote with `base`, `json`, and what has no place; it read these variables.
    fn ground(&self, read: &[&str], modules: &[&str]) -> Ground {
        let own = self.path("own");
        let module = |name: &str, places: &[PathBuf]| LoadedModule {
            name: name.into(),
            places: places.iter().map(|place| place.display().to_string()).collect(),
        };
        let mut known = vec![
            module("base", &[self.path("shared/base.py")]),
            module("json", &[own.join("json")]),
            module("made", &[]),
        ];
        known.extend(modules.iter().map(|name| module(name, &[])));
        let loaded = Loaded {
            path: vec![own.display().to_string()],
            modules: known,
            environment: read.iter().map(|name| (*name).to_owned()).collect(),
        };
        let clearing = Clearing::new(&[self.path("shared")], &[own]);
        Ground::survey(clearing, loaded, BTreeMap::new(), std::process::id(), &all_mapped()).unwrap()
    }
}

fn why_not(plan: &Plan, ground: &Ground) -> String {
    Verdict::on(plan, ground).why_not.unwrap_or_default()
}

/// So that no file of this process is looked through.
fn all_mapped() -> BTreeSet<PathBuf> {
    crate::sys::memory::mapped_files(std::process::id()).unwrap()
}

#[test]
fn the_same_files_and_variables_fit() {
    let setting = Setting::new();
    let ground = setting.ground(&["MODE"], &["importlib.metadata"]);
    assert_eq!(why_not(&setting.plan(&[("OTHER", "x")]), &ground), "");
}

#[test]
fn what_would_be_found_elsewhere_does_not() {
    let setting = Setting::new();
    let ground = setting.ground(&[], &[]);
    for (file, module) in [("function/base.py", "base"), ("function/json.py", "json"), ("shared/made.py", "made")] {
        setting.write(file);
        let verdict = Verdict::on(&setting.plan(&[]), &ground);
        assert!(verdict.why_not.unwrap().contains(&format!("module {module} ")), "{file}");
        std::fs::remove_file(setting.path(file)).unwrap();
    }
    std::fs::remove_file(setting.path("shared/base.py")).unwrap();
    assert!(why_not(&setting.plan(&[]), &ground).contains("nowhere"));
}

#[test]
fn another_search_path_does_not() {
    let setting = Setting::new();
    let ground = setting.ground(&[], &[]);
    assert!(why_not(&setting.plan(&[("PYTHONPATH", "/nonexistent")]), &ground).contains("not on its search path"));
    assert!(why_not(&setting.plan(&[("PYTHONPATH", "shared")]), &ground).contains("relative"));
    setting.write("archive.zip");
    let archive = format!("{}:{}", setting.path("shared").display(), setting.path("archive.zip").display());
    assert!(why_not(&setting.plan(&[("PYTHONPATH", &archive)]), &ground).contains("no directory"));
}

#[test]
fn another_value_of_what_was_read_does_not() {
    let setting = Setting::new();
    let plan = setting.plan(&[("MODE", "fast")]);
    assert!(why_not(&plan, &setting.ground(&["MODE"], &[])).contains("MODE"));
    assert!(why_not(&plan, &setting.ground(&["*"], &[])).contains("MODE"));
    assert_eq!(why_not(&plan, &setting.ground(&["ELSE"], &[])), "");
}

#[test]
fn distributions_that_were_not_seen_matter_where_they_are_looked_for() {
    let setting = Setting::new();
    setting.write("function/vendored-1.dist-info/METADATA");
    let plan = setting.plan(&[]);
    assert_eq!(why_not(&plan, &setting.ground(&[], &[])), "");
    assert!(why_not(&plan, &setting.ground(&[], &["importlib.metadata"])).contains("distributions"));
}

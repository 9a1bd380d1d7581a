//! What stays and what goes cold, and what is true of it.

use super::case::{Case, cold_names, listed, python};
use base64::Engine as _;
use headstart::slim::{BytecodeCheck, ColdArchive, Rule, SlimOptions};
use sha2::Digest as _;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

#[test]
fn what_is_reached_stays_and_the_rest_is_cold() {
    let case = Case::new();
    let slimmed = case.slim(&SlimOptions::new(case.out())).unwrap();
    for name in ["app.py", "lib/used.py", "lib-1.0.dist-info/METADATA", "lib-1.0.dist-info/licenses/LICENSE"] {
        assert_eq!(fs::read(case.out().join(name)).unwrap(), fs::read(case.package().join(name)).unwrap(), "{name}");
    }
    for name in ["lib/unused.py", "lib/tests", "lib/docs", "lib/__pycache__/used.cpython-37.pyc"] {
        assert!(!case.out().join(name).exists(), "{name}");
    }
    let archive = slimmed.cold.unwrap();
    assert_eq!(archive, case.out().canonicalize().unwrap().join(".headstart/cold"));
    let names = cold_names(&archive);
    assert_eq!(names, ["lib/docs/guide.md", "lib/tests/test_large.py", "lib/unused.py"].map(String::from).into());
    assert_eq!((slimmed.cold_files, slimmed.files), (names.len(), listed(&case.out()).len()));
    let mut cold = ColdArchive::open(&archive).unwrap();
    for name in &names {
        assert_eq!(cold.read(name).unwrap().unwrap(), fs::read(case.package().join(name)).unwrap(), "{name}");
    }
    assert!(slimmed.after_bytes < slimmed.before_bytes);
    assert_eq!(case.beside(), ["out".to_owned()].into());
}

#[test]
fn the_record_is_true() {
    let case = Case::new();
    let mut options = SlimOptions::new(case.out());
    options.interpreter = python().map(|python| python.program);
    case.slim(&options).unwrap();
    let record = fs::read_to_string(case.out().join("lib-1.0.dist-info/RECORD")).unwrap();
    let mut names = BTreeSet::new();
    for line in record.lines() {
        let [name, hash, size] = line.split(',').collect::<Vec<_>>().try_into().unwrap();
        names.insert(PathBuf::from(name));
        let content = fs::read(case.out().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
        if hash.is_empty() {
            assert!(name.ends_with("/RECORD") || Path::new(name).extension().is_some_and(|it| it == "pyc"), "{line}");
            continue;
        }
        let digest = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(sha2::Sha256::digest(&content));
        assert_eq!((hash, size), (&*format!("sha256={digest}"), &*content.len().to_string()), "{name}");
    }
    let is_of_it = |path: &PathBuf| path.starts_with("lib") || path.starts_with("lib-1.0.dist-info");
    assert_eq!(names, listed(&case.out()).into_iter().filter(is_of_it).collect());
}

#[test]
fn bytecode_is_valid_whatever_the_dates_are() {
    let Some(python) = python() else { return println!("skipped: python3 is not on this machine") };
    for (check, flags) in [(BytecodeCheck::Never, 0b01_u32), (BytecodeCheck::Always, 0b11)] {
        let case = Case::new();
        let mut options = SlimOptions::new(case.out());
        options.interpreter = Some(python.program.clone());
        options.check = check;
        case.slim(&options).unwrap();
        let tag = python.version.replace('.', "");
        for name in ["app", "lib/used", "lib/__init__"] {
            let source = case.out().join(name);
            let stem = source.file_name().unwrap().to_str().unwrap();
            let path = source.parent().unwrap().join(format!("__pycache__/{stem}.cpython-{tag}.pyc"));
            let bytes = fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            let magic: String = [0, 1, 2, 3].map(|at| format!("{:02x}", bytes[at])).concat();
            assert_eq!(magic, python.magic, "{name}");
            assert_eq!(bytes[4..8], flags.to_le_bytes(), "{name}");
        }
        let code = "import sys; sys.path.insert(0, sys.argv[1]); import app; from lib import used\n\
                    assert app.handler(0, 0) == 42 and used.__spec__.cached.startswith(sys.argv[1])";
        let before = listed(&case.out());
        let run = Command::new(&python.program).args(["-I", "-c", code]).arg(case.out()).output().unwrap();
        assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
        assert_eq!(listed(&case.out()), before, "nothing is compiled again");
    }
}

#[test]
fn a_source_that_does_not_compile_is_told() {
    let Some(python) = python() else { return println!("skipped: python3 is not on this machine") };
    let case = Case::new();
    case.write("lib/used.py", "value = 42\nprint 'x'\n");
    let mut options = SlimOptions::new(case.out());
    options.interpreter = Some(python.program);
    let slimmed = case.slim(&options).unwrap();
    assert_eq!(slimmed.findings.iter().map(|it| it.rule).collect::<Vec<_>>(), [Rule::UnparsedSource]);
    assert!(case.out().join("lib/used.py").exists());
}

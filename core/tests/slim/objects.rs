//! Objects that are stripped, and put back where they do not load.

use super::case::{Case, python};
use headstart::slim::{Rule, SlimOptions};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;

/// Puts a shared object with debug information into the package; whether there is a compiler to make it.
fn add_object(case: &Case) -> bool {
    let source = case.directory.path().join("object.c");
    fs::write(&source, "#include <stdio.h>\nint answer(void) { return printf(\"%d\", 42); }\n").unwrap();
    let object = case.package().join("lib/object.so");
    let mut compiler = Command::new("cc");
    let made = compiler.args(["-shared", "-fPIC", "-g3", "-o"]).arg(object).arg(&source).status();
    fs::remove_file(source).unwrap();
    case.write("lib/__init__.py", "from . import object\n");
    made.is_ok_and(|status| status.success())
}

#[test]
fn objects_are_stripped_and_loaded_again() {
    let Some(python) = python() else { return println!("skipped: python3 is not on this machine") };
    let case = Case::new();
    if !add_object(&case) {
        return println!("skipped: cc is not on this machine");
    }
    let mut options = SlimOptions::new(case.out());
    options.strip = true;
    options.interpreter = Some(python.program.clone());
    let slimmed = case.slim(&options).unwrap();
    let size = |directory: PathBuf| fs::metadata(directory.join("lib/object.so")).unwrap().len();
    assert_eq!((slimmed.stripped_files, slimmed.findings.len()), (1, 0));
    assert_eq!(slimmed.stripped_bytes, size(case.package()) - size(case.out()));
    assert!(slimmed.stripped_bytes > 16 << 10, "{}", slimmed.stripped_bytes);
    let code = "import ctypes, sys; print(ctypes.CDLL(sys.argv[1]).answer())";
    let object = case.out().join("lib/object.so");
    let run = Command::new(&python.program).args(["-I", "-c", code]).arg(object).output().unwrap();
    assert!(String::from_utf8_lossy(&run.stdout).contains("42"), "{}", String::from_utf8_lossy(&run.stderr));
}

#[test]
fn an_object_that_cannot_be_loaded_any_more_is_put_back() {
    let Some(python) = python() else { return println!("skipped: python3 is not on this machine") };
    let case = Case::new();
    if !add_object(&case) {
        return println!("skipped: cc is not on this machine");
    }
    // An interpreter that loads everything once.
    let program = case.directory.path().join("python");
    let script = format!(
        "#!/bin/sh\ncase \"$*\" in *dlopen*) ;; *) exec {} \"$@\" ;; esac\nread path\n\
         if [ -e \"$0.loaded\" ]; then echo 'headstart: not loaded'; else echo 'headstart: loaded'; fi\n: > \"$0.loaded\"\n",
        python.program.display()
    );
    fs::write(&program, script).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    let mut options = SlimOptions::new(case.out());
    options.strip = true;
    options.interpreter = Some(program);
    let slimmed = case.slim(&options).unwrap();
    assert_eq!((slimmed.stripped_files, slimmed.stripped_bytes), (0, 0));
    assert_eq!(slimmed.findings.iter().map(|it| it.rule).collect::<Vec<_>>(), [Rule::DebugSymbols]);
    let content = |directory: PathBuf| fs::read(directory.join("lib/object.so")).unwrap();
    assert!(content(case.out()) == content(case.package()));
}

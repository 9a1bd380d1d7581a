//! Where the output goes, and that it is all or nothing.

use super::case::{APP, Case, cold_names, listed, python, slim_at};
use headstart::Code;
use headstart::slim::{ColdPlace, Progress, SlimOptions, Step};
use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::io::Cursor;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

#[test]
fn two_runs_make_the_same_archive() {
    let archives = [0, 1].map(|number| {
        let case = Case::new();
        // Neither dates nor the order in which files were made matter, nor who may write.
        let umask = [0o644, 0o664][number];
        fs::set_permissions(case.package().join("app.py"), fs::Permissions::from_mode(umask)).unwrap();
        let out = case.directory.path().join("out.zip");
        let mut options = SlimOptions::new(&out);
        options.interpreter = python().map(|python| python.program);
        let slimmed = case.slim(&options).unwrap();
        let bytes = fs::read(out).unwrap();
        assert_eq!(slimmed.zip_bytes, Some(bytes.len() as u64));
        bytes
    });
    assert!(archives[0] == archives[1]);
    let mut zip = zip::ZipArchive::new(Cursor::new(&archives[0])).unwrap();
    assert!(zip.by_name(".headstart/cold").is_ok());
}

#[test]
fn a_slimmed_package_is_not_slimmed_again() {
    let case = Case::new();
    case.slim(&SlimOptions::new(case.out())).unwrap();
    let error = slim_at(&case.out(), &SlimOptions::new(case.directory.path().join("again")), &()).unwrap_err();
    assert_eq!(error.code(), Code::SystemUnsupported);
    assert!(error.hint_text().is_some());
}

#[test]
fn modules_that_are_cold_as_a_whole_are_named() {
    let case = Case::new();
    case.write("idle/__init__.py", "from . import part\n");
    case.write("idle/part.py", "x = 1\n");
    case.write("single.py", "x = 1\n");
    let unowned = "idle/__init__.py,,\nidle/part.py,,\nsingle.py,,\nidle-1.0.dist-info/RECORD,,\n";
    case.write("idle-1.0.dist-info/RECORD", unowned);
    case.slim(&SlimOptions::new(case.out())).unwrap();
    // `lib` is cold in part only.
    assert_eq!(fs::read_to_string(case.out().join(".headstart/whole")).unwrap(), "idle\nsingle\n");
}

#[test]
fn where_the_cold_archive_goes() {
    let case = Case::new();
    let mut options = SlimOptions::new(case.out());
    options.cold = ColdPlace::Beside;
    let slimmed = case.slim(&options).unwrap();
    assert_eq!(slimmed.cold.unwrap().file_name().unwrap(), "out.cold");
    assert!(cold_names(&case.directory.path().join("out.cold")).contains("lib/unused.py"));
    assert!(!case.out().join(".headstart/cold").exists());
    assert_eq!(case.beside(), ["out", "out.cold"].map(String::from).into());

    let case = Case::new();
    let mut options = SlimOptions::new(case.out());
    options.cold = ColdPlace::Drop;
    let slimmed = case.slim(&options).unwrap();
    assert_eq!((slimmed.cold, slimmed.cold_files), (None, 0));
    assert!(!listed(&case.out()).iter().any(|path| path.starts_with("lib/tests") || path.ends_with("cold")));
}

#[test]
fn the_output_is_put_nowhere_it_harms() {
    let case = Case::new();
    let refused = |out: PathBuf, force: bool, cold: ColdPlace| {
        let mut options = SlimOptions::new(out);
        (options.force, options.cold) = (force, cold);
        case.slim(&options).unwrap_err().code()
    };
    let inside = case.package().join("dist");
    assert_eq!(refused(inside.clone(), true, ColdPlace::In), Code::OutputInside);
    assert!(!inside.exists());
    assert_eq!(refused(case.package(), true, ColdPlace::In), Code::OutputInside);
    // Not even where an earlier output seems to lie around the package.
    fs::create_dir(case.directory.path().join(".headstart")).unwrap();
    assert_eq!(refused(case.directory.path().to_owned(), true, ColdPlace::In), Code::OutputInside);
    fs::remove_dir(case.directory.path().join(".headstart")).unwrap();

    // What somebody else made is not replaced, by force or not.
    fs::create_dir(case.out()).unwrap();
    fs::write(case.out().join("precious"), "").unwrap();
    for force in [false, true] {
        assert_eq!(refused(case.out(), force, ColdPlace::In), Code::OutputExists);
    }
    let archive = case.directory.path().join("other.zip");
    fs::write(&archive, "precious").unwrap();
    for force in [false, true] {
        assert_eq!(refused(archive.clone(), force, ColdPlace::In), Code::OutputExists);
    }
    let beside = case.directory.path().join("new.cold");
    fs::create_dir(&beside).unwrap();
    fs::write(beside.join("precious"), "").unwrap();
    for force in [false, true] {
        assert_eq!(refused(case.directory.path().join("new"), force, ColdPlace::Beside), Code::OutputExists);
    }
    assert!(case.out().join("precious").exists() && beside.join("precious").exists());
    assert_eq!(case.beside(), ["new.cold", "other.zip", "out"].map(String::from).into());
}

#[test]
fn an_earlier_output_is_replaced_by_force() {
    for name in ["out", "out.zip"] {
        let case = Case::new();
        let out = case.directory.path().join(name);
        let mut options = SlimOptions::new(&out);
        options.cold = ColdPlace::Beside;
        case.slim(&options).unwrap();
        assert_eq!(case.slim(&options).unwrap_err().code(), Code::OutputExists, "{name}");
        case.write("app.py", &format!("{APP}\nNEW = 1\n"));
        options.force = true;
        let slimmed = case.slim(&options).unwrap();
        assert!(slimmed.cold.unwrap().is_file(), "{name}");
        assert_eq!(case.beside(), [name.to_owned(), format!("{name}.cold")].into());
    }
}

/// Cancels after so many steps.
struct Impatient(AtomicUsize);

impl Progress for Impatient {
    fn is_cancelled(&self) -> bool {
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_err()
    }
}

#[test]
fn a_cancelled_run_leaves_nothing() {
    let case = Case::new();
    let mut options = SlimOptions::new(case.directory.path().join("out.zip"));
    options.cold = ColdPlace::Beside;
    options.interpreter = python().map(|python| python.program);
    let mut cancelled = 0;
    for steps in 0..100 {
        match case.slim_watched(&options, &Impatient(AtomicUsize::new(steps))) {
            Ok(_) => break,
            Err(error) => assert_eq!(error.code(), Code::HostStopped, "{error}"),
        }
        assert_eq!(case.beside(), BTreeSet::new(), "after {steps} steps");
        cancelled += 1;
    }
    assert!((10..100).contains(&cancelled), "{cancelled}");
}

/// Puts a directory in the way of the cold archive, once the output is all but written.
struct Obstructing(PathBuf);

impl Progress for Obstructing {
    fn begin(&self, step: Step, _: u64) {
        if step == Step::Zipping {
            let _ = fs::remove_file(&self.0);
            fs::create_dir(&self.0).unwrap();
            fs::write(self.0.join("precious"), "").unwrap();
        }
    }
}

#[test]
fn the_output_and_its_archive_appear_together_or_not_at_all() {
    for is_there in [false, true] {
        let case = Case::new();
        let out = case.directory.path().join("out.zip");
        let archive = case.directory.path().join("out.zip.cold");
        let mut options = SlimOptions::new(&out);
        (options.cold, options.force) = (ColdPlace::Beside, true);
        if is_there {
            case.slim(&options).unwrap();
            case.write("app.py", &format!("{APP}\nNEW = 1\n"));
        }
        let before = fs::read(&out).ok();
        let error = case.slim_watched(&options, &Obstructing(archive.clone())).unwrap_err();
        assert_eq!(error.code(), Code::OutputExists);
        assert!(fs::read(&out).ok() == before && archive.join("precious").exists());
        assert_eq!(case.beside().len(), 1 + usize::from(is_there), "{:?}", case.beside());
    }
}

#[test]
fn an_unreadable_file_is_an_error() {
    let case = Case::new();
    let secret = case.package().join("lib/unused.py");
    fs::set_permissions(&secret, fs::Permissions::from_mode(0o000)).unwrap();
    if fs::read(&secret).is_ok() {
        return println!("skipped: this user may read all files");
    }
    let error = case.slim(&SlimOptions::new(case.out())).unwrap_err();
    assert_eq!(error.code(), Code::SystemIo);
    assert_eq!(case.beside(), BTreeSet::new());
}

#[test]
fn links_pipes_and_odd_names() {
    let case = Case::new();
    let package = case.package();
    let outside = case.directory.path().join("outside");
    fs::write(&outside, "secret").unwrap();
    symlink("b", package.join("a")).unwrap();
    symlink("a", package.join("b")).unwrap();
    symlink("..", package.join("lib/up")).unwrap();
    symlink("used.py", package.join("lib/alias.py")).unwrap();
    symlink("../outside", package.join("out.txt")).unwrap();
    symlink(&outside, package.join("lib/absolute.txt")).unwrap();
    let odd = OsStr::from_bytes(b"odd-\xff.txt");
    fs::write(package.join(odd), "odd").unwrap();
    let made = Command::new("mkfifo").arg(package.join("pipe")).status().is_ok_and(|it| it.success());
    if !made {
        println!("skipped: there is no mkfifo on this machine");
    }
    case.slim(&SlimOptions::new(case.out())).unwrap();
    let out = case.out();
    for (name, target) in [("a", "b"), ("b", "a"), ("lib/up", ".."), ("lib/alias.py", "used.py")] {
        assert_eq!(fs::read_link(out.join(name)).unwrap(), Path::new(target), "{name}");
    }
    for name in ["out.txt", "lib/absolute.txt"] {
        assert!(fs::symlink_metadata(out.join(name)).is_ok_and(|it| it.is_symlink()), "{name} is no copy");
    }
    assert_eq!(fs::read(out.join(odd)).unwrap(), b"odd");
    assert!(fs::symlink_metadata(out.join("pipe")).is_err());
    assert_eq!(fs::read_to_string(&outside).unwrap(), "secret");

    let error = case.slim(&SlimOptions::new(case.directory.path().join("odd.zip"))).unwrap_err();
    assert_eq!(error.code(), Code::SystemUnsupported);
    assert_eq!(case.beside(), ["out", "outside"].map(String::from).into());
}

//! The slimmer on packages that these tests write, and on input that nobody vouches for.
#![cfg(feature = "python-analyzer")]
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

use base64::Engine as _;
use headstart::package::{OpenOptions, Package};
use headstart::slim::{
    BytecodeCheck, Codec, ColdArchive, ColdPlace, Decision, Plan, PlanOptions, Progress, Rule, SlimOptions, Slimmed,
    Sources, Step, TraceOptions, slim, trace,
};
use headstart::{Code, Error};
use sha2::Digest as _;
use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::io::{Cursor, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use tempfile::TempDir;
use zip::write::SimpleFileOptions;

const APP: &str = "import lib\nfrom lib import used\n\n\ndef handler(event, context):\n    return used.value\n";

/// A directory with a package in it, and room for outputs beside that.
struct Case {
    directory: TempDir,
}

impl Case {
    /// A function with one distribution, most of which it does not reach.
    fn new() -> Self {
        let case = Self { directory: tempfile::tempdir().unwrap() };
        let large = "x = 1  # a line of a test\n".repeat(8000);
        case.write("app.py", APP);
        case.write("lib/__init__.py", "");
        case.write("lib/used.py", "value = 42\n");
        case.write("lib/unused.py", "value = 1\n");
        case.write("lib/tests/test_large.py", &large);
        case.write("lib/docs/guide.md", "A guide.\n");
        case.write("lib/__pycache__/used.cpython-37.pyc", "stale");
        case.write("lib-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: lib\nVersion: 1.0\n");
        case.write("lib-1.0.dist-info/licenses/LICENSE", "Free.\n");
        let names = ["__init__.py", "used.py", "unused.py", "tests/test_large.py", "docs/guide.md", "gone.py"];
        let mut record: String = names.map(|name| format!("lib/{name},sha256=wrong,1\n")).concat();
        record.push_str("lib-1.0.dist-info/METADATA,,\nlib-1.0.dist-info/licenses/LICENSE,,\n");
        record.push_str("lib-1.0.dist-info/RECORD,,\n");
        case.write("lib-1.0.dist-info/RECORD", &record);
        case
    }

    fn package(&self) -> PathBuf {
        self.directory.path().join("package")
    }

    fn out(&self) -> PathBuf {
        self.directory.path().join("out")
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.package().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn slim(&self, options: &SlimOptions) -> Result<Slimmed, Error> {
        self.slim_watched(options, &())
    }

    fn slim_watched(&self, options: &SlimOptions, progress: &dyn Progress) -> Result<Slimmed, Error> {
        slim_at(&self.package(), options, progress)
    }

    /// The names beside the package.
    fn beside(&self) -> BTreeSet<String> {
        let names = fs::read_dir(self.directory.path()).unwrap();
        let names: BTreeSet<_> = names.map(|it| it.unwrap().file_name().into_string().unwrap()).collect();
        names.into_iter().filter(|name| name != "package").collect()
    }
}

fn open(path: &Path) -> Result<Package, Error> {
    let mut options = OpenOptions::default();
    options.entry = Some("app.handler".into());
    options.runtime = Some(python().map_or("python3.12".into(), |python| format!("python{}", python.version)));
    Package::open(path, &options)
}

fn slim_at(path: &Path, options: &SlimOptions, progress: &dyn Progress) -> Result<Slimmed, Error> {
    slim_planned(path, PlanOptions::default(), options, progress)
}

fn slim_planned(
    path: &Path,
    planned: PlanOptions,
    options: &SlimOptions,
    progress: &dyn Progress,
) -> Result<Slimmed, Error> {
    let package = open(path)?;
    let trace = trace(&package, &TraceOptions::default())?;
    let plan = Plan::of(&package, &trace, planned);
    slim(&package, &trace, &plan, options, Codec::Zlib, progress)
}

struct Python {
    program: PathBuf,
    version: String,
    magic: String,
}

/// The interpreter of the search path.
fn python() -> Option<Python> {
    let code = "import importlib.util, sys; print(sys.executable); print('%d.%d' % sys.version_info[:2]); \
                print(importlib.util.MAGIC_NUMBER.hex())";
    let output = Command::new("python3").args(["-I", "-c", code]).output().ok().filter(|it| it.status.success())?;
    let text = String::from_utf8(output.stdout).unwrap();
    let mut lines = text.lines().map(str::to_owned);
    Some(Python { program: lines.next()?.into(), version: lines.next()?, magic: lines.next()? })
}

/// All files and links below a directory.
fn listed(directory: &Path) -> BTreeSet<PathBuf> {
    let mut found = BTreeSet::new();
    let mut left = vec![directory.to_owned()];
    while let Some(next) = left.pop() {
        for entry in fs::read_dir(&next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && !path.is_symlink() {
                left.push(path);
            } else {
                found.insert(path.strip_prefix(directory).unwrap().to_owned());
            }
        }
    }
    found
}

fn cold_names(archive: &Path) -> BTreeSet<String> {
    ColdArchive::open(archive).unwrap().entries().map(|entry| entry.name().to_owned()).collect()
}

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

/// Slims with the sources of dependencies cold.
fn slim_sources(case: &Case, options: &SlimOptions) -> Slimmed {
    let mut planned = PlanOptions::default();
    planned.sources = Sources::Cold;
    slim_planned(&case.package(), planned, options, &()).unwrap()
}

/// A case with a source of some size that its function imports, and one that reads another as text.
fn case_of_sources() -> (Case, String) {
    let case = Case::new();
    let used = format!("value = 42\n\n\ndef told():\n    return value\n{}", "# some words\n".repeat(60));
    case.write("lib/used.py", &used);
    case.write("lib/text.py", &used);
    let init =
        "import os\nfrom . import text\nTEXT = open(os.path.join(os.path.dirname(__file__), 'text.py')).read()\n";
    case.write("lib/__init__.py", init);
    (case, used)
}

#[test]
fn sources_go_cold_and_their_bytecode_stays() {
    let Some(python) = python() else { return println!("skipped: python3 is not on this machine") };
    let (case, used) = case_of_sources();
    let mut options = SlimOptions::new(case.out());
    options.interpreter = Some(python.program.clone());
    let slimmed = slim_sources(&case, &options);
    let content = |name: &str| fs::read_to_string(case.out().join(name)).unwrap();
    assert!(content("lib/used.py").contains("headstart_cold") && content("lib/used.py").len() < 100);
    assert_eq!(content("app.py"), APP, "the function's own code stays");
    assert_eq!(content("lib/text.py"), used, "what is read as a file stays");
    assert_eq!(
        ColdArchive::open(&slimmed.cold.unwrap()).unwrap().read("lib/used.py").unwrap().unwrap(),
        used.as_bytes()
    );
    let code = "import sys; sys.path.insert(0, sys.argv[1])\nif sys.argv[2] == 'served': import headstart_shim\n\
                import app, inspect, os\nfrom lib import used\nassert app.handler(0, 0) == 42\n\
                assert used.__file__ == os.path.join(sys.argv[1], 'lib', 'used.py')\n\
                if sys.argv[2] == 'served': print(inspect.getsource(used), end='')\n";
    for how in ["plain", "served"] {
        let run = Command::new(&python.program).args(["-I", "-c", code]).arg(case.out()).arg(how).output().unwrap();
        assert!(run.status.success(), "{how}: {}", String::from_utf8_lossy(&run.stderr));
        assert_eq!(String::from_utf8(run.stdout).unwrap(), if how == "served" { &*used } else { "" });
    }
}

#[test]
fn sources_stay_where_they_would_be_missed() {
    let Some(python) = python() else { return println!("skipped: python3 is not on this machine") };
    let (case, used) = case_of_sources();
    let mut plain = SlimOptions::new(case.out());
    plain.interpreter = Some(python.program);
    plain.force = true;
    let mut checked = plain.clone();
    checked.check = BytecodeCheck::Always;
    let mut dropped = plain.clone();
    dropped.cold = ColdPlace::Drop;
    let mut without = plain.clone();
    without.interpreter = None;
    for (options, why) in [(checked, "it is compared"), (dropped, "no archive"), (without, "no bytecode")] {
        let slimmed = slim_sources(&case, &options);
        assert_eq!(fs::read_to_string(case.out().join("lib/used.py")).unwrap(), used, "{why}");
        let package = open(&case.package()).unwrap();
        assert_eq!(slimmed.plan.files(&package, Decision::Compiled).count(), 0, "{why}");
        fs::remove_dir_all(case.out()).unwrap();
    }
    let broken = used + "print 'x'\n";
    case.write("lib/used.py", &broken);
    let slimmed = slim_sources(&case, &plain);
    assert_eq!(fs::read_to_string(case.out().join("lib/used.py")).unwrap(), broken, "it does not compile");
    assert!(!cold_names(&slimmed.cold.unwrap()).contains("lib/used.py"));
}

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

// Archives as input.

/// A zip archive with `app.py` and what `add` adds.
fn archive(add: impl FnOnce(&mut zip::ZipWriter<Cursor<Vec<u8>>>)) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    file(&mut writer, "app.py", b"def handler(event, context):\n    return event\n");
    add(&mut writer);
    writer.finish().unwrap().into_inner()
}

fn file(writer: &mut zip::ZipWriter<Cursor<Vec<u8>>>, name: &str, content: &[u8]) {
    writer.start_file(name, SimpleFileOptions::default()).unwrap();
    writer.write_all(content).unwrap();
}

/// What opening an archive of these bytes fails with.
fn refusal(bytes: &[u8]) -> Code {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("package.zip");
    fs::write(&path, bytes).unwrap();
    let error = open(&path).expect_err("it is refused");
    assert_eq!(listed(directory.path()), [PathBuf::from("package.zip")].into(), "{error}");
    error.code()
}

#[test]
fn an_archive_is_slimmed_as_a_directory_is() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("package.zip");
    fs::write(&path, archive(|zip| file(zip, "data.txt", b"data"))).unwrap();
    let out = directory.path().join("out");
    slim_at(&path, &SlimOptions::new(&out), &()).unwrap();
    assert_eq!(fs::read(out.join("data.txt")).unwrap(), b"data");
}

#[test]
fn archives_that_lead_out_are_refused() {
    // Written under a name that the writer takes, then changed: it may be as careful as the reader.
    let renamed = |name: &str| {
        let stand_in = "n".repeat(name.len());
        let mut bytes = archive(|zip| file(zip, &stand_in, b"x"));
        let places: Vec<_> =
            bytes.windows(name.len()).enumerate().filter(|(_, it)| *it == stand_in.as_bytes()).map(|it| it.0).collect();
        assert_eq!(places.len(), 2);
        for at in places {
            bytes[at..at + name.len()].copy_from_slice(name.as_bytes());
        }
        bytes
    };
    for name in
        ["../escaped-file", "/tmp/headstart-escaped", "below/../../escaped", "below\\..\\..\\escaped", "zero\0named"]
    {
        assert_eq!(refusal(&renamed(name)), Code::ArchiveInvalid, "{name:?}");
    }
    for target in ["/etc/passwd", "../outside", "below/../../outside"] {
        let bytes = archive(|zip| zip.add_symlink("link", target, SimpleFileOptions::default()).unwrap());
        assert_eq!(refusal(&bytes), Code::ArchiveInvalid, "{target}");
    }
    let through = archive(|zip| {
        zip.add_symlink("lib", ".", SimpleFileOptions::default()).unwrap();
        file(zip, "lib/x.py", b"");
    });
    assert_eq!(refusal(&through), Code::ArchiveInvalid);
    // Each link stays inside by its text; followed, the second leads out.
    let chained = archive(|zip| {
        zip.add_symlink("one", ".", SimpleFileOptions::default()).unwrap();
        zip.add_symlink("two", "one/..", SimpleFileOptions::default()).unwrap();
        zip.add_directory("two/headstart-escaped-directory", SimpleFileOptions::default()).unwrap();
    });
    assert_eq!(refusal(&chained), Code::ArchiveInvalid);
    assert!(!std::env::temp_dir().join("headstart-escaped-directory").exists());
    let twice = archive(|zip| {
        file(zip, "one", b"");
        file(zip, "one/two", b"");
    });
    assert_eq!(refusal(&twice), Code::ArchiveInvalid);
}

#[test]
fn damaged_and_encrypted_archives_are_refused() {
    let good = archive(|zip| file(zip, "data.txt", &b"data".repeat(100)));
    for end in [0, 10, good.len() / 2, good.len() - 1] {
        assert_eq!(refusal(&good[..end]), Code::ArchiveInvalid, "{end} bytes");
    }
    let mut damaged = good.clone();
    let at = good.windows(8).position(|it| it == b"data.txt").unwrap() + 12;
    damaged[at] ^= 0x55;
    assert_eq!(refusal(&damaged), Code::ArchiveInvalid);

    // Bit 0 of the flags, in the local header and in the directory.
    let mut encrypted = good;
    for (signature, offset) in [(b"PK\x03\x04", 6), (b"PK\x01\x02", 8)] {
        let places: Vec<_> =
            encrypted.windows(4).enumerate().filter(|(_, it)| it == signature).map(|it| it.0).collect();
        for at in places {
            encrypted[at + offset] |= 1;
        }
    }
    assert_eq!(refusal(&encrypted), Code::ArchiveInvalid);
}

#[test]
fn bombs_are_refused() {
    let bomb = archive(|zip| {
        zip.start_file("zeros", SimpleFileOptions::default()).unwrap();
        let block = vec![0; 1 << 20];
        (0..140).for_each(|_| zip.write_all(&block).unwrap());
    });
    assert_eq!(refusal(&bomb), Code::PackageTooLarge);
}

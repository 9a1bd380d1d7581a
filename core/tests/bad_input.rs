//! Packages that nobody vouches for: what is wrong is told, the rest is looked into, nothing is written elsewhere.
#![cfg(feature = "python-analyzer")]
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

use headstart::package::{OpenOptions, Package};
use headstart::slim::{Analysis, Codec, Plan, PlanOptions, Rule, SlimOptions, TraceOptions, slim, trace};
use headstart::{Code, Error};
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::time::{Duration, Instant};

fn write(path: &Path, content: impl AsRef<[u8]>) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
}

fn open(path: &Path) -> Result<Package, Error> {
    let mut options = OpenOptions::default();
    options.entry = Some("app.handler".into());
    options.runtime = Some("python3.12".into());
    Package::open(path, &options)
}

/// The rules of which something is found.
fn rules(package: &Package) -> Vec<Rule> {
    let traced = trace(package, &TraceOptions::default()).unwrap();
    let analysis = Analysis::of(package, Some(&traced), package.version(), None);
    analysis.findings.iter().map(|finding| finding.rule).collect()
}

/// Slims the package at `path` to `out`.
fn slimmed(path: &Path, out: &Path) -> Result<(), Error> {
    let package = open(path)?;
    let traced = trace(&package, &TraceOptions::default())?;
    let plan = Plan::of(&package, &traced, PlanOptions::default());
    slim(&package, &traced, &plan, &SlimOptions::new(out), Codec::Zlib, &()).map(drop)
}

fn names(directory: &Path) -> Vec<String> {
    let names = fs::read_dir(directory).unwrap().map(|it| it.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names.collect();
    names.sort();
    names
}

#[test]
fn what_is_wrong_is_told_and_the_rest_is_slimmed() {
    let directory = tempfile::tempdir().unwrap();
    let package = directory.path().join("package");
    write(&package.join("app.py"), "import lib, lib.broken, lib.object, lib.garbled\ndef handler(e, c): return e\n");
    write(&package.join("lib/__init__.py"), "");
    write(&package.join("lib/broken.py"), "def f(:\n");
    write(&package.join("lib/garbled.py"), b"\xff\xfe\0\0(((\0");
    write(&package.join("lib/object.so"), b"\x7fELF\x02\x01\x01 and nothing that belongs to an object");
    write(&package.join("lib/libcut.so.1"), &b"\x7fELF"[..]);
    write(&package.join(OsStr::from_bytes(b"lib/odd-\xff\xfe.txt")), "odd");
    symlink("lib", package.join("lib/again")).unwrap();
    symlink("../../..", package.join("lib/out")).unwrap();
    symlink("loop", package.join("loop")).unwrap();
    let record =
        "lib/__init__.py,,\nlib/broken.py,,\nlib/gone.py,,\n../../../../etc/passwd,,\n/etc/hostname,,\n\0,,\n\"x";
    write(&package.join("lib-1.dist-info/RECORD"), record);
    write(&package.join("lib-1.dist-info/METADATA"), b"Name: \xff\nVersion");

    let found = rules(&open(&package).unwrap());
    for rule in [Rule::UnparsedSource, Rule::OddName, Rule::LinkLeadsOut, Rule::WrongRecord] {
        assert!(found.contains(&rule), "{rule} is not in {found:?}");
    }
    slimmed(&package, &directory.path().join("out")).unwrap();
    let record = fs::read_to_string(directory.path().join("out/lib-1.dist-info/RECORD")).unwrap();
    assert!(record.contains("lib/__init__.py") && !record.contains("etc") && !record.contains("gone"), "{record}");
    assert_eq!(names(directory.path()), ["out", "package"]);
}

/// An archive of which only the directory at its end is written: this many files without content.
fn hollow_archive(count: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    for number in 0..count {
        let name = format!("{number:07}");
        bytes.extend(b"PK\x01\x02\x14\x03\x14\0\0\0\0\0\0\0\0\0");
        // Checksum, sizes; lengths of name, extra field and comment; disk, attributes, offset.
        bytes.extend([0; 12]);
        bytes.extend([7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        bytes.extend(name.as_bytes());
    }
    let (size, count) = (bytes.len() as u64, u64::from(count));
    bytes.extend(b"PK\x06\x06");
    bytes.extend(44_u64.to_le_bytes());
    bytes.extend([45, 3, 45, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    bytes.extend([count, count, size, 0].iter().flat_map(|it| it.to_le_bytes()));
    bytes.extend(b"PK\x06\x07\0\0\0\0");
    bytes.extend(size.to_le_bytes());
    bytes.extend(1_u32.to_le_bytes());
    bytes.extend(b"PK\x05\x06\0\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\0\0");
    bytes
}

#[test]
fn an_archive_of_too_many_files_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("package.zip");
    let begun = Instant::now();
    for (count, code) in [(500_001, Code::PackageTooLarge), (1, Code::ArchiveInvalid)] {
        fs::write(&path, hollow_archive(count)).unwrap();
        let error = open(&path).unwrap_err();
        assert_eq!(error.code(), code, "{error}");
    }
    assert!(begun.elapsed() < Duration::from_mins(1), "{:?}", begun.elapsed());
    assert_eq!(names(directory.path()), ["package.zip"]);
}

#[test]
fn an_archive_leads_nowhere_outside_of_it() {
    let outside = tempfile::tempdir().unwrap();
    write(&outside.path().join("secret/secret.py"), "TOKEN = 1\n");
    let secret = outside.path().join("secret");
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("package.zip");
    let mut zip = zip::ZipWriter::new(fs::File::create(&path).unwrap());
    let finder = format!("MAPPING = {{'secret': '{}'}}\n", secret.display());
    let site = "venv/lib/python3.12/site-packages";
    for (name, content) in [
        ("app.py", "import secret\ndef handler(event, context): return event\n"),
        ("venv/pyvenv.cfg", ""),
        (&format!("{site}/a.pth"), &format!("{}\n/\nimport finder\n", secret.display())),
        (&format!("{site}/finder.py"), &finder),
        ("headstart.toml", &format!("[environment]\nPYTHONPATH = '{}'\n", secret.display())),
    ] {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        std::io::Write::write_all(&mut zip, content.as_bytes()).unwrap();
    }
    zip.finish().unwrap();
    let package = open(&path).unwrap();
    assert!(package.tree().files().iter().all(|file| !file.path.ends_with("secret.py")));
    slimmed(&path, &directory.path().join("out")).unwrap();
    assert_eq!(names(&directory.path().join("out")).iter().filter(|name| name.contains("secret")).count(), 0);
}

#[test]
fn sources_that_repeat_themselves_take_time_by_their_length_alone() {
    let lines = |line: &dyn Fn(usize) -> String| (0..10_000).map(line).collect::<Vec<_>>().concat();
    let sources = [
        "a0 = 'text'\n".to_owned() + &lines(&|at| format!("a{} = a{at} + a{at}\n", at + 1)),
        "a0 = __file__\n".to_owned() + &lines(&|at| format!("a{} = os.path.join(a{at}, 'x')\nopen(a{at})\n", at + 1)),
        lines(&|at| format!("import m{at} as x\n")) + &lines(&|at| format!("x.f{at}\n")),
        lines(&|at| format!("import m{at} as x\ndef f(): x\n")),
        lines(&|at| format!("import nothing{at}\n")),
        format!("__all__ = [{}]\n", lines(&|at| format!("'x{at}', "))) + &lines(&|at| format!("import m as x{at}\n")),
        lines(&|_| "import_module(f'm.{x}')\n".to_owned()),
    ];
    for source in sources {
        let directory = tempfile::tempdir().unwrap();
        write(&directory.path().join("app.py"), &source);
        let begun = Instant::now();
        rules(&open(directory.path()).unwrap());
        // Without optimization, on a busy machine.
        assert!(begun.elapsed() < Duration::from_secs(20), "{:?}: {}", begun.elapsed(), &source[..60]);
    }
}

//! From what was typed to a package to look into.

use crate::arguments::SubjectArguments;
use headstart::package::{FileId, FileKind, OpenOptions, Package, RootRole};
use headstart::slim::{Finding, TraceOptions};
use headstart::{Code, Error};
use serde_json::{Value, json};
use std::path::Path;

/// Opens the package that was meant.
pub(crate) fn open(arguments: &SubjectArguments) -> Result<Package, Error> {
    let mut options = OpenOptions::default();
    options.entry.clone_from(&arguments.entry);
    options.runtime.clone_from(&arguments.runtime);
    options.base.clone_from(&arguments.base);
    options.layers.clone_from(&arguments.layers);
    Package::open(&arguments.path, &options)
}

/// How it is to be traced.
pub(crate) fn trace_options(arguments: &SubjectArguments) -> Result<TraceOptions, Error> {
    let mut options = TraceOptions::default();
    if let Some(target) = &arguments.target {
        options.target = target.parse()?;
    }
    options.include.clone_from(&arguments.include);
    Ok(options)
}

/// A file as reports name it: by its path below the package, else by its absolute one.
pub(crate) fn name(package: &Package, file: FileId) -> String {
    let found = package.tree().file(file);
    match package.tree().roots()[found.root].role {
        RootRole::Code => found.path.display().to_string(),
        _ => package.tree().absolute(file).display().to_string(),
    }
}

/// Where a finding is, before what it says: `app.py:3: `; nothing where it is in no file.
pub(crate) fn place(package: &Package, finding: &Finding) -> String {
    let line = finding.line.map(|line| format!(":{line}")).unwrap_or_default();
    finding.file.map(|file| format!("{}{line}: ", name(package, file))).unwrap_or_default()
}

/// The file that was meant by a path: below the package, or from the working directory.
pub(crate) fn file(package: &Package, asked: &Path) -> Result<FileId, Error> {
    let tree = package.tree();
    let below = tree.roots().iter().map(|root| root.path.join(asked));
    let here = std::path::absolute(asked).ok().and_then(|path| path.canonicalize().ok());
    let mut places = below.chain(here);
    places.find_map(|path| tree.find(&path).filter(|file| tree.file(*file).kind == FileKind::Regular)).ok_or_else(
        || {
            Error::new(Code::FunctionNotFound, "find the file", "the package has no such file")
                .with("file", asked.display())
        },
    )
}

/// A finding for programs.
pub(crate) fn finding(package: &Package, finding: &Finding) -> Value {
    json!({
        "rule": finding.rule.as_str(),
        "level": finding.rule.level().name(),
        "safe": finding.rule.is_safe(),
        "message": finding.message,
        "advice": finding.rule.advice(),
        "file": finding.file.map(|file| name(package, file)),
        "line": finding.line,
        "files": finding.files.iter().map(|file| name(package, *file)).collect::<Vec<_>>(),
        "saving_bytes": finding.saving_bytes,
        "saving_us": finding.saving_us,
    })
}

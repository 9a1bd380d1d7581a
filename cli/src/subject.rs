//! From what was typed to a package to look into.

use crate::arguments::SubjectArguments;
use headstart::package::{FileId, FileKind, OpenOptions, Package, RootRole, project_around};
use headstart::slim::{Finding, TraceOptions};
use headstart::{Code, Error};
use serde_json::{Value, json};
use std::borrow::Cow;
use std::path::{Path, PathBuf};

/// Opens the package that was meant.
pub(crate) fn open(arguments: &SubjectArguments) -> Result<Package, Error> {
    let mut options = OpenOptions::default();
    options.entry.clone_from(&arguments.entry);
    options.runtime.clone_from(&arguments.runtime);
    options.base.clone_from(&arguments.base);
    options.layers.clone_from(&arguments.layers);
    options.cargo_package.clone_from(&arguments.package);
    options.target = arguments.target.as_deref().map(str::parse).transpose()?;
    Package::open(&path(arguments)?, &options)
}

/// The path that was meant: as typed, else the project that the working directory belongs to.
fn path(arguments: &SubjectArguments) -> Result<PathBuf, Error> {
    if let Some(manifest) = &arguments.manifest_path {
        return directory_of(manifest);
    }
    path_or_project(arguments.path.as_deref())
}

/// A path, else the project that the working directory belongs to.
pub(crate) fn path_or_project(path: Option<&Path>) -> Result<PathBuf, Error> {
    if let Some(path) = path {
        return Ok(path.to_owned());
    }
    let here = std::env::current_dir().map_err(|error| {
        Error::new(Code::SystemIo, "find the working directory", error.to_string()).caused_by(error)
    })?;
    let project = project_around(&here);
    Ok(if project == here { PathBuf::from(".") } else { project })
}

/// The directory of a manifest.
fn directory_of(manifest: &Path) -> Result<PathBuf, Error> {
    if manifest.file_name().is_some_and(|name| name == "Cargo.toml") && manifest.is_file() {
        let directory = manifest.parent().filter(|it| !it.as_os_str().is_empty());
        return Ok(directory.unwrap_or(Path::new(".")).to_owned());
    }
    Err(Error::new(Code::ConfigInvalid, "find the Cargo project", "it is no file that is called Cargo.toml")
        .with("manifest", manifest.display()))
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
    path_of(package, file).display().to_string()
}

/// The path that reports name a file by.
pub(crate) fn path_of(package: &Package, file: FileId) -> Cow<'_, Path> {
    let found = package.tree().file(file);
    match package.tree().roots()[found.root].role {
        RootRole::Code => Cow::Borrowed(&found.path),
        _ => Cow::Owned(package.tree().absolute(file)),
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

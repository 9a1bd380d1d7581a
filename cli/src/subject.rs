//! From what was typed to a package to look into.

use crate::arguments::SubjectArguments;
use crate::{talk, target};
use headstart::instance::Interpreter;
use headstart::package::{FileId, FileKind, Language, OpenOptions, Package, RootRole};
use headstart::slim::{Finding, TraceOptions};
use headstart::{Code, Error};
use serde_json::{Value, json};
use std::path::Path;
use std::process::Stdio;

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

/// A package, and what is known of the function in it.
#[derive(Debug)]
pub(crate) struct Prepared {
    pub(crate) package: Package,
    pub(crate) trace_options: TraceOptions,
    /// What runs it, where it was found.
    pub(crate) interpreter: Option<Interpreter>,
    /// Whether that reads the xz format.
    pub(crate) reads_xz: bool,
}

/// Opens the package that was meant, and finds its interpreter.
pub(crate) async fn prepare(arguments: &SubjectArguments) -> Result<Prepared, Error> {
    let package = open(arguments)?;
    let mut trace_options = trace_options(arguments)?;
    let interpreter = interpreter(&package).await;
    if let Some(interpreter) = &interpreter {
        trace_options.version = Some(interpreter.release());
    }
    let reads_xz = interpreter.as_ref().is_some_and(reads_xz);
    Ok(Prepared { package, trace_options, interpreter, reads_xz })
}

async fn interpreter(package: &Package) -> Option<Interpreter> {
    let runtime = match (package.runtime().language(), package.version()) {
        (Language::Python, Some((major, minor))) => format!("python{major}.{minor}"),
        _ => package.runtime().to_string(),
    };
    let host = target::host().build().await.ok()?;
    match host.interpreter(&runtime).await {
        Ok(found) => Some(found),
        Err(error) => {
            talk::say(format!("warning: failed to {error}; no bytecode is compiled\n").as_bytes());
            None
        }
    }
}

/// Some builds of Python lack the module.
fn reads_xz(interpreter: &Interpreter) -> bool {
    let mut command = std::process::Command::new(&interpreter.program);
    command.args(["-I", "-S", "-c", "import lzma"]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

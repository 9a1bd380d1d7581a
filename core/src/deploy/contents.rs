//! What is deployed, as a directory.

use super::options::{DeployOptions, DeployTarget};
use crate::error::{Code, Error, Result};
use crate::instance::launcher_files;
use crate::package::{FileKind, Language, Package};
use crate::preload::{IN_PACKAGE, Image};
use crate::slim::{BytecodeCheck, OWN_DIRECTORY, compile_bytecode, copy_files};
use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// The program that the platform starts.
const BOOTSTRAP: &str = "bootstrap";
/// Where the launchers lie beside it in a package: a name that no module can have.
const IN_FUNCTION: &str = ".headstart-runtime";
/// Where they lie beside it in a layer.
const IN_LAYER: &str = "headstart";
/// Where AWS Lambda has functions, in images of containers too.
const TASK_ROOT: &str = "var/task";
/// Where it has layers.
const LAYERS: &str = "opt";

/// Fills the empty directory `root`; what the reader should know, one sentence each.
pub(super) fn fill(package: &Package, options: &DeployOptions, root: &Path) -> Result<Vec<String>> {
    let (function, runtime, launchers) = match options.target {
        DeployTarget::LambdaZip => (Some(root.to_owned()), root.to_owned(), IN_FUNCTION),
        DeployTarget::LambdaLayer => (None, root.to_owned(), IN_LAYER),
        DeployTarget::Oci => (Some(root.join(TASK_ROOT)), root.join(LAYERS), IN_LAYER),
    };
    let mut notes = Vec::new();
    if let Some(function) = function {
        notes.extend(copy_function(package, options, &function)?);
    }
    copy_launcher(&options.launcher, &runtime)?;
    notes.extend(write_launchers(package.runtime().language(), options, &runtime.join(launchers))?);
    Ok(notes)
}

fn copy_function(package: &Package, options: &DeployOptions, to: &Path) -> Result<Vec<String>> {
    let taken = [BOOTSTRAP, IN_FUNCTION].map(|name| package.directory().join(name));
    if let Some(taken) = taken.iter().find(|path| path.symlink_metadata().is_ok()) {
        let error =
            Error::new(Code::OutputExists, "package the function", "the function has something of that name already");
        return Err(error.with("file", taken.display()));
    }
    let files: Vec<_> = package.tree().iter().collect();
    let special = files.iter().find(|(_, file)| file.kind == FileKind::Special);
    let files: Vec<_> = files.iter().filter(|(_, file)| file.kind != FileKind::Special).map(|(id, _)| *id).collect();
    copy_files(package, &files, to, &()).map_err(|error| error.during("package the function"))?;
    compile_function(package, options, to)?;
    let left = special.map(|(_, file)| format!("{} is no file and is left out", file.path.display()));
    Ok(left.into_iter().chain(note_of_image(package)).collect())
}

/// Compiles the function's sources: their bytecode, where there is some, is of files with other times. Slimming has done it.
fn compile_function(package: &Package, options: &DeployOptions, to: &Path) -> Result<()> {
    let (Some(interpreter), Language::Python) = (&options.interpreter, package.runtime().language()) else {
        return Ok(());
    };
    let own = fs::read_dir(package.directory().join(OWN_DIRECTORY)).into_iter().flatten().flatten();
    if own.into_iter().any(|entry| !Path::new(IN_PACKAGE).ends_with(entry.file_name())) {
        return Ok(());
    }
    let sources =
        package.tree().files().iter().filter(|file| file.kind == FileKind::Regular).map(|file| file.path.clone());
    let sources: Vec<_> =
        sources.filter(|it| it.extension().is_some_and(|it| it == "py") && to.join(it).exists()).collect();
    // One that does not compile tells so when it is imported, if ever it is.
    compile_bytecode(interpreter, to, &sources, BytecodeCheck::Never, &())
        .map(drop)
        .map_err(|error| error.during("compile the function"))
}

/// Files are given other times than those that an image may have been baked with.
fn note_of_image(package: &Package) -> Option<String> {
    let image = Image::open(&package.directory().join(IN_PACKAGE)).ok()?;
    let check = image.identity().get("check")?.as_str()?;
    (check == "stat").then(|| {
        "the image checks sources by their times, which deployed files do not keep: bake it with --check trusted"
            .to_owned()
    })
}

fn copy_launcher(launcher: &Path, to: &Path) -> Result<()> {
    let about = |error: io::Error| {
        let error = Error::new(Code::RuntimeNotFound, "copy the native launcher", error.to_string()).caused_by(error);
        error.with("launcher", launcher.display())
    };
    fs::create_dir_all(to).map_err(about)?;
    let copy = to.join(BOOTSTRAP);
    fs::copy(launcher, &copy).map_err(about)?;
    fs::set_permissions(&copy, fs::Permissions::from_mode(0o755)).map_err(about)
}

/// Writes the launcher of the language, and compiles it; native functions have none.
fn write_launchers(language: Language, options: &DeployOptions, to: &Path) -> Result<Vec<String>> {
    let to = to.join(if language == Language::Python { "python" } else { "node" });
    let about = |error: io::Error| Error::new(Code::SystemIo, "package the function", error.to_string());
    let mut sources: Vec<PathBuf> = Vec::new();
    for (name, content) in launcher_files(language) {
        let path = to.join(name);
        fs::create_dir_all(path.parent().unwrap_or(&to)).map_err(about)?;
        fs::write(&path, content).map_err(about)?;
        sources.push(name.into());
    }
    match (&options.interpreter, language) {
        (Some(interpreter), Language::Python) => {
            compile_bytecode(interpreter, &to, &sources, BytecodeCheck::Never, &())
                .map_err(|error| error.during("compile the launcher"))?;
            Ok(Vec::new())
        }
        (None, Language::Python) => {
            Ok(vec!["the launcher is compiled at every start, since there is no interpreter to do it now".to_owned()])
        }
        _ => Ok(Vec::new()),
    }
}

//! The peers of a cold start: installed by their lock files, started by a script of ours beside each.

use super::bundles;
use crate::functions::Function;
use crate::interpreters;
use crate::python;
use crate::shell::{self, Outcome, about, key, once, root, target};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// The peers of a function, as `headstart bench --peers` reads them: the file's path.
pub(super) fn of(function: &Function, entry: &str) -> Outcome<PathBuf> {
    let peers = match function.language {
        "python" => vec![awslambdaric(function, entry)?],
        "node" => bundles::of(function, entry)?,
        _ => Vec::new(),
    };
    let file = target().join("peers").join(format!("{}-{}.json", function.language, function.name));
    std::fs::write(&file, Value::from(peers).to_string()).map_err(|error| about(&file, &error))?;
    Ok(file)
}

/// AWS's runtime client for Python.
fn awslambdaric(function: &Function, entry: &str) -> Outcome<Value> {
    let source = root().join("benches/peers/awslambdaric");
    let directory = install_python("awslambdaric", &source)?;
    let arguments = [source.join("start.py"), directory, function.package.clone(), entry.into()];
    Ok(json!({"name": "awslambdaric", "program": function.interpreter, "arguments": arguments}))
}

/// Installs a package of Python with its dependencies into a directory of its own, with valid bytecode.
pub(crate) fn install_python(name: &str, source: &Path) -> Outcome<PathBuf> {
    let directory = target().join("peers").join(name);
    let interpreter = interpreters::python()?;
    let lock = source.join("requirements.lock");
    let key = key(std::slice::from_ref(&lock), &[&interpreter.program.display().to_string()])?;
    once(&directory, &key, || {
        let environment = python::environment(&interpreter, "install", &[])?;
        let (lock, into) = (lock.display().to_string(), directory.display().to_string());
        python::pip(&environment, &["install", "--require-hashes", "--target", &into, "-r", &lock])?;
        shell::run(shell::command(environment.join("bin/python"), ["-m", "compileall", "-q"]).arg(&directory))
    })?;
    Ok(directory)
}

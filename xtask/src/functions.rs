//! The benchmark functions, made ready to run: sources and their dependencies, by lock file, in one directory
//! each under target/functions, as they would be deployed.

use crate::interpreters;
use crate::python;
use crate::shell::{self, Outcome, about, command, key, once, root, run, target};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A benchmark function.
#[derive(Debug, Clone)]
pub(crate) struct Function {
    pub(crate) language: &'static str,
    pub(crate) name: String,
    /// Where it stands, ready to run.
    pub(crate) package: PathBuf,
    /// The interpreter that its dependencies were installed for.
    pub(crate) interpreter: Option<PathBuf>,
}

impl Function {
    /// `headstart` at `program`, to be run on this function.
    pub(crate) fn command(&self, program: &Path, arguments: &[&str], native_launcher: &Path) -> Command {
        let mut command = command(program, arguments);
        command.arg(&self.package);
        if let Some(interpreter) = &self.interpreter {
            command.arg("--interpreter").arg(interpreter);
        }
        shell::with_launcher(&mut command, native_launcher);
        command
    }
}

const LANGUAGES: [&str; 3] = ["python", "node", "native"];

/// The functions whose names are asked for, `report` or `python/report`; all where none is.
pub(crate) fn prepare(asked: &[String]) -> Outcome<Vec<Function>> {
    let mut found = Vec::new();
    for language in LANGUAGES {
        let directory = root().join("benches/functions").join(language);
        let mut names: Vec<_> = std::fs::read_dir(&directory)
            .map_err(|error| about(&directory, &error))?
            .flatten()
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        for name in names {
            let full = format!("{language}/{name}");
            if asked.is_empty() || asked.contains(&name) || asked.contains(&full) {
                found.push(one(language, name)?);
            }
        }
    }
    let is_there = |asked: &&String| {
        !found.iter().any(|it| **asked == it.name || **asked == format!("{}/{}", it.language, it.name))
    };
    match asked.iter().find(is_there) {
        Some(missing) => Err(format!("no benchmark function is called {missing}")),
        None => Ok(found),
    }
}

/// Hands every event of every benchmark function to it, held-out ones too, and compares the results.
pub(crate) fn verify(headstart: &Path, native_launcher: &Path) -> Outcome {
    let mut wrong = Vec::new();
    for function in prepare(&[])? {
        let events = shell::files(&function.package.join("events"))?;
        for event in &events {
            let name = event.strip_prefix(function.package.join("events")).map_err(|error| error.to_string())?;
            let expected = function.package.join("expected").join(name);
            let event = format!("@{}", event.display());
            let arguments = ["run", "--format", "json", "--event", &event];
            let mut run = function.command(headstart, &arguments, native_launcher);
            let told = format!("{}/{} {}", function.language, function.name, name.display());
            match compare(&mut run, &expected) {
                Ok(()) => println!("as expected: {told}"),
                Err(complaint) => wrong.push(format!("{told}: {complaint}")),
            }
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n")) }
}

fn compare(run: &mut Command, expected: &Path) -> Outcome {
    let read = |text: &str| serde_json::from_str::<Value>(text).map_err(|error| error.to_string());
    let expected = read(&std::fs::read_to_string(expected).map_err(|error| about(expected, &error))?)?;
    let answer = read(&shell::output(run)?)?;
    if answer["result"] == expected { Ok(()) } else { Err(format!("{} instead of {expected}", answer["result"])) }
}

fn one(language: &'static str, name: String) -> Outcome<Function> {
    let source = root().join("benches/functions").join(language).join(&name);
    let package = target().join("functions").join(language).join(&name);
    let interpreter = match language {
        "python" => Some(interpreters::python()?.program),
        "node" => Some(interpreters::node()?.program),
        _ => None,
    };
    let key = key(&shell::files(&source)?, &[&format!("{interpreter:?}")])?;
    once(&package, &key, || match language {
        "python" => install_python(&source, &package),
        "node" => install_node(&source, &package),
        _ => build_native(&source, &package, &name),
    })?;
    Ok(Function { language, name, package, interpreter })
}

fn install_python(source: &Path, package: &Path) -> Outcome {
    shell::copy(source, package)?;
    let environment = python::environment(&interpreters::python()?, "install", &[])?;
    let lock = source.join("requirements.lock");
    if lock.exists() {
        let (lock, package) = (lock.display().to_string(), package.display().to_string());
        python::pip(&environment, &["install", "--require-hashes", "--target", &package, "-r", &lock])?;
    }
    // The baseline has valid bytecode, whatever pip compiled.
    run(command(environment.join("bin/python"), ["-m", "compileall", "-q"]).arg(package))
}

fn install_node(source: &Path, package: &Path) -> Outcome {
    shell::copy(source, package)?;
    if !package.join("package-lock.json").exists() {
        return Ok(());
    }
    run(command("npm", ["ci", "--omit=dev", "--no-audit", "--no-fund", "--silent"]).current_dir(package))
}

fn build_native(source: &Path, package: &Path, name: &str) -> Outcome {
    shell::copy(source, package)?;
    run(&mut command("cargo", ["build", "--locked", "--release", "--package", &format!("headstart-bench-{name}")]))?;
    let library = format!("lib{name}.so");
    let built = target().join("release").join(format!("libheadstart_bench_{name}.so"));
    std::fs::copy(&built, package.join(&library)).map(drop).map_err(|error| about(&built, &error))
}

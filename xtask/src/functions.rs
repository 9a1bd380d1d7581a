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
        let run =
            |event: &str| function.command(headstart, &["run", "--format", "json", "--event", event], native_launcher);
        wrong.extend(on_every_event(&function, None, run)?);
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n")) }
}

/// Hands every event of a function, held-out ones too, to what `run` makes for it; what is not as expected: the result,
/// and the tier where one is named.
pub(crate) fn on_every_event(
    function: &Function,
    tier: Option<&str>,
    run: impl Fn(&str) -> Command,
) -> Outcome<Vec<String>> {
    let mut wrong = Vec::new();
    for event in &shell::files(&function.package.join("events"))? {
        let name = event.strip_prefix(function.package.join("events")).map_err(|error| error.to_string())?;
        let expected = function.package.join("expected").join(name);
        let told = format!("{}/{} {}", function.language, function.name, name.display());
        match compare(&mut run(&format!("@{}", event.display())), &expected, tier) {
            Ok(()) => println!("as expected: {told}"),
            Err(complaint) => wrong.push(format!("{told}: {complaint}")),
        }
    }
    Ok(wrong)
}

/// Slims every benchmark function by its events and hands it every event, those too that slimming did not see:
/// the results are those of the installed package.
pub(crate) fn verify_slimmed(headstart: &Path, native_launcher: &Path) -> Outcome {
    let mut wrong = Vec::new();
    for function in prepare(&[])? {
        let (slimmed, report) = crate::bench::slim::slimmed(&function, headstart, true)?;
        let small = Function { package: slimmed, ..function.clone() };
        let run = |event: &str| {
            let arguments = ["run", "--format", "json", "--init-timeout", "60s", "--event", event];
            small.command(headstart, &arguments, native_launcher)
        };
        wrong.extend(on_every_event(&function, None, run)?);
        wrong.extend(on_every_question(&function, &small)?);
        look_into(&function, &small, headstart, native_launcher)?;
        let (before, after) = (&report["before_bytes"], &report["after_bytes"]);
        println!("slimmed: {}/{} {before} to {after} bytes", function.language, function.name);
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n")) }
}

/// The commands that look into a function and compare packages; fails where one of them does.
fn look_into(function: &Function, slimmed: &Function, headstart: &Path, native_launcher: &Path) -> Outcome {
    shell::output(&mut function.command(headstart, &["analyze", "--format", "json"], native_launcher))?;
    if function.language != "native" {
        let profile = ["profile", "--runs", "1", "--format", "json", "--init-timeout", "60s"];
        shell::output(&mut function.command(headstart, &profile, native_launcher))?;
    }
    let mut verify = function.command(headstart, &["verify", "--init-timeout", "60s"], native_launcher);
    shell::output(verify.arg(&slimmed.package)).map(drop)
}

/// Asks both packages of a Python function what code can ask of a package: metadata, sources, data, modules that no
/// event reaches.
fn on_every_question(function: &Function, slimmed: &Function) -> Outcome<Vec<String>> {
    let Some(python) = function.interpreter.as_ref().filter(|_| function.language == "python") else {
        return Ok(Vec::new());
    };
    let script = root().join("testdata/probes/python.py");
    let answers = |package: &Path| -> Outcome<Value> {
        let text = shell::output(command(python, ["-I", "-B"]).arg(&script).arg(package))?;
        serde_json::from_str(&text).map_err(|error| format!("{} printed no answers: {error}", script.display()))
    };
    let (installed, slimmed) = (answers(&function.package)?, answers(&slimmed.package)?);
    let asked = installed.as_object().into_iter().flatten();
    let differs = asked.filter(|(question, answer)| slimmed.get(question) != Some(answer));
    let told = |(question, answer): (&String, &Value)| {
        format!("slimmed: python/{}: {question}: {} instead of {answer}", function.name, slimmed[question])
    };
    Ok(differs.map(told).collect())
}

/// Whether the files that a trace names hold every file of the package that a function opens, as `strace` sees it.
pub(crate) fn verify_traced(headstart: &Path, native_launcher: &Path) -> Outcome {
    if command("strace", ["-V"]).output().is_err() {
        println!("skipped: strace is not on this machine: traces are not compared with what functions open");
        return Ok(());
    }
    let mut wrong = Vec::new();
    for function in prepare(&[])? {
        let text = shell::output(&mut function.command(headstart, &["trace", "--format", "json"], native_launcher))?;
        let traced: Value = serde_json::from_str(&text).map_err(|error| error.to_string())?;
        let traced: std::collections::HashSet<&str> =
            traced["files"].as_array().into_iter().flatten().filter_map(|it| it["file"].as_str()).collect();
        let opened = opened(&function, headstart, native_launcher)?;
        let missing: Vec<_> = opened.iter().filter(|file| !traced.contains(file.as_str())).cloned().collect();
        println!(
            "traced: {}/{}: {} of {} opened files",
            function.language,
            function.name,
            opened.len() - missing.len(),
            opened.len()
        );
        if !missing.is_empty() {
            wrong.push(format!(
                "{}/{} opens what was not traced: {}",
                function.language,
                function.name,
                missing.join(", ")
            ));
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n")) }
}

/// The files of its package that a function opens on its ordinary events.
fn opened(function: &Function, headstart: &Path, native_launcher: &Path) -> Outcome<Vec<String>> {
    let log = target().join("strace.log");
    let package = function.package.canonicalize().map_err(|error| about(&function.package, &error))?;
    let mut found = std::collections::BTreeSet::new();
    for event in
        shell::files(&function.package.join("events"))?.iter().filter(|it| !it.to_string_lossy().contains("heldout"))
    {
        let event = format!("@{}", event.display());
        let run = function.command(
            headstart,
            &["run", "--init-timeout", "120s", "--timeout", "120s", "--event", &event],
            native_launcher,
        );
        let mut traced = command("strace", ["-f", "-qq", "-e", "trace=open,openat", "-o"]);
        traced.arg(&log).arg(run.get_program()).args(run.get_args());
        shell::output(shell::with_launcher(&mut traced, native_launcher).stderr(std::process::Stdio::null()))?;
        let text = std::fs::read(&log).map_err(|error| about(&log, &error))?;
        found.extend(String::from_utf8_lossy(&text).lines().filter_map(|line| opened_file(line, &package)));
    }
    Ok(found.into_iter().collect())
}

/// What the command line itself reads of a package.
const READ_BY_US: [&str; 5] = ["headstart.toml", "preload.txt", "pyproject.toml", "events", ".headstart"];

/// The file below `package` that a line of `strace` says was opened for reading.
fn opened_file(line: &str, package: &Path) -> Option<String> {
    let path = Path::new(line.split('"').nth(1)?);
    let is_opened = !line.contains(" = -1 ") && !line.contains("O_DIRECTORY") && !line.contains("O_WRONLY");
    let below = path.canonicalize().ok()?.strip_prefix(package).ok()?.to_owned();
    let is_ours = READ_BY_US.iter().any(|name| below.starts_with(name));
    (is_opened && !is_ours && package.join(&below).is_file()).then(|| below.display().to_string())
}

fn compare(run: &mut Command, expected: &Path, tier: Option<&str>) -> Outcome {
    let read = |text: &str| serde_json::from_str::<Value>(text).map_err(|error| error.to_string());
    let expected = read(&std::fs::read_to_string(expected).map_err(|error| about(expected, &error))?)?;
    let answer = read(&shell::output(run)?)?;
    match tier.filter(|tier| answer["tier"] != *tier) {
        Some(tier) => Err(format!("it came from the tier {}, not {tier}", answer["tier"])),
        None if answer["result"] == expected => Ok(()),
        None => Err(format!("{} instead of {expected}", answer["result"])),
    }
}

fn one(language: &'static str, name: String) -> Outcome<Function> {
    let source = root().join("benches/functions").join(language).join(&name);
    let package = target().join("functions").join(language).join(&name);
    let interpreter = match language {
        "python" => Some(python::bare(&interpreters::python()?)?),
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

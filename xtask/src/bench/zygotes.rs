//! Trees of zygotes: 30 functions over 12 sets of dependencies, against a zygote for each, within a quarter of its memory.

use crate::interpreters;
use crate::python;
use crate::shell::{self, Outcome, about, command, key, once, root, run, target};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// The part of the memory of one zygote for each function that the tree gets.
const PART: u64 = 4;

/// Plans within the budget and runs the arms in turns.
pub(super) fn measure(runs: u32) -> Outcome<Value> {
    let launcher = super::build_release()?;
    run(&mut command("cargo", ["build", "--locked", "--release", "--quiet", "--package", "headstart-benches"]))?;
    let functions = functions()?;
    let bench = |arguments: &[&str]| -> Outcome<Value> {
        let mut bench = command(target().join("release/zygotes"), [arguments[0]]);
        bench.arg(&functions).args(&arguments[1..]).env("HEADSTART_STATE_DIR", target().join("state"));
        let text = shell::output(shell::with_launcher(&mut bench, &launcher))?;
        serde_json::from_str(&text).map_err(|error| format!("zygotes printed something else: {error}"))
    };
    let each = bench(&["each"])?["bytes"].as_u64().ok_or("zygotes gave no bytes")?;
    let plan = target().join("zygotes/plan.json");
    let mut planned = command(target().join("release/headstart"), ["zygotes", "plan", "--init-timeout", "60s"]);
    planned.arg("--functions").arg(&functions).arg("--out").arg(&plan);
    planned.args(["--budget", &(each / PART).to_string()]).env("HEADSTART_STATE_DIR", target().join("state"));
    eprintln!("{}", shell::output(&mut planned)?);
    bench(&["compare", &plan.display().to_string(), &runs.to_string()])
}

/// The functions, each with its code alone; their dependencies lie in one directory.
fn functions() -> Outcome<PathBuf> {
    let (source, directory) = (root().join("benches/zygotes"), target().join("zygotes"));
    let interpreter = python::bare(&interpreters::python()?)?;
    let key = key(&shell::files(&source)?, &[&interpreter.display().to_string()])?;
    once(&directory, &key, || {
        let (site, lock) = (directory.join("site"), source.join("requirements.lock"));
        let environment = python::environment(&interpreters::python()?, "install", &[])?;
        let (site, lock) = (site.display().to_string(), lock.display().to_string());
        python::pip(&environment, &["install", "--require-hashes", "--target", &site, "-r", &lock])?;
        run(command(environment.join("bin/python"), ["-m", "compileall", "-q"]).arg(&site))?;
        lay_out(&source, &directory, &interpreter, &site)
    })?;
    Ok(directory.join("functions"))
}

fn lay_out(source: &Path, directory: &Path, interpreter: &Path, site: &str) -> Outcome {
    let file = source.join("functions.json");
    let text = std::fs::read_to_string(&file).map_err(|error| about(&file, &error))?;
    let table: Value = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    for (name, said) in table.as_object().into_iter().flatten() {
        for number in 0..said["functions"].as_u64().unwrap_or(0) {
            let package = directory.join("functions").join(format!("{name}-{number}"));
            let modules: Vec<&str> =
                said["preload"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            let config = format!(
                "entry = \"app.handler\"\nruntime = \"python\"\ninterpreter = {:?}\npreload = \"preload.txt\"\n\n\
                 [environment]\nPYTHONPATH = {site:?}\n",
                interpreter.display().to_string(),
            );
            std::fs::create_dir_all(&package).map_err(|error| about(&package, &error))?;
            let write = |name: &str, text: &str| {
                let path = package.join(name);
                std::fs::write(&path, text).map_err(|error| about(&path, &error))
            };
            write("headstart.toml", &config)?;
            write("preload.txt", &modules.join("\n"))?;
            let handler = source.join("handlers").join(name).with_extension("py");
            std::fs::copy(&handler, package.join("app.py")).map_err(|error| about(&handler, &error))?;
        }
    }
    Ok(())
}

//! The peers of a Node function: Node's own compile cache, a bundle by esbuild, and both.

use crate::functions::Function;
use crate::shell::{self, Outcome, about, command, key, once, root, target};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::Stdio;

/// Compile cache, bundle, bundle with compile cache; caches are warm.
pub(super) fn of(function: &Function, entry: &str) -> Outcome<Vec<Value>> {
    let (bundled, bundle) = bundle(function, entry)?;
    Ok(vec![
        arm(function, "compile-cache", entry, true)?,
        arm(&bundled, "esbuild", &bundle, false)?,
        arm(&bundled, "esbuild-cache", &bundle, true)?,
    ])
}

fn node(function: &Function) -> Outcome<&Path> {
    function.interpreter.as_deref().ok_or_else(|| format!("{} has no interpreter", function.name))
}

fn arm(function: &Function, name: &str, entry: &str, has_cache: bool) -> Outcome<Value> {
    let plain = root().join("cli/src/bench/plain/plain.cjs");
    let mut environment = serde_json::Map::new();
    if has_cache {
        let version = shell::output(&mut command(node(function)?, ["-p", "process.versions.node"]))?;
        let cache = target().join("peers/compile-cache").join(format!("{}-{name}-{}", function.name, version.trim()));
        shell::empty(&cache)?;
        // Two runs: what the first one compiles late is in the cache of the second.
        for _ in 0..2 {
            warm(function, &plain, entry, &cache)?;
        }
        environment.insert("NODE_COMPILE_CACHE".into(), cache.display().to_string().into());
    }
    let arguments = [plain, function.package.clone(), entry.into()];
    Ok(json!({"name": name, "program": node(function)?, "arguments": arguments, "environment": environment}))
}

/// Runs the function to its end, when Node writes its cache.
fn warm(function: &Function, plain: &Path, entry: &str, cache: &Path) -> Outcome {
    let events = shell::files(&function.package.join("events"))?;
    let event = events.iter().find(|it| !it.to_string_lossy().contains("heldout"));
    let event = event.ok_or_else(|| format!("{} has no event", function.name))?;
    let text = std::fs::read_to_string(event).map_err(|error| about(event, &error))?;
    let value: Value = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    let input = target().join("peers/event.json");
    std::fs::write(&input, format!("{value}\n")).map_err(|error| about(&input, &error))?;
    let open = std::fs::File::open(&input).map_err(|error| about(&input, &error))?;
    let mut run = command(node(function)?, [plain]);
    run.arg(&function.package).arg(entry).env("NODE_COMPILE_CACHE", cache);
    run.stdin(open).stdout(Stdio::null()).stderr(Stdio::null());
    let status = run.status().map_err(|error| error.to_string())?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("{} did not run for its compile cache: {status}", function.name))
    }
}

/// Bundles a copy of the function beside its files; gives the copy, and the bundle's entry.
fn bundle(function: &Function, entry: &str) -> Outcome<(Function, String)> {
    let source = root().join("benches/peers/esbuild");
    let directory = target().join("peers/esbuild");
    once(&directory, &key(&shell::files(&source)?, &[])?, || {
        shell::copy(&source, &directory)?;
        shell::run(command("npm", ["ci", "--no-audit", "--no-fund", "--silent"]).current_dir(&directory))
    })?;
    let copy = copy(function)?;
    let (module, attribute) = entry.rsplit_once('.').ok_or("the entry has no attribute")?;
    let manifest = std::fs::read_to_string(copy.package.join("package.json")).unwrap_or_default();
    let is_module = serde_json::from_str::<Value>(&manifest).is_ok_and(|it| it["type"] == "module");
    let below = Path::new(module).with_file_name(BUNDLE);
    let out = copy.package.join(&below).with_extension(if is_module { "mjs" } else { "cjs" });
    let file: PathBuf = copy.package.join(module).with_extension("js");
    let mut make = command(node(function)?, [source.join("bundle.cjs")]);
    shell::output(make.arg(&directory).arg(&file).arg(&out))?;
    Ok((copy, format!("{}.{attribute}", below.display())))
}

/// The function with its own files in another directory, its dependencies where they are.
fn copy(function: &Function) -> Outcome<Function> {
    let package = target().join("peers/bundled").join(&function.name);
    shell::empty(&package)?;
    shell::copy(&function.package, &package)?;
    let (from, to) = (function.package.join("node_modules"), package.join("node_modules"));
    if from.exists() {
        std::os::unix::fs::symlink(&from, &to).map_err(|error| about(&to, &error))?;
    }
    Ok(Function { package, ..function.clone() })
}

/// What a bundle is called.
const BUNDLE: &str = "headstart-peer-bundle";

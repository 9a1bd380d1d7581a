//! Cold starts with an init image: against the plain interpreter, the peers, and an image that does not fit.

use super::{mean, peers};
use crate::bake::baked;
use crate::functions::{self, Function};
use crate::interpreters;
use crate::shell::{self, Outcome, target};
use headstart::config::FunctionConfig;
use headstart::preload::{Image, ImageWriter};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// The arms of our own.
const ARMS: [&str; 3] = ["plain", "cold", "image"];
/// The oldest Node that is measured.
const OLDEST_NODE: u32 = 22;
/// What the bench calls the image that does not fit.
const REFUSED: &str = "image-refused";

/// Measures the functions whose names are given, all where none is; with files in memory, or on disk.
pub(super) fn measure(names: &[String], runs: u32, cold_disk: bool) -> Outcome<Value> {
    let launcher = super::build_release()?;
    let headstart = target().join("release/headstart");
    let (mut machine, mut rows) = (Value::Null, Vec::new());
    for (function, runtime) in &everywhere(functions::prepare(names)?)? {
        eprintln!("xtask: measuring {}/{} on {runtime}", function.language, function.name);
        let image = once_baked(function, runtime, &[], &headstart, &launcher)?;
        let deferred = match function.language {
            "python" => Some(once_baked(function, runtime, &["--defer"], &headstart, &launcher)?),
            _ => None,
        };
        let bench = Bench { function, headstart: &headstart, launcher: &launcher, runs, cold_disk };
        let mut report =
            bench.run((&image, deferred.as_deref()), &ARMS, Some(&peers::of(function, &entry(function)?)?))?;
        machine = report["machine"].take();
        let begun = rows.len();
        rows.append(report["rows"].as_array_mut().unwrap_or(&mut Vec::new()));
        let mut refused = bench.run((&foreign(&image)?, None), &["plain", "image"], None)?;
        rows.extend(refused["rows"].as_array_mut().into_iter().flatten().filter(|row| row["arm"] == "image").map(
            |row| {
                row["arm"] = REFUSED.into();
                row.take()
            },
        ));
        rows[begun..].iter_mut().for_each(|row| row["runtime"] = runtime.as_str().into());
    }
    let mut means = mean::of(&rows, "ratio_to_plain", "speedup");
    compare_with_bundles(&mut means);
    if cold_disk {
        for row in &mut means {
            row["arm"] = format!("{}, cold disk", row["arm"].as_str().unwrap_or("")).into();
        }
    }
    rows.extend(means);
    Ok(json!({"schema_version": 1, "machine": machine, "cold_disk": cold_disk, "rows": rows}))
}

/// Adds to the mean of Node's images how much faster they are than a bundle with a warm compile cache.
fn compare_with_bundles(means: &mut [Value]) {
    let of = |means: &[Value], arm: &str| {
        means
            .iter()
            .find(|row| row["arm"] == arm && row["language"] == "nodejs")
            .and_then(|row| row["speedup"].as_f64())
    };
    if let (Some(image), Some(bundle)) = (of(means, "image"), of(means, "esbuild-cache")) {
        let is_image = |row: &&mut Value| row["arm"] == "image" && row["language"] == "nodejs";
        if let Some(row) = means.iter_mut().find(is_image) {
            row["against_bundle"] = (image / bundle).into();
        }
    }
}

/// Python functions on the Python that they were installed for, Node functions on every Node that can begin as a
/// snapshot; with the name of the runtime.
fn everywhere(functions: Vec<Function>) -> Outcome<Vec<(Function, String)>> {
    let mut all = Vec::new();
    let nodes = interpreters::nodes()?;
    for function in functions {
        match function.language {
            "python" => all.push((function, format!("python {}", interpreters::python()?.version))),
            "node" => all.extend(nodes.iter().filter(|it| it.parts().0 >= OLDEST_NODE).map(|node| {
                let interpreter = Some(node.program.clone());
                (Function { interpreter, ..function.clone() }, format!("node {}", node.version))
            })),
            _ => {}
        }
    }
    Ok(all)
}

/// The entry that a function's own configuration names.
fn entry(function: &Function) -> Outcome<String> {
    let config = FunctionConfig::load(&function.package).map_err(|error| error.to_string())?;
    config.entry.ok_or_else(|| format!("{} names no entry", function.name))
}

struct Bench<'a> {
    function: &'a Function,
    headstart: &'a Path,
    launcher: &'a Path,
    runs: u32,
    cold_disk: bool,
}

impl Bench<'_> {
    fn run(&self, (image, deferred): (&Path, Option<&Path>), arms: &[&str], peers: Option<&Path>) -> Outcome<Value> {
        let runs = self.runs.to_string();
        let arguments = ["bench", "--format", "json", "--init-timeout", "60s", "--runs", &runs];
        let mut bench = self.function.command(self.headstart, &arguments, self.launcher);
        bench.arg("--image").arg(image).args(arms.iter().flat_map(|arm| ["--arm", arm]));
        bench.args(self.cold_disk.then_some("--cold-disk"));
        if let Some(deferred) = deferred {
            bench.args(["--arm", "image-defer", "--deferred-image"]).arg(deferred);
        }
        if let Some(peers) = peers {
            bench.arg("--peers").arg(peers);
        }
        // Where an arm gave another result it has written its rows nonetheless, and the check finds them.
        let (text, ended) = shell::told(&mut bench)?;
        serde_json::from_str(&text)
            .or_else(|error| ended.and(Err(format!("headstart bench printed something else: {error}"))))
    }
}

/// The image of a function on one runtime, baked anew where it was baked by another `headstart`. An image of a
/// package that has changed shows in the figures: it is refused.
fn once_baked(
    function: &Function,
    runtime: &str,
    arguments: &[&str],
    headstart: &Path,
    launcher: &Path,
) -> Outcome<PathBuf> {
    let name = [&[function.name.as_str(), runtime], arguments].concat().join("-").replace([' ', '.'], "-");
    let directory = target().join("images/bench").join(name);
    let image = directory.join("image");
    shell::once(&directory, &shell::key(&[headstart.to_owned()], &[])?, || {
        let made = baked(function, arguments, headstart, launcher)?;
        std::fs::rename(&made, &image).map_err(|error| shell::about(&made, &error))
    })?;
    Ok(image)
}

/// The same image, for another interpreter.
fn foreign(image: &Path) -> Outcome<PathBuf> {
    let told = |error: headstart::Error| error.to_string();
    let read = Image::open(image).map_err(told)?;
    let mut writer = ImageWriter::new();
    // A snapshot is not the launcher's to refuse.
    for entry in read.entries().filter(|it| !it.name().starts_with("snapshot/")) {
        writer.add(entry.name(), entry.kind(), entry.data().map_err(told)?.to_vec()).map_err(told)?;
    }
    let mut identity = read.identity().clone();
    identity["interpreter"] = "another".into();
    let path = image.with_extension("foreign");
    writer.write(&identity, &path).map_err(told)?;
    Ok(path)
}

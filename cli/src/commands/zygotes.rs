//! `headstart zygotes plan`: which zygotes are worth having for many functions.

use crate::arguments::{Format, ZygotesPlanArguments};
use crate::{Outcome, talk, target};
use comfy_table::{CellAlignment, Table, presets};
use headstart::config::FunctionConfig;
use headstart::package::{OpenOptions, Package};
use headstart::prewarm::{PlannedTree, ZygotePlan};
use headstart::trial::{self, ProfileOptions, Trainee};
use headstart::{Code, Error};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// How many distributions are named in a line.
const NAMES: usize = 5;

pub(crate) async fn plan(arguments: ZygotesPlanArguments) -> Result<Outcome, Error> {
    let packages = packages(&arguments.functions)?;
    let calls = arguments.calls.as_deref().map(calls).transpose()?;
    let trainees = trainees(&packages, &arguments, calls.as_ref())?;
    let progress = talk::progress(trainees.len() as u64, "profile");
    let step = |name: &str, failed: Option<&Error>| match failed {
        None => {
            progress.inc(1);
            progress.set_message(name.to_owned());
        }
        Some(error) => progress.suspend(|| talk::warning(&format!("{name} is left out: failed to {error}"))),
    };
    let planned = trial::plan_zygotes(&trainees, arguments.budget, step).await;
    progress.finish_and_clear();
    let plan = planned?;
    if let Some(file) = &arguments.out {
        write(file, &plan)?;
    }
    match arguments.format {
        Format::Json => talk::json(&plan)?,
        Format::Text => talk::data(text(&plan).as_bytes())?,
    }
    Ok(Outcome::Fine)
}

/// The plan in a file; fails with `config.invalid`.
pub(crate) fn read(file: &Path) -> Result<ZygotePlan, Error> {
    let text = std::fs::read(file).map_err(|error| about(file, "read the plan of zygotes", &error))?;
    ZygotePlan::parse(&text).map_err(|error| error.with("file", file.display()))
}

fn write(file: &Path, plan: &ZygotePlan) -> Result<(), Error> {
    let text = serde_json::to_vec_pretty(plan).unwrap_or_default();
    headstart::sys::directory::write_whole(file, &text).map_err(|error| about(file, "write the plan", &error))
}

/// The packages below a directory that are configured as functions, by name.
fn packages(directory: &Path) -> Result<Vec<(String, Package)>, Error> {
    let entries = std::fs::read_dir(directory).map_err(|error| about(directory, "find functions", &error))?;
    let mut found: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
    found.sort();
    let mut packages = Vec::new();
    for path in found {
        let config = FunctionConfig::load(&path)?;
        if config.entry.is_some() {
            let base = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            packages.push((config.name.unwrap_or(base), Package::open(&path, &OpenOptions::default())?));
        }
    }
    if packages.is_empty() {
        let text = "none of its directories has a configuration with an entry";
        return Err(Error::new(Code::FunctionNotFound, "find functions", text)
            .with("directory", directory.display())
            .hint("give each function a headstart.toml with entry = \"app.handler\""));
    }
    Ok(packages)
}

/// How often functions are started, by name.
fn calls(file: &Path) -> Result<BTreeMap<String, u64>, Error> {
    let text = std::fs::read(file).map_err(|error| about(file, "read the numbers of calls", &error))?;
    serde_json::from_slice(&text).map_err(|error| {
        Error::new(Code::ConfigInvalid, "read the numbers of calls", error.to_string())
            .with("file", file.display())
            .hint(r#"write them as {"report": 120, "hello": 3}"#)
    })
}

fn trainees<'a>(
    packages: &'a [(String, Package)],
    arguments: &ZygotesPlanArguments,
    calls: Option<&BTreeMap<String, u64>>,
) -> Result<Vec<Trainee<'a>>, Error> {
    let interpreter = arguments.interpreter.as_deref().map(target::absolute).transpose()?;
    let stranger = calls.into_iter().flatten().find(|(name, _)| packages.iter().all(|(other, _)| other != *name));
    if let Some((name, _)) = stranger {
        talk::warning(&format!("there are calls of {name}, and no function of that name"));
    }
    let trainee = |(name, package): &'a (String, Package)| {
        let mut options = ProfileOptions::default();
        options.runs = arguments.runs;
        options.trial.host = target::host();
        options.trial.interpreter.clone_from(&interpreter);
        options.trial.init_timeout = arguments.init_timeout;
        // A function that nobody is said to have called is not worth memory.
        let calls = calls.map_or(1, |calls| calls.get(name).copied().unwrap_or(0));
        Trainee { package, name: name.clone(), options, calls }
    };
    Ok(packages.iter().map(trainee).collect())
}

fn text(plan: &ZygotePlan) -> String {
    let mut text = String::new();
    for tree in &plan.trees {
        text += &format!("Python {} at {}\n{}\n", tree.version, tree.interpreter.display(), table(tree));
    }
    let zygotes = plan.trees.iter().map(|tree| tree.nodes.len()).sum();
    text += &format!(
        "{}: {} of {}, where one for each function takes {}\n",
        talk::count(zygotes, "zygote"),
        talk::bytes(plan.bytes),
        talk::bytes(plan.budget_bytes),
        talk::bytes(plan.one_each_bytes),
    );
    let percent = u128::from(plan.gain_us) * 100 / u128::from(plan.one_each_gain_us.max(1));
    text + &format!("They save {percent} % of what these would save.\n")
}

fn table(tree: &PlannedTree) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(["zygote", "adds", "functions", "saves", "memory"]);
    for column in table.column_iter_mut().skip(2) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    for (at, node) in tree.nodes.iter().enumerate() {
        let depth = tree.way(at).count() - 1;
        let functions = tree.functions.iter().filter(|function| function.node == at).count();
        table.add_row([
            format!("{}{at}", "  ".repeat(depth)),
            if at == 0 { "the interpreter".into() } else { few(&node.packages) },
            functions.to_string(),
            talk::time(node.import_us),
            talk::bytes(node.bytes),
        ]);
    }
    table
}

/// The first names of many.
fn few(packages: &[String]) -> String {
    let more = packages.len().saturating_sub(NAMES);
    let names = packages[..packages.len() - more].join(", ");
    if more == 0 { names } else { format!("{names} and {more} more") }
}

fn about(path: &Path, what: &str, error: &std::io::Error) -> Error {
    Error::new(Code::ConfigInvalid, what, error.to_string()).with("path", path.display())
}

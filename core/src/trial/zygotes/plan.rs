//! Profiling functions, and fitting trees to what was found.

use super::columns::columns;
use super::measured::Measured;
use super::planned::{Group, planned};
use crate::config::FunctionConfig;
use crate::error::{Code, Error, Result};
use crate::host::HostBuilder;
use crate::instance::Interpreter;
use crate::package::{Language, Package};
use crate::prewarm::tree::{Workload, fit};
use crate::prewarm::{ZygotePlan, start_variables};
use crate::trial::{ProfileOptions, profile};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// A function to plan for.
#[derive(Debug, Clone)]
pub struct Trainee<'a> {
    /// Its package.
    pub package: &'a Package,
    /// Its name.
    pub name: String,
    /// How it is profiled.
    pub options: ProfileOptions,
    /// How often it is started, in relation to the others.
    pub calls: u64,
}

/// Profiles Python functions, and says which zygotes are worth having for all of them together within a budget of
/// bytes. `step` is told of each function before it is profiled.
///
/// What functions share are modules of the same files: of the interpreter, and of directories that `PYTHONPATH` in the
/// functions' configurations names. The function's own code is never imported in advance.
///
/// A function that cannot be profiled is left out, and told to `step` with the reason; where none can be, that is the
/// error. To be called within a tokio runtime with time and I/O enabled.
pub async fn plan_zygotes(
    trainees: &[Trainee<'_>],
    budget: u64,
    mut step: impl FnMut(&str, Option<&Error>),
) -> Result<ZygotePlan> {
    let mut groups: BTreeMap<Start, (Interpreter, Vec<Measured>)> = BTreeMap::new();
    let mut last = None;
    for trainee in trainees {
        step(&trainee.name, None);
        match measure(trainee).await {
            Ok((interpreter, environment, measured)) => {
                let key = (interpreter.program.clone(), interpreter.version.clone(), environment);
                groups.entry(key).or_insert_with(|| (interpreter, Vec::new())).1.push(measured);
            }
            Err(error) => {
                step(&trainee.name, Some(&error));
                last = Some(error);
            }
        }
    }
    if let (Some(error), true) = (last, groups.is_empty()) {
        return Err(error);
    }
    let Some(host) = trainees.first().map(|trainee| trainee.options.trial.host.clone()) else {
        return Ok(ZygotePlan::new(budget));
    };
    let mut all = Vec::new();
    for ((_, _, environment), (interpreter, functions)) in groups {
        let bare = bare(&host, &interpreter, &environment).await?;
        let (columns, workload) = columns(&functions, &bare);
        all.push(Group { interpreter, environment, functions, columns, workload });
    }
    Ok(sum_up(budget, &all))
}

/// What functions of one tree have in common: program, version, and what they say to its start.
type Start = (PathBuf, String, BTreeMap<String, String>);

async fn measure(trainee: &Trainee<'_>) -> Result<(Interpreter, BTreeMap<String, String>, Measured)> {
    let package = trainee.package;
    if package.runtime().language() != Language::Python {
        let text = format!("{} has no zygotes that fork zygotes", package.runtime());
        return Err(Error::new(Code::SystemUnsupported, "plan zygotes", text));
    }
    let mut environment = FunctionConfig::load(package.home())?.environment;
    environment.extend(trainee.options.trial.environment.clone());
    let profile = profile(package, &trainee.options, |_, _| {}).await?;
    let python_path = environment.get("PYTHONPATH").map_or("", String::as_str);
    let given = python_path.split(':').filter(|entry| !entry.is_empty()).map(PathBuf::from);
    let paths: Vec<_> = std::iter::once(package.directory().to_owned()).chain(given).collect();
    let measured = Measured {
        name: trainee.name.clone(),
        package: package.directory().to_owned(),
        entry: package.need_entry()?.as_str().to_owned(),
        calls: trainee.calls,
        init_us: profile.plain_init_us,
        modules: Measured::modules(&profile, package.directory(), &paths),
        paths,
    };
    Ok((profile.interpreter, start_variables(&environment), measured))
}

/// What an interpreter and its zygotes cost before they import anything.
async fn bare(
    host: &HostBuilder,
    interpreter: &Interpreter,
    environment: &BTreeMap<String, String>,
) -> Result<Workload> {
    let costs = host.clone().build().await?.bare_costs(interpreter, environment).await?;
    Ok(Workload {
        start_us: costs.start_us,
        root_bytes: costs.root_bytes,
        branch_bytes: costs.branch_bytes,
        ..Workload::default()
    })
}

fn sum_up(budget: u64, groups: &[Group]) -> ZygotePlan {
    let workloads: Vec<_> = groups.iter().map(|group| group.workload.clone()).collect();
    let tree = fit(&workloads, budget);
    let trees = groups.iter().enumerate().filter_map(|(number, group)| planned(&tree, number, group)).collect();
    let each = |group: &Group| -> (u64, u64) {
        let bare = (group.workload.root_bytes, group.workload.start_us);
        let costs = group.functions.iter().map(|function| {
            (bare.0 + function.shared_bytes(), (bare.1 + function.shared_us()).saturating_mul(function.calls))
        });
        costs.fold((0, 0), |sum, one| (sum.0 + one.0, u64::saturating_add(sum.1, one.1)))
    };
    let one_each = groups.iter().map(each).fold((0, 0), |sum, one| (sum.0 + one.0, u64::saturating_add(sum.1, one.1)));
    let (one_each_bytes, one_each_gain_us) = one_each;
    let (bytes, gain_us) = (tree.bytes, tree.gain_us);
    ZygotePlan { bytes, gain_us, one_each_bytes, one_each_gain_us, trees, ..ZygotePlan::new(budget) }
}

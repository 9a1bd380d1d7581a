//! `headstart profile`: where the time of a start goes, module by module.

use super::SCHEMA_VERSION;
use crate::arguments::{ProfileArguments, ProfileFormat};
use crate::profile::{heading, table, tree};
use crate::{Outcome, subject, talk, trial};
use headstart::Error;
use headstart::package::Package;
use headstart::trial::{ModuleProfile, Profile, ProfileOptions, Share, speedscope};
use serde_json::{Value, json};

pub(crate) async fn run(arguments: ProfileArguments) -> Result<Outcome, Error> {
    let package = subject::open(&arguments.subject)?;
    let mut options = ProfileOptions::default();
    options.trial = trial::options_with_events(&package, &arguments.trial)?;
    options.runs = arguments.runs;
    let profile = trial::profile(&package, &options).await?;
    match arguments.format {
        ProfileFormat::Text if arguments.tree => talk::data((heading(&profile) + &tree(&profile)).as_bytes())?,
        ProfileFormat::Text => talk::data((heading(&profile) + &table(&profile, arguments.top)).as_bytes())?,
        ProfileFormat::Json => talk::json(&as_json(&profile))?,
        ProfileFormat::Speedscope => talk::json(&speedscope(&profile, &title(&package)))?,
    }
    Ok(Outcome::Fine)
}

fn title(package: &Package) -> String {
    let directory = package.directory().file_name().unwrap_or_default().to_string_lossy().into_owned();
    package.entry().map_or(directory.clone(), |entry| format!("{directory}: {entry}"))
}

fn as_json(profile: &Profile) -> Value {
    let module = |it: &ModuleProfile| {
        json!({
            "name": it.name,
            "file": it.file,
            "distribution": it.distribution,
            "parent": it.parent,
            "phase": it.phase,
            "failed": it.failed,
            "self_us": it.self_us,
            "cumulative_us": it.cumulative_us,
            "self_bytes": it.self_bytes,
            "cumulative_bytes": it.cumulative_bytes,
        })
    };
    let share = |it: &Share| {
        json!({
            "distribution": it.distribution,
            "modules": it.modules,
            "self_us": it.self_us,
            "self_bytes": it.self_bytes,
        })
    };
    json!({
        "schema_version": SCHEMA_VERSION,
        "interpreter": profile.interpreter,
        "runs": profile.runs,
        "init_us": profile.init_us,
        "first_us": profile.first_us,
        "outside_us": profile.outside_us,
        "plain_init_us": profile.plain_init_us,
        "plain_first_us": profile.plain_first_us,
        "distributions": profile.distributions().iter().map(share).collect::<Vec<_>>(),
        "modules": profile.modules.iter().map(module).collect::<Vec<_>>(),
    })
}

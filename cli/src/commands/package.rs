//! `headstart package`: a function as it is deployed.

use super::SCHEMA_VERSION;
use crate::arguments::{Format, PackageArguments, TargetArgument};
use crate::{Outcome, subject, talk};
use headstart::deploy::{DeployOptions, DeployTarget, Deployed, deploy};
use headstart::instance::native_launcher;
use headstart::package::{Language, OpenOptions, Package};
use headstart::trial::{self, TrialOptions};
use headstart::{Code, Error};
use serde_json::{Value, json};
use std::path::PathBuf;

pub(crate) async fn run(arguments: PackageArguments) -> Result<Outcome, Error> {
    let mut options = OpenOptions::default();
    options.entry.clone_from(&arguments.entry);
    options.runtime.clone_from(&arguments.runtime);
    let package = Package::open(&subject::path_or_project(arguments.path.as_deref())?, &options)?;
    let target = match arguments.target {
        TargetArgument::LambdaZip => DeployTarget::LambdaZip,
        TargetArgument::LambdaLayer => DeployTarget::LambdaLayer,
        TargetArgument::Oci => DeployTarget::Oci,
    };
    let mut options = DeployOptions::new(target, &arguments.out, native_launcher(arguments.launcher.clone())?);
    options.force = arguments.force;
    options.interpreter = interpreter(&package, &arguments).await?;
    let deployed = deploy(&package, &options)?;
    match arguments.format {
        Format::Json => talk::json(&as_json(&deployed))?,
        Format::Text => talk::data(told(&deployed).as_bytes())?,
    }
    deployed.notes.iter().for_each(|note| talk::warning(note));
    Ok(Outcome::Fine)
}

/// The interpreter that is named; else the function's own, where there is one and an entry to find it by.
async fn interpreter(package: &Package, arguments: &PackageArguments) -> Result<Option<PathBuf>, Error> {
    if package.runtime().language() != Language::Python {
        return Ok(None);
    }
    let mut options = TrialOptions::default();
    options.interpreter.clone_from(&arguments.interpreter);
    match trial::interpreter(package, &options).await {
        Ok(found) => Ok(Some(found.program)),
        Err(error)
            if arguments.interpreter.is_none()
                && matches!(error.code(), Code::RuntimeNotFound | Code::ConfigMissing) =>
        {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

fn told(deployed: &Deployed) -> String {
    let digest = deployed.sha256.as_ref().map(|digest| format!("CodeSha256: {digest}\n")).unwrap_or_default();
    format!("{}: {}\n{digest}", deployed.out.display(), talk::bytes(deployed.bytes))
}

fn as_json(deployed: &Deployed) -> Value {
    json!({
        "schema_version": SCHEMA_VERSION,
        "out": deployed.out,
        "bytes": deployed.bytes,
        "sha256": deployed.sha256,
        "notes": deployed.notes,
    })
}

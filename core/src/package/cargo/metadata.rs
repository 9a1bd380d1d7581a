//! Asking Cargo.

use super::artifact::{built, pick};
use super::{CargoProject, choose, graph, profile};
use crate::config::environment;
use crate::error::{Code, Error, Result};
use crate::package::{Entry, Libc, Target};
use cargo_metadata::{Metadata, MetadataCommand, Package};
use std::path::Path;
use std::process::Stdio;

/// Cargo's own words are handed on this far.
const MOST_WORDS: usize = 2000;

/// What is looked for in a project.
#[derive(Debug, Clone, Copy)]
pub(in crate::package) struct Wanted<'a> {
    /// The package of the workspace.
    pub(in crate::package) package: Option<&'a str>,
    /// The entry, which names a target.
    pub(in crate::package) entry: Option<&'a Entry>,
    /// The machine that it was built for.
    pub(in crate::package) target: Option<Target>,
}

/// Finds the function of the project in `directory`, and where it was built.
///
/// Fails with `package.cargo_failed`, `package.not_built`, and as [`choose`] does.
pub(in crate::package) fn find(directory: &Path, wanted: Wanted<'_>) -> Result<CargoProject> {
    let about = |error: Error| error.with("path", directory.display());
    let metadata = ask(directory, wanted.target).map_err(about)?;
    let package = choose::package(&metadata, directory, wanted.package).map_err(about)?;
    let (target, product) = choose::target(package, wanted.entry).map_err(about)?;
    let name = choose::file_name(target, product);
    let built = pick(built(metadata.target_directory.as_std_path(), &name), wanted.target)
        .ok_or_else(|| about(not_built(package, &name, wanted.target)))?;
    let manifest = std::fs::read_to_string(metadata.workspace_root.join(super::MANIFEST)).unwrap_or_default();
    let own = package.manifest_path.parent().map_or(directory, |it| it.as_std_path());
    Ok(CargoProject {
        directory: own.to_owned(),
        package: package.name.to_string(),
        version: package.version.to_string(),
        product,
        settings: profile::settings(&manifest, &built.profile),
        profile: built.profile,
        artifact: built.path,
        crates: graph::linked(&metadata, package),
    })
}

/// `--frozen`: nothing is fetched, and no lock file is written. What was built needs neither.
fn ask(directory: &Path, target: Option<Target>) -> Result<Metadata> {
    let mut command = MetadataCommand::new();
    command.cargo_path(environment::cargo()).manifest_path(directory.join(super::MANIFEST)).current_dir(directory);
    let mut options = vec!["--frozen".to_owned()];
    // Dependencies of other systems need not be there. What a laptop builds for itself is not Linux's.
    if cfg!(target_os = "linux") || target.is_some() {
        options.extend(["--filter-platform".to_owned(), triple(target.unwrap_or_else(Target::here))]);
    }
    let mut command = command.other_options(options).cargo_command();
    let output = command.stdin(Stdio::null()).output();
    let output = output.map_err(|error| failed(&format!("cargo did not start: {error}")).caused_by(error))?;
    if !output.status.success() {
        return Err(failed(&words(&String::from_utf8_lossy(&output.stderr))));
    }
    MetadataCommand::parse(String::from_utf8_lossy(&output.stdout)).map_err(|error| failed(&error.to_string()))
}

fn triple(target: Target) -> String {
    let libc = if target.libc == Libc::Musl { "musl" } else { "gnu" };
    format!("{}-unknown-linux-{libc}", target.machine())
}

/// What Cargo said, on one line.
fn words(text: &str) -> String {
    let words: Vec<_> = text.split_whitespace().collect();
    let mut words = words.join(" ");
    words.truncate(words.floor_char_boundary(MOST_WORDS));
    words.strip_prefix("error: ").unwrap_or(&words).to_owned()
}

fn failed(why: &str) -> Error {
    Error::new(Code::CargoFailed, "read the Cargo project", why)
}

fn not_built(package: &Package, name: &str, target: Option<Target>) -> Error {
    let target = target.map(|target| format!(" --target {}", triple(target))).unwrap_or_default();
    Error::new(Code::NotBuilt, "find what the Cargo project built", format!("there is no {name}"))
        .with("package", &package.name)
        .hint(format!("run `cargo build --release --package {}{target}`", package.name))
}

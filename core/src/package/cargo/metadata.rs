//! Asking Cargo.

use super::artifact::{built, pick};
use super::{CargoProject, choose, graph, profile};
use crate::config::environment;
use crate::error::{Code, Error, Result};
use crate::package::{Entry, Target};
use cargo_metadata::{Metadata, MetadataCommand, Package};
use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Stdio};

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
    let packages = packages(directory, package, wanted.target).map_err(about)?;
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
        crates: graph::linked(&metadata, package, &packages),
    })
}

/// `--frozen`: nothing is fetched, and no lock file is written. What was built needs neither.
fn ask(directory: &Path, target: Option<Target>) -> Result<Metadata> {
    let mut command = MetadataCommand::new();
    command.cargo_path(environment::cargo()).manifest_path(directory.join(super::MANIFEST)).current_dir(directory);
    let mut options = vec!["--frozen".to_owned()];
    options.extend(platform(target).into_iter().flat_map(|triple| ["--filter-platform".to_owned(), triple]));
    let output = output(command.other_options(options).cargo_command())?;
    MetadataCommand::parse(output).map_err(|error| failed(&error.to_string()))
}

/// The packages that a package is linked from, as `name vVERSION`. Metadata has the features that any package of the
/// workspace asks for; `cargo tree` has those that this one does.
fn packages(directory: &Path, package: &Package, target: Option<Target>) -> Result<BTreeSet<String>> {
    let mut command = Command::new(environment::cargo());
    command.current_dir(directory).args(["tree", "--frozen", "--prefix", "none", "--format", "{p}"]);
    command.args(["--edges", "normal,no-proc-macro", "--package", &format!("{}@{}", package.name, package.version)]);
    command.args(platform(target).into_iter().flat_map(|triple| ["--target".to_owned(), triple]));
    let name = |line: &str| line.split(' ').take(2).collect::<Vec<_>>().join(" ");
    Ok(output(command)?.lines().map(name).collect())
}

/// Dependencies of other systems need not be there. What a laptop builds for itself is not Linux's.
fn platform(target: Option<Target>) -> Option<String> {
    (cfg!(target_os = "linux") || target.is_some()).then(|| target.unwrap_or_else(Target::here).triple())
}

/// What Cargo writes to its standard output.
fn output(mut command: Command) -> Result<String> {
    let output = command.stdin(Stdio::null()).output();
    let output = output.map_err(|error| failed(&format!("cargo did not start: {error}")).caused_by(error))?;
    if !output.status.success() {
        return Err(failed(&words(&String::from_utf8_lossy(&output.stderr))));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// What Cargo said, on one line, without its help, which is about options that its user did not type.
fn words(text: &str) -> String {
    let text = text.split("\nhelp:").next().unwrap_or(text);
    let words: Vec<_> = text.split_whitespace().collect();
    let mut words = words.join(" ");
    words.truncate(words.floor_char_boundary(MOST_WORDS));
    words.strip_prefix("error: ").unwrap_or(&words).to_owned()
}

fn failed(why: &str) -> Error {
    Error::new(Code::CargoFailed, "read the Cargo project", why)
}

fn not_built(package: &Package, name: &str, target: Option<Target>) -> Error {
    let target = target.map(|target| format!(" --target {}", target.triple())).unwrap_or_default();
    Error::new(Code::NotBuilt, "find what the Cargo project built", format!("there is no {name}"))
        .with("package", &package.name)
        .hint(format!("run `cargo build --release --package {}{target}`", package.name))
}

//! The Node package: built and packed as users get it, installed, tested.

use crate::interpreters::nodes;
use crate::shell::{self, Outcome, about, command, output, root, run, run_tests, target};
use std::path::{Path, PathBuf};

/// The one platform package that can be built here.
const PLATFORM: &str = "linux-x64-gnu";

/// What has Node run tests. A test that failed may leave a worker, and the file would wait for it: it ends with its tests.
const TEST: [&str; 3] = ["--test", "--test-force-exit", "--test-timeout=300000"];

/// The first Node that has all of these flags.
const HAS_FLAGS: (u32, u32) = (20, 14);

/// Packs the package and its platform package, and installs both tarballs into an empty project.
pub(crate) fn install(release: bool) -> Outcome<PathBuf> {
    let (profile, built) = if release { ("release", "release") } else { ("dev", "debug") };
    run(&mut command("cargo", ["build", "--locked", "--package", "headstart-node", "--profile", profile]))?;
    let packed = target().join("npm");
    let platform = packed.join("platform");
    shell::empty(&packed)?;
    shell::copy(&root().join("bindings/node/platforms").join(PLATFORM), &platform)?;
    let addon = target().join(built).join("libheadstart_node.so");
    std::fs::copy(&addon, platform.join("headstart.node")).map_err(|error| about(&addon, &error))?;
    let tarballs = [pack(&platform, &packed)?, pack(&root().join("bindings/node"), &packed)?];
    let project = packed.join("project");
    std::fs::create_dir_all(&project).map_err(|error| about(&project, &error))?;
    std::fs::write(project.join("package.json"), r#"{"name": "consumer", "private": true}"#)
        .map_err(|error| about(&project, &error))?;
    let mut npm = command("npm", ["install", "--offline", "--no-audit", "--no-fund", "--silent"]);
    run(npm.args(&tarballs).current_dir(&project))?;
    Ok(project)
}

/// Packs one package; gives the tarball.
fn pack(package: &Path, into: &Path) -> Outcome<PathBuf> {
    let mut npm = command("npm", ["pack", "--silent", "--pack-destination"]);
    let name = output(npm.arg(into).current_dir(package))?;
    Ok(into.join(name.trim()))
}

/// Runs the launcher's and the package's tests on every Node there is.
pub(crate) fn test(native_launcher: &Path) -> Outcome {
    let project = install(false)?;
    for node in nodes()? {
        println!("--- Node {}", node.version);
        let flags = if node.parts() < HAS_FLAGS { &TEST[..1] } else { &TEST[..] };
        let mut launcher = command(&node.program, flags);
        run_tests(launcher.args(tests("runtimes/node/test")?))?;
        let mut package = command(&node.program, flags);
        package.args(tests("bindings/node/test")?).env("HEADSTART_PACKAGE", project.join("node_modules/headstart"));
        run_tests(shell::with_launcher(&mut package, native_launcher))?;
    }
    Ok(())
}

/// The test files of a directory by name: what `--test DIRECTORY` means differs between Node's versions.
fn tests(directory: &str) -> Outcome<Vec<PathBuf>> {
    let mut files = shell::files(&root().join(directory))?;
    files.retain(|path| path.to_string_lossy().contains(".test."));
    if files.is_empty() { Err(format!("{directory} has no tests")) } else { Ok(files) }
}

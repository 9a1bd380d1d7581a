//! What a function's workers run: our launcher in an interpreter, or what speaks another protocol.

use super::function::{Function, ImageChoice};
use crate::error::{Code, Error, Result};
use crate::instance::{Foreign, Interpreter, Launchers, Search, WorkerProtocol};
use crate::package::{Entry, Language, Runtime};
use std::path::Path;
use std::sync::Arc;

/// The native launcher, and its arguments.
pub(super) type NativeLauncher<'a> = (Option<&'a Path>, &'a [String]);

/// What a worker is started as.
#[derive(Debug)]
pub(super) struct Program {
    pub(super) entry: String,
    pub(super) language: Language,
    pub(super) interpreter: Interpreter,
    pub(super) foreign: Option<Foreign>,
}

impl Program {
    /// Finds it, and checks the entry as far as that can be done without running anything.
    pub(super) async fn find(
        function: &Function,
        package: &Path,
        native: NativeLauncher<'_>,
        launchers: &Launchers,
    ) -> Result<Self> {
        match (&function.protocol, &function.protocol_name) {
            (Some(protocol), _) => foreign(protocol, function, package, launchers).await,
            (None, Some(name)) => Err(unspoken(name)),
            (None, None) => own(function, package, native, launchers).await,
        }
    }
}

async fn own(
    function: &Function,
    package: &Path,
    native: NativeLauncher<'_>,
    launchers: &Launchers,
) -> Result<Program> {
    let entry: Entry = function.entry.as_deref().ok_or_else(no_entry)?.parse()?;
    let runtime = runtime(function, package, entry.module())?.ok_or_else(no_runtime)?;
    let search = Search { runtime, named: function.interpreter.as_deref(), package, native_launcher: native.0 };
    let mut interpreter = Interpreter::find(search, launchers).await?;
    if runtime.language() == Language::Native {
        interpreter.arguments = native.1.to_vec();
    }
    interpreter.arguments.extend(function.interpreter_arguments.iter().cloned());
    Ok(Program { entry: entry.as_str().to_owned(), language: runtime.language(), interpreter, foreign: None })
}

/// The entry is the runtime's to understand.
async fn foreign(
    protocol: &Arc<dyn WorkerProtocol>,
    function: &Function,
    package: &Path,
    launchers: &Launchers,
) -> Result<Program> {
    let entry = function.entry.clone().unwrap_or_default();
    let module = entry.rsplit_once('.').map_or(entry.as_str(), |(module, _)| module);
    let runtime = runtime(function, package, module)?.filter(|runtime| runtime.language() != Language::Native);
    let command = protocol.command(&entry, runtime.map(Runtime::language));
    let mut interpreter = match (&command.program, runtime) {
        (Some(program), _) => file(&package.join(program))?,
        (None, Some(runtime)) => {
            let named = function.interpreter.as_deref();
            Interpreter::find(Search { runtime, named, package, native_launcher: None }, launchers).await?
        }
        (None, None) => return Err(no_runtime()),
    };
    interpreter.arguments.extend(function.interpreter_arguments.iter().cloned());
    if function.preload.is_some() || matches!(function.image, ImageChoice::At(_)) || function.warm_up.is_some() {
        let (protocol, text) = (protocol.name(), "preload set, init image and warm-up event are not used");
        tracing::warn!(protocol, "{text}: its workers speak another protocol");
    }
    let language = runtime.filter(|_| command.program.is_none()).map_or(Language::Native, Runtime::language);
    let runtime = full_name(language, interpreter.release());
    let foreign = Foreign { protocol: Arc::clone(protocol), arguments: command.arguments, runtime };
    Ok(Program { entry, language, interpreter, foreign: Some(foreign) })
}

/// The runtime's name as platforms write it; of an interpreter.
fn full_name(language: Language, (major, minor): (u32, u32)) -> Option<String> {
    match language {
        Language::Python => Some(format!("python{major}.{minor}")),
        Language::Node => Some(format!("nodejs{major}.x")),
        Language::Native => None,
    }
}

fn runtime(function: &Function, package: &Path, module: &str) -> Result<Option<Runtime>> {
    match &function.runtime {
        Some(runtime) => runtime.parse().map(Some),
        None => Ok(Runtime::guess(package, module)),
    }
}

/// A program that is run as it is.
fn file(program: &Path) -> Result<Interpreter> {
    if program.is_file() {
        return Ok(Interpreter { program: program.to_owned(), version: String::new(), arguments: Vec::new() });
    }
    let error = Error::new(Code::EntryNotFound, "register the function", "the program of its workers is not there");
    Err(error.with("program", program.display()).hint("build it, or name the command in headstart.toml"))
}

fn unspoken(protocol: &str) -> Error {
    let text = format!("this host was given nothing that speaks the protocol {protocol:?}");
    Error::new(Code::ConfigInvalid, "register the function", text)
        .hint("make the function with headstart::adapters::function, which knows the protocols that are compiled in")
}

fn no_entry() -> Error {
    Error::new(Code::ConfigMissing, "register the function", "it has no entry")
        .hint("name one, such as app.handler, or write it into headstart.toml")
}

fn no_runtime() -> Error {
    Error::new(Code::EntryNotFound, "register the function", "no file of the package fits the entry")
        .hint("check the entry, or name the runtime: python3.12, nodejs24 or native")
}

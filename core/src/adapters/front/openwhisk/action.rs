//! An action as `/init` brings it, laid out as a package.

use crate::error::{Code, Error, Result};
use crate::host::Function;
use crate::package::{Language, Runtime, unpack};
use crate::sys::directory::make_private;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Bytes that an archive may unpack to.
const MOST_CODE: u64 = 512 << 20;
/// What runs an action, beside it.
const PYTHON: (&str, &str) = ("headstart_action.py", include_str!("headstart_action.py"));
const NODE: (&str, &str) = ("headstart_action.cjs", include_str!("headstart_action.cjs"));
const ENTRY: &str = "headstart_action.handler";

/// The action itself, where it is one file.
const PYTHON_MAIN: &str = "main__.py";
const NODE_MAIN: &str = "main__.js";
/// How an archive calls the same.
const ARCHIVED_MAIN: &str = "__main__.py";

/// What `/init` says.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Action {
    name: String,
    main: String,
    code: String,
    binary: bool,
    env: BTreeMap<String, Value>,
}

impl Action {
    /// Lays it out in a new directory below `base`.
    ///
    /// Fails with `package.*` where it brings an archive that is damaged or too large, and with `config.*` where it cannot be
    /// told what it is written in, or its main function has no name.
    pub(super) fn lay_out(&self, base: &Path, runtime: Option<&str>) -> Result<Function> {
        let main = if self.main.is_empty() { "main" } else { &self.main };
        if !main.chars().all(|letter| letter.is_alphanumeric() || "_$".contains(letter)) {
            return Err(refused(format!("the main function is named {main:?}")));
        }
        let package = directory(base)?;
        if self.binary {
            self.unpack(&package)?;
        }
        let language = language(runtime, &package)?;
        let module = match language {
            Language::Python => self.python(&package)?,
            Language::Node => self.node(&package, main)?,
            Language::Native => return Err(refused("native actions are not served".into())),
        };
        let name = if self.name.is_empty() { "action" } else { &self.name };
        let function = Function::from_dir(package, ENTRY).name(name).envs(self.variables());
        Ok(function.env("__OW_MAIN", main).env("__OW_MODULE", module))
    }

    fn unpack(&self, package: &Path) -> Result<()> {
        let bytes = STANDARD.decode(&self.code).map_err(|error| refused(format!("the code is not base64: {error}")))?;
        let archive = tempfile::NamedTempFile::new().map_err(|error| unwritable(&error))?;
        fs::write(archive.path(), bytes).map_err(|error| unwritable(&error))?;
        unpack(archive.path(), package, MOST_CODE)
    }

    fn python(&self, package: &Path) -> Result<&'static str> {
        if self.binary {
            let (from, to) = (package.join(ARCHIVED_MAIN), package.join(PYTHON_MAIN));
            fs::rename(from, to).map_err(|_| refused(format!("the archive has no {ARCHIVED_MAIN}")))?;
        } else {
            write(package, (PYTHON_MAIN, &self.code))?;
        }
        write(package, PYTHON)?;
        Ok("main__")
    }

    /// The main function of a script need not be exported.
    fn node(&self, package: &Path, main: &str) -> Result<&'static str> {
        write(package, NODE)?;
        if self.binary {
            return Ok(".");
        }
        let exported = format!("{}\nif (typeof {main} === 'function') exports.{main} ??= {main};\n", self.code);
        write(package, (NODE_MAIN, &exported))?;
        Ok("./main__.js")
    }

    fn variables(&self) -> impl Iterator<Item = (String, String)> {
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned);
        self.env.iter().map(move |(name, value)| (name.clone(), text(value)))
    }
}

fn language(runtime: Option<&str>, package: &Path) -> Result<Language> {
    match runtime {
        Some(runtime) => Ok(runtime.parse::<Runtime>()?.language()),
        None if package.join(ARCHIVED_MAIN).is_file() => Ok(Language::Python),
        None if ["package.json", "index.js"].iter().any(|name| package.join(name).is_file()) => Ok(Language::Node),
        None => Err(Error::new(Code::ConfigMissing, "initialize the action", "nothing says what it is written in")
            .hint("name the runtime: python3.12 or nodejs24")),
    }
}

fn directory(base: &Path) -> Result<PathBuf> {
    make_private(base).map_err(|error| unwritable(&error))?;
    let made = tempfile::Builder::new().prefix("action-").tempdir_in(base).map_err(|error| unwritable(&error))?;
    // It is there for as long as the front is; nothing is brought a second time.
    made.keep().canonicalize().map_err(|error| unwritable(&error))
}

fn write(package: &Path, (name, content): (&str, &str)) -> Result<()> {
    fs::write(package.join(name), content).map_err(|error| unwritable(&error))
}

fn refused(why: String) -> Error {
    Error::new(Code::ConfigInvalid, "initialize the action", why)
}

fn unwritable(error: &std::io::Error) -> Error {
    Error::new(Code::SystemIo, "initialize the action", error.to_string())
}

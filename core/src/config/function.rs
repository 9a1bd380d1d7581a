//! The configuration of one function, wherever its author keeps it.

use super::quantity;
use crate::error::{Code, Error, Result};
use serde::{Deserialize, Deserializer};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Bytes of a file that may hold a configuration.
const MOST_TEXT: u64 = 4 << 20;

/// What `headstart.toml` says of a function; every field is optional.
///
/// The same table may stand as `[tool.headstart]` in `pyproject.toml`, `"headstart"` in `package.json` or
/// `[package.metadata.headstart]` in `Cargo.toml`; `headstart.toml` wins.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct FunctionConfig {
    /// The function's name. Default: the directory's.
    pub name: Option<String>,
    /// `module.attribute`.
    pub entry: Option<String>,
    /// `python3.12`, `nodejs24`, `native`.
    pub runtime: Option<String>,
    /// The interpreter's path, relative to the package.
    pub interpreter: Option<PathBuf>,
    /// The preload set's path, relative to the package.
    pub preload: Option<PathBuf>,
    /// The init image's path, relative to the package. Default: `.headstart/image`, where that is there.
    pub image: Option<PathBuf>,
    /// How long an invocation may take: `"30s"`.
    #[serde(deserialize_with = "duration")]
    pub timeout: Option<Duration>,
    /// How long importing the function may take: `"10s"`.
    #[serde(deserialize_with = "duration")]
    pub init_timeout: Option<Duration>,
    /// The memory limit: `"512MiB"`.
    #[serde(deserialize_with = "size")]
    pub memory_limit: Option<u64>,
    /// The protocol that its workers speak, where it is not the bootstrap protocol: `lambda`.
    pub protocol: Option<String>,
    /// What a worker runs that speaks such a protocol: a program of the package, and its arguments. Default: the protocol's.
    pub command: Vec<String>,
    /// Whether servers have instances start from a snapshot; workers that speak the protocol `lambda` are started so that
    /// one can be taken of them.
    pub snap_start: bool,
    /// Environment variables.
    pub environment: BTreeMap<String, String>,
}

impl FunctionConfig {
    /// Reads the configuration of the package at `directory`; the default where there is none.
    ///
    /// Fails with `config.invalid`, naming the file.
    pub fn load(directory: &Path) -> Result<Self> {
        for (file, read) in SOURCES {
            let path = directory.join(file);
            let refuse = |message: String| {
                Error::new(Code::ConfigInvalid, "read the configuration", message).with("file", path.display())
            };
            // A pipe or a device in its place would be waited for, or never end.
            if !path.is_file() {
                continue;
            }
            let Some(text) = text(&path).map_err(refuse)? else { continue };
            if let Some(config) = read(&text).map_err(refuse)? {
                return Ok(config);
            }
        }
        Ok(Self::default())
    }
}

/// The text of a file; `None` where it cannot be read, or is none.
fn text(path: &Path) -> Result<Option<String>, String> {
    let Ok(file) = File::open(path) else { return Ok(None) };
    if file.metadata().is_ok_and(|found| found.len() > MOST_TEXT) {
        return Err(format!("it is larger than {MOST_TEXT} bytes"));
    }
    let mut text = String::new();
    Ok(file.take(MOST_TEXT).read_to_string(&mut text).ok().map(|_| text))
}

type Read = fn(&str) -> Result<Option<FunctionConfig>, String>;

const SOURCES: [(&str, Read); 4] = [
    ("headstart.toml", |text| toml::from_str(text).map(Some).map_err(|error| error.to_string())),
    ("pyproject.toml", |text| below_toml(text, &["tool", "headstart"])),
    ("package.json", below_json),
    ("Cargo.toml", |text| below_toml(text, &["package", "metadata", "headstart"])),
];

fn below_toml(text: &str, keys: &[&str]) -> Result<Option<FunctionConfig>, String> {
    let table: toml::Table = toml::from_str(text).map_err(|error| error.to_string())?;
    let mut value = toml::Value::Table(table);
    for key in keys {
        match value.get(key) {
            Some(below) => value = below.clone(),
            None => return Ok(None),
        }
    }
    value.try_into().map(Some).map_err(|error: toml::de::Error| error.to_string())
}

fn below_json(text: &str) -> Result<Option<FunctionConfig>, String> {
    let mut value: serde_json::Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    match value.get_mut("headstart").map(serde_json::Value::take) {
        Some(below) => serde_json::from_value(below).map(Some).map_err(|error| error.to_string()),
        None => Ok(None),
    }
}

fn duration<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
    let text = String::deserialize(deserializer)?;
    quantity::duration(&text).map(Some).map_err(|error| serde::de::Error::custom(error.message()))
}

fn size<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    let text = String::deserialize(deserializer)?;
    quantity::size(&text).map(Some).map_err(|error| serde::de::Error::custom(error.message()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(file: &str, text: &str) -> Result<FunctionConfig> {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join(file), text).unwrap();
        FunctionConfig::load(directory.path())
    }

    #[test]
    fn every_place_is_read() {
        let cases = [
            ("headstart.toml", "entry = 'app.handler'\ntimeout = '2s'"),
            ("pyproject.toml", "[tool.headstart]\nentry = 'app.handler'\ntimeout = '2s'"),
            ("package.json", r#"{"name": "x", "headstart": {"entry": "app.handler", "timeout": "2s"}}"#),
            ("Cargo.toml", "[package.metadata.headstart]\nentry = 'app.handler'\ntimeout = '2s'"),
        ];
        for (file, text) in cases {
            let config = load(file, text).unwrap();
            assert_eq!(config.entry.as_deref(), Some("app.handler"), "{file}");
            assert_eq!(config.timeout, Some(Duration::from_secs(2)), "{file}");
        }
    }

    #[test]
    fn nothing_there_is_the_default() {
        assert_eq!(load("pyproject.toml", "[project]\nname = 'x'").unwrap(), FunctionConfig::default());
    }

    #[test]
    fn a_misspelt_name_is_told_with_its_file() {
        let error = load("headstart.toml", "entrie = 'app.handler'").unwrap_err();
        assert_eq!(error.code(), Code::ConfigInvalid);
        assert!(error.to_string().contains("entrie") && error.to_string().contains("headstart.toml"), "{error}");
    }

    #[test]
    fn what_is_no_file_or_too_large_is_not_read() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("headstart.toml");
        let mode = rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR;
        rustix::fs::mknodat(rustix::fs::CWD, &path, rustix::fs::FileType::Fifo, mode, 0).unwrap();
        assert_eq!(FunctionConfig::load(directory.path()).unwrap(), FunctionConfig::default());
        std::fs::remove_file(&path).unwrap();
        std::os::unix::fs::symlink("/dev/zero", &path).unwrap();
        assert_eq!(FunctionConfig::load(directory.path()).unwrap(), FunctionConfig::default());
        std::fs::remove_file(&path).unwrap();
        std::fs::File::create(&path).unwrap().set_len(1 << 40).unwrap();
        assert_eq!(FunctionConfig::load(directory.path()).unwrap_err().code(), Code::ConfigInvalid);
    }
}
